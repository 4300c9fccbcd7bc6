#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""calc program: a program of any mode, typed in its text form, without a pump."""
import unittest

import harness

FLEX = "baclofen 500 mcg/mL; flex 00:00 180 mcg/day, 06:00 240 mcg/day; low-alarm 4 mL"
PATIENT = "; patient-bolus 25 mcg over 10min lockout 2h most 4"


class CalcProgram(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)

    def calc(self, text, model="PX20"):
        return self.bench.json("calc", "program", model, text)

    def test_steps_of_a_day_and_patient_boluses(self):
        result = self.calc(FLEX + PATIENT)
        self.assertEqual(result.code, 0, result.both)
        data = result.data()
        total = data["total_per_day"][0]
        # 6 h of 180 and 18 h of 240 mcg a day; four boluses of 25 mcg on top.
        self.assertEqual((total["dose"]["value"], total["worst_case"]["value"]), ("225", "325"))
        self.assertEqual(data["volume_24h"]["value"], "0.45")
        self.assertEqual(data["greatest_hour"]["value"], "0.02")
        self.assertEqual(data["patient_boluses"], 4)
        self.assertEqual(data["program"], FLEX + PATIENT)

    def test_periodic_doses_are_counted_for_a_day(self):
        data = self.calc("baclofen 500 mcg/mL; periodic 20 mcg every 12h over 10min base 50 mcg/day; "
                         "low-alarm 4 mL").data()
        self.assertEqual(data["periodic_doses"], 2)
        self.assertEqual(data["total_per_day"][0]["dose"]["value"], "90")

    def test_a_dose_every_twelve_minutes_is_refused_by_a_rule(self):
        result = self.calc("morphine 10 mg/mL; periodic 1 mg every 12min over 2min base 1 mg/day; low-alarm 4 mL")
        self.assertEqual(result.code, 4, result.both)
        self.assertTrue(any(finding["severity"] in ("BLOCK", "OVERRIDE") for finding in result.data()["findings"]))

    def test_a_mistake_is_told_with_its_place_and_spelling(self):
        for text, words in (("baclofen 500 mcg/mL; 200; low-alarm 4 mL", "character 25"),
                            (FLEX.replace("06:00", "00:00"), "character 46"),
                            (FLEX.replace("180 mcg", "180,5 mcg"), "character"),
                            (FLEX + PATIENT.replace("2h", "2"), "character"),
                            ("baclofen 500 mcg/mL; " + "x" * 10000, "too long")):
            with self.subTest(text=text[:60]):
                result = self.calc(text)
                self.assertEqual(result.code, 2, result.both)
                self.assertIn(words, result.envelope()["error"]["message"])


if __name__ == "__main__":
    harness.main()
