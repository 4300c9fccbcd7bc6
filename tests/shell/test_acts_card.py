#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new code for the implant card: shown once, on a terminal alone, kept nowhere; then it opens pairing and the one before
does not."""
import os
import re

import harness

SERIAL = "PX20-000123"
TEXT = f"{SERIAL} new card"
CODE = r"New card code of PX20-000123: ([0-9A-Z]{4}-[0-9A-Z]{4}[0-9A-Z*~$=])"


class Cards(harness.PumpCase):
    def pair(self, card, state):
        """Pairing of another workstation by that code; its exit."""
        self.bench.must("sim", "magnet", "demo")
        env, self.bench.env = self.bench.env, dict(self.bench.env, PUMPCTL_STATE_DIR=os.path.join(self.bench.root, state))
        try:
            return self.bench.json("--pump", "sim:demo", "pair", SERIAL, passphrases=(card,)).code
        finally:
            self.bench.env = env

    def ask(self):
        """A terminal at which the code was shown; and the code."""
        terminal = harness.Terminal(self.bench, "--operator", "trainer", "pair", "--new-card")
        terminal.expect("VIRTUAL PUMP")
        return terminal, terminal.expect(CODE).group(1)

    def assert_kept_nowhere(self, code):
        for folder, _, names in os.walk(self.bench.root):
            if os.path.join("sims", "demo") in folder:
                continue  # the pump's own memory
            for name in (name for name in names if os.path.isfile(os.path.join(folder, name))):
                with open(os.path.join(folder, name), "rb") as file:
                    kept = file.read()
                self.assertNotIn(code.encode(), kept, name)
                self.assertNotIn(code.replace("-", "")[:8].encode(), kept, name)

    def test_the_new_code_opens_pairing_and_the_one_before_does_not(self):
        terminal, first = self.ask()
        terminal.expect("confirm: ")
        terminal.line(TEXT)
        terminal.sign()
        terminal.expect("APPLIED")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(len(re.findall(first, terminal.seen)), 1)
        self.assertLess(terminal.seen.index(first), terminal.seen.rindex("\x1b[3J"), "it stays on the screen")
        self.assertEqual(self.pair(first, "second"), 0)
        self.assert_kept_nowhere(first)
        terminal, next_code = self.ask()
        terminal.expect("confirm: ")
        terminal.line(TEXT)
        terminal.sign()
        self.assertEqual(terminal.finish(), 0)
        self.assertNotEqual(first, next_code)
        self.assertEqual(self.pair(first, "third"), 7)
        self.assertEqual(self.pair(next_code, "third"), 0)

    def test_what_is_not_confirmed_changes_no_code(self):
        terminal, code = self.ask()
        terminal.expect("confirm: ")
        terminal.line(f"{SERIAL} new cards")
        self.assertEqual(terminal.finish(), 5)
        self.assertEqual(self.pair(code, "fourth"), 7)
        self.assert_kept_nowhere(code)

    def test_without_a_terminal_there_is_no_code(self):
        before = self.bench.show()["last_record"]
        for words in (("--json",), ("--confirm", TEXT), ("--no-input",), ()):
            result = self.bench.run("--operator", "trainer", "pair", "new-card", *words)
            self.assertEqual(result.code, 2, result.both)
            self.assertNotIn("card code", result.both)
        self.assertEqual(self.bench.show()["last_record"], before)
        dry = self.bench.json("--operator", "trainer", "pair", "new-card", "--dry-run")
        self.assertEqual((dry.code, dry.data()["confirm"]), (0, [TEXT]))

    def test_only_a_supervisor_may(self):
        self.bench.must("--operator", "trainer", "operator", "add", "paul", "programmer", "--confirm",
                        f"{SERIAL} operator paul programmer")
        result = self.bench.json("--operator", "paul", "pair", "new-card", "--dry-run")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (4, "NOT_ALLOWED"), result.both)


if __name__ == "__main__":
    harness.main()
