#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes each rule of rules.def in turn and prints which test notices. A rule that no test misses fails the run.

The unit tests of the rules come first; a rule that only a command uses is tried with the accidents of
docs/hazards.md that name it, and with a pumpctl that lacks it."""
import os
import re
import subprocess
import sys
import tempfile

SOURCE, BUILD = os.environ["SOURCE_DIR"], os.environ["BUILD_DIR"]
UNITS = ("limits", "limits_drug", "limits_schedule", "limits_visit", "limits_state", "refill_rules")
PROGRAMS = [os.path.join(BUILD, "tests", "unit", f"test_{name}") for name in UNITS]
PROGRAMS.append(os.path.join(BUILD, "tests", "accidents", "accidents"))
ACCIDENTS = os.path.join(SOURCE, "tests", "accidents", "test_accidents.py")


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def failed_unit(rule):
    """Name of the first unit test that fails without the rule."""
    for program in PROGRAMS:
        result = subprocess.run([program], env={**os.environ, "RULE_OFF": rule}, text=True,
                                capture_output=True, check=False)
        found = re.search(r":[FE]:\w+:(\w+):", result.stdout)
        if found:
            return found.group(1)
        if result.returncode:
            raise SystemExit(f"{program} ended with {result.returncode}: {result.stdout}{result.stderr}")
    return None


def failed_accident(rule, folder):
    """Name of the first accident that fails with a pumpctl that lacks the rule."""
    script = os.path.join(folder, "pumpctl")
    with open(script, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nRULE_OFF={rule} exec "{BUILD}/cli/pumpctl_without_rule" "$@"\n')
    os.chmod(script, 0o755)
    for row in read("docs", "hazards.md").splitlines():
        test = re.search(r"\b(a_\d\d_\w+) \|$", row)
        if not test or not re.search(rf"{rule}(?![\w-])", row):
            continue
        result = subprocess.run([ACCIDENTS, f"Accidents.test_{test.group(1)}"], text=True, capture_output=True, check=False,
                                env={**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]})
        if result.returncode and rule in result.stderr:
            return test.group(1)
    return None


def main():
    rules = re.findall(r'^RULE\(\w+, "(L-[\w-]+)"', read("protocol", "therapy", "rules.def"), re.M)
    missed = []
    with tempfile.TemporaryDirectory(prefix="pumpctl-rules-") as folder:
        if failed_unit("none") or not rules:
            raise SystemExit("with every rule in place a test fails")
        for rule in rules:
            test = failed_unit(rule) or failed_accident(rule, folder)
            print(f"{rule:26} {test or 'NO TEST FAILED'}", flush=True)
            if not test:
                missed.append(rule)
    print(f"{len(rules)} rules removed one at a time, {len(missed)} not missed by any test")
    sys.exit(bool(missed))


main()
