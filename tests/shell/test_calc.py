#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pocket calculator: worked examples, dates, bad input, and thousands of random ones against exact fractions."""
import datetime
import json
import math
import random
import unittest
from fractions import Fraction

import harness

ROUNDS = 1500  # of each of rate, dose and mixture
NG = {"mg": 10**6, "mcg": 10**3, "ng": 1}
UCUM = {"ug": "mcg"}
NL = 10**6
DRUGS = {"morphine": "mg", "baclofen": "mcg", "ziconotide": "mcg", "hydromorphone": "mg", "bupivacaine": "mg",
         "clonidine": "mcg"}
REFILL = ("calc", "refill", "--reservoir", "20 mL", "--alarm", "2 mL", "--rate", "0.25 mL/day")
RESIDUAL = ("calc", "residual", "--filled", "20 mL", "--rate", "0.25 mL/day", "--days", "60", "--reservoir-size",
            "20 mL")


def base_units(quantity):
    """The value as an exact fraction of ng or nL (a day, an hour, a mL)."""
    unit = quantity["unit"].split("/")[0]
    return Fraction(quantity["value"]) * (NL if unit == "mL" else NG[UCUM.get(unit, unit)])


def text_of(base, unit):
    """Decimal text of base ng or nL in mg, mcg or mL, without a needless zero."""
    scale = NL if unit == "mL" else NG[unit]
    places = len(str(scale)) - 1
    text = f"{base // scale}.{base % scale:0{places}d}" if places else str(base)
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " " + unit


class Calc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)

    def data(self, *words):
        return self.bench.must(*words)

    def shown(self, data, *names):
        return [data[name]["display"] for name in names]

    def refuse(self, words, part, code="BAD_QUANTITY"):
        result = self.bench.json(*words)
        self.assertEqual(result.code, 2, result.both)
        error = result.envelope()["error"]
        self.assertEqual(error["code"], code, error["message"])
        self.assertIn(part, error["message"])
        return error


