#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outsider who opens links and bogus handshakes at full rate keeps no paired workstation from its pump."""
import os
import socket
import sys
import threading
import unittest

import harness

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import relay

HELD = 40  # links that the outsider keeps open at a time, more than the pump serves
TIMES = 6
MTU = bytes([0x02, 247, 0])
WRITE = bytes([0x12, 0x0A, 0x00, 0x03])  # ATT write request to In, one whole segment
HELLO = {"key": bytes([0x0F, 2, 0, 0x33, 0x55]), "card": bytes([0x0F, 2, 0, 0x33, 0x33]), "junk": b"\x77"}


class Outsider(threading.Thread):
    def __init__(self, path, kind):
        super().__init__()
        self.path, self.kind = path, kind
        self.tries, self.stopped = 0, threading.Event()

    def run(self):
        held = []
        while not self.stopped.is_set():
            link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            link.settimeout(harness.SECONDS)
            held.append(link)
            try:
                link.connect(self.path)
                link.send(b"open demo")
                link.recv(100)
                link.send(MTU)
                link.recv(100)
                link.send(WRITE + HELLO[self.kind] + os.urandom(28))
                self.tries += 1
            except OSError:
                pass  # put out to make room for another
            if len(held) > HELD:
                held.pop(0).close()
        for link in held:
            link.close()


class Flood(harness.PumpCase):
    def setUp(self):
        path = os.path.join(self.bench.env["XDG_RUNTIME_DIR"], "pumpctl", "demo.sock")
        self.bench.must("sim", "magnet", "demo")
        self.outsiders = [Outsider(path, kind) for kind in HELLO]
        for outsider in self.outsiders:
            outsider.start()
            self.addCleanup(self.end, outsider)
        harness.wait_until(lambda: all(outsider.tries > HELD for outsider in self.outsiders), "a flood")

    @staticmethod
    def end(outsider):
        outsider.stopped.set()
        outsider.join()

    def test_a_nurse_stops_and_resumes_therapy_while_strangers_flood_the_pump(self):
        before = sum(outsider.tries for outsider in self.outsiders)
        for _ in range(TIMES):
            for verb, state in (("stop", "stopped"), ("resume", "running")):
                self.bench.must("therapy", verb, "--break-glass", "test of the flood", "--confirm",
                                f"PX20-000123 {verb}")
                self.assertEqual(self.bench.show()["therapy"], state)
                self.bench.must("sim", "magnet", "demo")
        self.assertGreater(sum(outsider.tries for outsider in self.outsiders), before + 100 * TIMES)
        self.assertGreater(self.bench.must("pair", "--slots")["refused_in_all"], 100)

    def test_a_nurse_stops_a_bolus_while_strangers_flood_the_pump(self):
        before = sum(outsider.tries for outsider in self.outsiders)
        trainer = ("--operator", "trainer")
        self.bench.must(*trainer, "operator", "add", "nora", "nurse", "--confirm", "PX20-000123 operator nora nurse")
        self.bench.must(*trainer, "bolus", "single", "morphine", "0.1", "mg", "over", "10min", "--confirm",
                        "PX20-000123 bolus morphine 0.1 mg")
        self.assertEqual(self.bench.must("status")["bolus"], "single")
        self.bench.must("--operator", "nora", "bolus", "stop", "--confirm", "PX20-000123 bolus stop")
        self.assertEqual(self.bench.must("status")["bolus"], "none")
        self.assertGreater(sum(outsider.tries for outsider in self.outsiders), before + 100)


class Crowd(harness.PumpCase):
    """Strangers who come just between a workstation's HELLO and its proof, so that the pump gives its link away."""

    def setUp(self):
        self.strangers, self.times = [], 0

    def tearDown(self):
        self.go_away()

    def go_away(self):
        for link in self.strangers:
            link.close()
        self.strangers = []

    def crowd(self, times):
        """An attack that does so at the first times links."""
        def attack(middle, side, _number, pdu):
            is_hello = side == relay.TO_PUMP and pdu[:3] == WRITE[:3] and pdu[4:5] == b"\x0f"
            if is_hello and self.times < times:
                self.times += 1
                self.go_away()
                self.come(middle.real)
            return [pdu]
        return attack

    def come(self, path):
        for _ in range(HELD):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.strangers.append(link)
            link.settimeout(harness.SECONDS)
            link.connect(path)
            link.send(b"open demo")
            link.recv(100)

    def test_a_workstation_whose_link_was_given_away_before_its_proof_tries_again(self):
        with relay.Relay(self.bench, attack=self.crowd(3)):
            result = self.bench.json("status")
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(self.times, 3)

    def test_it_does_not_try_for_ever(self):
        with relay.Relay(self.bench, attack=self.crowd(1000)):
            result = self.bench.json("status")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (6, "LINK_LOST"), result.both)
        self.assertIn(self.times, range(4, 101))
        self.go_away()
        self.bench.must("status")


if __name__ == "__main__":
    harness.main()
