#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""mutants.py [NAME…]: breaks engine or pump as each file of mutants/ says, and shows a schedule of the simulator that
fails then and does not without. A mutant that survives, or whose text is no longer in the source, fails the run.

A mutant is a text: a line with what is broken, `by` and the campaigns of the simulator that are run until one schedule
fails, then for each place `file`, the lines as they stand and, behind `becomes`, the lines instead of them."""
import concurrent.futures
import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("SOURCE_DIR") or os.path.join(HERE, "..", "..")
COMPILE = ["cc", "-std=gnu11", "-O1", "-D_GNU_SOURCE", "-c"]
PROGRAMS = {"test_pairs": [], "test_invariants": ["-lcheck", "-lsubunit", "-lm", "-lrt", "-lpthread"]}
WORKERS = 2


class Mutant:
    """What a file of mutants/ says."""

    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            head, *places = re.split(r"^file (\S+)\n", file.read(), flags=re.M)
        lines = [line for line in head.splitlines() if not line.startswith("#")]
        self.what = lines[0]
        self.campaigns = [shlex.split(line[len("by "):]) for line in lines[1:] if line.startswith("by ")]
        self.places = {}
        for source, text in zip(places[::2], places[1::2]):
            old, new = text.split("becomes\n", 1)
            self.places.setdefault(source, []).append((old, new))


def includes(root):
    folders = [folder for folder, _, _ in os.walk(os.path.join(root, "protocol"))]
    return ["-I" + folder for folder in [*folders, os.path.join(root, "tests", "sim"),
                                         os.path.join(root, "tests", "support")]]


def sources():
    found = glob.glob("protocol/**/*.c", root_dir=ROOT, recursive=True)
    found += glob.glob("tests/sim/world*.c", root_dir=ROOT) + ["tests/sim/tally.c"]
    return sorted(found) + [f"tests/sim/{program}.c" for program in PROGRAMS]


def object_name(folder, source):
    return os.path.join(folder, source.replace("/", "_") + ".o")


def compile_one(source, path, folder):
    subprocess.run([*COMPILE, *includes(ROOT), f'-DTEST_DATA="{ROOT}/tests"', path, "-o", object_name(folder, source)],
                   check=True)


def link(program, folders, out):
    """Each object from the first of the folders that has it."""
    others = {f"tests/sim/{other}.c" for other in PROGRAMS if other != program}
    objects = [next(object_name(folder, source) for folder in folders if os.path.exists(object_name(folder, source)))
               for source in sources() if source not in others]
    path = os.path.join(out, program)
    subprocess.run(["cc", *objects, "-o", path, "-lsodium", *PROGRAMS[program]], check=True)
    return path


def break_source(mutant, folder):
    """Compiles the sources that the mutant changes. False: some text is not there, or there more than once."""
    for source, changes in mutant.places.items():
        with open(os.path.join(ROOT, source), encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            if text.count(old) != 1:
                return False
            text = text.replace(old, new)
        # The copy lies where its own folder's headers are found first.
        path = os.path.join(folder, os.path.basename(source))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        compile_one(source, path, folder)
    return True


def failing_schedule(program, words):
    """(words of the first schedule that fails, what does not hold), or None. The rest is not waited for."""
    run = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                           start_new_session=True)
    found = None
    try:
        for line in run.stderr:
            found = re.match(r"replay: \S+ (.*) # not so: (.*)", line)
            if found:
                break
    finally:
        try:
            os.killpg(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        run.communicate()
    return (found.group(1).split(), found.group(2)) if found else None


def judge(mutant, base, work):
    """(True if it was caught, line of the table)."""
    folder = os.path.join(work, mutant.name)
    os.mkdir(folder)
    if not break_source(mutant, folder):
        return False, "its text is not in the source"
    for program, *words in mutant.campaigns:
        broken = link(program, [folder, base], folder)
        found = failing_schedule(broken, words)
        if not found:
            continue
        schedule, why = found
        sound = subprocess.run([os.path.join(base, program), *schedule], capture_output=True, check=False)
        if sound.returncode:
            return False, f"{program} {' '.join(schedule)} fails without it as well"
        return True, f"{program} {' '.join(schedule)}: not so: {why}"
    return False, "survived"


def main():
    paths = sorted(glob.glob(os.path.join(HERE, "mutants", "*.txt")))
    mutants = [mutant for mutant in map(Mutant, paths) if not sys.argv[1:] or mutant.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="pumpctl-mutants-") as work, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        base = os.path.join(work, "base")
        os.mkdir(base)
        list(pool.map(lambda source: compile_one(source, os.path.join(ROOT, source), base), sources()))
        for program in PROGRAMS:
            link(program, [base], base)
        caught = 0
        for mutant, verdict in zip(mutants, pool.map(lambda mutant: judge(mutant, base, work), mutants)):
            caught += verdict[0]
            print(f"{mutant.name:28} {'caught by ' if verdict[0] else 'NOT CAUGHT: '}{verdict[1]}")
            print(f"{'':28} {mutant.what}", flush=True)
    print(f"{caught} of {len(mutants)} mutants of engine and pump caught")
    return 0 if caught == len(mutants) > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
