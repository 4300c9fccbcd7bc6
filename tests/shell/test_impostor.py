#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody in the middle of a pairing by card code who has everything but the card: as the pump, as the programmer, as both."""
import os
import sys
import unittest

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import impostor
import relay

PASSPHRASE = "correct horse battery"
WRONG = b"01234567"
TRIES = 5  # for each magnet


class Impostors(unittest.TestCase):
    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        made = self.bench.must("sim", "start", "lab", "unpaired", "days", "0")
        self.serial, self.card = made["serial"], made["card_code"]
        self.code = self.card.replace("-", "")[:8].encode()
        self.discovery, self.handle_in, self.handle_out = self.listen()

    def pair(self):
        return self.bench.json("--pump", "sim:lab", "pair", self.serial, "operator", "anna",
                               passphrases=(self.card, PASSPHRASE))

    def magnet(self):
        self.bench.must("sim", "magnet", "lab")

    def listen(self):
        """What a pump answers before the handshake, from a pairing that fails for want of a magnet."""
        with relay.Relay(self.bench, "lab") as middle:
            self.assert_refused("NO_MAGNET")
        answers, asked, handle_in, handle_out = {}, None, None, None
        for side, pdu in middle.seen:
            if side == relay.TO_PUMP and pdu[0] == impostor.WRITE and len(pdu) > 5:
                handle_in = pdu[1:3]
            elif pdu[0] == impostor.INDICATION:
                handle_out = pdu[1:3]
            elif side == relay.TO_PUMP:
                asked = pdu
            elif asked:
                answers.setdefault(asked, pdu)
        return answers, handle_in, handle_out

    def assert_refused(self, name):
        result = self.pair()
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (7, name), result.both)
        self.assertEqual(self.bench.must("pair", "--list")["pairings"], [])

    def as_pump(self, guess):
        return impostor.PretendPump(self.bench, "lab", self.serial, guess, self.discovery, self.handle_out)

    def as_programmer(self, guess):
        return impostor.pretend_programmer(self.bench, "lab", self.serial, guess, self.discovery, self.handle_in)

    def assert_nobody_is_paired(self):
        """The pump has a free slot 0 still, and pairs with the one who has card and magnet."""
        self.magnet()
        result = self.pair()
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(result.data()["pairing_slot"], 0)

    def test_a_pump_that_guesses_the_card_code_is_not_believed_and_learns_that_one_guess_was_wrong(self):
        with self.as_pump(WRONG) as fake:
            self.assert_refused("CARD_CODE")
        self.assertIs(fake.guessed_right, False)
        self.assert_nobody_is_paired()

    def test_the_same_fake_with_the_right_code_would_be_believed(self):
        """Else the one above would prove nothing."""
        with self.as_pump(self.code) as fake:
            result = self.pair()
        self.assertIs(fake.guessed_right, True)
        self.assertNotEqual(result.envelope()["error"]["code"], "CARD_CODE", result.both)
        self.assertEqual(self.bench.must("pair", "--list")["pairings"], [])
        self.magnet()
        self.assertIs(self.as_programmer(self.code), True)

    def test_a_programmer_who_guesses_gets_five_guesses_for_each_magnet_and_no_proof_of_the_pump(self):
        self.assertEqual(self.as_programmer(WRONG), "refused")
        for _ in range(2):
            self.magnet()
            for _ in range(TRIES):
                self.assertIs(self.as_programmer(WRONG), False)
            self.assertEqual(self.as_programmer(self.code), "refused")
        self.assert_nobody_is_paired()
        slots = self.bench.must("pair", "--slots")
        wrong = [row["times"] for row in slots["refused"] if row["what"] == "wrong card code"]
        self.assertEqual(sum(wrong), 2 * TRIES)

    def test_one_who_is_pump_to_the_programmer_and_programmer_to_the_pump_gets_nothing_from_either(self):
        self.magnet()
        for guess in (WRONG, b"ZZZZZZZZ"):
            with self.as_pump(guess) as fake:
                self.assert_refused("CARD_CODE")
            self.assertIs(fake.guessed_right, False)
            self.assertIs(self.as_programmer(guess), False)
        self.assert_nobody_is_paired()

    def test_shares_and_tags_of_two_runs_cannot_be_joined(self):
        """He hands on all that both sides say, but a share or a tag of an earlier run in place of this one's."""
        with relay.Relay(self.bench, "lab") as middle:
            self.magnet()
            self.assertEqual(self.pair().code, 0)
        earlier = [self.handshake_part(side, pdu) for side, pdu in middle.seen]
        self.bench.must("unpair", self.serial)
        for swapped in [part for part in earlier if part]:
            def swap(_relay, side, _number, pdu, swapped=swapped):
                is_same = self.handshake_part(side, pdu) and pdu[4] == swapped[1][4] and side == swapped[0]
                return [pdu[:4] + swapped[1][4:] if is_same else pdu]
            with self.subTest(side=swapped[0], kind=swapped[1][4]), relay.Relay(self.bench, "lab", attack=swap):
                self.magnet()
                self.assert_refused("CARD_CODE")

    @staticmethod
    def handshake_part(side, pdu):
        """(side, pdu) if it carries a share or a tag, whole in one value."""
        is_value = pdu[0] in (impostor.WRITE, impostor.INDICATION) and len(pdu) == 3 + 1 + 33
        return (side, pdu) if is_value and pdu[3] & 3 == 3 and pdu[4] in (0x33, 0x55) else None


if __name__ == "__main__":
    harness.main()
