#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistyped quantities and names are refused where they are wrong, with the right spelling, and nothing is sent."""
import unittest

import harness

# words after "program VERB", error code, column counted from the verb's own line, spelling to be shown
MISTYPED = (
    (("morphine", "1.2"), "BAD_QUANTITY", 13, "1.2 mg/day"),
    (("morphine", "1,2", "mg/day"), "BAD_QUANTITY", 11, "1.2 mg/day"),
    (("morphine", "1,2 mg/day"), "BAD_QUANTITY", 11, "1.2 mg/day"),
    (("morphine", ".5", "mg/day"), "BAD_QUANTITY", 10, "0.5 mg/day"),
    (("morphine", "1.20mg/d"), "BAD_QUANTITY", 13, "1.2 mg/day"),
    (("morphine", "1.20", "mg/day"), "BAD_QUANTITY", 13, "1.2 mg/day"),
    (("morphine", "0.05", "mg/hour"), "BAD_QUANTITY", 15, "1.2 mg/day"),
    (("morfine", "1.2", "mg/day"), "UNKNOWN_DRUG", 1, "morphine"),
    (("aspirin", "1.2", "mg/day"), "UNKNOWN_DRUG", 1, "drug list"),
)
VERBS = ("check", "diff", "apply")


class Refusals(harness.PumpCase):
    def test_a_mistyped_word_never_reaches_the_pump(self):
        before = self.bench.show()
        trail = self.bench.intents()
        for verb in VERBS:
            for words, code, column, spelling in MISTYPED:
                with self.subTest(verb=verb, words=words):
                    result = self.bench.json("program", verb, *words)
                    error = result.envelope()["error"]
                    self.assertEqual(result.code, 2)
                    self.assertEqual(error["code"], code)
                    self.assertEqual(error["column"], len(f"program {verb} ") + column)
                    self.assertIn(spelling, error["message"] + error["hint"])
        after = self.bench.show()
        self.assertEqual(before["packets_exchanged"], after["packets_exchanged"])
        self.assertEqual(self.bench.intents(), trail)

    def test_another_unit_of_mass_is_a_refused_dose_and_never_reaches_the_pump(self):
        before = self.bench.show()
        for verb in VERBS:
            result = self.bench.json("program", verb, "morphine", "1200", "mcg/day")
            error = result.envelope()["error"]
            self.assertEqual((result.code, error["code"]), (4, "REFUSED_LIMIT"))
            self.assertEqual(error["column"], len(f"program {verb} morphine 1200 ") + 1)
            for part in ("L-dose-unit", "1.2 mg/day", "morphine is dosed in mg"):
                self.assertIn(part, error["message"])
        self.assertEqual(before["packets_exchanged"], self.bench.show()["packets_exchanged"])

    def test_the_mark_stands_under_the_mistake(self):
        result = self.run_pumpctl("program", "check", "morphine", "1,2", "mg/day")
        lines = result.err.splitlines()
        typed = next(i for i, line in enumerate(lines) if line == "  program check morphine 1,2 mg/day")
        self.assertEqual(lines[typed][lines[typed + 1].index("^")], ",")
        self.assertIn("1.2 mg/day", result.err)
        self.assertEqual(result.code, 2)

    def assert_rule(self, words, rule):
        before = self.bench.show()
        for verb in VERBS:
            result = self.bench.json("program", verb, *words, *(
                ("--confirm", f"PX20-000123 morphine {words[1]} mg/day") if verb == "apply" else ()))
            envelope = result.envelope()
            self.assertEqual(result.code, 4, result.both)
            self.assertEqual(envelope["error"]["code"], "REFUSED_LIMIT")
            self.assertEqual(envelope["error"]["column"], len(f"program {verb} morphine ") + 1)
            self.assertIn(rule, [finding["rule"] for finding in envelope["data"]["findings"]])
        after = self.bench.show()
        self.assertEqual(before["last_record"], after["last_record"])
        self.assertEqual(before["rate"], after["rate"])

    def test_a_dose_above_the_pumps_rate_is_refused(self):
        self.assert_rule(("morphine", "900", "mg/day"), "L-rate-greatest")

    def test_ten_times_the_dose_needs_a_second_person_and_is_refused(self):
        self.assert_rule(("morphine", "10", "mg/day"), "L-moved-point")

    def test_another_drug_or_concentration_is_refused_while_a_program_runs(self):
        for words in (("baclofen", "100", "mcg/day", "concentration", "500", "mcg/mL"),
                      ("morphine", "1", "mg/day", "concentration", "25", "mg/mL")):
            result = self.bench.json("program", "check", *words)
            self.assertEqual(result.code, 4, result.both)
            self.assertIn("L-mixture-changed", [f["rule"] for f in result.data()["findings"]])

    def test_a_drug_that_does_not_run_needs_its_concentration(self):
        result = self.bench.json("program", "check", "baclofen", "100", "mcg/day")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (2, "USAGE"))
        self.assertIn("concentration", result.envelope()["error"]["message"])

    def test_control_characters_and_unknown_options_are_refused(self):
        for words in (("status\033[2J",), ("status", "--forse"), ("--pum", "x", "status"), ("statsu",)):
            self.assertEqual(self.run_pumpctl(*words).code, 2, words)


if __name__ == "__main__":
    harness.main()
