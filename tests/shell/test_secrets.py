#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: a passphrase, a card code and the keys behind them are looked for wherever they must not be: arguments,
environment, history, core, trail, archive, every other file, every output, and the memory of the shell that used them."""
import ctypes
import os
import re
import sys
import unittest

import harness

PASSPHRASE = "zebra-canary-7Q"
WORDS = "memory of the shell after disconnecting"


def sodium():
    library = ctypes.CDLL("libsodium.so.23")
    if library.sodium_init() < 0:
        raise AssertionError("libsodium does not start")
    return library


def operator_seed(path):
    """The secret half of an operator's key, opened as the file and its passphrase say."""
    with open(path, encoding="ascii") as file:
        lines = dict(line.split(" ", 1) for line in file.read().splitlines()[1:])
    library, key, seed = sodium(), ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    box, nonce, salt = (bytes.fromhex(lines[name]) for name in ("box", "nonce", "salt"))
    wrong = library.crypto_pwhash(key, ctypes.c_ulonglong(32), PASSPHRASE.encode(), ctypes.c_ulonglong(len(PASSPHRASE)), salt,
                                  ctypes.c_ulonglong(int(lines["ops"])), ctypes.c_size_t(int(lines["mem"])), 2)
    wrong |= library.crypto_secretbox_open_easy(seed, box, ctypes.c_ulonglong(len(box)), nonce, key)
    if wrong:
        raise AssertionError("the operator's key does not open")
    return {"operator's seed": seed.raw, "key of the operator's file": key.raw}


def memory(pid):
    """Every part of a process's memory that it may write, as (where, bytes)."""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, open(f"/proc/{pid}/mem", "rb", 0) as image:
        for line in maps:
            where, rights, *rest = line.split()
            start, end = (int(part, 16) for part in where.split("-"))
            if not rights.startswith("rw") or end - start > 1 << 32:  # larger ones are a sanitizer's, hardly touched
                continue
            yield from read_parts(image, start, end, " ".join([where, *rest[3:]]))


def read_parts(image, start, end, name):
    step, overlap, tail = 1 << 20, 64, b""
    for at in range(start, end, step):
        try:
            image.seek(at)
            part = image.read(min(step, end - at))
        except OSError:
            part = b""
        yield f"{name} at {at:x}", tail + part
        tail = part[-overlap:]


