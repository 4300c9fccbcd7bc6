#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""calc catheter, prime and bridge: the worked examples with their digits, and what is refused."""
import unittest

import harness


def bridge(old, new, dose, *more):
    return ("calc", "bridge", "--volume", "0.4 mL", "--old", old, "--new", new, *dose, *more)


def shown(quantity):
    return quantity["display"]


class CalcPath(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)

    def test_a_trimmed_catheter(self):
        data = self.bench.must("calc", "catheter", "--length", "110 cm", "--trimmed", "20 cm",
                               "--volume-per-cm", "0.0026 mL/cm")
        self.assertEqual(data["volume"], {"value": "0.234", "unit": "mL", "display": "0.234 mL"})
        self.assertEqual(shown(data["implanted_length"]), "90 cm")

    def test_a_catheter_without_a_unit_or_longer_trimmed_than_whole_is_refused(self):
        for length, trimmed, per in (("110", "20 cm", "0.0026 mL/cm"), ("110 mm", "20 cm", "0.0026 mL/cm"),
                                     ("110 cm", "110 cm", "0.0026 mL/cm"), ("110 cm", "20 cm", "0.0026 mL"),
                                     ("110 cm", "20 cm", "0 mL/cm"), ("9999999999999999999 cm", "1 cm", "1 mL/cm"),
                                     ("110 cm", "20 cm", "0.00000026 mL/cm")):
            result = self.bench.json("calc", "catheter", "--length", length, "--trimmed", trimmed,
                                     "--volume-per-cm", per)
            self.assertEqual(result.code, 2, result.both)

    def test_a_prime_of_an_empty_catheter_delivers_nothing(self):
        data = self.bench.must("calc", "prime", "--volume", "0.234 mL", "--rate", "24 mL/day",
                               "--with", "baclofen 500 mcg/mL", "--empty")
        self.assertEqual(data["duration"]["value"], "843")
        self.assertTrue(shown(data["duration"]).startswith("14 min"))
        self.assertIs(data["duration"]["exact"], False)
        self.assertEqual(shown(data["carries"]), "117 mcg")
        self.assertEqual(shown(data["delivered"]), "0 mcg")

    def test_a_prime_of_a_filled_catheter_delivers_it_and_warns(self):
        result = self.bench.json("calc", "prime", "--volume", "0.234 mL", "--rate", "24 mL/day",
                                 "--holds", "baclofen 2000 mcg/mL")
        self.assertEqual(shown(result.data()["delivered"]), "468 mcg")
        self.assertEqual([f["rule"] for f in result.data()["findings"]],
                         ["L-prime-delivers", "L-prime-mixing", "L-bolus-not-resumed"])

    def test_a_prime_of_unknown_contents_delivers_nothing_known(self):
        data = self.bench.must("calc", "prime", "--volume", "0.234 mL", "--rate", "24 mL/day")
        self.assertIsNone(data["delivered"])
        self.assertIsNone(data["holds"])
        result = self.bench.json("calc", "prime", "--volume", "0.234 mL", "--rate", "24 mL/day",
                                 "--holds", "baclofen 2000 mcg/mL", "--empty")
        self.assertEqual(result.code, 2)

    def test_the_worked_examples_of_a_bridge(self):
        for old, new, dose, rate, time, new_rate, wrong, ratio, wrong_time in (
                ("baclofen 500 mcg/mL", "baclofen 2000 mcg/mL", "200 mcg/day",
                 "0.4 mL per day", "24 h", "0.1 mL per day", "50 mcg per day", "0.25", "96 h (4 days)"),
                ("baclofen 2000 mcg/mL", "baclofen 500 mcg/mL", "200 mcg/day",
                 "0.1 mL per day", "96 h (4 days)", "0.4 mL per day", "800 mcg per day", "4", "24 h"),
                ("morphine 10 mg/mL", "morphine 20 mg/mL", "2 mg/day",
                 "0.2 mL per day", "48 h (2 days)", "0.1 mL per day", "1 mg per day", "0.5",
                 "96 h (4 days)")):
            data = self.bench.must(*bridge(old, new, ("--dose", dose)))
            self.assertEqual(shown(data["rate"]), rate)
            self.assertEqual(shown(data["duration"]), time)
            self.assertEqual(data["new_drug_arrives_after"], data["duration"])
            self.assertEqual(shown(data["new_rate"]), new_rate)
            omitted = data["if_omitted"]
            self.assertEqual(shown(omitted["total_per_day"][0]["dose"]), wrong)
            self.assertEqual(omitted["ratio"]["value"], ratio)
            self.assertEqual(shown(omitted["duration"]), wrong_time)
            self.assertNotIn("exact", omitted["ratio"])

    def test_every_old_drug_goes_on_and_another_new_drug_needs_its_own_dose(self):
        words = bridge("morphine 20 mg/mL", "ziconotide 25 mcg/mL", ("--dose", "5 mg/day"),
                       "--old-other", "bupivacaine 30 mg/mL")
        self.assertEqual(self.bench.json(*words).code, 2)
        data = self.bench.must(*words, "--new-dose", "2.4 mcg/day")
        self.assertEqual([shown(row["dose"]) for row in data["total_per_day"]],
                         ["5 mg per day", "7.5 mg per day"])
        self.assertEqual(shown(data["duration"]), "38.4 h")

    def test_an_old_dose_of_nothing_or_not_known_needs_a_stated_one(self):
        both = ("baclofen 500 mcg/mL", "baclofen 2000 mcg/mL")
        for dose in ((), ("--dose", "0 mcg/day")):
            words = bridge(*both, dose, "--new-dose", "200 mcg/day")
            result = self.bench.json(*words)
            self.assertEqual(result.code, 2)
            self.assertIn("bridge-dose", result.both)
            data = self.bench.must(*words, "--bridge-dose", "150 mcg/day")
            self.assertEqual(shown(data["duration"]), "32 h")
            self.assertIs(data["if_omitted"]["ratio"]["exact"], False)
        words = bridge(*both, ("--dose", "200 mcg/day"), "--bridge-dose", "150 mcg/day")
        self.assertEqual(self.bench.json(*words).code, 2)

    def test_a_dose_in_another_unit_than_the_drugs_is_refused(self):
        result = self.bench.json(*bridge("baclofen 500 mcg/mL", "baclofen 2000 mcg/mL", ("--dose", "0.2 mg/day")))
        self.assertEqual(result.code, 2)
        self.assertIn("200 mcg/day", result.both)


if __name__ == "__main__":
    harness.main()
