#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""One test for each accident of docs/hazards.md that has a command line: what was typed is typed again, the rule
answers in words, and nothing reaches the pump. The others are in accidents.c."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "shell"))
import harness  # noqa: E402

RESIDUAL = ("calc", "residual", "reservoir-size", "20", "mL")


class Accidents(harness.PumpCase):
    """Pump "demo": PX20-000123, morphine 10 mg/mL, 1 mg/day."""

    def pump(self, name, *words):
        """Another pump, made when it is first asked for; the arguments that name it."""
        serial = "PX20-0009" + str(sum(map(ord, name)) % 90 + 10)
        shown = self.bench.json("sim", "show", name)
        if shown.code:
            self.bench.must("sim", "start", name, "serial", serial, "days", "1", *words)
        return ("--pump", serial)

    def rules(self, data):
        return {finding["rule"]: finding for finding in data["findings"]}

    def refused(self, words, rule, *parts, sim="demo"):
        """Exit 4 for that rule, in these words; no record in the pump, no order in the trail."""
        before, trail = self.bench.show(sim), self.bench.intents()
        result = self.bench.json(*words)
        self.assertEqual(result.code, 4, result.both)
        envelope = result.envelope()
        if rule == "L-dose-unit":
            self.assertIn(rule, envelope["error"]["message"])
        else:
            self.assertIn(self.rules(envelope["data"])[rule]["severity"], ("BLOCK", "OVERRIDE"))
        text = self.run_pumpctl(*words)
        self.assertEqual(text.code, 4)
        for part in (rule, *parts):
            self.assertIn(part, " ".join(text.both.split()))
        after = self.bench.show(sim)
        self.assertEqual((before["last_record"], before["rate"]), (after["last_record"], after["rate"]))
        self.assertEqual(self.bench.intents(), trail)

    def told(self, words, rule, severity, *parts):
        """Not refused, but told: the finding is there with this severity and these words."""
        trail = self.bench.intents()
        finding = self.rules(self.bench.must(*words)).get(rule)
        self.assertIsNotNone(finding, f"{words}: no {rule}")
        self.assertEqual(finding["severity"], severity)
        text = " ".join(self.run_pumpctl(*words).both.split())
        for part in (rule, *parts):
            self.assertIn(part, text)
        self.assertEqual(self.bench.intents(), trail)
        return finding

    def check(self, *words):
        return ("--pump", "PX20-000123", "program", "check", *words)

    def baclofen(self):
        return self.pump("baclofen", "drug", "baclofen", "concentration", "500", "mcg/mL", "dose", "300", "mcg/day")

    def test_a_01_hours_entered_as_minutes(self):
        words = (*self.baclofen(), "program", "check", "baclofen", "200", "mcg/day", "each", "50", "mcg", "over", "10min",
                 "every")
        self.assertEqual(self.run_pumpctl(*words, "12h").code, 0)
        self.refused((*words, "12min"), "L-interval-short", "every 12min: 120 doses in 24 h", "sixty times",
                     sim="baclofen")
        self.assertIn("L-ten-fold", self.rules(self.bench.json(*words, "12min").data()))
        for typed in ("12", "12m", "0.2h"):
            result = self.bench.json(*words, typed)
            self.assertEqual((result.code, result.envelope()["error"]["code"]), (2, "BAD_QUANTITY"))

    def test_a_02_every_hour_instead_of_once(self):
        words = (*self.baclofen(), "program", "check", "baclofen", "300", "mcg/day", "each", "60", "mcg", "over", "10min",
                 "every")
        self.assertEqual(self.run_pumpctl(*words, "24h").code, 0)
        self.refused((*words, "1h"), "L-daily-maximum", "1,199 mcg per day", sim="baclofen")
        found = self.rules(self.bench.json(*words, "1h").data())
        self.assertEqual(found["L-daily-maximum"]["value"], "baclofen  1,740 mcg per day")
        self.assertEqual(found["L-change-large"]["value"], "+480 % (higher)")

    def test_a_03_reservoir_entered_40_mL_filled_20(self):
        self.refused(self.check("morphine", "1.1", "mg/day", "fill", "40", "mL"), "L-fill-capacity", "40 mL", "20 mL",
                     "dry pump")
        # and at the next visit the account does not add up
        visit = (*RESIDUAL, "filled", "40", "mL", "rate", "0.25", "mL/day", "days", "80", "aspirated", "0", "mL")
        self.told(visit, "L-residual-large", "OVERRIDE", "Less was left than expected")
        self.told(visit, "L-residual-capacity", "OVERRIDE", "does not fit")
        self.told((*RESIDUAL, "filled", "20", "mL", "rate", "0.25", "mL/day", "days", "140", "aspirated", "0", "mL"),
                  "L-residual-empty", "WARN", "ran empty", "withdrawal")

    def test_a_04_full_dose_after_a_dry_pump(self):
        self.refused(self.check("morphine", "1", "mg/day", "without-drug", "60d"), "L-restart-gap",
                     "1,440 h without drug", "new start")
        self.refused(self.check("morphine", "1.1", "mg/day", "without-drug", "25h"), "L-start-range")
        self.told(self.check("morphine", "0.5", "mg/day", "without-drug", "60d"), "L-first-program", "INFO")

    def test_a_05_two_patients_with_very_high_morphine(self):
        self.refused(self.check("morphine", "50", "mg/day"), "L-daily-maximum", "50 mg per day", "20 mg per day",
                     "second person")

    def test_a_06_an_update_that_ended_in_the_middle(self):
        apply = ("--pump", "PX20-000123", "program", "apply", "morphine", "1.2", "mg/day")
        before = self.bench.show()["packets_exchanged"]
        self.bench.must(*apply, "--dry-run")
        # In the last quarter the session stands: a link lost earlier is made again without a word.
        packets = self.bench.show()["packets_exchanged"] - before
        self.bench.must("sim", "fault", "demo", "drop", str(packets * 3 // 4))
        result = self.run_pumpctl(*apply, "--confirm", "PX20-000123 morphine 1.2 mg/day")
        self.assertNotEqual(result.code, 0)
        self.assertEqual(self.bench.show()["rate"]["display"], "0.1 mL per day")
        where = self.pump("stopped", "dose", "1", "mg/day")
        serial = where[1]
        self.bench.must(*where, "therapy", "stop", "--confirm", f"{serial} stop")
        self.told((*where, "status"), "L-pump-stopped", "WARN", "delivers nothing")
        self.bench.must(*where, "therapy", "minimum", "--confirm", f"{serial} minimum")
        self.told((*where, "status"), "L-pump-minimum", "WARN", "next to no drug")

    def test_a_07_a_baclofen_pump_stopped_by_mistake(self):
        where = self.baclofen()
        finding = self.told((*where, "therapy", "stop", "--dry-run"), "L-stop-withdrawal", "WARN",
                            "stopping it suddenly can be fatal")
        self.assertEqual(finding["value"], "baclofen  severe withdrawal")
        self.told((*where, "program", "check", "baclofen", "300", "mcg/day", "low-alarm", "2", "mL"), "L-low-alarm",
                  "WARN", "4 mL")

    def test_a_08_priming_into_drug(self):
        prime = ("calc", "prime", "volume", "0.234", "mL", "rate", "24", "mL/day")
        self.told((*prime, "holds", "baclofen", "2000", "mcg/mL"), "L-prime-delivers", "OVERRIDE", "468 mcg",
                  "Aspirate the catheter")
        self.told((*prime, "empty"), "L-prime-mixing", "WARN", "watch the patient")

    def test_a_09_a_date_computed_wrongly(self):
        words = ("calc", "refill", "reservoir", "20", "mL", "alarm", "2", "mL", "rate", "0.25", "mL/day", "filled")
        for filled, alarm in (("2027-12-20", "2028-03-01"), ("2037-12-01", "2038-02-11"), ("2026-08-19", "2026-10-30")):
            finding = self.told((*words, filled), "L-date-inputs", "INFO", alarm, "never take over an older date")
            self.assertEqual((finding["value"], finding["limit"]), ("20 mL, 0.25 mL per day", "2 mL"))

    def test_a_11_a_fill_sensor_that_is_off(self):
        self.told((*RESIDUAL, "filled", "20", "mL", "rate", "0.25", "mL/day", "days", "60", "aspirated", "5", "mL",
                   "pump-level", "7.5", "mL"), "L-level-differs", "WARN", "7.5 mL", "the alarm can come early or late")

    def test_a_12_air_in_the_reservoir(self):
        self.told(self.check("morphine", "1.1", "mg/day", "fill", "18", "mL"), "L-check-air", "INFO", "Purge")

    def test_a_13_filled_beside_the_pump(self):
        self.told(self.check("morphine", "1.1", "mg/day", "fill", "18", "mL"), "L-check-aspirate", "INFO",
                  "aspirate them back")
        self.told((*RESIDUAL, "filled", "18", "mL", "rate", "0.1", "mL/day", "days", "0", "aspirated", "16.9", "mL"),
                  "L-fill-pocket", "OVERRIDE", "beside the pump", "1.1 mL")

    def test_a_14_a_difficult_refill_with_1_5_mL_missing(self):
        visit = (*RESIDUAL, "filled", "20", "mL", "rate", "0.1", "mL/day", "days", "70", "aspirated", "11.5", "mL")
        self.told(visit, "L-residual-share", "OVERRIDE", "-1.5 mL", "signs of overdose")
        self.assertNotIn("L-residual-large", self.rules(self.bench.must(*visit)))
        self.told(self.check("morphine", "1.1", "mg/day", "fill", "18", "mL"), "L-check-aspirate", "INFO",
                  "after a difficult access")

    def test_a_15_drug_into_the_catheter_port(self):
        self.told(self.check("morphine", "1.1", "mg/day", "fill", "18", "mL"), "L-check-port", "INFO",
                  "not in the catheter port")

    def test_a_16_over_infusion(self):
        self.told((*RESIDUAL, "filled", "20", "mL", "rate", "0.1", "mL/day", "days", "70", "aspirated", "11.9", "mL"),
                  "L-residual-band", "OVERRIDE", "-1.1 mL", "over-infusion")
        self.told(("calc", "refill", "reservoir", "20", "mL", "alarm", "2", "mL", "rate", "0.25", "mL/day", "lead",
                   "7", "d"), "L-refill-over-infusion", "WARN", "14.5 %")

    def test_a_17_nineteen_mL_left_at_the_next_visit(self):
        self.told((*RESIDUAL, "filled", "20", "mL", "rate", "0.2", "mL/day", "days", "90", "aspirated", "19", "mL"),
                  "L-residual-none", "OVERRIDE", "Do not restart, at whatever dose")

    def test_a_18_not_restarted_after_mri(self):
        self.told(("--pump", "PX20-000123", "mri-check"), "L-mri-again", "WARN", "a second time",
                  "Second reading running")

    def test_a_19_valves_that_open_in_the_field(self):
        self.told(("--pump", "PX20-000123", "mri-check"), "L-mri-card", "WARN", "the reservoir must be empty first")

    def test_a_20_a_mixture_that_is_too_strong(self):
        self.told(self.check("morphine", "1.1", "mg/day", "fill", "18", "mL"), "L-check-label", "INFO", "keep the lot")

    def test_a_21_concentration_entered_ten_fold_wrong(self):
        for typed, rule in (("1 mg/mL", "L-concentration-range"), ("100 mg/mL", "L-concentration-range"),
                            ("2.5 mg/mL", "L-concentration-ten-fold")):
            self.refused(self.check("morphine", "1", "mg/day", "concentration", typed), rule, "Read the label")
        result = self.bench.json(*self.check("baclofen", "100", "mcg/day"))
        self.assertEqual(result.code, 2)
        self.assertIn("its concentration is needed", result.envelope()["error"]["message"])
        open_ended = self.bench.must("calc", "mixture", "primary", "hydromorphone", "1", "mg/mL", "dose", "0.1", "mg/day")
        self.assertEqual(self.rules(open_ended)["L-concentration-open"]["severity"], "WARN")

    def test_a_22_wrong_field_and_moved_point(self):
        where = self.pump("point", "dose", "1.25", "mg/day")
        self.refused((*where, "program", "check", "morphine", "12.5", "mg/day"), "L-moved-point", "1.25 mg per day",
                     "12.5 mg per day", sim="point")
        self.refused((*where, "program", "check", "morphine", "900", "mg/day"), "L-rate-greatest", sim="point")
        for typed in ("0.125 mL/day", "1.25", ".5 mg/day", "12,5 mg/day"):
            self.assertEqual(self.run_pumpctl(*where, "program", "check", "morphine", typed).code, 2, typed)

    def test_a_23_strength_per_mL_taken_for_the_total(self):
        finding = self.told(("calc", "rate", "dose", "50", "mcg/day", "concentration", "2500 mcg in 50 mL"),
                            "L-strength-total", "INFO", "50 mcg per mL", "Compare it with the label")
        self.assertEqual(finding["value"], "2500 mcg in 50 mL")
        self.refused(self.check("morphine", "1", "mg/day", "concentration", "500", "mg/mL"), "L-concentration-range")

    def test_a_24_mg_for_mcg(self):
        where = self.baclofen()
        self.refused((*where, "program", "check", "baclofen", "300", "mg/day"), "L-dose-unit", "baclofen is dosed in mcg",
                     "thousand-fold", sim="baclofen")

    def test_a_25_bridge_omitted(self):
        self.refused(self.check("morphine", "1", "mg/day", "concentration", "25", "mg/mL"), "L-mixture-changed",
                     "nothing bridges the change")
        self.refused(self.check("morphine", "1", "mg/day", "concentration", "25", "mg/mL", "bridge", "0.199 mL at 0.1 mL/day"),
                     "L-bridge-unknown", "not told of its catheter")

    def test_a_26_an_interrupted_bolus(self):
        self.told(("calc", "prime", "volume", "0.1", "mL", "rate", "24", "mL/day", "empty"), "L-bolus-not-resumed",
                  "INFO", "never resumed")
        self.assertEqual(self.run_pumpctl("bolus", "resume").code, 2)

    def test_a_27_drug_taken_out_or_filled_in_by_others(self):
        self.told((*RESIDUAL, "filled", "20", "mL", "rate", "0.25", "mL/day", "days", "60", "aspirated", "4.6", "mL",
                   "previous-expected", "5", "mL", "previous-aspirated", "4.6", "mL"), "L-residual-trend", "OVERRIDE",
                  "drug taken out")
        self.told((*RESIDUAL, "filled", "15", "mL", "rate", "0.25", "mL/day", "days", "4", "aspirated", "16", "mL"),
                  "L-residual-above-fill", "OVERRIDE", "a filling by somebody else")

    def test_a_28_medication_errors_of_maintenance(self):
        where = self.pump("start", "dose", "1", "mg/day")
        self.bench.must(*where, "therapy", "stop", "--confirm", f"{where[1]} stop")
        self.refused((*where, "program", "check", "morphine", "1.1", "mg/day"), "L-start-range", "new to the drug",
                     sim="start")
        totals = self.bench.must("--pump", "PX20-000123", "program", "diff", "morphine", "1.1", "mg/day")["totals"]
        self.assertEqual(totals[0]["total_in_24_hours"]["display"], "1.1 mg")


if __name__ == "__main__":
    harness.main()
