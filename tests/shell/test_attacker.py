#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""A man in the middle of the link: whatever is done to any packet of an order, the screen never says what is not so."""
import os
import sys
import unittest

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import relay

CONFIRM = "PX20-000123 morphine %s mg/day"
RATES = {"1": "0.1", "1.2": "0.12"}
OUTCOMES = {0: "APPLIED", 9: "UNKNOWN"}


class Attacker(harness.PumpCase):
    def apply(self, dose, *options):
        return self.bench.json("--timeout", "2s", "program", "apply", "morphine", dose, "mg/day", "--confirm",
                               CONFIRM % dose, *options)

    def runs(self, dose):
        return self.bench.show()["rate"]["value"] == RATES[dose]

    def settle(self):
        """Without the attacker everything is as ever."""
        self.bench.must("reconcile")
        self.assertEqual(self.bench.must("audit", "verify")["open_intents"], 0)
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm", CONFIRM % "1")

    def record(self):
        """The packets of one order that nobody touched."""
        self.settle()
        with relay.Relay(self.bench) as middle:
            result = self.apply("1.2")
        self.assertEqual(result.code, 0, result.both)
        return middle.seen

    def attack(self, attack):
        """One order under attack; true if the pump runs the new dose."""
        self.settle()
        with relay.Relay(self.bench, attack=attack):
            result = self.apply("1.2")
        applied = self.runs("1.2")
        if result.code == 0:
            self.assertTrue(applied, "said APPLIED and the pump runs the old dose")
        elif result.code != 9:
            self.assertFalse(applied, f"said exit {result.code} and the pump runs the new dose: {result.both}")
        return applied

    def test_every_packet_of_an_order_doubled_changed_or_short(self):
        """Here each packet meets one attack, in tests/sim/test_middle.c each of them."""
        count = len(self.record())
        kinds = (relay.double, lambda at: relay.flip(at, -1), lambda at: relay.truncate(at, at),
                 lambda at: relay.replay(at, at // 2), lambda at: relay.inject(at, bytes([0x1D, 0x0C, 0, 3]) + bytes(at)))
        self.assertGreater(count, 20)
        verdicts = set()
        for at in range(1, count + 1):
            with self.subTest(packet=at, kind=at % len(kinds)):
                verdicts.add(self.attack(kinds[at % len(kinds)](at)))
        self.assertEqual(verdicts, {True, False})

    def test_a_recorded_order_played_again_does_nothing(self):
        """The attacker answers for the programmer: every packet of the order once more, in a session of his own."""
        seen = self.record()
        self.settle()
        before = self.bench.show()
        sent = [pdu for side, pdu in seen if side == relay.TO_PUMP]
        relay.play(self.bench, sent)
        after = self.bench.show()
        self.assertEqual(before["rate"], after["rate"])
        # Nothing but the note, at most once an hour, that something was refused.
        self.assertIn(after["last_record"] - before["last_record"], (0, 1))
        if after["last_record"] > before["last_record"]:
            self.bench.must("log", "pull")
            self.assertIn('"security"', self.bench.json("log", "show").both)

    def test_a_fake_pump_that_plays_the_pumps_part_is_not_believed(self):
        seen = self.record()
        answers = [pdu for side, pdu in seen if side == relay.FROM_PUMP]
        with relay.Impostor(self.bench, answers):
            result = self.apply("1")
        self.assertIn(result.code, (6, 7), result.both)
        self.assertTrue(self.runs("1.2"))

    def test_a_refusal_while_connecting_is_told_in_words(self):
        """Every search for the service is answered with "insufficient authentication"."""
        def refuse(_relay, side, _number, pdu):
            return [bytes.fromhex("0106010005")] if side == relay.FROM_PUMP and pdu[0] == 0x07 else [pdu]
        with relay.Relay(self.bench, attack=refuse):
            result = self.bench.json("status")
        self.assertNotEqual(result.code, 0)
        self.assertIn("the link must be paired first", result.both)


if __name__ == "__main__":
    harness.main()
