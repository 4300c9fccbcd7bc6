#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/hazards.md: 29 accidents, each with rules that exist and name it in their turn, and with a test that exists."""
import os
import re
import sys

ROOT = os.environ.get("SOURCE_DIR", os.path.join(os.path.dirname(__file__), "..", ".."))
ACCIDENTS = [f"A-{number:02}" for number in range(1, 30)]


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def rules_of(text):
    """{id: [accidents]} of rules.def: a row ends with its accidents."""
    rows = re.findall(r'^RULE\(\w+, "(L-[\w-]+)".*?"((?:A-\d\d ?)*)"\)$', text, re.S | re.M)
    return {rule: accidents.split() for rule, accidents in rows}


def rows_of(text):
    """[(accident, [rules], test)] of the table."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"A-\d\d", cells[0]):
            rows.append((cells[0], re.findall(r"L-[\w-]+", cells[3]), cells[4]))
    return rows


def check(hazards, definitions, tests):
    rules, rows, problems = rules_of(definitions), rows_of(hazards), []
    if len(rules) != len(re.findall(r"^RULE\(", definitions, re.M)):
        problems.append("rules.def: a row was not understood")
    if [row[0] for row in rows] != ACCIDENTS:
        problems.append("hazards.md: the rows are not A-01 to A-29, each once")
    for accident, named, test in rows:
        if not named:
            problems.append(f"{accident}: no rule")
        for rule in named:
            if accident not in rules.get(rule, []):
                problems.append(f"{accident}: {rule} does not exist or does not name it")
        for rule, accidents in rules.items():
            if accident in accidents and rule not in named:
                problems.append(f"{accident}: {rule} names it, hazards.md does not say so")
        if f"test_{test}(" not in tests and f"START_TEST({test})" not in tests:
            problems.append(f"{accident}: no test {test}")
        elif not any(rule in body_of(tests, test) for rule in named):
            problems.append(f"{accident}: {test} asserts none of its rules")
    return problems


def body_of(tests, test):
    start = tests.find(f"test_{test}(")
    start = start if start >= 0 else tests.find(f"START_TEST({test})")
    ends = [end for end in (tests.find("\n    def ", start), tests.find("END_TEST", start)) if end >= 0]
    return tests[start:min(ends)] if ends else tests[start:]


def main():
    tests = read("tests", "accidents", "test_accidents.py") + read("tests", "accidents", "accidents.c")
    problems = check(read("docs", "hazards.md"), read("protocol", "therapy", "rules.def"), tests)
    print("\n".join(problems) or "hazards: 29 rows, 0 findings")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
