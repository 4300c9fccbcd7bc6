#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""There is a way to safety from every state, and every screen says what it knows."""
import os
import shutil

import harness

PROGRAM = ("program", "apply", "morphine", "1.2 mg/day", "--confirm", "PX20-000123 morphine 1.2 mg/day")
SAFE = (("stop", "stopped"), ("minimum", "minimum"), ("resume", "running"))


class Safety(harness.PumpCase):
    def assert_safe_orders_work(self, warning=None, before=None):
        for verb, therapy in SAFE:
            result = self.bench.json("therapy", verb, "--confirm", f"PX20-000123 {verb}", before=before)
            self.assertEqual(result.code, 0, result.both)
            self.assertEqual(self.bench.show()["therapy"], therapy)
            codes = [row["code"] for row in result.envelope()["warnings"]]
            if warning:
                self.assertIn(warning, codes)
            else:
                self.assertNotIn("AUDIT_GAP", codes)

    def test_with_a_sound_trail(self):
        self.assert_safe_orders_work()

    def test_a_stop_with_an_end_raises_the_alarm_then_and_does_not_resume_by_itself(self):
        stop = ("therapy", "stop", "for")
        for words, code in ((("2",), "BAD_QUANTITY"), (("30s",), "USAGE"), (("49h",), "USAGE")):
            result = self.bench.json(*stop, *words)
            self.assertEqual((result.code, result.envelope()["error"]["code"]), (2, code), result.both)
        result = self.bench.json(*stop, "2h", "--confirm", "PX20-000123 stop")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (5, "NOT_CONFIRMED"), result.both)
        self.bench.must(*stop, "2h", "--confirm", "PX20-000123 stop 2h")
        status = self.bench.must("status")
        self.assertEqual((status["therapy"], status["alarms"]), ("stopped", []))
        self.assertIn(int(status["stop_ends_in"]["value"]), range(7100, 7201))
        self.bench.must("sim", "advance", "demo", "2h")
        status = self.bench.must("status")
        self.assertEqual(status["therapy"], "stopped")
        self.assertEqual(len(status["alarms"]), 1)
        self.assertNotIn("stop_ends_in", status)
        self.bench.must("therapy", "resume", "--confirm", "PX20-000123 resume")
        self.assertEqual(self.bench.must("status")["alarms"], [])

    def test_when_the_trail_cannot_be_opened_at_all(self):
        audit = os.path.join(self.bench.state, "audit")
        shutil.move(audit, audit + ".away")
        with open(audit, "w", encoding="ascii"):
            pass
        try:
            self.assertEqual(self.bench.json(*PROGRAM).code, 4)
            self.assert_safe_orders_work("AUDIT_GAP")
            warnings = self.bench.json("status").envelope()["warnings"]
            self.assertIn("AUDIT_DEGRADED", [row["code"] for row in warnings])
        finally:
            os.unlink(audit)
            shutil.move(audit + ".away", audit)
        # The pump kept the witness of the last recorded order, so the sound trail is good again.
        self.assertEqual(self.bench.json(*PROGRAM).code, 0)
        self.assertEqual(self.bench.json("audit", "verify").code, 0)

    def test_when_the_disk_takes_no_byte(self):
        result = self.bench.json(*PROGRAM, before=harness.no_byte_for_files)
        self.assertEqual(result.code, 4, result.both)
        self.assertIn("therapy stop", result.envelope()["error"]["hint"])
        self.assertEqual(self.bench.show()["therapy"], "running")
        self.assert_safe_orders_work("AUDIT_GAP", before=harness.no_byte_for_files)
        self.assertEqual(self.bench.json(*PROGRAM).code, 0)

    def test_when_the_operator_is_locked_out(self):
        for _ in range(5):
            result = self.bench.json(*PROGRAM, passphrases=("not the passphrase",))
            self.assertEqual(result.envelope()["error"]["code"], "NOT_SIGNED")
        result = self.bench.json(*PROGRAM)
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (7, "LOCKED_OUT"), result.both)
        wrong = self.bench.json("therapy", "stop", "--confirm", "PX20-000123 stop", passphrases=("not the passphrase",))
        self.assertEqual(wrong.envelope()["error"]["code"], "NOT_SIGNED")
        self.assertEqual(self.bench.json(*PROGRAM).envelope()["error"]["code"], "LOCKED_OUT")
        self.assert_safe_orders_work()
        # The right passphrase was given: the lock is open again.
        self.assertEqual(self.bench.json(*PROGRAM).code, 0)

    def test_after_an_outcome_that_is_not_known(self):
        for packet in range(1, 200):
            self.bench.must("sim", "fault", "demo", "drop", str(packet), "after")
            code = self.bench.json("program", "apply", "morphine", "1.1 mg/day", "--confirm",
                                   "PX20-000123 morphine 1.1 mg/day").code
            self.bench.must("sim", "fault", "demo", "release")
            if code == 9:
                break
        self.assertEqual(code, 9)
        self.assert_safe_orders_work()


class Marks(harness.PumpCase):
    def test_archive_says_that_its_records_are_of_a_virtual_pump(self):
        self.bench.must("log", "pull")
        pairing = os.path.join(self.bench.state, "pairings", "PX20-000123")
        with open(pairing, encoding="ascii") as file:
            text = file.read()
        with open(pairing, "w", encoding="ascii") as file:
            file.write(text.replace("sim:demo", "00:AA:01:01:00:24"))
        result = self.bench.run("log", "show", "limit", "1")
        self.assertEqual(result.code, 0, result.both)
        self.assertTrue(result.out.startswith("VIRTUAL PUMP\n"), result.out)


if __name__ == "__main__":
    harness.main()
