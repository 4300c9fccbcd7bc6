#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The root that `pumpctl audit verify` prints is the one that Debian's Go module sumdb/tlog computes from the file."""
import glob
import json
import os
import subprocess
import sys
import tempfile

ORACLE = os.path.join(os.environ["SOURCE_DIR"], "tests", "support", "tlog_root.go")
RECORDS = 40


def main():
    with tempfile.TemporaryDirectory() as work:
        os.environ.update(XDG_RUNTIME_DIR=work, PUMPCTL_STATE_DIR=os.path.join(work, "state"),
                          GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="",
                          GOCACHE=os.path.join(work, "go"))
        pumpctl = ["pumpctl", "--json"]
        subprocess.run(pumpctl + ["sim", "start"], check=True, stdout=subprocess.DEVNULL)
        try:
            # each session leaves two records; the tree goes through many shapes, one is compared here
            for _ in range(RECORDS // 2):
                subprocess.run(pumpctl + ["status"], check=True, stdout=subprocess.DEVNULL)
        finally:
            subprocess.run(pumpctl + ["sim", "stop", "all"], check=True, stdout=subprocess.DEVNULL)
        said = json.loads(subprocess.run(pumpctl + ["audit", "verify"], check=True,
                                         stdout=subprocess.PIPE).stdout)["data"]
        log, = glob.glob(os.path.join(work, "state", "audit", "*", "log"))
        size, root = subprocess.run(["go", "run", ORACLE, log], check=True, stdout=subprocess.PIPE,
                                    text=True).stdout.split()
        print(f"pumpctl: {said['records']} {said['root']}\ntlog:    {size} {root}")
        if str(said["records"]) != size or said["root"] != root or int(size) < RECORDS:
            sys.exit("the roots differ")


if __name__ == "__main__":
    main()
