#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drug table on the screen, and a clinic's own file of drugs: taken whole, refused whole, with the place."""
import json
import os
import unittest

import harness


def file_of(**figures):
    row = {"drug": "morphine", "source": "formulary", "date": "2026-08-01", **figures}
    return {"schema": "pumpctl.drugs", "format_version": "1.0", "clinic": "North", "drugs": [row]}


class Table(harness.PumpCase):
    def figures(self, *words):
        return self.bench.must(*words, "drug", "show", "morphine")["figures"]

    def test_every_figure_has_its_source_and_unverified_ones_say_so(self):
        for drug in self.bench.must("drug", "list")["drug_table"]:
            result = self.bench.json("drug", "show", drug["typed_as"])
            data = result.data()
            titles = {row["from"]: row for row in data["sources"]}
            self.assertTrue(data["figures"])
            for figure in data["figures"]:
                self.assertTrue(titles[figure["from"]]["source"] and titles[figure["from"]]["date"])
            used = [figure["verified"] for figure in data["figures"] if figure["in_force"]]
            self.assertEqual(data["verified"], all(used))
            codes = [warning["code"] for warning in result.envelope()["warnings"]]
            self.assertEqual("UNVERIFIED" in codes, not all(used))

    def test_a_finding_that_used_an_unverified_figure_says_so(self):
        words = ("calc", "mixture", "--primary", "hydromorphone 10 mg/mL", "--dose", "12 mg/day")
        over = {finding["rule"]: finding for finding in self.bench.must(*words)["findings"]}["L-daily-maximum"]
        self.assertIs(over["verified"], False)
        self.assertIn("limit: 10 mg per day (unverified)", " ".join(self.run_pumpctl(*words).both.split()))
        words = ("calc", "mixture", "--primary", "morphine 10 mg/mL", "--dose", "25 mg/day")
        over = {finding["rule"]: finding for finding in self.bench.must(*words)["findings"]}["L-daily-maximum"]
        self.assertIs(over["verified"], True)
        self.assertNotIn("unverified", self.run_pumpctl(*words).both)

    def test_label_and_consensus_are_kept_apart(self):
        maxima = {figure["from"]: (figure["value"]["display"], figure["in_force"], figure["verified"])
                  for figure in self.figures() if figure["figure"] == "daily maximum"}
        self.assertEqual(maxima, {"US label": ("20 mg per day", True, True),
                                  "consensus 2017": ("15 mg per day", False, False)})


class ClinicFile(harness.PumpCase):
    def setUp(self):
        self.path = os.path.join(self.bench.state, "drugs.json")
        self.addCleanup(lambda: os.path.exists(self.path) and os.remove(self.path))

    def write(self, content, path=None, mode=0o600):
        with open(path or self.path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        os.chmod(path or self.path, mode)

    def test_its_rows_are_in_force(self):
        check = ("program", "check", "morphine", "1.1", "mg/day")
        self.assertEqual(self.run_pumpctl(*check).code, 0)
        self.write(file_of(daily_maximum="2.5 mg/day", step_percent=5))
        data = self.bench.must("drug", "show", "morphine")
        self.assertEqual(data["daily_maximum"]["display"], "2.5 mg per day")
        self.assertEqual(data["rows_of_clinic"], "North")
        findings = self.bench.must(*check)["findings"]
        self.assertEqual([(f["rule"], f["limit"], f["source"]) for f in findings if f["rule"] == "L-change-large"],
                         [("L-change-large", "+5 %", "formulary")])
        result = self.bench.json("program", "check", "morphine", "2.6", "mg/day")
        self.assertEqual(result.code, 4)
        self.assertIn("L-daily-maximum", [f["rule"] for f in result.data()["findings"]])

    def test_an_option_names_another_file(self):
        other = os.path.join(self.bench.root, "other.json")
        self.write(file_of(daily_maximum="16 mg/day"), other)
        data = self.bench.must("--drug-file", other, "drug", "show", "morphine")
        self.assertEqual(data["daily_maximum"]["display"], "16 mg per day")
        result = self.bench.json("--drug-file", other + "x", "drug", "list")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (2, "DRUG_FILE"))

    def test_a_bad_file_is_refused_whole_with_line_and_reason_and_nothing_is_sent(self):
        text = json.dumps(file_of(daily_maximum="16 mg/day", step_percent=20), indent=1)
        text = text.replace('"16 mg/day"', '"16mg/d"')
        self.write(text)
        line = 1 + text[:text.index("16mg")].count("\n")
        before = self.bench.show()
        for words in (("drug", "list"), ("program", "check", "morphine", "1.1", "mg/day"),
                      ("calc", "mixture", "--primary", "morphine 10 mg/mL", "--dose", "1 mg/day")):
            error = self.bench.json(*words).envelope()["error"]
            self.assertEqual((error["code"], error["exit"]), ("DRUG_FILE", 2))
            self.assertIn(f"line {line},", error["message"])
            self.assertIn("16 mg/day", error["message"])
        self.assertEqual(before["last_record"], self.bench.show()["last_record"])
        self.assertEqual(self.run_pumpctl("calc", "rate", "--dose", "1 mg/day", "--concentration",
                                          "10 mg/mL").code, 0)

    def test_a_file_that_others_may_change_is_refused(self):
        self.write(file_of(daily_maximum="16 mg/day"), mode=0o622)
        error = self.bench.json("drug", "list").envelope()["error"]
        self.assertEqual(error["code"], "DRUG_FILE")
        self.assertIn("chmod go-w", error["message"])

    def test_a_folder_or_a_huge_file_is_refused(self):
        for path in (self.bench.root, "/dev/zero"):
            self.assertEqual(self.run_pumpctl("--drug-file", path, "drug", "list").code, 2)
        self.write(" " * 70000)
        self.assertEqual(self.run_pumpctl("drug", "list").code, 2)


if __name__ == "__main__":
    harness.main()
