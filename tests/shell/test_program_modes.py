#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""program show, check, diff and apply in every mode: what is typed is staged, confirmed, read back and delivered."""
import json
import os
import shutil

import harness

SERIAL = "PX20-000200"
SIMPLE = "baclofen 500 mcg/mL; 200 mcg/day; low-alarm 4 mL"
FLEX = "baclofen 500 mcg/mL; flex 00:00 180 mcg/day, 06:00 220 mcg/day; low-alarm 4 mL"
WEEK = ("baclofen 500 mcg/mL; flex mon,tue,wed,thu,fri 00:00 180 mcg/day, 06:00 220 mcg/day / sat,sun 00:00 200 mcg/day; "
        "low-alarm 4 mL")
PERIODIC = "baclofen 500 mcg/mL; periodic 20 mcg every 12h over 10min base 160 mcg/day; low-alarm 4 mL"
PATIENT = "; patient-bolus 20 mcg over 10min lockout 4h most 2"
STRONGER = "baclofen 2000 mcg/mL; 200 mcg/day; low-alarm 4 mL"


class ProgramModes(harness.PumpCase):
    """Pump "b" runs 200 mcg of baclofen a day (0.4 mL) before each test."""

    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)

    def setUp(self):
        self.name = f"b{len(self.bench.must('sim', 'list')['pumps'])}"
        self.serial = f"PX20-0002{self.name[1:].zfill(2)}"
        self.bench.must("sim", "start", self.name, "serial", self.serial, "drug", "baclofen", "concentration", "500",
                        "mcg/mL", "dose", "200", "mcg/day", "days", "2")

    def pump(self, *words):
        return self.bench.json("--pump", self.serial, *words)

    def must(self, *words):
        result = self.pump(*words)
        self.assertEqual(result.code, 0, result.both)
        return result.data()

    def texts(self, *words):
        """What is to be confirmed, without the serial, and the screen."""
        data = self.must("program", "apply", *words, "--dry-run")
        return [text.removeprefix(f"{self.serial} ") for text in data["confirm"]], data

    def apply(self, *words):
        """Applies with exactly the texts that the dry run printed."""
        confirm = []
        for text in self.must("program", "apply", *words, "--dry-run")["confirm"]:
            confirm += ["--confirm", text]
        data = self.must("program", "apply", *words, *confirm)
        self.assertEqual(data["order"]["outcome"], "APPLIED")
        return data

    def refused(self, code, rule, *words):
        """Nothing reaches the pump, nothing the trail."""
        before, trail = self.bench.show(self.name)["last_record"], self.bench.intents()
        result = self.pump(*words)
        self.assertEqual(result.code, code, result.both)
        self.assertIn(rule, result.both)
        self.assertEqual((self.bench.show(self.name)["last_record"], self.bench.intents()), (before, trail))
        return result

    def delivered(self, time):
        """mL that leave the reservoir meanwhile."""
        before = float(self.bench.show(self.name)["delivered"]["value"])
        self.bench.must("sim", "advance", self.name, time)
        return round(float(self.bench.show(self.name)["delivered"]["value"]) - before, 4)

    def shown(self):
        return self.must("program", "show")

    def test_a_flex_program_is_confirmed_by_its_greatest_day_and_delivered_by_its_steps(self):
        texts, data = self.texts("text", FLEX)
        self.assertEqual(texts, ["baclofen flex 210 mcg/day"])
        total = data["totals"][0]
        self.assertEqual([total[key]["value"] for key in ("total_in_24_hours", "greatest_in_any_24_hours", "worst_case_day",
                                                          "ratio_to_running")], ["210", "210", "210", "1.05"])
        self.assertEqual(total["greatest_in_any_hour"]["value"], "9.167")
        data = self.apply("text", FLEX)
        self.assertEqual(data["now_in_pump"]["typed_as"], FLEX)
        # 6 h of 180 and 18 h of 220 mcg a day, whatever the hour that the day begins with
        self.assertAlmostEqual(self.delivered("24h"), 0.42, delta=0.0005)

    def test_weekdays_differ(self):
        self.apply("text", WEEK)
        # five days of 210 and two of 200 mcg
        self.assertAlmostEqual(self.delivered("7d"), 2.9, delta=0.0005)
        total = self.texts("text", WEEK)[1]["totals"][0]
        self.assertGreater(float(total["greatest_in_any_24_hours"]["value"]), float(total["total_in_24_hours"]["value"]))

    def test_periodic_doses_come_on_top_of_their_base(self):
        words = ("baclofen", "160", "mcg/day", "each", "20", "mcg", "every", "12h", "over", "10min", "low-alarm", "4", "mL")
        texts, data = self.texts(*words)
        self.assertEqual((texts, data["to_be_programmed"]["typed_as"]), (["baclofen periodic 200 mcg/day"], PERIODIC))
        self.apply(*words)
        self.assertEqual(self.shown()["typed_as"], PERIODIC)
        self.assertAlmostEqual(self.delivered("11h"), 0.32 * 11 / 24, delta=0.0005)
        self.assertAlmostEqual(self.delivered("2h"), 0.32 * 2 / 24 + 0.04, delta=0.0005)

    def test_patient_boluses_are_shown_as_a_worst_day_confirmed_and_delivered(self):
        texts, data = self.texts("text", SIMPLE + PATIENT)
        self.assertEqual(texts, ["baclofen 200 mcg/day", "patient-bolus 20 mcg lockout 4h most 2"])
        self.assertEqual(data["worst_case_patient_boluses"], 2)
        self.assertEqual(data["totals"][0]["worst_case_day"]["value"], "240")
        self.assertEqual(data["to_be_programmed"]["patient_bolus"]["lockout"]["display"], "4 h")
        self.apply("text", SIMPLE + PATIENT)
        self.delivered("4h")  # the lockout begins with the order
        self.bench.must("sim", "press", self.name)
        self.assertAlmostEqual(self.delivered("1h"), 0.4 / 24 + 0.04, delta=0.0005)
        # less of it needs no line of its own
        less = PATIENT.replace("20 mcg over", "10 mcg over")
        self.assertEqual(self.texts("text", SIMPLE + less)[0], ["baclofen 200 mcg/day"])

    def test_a_simple_program_neither_keeps_nor_drops_a_patient_bolus_without_a_word(self):
        self.apply("text", FLEX + PATIENT)
        result = self.refused(2, "patient-bolus keep", "program", "apply", "baclofen", "190", "mcg/day")
        self.assertIn("20 mcg over 10min lockout 4h most 2", result.both)
        for word, kept in (("keep", True), ("none", False)):
            data = self.must("program", "diff", "baclofen", "190", "mcg/day", "patient-bolus", word)
            row = next(row for row in data["comparison"] if row["label"] == "Patient bolus")
            self.assertEqual(row["change"], "no change" if kept else "REMOVED")
            self.assertIn("The steps of the running flex program end with this order.", data["notes"])
            self.assertEqual(any("can take no bolus" in note for note in data["notes"]), not kept)
        self.apply("baclofen", "190", "mcg/day", "patient-bolus", "keep")
        self.assertEqual(self.shown()["typed_as"], SIMPLE.replace("200", "190") + PATIENT)
        self.apply("baclofen", "190", "mcg/day", "patient-bolus", "none")
        self.assertEqual(self.shown()["typed_as"], SIMPLE.replace("200", "190"))
        self.refused(2, "no patient bolus to keep", "program", "apply", "baclofen", "190", "mcg/day", "patient-bolus", "keep")

    def tell_catheter(self, volume="0.001", holds="reservoir"):
        """From the reservoir to the tip there are then that many mL and the 0.199 of the tubing."""
        words = ("catheter", "set", "90", "cm", "volume", volume, "mL", "holds", holds)
        self.must(*words, "--confirm", *self.must(*words, "--dry-run")["confirm"])

    def assert_status_tells_a_bridge(self, left):
        """What is left of it in mL; its rate is no drift."""
        status = self.pump("status")
        self.assertIn("BRIDGE_RUNS", [row["code"] for row in status.envelope()["warnings"]])
        self.assertAlmostEqual(float(status.data()["bridge_left"]["value"]), left, delta=0.0011)
        self.assertEqual(status.data()["findings"], [])

    def test_a_changed_mixture_needs_a_bridge_which_runs_first(self):
        self.refused(4, "L-mixture-changed", "program", "apply", "text", STRONGER)
        self.refused(4, "L-bridge-unknown", "program", "apply", "text", STRONGER + "; bridge 0.199 mL at 0.4 mL/day")
        self.tell_catheter(holds="unknown")
        self.refused(4, "L-bridge-unknown", "program", "apply", "text", STRONGER + "; bridge 0.2 mL at 0.4 mL/day")
        self.tell_catheter()
        words = ("text", STRONGER + "; bridge 0.2 mL at 0.4 mL/day")
        texts, data = self.texts(*words)
        self.assertEqual(texts, ["baclofen 200 mcg/day", "mixture baclofen 2000 mcg/mL bridge 0.2 mL"])
        bridging = data["bridging"]
        # 0.2 mL at 0.4 mL a day
        self.assertEqual((bridging["volume"]["value"], bridging["rate"]["value"], bridging["duration"]["value"]),
                         ("0.2", "0.4", "43200"))
        self.assertEqual(bridging["old_drugs_meanwhile"][0]["daily_dose"]["value"], "200")
        self.assertIn("T", bridging["new_drug_arrives"])
        self.apply(*words)
        self.assertAlmostEqual(self.delivered("11h"), 0.4 * 11 / 24, delta=0.0005)
        self.assert_status_tells_a_bridge(0.2 - 0.4 * 11 / 24)
        self.assertAlmostEqual(self.delivered("1d"), 0.2 - 0.4 * 11 / 24 + 0.1 * (24 - 1) / 24, delta=0.0005)

    def test_a_bridge_that_is_typed_again_is_not_run_again(self):
        self.tell_catheter()
        words = ("text", STRONGER + "; bridge 0.2 mL at 0.4 mL/day")
        self.apply(*words)
        self.delivered("1d")
        data = self.apply(*words)
        self.assertEqual([row["change"] for row in data["comparison"] if row["label"] == "Bridge"], ["no change"])
        self.assertAlmostEqual(self.delivered("1d"), 0.1, delta=0.0005)
        self.refused(4, "L-bridge-volume", "program", "apply", "text", STRONGER + "; bridge 0.1 mL at 0.4 mL/day")

    def test_a_program_over_a_bridge_lets_what_is_left_of_it_run_on(self):
        self.tell_catheter()
        self.apply("text", STRONGER + "; bridge 0.2 mL at 0.4 mL/day")
        self.delivered("6h")
        data = self.apply("baclofen", "220", "mcg/day")
        row = next(row for row in data["comparison"] if row["label"] == "Bridge")
        self.assertEqual(row["change"], "what is left of it runs on")
        self.assertTrue(any("what is left of it, 0.1 mL" in note for note in data["notes"]), data["notes"])
        self.assertEqual(data["now_in_pump"]["delivery_rate"]["value"], "0.4")
        self.assert_status_tells_a_bridge(0.2 - 0.4 * 6 / 24)
        self.assertAlmostEqual(self.delivered("5h"), 0.4 * 5 / 24, delta=0.0005)

    def test_what_reaches_the_tip_is_known_once_the_pump_was_told_of_its_catheter(self):
        words = ("text", STRONGER + "; bridge 0.399 mL at 0.4 mL/day")
        self.assertIsNone(self.must("program", "diff", "baclofen", "210", "mcg/day")["totals"][0]["at_the_tip_in_24_hours"])
        self.tell_catheter("0.2")
        tip = [self.must("program", "diff", *typed)["totals"][0]["at_the_tip_in_24_hours"]["value"]
               for typed in (("baclofen", "210", "mcg/day"), words)]
        self.assertEqual(tip[0], "210")
        unsaid = self.pump("program", "check", "text", STRONGER).data()
        self.assertTrue(any("the bridge is: 0.399 mL at 0.4 mL/day" in note for note in unsaid["notes"]), unsaid["notes"])
        # 23 h 56 min at the old dose, then what is behind it
        self.assertAlmostEqual(float(tip[1]), 200, delta=1)
        without = self.pump("program", "check", "text", STRONGER + "; bridge none line-aspirated").data()
        self.assertEqual(without["totals"][0]["at_the_tip_in_24_hours"]["value"], "50")

    def test_no_bridge_for_a_reason_is_said_and_confirmed(self):
        self.refused(4, "L-bridge-none", "program", "apply", "text", STRONGER + "; bridge none accepted")
        texts, data = self.texts("baclofen", "200", "mcg/day", "concentration", "2000", "mcg/mL", "low-alarm", "4", "mL",
                                 "bridge", "none line-aspirated")
        self.assertEqual(texts[1], "mixture baclofen 2000 mcg/mL no bridge")
        self.assertEqual(data["bridging"]["bridge"], "none: the line was aspirated, then primed")

    def test_minimum_rate_and_stopped_are_programs_too(self):
        for mode, words in (("minimum", "baclofen minimum"), ("stopped", "baclofen stopped")):
            text = SIMPLE.replace("200 mcg/day", mode)
            self.assertEqual(self.texts("text", text)[0], [words])
            self.apply("text", text)
            self.assertEqual(self.shown()["typed_as"], text)
        self.assertEqual(self.delivered("1d"), 0)

    def test_five_fold_is_a_line_of_its_own_in_every_mode(self):
        self.apply("baclofen", "50", "mcg/day")
        texts, _ = self.texts("text", FLEX.replace("180", "320").replace("220", "320"))
        self.assertEqual(texts, ["baclofen flex 320 mcg/day", "higher 6.4 times"])

    def test_what_is_shown_can_be_typed_and_read_back(self):
        path = os.path.join(self.bench.root, "shown.json")
        for text in (FLEX, WEEK + PATIENT, PERIODIC, SIMPLE):
            self.apply("text", text)
            shown = self.pump("program", "show")
            with open(path, "w", encoding="utf-8") as file:
                file.write(shown.out)
            for words in (("text", shown.data()["typed_as"]), ("from", path)):
                data = self.apply(*words)
                self.assertEqual(data["now_in_pump"]["typed_as"], text)
                self.assertTrue(all(row["change"] == "no change" for row in data["comparison"]), data["comparison"])
                self.assertEqual(self.shown()["digest"], shown.data()["digest"])

    def test_a_file_that_is_no_program_is_refused_with_its_place(self):
        self.apply("text", FLEX)
        answer = self.pump("program", "show").envelope()
        other = self.pump("status").envelope()
        path = os.path.join(self.bench.root, "bad.json")
        version = json.dumps({**answer, "format_version": "2.0"})
        plain = json.dumps({**answer["data"]["as_file"], "format_version": "2.0"})
        cases = ((version, "version"), (plain, "version"), (json.dumps({**answer, "format_version": None}), "version"),
                 (json.dumps(other), "of what pumpctl prints"), (json.dumps({**answer, "data": {}}), "holds no program"),
                 (json.dumps(answer["data"]["as_file"]).replace('"4"', "true"), "a value as decimal text"),
                 ("{", "line 1"), (" " * 70000, "longer than"), (json.dumps(answer)[:-1], "line 1"))
        for text, part in cases:
            with self.subTest(text=text[:60], part=part):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                self.refused(2, part, "program", "apply", "from", path)
        self.refused(2, "cannot be read", "program", "apply", "from", "/nowhere")
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps({**answer["data"]["as_file"], "format_version": "1.7"}))
        self.must("program", "check", "from", path)

    def test_one_way_of_saying_it_at_a_time(self):
        for words in (("baclofen", "text", FLEX), ("text", FLEX, "from", "x"), ("text", FLEX, "low-alarm", "4", "mL"),
                      ("text", FLEX, "baclofen"), ("text", "baclofen"), ("text", FLEX.replace("06:00", "6:00"))):
            self.refused(2, "", "program", "check", *words)
        line = f"--pump {self.serial} program check text {FLEX.replace('06:00', '6:00')}"
        error = self.pump("program", "check", "text", FLEX.replace("06:00", "6:00")).envelope()["error"]
        # the colon, where a second digit should stand
        self.assertEqual(error["column"], line.index("6:00") + 2 - len(f"--pump {self.serial} "))

    def test_a_program_that_is_not_the_last_ordered_from_here_is_said(self):
        self.apply("baclofen", "190", "mcg/day")
        self.assertEqual(self.pump("program", "show").envelope()["warnings"], [])
        kept = os.path.join(self.bench.root, "kept")
        shutil.copytree(os.path.join(self.bench.state, "audit"), kept)
        self.apply("baclofen", "180", "mcg/day")
        self.assertEqual(self.pump("program", "show").envelope()["warnings"], [])
        # as a workstation that does not know of the last order
        newest = os.path.join(self.bench.root, "newest")
        os.rename(os.path.join(self.bench.state, "audit"), newest)
        os.rename(kept, os.path.join(self.bench.state, "audit"))
        try:
            for words in (("program", "show"), ("program", "check", "baclofen", "190", "mcg/day"), ("status",)):
                codes = [warning["code"] for warning in self.pump(*words).envelope()["warnings"]]
                self.assertIn("NOT_AS_ORDERED", codes, words)
        finally:
            shutil.rmtree(os.path.join(self.bench.state, "audit"))
            os.rename(newest, os.path.join(self.bench.state, "audit"))

    def test_findings_refuse_each_mode_before_anything_is_sent(self):
        for rule, text in (("L-daily-maximum", FLEX.replace("220", "2200")),
                           ("L-interval-short", PERIODIC.replace("12h", "12min")),
                           ("L-daily-maximum", SIMPLE + PATIENT.replace("20 mcg", "600 mcg")),
                           ("L-bridge-rate", STRONGER + "; bridge 0.2 mL at 0.3 mL/day"),
                           ("L-bridge-volume", STRONGER + "; bridge 0.1 mL at 0.4 mL/day")):
            with self.subTest(rule=rule):
                for verb in ("check", "diff", "apply"):
                    self.refused(4, rule, "program", verb, "text", text)

    def test_a_second_person_enters_every_drug(self):
        mixed = "morphine 10 mg/mL, bupivacaine 30 mg/mL; 1 mg/day; low-alarm 4 mL"
        self.assertEqual(self.pump("program", "check", "text", mixed + "; bridge none line-aspirated").code, 0)
        words = ("program", "apply", "text", mixed + "; bridge none accepted", "--reason", "test of the entry")
        confirm = []
        for text in self.must(*words, "--dry-run")["confirm"]:
            confirm += ["--confirm", text]
        unlisted = self.pump(*words, *confirm, "--second", "other", "--second-entry", "nothing yet")
        self.assertEqual(unlisted.envelope()["error"]["code"], "NOT_ALLOWED", unlisted.both)
        self.must("operator", "add", "other", "programmer", "--confirm", f"{self.serial} operator other programmer")
        for entry, part in (("morphine 10 mg/mL 1 mg/day", "other entered"),
                            ("morphine 10 mg/mL 1 mg/day, bupivacaine 30 mg/mL 4 mg/day", "other entered"),
                            ("morphine 10 mg/mL 1 mg/day, bupivacaine", "not drug, concentration")):
            result = self.pump("--operator", "trainer", *words, *confirm, "--second", "other", "--second-entry", entry)
            self.assertIn(result.code, (5, 7), result.both)
            self.assertIn(part, result.envelope()["error"]["message"])


if __name__ == "__main__":
    harness.main()
