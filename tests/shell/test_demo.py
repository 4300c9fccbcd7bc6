#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""cli/demo.sh, the first thing that a newcomer runs: without a terminal, and with a person who confirms or does not."""
import os
import re
import subprocess
import unittest

import harness

CONFIRMED = "PX20-000123 morphine 1.4 mg/day"
DEMO = os.path.join(os.environ["SOURCE_DIR"], "cli", "demo.sh")


class Demo(unittest.TestCase):
    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        self.temporary = os.path.join(self.bench.root, "tmp")
        os.mkdir(self.temporary)
        self.bench.env.update(TMPDIR=self.temporary,
                              PUMPCTL_BUILD_DIR=os.path.join(os.environ["BUILD_DIR"], "demo"))
        # Built before a person sits at the terminal, whose patience the bench limits.
        self.build = self.run_demo()

    def run_demo(self):
        return subprocess.run(["sh", DEMO], env=self.bench.env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=280, check=False)

    def sockets(self):
        return os.listdir(os.path.join(self.bench.env["XDG_RUNTIME_DIR"], "pumpctl"))

    def check_last_screen(self, text):
        screen = text[text.index("=== Done"):]
        self.assertIn(f"Confirmed         {CONFIRMED}", screen)
        self.assertIn(f"Read back         {CONFIRMED}", screen)
        self.assertIn("read-back equals what was confirmed", screen)
        self.assertRegex(screen, r"Audit trail       verifies: [0-9]+ records")
        self.assertIn("Try next:", screen)
        return screen

    def test_runs_without_a_terminal_and_leaves_nothing(self):
        self.assertEqual(self.build.returncode, 0, self.build.stdout[-3000:] + self.build.stderr[-3000:])
        self.check_last_screen(self.build.stdout)
        self.assertEqual((os.listdir(self.temporary), self.sockets()), ([], []))

    def test_person_types_the_confirmation_and_keeps_the_pump(self):
        terminal = harness.Terminal(self.bench, program=["sh", DEMO])
        terminal.expect("confirm: ")
        terminal.line(CONFIRMED)
        terminal.sign()
        self.assertEqual(terminal.finish(), 0)
        screen = self.check_last_screen(terminal.seen)
        state = re.search(r"PUMPCTL_STATE_DIR=(\S+)", screen).group(1)
        self.assertEqual(len(self.sockets()), 1)
        self.assertEqual(self.bench.run("--state-dir", state, "status").code, 0)
        self.assertEqual(self.bench.run("--state-dir", state, "sim", "stop", "all").code, 0)

    def test_person_who_does_not_confirm_gets_no_success(self):
        terminal = harness.Terminal(self.bench, program=["sh", DEMO])
        terminal.expect("confirm: ")
        terminal.line("yes")
        self.assertNotEqual(terminal.finish(), 0)
        self.assertNotIn("=== Done", terminal.seen)
        self.assertEqual((os.listdir(self.temporary), self.sockets()), ([], []))


harness.main()
