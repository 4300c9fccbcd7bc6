#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""prove.py FILE[:FUNCTION,…] [NAME]: every goal of Frama-C WP on the contracts in this source, or of these functions of
it, is proved by Z3 or CVC4. Then every sed script mutants/NAME_* breaks the function that its heading names, and leaves
a goal unproved there that was proved in less time before. Exit 1 otherwise. Prints the goals that are not proved, and
lines of totals."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("SOURCE_DIR") or os.path.join(HERE, "..", "..")
# Overflow of signed and unsigned integers, casts that lose a value, memory and division are goals as well.
WP = ["frama-c", "-wp", "-wp-rte", "-warn-unsigned-overflow", "-warn-signed-downcast", "-wp-prover", "z3,cvc4",
      "-wp-par", "2"]  # one goal, both provers: the first answer counts
SECONDS, MUTANT_SECONDS = 20, 1  # for one goal
HEADING = re.compile(r"# (protocol/\S+) (\w+): (.+)")
VALID = re.compile(r"\] Goal (\S+) : Valid(.*)")
TIME = re.compile(r"\(([\d.]+)s\)")


def start(path, root, work, seconds, *options):
    """Frama-C on one source below root, its lines to be read."""
    # The configuration is made afresh: no file in a home directory decides which provers there are.
    environment = dict(os.environ, WHY3CONFIG=os.path.join(work, "why3.conf"))
    if not os.path.exists(environment["WHY3CONFIG"]):
        subprocess.run(["why3", "config", "detect"], env=environment, check=True, capture_output=True)
    include = "-cpp-extra-args=-I" + os.path.join(root, "protocol", "therapy")
    return subprocess.Popen([*WP, "-wp-timeout", str(seconds), include, *options, os.path.join(root, path)],
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            start_new_session=True)


def read_to_end(path, run):
    """(output, proved, all) of a run that could read its source; the program ends with one that could not."""
    output = run.communicate()[0]
    totals = re.search(r"Proved goals:\s+(\d+) / (\d+)", output)
    if run.returncode or not totals or re.search(r"Warning: (Missing|No goal)", output):
        sys.exit(f"{path}: Frama-C could not read it\n{output}")
    return output, int(totals.group(1)), int(totals.group(2))


def prove(path, functions, work):
    """(all are proved, names of those that took less time than a mutant gets)."""
    output, proved, goals = read_to_end(path, start(path, ROOT, work, SECONDS,
                                                    *(["-wp-fct", functions] if functions else [])))
    for name in re.findall(r"\[Failed\] Goal (\S+)", output):
        print(f"{path}: not proved: {name}")
    print(f"formal: {path}: {proved} of {goals} goals proved")
    quick = {name for name, times in VALID.findall(output) if not TIME.search(times)}
    return proved == goals > 0, quick


def breaks_a_goal(path, run, quick):
    """Name of the first goal that failed although it was quick before; the rest is not waited for. None: there is none."""
    for line in run.stdout:
        failed = re.search(r"\[Failed\] Goal (\S+)", line)
        if failed and failed.group(1) in quick:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            return failed.group(1)
        if "Proved goals:" in line:
            run.communicate()
            return None
    return sys.exit(f"{path}: Frama-C could not read a mutant of it")


def run_mutant(name, quick, work):
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
    goal = breaks_a_goal(path, start(path, folder, work, MUTANT_SECONDS, "-wp-fct", function), quick)
    shutil.rmtree(folder)
    print(f"caught by {goal}: {meaning}" if goal else f"NOT CAUGHT in {function}: {meaning}")
    return goal is not None


def main():
    path, _, functions = sys.argv[1].partition(":")
    with tempfile.TemporaryDirectory() as work:
        fine, quick = prove(path, functions, work)
        if len(sys.argv) > 2:
            names = sorted(name for name in os.listdir(os.path.join(HERE, "mutants"))
                           if name.startswith(sys.argv[2] + "_"))
            caught = [run_mutant(name, quick, work) for name in names]
            print(f"formal: {sys.argv[2]}: {sum(caught)} of {len(caught)} code mutants leave goals unproved")
            fine = fine and bool(caught) and all(caught)
    sys.exit(not fine)


main()
