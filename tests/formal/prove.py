#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""prove.py FILE[:FUNCTION,…]…: every goal of Frama-C WP on the contracts in these sources, or of these functions of
them, is proved by Z3 or CVC4.
prove.py --mutants NAME: every sed script mutants/NAME_* breaks the function that its heading names, and leaves
goals unproved there. Exit 1 otherwise. Prints the goals that are not proved and one line of totals."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("SOURCE_DIR") or os.path.join(HERE, "..", "..")
# Overflow of signed and unsigned integers, casts that lose a value, memory and division are goals as well.
WP = ["frama-c", "-wp", "-wp-rte", "-warn-unsigned-overflow", "-warn-signed-downcast", "-wp-prover", "z3,cvc4",
      "-wp-par", "2"]  # one goal, both provers: the first answer counts
HEADING = re.compile(r"# (protocol/\S+) (\w+): (.+)")


def prove(path, root, work, *options):
    """(proved, all, names of the goals that are not) of one source below root."""
    # The configuration is made afresh: no file in a home directory decides which provers there are.
    environment = dict(os.environ, WHY3CONFIG=os.path.join(work, "why3.conf"))
    if not os.path.exists(environment["WHY3CONFIG"]):
        subprocess.run(["why3", "config", "detect"], env=environment, check=True, capture_output=True)
    include = "-cpp-extra-args=-I" + os.path.join(root, "protocol", "therapy")
    run = subprocess.run([*WP, include, *options, os.path.join(root, path)], env=environment, capture_output=True, text=True)
    totals = re.search(r"Proved goals:\s+(\d+) / (\d+)", run.stdout)
    if run.returncode or not totals or re.search(r"Warning: (Missing|No goal)", run.stdout):
        sys.exit(f"{path}: Frama-C could not read it\n{run.stdout}{run.stderr}")
    open_goals = re.findall(r"\[Failed\] Goal (\S+)", run.stdout)
    return int(totals.group(1)), int(totals.group(2)), open_goals


def prove_all(paths, work):
    fine = True
    for path, _, functions in (path.partition(":") for path in paths):
        only = ["-wp-fct", functions] if functions else []
        proved, goals, unproved = prove(path, ROOT, work, "-wp-timeout", "20", *only)
        for name in unproved:
            print(f"{path}: not proved: {name}")
        print(f"formal: {path}: {proved} of {goals} goals proved")
        fine = fine and proved == goals > 0
    return fine


def run_mutant(name, work):
    with open(os.path.join(HERE, "mutants", name), encoding="ascii") as file:
        heading = next(line for line in file if not line.startswith("# SPDX"))
    path, function, meaning = HEADING.match(heading).groups()
    folder = os.path.join(work, "mutant")
    shutil.copytree(os.path.join(ROOT, "protocol", "therapy"), os.path.join(folder, "protocol", "therapy"))
    target = os.path.join(folder, path)
    with open(target, encoding="utf-8") as file:
        before = file.read()
    subprocess.run(["sed", "-i", "-E", "-f", os.path.join(HERE, "mutants", name), target], check=True)
    with open(target, encoding="utf-8") as file:
        if file.read() == before:
            sys.exit(f"{name}: changes nothing in {path}")
    proved, goals, _ = prove(path, folder, work, "-wp-fct", function, "-wp-timeout", "2")
    shutil.rmtree(folder)
    print(f"{'caught' if proved < goals else 'NOT CAUGHT'}: {goals - proved} of {goals} goals of {function} unproved: "
          f"{meaning}")
    return proved < goals


def main():
    with tempfile.TemporaryDirectory() as work:
        if sys.argv[1] != "--mutants":
            sys.exit(not prove_all(sys.argv[1:], work))
        names = sorted(name for name in os.listdir(os.path.join(HERE, "mutants")) if name.startswith(sys.argv[2] + "_"))
        caught = [run_mutant(name, work) for name in names]
        print(f"formal: {sys.argv[2]}: {sum(caught)} of {len(caught)} code mutants leave goals unproved")
        sys.exit(not caught or not all(caught))


main()
