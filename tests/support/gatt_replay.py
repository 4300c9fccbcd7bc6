#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""gatt_replay.py PROGRAM_DIR SCRIPT…: plays PDU scripts against gatt_serve or gatt_ask; docs/bluetooth.md has the format.
Each script starts its own programs. Exit 1 and the line at fault if one does not go as written."""
import os
import socket
import subprocess
import sys

SECONDS = 60


class Fault(Exception):
    """What a line found."""


class Play:
    """One program under test: its socket, its control lines, what it printed."""

    def __init__(self, programs, script, words):
        self.peer, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.peer.settimeout(SECONDS)
        folder = os.path.dirname(os.path.abspath(script))
        command = [os.path.join(programs, words[0])]
        command += [os.path.join(folder, w) if w.endswith((".db", ".ops")) else w for w in words[1:]]

        # The program finds its socket as descriptor 3, whatever number it has here.
        def give():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        bufsize=1, preexec_fn=give, close_fds=False)
        theirs.close()

    def send(self, pdu):
        self.peer.send(pdu)

    def expect(self, pdu):
        try:
            got = self.peer.recv(1024)
        except (TimeoutError, ConnectionResetError):
            got = b""
        if got != pdu:
            raise Fault(f"expected {pdu.hex(' ')}, got {got.hex(' ') or 'nothing'}")

    def expect_output(self, text):
        """Lines before it are passed over."""
        seen = []
        for line in self.process.stdout:
            seen.append(line.rstrip("\n"))
            if seen[-1] == text:
                return
        raise Fault(f"expected the line {text!r}, got {seen}")

    def control(self, text):
        command, _, answer = text.partition(" -> ")
        self.process.stdin.write(command + "\n")
        self.expect_output(answer or "ok")

    def finish(self, expected=0):
        """The peer closes; nothing may have been left unread, and the program ends as expected."""
        try:
            self.peer.shutdown(socket.SHUT_WR)
            rest = self.peer.recv(1024)
        except OSError:
            rest = b""
        self.peer.close()
        self.process.stdin.close()
        code = self.process.wait(SECONDS)
        self.process.stdout.close()
        if rest:
            raise Fault(f"at the end there was still {rest.hex(' ')}")
        if code != expected:
            raise Fault(f"the program ended with {code}")

    def kill(self):
        self.peer.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def play_line(programs, script, state, line):
    mark, _, rest = line.partition(" ")
    rest = rest.strip()
    if mark == "run":
        if state:
            state.pop().finish()
        state.append(Play(programs, script, rest.split()))
    elif not state:
        raise Fault("the script does not begin with run")
    elif mark == ">":
        state[0].send(bytes.fromhex(rest))
    elif mark == "<":
        state[0].expect(bytes.fromhex(rest))
    elif mark == "!":
        state[0].control(rest)
    elif mark == "close":
        state.pop().finish(int(rest))
    elif mark == "=":
        state[0].expect_output(rest)
    else:
        raise Fault(f"unknown line {line!r}")


def play(programs, script):
    """Number of lines played; the first fault ends the script."""
    state = []
    number = played = 0
    try:
        with open(script, encoding="ascii") as file:
            for number, line in enumerate(file, 1):
                line = line.split("#")[0].strip()
                if line:
                    play_line(programs, script, state, line)
                    played += 1
        if state:
            state[0].finish()
            state.clear()
    except (Fault, ValueError, OSError, subprocess.TimeoutExpired) as fault:
        for one in state:
            one.kill()
        print(f"{script}:{number}: {fault}")
        return 0
    return played


def main():
    programs, scripts = sys.argv[1], sys.argv[2:]
    played = [play(programs, script) for script in scripts]
    print(f"gatt_replay: {len(scripts)} scripts, {sum(played)} lines")
    sys.exit(0 if scripts and all(played) else 1)


main()
