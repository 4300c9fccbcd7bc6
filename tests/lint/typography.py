#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safety typography in every string of cli/ and every line of the documents: the spellings that have led to
ten-fold errors. typography-allowed lists the few places that must show one, as PATH: TEXT."""
import os
import re

import source

PATTERNS = (
    (r"[0-9]\.[0-9]*0 ?(mg|mcg|mL)\b", "trailing zero"),
    (r"(?:^|[\s(=:])\.[0-9]+ ?(mg|mcg|mL|ng|h)\b", "no zero before the point"),
    (r"[0-9](mg|mcg|mL|ng)\b", "no space between number and unit"),
    (r"µg|μg|\bug\b|\bcc\b|\bQD\b|\bIU\b|\bMSO4\b|(?<=[0-9] )U\b", "error-prone abbreviation"),
    (r"(?<=[0-9])[   ]?ml\b|\bper ml\b", "mL has a capital L"),
    (r"(?<![,.0-9])[0-9]{4,} ?(mcg|mg|ng|mL) per ", "no thousands comma"),
    (r"\b(mcg|mg|mL)s\b", "plural of a unit"),
)
# Machine fields carry UCUM codes: a whole string that is one, or the value of "unit" in a JSON example.
UCUM = re.compile(r'^(ug|ug/d|ug/mL|ng/d|mg/d|mL/d|mL/h|mg/mL)$')
JSON_UNIT = re.compile(r'\\?"unit\\?"\s*:\s*\\?"[^"]*\\?"')
STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def strings(path):
    """(line, text) of what people may read in this file."""
    text = source.read(path)
    if not path.endswith((".c", ".h", ".def")):
        for number, line in enumerate(text.split("\n"), 1):
            yield number, JSON_UNIT.sub("", line)
        return
    text = source.blank(text, keep_strings=True)
    text = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", text, flags=re.M)
    for match in STRING.finditer(text):
        if not UCUM.match(match.group(1)):
            yield source.line_of(text, match.start()), match.group(1)


def allowed():
    rows = []
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "typography-allowed")
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                rows.append(tuple(line.rstrip("\n").split(": ", 1)))
    return rows


def main():
    report = source.Report()
    exceptions = allowed()
    paths = list(source.files((".c", ".h", ".def"), ("cli",)))
    paths += list(source.files((".md", ".1", ".5"), ("docs",)))
    paths += list(source.files((".expected",), ("tests",)))
    paths += [name for name in ("README.md",) if os.path.exists(os.path.join(source.ROOT, name))]
    for path in paths:
        report.looked_at += 1
        for line, text in strings(path):
            if any(path == where and shown in text for where, shown in exceptions):
                continue
            for pattern, meaning in PATTERNS:
                match = re.search(pattern, text)
                if match:
                    report.add(path, line, f"{meaning}: {match.group(0).strip()!r} in {text.strip()[:60]!r}")
    report.finish()


main()
