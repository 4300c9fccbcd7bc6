#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections 1 and 3 of docs/protocol.md, written from the document alone: the worked example of tests/vectors/handshake.txt.

    handshake.py FILE           says whether FILE is the example
    handshake.py --write FILE   writes it
"""
import hashlib
import hmac
import json
import os
import struct
import sys

import ristretto

PAIRING_KEY = bytes(range(0x40, 0x60))
CARD_CODE = b"7K3M9QXA"
WORKSTATION = bytes.fromhex("0102030405060708")
SERIAL = b"PX40-000123"
ADVERT_KEY = bytes(range(0x80, 0xA0))


def blake(size, data, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def leb128(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def lv(*parts):
    return b"".join(leb128(len(part)) + part for part in parts)


def generator(secret, channel, session):
    name = b"CPaceRistretto255"
    pad = bytes(max(0, 128 - len(lv(secret)) - len(lv(name)) - 1))
    return ristretto.from_hash(hashlib.sha512(lv(name, secret, pad, channel, session)).digest())


def shared_key(session, scalar, peer_share, programmer, pump):
    """programmer and pump: (share, associated data)"""
    point = ristretto.encode(ristretto.multiply(scalar, ristretto.decode(peer_share)))
    if point == bytes(32):
        raise ristretto.Invalid
    return hashlib.sha512(lv(b"CPaceRistretto255_ISK", session, point) + lv(*programmer) + lv(*pump)).digest()


def tag(session, isk, side):
    key = hashlib.sha512(b"CPaceMac" + session + isk).digest()
    return hmac.new(key, lv(*side), hashlib.sha512).digest()[:32]


def rotate(x, n):
    return (x << n | x >> 32 - n) & 0xFFFFFFFF


def chacha_block(key, counter, nonce):
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    work = state[:]
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for to, other, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                work[to] = (work[to] + work[other]) & 0xFFFFFFFF
                work[turned] = rotate(work[turned] ^ work[to], by)
    return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(work, state)))


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at:at + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2 ** 128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, associated, plain):
    stream = b"".join(chacha_block(key, 1 + at // 64, nonce) for at in range(0, len(plain), 64))
    text = bytes(a ^ b for a, b in zip(plain, stream))
    lengths = struct.pack("<QQ", len(associated), len(text))
    return text + poly1305(chacha_block(key, 0, nonce)[:32], padded(associated) + padded(text) + lengths)


class Session:
    """Keys of 3.2 and messages of 3.3."""

    def __init__(self, isk):
        self.keys = {role: blake(32, b"IIS-2 key" + bytes([role]), isk) for role in (0x33, 0x55)}
        self.id = blake(16, b"IIS-2 session", isk)

    def seal(self, channel, role, counter, plain):
        nonce = bytes([channel, 0, 0, 0]) + struct.pack("<Q", counter)
        associated = self.id + bytes([channel, role])
        return struct.pack("<Q", counter) + seal(self.keys[role], nonce, associated, plain)


def run(kind, secret, programmer_seed, pump_seed):
    """One handshake; every value by name. A side's nonce and scalar are its own affair: here they come of a seed."""
    nonces = [blake(16, b"nonce", seed) for seed in (programmer_seed, pump_seed)]
    scalars = [int.from_bytes(blake(64, b"scalar", seed), "little") % ristretto.ORDER
               for seed in (programmer_seed, pump_seed)]
    hello_a = bytes([0x0F, 2, 0, 0x33, kind]) + bytes(4) + WORKSTATION + nonces[0]
    hello_b = bytes([0x0F, 2, 0, 0x55]) + struct.pack("<I", 1) + nonces[1]
    session = nonces[0] + nonces[1]
    base = generator(secret, lv(b"IIS-2", WORKSTATION, SERIAL), session)
    shares = [ristretto.encode(ristretto.multiply(scalar, base)) for scalar in scalars]
    a, b = (shares[0], b"\x33" + hello_a), (shares[1], b"\x55" + hello_b)
    isk = shared_key(session, scalars[0], shares[1], a, b)
    assert isk == shared_key(session, scalars[1], shares[0], a, b)
    share_a = b"\x33" + shares[0]
    if kind == 0x55:
        share_a += blake(16, b"IIS-2 share" + hello_a + hello_b + shares[0], secret)
    keys = Session(isk)
    return {
        "programmer_seed": programmer_seed, "pump_seed": pump_seed,
        "programmer_scalar": scalars[0].to_bytes(32, "little"), "pump_scalar": scalars[1].to_bytes(32, "little"),
        "hello_programmer": hello_a, "hello_pump": hello_b, "generator": ristretto.encode(base),
        "share_programmer": share_a, "share_pump": b"\x33" + shares[1], "isk": isk,
        "tag_programmer": b"\x55" + tag(session, isk, a), "tag_pump": b"\x55" + tag(session, isk, b),
        "session_id": keys.id, "key_to_pump": keys.keys[0x33], "key_to_programmer": keys.keys[0x55],
        "pairing_key": blake(32, b"IIS-2 pairing key", isk),
        "sealed_start": keys.seal(0x03, 0x33, 0, b"\x33\x0f"),
        "sealed_pong": keys.seal(0x04, 0x55, 0, b"\x5a\x0f" + struct.pack("<Q", 86400000)),
        "sealed_block": keys.seal(0x05, 0x55, 0, b"\x55\x66" + bytes(range(70))),
    }


