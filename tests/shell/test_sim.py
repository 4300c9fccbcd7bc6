#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual pumps as processes: made, paired, started, asked, harmed and stopped through pumpctl, and pumpsim alone."""
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import unittest
from fractions import Fraction

import harness

DEADLINE_S = 60
CONFIRM = "PX20-000123 morphine %s mg/day"


class Case(unittest.TestCase):
    """No pump yet: each test makes its own."""

    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        self.work, self.state, self.environment = self.bench.root, self.bench.state, self.bench.env
        self.run_pumpctl, self.ok = self.bench.run, self.bench.must

    def run_program(self, *words):
        return subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)

    def refused(self, code, *words):
        result = self.bench.json(*words)
        self.assertEqual(result.code, code, f"{words}: {result.both}")
        return result.envelope()["error"]

    def start(self, *words):
        return self.ok("sim", "start", *words)

    def socket_path(self):
        return os.path.join(self.environment["XDG_RUNTIME_DIR"], "pumpctl", "demo.sock")

    def path(self, *names):
        return os.path.join(self.state, "sims", *names)

    def pid(self, name="demo"):
        with open(self.path(name, "running"), encoding="ascii") as file:
            return int(file.read())

    def kill(self, name="demo"):
        """As a loss of power; returns when the process has gone and its lock with it."""
        descriptor = os.pidfd_open(self.pid(name))
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        self.wait_for_end(descriptor)

    def wait_for_end(self, descriptor):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        self.assertTrue(poll.poll(DEADLINE_S * 1000))
        os.close(descriptor)

    def own_log(self, name="demo"):
        result = self.bench.json("sim", "log", name)
        with open(self.path(name, "log"), encoding="utf-8") as log:
            self.assertEqual(result.code, 0, result.err + log.read())
        return {line["sequence"]: bytes.fromhex(line["raw"]) for line in result.lines() if "sequence" in line}

    def archive(self):
        with sqlite3.connect(os.path.join(self.state, "archive.sqlite")) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            table = next(name for name in tables if name.startswith("record"))
            return {sequence: bytes(raw) for sequence, raw in database.execute(f"SELECT seq, raw FROM {table}")}

    def dose(self):
        drugs = self.ok("program", "show")["drugs"]
        return drugs[0]["daily_dose"]["value"]


