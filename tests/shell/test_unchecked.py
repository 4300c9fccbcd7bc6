#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""pumpctl with every check of its own removed against a whole pump: what is refused, the pump refuses, and no byte of
its memory changes. Kinds of orders and roles are those of orders.def; a row without an example here fails."""
import os
import shutil
import sys
import unittest

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import changes

UNCHECKED = os.path.join(os.environ["BUILD_DIR"], "tests", "shell", "pumpctl-unchecked")
PEOPLE = {"vera": "viewer", "nora": "nurse", "paul": "programmer", "pia": "programmer", "sue": "supervisor"}
NOT_ALLOWED = "the operator's role does not allow it"
NEEDS_SIGNATURE = "no operator signed it"
BAD_SIGNATURE = "not of an operator that the pump lists"
NEEDS_SECOND = "a second person must sign it"
OUT_OF_RANGE = "outside the pump's physical limits"
NEEDS_BRIDGE = "without a bridge"
WRONG_MIXTURE = "what was filled is not what the program is for"


class AttackCase(harness.PumpCase):
    @classmethod
    def attack(cls, *words, who=(), state=None):
        """who: the operator and the second person; state: another state directory."""
        options = [word for option, name in zip(("--operator", "--second"), who) for word in (option, name)]
        if state:
            options += ["--state-dir", state]
        return cls.bench.run("--json", *options, *words, program=UNCHECKED)

    def order(self, kind, *sections, **options):
        """kind: of orders.def, or any code."""
        code = changes.kinds().get(kind, kind)
        return self.attack("order", str(code), changes.sections(*sections).hex(), **options)


class Unchecked(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, role in PEOPLE.items():
            result = cls.attack("operator", "add", name, role, who=("trainer",))
            assert result.code == 0, result.both
        cls.memory = os.path.join(cls.bench.state, "sims", "demo", "nvm")
        cls.thief = os.path.join(cls.bench.root, "thief")
        os.mkdir(cls.thief, 0o700)
        shutil.copytree(os.path.join(cls.bench.state, "pairings"), os.path.join(cls.thief, "pairings"))
        shutil.copy2(os.path.join(cls.bench.state, "workstation"), cls.thief)
        cls.examples = cls.good_orders(cls.break_glass())
        cls.figures = {"orders refused by the pump": 0, "orders carried out": 0}

    @classmethod
    def tearDownClass(cls):
        print("unchecked client:", ", ".join(f"{count} {what}" for what, count in cls.figures.items()))

    def pump_memory(self):
        with open(self.memory, "rb") as file:
            return file.read()

    def assert_refused(self, why, kind, *sections, **options):
        """The pump says no, with these words, and its memory is as before, byte for byte."""
        before = self.pump_memory()
        self.assert_said_no(self.order(kind, *sections, **options), why, f"{kind} {options}")
        self.assertEqual(self.pump_memory(), before, f"{kind} {options} left something behind")

    def assert_said_no(self, result, why, what):
        self.assertEqual(result.code, 8, f"{what}: {result.both}")
        self.assertEqual(result.envelope()["error"]["code"], "PUMP_REFUSED", what)
        self.assertIn(why, result.both, what)
        self.figures["orders refused by the pump"] += 1

    def assert_carried_out(self, kind, *sections, **options):
        result = self.order(kind, *sections, **options)
        self.assertEqual(result.code, 0, f"{kind} {options}: {result.both}")
        self.figures["orders carried out"] += 1
        return result

    @classmethod
    def break_glass(cls):
        """Number of the record of a stop that nobody signed; therapy runs afterwards, and no magnet is near any more."""
        cls.bench.must("sim", "magnet", "demo")
        result = cls.bench.must("therapy", "stop", "--break-glass", "test", "--confirm", "PX20-000123 stop")
        cls.bench.must("--operator", "trainer", "therapy", "resume", "--confirm", "PX20-000123 resume")
        cls.bench.must("sim", "stop", "demo")  # a restart ends the magnet's window
        cls.bench.must("sim", "start", "demo")
        cls.bench.must("log", "pull")  # the restart is recorded when the pump is spoken to
        return result["order"]["pump_record"]

    @staticmethod
    def good_orders(due):
        """Kind -> one good order of it, in an order in which each can follow the one before."""
        return {
            "PROGRAM": [changes.image(1_100_000)],
            "BOLUS": [changes.bolus("single", 50_000, 600)],
            "STOP": [changes.therapy("stop")],
            "RESUME": [changes.therapy("resume")],
            "MINIMUM": [changes.therapy("minimum")],
            "REFILL": [changes.fill(19_000_000)],
            "CATHETER": [changes.catheter()],
            "BOLUS_STOP": [changes.bolus("stop")],
            "CLOCK": [changes.clock(1_800_000_000)],
            "OPERATORS": [changes.put_operator("zoe", "nurse", bytes(range(32)))],
            "CARD": [changes.card("7K3M9QXA")],
            "TAG": [changes.tag("BED 12")],
            "ALARM": [changes.alarm_test()],
            "COUNTERSIGN": [changes.countersign(due)],
            "REVOKE": [changes.revoke(0)],  # of this workstation itself
        }

    def who_may(self, sections):
        roles, rights, needs = set(changes.ROLES), changes.rights(), changes.rights_of_tags()
        for tag, body in sections:
            is_bolus_stop = tag == 0x96 and body[0] == 0x55
            roles &= rights["SAFE" if is_bolus_stop else needs[tag]]
        return roles

    def kinds(self):
        """Those of orders.def, each with its example."""
        self.assertEqual(set(changes.kinds()) - set(self.examples), set())
        return [kind for kind in self.examples if kind in changes.kinds()]

    def test_with_the_pairing_alone_nothing_changes(self):
        for kind in self.kinds():
            with self.subTest(kind=kind):
                self.assert_refused(NEEDS_SIGNATURE, kind, *self.examples[kind], state=self.thief)
                for name in ("trainer", "nora", "nobody"):
                    self.assert_refused(BAD_SIGNATURE, kind, *self.examples[kind], who=(name,), state=self.thief)
        for verb in ("stop", "minimum", "resume"):
            self.assert_said_no(self.attack("therapy", verb, state=self.thief), NEEDS_SIGNATURE, verb)

    def test_each_role_does_what_its_row_says_and_nothing_more(self):
        for kind in self.kinds():
            with self.subTest(kind=kind):
                may = self.who_may(self.examples[kind])
                for name, role in PEOPLE.items():
                    if role not in may:
                        self.assert_refused(NOT_ALLOWED, kind, *self.examples[kind], who=(name,))
                able = next(name for name, role in PEOPLE.items() if role in may)
                if kind != "REVOKE":
                    self.assert_carried_out(kind, *self.examples[kind], who=(able,))

    def test_a_nurse_changes_of_the_image_the_alarms_alone(self):
        dose = self.running_dose()
        for sections in ([changes.image(dose + 1)], [changes.image(dose, "baclofen")],
                         [changes.image(dose, "morphine", 10_000_001)], [changes.image(dose), changes.catheter()]):
            self.assert_refused(NOT_ALLOWED, "PROGRAM", *sections, who=("nora",))
        self.assert_refused(NOT_ALLOWED, "REFILL", changes.fill(19_000_000), changes.image(dose + 1), who=("nora",))
        self.assert_refused(NOT_ALLOWED, "REFILL", changes.fill(19_000_000), changes.catheter(), who=("nora",))
        self.assert_refused(NOT_ALLOWED, "REFILL", changes.fill(19_000_000), changes.bolus("priming", 200_000, 600),
                            who=("nora",))
        self.assert_carried_out("PROGRAM", changes.image(dose, "morphine", 10_000_000, 3_000_000), who=("nora",))

    def running_dose(self):
        """ng/day, whatever ran before."""
        self.assert_carried_out("PROGRAM", changes.image(1_000_000), who=("paul",))
        return 1_000_000

    def test_a_programmer_gets_nothing_beyond_the_pumps_limits(self):
        self.running_dose()
        for rate_nl in (24_000_001, 47_999):  # the greatest and the least rate of the model are 24 mL and 0.048 mL
            self.assert_refused(OUT_OF_RANGE, "PROGRAM", changes.image(rate_nl, "morphine", 1_000_000),
                                changes.reason("x"), who=("paul", "sue"))
        self.assert_refused(OUT_OF_RANGE, "PROGRAM", changes.image(1_000_000, "morphine", 10_000_000, 20_000_001),
                            who=("paul",))
        self.assert_refused(NEEDS_BRIDGE, "PROGRAM", changes.image(1_000_000, "morphine", 20_000_000),
                            who=("paul", "sue"))
        self.assert_refused(NEEDS_BRIDGE, "PROGRAM", changes.image(100_000, "baclofen", 2_000_000), who=("paul", "sue"))
        self.assert_refused(OUT_OF_RANGE, "REFILL", changes.fill(20_000_001), who=("paul",))
        self.assert_refused(WRONG_MIXTURE, "REFILL", changes.fill(19_000_000, "morphine", 20_000_000), who=("paul",))

    def test_where_two_must_sign_one_is_not_enough_whoever_he_is(self):
        self.running_dose()
        tenfold = [changes.image(10_000_000)]
        override = [changes.image(1_000_000), changes.reason("no matter")]
        for name in ("paul", "sue", "trainer"):
            self.assert_refused(NEEDS_SECOND, "PROGRAM", *tenfold, who=(name,))
            self.assert_refused(NEEDS_SECOND, "PROGRAM", *override, who=(name,))
            self.assert_refused(BAD_SIGNATURE, "PROGRAM", *tenfold, who=(name, name))
            self.assert_refused(BAD_SIGNATURE, "PROGRAM", *tenfold, who=(name, "mallory"))
        self.assert_refused(NOT_ALLOWED, "PROGRAM", *tenfold, who=("paul", "nora"))
        self.assert_refused(NOT_ALLOWED, "PROGRAM", *override, who=("paul", "pia"))
        # The same by the command that people use: the client asks for nothing, the pump for a second person.
        self.assert_said_no(self.attack("program", "apply", "morphine", "10 mg/day", who=("paul",)), NEEDS_SECOND, "apply")
        self.assertEqual(self.bench.show()["rate"]["value"], "0.1")
        result = self.attack("program", "apply", "morphine", "10 mg/day", who=("paul", "pia"))
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(self.bench.show()["rate"]["value"], "1")

    def test_sections_of_another_kind_are_no_order(self):
        for kind in (0, 0x1234, 0x3330, 0xFFFF):
            self.assert_refused("could not read", kind, changes.tag("X"), who=("sue",))
        for kind in self.kinds():
            for other in self.kinds():
                if kind != other:
                    self.assert_refused("could not read", kind, *self.examples[other], who=("sue",))


class Revoked(AttackCase):
    def test_a_supervisor_revokes_a_pairing_and_its_workstation_is_not_known_any_more(self):
        result = self.order("REVOKE", changes.revoke(0), who=("trainer",))
        self.assertEqual(result.code, 0, result.both)
        result = self.order("TAG", changes.tag("BED 12"), who=("trainer",))
        self.assertEqual(result.envelope()["error"]["code"], "NOT_KNOWN_THERE")


if __name__ == "__main__":
    harness.main()
