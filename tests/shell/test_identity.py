#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers at a pump's link, pumps that are not the paired one, and files of the workstation that somebody changed."""
import os
import shutil
import socket
import unittest

import harness

MAY_BE_READ = {b"pumpsim", b"PX20", b"\x02\x00"}  # maker, model, version of the protocol
UUID = bytes.fromhex("603c7f4a8e1b2d9c6e4f3b5a")  # of the pump's service, as far as its parts share it
IN, SUBSCRIPTIONS = 0x0A, {0x0D: 2, 0x10: 1}  # indications of Out, notifications of Stream
CLEAR = ("330f", "0f33", "333c", "3366", "660f", "0f96", "0fa5", "550f0000", "553c", "555a0000000000000000")
SECRETS = (b"PX20-000123", b"000123", b"morphine", b"trainer")
HANDLES = range(1, 0x30)
LONGEST = 0.05  # silence after which a stranger asks the next thing


class Stranger(harness.PumpCase):
    """Somebody with a radio and no key."""

    def setUp(self):
        self.heard = []
        self.connect()

    def connect(self):
        self.link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(self.link.close)
        self.link.settimeout(harness.SECONDS)
        self.link.connect(os.path.join(self.bench.env["XDG_RUNTIME_DIR"], "pumpctl", "demo.sock"))
        self.link.send(b"open demo")
        self.assertEqual(self.link.recv(100), b"ok")

    def ask(self, pdu):
        """All that comes for it, until it is quiet."""
        self.link.settimeout(harness.SECONDS)
        answers = []
        try:
            self.link.send(pdu)
            while answer := self.link.recv(600):
                answers.append(answer)
                if answer[0] == 0x1D:
                    self.link.send(b"\x1e")
                self.link.settimeout(LONGEST)
        except OSError:
            pass
        self.heard += answers
        return answers

    def test_nothing_of_the_pump_or_its_patient_can_be_read_before_the_handshake(self):
        values = set()
        for handle in HANDLES:
            low = handle.to_bytes(2, "little")
            answer = self.ask(b"\x0a" + low)[0]
            if answer[0] == 0x0B:
                values.add(answer[1:])
            self.ask(b"\x0c" + low + b"\x00\x00")
        for kind in (b"\x00\x2a", b"\x24\x2a", b"\x25\x2a", b"\x29\x2a", b"\x26\x2a"):
            self.ask(b"\x08\x01\x00\xff\xff" + kind)
        declared = {value for value in values if UUID in value or value[-2:] in (b"\x29\x2a", b"\x24\x2a", b"\x0a\x18")}
        unsubscribed = b"\x00\x00"
        self.assertEqual(values - declared - {unsubscribed}, MAY_BE_READ)
        self.assert_nothing_secret(len(HANDLES))

    def test_a_request_in_the_clear_gets_no_word_and_ends_the_link(self):
        for request in CLEAR:
            with self.subTest(request):
                self.connect()
                for handle, kind in SUBSCRIPTIONS.items():
                    self.assertEqual(self.ask(bytes([0x12, handle, 0, kind, 0])), [b"\x13"])
                answers = self.ask(bytes([0x12, IN, 0, 0x03]) + bytes.fromhex(request))
                self.assertEqual([answer[0] for answer in answers], [0x01])
                self.assertEqual(self.ask(b"\x0a\x03\x00"), [], "the link is still there")
        self.assert_nothing_secret(len(CLEAR))

    def assert_nothing_secret(self, least):
        everything = b"|".join(self.heard)
        self.assertGreater(len(self.heard), least)
        for secret in SECRETS:
            self.assertNotIn(secret, everything)


