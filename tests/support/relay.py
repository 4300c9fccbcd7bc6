# SPDX-License-Identifier: GPL-3.0-or-later
"""A man in the middle of the local link: takes the place of a virtual pump's socket and hands ATT PDUs on as an attack says.

An attack is a function (relay, side, number, pdu) -> PDUs to hand on instead of this one. side is TO_PUMP or FROM_PUMP,
number counts the PDUs of both directions from 1. What is lost, late or out of order costs time-outs: that is done in
virtual time, by tests/sim/test_middle.c. Scans and control requests pass untouched.
"""
import os
import selectors
import socket
import threading

TO_PUMP, FROM_PUMP = "to pump", "from pump"
WAIT_S = 30
PDU_MAX = 2048


def pass_on(_relay, _side, _number, pdu):
    return [pdu]


def double(at):
    return lambda relay, side, number, pdu: [pdu, pdu] if number == at else [pdu]


def flip(at, bit):
    """One bit of PDU number at, counted modulo its length; -1 is the last one."""
    def attack(_relay, _side, number, pdu):
        if number != at:
            return [pdu]
        changed = bytearray(pdu)
        changed[bit // 8 % len(pdu)] ^= 1 << bit % 8
        return [bytes(changed)]
    return attack


def truncate(at, length):
    return lambda relay, side, number, pdu: [pdu[:max(1, length % len(pdu))]] if number == at else [pdu]


def replay(at, back):
    """Before PDU number at comes one that was heard: back PDUs of its direction earlier."""
    def attack(relay, side, number, pdu):
        earlier = [heard for heard_side, heard in relay.seen[:-1] if heard_side == side]
        return [earlier[-back % len(earlier)], pdu] if number == at and earlier else [pdu]
    return attack


def inject(at, own):
    """A PDU of the attacker's own comes before PDU number at."""
    return lambda relay, side, number, pdu: [own, pdu] if number == at else [pdu]


class Relay:
    """Stands before the pump called name from __enter__ to __exit__; sessions may come one after the other."""

    def __init__(self, bench, name="demo", attack=pass_on):
        folder = os.path.join(bench.env["XDG_RUNTIME_DIR"], "pumpctl")
        self.path = os.path.join(folder, f"{name}.sock")
        self.real = os.path.join(folder, f"{name}.behind")
        self.attack = attack
        self.seen = []  # (side, pdu) of all sessions, as they came in
        self.number = 0
        self.threads = []
        self.stopping = threading.Event()

    def __enter__(self):
        os.rename(self.path, self.real)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(WAIT_S)
        os.unlink(self.path)
        os.rename(self.real, self.path)

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                visitor, _ = self.listener.accept()
            except OSError:
                return
            self._start(self._serve, visitor)

    def _serve(self, visitor):
        pump = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with visitor, pump:
            visitor.settimeout(WAIT_S)
            first = visitor.recv(PDU_MAX)
            pump.connect(self.real)
            pump.send(first)
            is_link = first.startswith(b"open ") and self._greet(visitor, pump)
            self._carry(visitor, pump, self._judge if is_link else lambda _side, pdu: [pdu])

    @staticmethod
    def _greet(visitor, pump):
        answer = pump.recv(PDU_MAX)
        visitor.send(answer)
        return answer == b"ok"

    def _judge(self, side, pdu):
        self.number += 1
        self.seen.append((side, pdu))
        return self.attack(self, side, self.number, pdu)

    def _carry(self, visitor, pump, judge):
        ends = {visitor: (TO_PUMP, pump), pump: (FROM_PUMP, visitor)}
        with selectors.DefaultSelector() as selector:
            for end in ends:
                selector.register(end, selectors.EVENT_READ)
            while not self.stopping.is_set():
                for key, _ in selector.select(0.05):
                    if not self._hand_on(key.fileobj, *ends[key.fileobj], judge):
                        return

    @staticmethod
    def _hand_on(end, side, out, judge):
        try:
            pdu = end.recv(PDU_MAX)
            if not pdu:
                return False
            for changed in judge(side, pdu):
                out.send(changed)
        except OSError:
            return False
        return True


def play(bench, pdus, name="demo"):
    """Connects to the pump as a programmer and sends PDUs that were recorded, each after an answer or a moment of silence."""
    path = os.path.join(bench.env["XDG_RUNTIME_DIR"], "pumpctl", f"{name}.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as pump:
        pump.connect(path)
        pump.send(f"open {name}".encode())
        pump.settimeout(WAIT_S)
        assert pump.recv(PDU_MAX) == b"ok"
        pump.settimeout(0.05)
        for pdu in pdus:
            try:
                pump.send(pdu)
                if not pump.recv(PDU_MAX):
                    return
            except socket.timeout:
                continue
            except OSError:
                return


class Impostor(Relay):
    """Stands in the pump's place without one behind it, and answers with what a real pump once said."""

    def __init__(self, bench, answers, name="demo"):
        super().__init__(bench, name)
        self.answers = answers

    def _serve(self, visitor):
        with visitor:
            visitor.settimeout(WAIT_S)
            try:
                if not visitor.recv(PDU_MAX).startswith(b"open "):
                    return
                visitor.send(b"ok")
                for answer in self.answers:
                    if not visitor.recv(PDU_MAX):
                        return
                    visitor.send(answer)
            except OSError:
                return
