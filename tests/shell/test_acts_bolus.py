#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boluses by whole programs: what runs in the pump afterwards, who may give and stop them, what is refused before anything
is sent, and the link lost at the worst time."""
import harness

SERIAL = "PX20-000123"
SINGLE = ("bolus", "single", "morphine", "0.1", "mg")
SINGLE_TEXT = f"{SERIAL} bolus morphine 0.1 mg"
STOP = ("bolus", "stop", "--confirm", f"{SERIAL} bolus stop")


def millilitres(quantity):
    """In mL, of JSON."""
    return float(quantity["value"])


class BolusCase(harness.PumpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, role in (("vera", "viewer"), ("nora", "nurse"), ("paul", "programmer")):
            cls.bench.must("--operator", "trainer", "operator", "add", name, role, "--confirm",
                           f"{SERIAL} operator {name} {role}")

    def tearDown(self):
        if self.bench.must("status")["bolus"] != "none":
            self.bench.must("--operator", "trainer", *STOP)

    def order(self, who, *words, **options):
        return self.bench.json("--operator", who, *words, **options)

    def give(self, who="trainer", over="10min"):
        result = self.order(who, *SINGLE, "over", over, "--confirm", SINGLE_TEXT)
        self.assertEqual((result.code, result.data()["order"]["outcome"]), (0, "APPLIED"), result.both)
        return result.data()

    def assert_nothing_sent(self, result, code, name):
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (code, name), result.both)
        self.assertNotIn("order", result.data())
        self.assertEqual(self.bench.must("status")["bolus"], "none")


class Singles(BolusCase):
    def test_a_bolus_runs_beside_the_program_and_ends(self):
        before = self.bench.show()
        told = self.give("paul")
        self.assertEqual((told["dose"]["display"], told["volume"]["display"], told["takes"]["display"]),
                         ("0.1 mg", "0.01 mL", "10 min"))
        self.assertEqual(told["carries"][0]["worst_24_h_with_it"]["display"], "1.1 mg")
        status = self.bench.must("status")
        self.assertEqual((status["bolus"], status["therapy"]), ("single", "running"))
        self.assertEqual([row["rule"] for row in status["findings"]], [])
        self.assertLessEqual(millilitres(status["bolus_left"]), 0.01)
        self.assertGreater(millilitres(status["bolus_left"]), 0.009)
        self.assertGreater(millilitres(status["delivery_rate"]), 1)
        self.bench.must("sim", "advance", "demo", "1h")
        after = self.bench.show()
        delivered = millilitres(after["delivered"]) - millilitres(before["delivered"])
        self.assertAlmostEqual(delivered, 0.01 + 0.1 / 24, delta=0.0005)
        status = self.bench.must("status")
        self.assertEqual(status["bolus"], "none")
        self.assertEqual(status["delivery_rate"]["display"], "0.1 mL per day")
        self.assertEqual(status["patient_boluses_in_24_hours"], 0)
        again = self.order("paul", *SINGLE, "--dry-run").data()
        self.assertEqual((again["given_in_the_last_24_h"]["display"], again["carries"][0]["worst_24_h_with_it"]["display"]),
                         ("0.01 mL", "1.2 mg"))
        self.assertEqual([row["code"] for row in self.order("paul", *SINGLE, "--dry-run").envelope()["warnings"]], [])
        level = self.bench.must("status")["reservoir"]["value"]
        filled = ("refill", "19", "mL", "morphine", "10", "mg/mL", "drawn", level, "mL")
        self.assertEqual(self.order("paul", *filled, "--confirm", f"{SERIAL} refill 19 mL").code, 0)
        self.assertEqual([row["code"] for row in self.order("paul", *SINGLE, "--dry-run").envelope()["warnings"]], ["FILLED_SINCE"])
        self.bench.must("sim", "advance", "demo", "25h")
        later = self.order("paul", *SINGLE, "--dry-run").data()
        self.assertEqual(later["carries"][0]["worst_24_h_with_it"]["display"], "1.1 mg")

    def test_who_may_not_give_one_gets_nothing(self):
        for who in ("vera", "nora"):
            self.assert_nothing_sent(self.order(who, *SINGLE, "--confirm", SINGLE_TEXT), 4, "NOT_ALLOWED")
            self.assert_nothing_sent(self.order(who, "bolus", "prime", "0.01", "mL"), 4, "NOT_ALLOWED")

    def test_without_exactly_that_line_nothing_is_sent(self):
        for text in ("yes", SINGLE_TEXT.replace("0.1", "1"), SINGLE_TEXT.replace("0.1 mg", "100 mcg"),
                     SINGLE_TEXT.replace(SERIAL, "PX20-000124"), SINGLE_TEXT + "/day"):
            self.assert_nothing_sent(self.order("paul", *SINGLE, "--confirm", text), 5, "NOT_CONFIRMED")
        self.assert_nothing_sent(self.order("paul", *SINGLE), 5, "NOT_CONFIRMED")
        self.assert_nothing_sent(self.order("paul", *SINGLE, "--confirm", SINGLE_TEXT, passphrases=("wrong",)), 7,
                                 "NOT_SIGNED")
        dry = self.order("paul", *SINGLE, "--dry-run")
        self.assertEqual((dry.code, dry.data()["confirm"]), (0, [SINGLE_TEXT]), dry.both)
        self.assertEqual(self.bench.must("status")["bolus"], "none")

    def test_what_no_rule_lets_pass_is_refused_before_anything_is_sent(self):
        rows = (
            (("morphine", "0.1"), 2, "BAD_QUANTITY", "unit is missing"),
            (("morphine", "100", "mcg"), 4, "REFUSED_LIMIT", "L-dose-unit"),
            (("baclofen", "25", "mcg"), 4, "REFUSED_ACT", "not the drug"),
            (("morphine", "0.1", "mg", "over", "10s", "--reason", "in a hurry"), 4, "REFUSED_ACT", "L-bolus-rate"),
            (("morphine", "19.1", "mg"), 4, "REFUSED_ACT", "L-daily-maximum"),
            (("morphine", "300", "mg"), 4, "REFUSED_ACT", "reservoir"),
        )
        trail = self.bench.intents()
        for words, code, name, says in rows:
            with self.subTest(words=words):
                result = self.order("paul", "bolus", "single", *words, "--confirm", SINGLE_TEXT)
                self.assert_nothing_sent(result, code, name)
                self.assertIn(says, result.envelope()["error"]["message"])
        self.assertEqual(self.bench.intents(), trail)

    def test_above_the_greatest_day_it_takes_a_reason_and_a_second_person(self):
        text = f"{SERIAL} bolus morphine 19.1 mg"
        words = ("bolus", "single", "morphine", "19.1", "mg", "over", "3h", "--reason", "palliative", "--confirm", text)
        self.assert_nothing_sent(self.order("paul", *words), 7, "NOT_SIGNED")
        self.assert_nothing_sent(self.order("paul", *words, "--second", "paul"), 7, "NOT_SIGNED")
        for entry, code, name in ((None, 7, "NOT_SIGNED"), ("bolus morphine 1.91 mg", 5, "SECOND_DIFFERS"),
                                  ("bolus morphine 19.1 mcg", 5, "SECOND_DIFFERS")):
            more = ("--second-entry", entry) if entry else ()
            self.assert_nothing_sent(self.order("paul", *words, "--second", "trainer", *more), code, name)
        given = self.order("paul", *words, "--second", "trainer", "--second-entry", "bolus morphine 19.1 mg")
        self.assertEqual((given.code, given.data()["order"]["outcome"]), (0, "APPLIED"), given.both)
        self.assertIn("L-daily-maximum", self.bench.audit_text())
        self.bench.must("--operator", "vera", *STOP)

    def test_one_bolus_at_a_time(self):
        self.give(over="2h")
        second = self.order("trainer", *SINGLE, "--confirm", SINGLE_TEXT)
        self.assertEqual((second.code, second.envelope()["error"]["code"]), (4, "REFUSED_ACT"), second.both)
        self.assertIn("single bolus runs", second.envelope()["error"]["message"])


class Stops(BolusCase):
    def test_whoever_is_listed_may_stop_a_bolus_and_the_program_goes_on(self):
        for who in ("vera", "nora"):
            with self.subTest(who=who):
                self.give(over="2h")
                self.bench.must("sim", "advance", "demo", "30min")
                before = millilitres(self.bench.show()["delivered"])
                stopped = self.order(who, *STOP)
                self.assertEqual((stopped.code, stopped.data()["order"]["outcome"]), (0, "APPLIED"), stopped.both)
                status = self.bench.must("status")
                self.assertEqual(status["bolus"], "none")
                self.assertEqual(status["delivery_rate"]["display"], "0.1 mL per day")
                self.bench.must("sim", "advance", "demo", "2h")
                self.assertAlmostEqual(millilitres(self.bench.show()["delivered"]) - before, 0.1 / 12, delta=0.0005)

    def test_with_the_magnet_nobody_signs(self):
        self.give(over="2h")
        self.bench.must("sim", "magnet", "demo")
        stopped = self.bench.must(*STOP, "--break-glass", "patient is drowsy")
        self.assertEqual(stopped["order"]["outcome"], "APPLIED")
        status = self.bench.must("status")
        self.assertEqual(status["bolus"], "none")
        due = status["countersignatures_due"]
        self.assertEqual([row["order_record"] for row in due], [stopped["order"]["pump_record"]])
        number = str(due[0]["order_record"])
        self.bench.must("--operator", "trainer", "operator", "countersign", number, "--confirm",
                        f"{SERIAL} countersign {number}")
        self.assertNotIn("countersignatures_due", self.bench.must("status"))


class LostLink(BolusCase):
    def lost_at(self, packet):
        """(exit, settled, a bolus runs) of a bolus whose link is lost at that packet after staging."""
        start = self.bench.show()["packets_exchanged"]
        self.bench.must("--operator", "trainer", *SINGLE, "over", "2h", "--dry-run")
        staged = self.bench.show()["packets_exchanged"] - start
        self.bench.must("sim", "fault", "demo", "drop", str(staged + packet))
        result = self.order("trainer", *SINGLE, "over", "2h", "--confirm", SINGLE_TEXT)
        self.bench.must("sim", "fault", "demo", "release")
        if result.code != 9:
            return result.code, None, None
        self.assertEqual(result.data()["order"]["outcome"], "UNKNOWN")
        settled = self.bench.must("reconcile")["earlier_orders"][0]["outcome"]
        runs = self.bench.must("status")["bolus"] != "none"
        if runs:
            self.bench.must("--operator", "trainer", *STOP)
        return result.code, settled, runs

    def test_an_unknown_outcome_is_settled_by_the_pumps_record_and_never_given_twice(self):
        seen = {self.lost_at(packet) for packet in range(1, 10)}
        self.assertIn((9, "APPLIED", True), seen)
        self.assertIn((9, "NOT_SENT", False), seen)
        for code, settled, runs in seen:
            if code == 9:
                self.assertEqual(settled == "APPLIED", runs)


class Primes(BolusCase):
    def prime(self, volume, *more):
        return self.order("paul", "bolus", "prime", volume, "mL", *more)

    def test_what_may_reach_the_patient_needs_a_reason(self):
        self.bench.must("--operator", "paul", "catheter", "revised", "90", "cm", "volume", "0.234", "mL", "holds", "unknown",
                        "--confirm", f"{SERIAL} catheter revised 90 cm 0.433 mL unknown")
        unknown = self.prime("0.2", "--dry-run")
        self.assert_nothing_sent(unknown, 4, "REFUSED_ACT")
        self.assertIn("not known", unknown.envelope()["error"]["message"])
        shown = self.prime("0.2", "--dry-run", "--reason", "new catheter").data()
        self.assertEqual([shown[f"reaches_the_patient_at_{bound}"]["display"] for bound in ("least", "most")],
                         ["0 mL", "0.2 mL"])
        self.assertEqual(shown["at_most"][0]["amount"]["display"], "2 mg")
        self.assertEqual(shown["confirm"], [f"{SERIAL} bolus prime 0.2 mL"])

    def test_an_empty_catheter_is_primed_up_to_its_tip_and_no_further(self):
        self.bench.must("--operator", "paul", "catheter", "revised", "90", "cm", "volume", "0.234", "mL", "holds", "fluid",
                        "--confirm", f"{SERIAL} catheter revised 90 cm 0.433 mL fluid")
        self.assert_nothing_sent(self.prime("0.235"), 4, "REFUSED_ACT")
        given = self.prime("0.2", "--confirm", f"{SERIAL} bolus prime 0.2 mL")
        self.assertEqual((given.code, given.data()["order"]["outcome"]), (0, "APPLIED"), given.both)
        self.assertEqual(given.data()["reaches_the_patient_at_most"]["display"], "0 mL")
        self.assertEqual(self.bench.must("status")["bolus"], "priming")
        self.bench.must("sim", "advance", "demo", "1h")
        again = self.prime("0.2")
        self.assert_nothing_sent(again, 4, "REFUSED_ACT")
        self.assertIn("L-prime-delivers", again.envelope()["error"]["message"])


if __name__ == "__main__":
    harness.main()