class WorkedExamples(Calc):
    def test_dose_and_rate(self):
        data = self.data("calc", "dose", "--rate", "0.048 mL/day", "--concentration", "25 mcg/mL")
        self.assertEqual(data["dose"], {"value": "1.2", "unit": "ug/d", "display": "1.2 mcg per day"})
        data = self.data("calc", "rate", "--dose", "1.2 mcg/day", "--concentration", "25 mcg/mL")
        self.assertEqual(data["rate"], {"value": "0.048", "unit": "mL/d", "display": "0.048 mL per day"})
        self.assertEqual(data["rate_per_hour"], {"value": "0.002", "unit": "mL/h", "display": "0.002 mL per hour"})
        data = self.data("calc", "rate", "--dose", "200 mcg/day", "--concentration", "500 mcg/mL")
        self.assertEqual(data["rate"]["display"], "0.4 mL per day")
        self.assertEqual(data["rate_per_hour"]["value"], "0.016666")
        self.assertIs(data["rate_per_hour"]["exact"], False)

    def test_mixture(self):
        data = self.data("calc", "mixture", "--primary", "morphine 20 mg/mL", "--other", "bupivacaine 30 mg/mL",
                         "--other", "clonidine 200 mcg/mL", "--dose", "5 mg/day")
        self.assertEqual(data["rate"]["display"], "0.25 mL per day")
        self.assertEqual([row["dose"]["display"] for row in data["total_per_day"]],
                         ["5 mg per day", "7.5 mg per day", "50 mcg per day"])
        rules = [finding["rule"] for finding in data["findings"]]
        self.assertIn("L-unverified", rules)
        for of_a_pump in ("L-first-program", "L-alarm-to-empty", "L-low-alarm", "L-rate-least"):
            self.assertNotIn(of_a_pump, rules)
        more = self.data("calc", "mixture", "--primary", "morphine 20 mg/mL", "--other", "bupivacaine 30 mg/mL",
                         "--dose", "6 mg/day")
        self.assertEqual(more["total_per_day"][1]["dose"]["display"], "9 mg per day")

    def test_a_titration_is_checked_for_every_drug(self):
        words = ("calc", "mixture", "--primary", "morphine 20 mg/mL", "--other", "bupivacaine 30 mg/mL", "--dose")
        rules = [finding["rule"] for finding in self.data(*words, "10 mg/day")["findings"]]
        self.assertNotIn("L-daily-maximum", rules)
        over = [finding for finding in self.data(*words, "12 mg/day")["findings"]
                if finding["rule"] == "L-daily-maximum"]
        self.assertEqual([finding["value"] for finding in over], ["BUPivacaine  18 mg per day"])

    def test_total_over_volume_is_computed_and_echoed(self):
        data = self.data("calc", "rate", "--dose", "0.5 mg/day", "--concentration", "50 mg in 20 mL")
        self.assertEqual(self.shown(data, "total", "in_volume", "concentration", "rate"),
                         ["50 mg", "20 mL", "2.5 mg per mL", "0.2 mL per day"])
        self.assertNotIn("exact", data["rate"])
        data = self.data("calc", "rate", "--dose", "0.5 mg/day", "--concentration", "50 mg in 3 mL")
        self.assertEqual(data["concentration"]["value"], "16.666667")
        self.assertIs(data["concentration"]["exact"], False)
        self.assertIs(data["rate"]["exact"], False)

    def test_alarm_dates(self):
        plain = self.data(*REFILL)
        self.assertEqual([plain["alarm_in"]["value"], plain["alarm_in_over_infusion"]["value"]], ["72", "62"])
        self.assertIsNone(plain["empty_in"])
        boluses = self.data(*REFILL, "--bolus", "0.025 mL", "--boluses-per-day", "4")
        self.assertEqual(boluses["alarm_in"]["value"], "51")
        locked = self.data(*REFILL, "--bolus", "0.025 mL", "--boluses-per-day", "24", "--lockout", "6h")
        self.assertEqual(locked["alarm_in"]["value"], "51")

    def test_residual(self):
        more = self.data(*RESIDUAL, "--aspirated", "7.4 mL")
        self.assertEqual(self.shown(more, "expected_residual", "difference", "delivered_ratio"),
                         ["5 mL", "2.4 mL", "0.84"])
        less = self.data(*RESIDUAL, "--aspirated", "2.5 mL")
        self.assertEqual(less["difference"]["value"], "-2.5")
        self.assertTrue(less["delivered_ratio"]["display"].startswith("1.17"))
        self.assertIs(less["delivered_ratio"]["exact"], False)
        for data in (more, less):
            self.assertEqual({finding["rule"] for finding in data["findings"]},
                             {"L-residual-large", "L-residual-band", "L-residual-share"})
            self.assertEqual({finding["severity"] for finding in data["findings"]}, {"OVERRIDE"})
        self.assertEqual(self.data(*RESIDUAL, "--aspirated", "5 mL")["findings"], [])

    def test_a_stop_and_boluses_change_what_is_expected(self):
        data = self.data(*RESIDUAL, "--aspirated", "5 mL", "--stopped", "48h", "--primed", "0.234 mL", "--bolus",
                         "0.1 mL", "--boluses", "3")
        self.assertEqual(data["expected_residual"]["value"], "4.966")
        self.assertEqual(data["difference"]["value"], "0.034")

    def test_two_visits_make_a_trend(self):
        data = self.data(*RESIDUAL, "--aspirated", "5.3 mL", "--previous-expected", "4 mL", "--previous-aspirated",
                         "4.3 mL")
        self.assertEqual([finding["rule"] for finding in data["findings"]], ["L-residual-trend"])

    def test_40_mL_do_not_fit_a_pump_of_20(self):
        data = self.data("calc", "residual", "filled", "40", "mL", "rate", "0.25", "mL/day", "days", "60",
                         "aspirated", "25", "mL", "reservoir-size", "20", "mL")
        self.assertIn("L-residual-capacity", [finding["rule"] for finding in data["findings"]])


