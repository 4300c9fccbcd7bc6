#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairing by the code on the implant card, as people and scripts do it."""
import os
import subprocess
import unittest

import harness

PASSPHRASE = "correct horse battery"


class Pairing(unittest.TestCase):
    def setUp(self):
        self.bench = harness.Bench()
        made = self.bench.must("sim", "start", "lab", "unpaired", "days", "0")
        self.serial, self.card = made["serial"], made["card_code"]

    def tearDown(self):
        self.bench.close()

    def with_secrets(self, secrets, *words, state=None):
        """pumpctl with lines on a descriptor of its own."""
        read, write = os.pipe()
        os.write(write, "".join(line + "\n" for line in secrets).encode())
        os.close(write)
        env = dict(self.bench.env, **({"PUMPCTL_STATE_DIR": state} if state else {}))
        try:
            return harness.Result(subprocess.run(
                ["pumpctl", "--json", "--passphrase-fd", str(read), *words], env=env, text=True, timeout=120,
                stdin=subprocess.DEVNULL, capture_output=True, pass_fds=(read,), check=False))
        finally:
            os.close(read)

    def refused(self, result, code, name):
        self.assertEqual(result.code, code, result.both)
        self.assertEqual(result.envelope()["error"]["code"], name)

    def pair(self, card=None, *words, state=None):
        return self.with_secrets([card or self.card, PASSPHRASE], "pair", self.serial, *words, state=state)

    def magnet(self):
        self.bench.must("sim", "magnet", "lab")

    def test_a_pump_is_paired_with_card_and_magnet_and_then_known(self):
        self.refused(self.bench.json("--pump", self.serial, "status"), 6, "NOT_PAIRED")
        self.magnet()
        result = self.pair(None, "operator", "anna")
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(result.data()["first_supervisor"], "anna")
        self.assertEqual(result.envelope()["virtual"], "VIRTUAL PUMP")
        self.assertEqual(self.bench.must("status")["pump"]["serial"], self.serial)
        self.assertEqual(self.bench.must("pair", "--list")["pairings"][0]["serial"], self.serial)
        slots = self.bench.must("pair", "--slots")
        self.assertEqual([slot["slot"] for slot in slots["slots"]], [0])
        self.refused(self.pair(None, "operator", "anna"), 4, "PAIRED_ALREADY")

    def test_without_magnet_and_with_a_wrong_code_nothing_is_paired(self):
        self.refused(self.pair(None, "operator", "anna"), 7, "NO_MAGNET")
        self.refused(self.with_secrets([self.card], "--pump", "sim:lab", "pair", self.serial, "operator", "anna"),
                     7, "NO_MAGNET")
        self.magnet()
        self.refused(self.pair(self.card[:-1] + ("0" if self.card[-1] != "0" else "1"), "operator", "anna"), 2,
                     "CARD_CODE_FORM")
        self.refused(self.with_secrets([self.card], "pair", "PX20-999999", "operator", "anna"), 7, "CARD_CODE")
        for _ in range(4):
            self.refused(self.pair("0000-00000", "operator", "anna"), 7, "CARD_CODE")
        self.refused(self.pair(None, "operator", "anna"), 7, "CARD_TRIES")
        self.magnet()
        self.assertEqual(self.pair(self.card.lower().replace("0", "o").replace("1", "l"), "operator", "anna").code, 0)
        kinds = {row["what"]: row["times"] for row in self.bench.must("pair", "--slots")["refused"]}
        self.assertEqual(kinds["wrong card code"], 5)

    def test_a_pump_without_operators_asks_for_its_first_supervisor(self):
        self.magnet()
        self.refused(self.pair(), 2, "USAGE")
        self.assertEqual(self.pair(None, "operator", "anna").code, 0)

    def test_a_second_workstation_gets_a_slot_and_brings_no_operator(self):
        self.magnet()
        self.assertEqual(self.pair(None, "operator", "anna").code, 0)
        other = os.path.join(self.bench.root, "other")
        result = self.pair(None, "operator", "mallory", state=other)
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(result.envelope()["warnings"][0]["code"], "OPERATOR_NOT_ADDED")
        self.assertEqual(len(self.bench.must("pair", "--slots")["slots"]), 2)

    def test_the_card_code_is_kept_nowhere_and_lost_with_the_card_is_the_way_in(self):
        self.magnet()
        self.refused(self.with_secrets([" "], "pair", self.serial, "operator", "anna"), 7, "NO_CARD")
        self.assertEqual(self.pair(None, "operator", "anna").code, 0)
        for folder, _, names in os.walk(self.bench.root):
            if os.path.join("sims", "lab") in folder:
                continue  # the pump's own memory
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    kept = file.read()
                self.assertNotIn(self.card.encode(), kept, path)
                self.assertNotIn(self.card.replace("-", "")[:8].encode(), kept, path)
                self.assertNotIn(PASSPHRASE.encode(), kept, path)

    def test_a_forgotten_key_is_forgotten_and_a_reset_pump_is_not_paired_again_by_itself(self):
        self.magnet()
        self.assertEqual(self.pair(None, "operator", "anna").code, 0)
        self.bench.must("unpair", self.serial)
        self.refused(self.bench.json("--pump", self.serial, "status"), 6, "NOT_PAIRED")
        self.refused(self.bench.json("unpair", self.serial), 6, "NOT_PAIRED")

    def test_a_pump_is_recognised_by_its_advertisement_wherever_it_is(self):
        self.magnet()
        self.assertEqual(self.pair(None, "operator", "anna").code, 0)
        path = os.path.join(self.bench.state, "pairings", self.serial)
        with open(path, encoding="ascii") as file:
            text = file.read()
        with open(path, "w", encoding="ascii") as file:
            file.write(text.replace("sim:lab", "sim:elsewhere"))
        pumps = {pump["address"]: pump["paired_as"] for pump in self.bench.must("scan")["pumps"]}
        self.assertEqual(pumps["sim:lab"], self.serial)
        self.assertEqual(self.bench.must("--pump", self.serial, "status")["pump"]["serial"], self.serial)


if __name__ == "__main__":
    harness.main()
