#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every worked example of the clinical formulas, typed into the calculator, with the digits that belong to it."""
import unittest

import harness


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)

    def data(self, *words):
        return self.bench.must("calc", *words)

    def bridge(self, old, new, dose):
        return self.data("bridge", "--volume", "0.4 mL", "--old", old, "--new", new, "--dose", dose)

    def test_dose_and_rate(self):
        data = self.data("dose", "--rate", "0.048 mL/day", "--concentration", "25 mcg/mL")
        self.assertEqual(data["dose"], {"value": "1.2", "unit": "ug/d", "display": "1.2 mcg per day"})
        data = self.data("rate", "--dose", "200 mcg/day", "--concentration", "500 mcg/mL")
        self.assertEqual(data["rate"]["value"], "0.4")
        data = self.data("dose", "--rate", "0.4 mL/day", "--concentration", "500 mcg/mL")
        self.assertEqual(data["dose"]["value"], "200")

    def test_an_hourly_dose_is_shown_for_the_day(self):
        data = self.data("rate", "--dose", "60 mcg/hour", "--concentration", "2000 mcg/mL")
        self.assertEqual(data["dose"]["display"], "1,440 mcg per day")

    def test_admixture(self):
        data = self.data("mixture", "--primary", "morphine 20 mg/mL", "--other", "bupivacaine 30 mg/mL", "--other",
                         "clonidine 200 mcg/mL", "--dose", "5 mg/day")
        self.assertEqual(data["rate"]["value"], "0.25")
        self.assertEqual([(row["dose"]["value"], row["dose"]["unit"]) for row in data["total_per_day"]],
                         [("5", "mg/d"), ("7.5", "mg/d"), ("50", "ug/d")])
        raised = self.data("mixture", "--primary", "morphine 20 mg/mL", "--other", "bupivacaine 30 mg/mL", "--dose",
                           "6 mg/day")
        self.assertEqual(raised["total_per_day"][1]["dose"]["value"], "9")

    def test_catheter(self):
        data = self.data("catheter", "--length", "110 cm", "--trimmed", "20 cm", "--volume-per-cm", "0.0026 mL/cm")
        self.assertEqual(data["volume"]["value"], "0.234")

    def test_prime(self):
        data = self.data("prime", "--volume", "0.234 mL", "--rate", "24 mL/day", "--with", "baclofen 500 mcg/mL",
                         "--empty")
        self.assertEqual(data["duration"]["display"].split(" (")[0], "14 min")
        self.assertEqual((data["carries"]["value"], data["delivered"]["value"]), ("117", "0"))
        data = self.data("prime", "--volume", "0.234 mL", "--rate", "24 mL/day", "--holds", "baclofen 2000 mcg/mL")
        self.assertEqual(data["delivered"]["value"], "468")

    def test_bridges(self):
        rows = (("baclofen 500 mcg/mL", "baclofen 2000 mcg/mL", "200 mcg/day", "0.4", 24, "0.1", "50", "0.25", 96),
                ("baclofen 2000 mcg/mL", "baclofen 500 mcg/mL", "200 mcg/day", "0.1", 96, "0.4", "800", "4", 24),
                ("morphine 10 mg/mL", "morphine 20 mg/mL", "2 mg/day", "0.2", 48, "0.1", "1", "0.5", 96))
        for old, new, dose, rate, hours, new_rate, omitted, ratio, omitted_hours in rows:
            with self.subTest(old=old, new=new):
                data = self.bridge(old, new, dose)
                effect = data["if_omitted"]
                self.assertEqual((data["rate"]["value"], data["new_rate"]["value"]), (rate, new_rate))
                self.assertEqual(data["duration"]["value"], str(hours * 3600))
                self.assertEqual(data["new_drug_arrives_after"], data["duration"])
                self.assertEqual(effect["total_per_day"][0]["dose"]["value"], omitted)
                self.assertEqual(effect["ratio"]["value"], ratio)
                self.assertEqual(effect["duration"]["value"], str(omitted_hours * 3600))
                self.assertNotIn("exact", data["duration"])

    def test_alarm_and_refill(self):
        words = ("refill", "--reservoir", "20 mL", "--alarm", "2 mL", "--rate", "0.25 mL/day")
        data = self.data(*words)
        self.assertEqual((data["alarm_in"]["value"], data["alarm_in_over_infusion"]["value"]), ("72", "62"))
        data = self.data(*words, "--bolus", "0.025 mL", "--boluses-per-day", "4")
        self.assertEqual(data["alarm_in"]["value"], "51")

    def test_residual(self):
        words = ("residual", "--filled", "20 mL", "--rate", "0.25 mL/day", "--days", "60", "--reservoir-size", "20 mL",
                 "--aspirated")
        for found, difference, ratio in (("7.4 mL", "2.4", "0.84"), ("2.5 mL", "-2.5", "1.17")):
            data = self.data(*words, found)
            self.assertEqual((data["expected_residual"]["value"], data["difference"]["value"]), ("5", difference))
            self.assertEqual(data["delivered_ratio"]["display"].split(",")[0], ratio)
        self.assertEqual(data["accuracy_band"]["value"], "2.175")

    def test_total_in_a_container(self):
        data = self.data("rate", "--dose", "0.5 mg/day", "--concentration", "50 mg in 20 mL")
        self.assertEqual(data["concentration"]["value"], "2.5")
        self.assertEqual([finding["rule"] for finding in data["findings"]], ["L-strength-total"])

    def test_trial_and_restart(self):
        trial = ("trial", "--drug", "baclofen", "--test-dose", "50 mcg", "--response")
        data = self.data(*trial, "6 h")
        self.assertEqual(data["dose"], {"value": "100", "unit": "ug/d", "display": "100 mcg per day"})
        self.assertIn("Gablofen label", data["source"])
        self.assertEqual(self.data(*trial, "8h")["dose"]["value"], "100")
        self.assertEqual(self.data(*trial, "481min")["dose"]["value"], "50")
        self.assertEqual(self.data(*trial, "6h", "--bad-reaction")["dose"]["value"], "50")
        self.assertIsNone(self.data("trial", "--drug", "morphine", "--test-dose", "1 mg", "--response", "6h")["dose"])
        restart = ("restart", "--drug")
        data = self.data(*restart, "baclofen", "--stopped", "30 h", "--old-dose", "300 mcg/day")
        self.assertEqual((data["without_drug"]["value"], data["withdrawal"]), ("108000", "severe"))
        self.assertEqual(data["old_dose"]["display"], "300 mcg per day")
        self.assertIsNone(data["restart_dose"])
        self.assertIn("No verified restart dose is known", " ".join(data["notes"]))
        self.assertEqual([finding["rule"] for finding in data["findings"]], ["L-restart-gap"])

    def test_no_number_comes_from_an_unverified_row(self):
        for row in self.bench.must("drug", "list")["drug_table"]:
            result = self.bench.json("calc", "restart", "--drug", row["typed_as"], "--stopped", "30h")
            start = result.data()["starting_range"]
            figures = self.bench.must("drug", "show", row["typed_as"])["figures"]
            verified = [figure["value"] for figure in figures
                        if figure["figure"] == "first dose to" and figure["in_force"] and figure["verified"]]
            self.assertEqual(start["to"], verified[0] if verified else None, row)
            unread = [figure for figure in figures if figure["figure"] == "first dose to" and figure["in_force"]
                      and not figure["verified"]]
            self.assertEqual(["UNVERIFIED"] if unread else [],
                             [warning["code"] for warning in result.envelope()["warnings"]])


if __name__ == "__main__":
    harness.main()