class Life(Case):
    def test_start_makes_pairs_and_runs(self):
        data = self.start()
        self.assertEqual((data["name"], data["serial"], data["model"], data["address"], data["new"]),
                         ("demo", "PX20-000123", "PX20", "sim:demo", True))
        self.assertEqual(self.ok("status")["pump"]["serial"], "PX20-000123")
        self.assertEqual(self.ok("sim", "list")["pumps"][0]["state"], "running")
        self.assertEqual(self.bench.show()["running_time"]["value"], str(30 * 86400))

    def test_start_of_a_running_pump_is_refused(self):
        self.start()
        self.assertIn("runs already", self.refused(1, "sim", "start")["message"])

    def test_what_a_pump_is_like_cannot_be_changed_by_starting_it(self):
        self.start("days", "0")
        self.ok("sim", "stop", "demo")
        error = self.refused(2, "sim", "start", "model", "PX40")
        self.assertGreater(error["column"], 0)
        self.assertFalse(self.start("speed", "5")["new"])

    def test_pump_is_like_it_was_asked_for(self):
        data = self.start("bed-7", "model", "PX40", "drug", "baclofen", "concentration", "500 mcg/mL", "dose",
                          "200 mcg/day", "reservoir", "38 mL", "low-alarm", "3 mL", "days", "2", "log-slots", "64")
        self.assertEqual(data["serial"], "PX40-000123")
        program = self.ok("program", "show")
        self.assertEqual(program["drugs"][0]["drug"], "baclofen")
        self.assertEqual(program["drugs"][0]["daily_dose"]["value"], "200")
        self.assertEqual(program["low_alarm"]["value"], "3")
        self.assertEqual(self.ok("sim", "show", "bed-7")["true_contents"]["value"], "37.2")

    def test_another_drug_needs_its_own_figures(self):
        self.assertIn("concentration", self.refused(2, "sim", "start", "drug", "baclofen")["message"])
        self.assertEqual(os.listdir(self.path()) if os.path.isdir(self.path()) else [], [])

    def test_pump_beyond_its_physics_is_not_made_and_leaves_no_pairing(self):
        self.refused(1, "sim", "start", "reservoir", "30 mL")
        self.refused(6, "status", "--pump", "PX20-000123")
        self.assertTrue(self.start()["new"])

    def test_serials_are_free_ones(self):
        self.assertEqual([self.start(name, "days", "0")["serial"] for name in ("a", "b")],
                         ["PX20-000123", "PX20-000124"])
        self.assertIn("paired with PX20-000124", self.refused(1, "sim", "start", "c", "serial", "PX20-000124")["message"])

    def test_stop_waits_for_the_end_and_may_be_repeated(self):
        self.start("days", "0")
        process = self.pid()
        self.assertEqual(self.ok("sim", "stop", "demo")["pumps"][0]["state"], "stopped")
        self.assertFalse(os.path.exists(f"/proc/{process}/exe"))
        self.assertFalse(os.path.exists(self.socket_path()))
        self.assertEqual(self.ok("sim", "stop", "demo")["pumps"][0]["state"], "was not running")
        self.assertEqual(self.refused(6, "sim", "advance", "demo", "1h")["code"], "SIM_NOT_RUNNING")
        self.assertEqual(self.refused(6, "sim", "stop", "nobody")["code"], "SIM_NOT_RUNNING")

    def test_stop_never_signals_a_process_that_only_has_the_number(self):
        self.start("days", "0")
        self.ok("sim", "stop", "demo")
        with subprocess.Popen(["sleep", "1000"]) as stranger:
            with open(self.path("demo", "running"), "w", encoding="ascii") as file:
                file.write(f"{stranger.pid}\n")
            self.assertEqual(self.ok("sim", "stop", "demo")["pumps"][0]["state"], "was not running")
            self.assertIsNone(stranger.poll())
            stranger.kill()

    def test_same_name_from_another_state_directory_is_refused(self):
        self.start("days", "0")
        other = ["--state-dir", os.path.join(self.work, "other")]
        self.assertIn("another state directory", self.refused(1, *other, "sim", "start")["message"])

    def test_nothing_secret_is_open_to_others(self):
        self.start("days", "0")
        with open(f"/proc/{self.pid()}/cmdline", "rb") as file:
            words = file.read()
        with open(os.path.join(self.state, "pairings", "PX20-000123"), encoding="ascii") as file:
            key = next(line.split()[1] for line in file if line.startswith("key"))
        self.assertNotIn(key.encode(), words)
        for folder, _, files in os.walk(self.state):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode) & 0o077, 0, folder)
            for name in files:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) & 0o077, 0, name)

    def start_beside(self, script):
        """sim start of a pumpctl that finds this as its pumpsim, where a pump is not made but started."""
        folder = os.path.join(self.work, "bin")
        os.mkdir(folder)
        program, pumpsim = os.path.join(folder, "pumpctl"), os.path.join(folder, "pumpsim")
        shutil.copy(shutil.which("pumpctl"), program)
        with open(pumpsim, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\ncase $1 in --create) ;; *) {script} ;; esac\nexec {shutil.which('pumpsim')} \"$@\"\n")
        os.chmod(pumpsim, 0o700)
        return self.bench.json("sim", "start", program=program)

    def test_what_a_pump_says_before_it_serves_is_told_and_is_no_failure(self):
        result = self.start_beside("echo 'pumpsim: one thing' >&2; echo another")
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual([row["text"] for row in result.envelope()["warnings"]],
                         ["The virtual pump says: one thing.", "The virtual pump says: another."])
        self.assertEqual(self.ok("status")["therapy"], "running")

    def test_the_last_that_a_pump_says_is_why_it_does_not_start(self):
        result = self.start_beside("echo 'pumpsim: one thing' >&2; echo 'pumpsim: the cause' >&2; exit 1")
        self.assertEqual((result.code, result.envelope()["error"]["code"]), (1, "SIM_FAILED"), result.both)
        self.assertIn("could not be started: the cause", result.envelope()["error"]["message"])
        self.assertNotIn("one thing", result.both)

    def test_dry_run_starts_and_tells_nothing(self):
        self.ok("sim", "start", "--dry-run")
        self.refused(6, "sim", "show", "demo")


