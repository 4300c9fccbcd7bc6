#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every quantity that any command takes, given wrongly in every way: exit 2, the place in the line, and the rule. The
commands and their arguments come from the command table itself."""
import unittest

import harness

# a good value of each type that is spelt, its unit, and a unit of another kind
GOOD = {"dose": ("1", "mg/day", "mL"), "mass": ("1", "mg", "mg/day"), "concentration": ("10", "mg/mL", "mg/day"),
        "volume": ("2", "mL", "mg"), "duration": ("12", "h", "mL"), "rate": ("0.4", "mL/day", "mg/day"),
        "days": ("90", "d", "h"), "strength": ("10", "mg/mL", "mL"), "length": ("20", "cm", "mL"),
        "volume-per-length": ("0.0026", "mL/cm", "cm"), "preparation": ("10", "mg/mL", "mL")}
OTHER = {"drug": "morphine", "serial": "PX20-000123", "name": "demo", "file": "x.json", "integer": "1", "date": "2026-08-19",
         "words": "x"}
NUMBERS = {"overflow": "99999999999999999999", "a sign": "-1", "a plus": "+1", "an exponent": "1e3", "a comma": "1,5",
           "thousands": "1,250", "no leading zero": ".5", "a trailing zero": "1.50", "no digit": "", "hexadecimal": "0x10",
           "other digits": "\u0661", "10 kB": "1" * 10000, "two points": "1.2.3", "a space": "1 000", "infinity": "inf",
           "too fine": "0.00000000000001", "a control character": "1\\u0007"}
DATES = ("2026-13-01", "2026-02-30", "19/08/2026", "2026-8-1", "26-08-19", "2026-08-19T10:00", "tomorrow", "1899-12-31",
         "2026-08-19 ", "", "9" * 10000)


def bad_values(kind):
    if kind == "date":
        return [("a date", value) for value in DATES]
    number, unit, wrong = GOOD[kind]
    drug = "morphine " if kind == "preparation" else ""
    values = [(name, f"{drug}{value} {unit}") for name, value in NUMBERS.items()]
    values += [("the wrong kind", f"{drug}{number} {wrong}"), ("no unit", f"{drug}{number}"), ("empty", ""),
               ("something after", f"{drug}{number} {unit} x"), ("capitals", f"{drug}{number} {unit.upper()}XX")]
    if kind in ("strength", "preparation"):
        values += [("half a total", f"{drug}50 mg in"), ("no volume", f"{drug}50 mg in 0 mL"),
                   ("a total of another kind", f"{drug}50 mL in 20 mL")]
    if kind == "preparation":
        values += [("an unknown drug", "morfine 10 mg/mL")]
    return values


def good_value(argument):
    if argument["type"] == "choice":
        return argument["choices"][0]
    if argument["type"] in OTHER:
        return OTHER[argument["type"]]
    number, unit, _ = GOOD[argument["type"]]
    return f"{'morphine ' if argument['type'] == 'preparation' else ''}{number} {unit}"


def written(argument, value):
    quoted = '"' + value.replace('"', "") + '"'
    return f"{argument['keyword']} {quoted}" if argument.get("keyword") else quoted


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = harness.Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.commands = cls.bench.must("commands")["commands"]

    def line(self, command, tried, value):
        """The command with every argument that it needs, and the one that is tried."""
        parts = [command["command"]]
        for argument in command["arguments"]:
            if argument is tried:
                parts.append(written(argument, value))
            elif argument["type"] != "flag" and not argument["optional"]:
                parts.append(written(argument, good_value(argument)))
        return " ".join(parts)

    def test_every_command_refuses_every_kind_of_bad_quantity(self):
        tried = 0
        for command in self.commands:
            seen = set()
            for argument in command["arguments"]:
                kind = argument["type"]
                if (kind not in GOOD and kind != "date") or (kind, argument.get("keyword") is None) in seen:
                    continue
                seen.add((kind, argument.get("keyword") is None))
                good = self.bench.json("--check", "-c", self.line(command, argument, good_value(argument)))
                self.assertEqual(good.code, 0, f"{command['command']} {kind}: {good.both}")
                for name, value in bad_values(kind):
                    line = self.line(command, argument, value)
                    with self.subTest(command=command["command"], kind=kind, mistake=name):
                        self.refuse(line)
                    tried += 1
        self.assertGreater(tried, 600)

    def refuse(self, line):
        result = self.bench.json("--check", "-c", line)
        self.assertEqual(result.code, 2, f"{line[:200]}: {result.both[:500]}")
        error = result.envelope()["error"]
        self.assertIn(error["code"], ("BAD_QUANTITY", "USAGE", "UNKNOWN_DRUG"))
        self.assertTrue(1 <= error["column"] <= len(line.encode()) + 1, error)
        self.assertGreater(len(error["message"]), 20)

    def test_the_sample_of_every_command_is_good(self):
        for command in self.commands:
            result = self.bench.json("--check", "-c", command["example"])
            self.assertEqual(result.code, 0, f"{command['example']}: {result.both}")


if __name__ == "__main__":
    harness.main()