class Dates(Calc):
    def test_dates_agree_with_another_calendar(self):
        for filled in ("2026-08-19", "2027-12-31", "2028-02-28", "2037-12-20", "2099-12-31", "2100-02-28"):
            with self.subTest(filled=filled):
                data = self.data(*REFILL, "--filled", filled, "--expiry", "90 d", "--residual", "1.4 mL")
                day = datetime.date.fromisoformat(filled)
                for name, days in (("alarm", 72), ("empty", 74), ("expiry", 90), ("refill", 65)):
                    self.assertEqual(data[f"{name}_date"], str(day + datetime.timedelta(days)))
                refill = day + datetime.timedelta(65)
                self.assertIn(f"{refill:%a} {refill.day} {refill:%b %Y}", data["notes"][0])

    def test_no_time_zone_moves_a_date(self):
        words = (*REFILL, "--filled", "2026-10-24")
        expected = self.data(*words)
        for zone in ("Europe/Zurich", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati", "Nonsense"):
            self.bench.env["TZ"] = zone
            self.assertEqual(self.data(*words), expected)

    def test_the_drug_may_expire_first(self):
        data = self.data(*REFILL, "--filled", "2026-08-19", "--expiry", "40 d")
        self.assertEqual(data["refill_date"], "2026-09-28")
        self.assertIn("L-refill-expiry", [finding["rule"] for finding in data["findings"]])

    def test_the_lead_can_be_longer(self):
        self.assertEqual(self.data(*REFILL)["refill_in"]["value"], "65")
        self.assertEqual(self.data(*REFILL, "--lead", "10 d")["refill_in"]["value"], "62")

    def test_a_date_past_the_calendar_is_not_known(self):
        data = self.data("calc", "refill", "--reservoir", "20 mL", "--alarm", "2 mL", "--rate", "0.000001 mL/day",
                         "--filled", "2026-08-19")
        self.assertEqual(data["alarm_in"]["value"], "18000000")
        self.assertIsNone(data["alarm_date"])


class Refused(Calc):
    def test_bad_quantities(self):
        dose = ("calc", "rate", "--concentration", "500 mcg/mL", "--dose")
        for text, part in (("200", "unit is missing"), ("-200 mcg/day", "sign"), ("2e2 mcg/day", "powers of ten"),
                           ("1,200 mcg/day", "comma"), ("200 mcg/mL", "with /day or /hour"), ("200 ug/day", "200 mcg/day"),
                           ("99999999999999999999 mg/day", "too large"), ("0.0000001 mg/day", "finer"),
                           ("", "number is missing"), ("2 00 mcg/day", "space inside"), ("nan", "number")):
            with self.subTest(text=text):
                self.refuse((*dose, text), part)
        strength = ("calc", "rate", "--dose", "200 mcg/day", "--concentration")
        for text, part in (("500", "500 mg/mL or 500 mcg/mL"), ("50 mg in 20 ml", "50 mg in 20 mL"),
                           ("0 mg/mL", "more than zero"), ("50 mg in 0 mL", "zero"), ("0 mg in 20 mL", "zero"),
                           ("50 mg", "mg/mL"), ("500 mcg/day", "mg/mL"), ("50 mg in 20 mg", "mL")):
            with self.subTest(text=text):
                self.refuse((*strength, text), part)

    def test_bad_dates(self):
        for text, part in (("19.08.2026", "year-month-day"), ("2026-8-19", "2026-08-19"), ("2026-02-30", "no such day"),
                           ("2026-13-01", "months"), ("0206-08-19", "before 1900"), ("today", "year-month-day"),
                           ("2026-08-19Z", "nothing may follow")):
            with self.subTest(text=text):
                self.refuse((*REFILL, "--filled", text), part)

    def test_no_digits_but_ascii_and_nothing_endless(self):
        self.refuse(("calc", "rate", "--dose", "\u0662 mg/day", "--concentration", "1 mg/mL"), "ASCII", "USAGE")
        self.refuse(("calc", "rate", "--dose", "1" * 10000 + " mg/day"), "too long", "USAGE")
        self.refuse(("calc", "rate", "--dose", "1" * 200 + " mg/day"), "too long")

    def test_what_is_needed_is_named(self):
        self.refuse(("calc", "rate", "--dose", "200 mcg/day"), "concentration CONCENTRATION is missing", "USAGE")
        self.refuse((*REFILL, "--bolus", "0.025 mL"), "belong together", "USAGE")
        self.refuse((*RESIDUAL, "--aspirated", "5 mL", "--previous-expected", "5 mL"), "belong together", "USAGE")
        self.refuse(("calc", "mixture", "--primary", "morfine 20 mg/mL", "--dose", "5 mg/day"), "morphine",
                    "UNKNOWN_DRUG")
        self.refuse(("calc", "mixture", "--primary", "morphine 20 mg/mL", "--dose", "5000 mcg/day"), "5 mg/day")

    def test_an_error_comes_without_half_a_result(self):
        result = self.bench.json("calc", "mixture", "--primary", "morphine 1 mg/mL", "--other",
                                 "clonidine 9000000000000 mg/mL", "--dose", "1000 mg/day")
        self.assertEqual(result.code, 2)
        self.assertEqual(result.envelope()["data"], {})

    def test_what_cannot_be_computed_is_said(self):
        for words in (("calc", "refill", "--reservoir", "20 mL", "--alarm", "2 mL", "--rate", "0 mL/day"),
                      ("calc", "dose", "--rate", "9223372036854.775807 mL/day", "--concentration", "2000 mg/mL"),
                      ("calc", "rate", "--dose", "9223372036854.775807 mg/day", "--concentration", "0.001 mcg/mL"),
                      ("calc", "residual", "--filled", "20 mL", "--rate", "9223372036854 mL/day", "--days", "36500",
                       "--aspirated", "1 mL", "--reservoir-size", "20 mL"),
                      (*RESIDUAL, "--aspirated", "5 mL", "--stopped", "61d")):
            with self.subTest(words=words):
                self.refuse(words, "", "NOT_COMPUTABLE")


class Random(Calc):
    """Many lines as one script: one envelope for each."""

    def answers(self, lines):
        result = self.bench.run("--json", "-f", "-", stdin="\n".join(lines) + "\n")
        envelopes = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual(result.code, 0, result.err[-500:])
        self.assertEqual(len(envelopes), len(lines))
        return [envelope["data"] for envelope in envelopes]

    def amount(self, dice, greatest):
        """An amount of ng or nL: small, large, round or not."""
        value = dice.randint(1, 10 ** dice.randint(1, greatest))
        return value if dice.random() < 0.5 else max(1, value // 1000 * 1000)

    def strength(self, dice):
        """Text and the exact ng per mL that it means."""
        if dice.random() < 0.5:
            value = self.amount(dice, 9)
            return text_of(value, dice.choice(("mg", "mcg"))) + "/mL", Fraction(value)
        volume = self.amount(dice, 6) + 10000
        total = min(self.amount(dice, 10), volume * 4294)  # a pump counts with up to 4.29 g per mL
        return text_of(total, dice.choice(("mg", "mcg"))) + " in " + text_of(volume, "mL"), \
            Fraction(total * NL, volume)

    def assert_quantity(self, quantity, true, rounded, line):
        self.assertEqual(base_units(quantity), rounded, line)
        self.assertEqual(quantity.get("exact", True), true == rounded, line)

    def test_rate(self):
        dice = random.Random(1)
        lines, rows = [], []
        for _ in range(ROUNDS):
            dose = self.amount(dice, 9)
            text, strength = self.strength(dice)
            lines.append(f"calc rate dose {text_of(dose, dice.choice(('mg', 'mcg', 'ng')))}/day concentration {text}")
            rows.append((dose, strength))
        for line, (dose, strength), data in zip(lines, rows, self.answers(lines)):
            programmed = math.ceil(strength)
            true = dose * NL / strength
            self.assert_quantity(data["concentration"], strength, programmed, line)
            self.assert_quantity(data["rate"], true, dose * NL // programmed, line)
            self.assert_quantity(data["rate_per_hour"], true / 24, dose * NL // (programmed * 24), line)
            self.assertLessEqual(base_units(data["rate"]), true, "rounding never raises what is delivered")

    def test_dose(self):
        dice = random.Random(2)
        lines, rows = [], []
        for _ in range(ROUNDS):
            rate = self.amount(dice, 8)
            text, strength = self.strength(dice)
            lines.append(f"calc dose rate {text_of(rate, 'mL')}/day concentration {text}")
            rows.append((rate, strength))
        for line, (rate, strength), data in zip(lines, rows, self.answers(lines)):
            true = rate * strength / NL
            self.assertEqual(base_units(data["dose"]), math.ceil(Fraction(rate * math.ceil(strength), NL)), line)
            self.assertGreaterEqual(base_units(data["dose"]), true, "a total is never shown too low")
            if "exact" not in data["dose"]:
                self.assertEqual(base_units(data["dose"]), true, line)

    def test_mixture(self):
        dice = random.Random(3)
        lines, rows = [], []
        for _ in range(ROUNDS):
            names = dice.sample(sorted(DRUGS), dice.randint(1, 6))
            parts = [(name, *self.strength(dice)) for name in names]
            dose = self.amount(dice, 6)
            words = [f"{'other' if i else 'primary'} '{name} {text}'" for i, (name, text, _) in enumerate(parts)]
            lines.append(f"calc mixture {' '.join(words)} dose {text_of(dose, DRUGS[names[0]])}/day")
            rows.append((dose, parts))
        for line, (dose, parts), data in zip(lines, rows, self.answers(lines)):
            own = math.ceil(parts[0][2])
            self.assert_quantity(data["rate"], dose * NL / parts[0][2], dose * NL // own, line)
            self.assertEqual(len(data["total_per_day"]), len(parts), line)
            self.assertNotIn("exact", data["total_per_day"][0]["dose"], "the dose typed is the dose shown")
            for (name, _, strength), row in zip(parts, data["total_per_day"]):
                self.assertEqual(row["drug"].lower(), name)
                self.assertEqual(base_units(row["dose"]), math.ceil(Fraction(dose * math.ceil(strength), own)), line)
                if "exact" not in row["dose"]:
                    self.assertEqual(base_units(row["dose"]), dose * strength / parts[0][2], line)


if __name__ == "__main__":
    harness.main()
