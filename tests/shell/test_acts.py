#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act by whole programs: by the right role with what the pump says afterwards, by the wrong role, without the right
confirmation, without a unit, and with the link lost at the worst time. One row for each act; each test goes through all."""
import os
import re
import struct
import sys
import unittest

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import changes

SERIAL = "PX20-000123"
PEOPLE = {"vera": "viewer", "nora": "nurse", "paul": "programmer", "trainer": "supervisor"}
NURSES = ("nora", "paul", "trainer")
PROGRAMMERS = ("paul", "trainer")
SUPERVISORS = ("trainer",)

# words; what is confirmed after the serial; who may; kind and amount of the pump's record
ACTS = (
    (("alarm", "ack"), "alarm ack low", NURSES, "alarm", 1),
    (("alarm", "test"), "alarm test", NURSES, "alarm", 0),
    (("catheter", "set", "90", "cm", "volume", "0.234", "mL", "tip", "T9", "holds", "fluid"),
     "catheter set 90 cm 0.433 mL fluid", PROGRAMMERS, "catheter", 433000),
    (("catheter", "revised", "70", "cm", "volume-per-cm", "0.0026", "mL/cm", "holds", "unknown"),
     "catheter revised 70 cm 0.381 mL unknown", PROGRAMMERS, "catheter", 381000),
    (("catheter", "aspirated"), "catheter aspirated", PROGRAMMERS, "catheter", 0),
    (("clock", "set"), "clock +0min", PROGRAMMERS, "clock", None),
    (("refill", "1.8", "mL", "morphine", "10", "mg/mL", "lot", "A17"), "refill 1.8 mL", NURSES, "refill", 1800000),
)
# words of an act without its unit, or with a wrong one
WITHOUT_UNIT = (
    ("catheter", "set", "90", "volume", "0.234", "mL", "holds", "fluid"),
    ("catheter", "set", "90", "cm", "volume", "0.234", "holds", "fluid"),
    ("refill", "20"), ("refill", "20", "morphine", "10", "mg/mL"), ("refill", "20", "mL", "morphine", "10"),
    ("refill", "20", "mL", "drawn", "4.9"), ("refill", "20", "ml"),
    ("catheter", "set", "900", "mm", "volume", "0.234", "mL", "holds", "fluid"),
)


class Acts(harness.PumpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, role in PEOPLE.items():
            if name != "trainer":
                cls.bench.must("--operator", "trainer", "operator", "add", name, role, "--confirm",
                               f"{SERIAL} operator {name} {role}")
        cls.bench.must("sim", "fill", "demo", "1.8", "mL")
        cls.bench.must("sim", "advance", "demo", "1h")
        cls.bench.must("--operator", "paul", "clock", "set", "--confirm", f"{SERIAL} clock -1h")

    def order(self, who, words, confirm, *more):
        given = ("--confirm", f"{SERIAL} {confirm}") if confirm else ()
        return self.bench.json("--operator", who, *words, *given, *more)

    def assert_fails(self, result, code, name):
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (code, name), result.both)

    def last_order(self):
        self.bench.must("log", "pull")
        rows = self.bench.json("log", "show", "limit", "3").lines()
        return [row for row in rows if row.get("record") == "order"][-1]["fields"]

    def test_whoever_may_orders_it_and_the_pump_records_it(self):
        for words, confirm, allowed, kind, amount in ACTS:
            for who in PEOPLE:
                with self.subTest(words=words, who=who):
                    before, trail = self.bench.show(), self.bench.intents()
                    result = self.order(who, words, confirm)
                    if who not in allowed:
                        self.assert_fails(result, 4, "NOT_ALLOWED")
                        self.assertEqual(self.bench.show()["last_record"], before["last_record"])
                        self.assertEqual(self.bench.intents(), trail)
                        continue
                    self.assertEqual(result.code, 0, result.both)
                    self.assertEqual(result.data()["order"]["outcome"], "APPLIED")
                    self.assertEqual(result.data()["order"]["reason"], "read-back-equal")
                    order = self.last_order()
                    self.assertEqual((order["kind"], order["operator"]), (kind, who))
                    self.assertIn(order["amount"], (amount,) if amount is not None else (order["amount"],))
                    self.assertEqual(self.bench.show()["therapy"], "running")
                    self.assertIn(f'"{SERIAL} {confirm}"', self.bench.audit_text())

    def test_without_exactly_that_line_nothing_is_sent(self):
        for words, confirm, _, _, _ in ACTS:
            before, trail = self.bench.show(), self.bench.intents()
            for given in ("", "yes", confirm + " now", confirm.split()[0]):
                with self.subTest(words=words, given=given):
                    result = self.order("trainer", words, given)
                    self.assert_fails(result, 5, "NOT_CONFIRMED")
                    self.assertIn("unchanged", result.envelope()["error"]["now"])
            other = self.bench.json("--operator", "trainer", *words, "--confirm", f"PX20-000124 {confirm}")
            self.assert_fails(other, 5, "NOT_CONFIRMED")
            self.assertEqual(self.bench.show()["last_record"], before["last_record"])
            self.assertEqual(self.bench.intents(), trail)

    def test_a_dry_run_says_what_to_type_and_sends_nothing(self):
        for words, confirm, _, _, _ in ACTS:
            with self.subTest(words=words):
                before = self.bench.show()
                result = self.order("trainer", words, None, "--dry-run")
                self.assertEqual((result.code, result.data()["confirm"]), (0, [f"{SERIAL} {confirm}"]), result.both)
                self.assertNotIn("order", result.data())
                self.assertEqual(self.bench.show()["last_record"], before["last_record"])

    def test_a_wrong_passphrase_signs_nothing(self):
        for words, confirm, _, _, _ in ACTS:
            with self.subTest(words=words):
                before = self.bench.show()
                result = self.bench.json("--operator", "paul" if words[0] != "pair" else "trainer", *words, "--confirm",
                                         f"{SERIAL} {confirm}", passphrases=("not the one",))
                self.assert_fails(result, 7, "NOT_SIGNED")
                self.assertEqual(self.bench.show()["last_record"], before["last_record"])
                self.bench.must("--operator", "paul", "alarm", "test", "--confirm", f"{SERIAL} alarm test")

    def test_a_number_without_its_unit_never_reaches_the_pump(self):
        before = self.bench.show()["packets_exchanged"]
        for words in WITHOUT_UNIT:
            with self.subTest(words=words):
                result = self.order("trainer", words, None)
                self.assert_fails(result, 2, "BAD_QUANTITY")
                self.assertGreater(result.envelope()["error"]["column"], 0)
        self.assertEqual(self.bench.show()["packets_exchanged"], before)

    def lost_at(self, words, confirm, packet):
        """The act with the link lost at that packet after staging; (exit, what reconcile then says)."""
        start = self.bench.show()["packets_exchanged"]
        self.bench.must("--operator", "trainer", *words, "--dry-run")
        staged = self.bench.show()["packets_exchanged"] - start
        last = self.bench.show()["last_record"]
        self.bench.must("sim", "fault", "demo", "drop", str(staged + packet))
        result = self.order("trainer", words, confirm)
        self.bench.must("sim", "fault", "demo", "release")
        if result.code != 9:
            return result.code, None
        self.assertEqual(result.data()["order"]["outcome"], "UNKNOWN")
        settled = self.bench.must("reconcile")["earlier_orders"][0]["outcome"]
        recorded = self.bench.show()["last_record"] > last
        self.assertEqual(settled, "APPLIED" if recorded else "NOT_SENT")
        return result.code, settled

    def test_a_lost_link_leaves_an_unknown_outcome_that_reconcile_settles(self):
        """Where it is lost in the first act is looked for; the order on its way has the same length in every other."""
        places = {}
        for packet in range(1, 12):
            code, settled = self.lost_at(*ACTS[0][:2], packet)
            if code == 9:
                places.setdefault(settled, packet)
        self.assertEqual(set(places), {"APPLIED", "NOT_SENT"})
        for words, confirm, _, _, _ in ACTS[1:]:
            for settled, packet in places.items():
                with self.subTest(words=words, settled=settled):
                    self.assertEqual(self.lost_at(words, confirm, packet), (9, settled))


class Alarms(harness.PumpCase):
    def test_a_raised_alarm_has_a_priority_a_meaning_and_a_name_to_acknowledge(self):
        self.assertEqual(self.bench.must("alarm", "list")["alarms"], [])
        for words in (("alarm", "ack"), ("alarm", "ack", "low")):
            result = self.bench.json(*words)
            self.assertEqual((result.code, result.envelope()["error"]["code"]), (4, "NOTHING_TO_DO"))
        self.bench.must("sim", "fill", "demo", "1.41", "mL")
        self.bench.must("sim", "advance", "demo", "1d")
        rows = {row["alarm"]: row for row in self.bench.must("alarm", "list")["alarms"]}
        self.assertEqual(set(rows), {"low", "empty"})
        self.assertEqual({word: row["priority"] for word, row in rows.items()}, {"low": "** MEDIUM", "empty": "*** HIGH"})
        self.assertIn("withdrawal", rows["empty"]["meaning"])
        both = self.bench.must("alarm", "ack", "--dry-run")
        self.assertEqual(both["confirm"], [f"{SERIAL} alarm ack low empty"])
        self.assertEqual(self.bench.must("alarm", "ack", "empty", "--dry-run")["confirm"], [f"{SERIAL} alarm ack empty"])
        self.bench.must("alarm", "ack", "empty", "--confirm", f"{SERIAL} alarm ack empty")
        rows = {row["alarm"]: row["acknowledged"] for row in self.bench.must("alarm", "list")["alarms"]}
        self.assertEqual(rows, {"low": False, "empty": True})
        codes = lambda: [row["code"] for row in self.bench.json("status").envelope()["warnings"]]
        self.assertIn("ALARM", codes())
        self.bench.must("alarm", "ack", "--confirm", f"{SERIAL} alarm ack low empty")
        self.assertIn("ALARM_ACKNOWLEDGED", codes())


class Clocks(harness.PumpCase):
    def test_the_drift_is_shown_and_a_set_clock_has_none(self):
        self.bench.must("sim", "advance", "demo", "1d")
        self.assertIn("fast", self.bench.must("clock", "show")["drift"])
        words = ("clock", "set", "--dry-run")
        self.assertEqual(self.bench.must(*words)["confirm"], [f"{SERIAL} clock -1d"])
        shown = self.bench.must("clock", "set", "--confirm", f"{SERIAL} clock -1d")
        self.assertEqual(shown["order"]["outcome"], "APPLIED")
        self.assertRegex(self.bench.must("clock", "show")["drift"], r"^(none|[0-9]+ s (fast|slow))$")

    def test_another_zone_is_part_of_the_line(self):
        line = self.bench.must("clock", "set", "zone", "-05:30", "--dry-run")["confirm"][0]
        self.assertTrue(line.endswith(" zone -05:30"), line)
        for zone in ("+2", "2:00", "+24:00", "+14:01", "+02:60", "+0a:00"):
            self.assertEqual(self.bench.json("clock", "set", "zone", zone).code, 2, zone)

    def test_it_says_that_no_dose_of_a_simple_program_moves(self):
        text = self.run_pumpctl("clock", "set", "--dry-run").out
        self.assertIn("no dose moves", text)
        self.assertIn("daylight saving", self.run_pumpctl("clock", "show").out)


class FlexClocks(harness.PumpCase):
    """0.5 mg/day until noon, 2 mg/day after it: 0.05 and 0.2 mL/day of 10 mg/mL."""
    BEFORE_NOON, AFTER_NOON = 50_000, 200_000  # nL/day

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        steps = struct.pack("<HQHQ", 0, 500_000, 720, 2_000_000)
        flex = b"\x66" + bytes(7) + bytes([1, 2]) + steps
        image = changes.sections((0x0F, changes.mixture(("morphine", 10_000_000))), (0x33, flex),
                                 (0x55, struct.pack("<I", 2_000_000)))
        program = os.path.join(os.environ["BUILD_DIR"], "tests", "shell", "pumpctl-unchecked")
        result = cls.bench.run("--json", "--operator", "trainer", "order", str(changes.kinds()["PROGRAM"]),
                               changes.sections((0x33, image)).hex(), program=program)
        assert result.code == 0, result.both

    def volume(self, first, minutes):
        """nL of the base from a minute of the day on."""
        rates = (self.BEFORE_NOON if (first + i) % 1440 < 720 else self.AFTER_NOON for i in range(minutes))
        return sum(rates) // 1440

    def moved(self, key, zone, minutes, back=0):
        shown = self.bench.must("clock", "set", "zone", zone, "--dry-run")
        hour, minute = map(int, re.match(r".*T(\d\d):(\d\d)", shown["pump_clock"]).groups())
        first = hour * 60 + minute - back
        shift = "+" if back == 0 else "-"
        self.assertEqual(shown["confirm"], [f"{SERIAL} clock {shift}{minutes // 60}h zone {zone}"])
        value = round(float(shown[key]["value"]) * 1_000_000)
        # The pump counts to the second and rounds up; the two clocks may be a second apart.
        near = [self.volume(first + off, minutes + more) for off in (-1, 0, 1) for more in (-1, 0, 1)]
        self.assertTrue(min(near) <= value <= max(near) + 1, (value, near))

    def test_forward_says_what_is_left_out_and_back_what_is_delivered_again(self):
        self.moved("skipped", "+05:00", 300)
        self.moved("repeated", "-05:00", 300, back=300)

    def test_it_warns_that_the_steps_move(self):
        warnings = self.bench.json("clock", "set", "zone", "+01:00", "--dry-run").envelope()["warnings"]
        self.assertIn("FLEX_MOVES", [row["code"] for row in warnings])
        self.assertIn("keeps the hours of the zone", self.run_pumpctl("clock", "show").out)


class Catheters(harness.PumpCase):
    def test_the_volume_is_said_in_exactly_one_way(self):
        for more in ((), ("volume", "0.234", "mL", "volume-per-cm", "0.0026", "mL/cm")):
            result = self.bench.json("catheter", "set", "90", "cm", *more, "holds", "fluid")
            self.assertEqual((result.code, result.envelope()["error"]["code"]), (2, "USAGE"), result.both)

    def test_what_no_catheter_has_is_refused(self):
        for length, volume, tip in (("0.05 cm", "0.2 mL", "T9"), ("1001 cm", "0.2 mL", "T9"), ("90 cm", "101 mL", "T9"),
                                    ("90 cm", "0.2 mL", "L12345678")):
            result = self.bench.json("catheter", "set", length, "volume", volume, "tip", tip, "holds", "fluid")
            self.assertEqual(result.code, 2, (length, volume, tip, result.both))

    def test_what_is_shown_adds_the_tubing_of_the_model(self):
        shown = self.bench.must("catheter", "set", "90", "cm", "volume-per-cm", "0.0026", "mL/cm", "tip", "T9", "holds",
                                "reservoir", "--dry-run")
        self.assertEqual([shown[key]["display"] for key in ("implanted_length", "catheter_volume", "tubing", "volume_to_tip")],
                         ["90 cm", "0.234 mL", "0.199 mL", "0.433 mL"])
        self.assertEqual((shown["tip"], shown["catheter_holds"]), ("T9", "what the reservoir holds"))

    def test_what_the_pump_was_told_is_read_from_it(self):
        self.bench.must("catheter", "set", "90", "cm", "volume", "0.234", "mL", "tip", "T9", "holds", "reservoir", "--confirm",
                        f"{SERIAL} catheter set 90 cm 0.433 mL reservoir")
        shown = self.bench.must("catheter", "show")
        self.assertEqual((shown["implanted_length"]["value"], shown["volume_to_tip"]["value"], shown["tip"]), ("90", "0.433", "T9"))
        self.assertEqual(shown["catheter_holds"], "what the reservoir holds")
        self.bench.must("catheter", "aspirated", "--confirm", f"{SERIAL} catheter aspirated")
        for words in (("catheter", "show"), ("status",)):
            self.assertEqual(self.bench.must(*words)["catheter_holds"], "fluid of the body, no drug")


class Revoking(unittest.TestCase):
    """Two workstations are paired; a supervisor of one takes the other's pairing off the pump."""

    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        made = self.bench.must("sim", "start", "lab", "unpaired", "days", "0")
        self.serial = made["serial"]
        self.bench.must("sim", "magnet", "lab")
        self.other = ("--state-dir", os.path.join(self.bench.root, "other"))
        secrets = (made["card_code"], "training")
        for words in (("pair", self.serial, "operator", "anna"), (*self.other, "pair", self.serial)):
            result = self.bench.json(*words, passphrases=secrets)
            self.assertEqual(result.code, 0, result.both)

    def revoke(self, number, *more):
        return self.bench.json("pair", "--revoke", number, "--confirm", f"{self.serial} pair revoke {number}", *more)

    def test_the_revoked_workstation_is_not_known_any_more(self):
        self.bench.must(*self.other, "status")
        result = self.revoke("1")
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual([row["slot"] for row in self.bench.must("pair", "--slots")["slots"]], [0])
        refused = self.bench.json(*self.other, "status")
        self.assertEqual((refused.code, refused.envelope()["error"]["code"]), (7, "NOT_KNOWN_THERE"), refused.both)

    def test_a_programmer_revokes_nobody(self):
        self.bench.must("operator", "add", "paul", "programmer", "--confirm", f"{self.serial} operator paul programmer")
        result = self.revoke("1", "--operator", "paul")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (4, "NOT_ALLOWED"), result.both)
        self.bench.must(*self.other, "status")

    def test_the_own_pairing_and_one_that_is_not_there_are_refused_here(self):
        for number in ("0", "5"):
            result = self.revoke(number)
            self.assertEqual((result.code, result.envelope()["error"]["code"]), (4, "NOTHING_TO_DO"), result.both)
        self.assertEqual(self.revoke("8").code, 2)
        self.assertEqual(self.bench.json("pair", "revoke", "1").envelope()["error"]["code"], "NOT_CONFIRMED")
        self.bench.must(*self.other, "status")


if __name__ == "__main__":
    harness.main()
