#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""calc program: a program of any mode, typed in its text form, without a pump."""
import json
import os
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

    def from_file(self, text):
        path = os.path.join(self.bench.root, "program.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.bench.json("calc", "program", "PX20", "file", path)

    def plan(self):
        return {"mixture": [{"drug": "baclofen", "concentration": {"value": "500", "unit": "ug/mL"}}],
                "regimen": {"mode": "flex", "patterns": [
                    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                     "steps": [{"from": "00:00", "dose": "180 mcg/day"},
                               {"from": "06:00", "dose": {"value": "240", "unit": "ug/d"}}]}]},
                "low_alarm": "4 mL",
                "patient_bolus": {"dose": "25 mcg", "over": "10min", "lockout": "2h", "most": 4}}

    def test_a_file_holds_the_same_program(self):
        result = self.from_file(json.dumps(self.plan()))
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(result.data()["program"], FLEX + PATIENT)

    def test_a_bad_file_is_refused_with_line_and_reason(self):
        good = json.dumps(self.plan())
        deep = "[" * 200 + "]" * 200
        for text, words in ((good.replace('"low_alarm"', '"low_alarms"'), "no such member"),
                            (good[:-1] + ', "low_alarm": "2 mL"}', "line 1"),
                            (good.replace('"4 mL"', '"4"'), "the unit is missing"),
                            (good.replace('"4 mL"', "4"), "line 1"),
                            (good.replace('"most": 4', '"most": 4.5'), "numbers are whole"),
                            (good.replace('"most": 4', '"most": 400'), "whole number"),
                            (good.replace('"4 mL"', '"4 mL; bridge none accepted"'), "is spelt as"),
                            (good.replace('"4 mL"', deep), "line 1"),
                            (good[:-1], "line 1"), ("", "line 1")):
            with self.subTest(text=text[-80:]):
                result = self.from_file(text)
                self.assertEqual(result.code, 2, result.both)
                self.assertIn(words, result.envelope()["error"]["message"])
        self.assertEqual(self.bench.json("calc", "program", "PX20").code, 2)
        self.assertEqual(self.bench.json("calc", "program", "PX20", "file", "/nowhere").code, 2)


if __name__ == "__main__":
    harness.main()
