#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Benchmarks on this machine, as ratios within one run, with the programs of the optimised build.

Prints each figure beside its bar and says by how much a bar is missed. Timings never decide: the exit code
is 1 only when a program fails or a comparison could not be made.

    run.py RELEASE_DIR [startup] [session] [checks] [pull] [memory] [year]
"""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RELEASE = os.path.abspath(sys.argv[1])
WANTED = sys.argv[2:] or ["startup", "session", "checks", "pull", "memory", "year"]
PUMPCTL = os.path.join(RELEASE, "cli", "pumpctl")
BARE = os.path.join(RELEASE, "tests", "bench", "programs", "bare_loop")
HOURS_PER_DAY = 24


def report(name, figure, bar, met):
    print(f"bench: {name}: {figure} (bar: {bar}){'' if met else '  MISSED'}", flush=True)


def elapsed(arguments):
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def startup(_work):
    ratios = []
    for _ in range(60):
        bare = elapsed(["/bin/true"])
        ratios.append(elapsed([PUMPCTL, "--version"]) / bare)
    ratio = statistics.median(ratios)
    report("pumpctl --version against /bin/true", f"{ratio:.2f} times", "at most 3", ratio <= 3)


class Pump:
    """A virtual pump with at least so many records, in a state directory of its own."""

    def __init__(self, work, name, records):
        self.state = os.path.join(work, name)
        self.name = name
        days = records // HOURS_PER_DAY + 1
        self.serial = self.call("sim", "start", name, "days", str(days),
                                "log-slots", str(records + 1000))["serial"]

    def call(self, *words):
        done = subprocess.run([PUMPCTL, "--state-dir", self.state, "--json", *words], check=True,
                              stdout=subprocess.PIPE)
        return json.loads(done.stdout)["data"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("sim", "stop", self.name)


def pull_once(pump):
    for suffix in ("", "-wal", "-shm"):
        path = os.path.join(pump.state, "archive.sqlite" + suffix)
        if os.path.exists(path):
            os.unlink(path)
    start = time.perf_counter()
    stored = int(pump.call("--pump", pump.serial, "log", "pull")["stored_now"])
    return stored, time.perf_counter() - start


def pull(work):
    ratios = []
    with Pump(work, "pull", 100000) as pump:
        for turn in range(5):
            stored, took = pull_once(pump)
            bare = float(subprocess.run([BARE, "local", str(stored), os.path.join(work, f"bare{turn}")],
                                        check=True, stdout=subprocess.PIPE).stdout)
            ratios.append(bare / took)
            print(f"bench:   pull of {stored} records {took:.2f} s, bare loop {bare:.2f} s", flush=True)
    ratio = statistics.median(ratios)
    report("local log pull against a bare loop with the same PDUs and rows", f"{ratio:.2f} of its rate",
           "at least 0.5", ratio >= 0.5)


def memory(work):
    records = 1000000
    with Pump(work, "memory", records) as pump:
        process = subprocess.Popen([PUMPCTL, "--state-dir", pump.state, "--json", "--pump", pump.serial,
                                    "log", "pull"], stdout=subprocess.PIPE)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit("bench: log pull failed")
    stored = int(json.loads(output)["data"]["stored_now"])
    mib = usage.ru_maxrss / 1024
    report(f"memory of a pull of {stored} records", f"{mib:.1f} MiB", "at most 16 MiB",
           stored >= records and mib <= 16)


def session(_work):
    program = os.path.join(RELEASE, "tests", "bench", "programs", "session_cost")
    done = subprocess.run([program], check=True, stdout=subprocess.PIPE)
    each, ratio = (float(text) for text in done.stdout.split())
    report("processor time of a session's set-up, both sides", f"{each / 1000:.2f} ms", "at most 5 ms", each <= 5000)
    report("sealed and opened message of 4 KiB against bare libsodium", f"{ratio:.2f} times", "at most 1.5",
           ratio <= 1.5)


def checks(_work):
    program = os.path.join(RELEASE, "tests", "bench", "programs", "check_programs")
    done = subprocess.run([program], check=True, stdout=subprocess.PIPE)
    number = int(done.stdout)
    report("full checks of a program of 7 patterns, 13 steps and 6 drugs, 30 days ahead", f"{number:,} per second",
           "at least 2,000", number >= 2000)


def year(_work):
    """Here no ratio: the bar is a second, and a slower machine shows a longer one."""
    done = subprocess.run([os.path.join(RELEASE, "tests", "bench", "programs", "pump_year")], check=True,
                          stdout=subprocess.PIPE, text=True)
    seconds, boluses, volume = done.stdout.split()
    report(f"pump model: a year of flex with {boluses} patient boluses, {volume} mL", f"{seconds} s", "at most 1 s",
           float(seconds) <= 1)


def main():
    work = tempfile.mkdtemp(prefix="pumpctl-bench-")
    os.environ["XDG_RUNTIME_DIR"] = os.path.join(work, "run")
    os.mkdir(os.environ["XDG_RUNTIME_DIR"], 0o700)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for name in WANTED:
            {"startup": startup, "session": session, "checks": checks, "pull": pull, "memory": memory,
             "year": year}[name](work)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
