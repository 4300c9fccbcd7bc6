#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree as a whole: licence lines, top level, words and paths that have no place in it."""
import os
import re

import source

TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "bt", "cli", "completions", "docs", "protocol",
       "tests", "build"}
LICENCE = "SPDX-License-Identifier: GPL-3.0-or-later"
CODE = (".c", ".h", ".def", ".sh", ".py", ".cmake", "CMakeLists.txt", "/run", "/init")
WORDS = (
    (r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b", "unfinished work"),  # in brackets, so as not to find itself
    (r"(?<![\w.$}])/(work|home|Users|mnt|workspace|builds)/\w", "a path of one machine"),
    (r"\bis (FDA|CE)[- ](approved|marked|cleared)|\bcertified (to|for|under|by)\b|\bcompl(ies|iant) with (IEC|ISO)\b",
     "a claim of conformity"),
    (r"\b(issue|ticket|task) #?[0-9]+\b", "a reference outside the tree"),
    (r"\b(deb\.debian\.org|pypi\.org|registry\.npmjs|proxy\.golang\.org)\b", "the host of a registry"),
    (r"#\s*ifdef\s+TEST", "a test hook in the product"),
)


def check_licence(report, path, text):
    lines = text.split("\n", 3)
    first = 1 if lines[0].startswith("#!") else 0
    if LICENCE not in (lines[first] if len(lines) > first else ""):
        report.add(path, first + 1, f"lacks {LICENCE}")


def main():
    report = source.Report()
    for name in sorted(os.listdir(source.ROOT)):
        report.looked_at += 1
        if not name.startswith(".") and name not in TOP:
            report.add(name, 1, "does not belong at the top level")
    everything = list(source.files(("",)))
    everything += [name for name in os.listdir(source.ROOT)
                   if name not in ("LICENSE", ".git") and os.path.isfile(os.path.join(source.ROOT, name))]
    everything += [os.path.join(".ci", name) for name in os.listdir(os.path.join(source.ROOT, ".ci"))]
    for path in everything:
        report.looked_at += 1
        try:
            text = source.read(path)
        except UnicodeDecodeError:
            continue
        if path.endswith(CODE):
            check_licence(report, path, text)
        if path == "tests/lint/tree.py" or path.startswith("tests/lint/samples/"):
            continue
        for pattern, meaning in WORDS:
            for match in re.finditer(pattern, text):
                report.add(path, source.line_of(text, match.start()), f"{meaning}: {match.group(0)!r}")
    report.finish()


main()
