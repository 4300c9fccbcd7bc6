#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clinician reads: words instead of codes, numbers as fine as they matter, values never cut by a narrow screen."""
import os
import re

import harness

CONFIRM = "PX20-000123 morphine 1.2 mg/day"
APPLY = ("program", "apply", "morphine", "1.2", "mg/day", "--confirm", CONFIRM)
# Words of the protocol and codes for scripts: they belong into the JSON. The id of a rule stands before its sentence.
JARGON = re.compile(r"(?<!L-)\b(?!L-)(epoch|token|slot|digest|intents?|root|stage|audit-size|[a-z]+(-[a-z]+){2,}|read-back-\w+)\b", re.I)


class Screens(harness.PumpCase):
    def text(self, *words, code=0):
        result = self.run_pumpctl(*words)
        self.assertEqual(result.code, code, result.both)
        return result.both

    def assert_in_words(self, text):
        found = [match.group(0) for match in JARGON.finditer(text)]
        self.assertEqual(found, [], text)

    def test_screens_of_the_main_job_have_no_codes(self):
        for words in (("status",), ("program", "show"), ("program", "diff", "morphine", "1.1", "mg/day"), APPLY,
                      ("log", "pull"), ("log", "show", "limit", "5"), ("audit", "verify"), ("reconcile",),
                      ("therapy", "stop", "--dry-run"), ("scan",), ("sim", "show", "demo")):
            with self.subTest(words=words):
                self.assert_in_words(self.text(*words))

    def test_the_record_of_an_order_is_told_in_words(self):
        self.text(*APPLY)
        self.text("log", "pull")
        shown = self.bench.json("log", "show", "limit", "50").lines()[:-1]
        order = [line for line in shown if line["record"] == "order"][-1]
        self.assertRegex(order["details"], r"^order number [0-9]+, program, therapy running, by trainer$")
        self.assertIn("token", order["fields"])

    def test_an_outcome_is_a_sentence_on_the_screen_and_a_code_in_json(self):
        text = self.text(*APPLY)
        self.assertIn("what was read back is what was ordered", text)
        order = self.bench.must(*APPLY)["order"]
        self.assertEqual(order["reason"], "read-back-equal")

    def test_an_unknown_outcome_is_told_in_words(self):
        before = self.bench.show()["packets_exchanged"]
        self.bench.must(*APPLY[:5], "--dry-run")
        staged = self.bench.show()["packets_exchanged"] - before
        self.bench.must("sim", "fault", "demo", "drop", str(staged + 5))
        text = self.text(*APPLY, code=9)
        self.assertIn("the link was lost", text)
        self.assertIn("NOT CONFIRMED: either", text)
        self.assert_in_words(text)
        self.assert_in_words(self.text("reconcile"))

    def test_every_reason_of_the_engine_has_words(self):
        source = os.environ["SOURCE_DIR"]
        with open(os.path.join(source, "cli", "order_words.c"), encoding="utf-8") as file:
            words = file.read()
        reasons = set()
        for name in ("order.c", "reconcile.c", "resolve.c"):
            with open(os.path.join(source, "protocol", "engine", name), encoding="utf-8") as file:
                reasons |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', file.read()))
        self.assertGreater(len(reasons), 15)
        self.assertEqual([reason for reason in sorted(reasons) if f'"{reason}"' not in words], [])

    def test_volumes_left_are_rounded_down_on_the_screen_and_exact_in_json(self):
        self.bench.must("sim", "fill", "demo", "9.999999", "mL")
        self.assertRegex(self.text("status"), r"Reservoir +9\.99 mL\n")
        reservoir = self.bench.must("status")["reservoir"]
        self.assertRegex(reservoir["value"], r"^9\.9999\d*$")
        self.bench.must("sim", "fill", "demo", "18", "mL")

    def test_delivered_volumes_of_records_are_rounded_down_on_the_screen(self):
        self.bench.must("sim", "advance", "demo", "3h")
        self.text("log", "pull")
        text = self.text("log", "show", "limit", "2")
        self.assertRegex(text, r"in 1 h, delivered 0\.00[0-9] mL, reservoir [0-9.]+ mL\n")
        self.assertNotRegex(text, r"[0-9]\.[0-9]{4,} mL")

    def test_a_refusal_is_told_in_whole_sentences(self):
        ten_fold = self.text("program", "check", "morphine", "14", "mg/day", code=4)
        self.assertNotRegex(ten_fold, r"\. [a-z]")
        self.assertIn("--reason TEXT", ten_fold)
        mixture = self.text("program", "check", "morphine", "1.3", "mg/day", "concentration", "20", "mg/mL", code=4)
        self.assertNotIn("no value", mixture)
        self.assertNotIn("..", mixture)

    def test_the_mark_of_a_refusal_stands_under_what_was_refused(self):
        for words, part in ((("1.3", "mg/day", "concentration", "20", "mg/mL"), "20 mg/mL"),
                            (("1.3", "mg/day", "low-alarm", "30", "mL"), "30 mL"),
                            (("14", "mg/day", "low-alarm", "3", "mL"), "14 mg/day")):
            line = " ".join(("program", "check", "morphine", *words))
            error = self.bench.json("program", "check", "morphine", *words).envelope()["error"]
            self.assertEqual(error["column"], line.index(part) + 1, line)

    def test_help_on_what_is_no_command_says_so(self):
        text = self.text("help", "progam", code=2)
        self.assertIn("program", text)
        self.text("progam", "--help", code=2)
        self.assertIn("program apply", self.text("help", "program"))

    def test_a_command_may_begin_with_the_programs_name_as_the_hints_show_it(self):
        result = self.run_pumpctl("-c", "pumpctl drug list", "-c", "pumpctl --json drug list")
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(self.run_pumpctl("-c", "pumpctl").code, 2)

    def test_plain_text_is_tab_separated_throughout(self):
        for words in (("status",), ("program", "diff", "morphine", "1.3", "mg/day"), ("drug", "show", "morphine"),
                      ("program", "check", "morphine", "14", "mg/day")):
            lines = self.run_pumpctl("--plain", *words).out.splitlines()
            self.assertEqual([line for line in lines if line.startswith(" ") or "  " in line], [], words)
            self.assertIn("Pump\tPX20-000123\tPX20\tsim-1.0.0" if words[0] != "drug" else "Typed as\tmorphine", lines)

    def lines_at(self, columns, *commands):
        terminal = harness.Terminal(self.bench, *(word for text in commands for word in ("-c", text)), columns=columns)
        self.assertIn(terminal.finish(), (0, 4))
        return re.sub(r"\x1b\[[0-9;]*m|\r", "", terminal.seen).split("\n")

    def test_a_narrow_screen_cuts_no_word_and_no_number(self):
        self.text("log", "pull")
        for columns in (40, 60, 80):
            for command in ("status", "log show limit 5", "drug list", "drug show baclofen", "sim list", "scan",
                            "program show", "program diff morphine 1.3 mg/day", "therapy stop --dry-run",
                            "audit show limit 3", "help", "help program apply", "help sim start",
                            "program check morphine 14 mg/day"):
                with self.subTest(columns=columns, command=command):
                    lines = self.lines_at(columns, command)
                    # a word wider than the screen, such as the address of a source, stays whole
                    self.assertEqual([line for line in lines if len(line) > columns and " " in line.strip()], [])


if __name__ == "__main__":
    harness.main()
