#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell in a real terminal: the main job, the confirmation, notices, Ctrl-C, pastes, history."""
import os
import signal
import stat

import harness

READY = r"PX20-000123 VIRTUAL PUMP> "
APPLY = "program apply morphine 1.2 mg/day"
LINE = "PX20-000123 morphine 1.2 mg/day"


class Shell(harness.PumpCase):
    def setUp(self):
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm",
                        "PX20-000123 morphine 1 mg/day")
        self.terminal = harness.Terminal(self.bench)
        self.terminal.expect(r"pumpctl> ")

    def tearDown(self):
        if self.terminal.process.poll() is None:
            self.terminal.process.kill()
            self.terminal.process.wait()

    def leave(self):
        self.terminal.line("exit")
        self.assertEqual(self.terminal.finish(), 0)

    def connect(self):
        self.terminal.line("connect")
        self.terminal.expect(READY)

    def ask(self):
        self.terminal.line(APPLY)
        self.terminal.expect(r"NOW ON PUMP +TO BE PROGRAMMED +CHANGE")
        self.terminal.expect(r"DOSE +1 mg per day +1\.2 mg per day +→ higher, \+20 %")
        self.terminal.expect(LINE)
        self.terminal.expect("confirm: ")

    def test_the_main_job(self):
        self.connect()
        self.terminal.line("status")
        self.terminal.expect(r"Reservoir +\d")
        self.terminal.expect(READY)
        self.terminal.line("log pull")
        self.terminal.expect(r"Complete +yes")
        self.terminal.line("program check morphine 1.2 mg/day")
        self.terminal.expect("No rule refuses")
        self.ask()
        self.terminal.line(LINE)
        self.terminal.sign()
        self.terminal.expect("Pump now reports morphine 1.2 mg per day.")
        self.terminal.expect(READY)
        self.terminal.line("audit verify")
        self.terminal.expect("The audit trail verifies")
        self.leave()
        self.assertEqual(self.dose(), "1.2 mg per day")

    def test_the_hint_after_sim_start_can_be_typed_here(self):
        self.bench.must("sim", "stop", "demo")
        self.terminal.line("sim start demo")
        hint = self.terminal.expect(r"Next: (connect \S+)\r").group(1)
        self.terminal.expect("pumpctl> ")
        self.terminal.line(hint)
        self.terminal.expect(READY)
        self.leave()

    def assert_left_alone(self, why):
        self.terminal.expect(why)
        self.terminal.expect("In the pump now: unchanged, morphine 1 mg per day")
        self.terminal.expect(READY)
        self.leave()
        self.assertEqual(self.dose(), "1 mg per day")

    def test_a_wrong_confirmation_sends_nothing(self):
        self.ask()
        self.terminal.line("PX20-000123 morphine 12 mg/day")
        self.assert_left_alone("what was typed is not the line shown")

    def test_enter_alone_sends_nothing(self):
        self.ask()
        self.terminal.send("\r")
        self.assert_left_alone("what was typed is not the line shown")

    def test_control_c_leaves_the_pump_as_it_is(self):
        self.ask()
        self.terminal.type("PX20")
        self.terminal.send("\x03")
        self.assert_left_alone("cancelled")

    def test_a_bracketed_paste_is_refused(self):
        self.ask()
        self.terminal.send(f"\x1b[200~{LINE}\x1b[201~\r")
        self.assert_left_alone("must be typed, not pasted")

    def test_the_mark_of_a_paste_is_enough(self):
        self.ask()
        self.terminal.type("PX20")
        self.terminal.send("\x1b[200~")
        self.assert_left_alone("must be typed, not pasted")

    def test_arrow_keys_recall_and_insert_nothing(self):
        self.ask()
        self.terminal.type("PX20")
        self.terminal.send("\x1b[A")
        self.terminal.type(LINE[4:])
        self.terminal.send("\x1bOB\r")
        self.terminal.sign()
        self.terminal.expect("Pump now reports morphine 1.2 mg per day.")
        self.leave()

    def test_a_plain_paste_is_refused(self):
        self.ask()
        self.terminal.send(LINE + "\r")
        self.assert_left_alone("must be typed, not pasted")

    def test_typing_can_be_corrected(self):
        self.ask()
        self.terminal.type("PX20-000124")
        self.terminal.send("\x7f")
        self.terminal.expect("\b \b")
        self.terminal.type(LINE[10:])
        self.terminal.send("\r")
        self.terminal.sign()
        self.terminal.expect("Pump now reports morphine 1.2 mg per day.")
        self.leave()

    def test_what_was_typed_ahead_does_not_confirm(self):
        self.connect()
        self.terminal.send(APPLY + "\r" + LINE + "\r")
        self.terminal.expect("confirm: ")
        self.terminal.send("\x03")
        self.assert_left_alone("cancelled")

    def test_two_steps_for_a_five_fold_dose(self):
        self.terminal.line("program apply morphine 6 mg/day")
        self.terminal.expect("confirm: ")
        self.terminal.line("PX20-000123 morphine 6 mg/day")
        self.terminal.expect("five-fold or more")
        self.terminal.expect("confirm: ")
        self.terminal.line("PX20-000123 higher 6 times")
        self.terminal.sign()
        self.terminal.expect("Pump now reports morphine 6 mg per day.")
        self.terminal.expect(READY)
        self.leave()
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm",
                        "PX20-000123 morphine 1 mg/day", "--confirm", "PX20-000123 lower 6 times")

    def test_getting_safe_tells_what_stopping_does(self):
        self.terminal.line("therapy stop")
        self.terminal.expect("opioid")
        self.terminal.expect("withdrawal")
        self.terminal.expect("confirm: ")
        self.terminal.line("PX20-000123 stop")
        self.terminal.sign()
        self.terminal.expect("Pump now reports therapy stopped")
        self.terminal.expect(READY)
        self.terminal.line("therapy resume")
        self.terminal.expect("confirm: ")
        self.terminal.line("PX20-000123 resume")
        self.terminal.sign()
        self.terminal.expect("Pump now reports morphine 1 mg per day")
        self.leave()

    def test_a_notice_stands_above_the_prompt_and_what_is_typed_stays(self):
        self.connect()
        self.terminal.type("program sh")
        self.bench.must("sim", "fault", "demo", "drop", "1", "before")
        ended = self.terminal.expect(r"The session with \S+ ended: ([^\n]*)\n").group(1)
        self.assertIn("link was lost", ended)
        self.assertNotIn("changed", ended)
        self.terminal.expect("pumpctl> ")
        self.terminal.expect(r"program sh")
        self.terminal.line("ow")
        self.terminal.expect(r"1 mg per day")
        self.leave()

    def staged_packets(self):
        before = self.bench.show()["packets_exchanged"]
        self.bench.must(*APPLY.split(), "--dry-run")
        return self.bench.show()["packets_exchanged"] - before

    def test_control_c_does_not_abandon_an_order_on_its_way(self):
        self.leave()
        answer = self.staged_packets() + 5
        self.bench.must("sim", "fault", "demo", "hold", str(answer))
        intents = self.bench.intents()
        self.terminal = harness.Terminal(self.bench, *APPLY.split())
        self.terminal.expect("confirm: ")
        self.terminal.line(LINE)
        self.terminal.sign()
        harness.wait_until(lambda: self.bench.intents() > intents, "the intent was stored")
        self.terminal.send("\x03")
        self.terminal.expect("cannot be called back")
        self.bench.must("sim", "fault", "demo", "release")
        self.terminal.expect("Pump now reports morphine 1.2 mg per day.")
        self.assertEqual(self.terminal.finish(), 0)

    def test_the_prompt_says_unconfirmed_until_the_order_is_settled(self):
        self.leave()
        answer = self.staged_packets() + 5
        self.terminal = harness.Terminal(self.bench)
        self.terminal.expect("> ")
        self.bench.must("sim", "fault", "demo", "drop", str(answer))
        self.terminal.line(APPLY)
        self.terminal.expect("confirm: ")
        self.terminal.line(LINE)
        self.terminal.sign()
        self.terminal.expect("OUTCOME UNKNOWN")
        self.terminal.expect("NOT CONFIRMED: either morphine 1 mg per day")
        self.terminal.expect(r"\[UNCONFIRMED\]> ")
        self.terminal.line("reconcile")
        self.terminal.expect("Every order to this pump is settled")
        self.terminal.expect(READY)
        self.leave()

    def test_a_command_waits_for_the_answer_to_a_ping_that_is_under_way(self):
        self.connect()
        before = self.bench.show()["packets_exchanged"]
        self.bench.must("sim", "fault", "demo", "hold", "2")
        harness.wait_until(lambda: self.bench.show()["packets_exchanged"] >= before + 2,
                           "the shell pinged and the answer is held back")
        self.terminal.line("status")
        self.bench.must("sim", "fault", "demo", "release")
        self.terminal.expect(r"Reservoir +\d")
        self.terminal.expect(READY)
        self.leave()

    def test_a_silent_pump_is_told_of_while_it_is_waited_for(self):
        self.connect()
        self.bench.must("sim", "fault", "demo", "hold", "1")
        self.terminal.line("status")
        self.terminal.expect("Waiting for the pump")
        self.bench.must("sim", "fault", "demo", "release")
        self.terminal.expect(r"Reservoir +\d")
        self.terminal.expect(READY)
        self.leave()

    def test_control_c_drops_the_line_and_the_shell_goes_on(self):
        self.terminal.type("program apply mor")
        self.terminal.send("\x03")
        self.terminal.expect(r"pumpctl> ")
        self.terminal.line("version")
        self.terminal.expect("GPL-3.0-or-later")
        self.leave()

    def test_a_paste_that_never_ends_does_not_swallow_the_terminal(self):
        self.terminal.send("\x1b[200~vers")
        self.terminal.expect("vers")
        self.terminal.line("ion")
        self.terminal.expect("GPL-3.0-or-later")
        self.leave()

    def test_the_terminal_is_restored_by_a_signal_even_while_a_confirmation_is_typed(self):
        self.ask()
        self.terminal.type("PX20")
        self.terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.terminal.finish(), 128 + signal.SIGTERM)
        self.assertEqual(self.dose(), "1 mg per day")

    def test_end_of_input_leaves(self):
        self.terminal.send("\x04")
        self.assertEqual(self.terminal.finish(), 0)

    def test_the_history_is_private_and_holds_no_therapy_line(self):
        for line in ("status", " drug list", "status now", "program apply morphine 900 mg/day", "version"):
            self.terminal.line(line)
            self.terminal.expect(r"\n[^\n]*> $")
        self.leave()
        path = os.path.join(self.bench.state, "history")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="ascii") as file:
            lines = [line.strip() for line in file if not line.startswith("#")]
        self.assertEqual(lines[-3:], ["status", "version", "exit"])
        self.assertFalse([line for line in lines if "apply" in line or "drug list" in line])

    def test_tab_completes_commands_and_never_a_drug_from_two_letters(self):
        self.terminal.send("prog\t")
        self.terminal.expect("program ")
        self.terminal.send("ch\t")
        self.terminal.expect("check ")
        self.terminal.send("mo\t")
        self.terminal.expect("mo")
        self.terminal.send("r\t")
        self.terminal.expect("r")
        self.terminal.expect("phine ")
        self.terminal.send("\x03")
        self.terminal.expect(r"pumpctl> ")
        self.leave()

    def test_a_narrow_terminal_stacks_the_comparison(self):
        self.leave()
        self.terminal = harness.Terminal(self.bench, columns=60)
        self.terminal.expect("> ")
        self.terminal.line("program diff morphine 1.2 mg/day")
        self.terminal.expect(r"DOSE\r\n  now on pump: +1 mg per day\r\n  to be programmed: +1\.2 mg per day")
        self.terminal.expect(READY)
        self.leave()


if __name__ == "__main__":
    harness.main()
