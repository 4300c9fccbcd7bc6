#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outsider who opens links and bogus handshakes at full rate keeps no paired workstation from its pump."""
import os
import socket
import threading
import unittest

import harness

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


if __name__ == "__main__":
    harness.main()
