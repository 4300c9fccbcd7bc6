#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fillings: what was drawn out against the pump's account, what the label says, and another mixture in one order."""
import harness

SERIAL = "PX20-000123"


class Refills(harness.PumpCase):
    def refill(self, *words, reason=None, people=(), secrets=("training",) * 4):
        more = ("--reason", reason) if reason else ()
        return self.bench.json(*people, *more, "refill", *words, passphrases=secrets)

    def assert_refused(self, result, part, word=None):
        error = result.envelope()["error"]
        self.assertEqual((result.code, error["code"]), (4, "REFUSED_ACT"), result.both)
        self.assertIn(part, error["message"])
        self.assertNotIn("..", error["message"])

    def test_a_discrepancy_needs_a_reason_and_a_second_person(self):
        words = ("20", "mL", "morphine", "10", "mg/mL", "drawn", "15", "mL", "--confirm", f"{SERIAL} refill 20 mL")
        before = self.bench.show()["last_record"]
        self.assert_refused(self.refill(*words), "L-residual-large")
        self.bench.must("operator", "add", "nora", "nurse", "--confirm", f"{SERIAL} operator nora nurse")
        alone = self.refill(*words, reason="pump moved, plan scan", people=("--operator", "nora", "--no-input"))
        self.assertNotEqual(alone.code, 0, alone.both)
        people = ("--operator", "nora", "--second", "trainer", "--second-entry")
        other = self.refill(*words, reason="pump moved, plan scan", people=(*people, "refill 2 mL"))
        self.assertEqual((other.code, other.envelope()["error"]["code"]), (5, "SECOND_DIFFERS"), other.both)
        both = self.refill(*words, reason="pump moved, plan scan", people=(*people, "refill 20 mL"))
        self.assertEqual(both.code, 0, both.both)
        self.assertEqual(both.data()["reservoir_now"]["display"], "20 mL")
        self.assertGreater(self.bench.show()["last_record"], before)
        text = self.bench.audit_text()
        self.assertIn("pump moved, plan scan", text)
        self.assertIn("L-residual-large", text)

    def test_a_label_of_another_mixture_is_refused_and_says_what_to_do(self):
        for label in (("morphine", "20", "mg/mL"), ("baclofen", "500", "mcg/mL"),
                      ("morphine", "10", "mg/mL", "other", "bupivacaine", "5", "mg/mL")):
            result = self.refill("20", "mL", *label, "drawn", "19.8", "mL")
            self.assert_refused(result, "L-mixture-changed")
            self.assertIn("add program", result.envelope()["error"]["message"])
            self.assertEqual(result.envelope()["error"]["column"], len("refill 20 mL ") + 1)

    def test_a_label_that_was_not_typed_is_said(self):
        result = self.refill("20", "mL", "drawn", "19.8", "mL", "--dry-run")
        self.assertIn("LABEL_NOT_TYPED", [row["code"] for row in result.envelope()["warnings"]])

    def test_what_does_not_fit_or_has_expired_is_refused(self):
        for words, part in ((("21", "mL"), "L-fill-capacity"), (("1.4", "mL"), "cannot deliver"),
                            (("20", "mL", "expiry", "2020-01-01"), "expired")):
            self.assert_refused(self.refill(*words), part)
        self.assertEqual(self.refill("20", "mL", "lot", "A" * 21).code, 2)


class FirstRefill(harness.PumpCase):
    def test_what_was_drawn_out_is_compared_with_the_pumps_account_and_status_tells_of_the_filling(self):
        """20 mL of morphine 10 mg/mL at birth, 1 mg/day for two days: 19.8 mL are expected."""
        self.assertNotIn("filled_ago", self.bench.must("status"))
        words = ("refill", "19.5", "mL", "morphine", "10", "mg/mL", "drawn", "19.8", "mL")
        shown = self.bench.must(*words, "--dry-run")
        self.assertEqual((shown["expected_residual"]["display"], shown["difference"]["value"]), ("19.8 mL", "0"))
        self.assertEqual(shown["delivered_ratio"]["value"], "1")
        self.assertRegex(shown["alarm_date"], r"^2\d{3}-\d\d-\d\d$")
        self.assertLess(shown["refill_date"], shown["alarm_date"])
        self.assertLess(shown["alarm_date"], shown["empty_date"])
        shown = self.bench.must(*words, "--confirm", f"{SERIAL} refill 19.5 mL")
        self.assertEqual(shown["reservoir_now"]["display"], "19.5 mL")
        self.assertIn("filled_ago", self.bench.must("status"))


STRONGER = "morphine 20 mg/mL; 1.2 mg/day; low-alarm 2 mL"
BRIDGE = "; bridge 0.2 mL at 0.1 mL/day"
LABEL = ("morphine", "20", "mg/mL")
LINES = (f"{SERIAL} refill 18.5 mL", f"{SERIAL} morphine 1.2 mg/day",
         f"{SERIAL} mixture morphine 20 mg/mL bridge 0.2 mL")


