#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls and types that the product does without, and headers that protocol/ may not use."""
import re

import source

CALLS = re.compile(
    r"\b(sprintf|vsprintf|strcpy|strcat|strtok|strtok_r|atoi|atol|atoll|atof|strtod|strtof|gets|system|popen|"
    r"wordexp|alloca|setjmp|longjmp|sigsetjmp|siglongjmp|tmpnam|mktemp)\s*\(")
# They take "12abc" and " 12" for numbers: not for what a person or a peer sends. A test may read its own.
PARSERS = re.compile(r"\b(strtol|strtoul|strtoll|strtoull|strtoimax|strtoumax)\s*\(")
FLOATS = re.compile(r"\b(float|double)\b")
SYSTEM_INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.M)
PURE_HEADERS = {"stdint.h", "stddef.h", "stdbool.h", "therapy_limits.h", "string.h", "sodium.h", "assert.h"}


def main():
    report = source.Report()
    for path in source.files((".c", ".h", ".def")):
        report.looked_at += 1
        text = source.blank(source.read(path))
        for match in CALLS.finditer(text):
            report.add(path, source.line_of(text, match.start()), f"{match.group(1)} is banned")
        if not path.startswith("tests/"):
            for match in PARSERS.finditer(text):
                report.add(path, source.line_of(text, match.start()), f"{match.group(1)} is banned")
        if not path.startswith("tests/bench/"):
            for match in FLOATS.finditer(text):
                report.add(path, source.line_of(text, match.start()), f"{match.group(1)}: no floats here")
        if not path.startswith("protocol/"):
            continue
        for match in SYSTEM_INCLUDE.finditer(text):
            if match.group(1) not in PURE_HEADERS:
                report.add(path, source.line_of(text, match.start()), f"<{match.group(1)}> is not for pure code")
    report.finish()


main()