class Memory(Case):
    def test_downloaded_log_equals_the_pumps_own_list(self):
        self.start("days", "90")
        self.ok("log", "pull")
        own = self.own_log()
        self.assertGreater(len(own), 2000)
        self.assertEqual(self.archive(), own)

    def test_log_of_an_earlier_epoch_than_the_stored_one_is_a_contradiction(self):
        self.start("days", "1")
        self.ok("log", "pull")
        with sqlite3.connect(os.path.join(self.state, "archive.sqlite")) as database:
            database.execute("INSERT INTO record SELECT serial, epoch + 1, seq, raw FROM record WHERE seq = 1")
        self.assertEqual(self.refused(12, "log", "pull")["code"], "INTEGRITY")

    def test_overwritten_records_are_reported_as_lost(self):
        self.start("days", "10", "log-slots", "100")
        pulled = self.ok("log", "pull")
        own = self.own_log()
        self.assertEqual(pulled["first_record"], min(own))
        self.assertGreater(min(own), 1)
        self.assertEqual(self.archive(), own)

    def test_power_loss_is_logged_and_the_log_goes_on(self):
        self.start("days", "3")
        self.ok("log", "pull")
        self.kill()
        self.start()
        self.ok("sim", "advance", "demo", "5h")
        self.ok("log", "pull")
        own = self.own_log()
        self.assertEqual(self.archive(), own)
        power_on = [raw for raw in own.values() if raw[:2] == b"\x33\x0f"]
        self.assertEqual([raw[-1] for raw in power_on], [0x33, 0x5A])

    def test_power_loss_in_the_middle_of_an_advance_damages_nothing(self):
        self.start("days", "0", "log-slots", "200000")
        with subprocess.Popen(["pumpctl", "sim", "advance", "demo", "100000d"], env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:
            harness.wait_until(lambda: self.bench.show()["last_record"] >= 20000, "20,000 records")
            self.assertIsNone(waiting.poll())
            self.kill()
            self.assertEqual(waiting.wait(timeout=DEADLINE_S), 1)
        self.start()
        pulled = self.ok("log", "pull")
        self.assertTrue(pulled["complete"])
        own = self.own_log()
        self.assertEqual(sorted(own), list(range(min(own), max(own) + 1)))
        self.assertEqual(self.archive(), own)

    def test_shut_down_is_no_power_loss(self):
        self.start("days", "3")
        before = self.own_log()
        self.ok("sim", "stop", "demo")
        self.start()
        self.assertEqual(self.own_log(), before)

    def test_power_loss_keeps_program_and_contents(self):
        self.start("days", "3")
        self.ok("program", "apply", "morphine", "1.4 mg/day", "--confirm", CONFIRM % "1.4")
        before = self.bench.show()
        self.kill()
        self.start()
        self.assertEqual(self.dose(), "1.4")
        after = self.bench.show()
        # Therapy goes on between the two looks: at most the dose of that time and one stroke of 100 nL have left.
        contents = [int(Fraction(look["true_contents"]["value"]) * 10**6) for look in (before, after)]
        seconds = int(after["running_time"]["value"]) - int(before["running_time"]["value"]) + 1
        self.assertGreaterEqual(contents[0] - contents[1], 0)
        self.assertLessEqual(contents[0] - contents[1], 140000 * seconds // 86400 + 100)

    def test_what_flowed_since_the_last_record_is_not_undone_by_a_power_loss(self):
        self.start("days", "0")
        self.ok("sim", "advance", "demo", "50min")
        before = self.bench.show()
        self.kill()
        self.start()
        after = self.bench.show()
        self.assertGreaterEqual(int(before["running_time"]["value"]), 3000)
        self.assertGreaterEqual(int(after["running_time"]["value"]), int(before["running_time"]["value"]))
        self.assertLess(float(after["true_contents"]["value"]), 19.996)

    def test_reset_restarts_the_firmware(self):
        self.start("days", "3")
        self.ok("sim", "advance", "demo", "1h")
        last = max(self.own_log())
        self.ok("sim", "reset", "demo")
        self.assertEqual(self.own_log()[last + 1][:2], b"\x33\x0f")
        self.assertEqual(self.own_log()[last + 1][-1], 0x55)

    def test_low_contents_raise_the_alarm(self):
        self.start("days", "0")
        self.ok("sim", "fault", "demo", "low")
        self.ok("sim", "advance", "demo", "1d")
        self.assertIn("low", json.dumps(self.ok("status")["alarms"]).lower())
        self.ok("sim", "fill", "demo", "18 mL")
        self.assertEqual(self.bench.show()["true_contents"]["value"], "18")

    def test_magnet_opens_the_window_in_the_advertisement(self):
        self.start("days", "0")
        self.assertFalse(self.ok("scan")["pumps"][0]["pairing_window"])
        self.ok("sim", "magnet", "demo")
        self.assertTrue(self.ok("scan")["pumps"][0]["pairing_window"])

    def test_speed_moves_therapy_time(self):
        self.start("days", "0", "speed", "100000")
        harness.wait_until(lambda: int(self.bench.show()["running_time"]["value"]) >= 100000, "a day and more")


class Faults(Case):
    def packets(self):
        return self.bench.show()["packets_exchanged"]

    def test_link_dropped_at_each_packet_of_an_order_never_lies(self):
        """Exit code, pump and audit trail agree, wherever the link drops."""
        self.start("days", "0")
        before = self.packets()
        self.ok("program", "apply", "morphine", "1.3 mg/day", "--confirm", CONFIRM % "1.3")
        count = self.packets() - before
        self.assertGreater(count, 40)
        running, seen = "1.3", set()
        for packet in range(1, count + 1):
            for place in ("before", "after"):
                wanted = "1.4" if running == "1.3" else "1.3"
                self.ok("sim", "fault", "demo", "drop", str(packet), place)
                code = self.run_pumpctl("program", "apply", "morphine", f"{wanted} mg/day", "--confirm",
                                        CONFIRM % wanted).code
                self.ok("sim", "fault", "demo", "release")
                dose = self.dose()
                where = f"packet {packet}, {place}: exit {code}, pump runs {dose}"
                self.assertIn(code, (0, 6, 9), where)
                if code != 9:
                    self.assertEqual(dose, wanted if code == 0 else running, where)
                running = dose
                seen.add(code)
        self.assertEqual(seen, {0, 6, 9})
        audit = self.ok("audit", "verify")
        self.assertEqual((audit["verified"], audit["open_intents"]), (True, 0))

    def test_failed_store_is_settled_as_not_applied(self):
        self.start("days", "0")
        self.ok("status") # what a first session stores is stored
        self.ok("sim", "fault", "demo", "store")
        result = self.run_pumpctl("program", "apply", "morphine", "1.4 mg/day", "--confirm", CONFIRM % "1.4")
        self.assertEqual(result.code, 9, result.both)
        self.assertEqual(self.dose(), "1.25")
        self.assertEqual(self.ok("audit", "verify")["open_intents"], 0)

    def test_held_packets_arrive_after_the_release(self):
        self.start("days", "0")
        before = self.packets()
        self.ok("sim", "fault", "demo", "hold", "9")
        with subprocess.Popen(["pumpctl", "status"], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as waiting:
            harness.wait_until(lambda: self.packets() >= before + 8, "eight packets")
            self.assertIsNone(waiting.poll())
            self.ok("sim", "fault", "demo", "release")
            said = waiting.communicate(timeout=DEADLINE_S)[0]
            self.assertEqual(waiting.returncode, 0, said)

    def test_a_stranger_who_holds_a_link_keeps_nobody_out(self):
        self.start("days", "0")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as first:
            first.connect(self.socket_path())
            first.send(b"open demo")
            self.assertEqual(first.recv(100), b"ok")
            self.ok("status")


class Control(Case):
    def ask(self, *requests):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.settimeout(DEADLINE_S)
            control.connect(self.socket_path())
            control.send(b"control demo")
            self.assertEqual(control.recv(100), b"ok")
            answers = []
            for request in requests:
                control.send(request.encode())
                answer = control.recv(4096)
                while answer.startswith(b"+"):
                    answer = control.recv(4096)
                answers.append(answer.decode())
            return answers

    def test_wrong_requests_are_refused_and_harm_nothing(self):
        self.start("days", "0")
        wrong = ("fly", "advance", "advance x", "advance 0", "advance -1", "advance 1 2", "drop 1", "drop 1 beside",
                 "speed 0", "speed 1000001", "fill 99999999999", "status now", " status", "x" * 300, "\0")
        for request, answer in zip(wrong, self.ask(*wrong)):
            self.assertTrue(answer.startswith("no "), f"{request!r}: {answer!r}")
        self.assertEqual(self.ask("pdus"), ["ok 0"])

    def test_reader_of_a_log_of_any_length_may_be_slow(self):
        """For some length the socket is full just before the closing message."""
        self.start("days", "100")
        for _ in range(40):
            self.ok("sim", "advance", "demo", "12h") # a part of a message more
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
                control.settimeout(DEADLINE_S)
                control.connect(self.socket_path())
                control.send(b"control demo")
                self.assertEqual(control.recv(100), b"ok")
                control.send(b"log")
                self.bench.show() # by now all was sent that has room
                count, message = 0, b""
                while not message.startswith(b"ok "):
                    message = control.recv(8192)
                    self.assertTrue(message, f"closed after {count} messages")
                    count += 1
        self.assertGreater(count, 52) # more than one socket takes

    def test_stop_closes_the_connection_at_its_end(self):
        self.start("days", "0")
        descriptor = os.pidfd_open(self.pid())
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.settimeout(DEADLINE_S)
            control.connect(self.socket_path())
            control.send(b"control demo")
            control.send(b"stop")
            self.assertEqual([control.recv(100), control.recv(100), control.recv(100)], [b"ok", b"ok", b""])
        self.wait_for_end(descriptor)
        self.assertFalse(os.path.exists(self.path("demo", "running")))


class Program(Case):
    """pumpsim by itself."""

    def create(self, **changes):
        options = {"name": "p", "state": os.path.join(self.work, "p"), "serial": "PX20-1", "model": "PX20",
                   "workstation": "00" * 8, "key-fd": "0", "reservoir": "20 mL", "drug": "morphine",
                   "concentration": "10 mg/mL", "dose": "1.25 mg/day", "low-alarm": "2 mL"}
        options.update(changes)
        words = [word for name, text in options.items() if text for word in (f"--{name}", text)]
        with tempfile.TemporaryFile() as key:
            key.write(b"k" * 32)
            key.seek(0)
            return subprocess.run(["pumpsim", "--create", *words], env=self.environment, stdin=key,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S)

    def test_quantities_have_one_spelling(self):
        for name, text in (("dose", "1.250 mg/day"), ("dose", "1.25"), ("reservoir", "20ml"), ("low-alarm", "2.0 mL"),
                           ("concentration", "10 mg"), ("workstation", "xyz")):
            result = self.create(**{name: text})
            self.assertEqual(result.returncode, 2, f"{name} {text}: {result.stderr}")
            self.assertFalse(os.path.exists(os.path.join(self.work, "p", "about")))

    def test_pump_without_program_has_none(self):
        result = self.create(drug="")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_pump_is_made_once(self):
        self.assertEqual(self.create().returncode, 0)
        result = self.create(serial="PX20-2")
        self.assertEqual(result.returncode, 1)
        self.assertIn("already", result.stderr)

    def test_foreground_pump_shuts_down_on_sigterm(self):
        self.assertEqual(self.create().returncode, 0)
        words = ["pumpsim", "--foreground", "--name", "p", "--state", os.path.join(self.work, "p")]
        with subprocess.Popen(words, env=self.environment, stdout=subprocess.PIPE, text=True) as pump:
            self.assertEqual(pump.stdout.readline(), "ready p PX20-1\n")
            second = self.run_program(*words)
            self.assertEqual(second.returncode, 1)
            self.assertIn("runs already", second.stderr)
            pump.terminate()
            self.assertEqual(pump.wait(timeout=DEADLINE_S), 0)
        self.assertFalse(os.path.exists(os.path.join(self.work, "p", "running")))

    def test_usage_mistakes_exit_2(self):
        for words in ((), ("--name", "a/b", "--state", "x"), ("--name", "a"), ("--flying",), ("--name", "a", "--state", "x", "y"),
                      ("--name", "a", "--state", "x", "--speed", "0"), ("--name", "a", "--state", "x", "--mtu", "22")):
            self.assertEqual(self.run_program("pumpsim", *words).returncode, 2, words)
        self.assertEqual(self.run_program("pumpsim", "--help").returncode, 0)
        self.assertEqual(self.run_program("pumpsim", "--version").returncode, 0)


harness.main()
