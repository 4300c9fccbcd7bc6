#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual pump whose link takes the time of the air: link shows its parameters, a download survives its loss."""
import unittest

import harness


class Air(harness.PumpCase):
    def air(self, *words):
        return self.bench.must("sim", "air", "demo", *words)

    def link(self):
        return self.bench.must("--pump", "sim:demo", "link")

    def test_a_link_without_air_knows_no_greatest_goodput(self):
        bench = harness.Bench()
        self.addCleanup(bench.close)
        bench.must("sim", "start", "plain", "days", "2")
        data = bench.must("link")
        self.assertEqual(data["transport"], "virtual pump of this computer")
        self.assertEqual(data["mtu"], 247)
        self.assertIsNone(data["greatest_goodput"])
        self.assertNotIn("connection_interval", data)

    def test_link_shows_what_is_in_force_and_the_bound_of_it(self):
        cases = ((("interval", "30000", "packets", "4", "phy", "1M"), "30", "260266"),
                 (("interval", "15000", "packets", "0", "phy", "2M"), "15", "1301333"))
        for words, interval, greatest in cases:
            with self.subTest(words=words):
                self.air(*words)
                data = self.link()
                self.assertEqual(data["connection_interval"]["value"], interval)
                self.assertEqual(data["supervision_timeout"]["value"], "6000")
                self.assertEqual(data["latency_events"], 0)
                self.assertEqual(data["phy"], words[5])
                self.assertEqual(data["greatest_goodput"]["value"], greatest)
                self.assertGreater(int(data["goodput"]["value"]), 0)
                self.assertIn("goodput_of_greatest", data)

    def test_measuring_stores_nothing(self):
        bench = harness.Bench()
        self.addCleanup(bench.close)
        bench.must("sim", "start", "fresh", "days", "2")
        bench.must("link")
        last = int(bench.show("fresh")["last_record"])
        self.assertGreaterEqual(int(bench.must("log", "pull")["stored_now"]), last)

    def test_a_slow_interval_is_shortened_for_the_download_and_comes_back_afterwards(self):
        self.air("interval", "100000", "packets", "0", "loss", "0", "latency", "0")
        self.assertEqual(self.link()["connection_interval"]["value"], "30")
        self.assertEqual(self.air()["connection_interval"]["value"], "100")

    def test_what_the_air_cannot_be_is_refused_and_nothing_changes(self):
        before = self.air("interval", "30000")
        for words in (("phy", "3M"), ("interval", "30001"), ("interval",), ("speed", "3"), ("loss", "-1"),
                      ("latency", "500"), ("interval", "30000", "data-length", "26")):
            with self.subTest(words=words):
                result = self.bench.json("sim", "air", "demo", *words)
                self.assertEqual(result.code, 1)
                self.assertEqual(result.envelope()["error"]["code"], "SIM_FAILED")
        self.assertEqual(self.air(), before)

    def test_out_of_range_the_link_is_lost_and_in_range_it_is_back(self):
        self.air("interval", "7500", "range", "out", "supervision", "200")
        result = self.bench.json("--pump", "sim:demo", "status")
        self.assertEqual(result.code, 6)
        self.assertEqual(result.envelope()["error"]["code"], "LINK_LOST")
        self.air("range", "in", "supervision", "6000")
        self.bench.must("--pump", "sim:demo", "status")

    def test_loss_is_seen_in_packets_never_in_the_log(self):
        self.air("interval", "7500", "packets", "0", "loss", "200000", "seed", "3", "range", "in")
        pulled = self.bench.must("--pump", "sim:demo", "log", "pull")
        self.assertTrue(pulled["complete"])
        self.assertEqual(pulled["last_record"], self.bench.show()["last_record"])


if __name__ == "__main__":
    unittest.main()
