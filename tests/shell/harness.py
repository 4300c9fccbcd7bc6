# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual pump and a state directory of its own for each test class; pumpctl as a process or in a terminal."""
import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

SECONDS = 30  # the longest that any condition may take to become true


def wait_until(condition, what):
    """Waits for condition() to be true; what says in words what never happened."""
    end = time.monotonic() + SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.01)


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        self.both = self.out + self.err

    def lines(self):
        return [json.loads(line, parse_constant=refuse_constant) for line in self.out.splitlines()]

    def envelope(self):
        """The one envelope; with a stream its last line."""
        return self.lines()[-1]

    def data(self):
        return self.envelope()["data"]


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def no_byte_for_files():
    """For a child: every write to a file fails, as on a full disk whose last block is taken. Sockets and pipes work."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # what a shell starts its programs with
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class Bench:
    """Temporary directories and the environment that points to them."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="pumpctl-shell-")
        self.state = os.path.join(self.root, "state")
        runtime = os.path.join(self.root, "run")
        os.mkdir(runtime, 0o700)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.root, "XDG_RUNTIME_DIR": runtime,
                    "PUMPCTL_STATE_DIR": self.state, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm",
                    "INPUTRC": "/dev/null"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run(self, *words, stdin="", **options):
        """passphrases: what --passphrase-fd gives, line by line; None: no such option. before: called in the child.
        program: instead of pumpctl."""
        process = self.start(*words, stdin=subprocess.PIPE, **options)
        try:
            process.stdout, process.stderr = process.communicate(stdin, timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Result(process)

    def json(self, *words, **options):
        return self.run("--json", *words, **options)

    def start(self, *words, stdin=subprocess.DEVNULL, passphrases=("training",) * 8, before=None, program="pumpctl",
              keep=()):
        """keep: descriptors that the child keeps."""
        descriptor, option = None, ()
        if passphrases is not None:
            descriptor, writer = os.pipe()
            os.write(writer, "".join(f"{line}\n" for line in passphrases).encode())
            os.close(writer)
            option, keep = ("--passphrase-fd", str(descriptor)), (*keep, descriptor)
        process = subprocess.Popen([program, *option, *words], env=self.env, text=True, stdin=stdin,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=keep, preexec_fn=before)
        if descriptor is not None:
            os.close(descriptor)
        return process

    def must(self, *words):
        result = self.json(*words)
        if result.code:
            raise AssertionError(f"{words}: exit {result.code}: {result.both}")
        return result.data()

    def show(self, name="demo"):
        """The pump as it truly is."""
        return self.must("sim", "show", name)

    def audit_text(self):
        """The trail as it lies on disk."""
        text = ""
        for folder, _, names in os.walk(os.path.join(self.state, "audit")):
            for name in names:
                if name == "log":
                    with open(os.path.join(folder, name), encoding="ascii", errors="replace") as file:
                        text += file.read()
        return text

    def intents(self):
        return self.audit_text().count('"kind":"intent"')

    def close(self):
        stopped = self.run("sim", "stop", "all")
        shutil.rmtree(self.root)
        if stopped.code:
            raise AssertionError(f"sim stop all: {stopped.both}")


class PumpCase(unittest.TestCase):
    """One fresh virtual pump "demo", PX20-000123, morphine 1 mg/day, for the whole class."""

    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.bench.must("sim", "start", "demo", "serial", "PX20-000123", "drug", "morphine", "dose", "1",
                       "mg/day", "days", "2")

    def run_pumpctl(self, *words, **options):
        return self.bench.run(*words, **options)

    def dose(self):
        """What the pump says that it runs."""
        return self.bench.must("program", "show")["drugs"][0]["daily_dose"]["display"]


class Terminal:
    """pumpctl, or another program, in a pseudo terminal, typed into as by hand."""

    def __init__(self, bench, *words, columns=100, program=("pumpctl",)):
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, columns)) if hasattr(termios, "tcsetwinsize") else \
            self._resize(slave, columns)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen([*program, *words], env=bench.env, stdin=slave, stdout=slave,
                                        stderr=slave, preexec_fn=self._lead, close_fds=True)
        self.seen = ""  # all of it
        self.at = 0     # what was looked at already

    @staticmethod
    def _resize(slave, columns):
        import fcntl
        import struct
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def _lead(self):
        import fcntl
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            self.seen += os.read(self.master, 65536).decode("utf-8", "replace")
        except OSError:
            return False
        return True

    def expect(self, pattern):
        """Waits until the pattern appears after what was expected before; returns the match."""
        end = time.monotonic() + SECONDS
        while True:
            match = re.compile(pattern).search(self.seen, self.at)
            if match:
                self.at = match.end()
                return match
            if time.monotonic() > end or (not self._read(0.2) and self.process.poll() is not None):
                raise AssertionError(f"{pattern!r} did not appear in {self.seen[self.at:]!r}")

    def send(self, text):
        os.write(self.master, text.encode())

    def type(self, text):
        """Types each character by itself and waits for its echo, as fingers and eyes do."""
        for char in text:
            self.send(char)
            if char >= " ":
                self.expect(re.escape(char))

    def line(self, text):
        self.type(text)
        self.send("\r")

    def sign(self, who="trainer", passphrase="training"):
        """The passphrase is asked for, and not seen while it is typed."""
        self.sign_for(f"passphrase of {who}: ", passphrase)

    def sign_for(self, question, secret):
        """Any secret that is asked for so."""
        self.expect(re.escape(question))
        before = len(self.seen)
        for char in secret:
            self.send(char)
        self.send("\r")
        self.expect("\n")
        if secret in self.seen[before:]:
            raise AssertionError("what was typed was seen")

    def finish(self):
        """Waits for the end; returns the exit code. The terminal must be as it was before."""
        end = time.monotonic() + SECONDS
        while self.process.poll() is None:
            self._read(0.05)
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"pumpctl did not end: {self.seen[-500:]!r}")
        while self._read(0):
            pass
        after = termios.tcgetattr(self.slave)
        os.close(self.slave)
        os.close(self.master)
        if after != self.before:
            raise AssertionError("the terminal was left in another mode")
        return self.process.returncode


def main():
    program = unittest.main(module="__main__", exit=False, verbosity=1)
    if not program.result.testsRun or program.result.skipped:
        print("no test ran, or one was skipped", file=sys.stderr)
        sys.exit(1)
    sys.exit(not program.result.wasSuccessful())
