#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each exit code that this version can give, the order of a change, and what is said about it."""
import os

import harness

PROGRAM = ("program", "apply", "morphine", "1.2", "mg/day")
CONFIRM = "PX20-000123 morphine 1.2 mg/day"


class ExitCodes(harness.PumpCase):
    def setUp(self):
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm",
                        "PX20-000123 morphine 1 mg/day")

    def assert_exit(self, result, code, name):
        self.assertEqual(result.code, code, result.both)
        if code:
            self.assertEqual(result.envelope()["error"]["code"], name)
            self.assertEqual(result.envelope()["error"]["exit"], code)
            self.assertFalse(result.envelope()["ok"])

    def test_0_when_the_pump_reports_what_was_confirmed(self):
        result = self.run_pumpctl(*PROGRAM, "--confirm", CONFIRM)
        self.assertEqual(result.code, 0, result.both)
        self.assertTrue(result.out.startswith("VIRTUAL PUMP\n"))
        self.assertIn("Pump now reports morphine 1.2 mg per day.", result.out)
        self.assertEqual(self.dose(), "1.2 mg per day")

    def test_1_for_a_state_directory_that_others_may_change(self):
        path = os.path.join(self.bench.root, "open")
        os.mkdir(path)
        os.chmod(path, 0o777)
        self.assert_exit(self.bench.json("--state-dir", path, "audit", "verify"), 1, "FAILED")

    def test_2_without_a_command_that_is_known(self):
        self.assert_exit(self.bench.json("frobnicate"), 2, "USAGE")

    def test_2_for_a_search_longer_than_an_hour(self):
        for time in ("2h", "0s", "5 mg"):
            self.assertEqual(self.bench.json("scan", time).code, 2)
        self.assert_exit(self.bench.json("scan", "2h"), 2, "USAGE")

    def test_2_when_no_pump_is_named_and_none_is_paired(self):
        path = os.path.join(self.bench.root, "fresh")
        self.assert_exit(self.bench.json("--state-dir", path, "status"), 2, "NO_PUMP_NAMED")

    def test_5_without_the_confirmation_and_the_pump_is_unchanged(self):
        for extra in ((), ("--confirm", "PX20-000123 morphine 12 mg/day"), ("--confirm", "yes"),
                      ("--confirm", "PX20-000124 morphine 1.2 mg/day"), ("--no-input",)):
            result = self.bench.json(*PROGRAM, *extra)
            self.assert_exit(result, 5, "NOT_CONFIRMED")
            self.assertIn("unchanged, morphine 1 mg per day", result.envelope()["error"]["now"])
        self.assertEqual(self.dose(), "1 mg per day")

    def test_5_when_a_five_fold_dose_lacks_its_second_step(self):
        words = ("program", "apply", "morphine", "6", "mg/day", "--confirm", "PX20-000123 morphine 6 mg/day")
        result = self.bench.json(*words)
        self.assert_exit(result, 5, "NOT_CONFIRMED")
        self.assertIn("PX20-000123 higher 6 times", result.envelope()["error"]["message"])
        result = self.bench.json(*words, "--confirm", "PX20-000123 higher 6 times")
        self.assert_exit(result, 0, "")
        result = self.bench.json("program", "apply", "morphine", "1", "mg/day", "--confirm",
                                 "PX20-000123 morphine 1 mg/day", "--confirm", "PX20-000123 lower 6 times")
        self.assert_exit(result, 0, "")

    def test_6_for_a_pump_that_is_not_paired_or_not_there(self):
        self.assert_exit(self.bench.json("--pump", "PX20-000999", "status"), 6, "NOT_PAIRED")
        gone = harness.Bench()
        try:
            gone.must("sim", "start", "gone", "serial", "PX20-000200", "days", "1")
            gone.must("sim", "stop", "gone")
            self.assert_exit(gone.json("--timeout", "2s", "status"), 6, "SIM_NOT_RUNNING")
        finally:
            gone.close()

    def test_6_while_another_pumpctl_holds_the_pump(self):
        terminal = harness.Terminal(self.bench, "--pump", "PX20-000123")
        terminal.expect("> ")
        terminal.line("status")
        terminal.expect("PX20-000123 VIRTUAL PUMP> ")
        result = self.bench.json("--pump", "PX20-000123", "status")
        self.assert_exit(result, 6, "BUSY")
        self.assertIn(str(terminal.process.pid), result.envelope()["error"]["message"])
        terminal.line("exit")
        self.assertEqual(terminal.finish(), 0)

    def test_7_for_a_pump_with_another_key(self):
        path = os.path.join(self.bench.state, "pairings", "PX20-000123")
        with open(path, encoding="ascii") as file:
            good = file.read()
        lines = good.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("key"))
        lines[at] = lines[at][:-1] + ("0" if lines[at][-1] != "0" else "1")
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write("\n".join(lines) + "\n")
            self.assert_exit(self.bench.json("--pump", "PX20-000123", "status"), 7, "NOT_AUTHENTIC")
        finally:
            with open(path, "w", encoding="ascii") as file:
                file.write(good)

    def test_9_when_the_answer_is_lost_and_reconcile_settles_it(self):
        start = self.bench.show()["packets_exchanged"]
        self.bench.must(*PROGRAM, "--dry-run")
        staged = self.bench.show()["packets_exchanged"] - start
        found = set()
        for after in range(1, 12):
            self.setUp()
            self.bench.must("sim", "fault", "demo", "drop", str(staged + after))
            result = self.bench.json(*PROGRAM, "--confirm", CONFIRM)
            self.bench.must("sim", "fault", "demo", "release")
            if result.code == 9:
                self.assert_exit(result, 9, "OUTCOME_UNKNOWN")
                self.assertIn("NOT CONFIRMED", result.envelope()["error"]["now"])
                self.assertEqual(result.data()["order"]["outcome"], "UNKNOWN")
                settled = self.bench.must("reconcile")
                found.add(settled["earlier_orders"][0]["outcome"])
                applied = self.dose() == "1.2 mg per day"
                self.assertEqual(settled["earlier_orders"][0]["outcome"],
                                 "APPLIED" if applied else "NOT_SENT")
        self.assertEqual(found, {"APPLIED", "NOT_SENT"})

    def test_12_for_a_damaged_trail_and_getting_safe_still_works(self):
        copy = harness.Bench()
        try:
            copy.must("sim", "start", "demo", "serial", "PX20-000123", "days", "1")
            copy.must("status")
            origin = os.listdir(os.path.join(copy.state, "audit"))
            path = next(os.path.join(copy.state, "audit", name, "log") for name in origin
                        if os.path.isdir(os.path.join(copy.state, "audit", name)))
            with open(path, "r+b") as file:
                text = file.read()
                at = text.index(b'"kind"') + 1
                file.seek(at)
                file.write(b"K")
            self.assert_exit(copy.json("audit", "verify"), 12, "INTEGRITY")
            before = copy.show()["packets_exchanged"]
            self.assert_exit(copy.json(*PROGRAM, "--confirm", CONFIRM), 4, "AUDIT_DAMAGED")
            self.assertEqual(copy.show()["packets_exchanged"], before, "refused before anything is sent")
            self.assert_exit(copy.json("status"), 0, "")
            self.assert_exit(copy.json("therapy", "stop", "--confirm", "PX20-000123 stop"), 0, "")
            self.assertEqual(copy.show()["therapy"], "stopped")
        finally:
            copy.close()


if __name__ == "__main__":
    harness.main()
