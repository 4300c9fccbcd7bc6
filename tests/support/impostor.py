# SPDX-License-Identifier: GPL-3.0-or-later
"""Who pretends to be a pump, or a programmer, and guesses its card code: the handshake of docs/protocol.md section 3 by handshake.py,
on the local link. guessed_right says what the guess was worth: None until the other side has proved itself, or for ever."""
import os
import secrets
import socket

import handshake
import relay
import ristretto

WRITE, WRITE_RESPONSE, INDICATION, CONFIRMATION = 0x12, 0x13, 0x1D, 0x1E
CARD = 0x33
WHOLE = 0x03  # a segment that is first and last


def scalar():
    return secrets.randbelow(ristretto.ORDER - 1) + 1


class Wire:
    """Whole messages as values of a characteristic, one segment each."""

    def __init__(self, link, opcode, handle):
        self.link, self.opcode, self.handle, self.sent = link, opcode, handle, 0

    def send(self, message):
        header = bytes([WHOLE | self.sent << 2])
        self.sent += 1
        self.link.send(bytes([self.opcode]) + self.handle + header + message)


class PretendPump(relay.Impostor):
    """Takes the pump's place. discovery: ATT request -> answer, as the real pump gave them; handle_out: of its Out."""

    def __init__(self, bench, name, serial, guess, discovery, handle_out):
        super().__init__(bench, (), name)
        self.serial, self.guess = serial.encode(), guess
        self.discovery, self.handle_out = discovery, handle_out
        self.guessed_right = None

    def _serve(self, visitor):
        with visitor:
            visitor.settimeout(relay.WAIT_S)
            try:
                if visitor.recv(relay.PDU_MAX).startswith(b"open "):
                    visitor.send(b"ok")
                    self._talk(visitor)
            except OSError:
                return

    def _talk(self, link):
        out, steps = Wire(link, INDICATION, self.handle_out), self._handshake()
        next(steps)
        while pdu := link.recv(relay.PDU_MAX):
            if pdu[0] == WRITE and len(pdu) > 5:
                link.send(bytes([WRITE_RESPONSE]))
                answer = steps.send(pdu[4:])
                if answer is None:
                    return
                out.send(answer)
            elif pdu in self.discovery:
                link.send(self.discovery[pdu])
            elif pdu[0] != CONFIRMATION:
                raise AssertionError(f"nobody asked the pump this before: {pdu.hex()}")

    def _handshake(self):
        """Gets the programmer's messages, gives the pump's."""
        hello_a = yield None
        hello_b = bytes([0x0F, 2, 0, 0x55, 1, 0, 0, 0]) + os.urandom(16)
        share = yield hello_b
        session, mine = hello_a[-16:] + hello_b[-16:], scalar()
        base = handshake.generator(self.guess, handshake.lv(b"IIS-2", hello_a[9:17], self.serial), session)
        own = ristretto.encode(ristretto.multiply(mine, base))
        a, b = (share[1:33], b"\x33" + hello_a), (own, b"\x55" + hello_b)
        isk = handshake.shared_key(session, mine, share[1:33], a, b)
        tag = yield b"\x33" + own
        self.guessed_right = tag[1:] == handshake.tag(session, isk, a)
        yield b"\x55" + handshake.tag(session, isk, b)
        yield None


def pretend_programmer(bench, name, serial, guess, discovery, handle_in, workstation=bytes(8)):
    """One run with the pump by the card code: True if the pump proved itself, False if it did not, or "refused".
    discovery: as above; its requests come first."""
    path = os.path.join(bench.env["XDG_RUNTIME_DIR"], "pumpctl", f"{name}.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as link:
        link.settimeout(relay.WAIT_S)
        link.connect(path)
        link.send(f"open {name}".encode())
        link.recv(relay.PDU_MAX)
        for request in discovery:
            link.send(request)
            link.recv(relay.PDU_MAX)
        wire, mine = Wire(link, WRITE, handle_in), scalar()
        hello_a = bytes([0x0F, 2, 0, 0x33, CARD]) + bytes(4) + workstation + os.urandom(16)
        hello_b = ask(link, wire, hello_a)
        if hello_b is None or hello_b[0] == 0xF0:
            return "refused"
        session = hello_a[-16:] + hello_b[-16:]
        base = handshake.generator(guess, handshake.lv(b"IIS-2", workstation, serial.encode()), session)
        own = ristretto.encode(ristretto.multiply(mine, base))
        share = ask(link, wire, b"\x33" + own)
        a, b = (own, b"\x33" + hello_a), (share[1:], b"\x55" + hello_b)
        isk = handshake.shared_key(session, mine, share[1:], a, b)
        tag = ask(link, wire, b"\x55" + handshake.tag(session, isk, a))
        return tag is not None and tag[1:] == handshake.tag(session, isk, b)


def ask(link, wire, message):
    """The pump's next message after this one; None: it ended the link or refused the write."""
    wire.send(message)
    try:
        while pdu := link.recv(relay.PDU_MAX):
            if pdu[0] == INDICATION:
                link.send(bytes([CONFIRMATION]))
                return pdu[4:]
            if pdu[0] != WRITE_RESPONSE:
                return None
    except OSError:
        pass
    return None