class MixtureCase(harness.PumpCase):
    """20 mL of morphine 10 mg/mL at birth, 1 mg/day; 0.2 mL of it on the way to the tip."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bench.must("catheter", "set", "90", "cm", "volume", "0.001", "mL", "holds", "reservoir", "--confirm",
                       f"{SERIAL} catheter set 90 cm 0.2 mL reservoir")


class AnotherMixture(MixtureCase):
    def setUp(self):
        self.words = ("refill", "18.5", "mL", *LABEL, "drawn", "19.8", "mL")

    def refused(self, code, part, *words):
        before = self.bench.show()["last_record"]
        result = self.bench.json(*words)
        error = result.envelope()["error"]
        self.assertEqual(result.code, code, result.both)
        self.assertIn(part, error["message"])
        self.assertEqual(self.bench.show()["last_record"], before)
        return error

    def test_without_a_bridge_or_with_the_wrong_text_nothing_is_sent(self):
        unsaid = self.refused(4, "L-mixture-changed", *self.words, "rinsed", "program", STRONGER)
        self.assertEqual(unsaid["column"], len(" ".join((*self.words, "rinsed", "program"))) + 2)
        self.refused(4, "L-bridge-rate", *self.words, "rinsed", "program", STRONGER + "; bridge 0.2 mL at 0.3 mL/day")
        self.refused(4, "not for the mixture that the label names", *self.words, "rinsed", "program",
                     STRONGER.replace("20 mg/mL", "25 mg/mL") + BRIDGE)
        self.refused(2, "label is typed", "refill", "18.5", "mL", "drawn", "19.8", "mL", "program", STRONGER + BRIDGE)
        self.refused(2, "label is typed", "refill", "18.5", "mL", *LABEL, "program", STRONGER + BRIDGE)
        self.refused(2, "belongs to a program", "refill", "18.5", "mL", "without-drug", "30h")

    def test_what_stays_behind_thins_the_filling_unless_it_was_rinsed(self):
        """1.4 mL at 10 mg/mL stay behind: (1.4 x 10 + 17.1 x 20) / 18.5 = 19.243... mg/mL, 3.8 % off."""
        words = (*self.words, "program", STRONGER + BRIDGE, "--dry-run")
        shown = self.bench.must(*words)["reservoir_mixture"]
        self.assertEqual([(row["drug"], row["estimated"]["value"]) for row in shown], [("morphine", "19.243244")])
        half = ("refill", "9", "mL", *words[3:])
        self.refused(4, "L-fill-blend", *half)
        self.assertNotIn("reservoir_mixture", self.bench.must(*half, "rinsed"))
        other = ("refill", "18.5", "mL", "hydromorphone", "2", "mg/mL", "drawn", "19.8", "mL", "program",
                 "hydromorphone 2 mg/mL; 0.12 mg/day; low-alarm 2 mL; bridge none line-aspirated", "--dry-run")
        self.refused(4, "L-fill-blend", *other)
        self.assertEqual(self.bench.must(*other, "rinsed")["confirm"][0], LINES[0])

    def test_every_drug_of_a_mixture_is_judged_and_one_that_goes_is_told(self):
        """(18 - 1.4) x 5 / 18 = 4.61... mg/mL; morphine stays as it is."""
        two = "morphine 10 mg/mL, bupivacaine 5 mg/mL; 1 mg/day; low-alarm 2 mL; bridge 0.2 mL at 0.1 mL/day"
        words = ("refill", "18", "mL", "morphine", "10", "mg/mL", "other", "bupivacaine", "5", "mg/mL", "drawn", "19.8", "mL")
        result = self.bench.json(*words, "program", two, "--dry-run")
        self.assertEqual(result.code, 4, result.both)
        self.assertIn("L-fill-blend", result.envelope()["error"]["message"])
        self.assertEqual([(row["drug"], row["estimated"]["value"]) for row in result.data()["reservoir_mixture"]],
                         [("morphine", "10"), ("BUPivacaine", "4.611112")])
        shown = self.bench.must(*words, "rinsed", "program", two, "--dry-run")
        self.assertEqual(shown["confirm"][2], f"{SERIAL} mixture morphine 10 mg/mL bupivacaine 5 mg/mL bridge 0.2 mL")
        self.refused(4, "not for the mixture that the label names", *words[:6], *words[10:], "rinsed", "program", two)


class AnotherMixtureInOneOrder(MixtureCase):
    def test_filling_bridge_and_program_are_confirmed_line_by_line_and_carried_out_as_one(self):
        words = ("refill", "18.5", "mL", *LABEL, "drawn", "19.8", "mL", "lot", "B4", "rinsed", "program", STRONGER + BRIDGE)
        before = self.bench.show()["last_record"]
        shown = self.bench.must(*words, "--dry-run")
        self.assertEqual(tuple(shown["confirm"]), LINES)
        self.assertEqual((shown["reservoir_after"]["display"], shown["to_be_programmed"]["drugs"][0]["concentration"]["display"]),
                         ("18.5 mL", "20 mg per mL"))
        confirms = [word for line in LINES for word in ("--confirm", line)]
        two = self.bench.json(*words, *confirms[:4])
        self.assertEqual((two.code, two.envelope()["error"]["code"]), (5, "NOT_CONFIRMED"), two.both)
        self.assertEqual(two.envelope()["error"]["now"], "unchanged, morphine 1 mg per day at 10 mg per mL, the reservoir counted as before; "
                         "if the new drug is in the reservoir already, its dose is wrong: order again, or stop therapy")
        self.assertEqual(self.bench.show()["last_record"], before)
        self.bench.must("operator", "add", "nora", "nurse", "--confirm", f"{SERIAL} operator nora nurse")
        nurse = self.bench.json("--operator", "nora", *words, *confirms)
        self.assertEqual((nurse.code, nurse.envelope()["error"]["code"]), (4, "NOT_ALLOWED"), nurse.both)
        data = self.bench.must("--operator", "trainer", *words, *confirms)
        self.assertEqual((data["order"]["outcome"], data["reservoir_now"]["display"]), ("APPLIED", "18.5 mL"))
        self.assertIn("morphine 1.2 mg per day", " ".join(data["notes"]))
        status = self.bench.must("status")
        self.assertAlmostEqual(float(status["bridge_left"]["value"]), 0.2, delta=0.001)
        self.assertEqual(status["reservoir"]["display"], "18.5 mL")
        trail = self.bench.audit_text()
        for part in ("refill 18.5 mL", "mixture morphine 20 mg/mL bridge 0.2 mL", "level-before", "B4"):
            self.assertIn(part, trail)
        # Back again at once: the line holds two mixtures, of which no rate makes the old dose.
        back = ("refill", "18.5", "mL", "morphine", "10", "mg/mL", "drawn", "18.5", "mL", "rinsed", "program",
                "morphine 10 mg/mL; 1.2 mg/day; low-alarm 2 mL; bridge 0.2 mL at 0.06 mL/day")
        refused = self.bench.json("--operator", "trainer", *back)
        self.assertEqual(refused.code, 4, refused.both)
        self.assertIn("L-bridge-unknown", refused.envelope()["error"]["message"])
        meant = self.bench.must("--operator", "trainer", "--reason", "wrong syringe", *back, "--dry-run")
        self.assertEqual([row["daily_dose"] for row in meant["bridging"]["old_drugs_meanwhile"]], [None])
        # The same filling with a lower dose: the mixture runs now, so nothing needs a bridge.
        lower = ("refill", "18.4", "mL", *LABEL, "drawn", "18.5", "mL", "program", STRONGER.replace("1.2", "1"))
        self.assertEqual(len(self.bench.must("--operator", "trainer", *lower, "--dry-run")["confirm"]), 2)


class AnOverriddenMixture(harness.PumpCase):
    def test_what_is_overridden_is_entered_blind_by_a_second_person(self):
        self.bench.must("operator", "add", "paul", "programmer", "--confirm", f"{SERIAL} operator paul programmer")
        program = "morphine 25 mg/mL; 1.2 mg/day; low-alarm 2 mL; bridge none accepted"
        words = ("refill", "18", "mL", "morphine", "25", "mg/mL", "drawn", "19.8", "mL", "rinsed", "program", program)
        texts = self.bench.must(*words, "--reason", "line was replaced", "--dry-run")["confirm"]
        confirms = [word for text in texts for word in ("--confirm", text)]
        people = ("--operator", "trainer", "--reason", "line was replaced", "--second", "paul", "--second-entry")
        program = "morphine 25 mg/mL 1.2 mg/day"
        for entry, expected in ((program, (5, "SECOND_DIFFERS")), ("refill 18 mL", (7, "NOT_SIGNED")),
                                (f"refill 1.8 mL; {program}", (5, "SECOND_DIFFERS")),
                                ("refill 18 mL; morphine 20 mg/mL 1.2 mg/day", (5, "SECOND_DIFFERS")),
                                (f"refill 18 mL; {program}", (0, None))):
            result = self.bench.json(*people, entry, *words, *confirms)
            self.assertEqual((result.code, result.envelope().get("error", {}).get("code")), expected, result.both)
        self.assertIn("line was replaced", self.bench.audit_text())


if __name__ == "__main__":
    harness.main()
