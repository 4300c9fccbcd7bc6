#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line coverage of bt/: builds it once more with --coverage, runs the unit tests that use bt/ alone and the PDU
scripts, and prints each file. Files that no test touches count with all their lines. Exit 1 below 90 %."""
import glob
import json
import os
import re
import subprocess
import sys

SOURCE, BUILD = os.environ["SOURCE_DIR"], os.environ["BUILD_DIR"]
FOLDER = os.path.join(BUILD, "coverage")
LEAST = 90.0
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def run(*command, folder=FOLDER):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def headers(folder):
    return {os.path.basename(path) for path in glob.glob(f"{SOURCE}/{folder}/**/*.h", recursive=True)}


def included(path, seen):
    """Names of all headers that a test includes, through those of tests/support."""
    with open(path, encoding="utf-8") as file:
        for name in INCLUDE.findall(file.read()):
            if name not in seen:
                seen.add(name)
                support = f"{SOURCE}/tests/support/{name}"
                if os.path.exists(support):
                    included(support, seen)
    return seen


def tests_of_bt():
    bt, others = headers("bt"), headers("cli") | headers("protocol")
    names = []
    for path in sorted(glob.glob(f"{SOURCE}/tests/unit/test_*.c")):
        used = included(path, set())
        if used & bt and not used & (others - bt):
            names.append(os.path.basename(path)[:-2])
    return names


def lines_of_bt():
    """{file: {line: times}} over all objects of the bt libraries."""
    files = {}
    for notes in sorted(glob.glob(f"{FOLDER}/bt/CMakeFiles/*/*/*.gcno")):
        for text in run("gcov", "--json-format", "--stdout", notes).splitlines():
            for file in json.loads(text)["files"]:
                # The way to a source file is told from here or from there; its folders are always its last parts.
                name = "/".join(file["file"].split("/")[-3:])
                if not name.startswith("bt/"):
                    continue
                lines = files.setdefault(name, {})
                for line in file["lines"]:
                    number = line["line_number"]
                    lines[number] = lines.get(number, 0) + line["count"]
    return files


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for old in glob.glob(f"{FOLDER}/**/*.gcda", recursive=True):
        os.remove(old)
    tests = tests_of_bt()
    run("cmake", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=--coverage", SOURCE)
    run("ninja", "-j2", *tests, "gatt_serve", "gatt_ask")
    for test in tests:
        run(f"{FOLDER}/tests/unit/{test}")
    run(f"{SOURCE}/tests/support/gatt_replay.py", f"{FOLDER}/tests/vectors",
        *sorted(glob.glob(f"{SOURCE}/tests/vectors/gatt/*.pdu")))
    covered = total = 0
    for name, lines in sorted(lines_of_bt().items()):
        missed = [number for number, count in sorted(lines.items()) if not count]
        covered += len(lines) - len(missed)
        total += len(lines)
        share = 100.0 * (len(lines) - len(missed)) / len(lines)
        print(f"{name:28} {share:6.1f} % of {len(lines):4} lines; not: {' '.join(map(str, missed)) or 'none'}")
    if not total:
        sys.exit("coverage: nothing was measured")
    share = 100.0 * covered / total
    print(f"bench: coverage of bt/ {share:.1f} % of {total} lines by {len(tests)} test programs (bar: at least {LEAST:.0f} %)")
    sys.exit(share < LEAST)


main()
