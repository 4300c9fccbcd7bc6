#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command gives exactly one envelope, well or not; quantities are text with a unit."""
import re

import harness

UNITS = {"mg", "ug", "ng", "mL", "h", "d", "s", "ng/d", "mg/d", "ug/d", "mL/d", "mL/h", "mg/mL", "ug/mL",
         "ng/mL", "cm", "mL/cm", "ms", "bit/s", "1"}
DECIMAL = re.compile(r"^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$")

# words that every run of a command needs; rows of the table that are not here run with their words alone
ARGUMENTS = {
    "program check": ("morphine", "1.2", "mg/day"),
    "program diff": ("morphine", "1.2", "mg/day"),
    "program apply": ("morphine", "1.2", "mg/day", "--confirm", "PX20-000123 morphine 1.2 mg/day"),
    "therapy stop": ("--confirm", "PX20-000123 stop"),
    "therapy minimum": ("--confirm", "PX20-000123 minimum"),
    "therapy resume": ("--confirm", "PX20-000123 resume"),
    "pair": ("--list",),
    "pair new-card": ("--operator", "trainer", "--dry-run"),
    "bolus single": ("morphine", "0.01", "mg", "--dry-run"),
    "bolus prime": ("0.01", "mL", "--reason", "a new catheter", "--dry-run"),
    "bolus stop": ("--confirm", "PX20-000123 bolus stop"),
    "pair revoke": ("1", "--operator", "trainer", "--dry-run"),
    "alarm ack": ("--confirm", "PX20-000123 alarm ack low"),
    "alarm test": ("--confirm", "PX20-000123 alarm test"),
    "catheter set": ("90", "cm", "volume", "0.234", "mL", "holds", "fluid", "--confirm",
                     "PX20-000123 catheter set 90 cm 0.433 mL fluid"),
    "catheter revised": ("70", "cm", "volume", "0.182", "mL", "holds", "fluid", "--confirm",
                         "PX20-000123 catheter revised 70 cm 0.381 mL fluid"),
    "clock set": ("zone", "+00:00", "--dry-run"),
    "refill": ("1.8", "mL", "morphine", "10", "mg/mL", "--confirm", "PX20-000123 refill 1.8 mL"),
    "catheter aspirated": ("--confirm", "PX20-000123 catheter aspirated"),
    "unpair": ("PX20-000123", "--dry-run"),
    "operator add": ("anna", "nurse", "--confirm", "PX20-000123 operator anna nurse"),
    "operator disable": ("anna", "--operator", "trainer", "--confirm", "PX20-000123 operator anna disable"),
    "operator countersign": ("1", "--dry-run"),
    "operator passphrase": ("trainer",),
    "drug show": ("morphine",),
    "calc catheter": ("length", "110", "cm", "trimmed", "20", "cm", "volume-per-cm", "0.0026", "mL/cm"),
    "calc prime": ("volume", "0.234", "mL", "rate", "24", "mL/day", "holds", "baclofen", "2000", "mcg/mL"),
    "calc bridge": ("volume", "0.4", "mL", "old", "baclofen", "500", "mcg/mL", "new", "baclofen", "2000", "mcg/mL",
                    "dose", "200", "mcg/day"),
    "calc trial": ("drug", "baclofen", "test-dose", "50", "mcg", "response", "6h"),
    "calc restart": ("drug", "baclofen", "stopped", "30h"),
    "calc program": ("PX20", "baclofen 500 mcg/mL; 200 mcg/day; low-alarm 4 mL"),
    "calc rate": ("dose", "200", "mcg/day", "concentration", "500", "mcg/mL"),
    "calc dose": ("rate", "0.4", "mL/day", "concentration", "500", "mcg/mL"),
    "calc mixture": ("primary", "morphine 20 mg/mL", "other", "bupivacaine 30 mg/mL", "dose", "5", "mg/day"),
    "calc refill": ("reservoir", "20", "mL", "alarm", "2", "mL", "rate", "0.25", "mL/day"),
    "calc residual": ("filled", "20", "mL", "rate", "0.25", "mL/day", "days", "60", "aspirated", "7.4", "mL",
                      "reservoir-size", "20", "mL"),
    "sim start": ("other", "serial", "PX20-000300", "days", "1"),
    "sim show": ("demo",),
    "sim advance": ("demo", "1h"),
    "sim speed": ("demo", "1"),
    "sim fill": ("demo", "18", "mL"),
    "sim fault": ("demo", "release"),
    "sim air": ("demo", "interval", "30000"),
    "sim press": ("demo",),
    "sim magnet": ("demo",),
    "sim log": ("demo",),
    "sim reset": ("demo",),
    "sim stop": ("other",),
}
# what ends otherwise here: no other workstation is paired
EXITS = {"pair revoke": 4}
OF_THE_SHELL = ("connect", "disconnect", "exit", "quit")


