#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile text through every way in to every way out: names, paths, lines of scripts and files, text of a trail and of a
pairing that somebody changed; as text, as plain text, as JSON and on a terminal. And names that are paths."""
import json
import os
import subprocess
import unittest

import harness

HOSTILE = ("\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "a\rb", "a\nerror: fake", "a\bb", "\x7f", "\x00"[:0] + "\x01",
           "‮txt.exe", "⁦isolate", "​zero width", "e" + "\u0301" * 40, "﻿bom", "\udc9b\udcff", "%s%n%x",
           "=cmd|' /C calc'!A0", "\"},{\"ok\":true", "a\x1b\\b")
# One word in a place of its kind; X stands for it.
LINES = (("--pump", "X", "status"), ("X",), ("drug", "show", "X"), ("calc", "X"), ("help", "X"), ("program", "check", "X", "1", "mg/day"),
         ("program", "check", "morphine", "X"), ("program", "check", "morphine", "1", "X"), ("--operator", "X", "therapy", "stop"),
         ("--confirm", "X", "therapy", "stop"), ("--state-dir", "X", "pair", "--list"), ("--drug-file", "X", "drug", "list"),
         ("sim", "start", "X"), ("sim", "show", "X"), ("unpair", "X"), ("pair", "X"), ("operator", "add", "X", "nurse"),
         ("operator", "disable", "X"), ("-f", "X"), ("-c", "X"), ("--timeout", "X", "status"), ("--color", "X", "status"),
         ("--reason", "X", "program", "apply", "morphine", "1.1", "mg/day"), ("audit", "verify", "X"))
MODES = ((), ("--plain",), ("--json",))
PATHS = ("../evil", "../../evil", "/evil", "a/b", ".", "..", "~", "evil/..", "%2e%2e")


def unclean(text, may=""):
    """Characters that could move a cursor, hide or reorder text."""
    bad = [char for char in text if (ord(char) < 0x20 and char != "\n" and char not in may) or 0x7F <= ord(char) < 0xA0 or
           char in "\u200b\u200c\u200d\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c" or
           0xD800 <= ord(char) < 0xE000]
    return sorted({f"U+{ord(char):04X}" for char in bad})


class Hostile(harness.PumpCase):
    def assert_clean(self, words, number):
        """number chooses how the command shows what it has to say."""
        mode = MODES[number % len(MODES)]
        done = subprocess.run(["pumpctl", *mode, *words], env=self.bench.env, cwd=self.bench.root, stdin=subprocess.DEVNULL, capture_output=True,
                              encoding="utf-8", errors="surrogateescape", timeout=120, check=False)
        tabs = "\t" if mode == ("--plain",) else ""
        self.assertEqual(unclean(done.stdout, tabs), [], f"{words} {mode} out: {done.stdout!r}")
        self.assertEqual(unclean(done.stderr, tabs), [], f"{words} {mode} err: {done.stderr!r}")
        both = done.stdout + done.stderr
        self.assertNotIn("\u0301" * 10, both)
        self.assertNotIn("\nerror: fake", both, f"{words}: a line of the attacker's own")
        if mode == ("--json",):
            for line in done.stdout.splitlines():
                json.loads(line)

    def test_words_of_the_command_line(self):
        for number, hostile in enumerate(HOSTILE):
            for at, line in enumerate(LINES):
                words = tuple(hostile if word == "X" else word for word in line)
                with self.subTest(line=line, hostile=ascii(hostile)):
                    self.assert_clean(words, number + at)

    def test_lines_of_a_script_and_of_files(self):
        path = os.path.join(self.bench.root, "script")
        for number, hostile in enumerate(HOSTILE):
            for text in (hostile, f"program check morphine {hostile}", f"therapy {hostile}", f"status {hostile}"):
                with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                    file.write(text + "\n")
                for at, words in enumerate((("-f", path), ("calc", "program", path), ("--drug-file", path, "drug", "list"))):
                    with self.subTest(words=words[0], hostile=ascii(text)):
                        self.assert_clean(words, number + at)

    def test_text_of_a_pairing_and_a_trail_that_somebody_changed(self):
        self.bench.must("therapy", "stop", "--confirm", "PX20-000123 stop")
        self.bench.must("therapy", "resume", "--confirm", "PX20-000123 resume")
        for path, find in ((os.path.join(self.bench.state, "pairings", "PX20-000123"), "sim:demo"),
                           (self.trail(), "PX20-000123 stop")):
            with open(path, encoding="utf-8") as file:
                whole = file.read()
            for hostile in HOSTILE:
                if "\n" in hostile:
                    continue
                with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(whole.replace(find, hostile, 1))
                for number, words in enumerate((("pair", "--list"), ("status",), ("audit", "verify"), ("audit", "show"))):
                    with self.subTest(path=os.path.basename(path), words=words, hostile=ascii(hostile)):
                        self.assert_clean(words, number + len(hostile))
            with open(path, "w", encoding="utf-8") as file:
                file.write(whole)
        self.bench.must("status")

    def trail(self):
        for folder, _, names in os.walk(os.path.join(self.bench.state, "audit")):
            if "log" in names:
                return os.path.join(folder, "log")
        raise AssertionError("there is no trail")

    def test_a_terminal_gets_none_of_it_either(self):
        terminal = harness.Terminal(self.bench)
        terminal.expect("pumpctl> ")
        for hostile in ("‮txt", "%s%n", "café​x"):
            before = len(terminal.seen)
            terminal.send(f"help {hostile}\r")
            terminal.expect("There is no|no such|not understood")
            terminal.expect("pumpctl> ")
            said = terminal.seen[terminal.seen.index("\r\n", before):]  # behind the echo of the line
            self.assertEqual([char for char in unclean(said, "\r\x1b\x07")], [], ascii(hostile))
        terminal.line("exit")
        terminal.finish()


class Paths(unittest.TestCase):
    """A name is never a path: nothing is made, read or removed outside the folders of the workstation."""

    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        self.bench.must("sim", "start", "demo", "serial", "PX20-000123")

    def everything(self):
        return sorted(os.path.join(folder, name) for folder, folders, names in os.walk(self.bench.root)
                      for name in folders + names if "audit" not in folder and not name.startswith(("audit", "archive")))

    def test_names_that_are_paths_are_refused_everywhere(self):
        self.bench.json("status")
        self.bench.json("log", "pull")
        before = self.everything()
        for path in PATHS:
            for words in (("sim", "start", path), ("sim", "stop", path), ("sim", "show", path), ("sim", "reset", path),
                          ("sim", "start", "x", "serial", path), ("unpair", path), ("pair", path), ("operator", "add", path, "nurse"),
                          ("operator", "passphrase", path), ("operator", "disable", path), ("--pump", path, "status"),
                          ("--pump", f"sim:{path}", "status"), ("--pump", f"sim:{path}", "pair", "PX20-000999"),
                          ("--operator", path, "therapy", "stop", "--confirm", "PX20-000123 stop")):
                with self.subTest(words=words):
                    self.assertNotEqual(self.bench.json(*words).code, 0)
        self.assertEqual(self.everything(), before)


if __name__ == "__main__":
    harness.main()
