// SPDX-License-Identifier: GPL-3.0-or-later

// tlog_root prints size and RFC 6962 root of an audit log, by golang.org/x/mod/sumdb/tlog.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

type store []tlog.Hash

func (s *store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = (*s)[index]
	}
	return out, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "tlog_root:", err)
	os.Exit(1)
}

func main() {
	const headerLen = len("PA1 00000000 00000000 ")
	file, err := os.Open(os.Args[1])
	if err != nil {
		fail(err)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<16), 1<<16)
	var hashes store
	var size int64
	for ; lines.Scan(); size++ {
		stored, err := tlog.StoredHashes(size, lines.Bytes()[headerLen:], &hashes)
		if err != nil {
			fail(err)
		}
		hashes = append(hashes, stored...)
	}
	root, err := tlog.TreeHash(size, &hashes)
	if err != nil {
		fail(err)
	}
	fmt.Println(size, hex.EncodeToString(root[:]))
}
