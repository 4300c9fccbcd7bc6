#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pump that echoes one dose and runs another is caught by the read-back, and the way to safety stays open."""
import harness

APPLY = ("program", "apply", "morphine", "1.2 mg/day", "--confirm", "PX20-000123 morphine 1.2 mg/day")
LIES = {
    "other-dose": ("holds another program than the one ordered", "1 mg per day"),
    "other-rate": ("delivers at another rate than the one ordered", "1.2 mg per day"),
}


class LyingPump(harness.PumpCase):
    def codes(self, result):
        return [row["code"] for row in result.envelope().get("warnings", [])]

    def setUp(self):
        self.bench.must("sim", "fault", "demo", "sound")
        self.bench.must("program", "apply", "morphine", "1 mg/day", "low-alarm", "3 mL", "--confirm",
                        "PX20-000123 morphine 1 mg/day")
        self.bench.must("program", "apply", "morphine", "1 mg/day", "low-alarm", "2 mL", "--confirm",
                        "PX20-000123 morphine 1 mg/day")
        self.assertNotIn("READBACK_DIFFERS", self.codes(self.bench.json("status")))

    def lie_and_order(self, lie):
        self.bench.must("sim", "fault", "demo", lie)
        result = self.bench.json(*APPLY)
        self.assertEqual(result.code, 12, result.both)
        return result

    def test_an_order_that_is_echoed_and_not_followed_is_an_alarm_with_exit_12(self):
        for lie, (what, dose) in LIES.items():
            with self.subTest(lie=lie):
                self.setUp()
                error = self.lie_and_order(lie).envelope()["error"]
                self.assertEqual(error["code"], "READBACK_DIFFERS")
                self.assertIn(what, error["message"] + error.get("detail", ""))
                self.assertIn("therapy stop", error["hint"])
                self.assertEqual(self.dose(), dose)

    def test_every_screen_says_so_until_the_pump_is_seen_to_obey(self):
        self.lie_and_order("other-dose")
        for words in (("status",), ("program", "show"), ("log", "pull")):
            self.assertIn("READBACK_DIFFERS", self.codes(self.bench.json(*words)), words)
        self.assertIn("HIGH", self.bench.run("status").both)
        self.bench.must("sim", "fault", "demo", "sound")
        # That a stop is obeyed says nothing about programs.
        self.bench.must("therapy", "stop", "--confirm", "PX20-000123 stop")
        self.assertIn("READBACK_DIFFERS", self.codes(self.bench.json("status")))
        self.bench.must("therapy", "resume", "--confirm", "PX20-000123 resume")
        self.bench.must(*APPLY)
        self.assertNotIn("READBACK_DIFFERS", self.codes(self.bench.json("status")))

    def test_therapy_stop_works_in_a_pump_that_lies(self):
        for lie in LIES:
            with self.subTest(lie=lie):
                self.setUp()
                self.lie_and_order(lie)
                self.bench.must("therapy", "stop", "--confirm", "PX20-000123 stop")
                truth = self.bench.show()
                self.assertEqual(truth["therapy"], "stopped")
                self.assertEqual(self.bench.json("audit", "verify").code, 0)

    def test_half_of_the_minimum_rate_is_not_the_minimum_rate(self):
        self.bench.must("sim", "fault", "demo", "other-rate")
        result = self.bench.json("therapy", "minimum", "--confirm", "PX20-000123 minimum")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (12, "READBACK_DIFFERS"), result.both)

    def test_the_trail_keeps_what_was_seen(self):
        self.lie_and_order("other-rate")
        self.assertIn('"reason":"read-back-other-rate"', self.bench.audit_text())


if __name__ == "__main__":
    harness.main()
