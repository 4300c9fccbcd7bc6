#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at every packet from the intent to the end of an order: the next start settles it before anything else.

The virtual pump holds back the chosen packet, so that the moment of the kill is a condition, not a race."""
import harness

PROGRAM = ("program", "apply", "morphine", "1.2", "mg/day")
CONFIRM = ("--confirm", "PX20-000123 morphine 1.2 mg/day")


class Kill(harness.PumpCase):
    def packets(self):
        return self.bench.show()["packets_exchanged"]

    def cost(self, *words):
        before = self.packets()
        self.bench.must(*words)
        return self.packets() - before

    def reset(self):
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm",
                        "PX20-000123 morphine 1 mg/day")

    def kill_at(self, packet):
        """Starts the order, holds its packet back, kills pumpctl once its intent is on disk and it waits."""
        bench, intents, start = self.bench, self.bench.intents(), self.packets()
        bench.must("sim", "fault", "demo", "hold", str(packet))
        process = bench.start(*PROGRAM, *CONFIRM)
        harness.wait_until(lambda: bench.intents() > intents, "the intent was stored")
        harness.wait_until(lambda: self.packets() >= start + packet - 1, "the packet came")
        self.assertIsNone(process.poll(), "pumpctl should still wait for the pump")
        process.kill()
        process.communicate()
        harness.wait_until(lambda: not bench.show()["connected"], "the pump saw the link end")
        bench.must("sim", "fault", "demo", "release")
        return bench.show()["rate"]["value"] == "0.12"

    def assert_settled(self, applied, first_words):
        """The first command afterwards, whichever it is, tells and settles; then all is as ever."""
        result = self.bench.json(*first_words)
        self.assertEqual(result.code, 0, result.both)
        orders = result.data()["earlier_orders"]
        self.assertEqual([order["outcome"] for order in orders], ["APPLIED" if applied else "NOT_SENT"])
        self.assertIn("EARLIER_ORDER", [warning["code"] for warning in result.envelope()["warnings"]])
        self.assertIn("was not settled", result.err + str(result.envelope()["warnings"]))
        again = self.bench.json("status")
        self.assertNotIn("earlier_orders", again.data())
        self.assertEqual(self.bench.must("audit", "verify")["open_intents"], 0)

    def test_every_packet_of_the_order(self):
        self.reset()
        staged = self.cost(*PROGRAM, "--dry-run")
        self.reset()
        whole = self.cost(*PROGRAM, *CONFIRM)
        self.reset()
        self.assertGreater(whole, staged + 4)
        verdicts = set()
        commands = (("status",), ("program", "show"), ("reconcile",), ("log", "pull"),
                    (*PROGRAM, "--dry-run"), ("therapy", "minimum", "--confirm", "PX20-000123 minimum"))
        settled = 0
        for packet in range(staged + 1, whole + 1):
            with self.subTest(packet=packet - staged):
                intents = self.bench.audit_text().count('"kind":"outcome"')
                applied = self.kill_at(packet)
                if self.bench.audit_text().count('"kind":"outcome"') > intents:
                    break  # from here on the outcome is stored: nothing is left to settle
                self.assertEqual(len(self.bench.must("audit", "verify")["unsettled_orders"]), 1)
                self.assert_settled(applied, commands[packet % len(commands)])
                verdicts.add(applied)
                settled += 1
                stop = self.bench.must("therapy", "stop", "--confirm", "PX20-000123 stop")
                self.assertEqual(stop["order"]["outcome"], "APPLIED")
                self.bench.must("therapy", "resume", "--confirm", "PX20-000123 resume")
                self.reset()
        self.assertEqual(verdicts, {True, False}, "both sides of the commit must have been met")
        self.assertGreater(settled, 4)

    def test_an_unreachable_pump_leaves_the_order_unsettled_and_says_so(self):
        self.reset()
        staged = self.cost(*PROGRAM, "--dry-run")
        applied = self.kill_at(staged + 1)
        self.assertFalse(applied)
        self.bench.must("sim", "stop", "demo")
        result = self.bench.json("--timeout", "1s", "status")
        self.assertEqual(result.code, 6)
        self.assertIn("not settled", result.envelope()["error"]["now"])
        self.assertEqual(len(self.bench.must("audit", "verify")["unsettled_orders"]), 1)
        self.bench.must("sim", "start", "demo")
        self.assert_settled(False, ("status",))


if __name__ == "__main__":
    harness.main()
