#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/threat-model.md: 28 rows, each with tests that exist, or a sentence why it does not apply. Tests named in its
sentences, in brackets, exist as well."""
import re

import source

ROWS = 28


def names_of_tests():
    names = set()
    for path in source.files((".c", ".py", "CMakeLists.txt"), ("tests",)):
        text = source.read(path)
        names.update(re.findall(r"START_TEST\((\w+)\)", text))
        names.update(re.findall(r"def test_(\w+)\(", text))
        names.update("test_" + name for name in re.findall(r"def test_(\w+)\(", text))
        names.update(re.findall(r"pumpctl_fuzz\((\w+)", text))
    return names


def main():
    report, tests, number = source.Report(), names_of_tests(), 0
    path = "docs/threat-model.md"
    for line, text in enumerate(source.read(path).splitlines(), 1):
        for name in re.findall(r"\w+_\w+_\w+", text):
            if name not in tests:
                report.add(path, line, f"no test {name}")
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if len(cells) != 4 or not cells[0].isdigit():
            continue
        number += 1
        report.looked_at += 1
        if int(cells[0]) != number:
            report.add(path, line, f"row {cells[0]} is out of order")
        named = re.findall(r"\w+", cells[3])
        if not named and not cells[2].startswith("does not apply"):
            report.add(path, line, "neither a test nor 'does not apply'")
        for name in named:
            if name.count("_") < 2 and name not in tests:
                report.add(path, line, f"no test {name}")
    if number != ROWS:
        report.add(path, 1, f"{number} rows, not {ROWS}")
    report.finish()


if __name__ == "__main__":
    main()