def example():
    yield "# SPDX-License-Identifier: GPL-3.0-or-later"
    yield "# Worked example of docs/protocol.md sections 1 and 3, made by tests/support/handshake.py. Hexadecimal bytes."
    yield f"workstation {WORKSTATION.hex()}"
    yield f"serial {SERIAL.hex()}"
    for name, kind, secret in (("key", 0x55, PAIRING_KEY), ("card", 0x33, CARD_CODE)):
        yield f"{name}.secret {secret.hex()}"
        for member, value in run(kind, secret, bytes([kind]) * 32, bytes([kind ^ 0xFF]) * 32).items():
            yield f"{name}.{member} {value.hex()}"
    nonce = bytes.fromhex("a1b2c3d4")
    yield f"advert.key {ADVERT_KEY.hex()}"
    yield f"advert.data {(bytes([1]) + nonce + blake(32, nonce, ADVERT_KEY)[:4]).hex()}"


def check_draft():
    """The functions above against the published vectors."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors", "cpace", "ristretto255.json")
    with open(path, encoding="utf-8") as file:
        draft = json.load(file)
    v = {name: bytes.fromhex(text) for name, text in draft["G_Coffee25519"].items()}
    base = generator(v["PRS"], v["CI"], v["sid"])
    scalar = int.from_bytes(v["ya"], "little")
    right = (ristretto.encode(base) == v["g"] and ristretto.encode(ristretto.multiply(scalar, base)) == v["Ya"] and
             shared_key(v["sid"], scalar, v["Yb"], (v["Ya"], v["ADa"]), (v["Yb"], v["ADb"])) == v["ISK_IR"])
    for name in ("Invalid Y1", "Invalid Y2"):
        try:
            shared_key(b"", scalar, bytes.fromhex(draft["G_Coffee25519_points"][name]), (b"", b""), (b"", b""))
            right = False
        except ristretto.Invalid:
            pass
    return right


def main():
    text = "\n".join(example()) + "\n"
    if sys.argv[1] == "--write":
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    with open(sys.argv[1], encoding="utf-8") as file:
        same = file.read() == text
    draft = check_draft()
    print(f"handshake: the example is {'' if same else 'NOT '}the document's, the draft's vectors {'' if draft else 'do NOT '}pass")
    return 0 if same and draft else 1


if __name__ == "__main__":
    sys.exit(main())
