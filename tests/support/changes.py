# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes of changes (docs/protocol.md sections 5 and 6), written from the document, and the rows of orders.def."""
import os
import re
import struct

ORDERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "protocol", "wire", "orders.def")
CODES = os.path.join(os.path.dirname(ORDERS), "codes.h")
ROLES = ("viewer", "nurse", "programmer", "supervisor")
ROLE_CODES = dict(zip(ROLES, (0x33, 0x3C, 0x55, 0x5A)))


def rows(macro):
    """The arguments of each row of orders.def that this macro makes."""
    with open(ORDERS, encoding="ascii") as file:
        found = re.findall(rf"^{macro}\((.*?)\)", file.read(), re.M)
    return [[argument.strip() for argument in row.split(",")] for row in found]


def kinds():
    """Name of each kind of order that has a row -> its code."""
    with open(CODES, encoding="ascii") as file:
        codes = {name: int(code, 16) for name, code in re.findall(r"\bORDER_(\w+) = (0x\w+)", file.read())}
    return {row[0]: codes[row[0]] for row in rows("KIND")}


def rights():
    """Right -> the roles that have it."""
    return {row[0]: {role for role, has in zip(ROLES, row[-4:]) if has == "YES"} for row in rows("RIGHT")}


def rights_of_tags():
    """Tag of a section -> the right that it needs."""
    return {int(row[1], 16): row[2] for row in rows("SECTION")}


def string8(text):
    return bytes([len(text)]) + text.encode("ascii")


def sections(*parts):
    """parts: (tag, body), in any order."""
    return b"\x01" + b"".join(struct.pack("<BH", tag, len(body)) + body for tag, body in sorted(parts))


def mixture(*drugs):
    """drugs: (name, ng/mL)."""
    return bytes([len(drugs)]) + b"".join(string8(name) + struct.pack("<I", strength) for name, strength in drugs)


def simple_image(ng_per_day, drug="morphine", ng_per_ml=10_000_000, low_nl=2_000_000, *more):
    return sections((0x0F, mixture((drug, ng_per_ml))), (0x33, struct.pack("<BQ", 0x55, ng_per_day)),
                    (0x55, struct.pack("<I", low_nl)), *more)


def image(*arguments):
    return 0x33, simple_image(*arguments)


def reason(text):
    return 0x3C, string8(text)


def therapy(act):
    return 0x55, bytes([{"stop": 0x33, "resume": 0x55, "minimum": 0x3C}[act]])


def fill(volume_nl, drug="morphine", ng_per_ml=10_000_000):
    return 0x66, struct.pack("<IIBI", volume_nl, 0xFFFFFFFF, 0x33, 0) + string8("LOT 1") + mixture((drug, ng_per_ml))


def catheter(length_mm=890, volume_nl=198_000):
    return 0x69, struct.pack("<BHI", 0x33, length_mm, volume_nl) + string8("T10") + b"\x55"


def bolus(what, amount=0, seconds=0):
    return 0x96, struct.pack("<BQI", {"single": 0x33, "priming": 0x3C, "stop": 0x55}[what], amount, seconds)


def clock(seconds, ticks=0, zone_min=0):
    return 0x99, struct.pack("<qQh", seconds, ticks, zone_min)


def put_operator(name, role, key):
    return 0xA5, b"\x55" + string8(name) + bytes([ROLE_CODES[role]]) + key


def remove_operator(name):
    return 0xA5, b"\x33" + string8(name)


def revoke(slot):
    return 0xAA, bytes([slot])


def card(code):
    return 0xC3, string8(code) + os.urandom(16)


def tag(text):
    return 0xCC, string8(text)


def alarm_test():
    return 0xF0, struct.pack("<BI", 0x55, 0)


def countersign(sequence):
    return 0x0F, struct.pack("<Q", sequence)
