#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""suites.py BUILD_DIR RESULTS.xml LABEL…: one line per suite from ctest's list of tests and its JUnit file.
Exit 1 if a suite failed, skipped a test or ran none."""
import json
import subprocess
import sys
import xml.etree.ElementTree as ET


def labels_of(test):
    for item in test.get("properties", []):
        if item["name"] == "LABELS":
            return item["value"]
    return []


def main():
    build, results, labels = sys.argv[1], sys.argv[2], sys.argv[3:]
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True,
                             capture_output=True, text=True).stdout
    suites = {label: [] for label in labels}
    cases = {case.get("name"): case for case in ET.parse(results).getroot().iter("testcase")}
    for test in json.loads(listing)["tests"]:
        for label in labels_of(test):
            if label in suites and test["name"] in cases:
                suites[label].append(cases[test["name"]])
    bad = False
    for label, ran in suites.items():
        passed = [case for case in ran if case.get("status") == "run"]
        seconds = sum(float(case.get("time") or 0) for case in ran)
        fine = bool(ran) and len(passed) == len(ran)
        bad = bad or not fine
        word = "passed" if fine else "FAILED" if ran else "FAILED: it ran no test"
        print(f"suite {label:8} {len(passed):4} of {len(ran):4} tests passed {seconds:7.1f} s  {word}")
    sys.exit(bad)


main()
