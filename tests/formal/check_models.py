#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_models.py MODEL… | --mutants | --write: SPIN over the models in models/, every state of each.
MODEL: all its rows of MODELS hold, searched to the end. --mutants NAME…: these rows of MUTANTS, or all, have a
counterexample, and its events are those in traces/ (--write puts them there). Exit 1 otherwise. One line for each row, one of totals.

A trace is text: a line for each event, "WORD NUMBER…"; lines with # say what the mutant is. Words and numbers are those
of the printf lines of the model; P is a programmer, T its token:
connect P, order P program|stop, intent P T (durable), commit P T (sent), executed P T (durable in the pump),
verdict P T WORD, crash P (or gives up waiting), lost-request P, lost-answer P, repeated P, reordered, resent P,
power-loss, deadline N, stage-expires, silent (the pump would not say), calm P (no more faults, P gets the patient safe); of the store: boot PROGRAM,
store-block PROGRAM, answered PROGRAM, rot SLOT."""
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
QUIET = "POWER=0 LATE=0 TRICKS=0 SILENCES=0"
PAIR = "PROGRAMMERS=2 TOKENS=2"
# model, bounds
MODELS = (
    ("order", "SESSIONS=4 POWER=1 LATE=1 TRICKS=1 SILENCES=1"),
    ("order", "SESSIONS=3 POWER=1 LATE=0 TRICKS=1 SILENCES=1 NO_COUNTER"),  # tokens alone keep repeats out
    ("order", f"{PAIR} SESSIONS=4 {QUIET}"),
    ("order", f"{PAIR} SESSIONS=3 POWER=1 LATE=0 TRICKS=0 SILENCES=0"),
    ("order", f"{PAIR} SESSIONS=3 POWER=0 LATE=1 TRICKS=0 SILENCES=0"),
    ("order", f"{PAIR} SESSIONS=3 POWER=0 LATE=0 TRICKS=1 SILENCES=1"),
    ("store", "COMMITS=5 POWER=6 ROTTEN=3"),
)
# name of the trace, model, what breaks it and bounds, what the design lacks
MUTANTS = (
    ("resend", "order", f"RESEND SESSIONS=1 {QUIET}", "an order without an answer is sent again under a new token"),
    ("intent-after-commit", "order", f"INTENT_LATE SESSIONS=1 {QUIET}", "the intent is stored after the commit is sent"),
    ("last-token-only", "order", f"LAST_TOKEN_ONLY SESSIONS=2 POWER=0 LATE=0 TRICKS=0 SILENCES=1",
     "reconciling looks at the last token, not at the order's own record"),
    ("reconcile-skipped", "order", f"SKIP_RECONCILE SESSIONS=2 {QUIET}",
     "an open intent counts as not sent instead of asking the pump"),
    ("answer-before-store", "order", "ANSWER_FIRST SESSIONS=1 POWER=1 LATE=0 TRICKS=0 SILENCES=0",
     "the pump answers before the order is in its memory"),
    ("no-expected-digest", "order", f"NO_EXPECTED {PAIR} SESSIONS=2 {QUIET}",
     "the pump does not compare what the clinician saw with what runs"),
    ("time-out-is-failure", "order", f"TIMEOUT_FAILS SESSIONS=1 {QUIET}", "no answer in time counts as refused"),
    ("getting-safe-blocked", "order", "SAFE_BLOCKED SESSIONS=1 POWER=0 LATE=0 TRICKS=0 SILENCES=1",
     "an order whose outcome is unknown blocks getting safe"),
    ("token-re-executed", "order", "TOKEN_REUSED NO_COUNTER SESSIONS=1 POWER=0 LATE=0 TRICKS=1 SILENCES=0",
     "neither tokens nor message counters are compared"),
    ("old-sessions-live", "order", "OLD_SESSIONS SESSIONS=2 POWER=0 LATE=0 TRICKS=1 SILENCES=0",
     "a new session does not end the older ones"),
    ("no-deadline", "order", "NO_NOT_AFTER SESSIONS=1 POWER=0 LATE=1 TRICKS=0 SILENCES=0",
     "the pump does not look at the time until which an order holds"),
    ("asked-while-writing", "order", f"ASKED_WHILE_WRITING SESSIONS=2 {QUIET}",
     "the pump answers FIND_ORDER while it stores an order"),
    ("single-slot", "store", "SINGLE_SLOT", "the pump has one image slot and writes over it"),
    ("store-answers-first", "store", "ANSWER_FIRST", "the pump answers before the block is written"),
    ("no-checksum", "store", "NO_CHECKSUM", "a block that was cut off is taken for whole"),
    ("oldest-wins", "store", "OLDEST_WINS", "the first whole block counts, not the newest"),
    ("no-redo", "store", "NO_REDO", "a record that the block carries is not written after a power loss"),
    ("log-before-block", "store", "LOG_FIRST", "the record is written before the block"),
    ("older-program-runs", "store", "OLD_PROGRAM_RUNS", "the block before is run when the newest one is lost"),
    ("bad-slots-run", "store", "TORN_RUNS", "with both blocks bad the pump runs what is left in one"),
)


def search(model, words, folder, breadth_first):
    """Builds and runs the verifier; its output. The words become macros."""
    macros = ["-D" + word for word in words.split()]
    path = os.path.join(HERE, "models", model + ".pml")
    subprocess.run(["spin", *macros, "-a", path], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", "-O1" if breadth_first else "-O2", "-w", "-DSAFETY", "-DMEMLIM=1900", *(["-DBFS"] if breadth_first else []), "-o",
                    "pan", "pan.c"], cwd=folder, check=True)
    return subprocess.run(["./pan", "-m1000000"], cwd=folder, capture_output=True, text=True).stdout


def number(pattern, text):
    return int(re.search(pattern, text).group(1))


def check_model(model, words):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        output = search(model, words, folder, False)
    errors, states = number(r"errors: (\d+)", output), number(r"(\d+) states, stored", output)
    whole = not re.search(r"Search not completed|depth too small|MEMLIM|error:|Bit statespace", output)
    fine = errors == 0 and whole and states > 1000
    print(f"{'holds' if fine else 'FAILED'}: {model} {words}: {states} states{'' if whole else ', NOT ALL OF THEM'}, "
          f"{errors} errors, {time.monotonic() - begun:.0f} s", flush=True)
    if not fine:
        print(output)
    return fine, states


def trace_of(model, words, meaning, folder):
    path = os.path.join(HERE, "models", model + ".pml")
    os.rename(os.path.join(folder, model + ".pml.trail"), os.path.join(folder, "trail"))
    text = subprocess.run(["spin", *("-D" + word for word in words.split()), "-k", "trail", path], cwd=folder, check=True,
                          capture_output=True, text=True).stdout
    events = re.findall(r"^\s*event: (.*)$", text, re.M)
    return f"# {meaning}\n# {model} {words}\n" + "".join(event.rstrip() + "\n" for event in events)


def check_mutant(name, model, words, meaning, write):
    with tempfile.TemporaryDirectory() as folder:
        output = search(model, words, folder, True)
        caught = number(r"errors: (\d+)", output) > 0
        trace = trace_of(model, words, meaning, folder) if caught else ""
    path = os.path.join(HERE, "traces", name)
    if write and caught:
        with open(path, "w", encoding="ascii") as file:
            file.write(trace)
    same = os.path.exists(path) and open(path, encoding="ascii").read() == trace
    why = re.search(r"pan:1: (.*)", output)
    print(f"{'caught' if caught else 'NOT CAUGHT'}: {name}: {why.group(1) if why else 'no error'}"
          f"{'' if same else '; traces/' + name + ' is another trace: check_models.py --write'}", flush=True)
    return caught and same


def main():
    if sys.argv[1] in ("--mutants", "--write"):
        caught = [check_mutant(*row, sys.argv[1] == "--write") for row in MUTANTS if row[0] in (sys.argv[2:] or [row[0]])]
        print(f"formal: models: {sum(caught)} of {len(caught)} design mutants have a counterexample")
        sys.exit(not all(caught))
    begun = time.monotonic()
    results = [check_model(*row) for row in MODELS if row[0] in sys.argv[1:]]
    print(f"formal: {' '.join(sys.argv[1:])}: {len(results)} searches to the end, {sum(r[1] for r in results)} states, "
          f"{sum(not r[0] for r in results)} with errors, {time.monotonic() - begun:.0f} s")
    sys.exit(not results or not all(fine for fine, _ in results))


main()