def quantities(node):
    if isinstance(node, dict):
        if "display" in node:
            yield node
        for child in node.values():
            yield from quantities(child)
    elif isinstance(node, list):
        for child in node:
            yield from quantities(child)


class Json(harness.PumpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bench.must("sim", "fill", "demo", "1.8", "mL")  # an alarm to acknowledge
        cls.bench.must("sim", "advance", "demo", "1h")

    def assert_envelope(self, result, schema):
        lines = result.lines()
        envelopes = [line for line in lines if "schema" in line]
        self.assertEqual(len(envelopes), 1, result.out)
        envelope = lines[-1]
        self.assertEqual(envelope["schema"], schema)
        self.assertEqual(envelope["format_version"], "1.0")
        self.assertEqual(envelope["ok"], result.code == 0)
        self.assertEqual("error" in envelope, result.code != 0)
        self.assertIsInstance(envelope["data"], dict)
        self.assertIsInstance(envelope["warnings"], list)
        for line in lines[:-1]:
            self.assertIsInstance(line, dict)
        for quantity in quantities(lines):
            self.assertRegex(quantity["value"], DECIMAL)
            self.assertIn(quantity["unit"], UNITS)
        return envelope

    def test_every_command_of_the_table(self):
        table = self.bench.must("commands")["commands"]
        names = [row["command"] for row in table]
        self.assertGreater(len(names), 25)
        for name in names:
            if name in OF_THE_SHELL:
                continue
            with self.subTest(command=name):
                words = name.split() + list(ARGUMENTS.get(name, ()))
                pump = () if name.startswith("sim") else ("--pump", "PX20-000123")
                result = self.bench.json(*pump, *words)
                self.assertEqual(result.code, EXITS.get(name, 0), result.both)
                envelope = self.assert_envelope(result, "pumpctl." + name.replace(" ", "-"))
                row = next(row for row in table if row["command"] == name)
                if "needs-link" in row["flags"]:
                    self.assertEqual(envelope["virtual"], "VIRTUAL PUMP")
                    self.assertEqual(envelope["data"]["pump"]["serial"], "PX20-000123")

    def test_every_command_fails_in_an_envelope_too(self):
        for words in (("frobnicate",), ("status", "now"), ("program", "check", "morphine", "1.2"),
                      ("--pump", "PX20-000999", "status"), ("connect",)):
            result = self.bench.json(*words)
            self.assertNotEqual(result.code, 0)
            self.assertEqual(len(result.lines()), 1)
            self.assertEqual(result.envelope()["error"]["exit"], result.code)
            self.assertTrue(result.err, "a person gets a line, too")

    def test_a_script_gives_one_envelope_for_each_line(self):
        result = self.bench.run("--json", "--pump", "PX20-000123", "-c", "status", "-c", "drug list", "-c",
                                "program check morphine 900 mg/day", "-c", "status")
        self.assertEqual(result.code, 4)
        self.assertEqual([line["schema"] for line in result.lines()],
                         ["pumpctl.status", "pumpctl.drug-list", "pumpctl.program-check"])

    def test_the_log_is_json_lines(self):
        self.bench.must("--pump", "PX20-000123", "log", "pull")
        result = self.bench.json("--pump", "PX20-000123", "log", "show", "--limit", "5")
        envelope = self.assert_envelope(result, "pumpctl.log-show")
        self.assertEqual(len(result.lines()), 6)
        self.assertEqual(envelope["data"]["records_shown"], 5)
        self.assertEqual(envelope["virtual"], "VIRTUAL PUMP")
        numbers = [line["sequence"] for line in result.lines()[:-1]]
        self.assertEqual(numbers, sorted(numbers))

    def test_downloaded_records_are_those_of_the_pump(self):
        pulled = self.bench.must("--pump", "PX20-000123", "log", "pull")
        self.assertTrue(pulled["complete"])
        shown = self.bench.json("--pump", "PX20-000123", "log", "show", "--limit", "100000").lines()[:-1]
        self.assertEqual(len(shown), pulled["last_record"] - pulled["first_record"] + 1)


if __name__ == "__main__":
    harness.main()