class Secrets(unittest.TestCase):
    def setUp(self):
        self.bench = harness.Bench()
        self.addCleanup(self.bench.close)
        made = self.bench.must("sim", "start", "lab", "unpaired", "days", "1")
        self.serial, card = made["serial"], made["card_code"]
        self.card = card
        self.secrets = {"passphrase": PASSPHRASE.encode(), "card code": card.encode(),
                        "card code without hyphen": card.replace("-", "").encode()[:8]}

    def assert_free(self, data, where):
        for what, secret in self.secrets.items():
            self.assertNotIn(secret, data, f"{what} in {where}")

    def assert_files_free(self):
        for folder, _, names in os.walk(self.bench.root):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not path.endswith("/sims/lab/nvm"):  # the pump's own memory
                    with open(path, "rb") as file:
                        data = file.read()
                    self.assert_free(data, path)

    def assert_process_free(self, pid):
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                self.assert_free(file.read(), name)

    def keys_on_disk(self):
        """Pairing key and operator's key: secrets, too, that memory must not keep."""
        with open(os.path.join(self.bench.state, "pairings", self.serial), encoding="ascii") as file:
            pairing = re.search(r"^key (\w+)$", file.read(), re.M).group(1)
        return {"pairing key": bytes.fromhex(pairing), "pairing key in hex": pairing.encode(),
                **operator_seed(os.path.join(self.bench.state, "operators", "anna"))}

    def pair(self, terminal):
        self.bench.must("sim", "magnet", "lab")
        terminal.expect("pumpctl> ")
        terminal.line(f"pair {self.serial} operator anna")
        terminal.sign_for(f"card code of {self.serial}: ", self.card)
        self.assert_process_free(terminal.process.pid)
        terminal.sign_for("new passphrase of anna: ", PASSPHRASE)
        terminal.sign_for("new passphrase of anna, once more: ", PASSPHRASE)
        terminal.expect("Paired")

    def order(self, terminal, verb):
        terminal.expect("> ")
        terminal.line(f"therapy {verb}")
        terminal.expect("confirm: ")
        terminal.line(f"{self.serial} {verb}")
        terminal.sign_for("passphrase of anna: ", PASSPHRASE)
        self.assert_process_free(terminal.process.pid)
        terminal.expect("Pump now reports")

    def test_the_shell_keeps_nothing_secret_anywhere_once_it_has_disconnected(self):
        terminal = harness.Terminal(self.bench)
        self.pair(terminal)
        self.order(terminal, "stop")
        terminal.expect("> ")
        terminal.line("therapy resume")
        terminal.expect("confirm: ")
        terminal.line(f"{self.serial} resume")
        terminal.sign_for("passphrase of anna: ", PASSPHRASE[:-1] + "x")  # a wrong one, alike
        terminal.expect("wrong")
        self.order(terminal, "resume")
        terminal.expect("> ")
        terminal.line("log pull")
        terminal.expect("> ")
        terminal.line("disconnect")
        terminal.expect("pumpctl> ")
        self.assert_process_free(terminal.process.pid)
        self.secrets.update(self.keys_on_disk())
        looked_at = self.assert_memory_free(terminal.process.pid)
        print(f"secrets: {looked_at} bytes of memory looked through for {len(self.secrets)} canaries")
        del self.secrets["pairing key in hex"]  # its own file has it
        terminal.line("exit")
        self.assertEqual(terminal.finish(), 0)
        self.assert_free(terminal.seen.encode(), "what was on the screen")
        self.assert_files_free()

    def assert_memory_free(self, pid):
        looked_at, found = 0, []
        for where, data in memory(pid):
            looked_at += len(data)
            found += [f"{what} in {where}" for what, secret in self.secrets.items() if secret in data]
        self.assertEqual(found, [], WORDS)
        self.assertGreater(looked_at, 100_000)
        return looked_at

    def test_the_search_finds_what_a_shell_does_keep(self):
        """A word of the history must be found, else the search looks at nothing."""
        terminal = harness.Terminal(self.bench)
        terminal.expect("pumpctl> ")
        terminal.line("help canary-of-the-history")
        terminal.expect("pumpctl> ")
        self.assertTrue(any(b"canary-of-the-history" in data for _, data in memory(terminal.process.pid)))
        terminal.line("exit")
        terminal.finish()

    def test_a_script_gives_its_passphrase_to_nobody_else(self):
        self.bench.must("sim", "magnet", "lab")
        lines = (self.card, PASSPHRASE)
        seen = self.bench.json("--pump", "sim:lab", "pair", self.serial, "operator", "anna", passphrases=lines).both
        for words in (("program", "apply", "morphine", "1.3 mg/day", "--confirm", f"{self.serial} morphine 1.3 mg/day"),
                      ("therapy", "stop", "--confirm", f"{self.serial} stop"), ("operator", "list"), ("status",), ("log", "pull"), ("log", "show"), ("audit", "show"), ("pair", "--list"), ("pair", "--slots")):
            result = self.bench.json(*words, passphrases=(PASSPHRASE,))
            self.assertEqual(result.code, 0, result.both)
            seen += result.both
        for wrong in ((PASSPHRASE[:-1] + "x",), (PASSPHRASE * 20,), ()):
            seen += self.bench.run("therapy", "stop", "--confirm", f"{self.serial} stop", passphrases=wrong).both
        self.assert_free(seen.encode(), "output")
        self.secrets.update(operator_seed(os.path.join(self.bench.state, "operators", "anna")))
        self.assert_files_free()

    def test_while_a_passphrase_is_awaited_and_after_it_arguments_and_environment_are_free_of_it(self):
        self.bench.must("sim", "magnet", "lab")
        self.bench.json("--pump", "sim:lab", "pair", self.serial, "operator", "anna", passphrases=(self.card, PASSPHRASE))
        read, write = os.pipe()
        process = self.bench.start("--passphrase-fd", str(read), "therapy", "stop", "--confirm", f"{self.serial} stop",
                                   passphrases=None, keep=(read,))
        os.close(read)
        self.assert_process_free(process.pid)
        os.write(write, (PASSPHRASE + "\n").encode())
        os.close(write)
        out, err = process.communicate(timeout=harness.SECONDS)
        self.assertEqual(process.returncode, 0, out + err)
        self.assert_free((out + err).encode(), "output")

    def test_no_core_is_written_whatever_the_system_does_with_cores(self):
        """One byte: no file is as short as that, and the kernel starts no program for a core so limited."""
        # AddressSanitizer would set limits of its own.
        self.bench.env["ASAN_OPTIONS"] = self.bench.env.get("ASAN_OPTIONS", "") + ":disable_coredump=0"
        terminal = harness.Terminal(self.bench)
        terminal.expect("pumpctl> ")
        with open(f"/proc/{terminal.process.pid}/limits", encoding="ascii") as file:
            limits = re.search(r"Max core file size +(\w+) +(\w+)", file.read()).groups()
        self.assertEqual(limits, ("1", "1"))
        terminal.line("exit")
        terminal.finish()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["PATH"] = sys.argv.pop() + ":" + os.environ["PATH"]
    harness.main()