class Identity(unittest.TestCase):
    """Another pump where the paired one was."""

    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        self.start("demo", "PX20-000123")
        self.pairing = os.path.join(self.bench.state, "pairings", "PX20-000123")
        self.before = self.read()

    def start(self, name, serial, *words):
        return self.bench.must("sim", "start", name, "serial", serial, "drug", "morphine", "dose", "1", "mg/day", "days",
                               "0", *words)

    def read(self):
        with open(self.pairing, encoding="ascii") as file:
            return file.read()

    def write(self, text):
        with open(self.pairing, "w", encoding="ascii") as file:
            file.write(text)

    def assert_refused(self, code, *names):
        for words in (("status",), ("program", "show"), ("therapy", "stop", "--confirm", "PX20-000123 stop")):
            result = self.bench.json("--pump", "PX20-000123", *words)
            error = result.envelope()["error"]
            self.assertEqual(result.code, code, result.both)
            self.assertIn(error["code"], names)
            self.assertNotIn("pump", result.envelope()["data"], "data of a pump that proved nothing")

    def test_a_pump_that_was_made_anew_is_named_in_words_and_never_paired_again_by_itself(self):
        self.bench.must("sim", "stop", "demo")
        shutil.rmtree(os.path.join(self.bench.state, "sims", "demo"))
        kept = self.read()
        os.unlink(self.pairing)
        self.start("demo", "PX20-000123", "unpaired")
        self.write(kept)
        os.chmod(self.pairing, 0o600)
        for _ in range(2):
            self.bench.must("sim", "magnet", "demo")  # not even while its window is open
            self.assert_refused(7, "NOT_KNOWN_THERE")
        self.assertEqual(self.read(), kept)
        hint = self.bench.json("--pump", "PX20-000123", "status").envelope()["error"]["hint"]
        self.assertIn("unpair", hint)

    def test_another_pump_that_claims_the_address_gets_nothing_and_shows_nothing(self):
        self.start("other", "PX20-000777")
        folder = os.path.join(self.bench.env["XDG_RUNTIME_DIR"], "pumpctl")
        other = os.path.join(self.bench.state, "pairings", "PX20-000777")
        with open(other, encoding="ascii") as file:
            address = file.read()
        self.assertIn("sim:other", address)
        self.write(self.before.replace("sim:demo", "sim:other"))
        os.rename(os.path.join(folder, "demo.sock"), os.path.join(folder, "away.sock"))
        try:
            self.assert_refused(7, "NOT_AUTHENTIC")
        finally:
            os.rename(os.path.join(folder, "away.sock"), os.path.join(folder, "demo.sock"))
            self.write(self.before)
        self.bench.must("--pump", "PX20-000123", "status")

    def test_a_changed_key_or_workstation_in_the_pairing_is_found_at_the_next_session(self):
        for name, refused in (("key", "NOT_AUTHENTIC"), ("workstation", "NOT_KNOWN_THERE")):
            at = self.before.index(f"\n{name} ") + len(name) + 2
            digit = "0" if self.before[at] != "0" else "1"
            with self.subTest(name):
                self.write(self.before[:at] + digit + self.before[at + 1:])
                self.assert_refused(7, refused)
        self.write(self.before)
        self.bench.must("--pump", "PX20-000123", "status")

    def test_a_pairing_that_others_may_read_or_of_another_form_is_not_used(self):
        for mode in (0o640, 0o604, 0o620, 0o602):
            os.chmod(self.pairing, mode)
            self.assert_refused(1, "FAILED")
        os.chmod(self.pairing, 0o600)
        for text in ("", "junk\n", self.before.replace("serial PX20-000123", "serial PX20-000124"),
                     self.before.replace("key ", "key 0"), self.before[:40]):
            self.write(text)
            self.assert_refused(1, "FAILED")

    def test_every_file_of_the_workstation_is_for_its_owner_alone(self):
        self.bench.must("program", "apply", "morphine", "1.1 mg/day", "--confirm", "PX20-000123 morphine 1.1 mg/day")
        self.bench.must("log", "pull")
        for folder, _, names in os.walk(self.bench.state):
            self.assertEqual(os.stat(folder).st_mode & 0o7777, 0o700, folder)
            for name in names:
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o077, 0, name)


if __name__ == "__main__":
    harness.main()
