#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""decode.py VECTORS.txt…: a second decoder of docs/protocol.md, written from the document alone.

It decodes every vector and compares fields, values and digests with what the file says; a refused-…
vector must raise Refused. Exit 1 on a difference, and when there was nothing to compare."""
import hashlib
import re
import sys

from decode_bytes import Reader, Refused, read_row, refuse
from decode_image import image, mixture, sections, staged_image, version

THERAPY = {0x55: "running", 0x33: "stopped", 0x3C: "minimum", 0x0F: "undetermined"}
KINDS = {0x3333: "program", 0x333C: "stop", 0x3355: "resume", 0x335A: "minimum", 0x3366: "refill",
         0x3369: "catheter", 0x3396: "bolus", 0x3399: "bolus-stop", 0x33A5: "clock", 0x33AA: "operators",
         0x33C3: "revoke", 0x33CC: "card", 0x33F0: "patient-tag", 0x330F: "alarm", 0x5533: "countersign"}
ROLES = {0x33: "viewer", 0x3C: "nurse", 0x55: "programmer", 0x5A: "supervisor"}

MESSAGES = {
    0x0F33: "",
    0x0F3C: "serial:string8 model:string8 firmware:string8 patient_tag:string8 slot:u8 operators:u8 epoch:u32 "
            "ticks_ms:u64 last_token:u64 witness_origin:16 witness_size:u64 witness_root:32",
    0x0F69: "slot:u8 advert_key:32 patient_tag:string8",
    0x0F96: "",
    0x0FA5: "",
    0x0F55: "",
    0x0F5A: "ticks_ms:u64",
    0x0FF0: "op:code16 code:code16",
    0x330F: "",
    0x3333: "therapy:code8 active_digest:32 rate_nl_per_day:u64 reservoir_nl:u64 low_alarm_nl:u64 alarms:u32 "
            "clock_s:i64 ticks_ms:u64 delivered_nl:u64 bridge_left_nl:u64 bolus:code8 bolus_left_nl:u64 "
            "boluses_24h:u8 acknowledged:u32 countersign_due:u8 stop_left_s:u32",
    0x3396: "",
    0x333C: "",
    0x3355: "active_digest:32 image:bytes16",
    0x3366: "",
    0x660F: "",
    0x6633: "epoch:u32 first:u64 before:32 last:u64 last_hash:32",
    0x663C: "epoch:u32 first:u64 last:u64",
    0x6666: "number:u32",
    0x665A: "epoch:u32 first:u64 last:u64 blocks:u32",
    0x550F: "change:bytes16",
    0x5555: "token:u64 code:code16 active_digest:32 therapy:code8 record_seq:u64",
    0x555A: "token:u64",
}


def rows(head, row, most):
    def read(reader):
        fields = read_row(reader, head)
        int(fields[-1][1]) <= most or refuse("more than a pump has")
        return fields + [field for _ in range(int(fields[-1][1])) for field in read_row(reader, row)]
    return read


def block(reader):
    fields = read_row(reader, "number:u32 first:u64 count:u16")
    count = int(fields[-1][1])
    if count < 1:
        raise Refused("empty block")
    for _ in range(count):
        raw = reader.take(reader.number(1))
        if not 10 <= len(raw) <= 192:
            raise Refused("length of a record")
        fields.append(("record", raw.hex()))
    return fields


def staged(reader):
    fields = read_row(reader, "stage_digest:32 active_digest:32 therapy:code8 rate_nl_per_day:u64 "
                              "reservoir_nl:u64 expires_ticks_ms:u64 operators:u32 second:u8 bolus_nl:u64 "
                              "bolus_nl_per_day:u64 bolus_s:u32 clock_nl:i64 has_image:flag")
    if fields[-1][1] == "yes":
        fields += staged_image(reader)
    fields += read_row(reader, "acts:bytes16")
    if len(fields[-1][1]) > 2 * 512:
        raise Refused("acts")
    return fields


def operator_id(reader):
    text = reader.string8()
    if not re.fullmatch("[a-z][a-z0-9.-]{0,15}", text):
        raise Refused("operator id")
    return text


def role(reader):
    value = reader.number(1)
    return f"0x{value:02X}" if value in ROLES else refuse("role")


def commit(reader):
    fields = read_row(reader, "order:bytes16 signatures:u8")
    count = int(fields[-1][1])
    if count > 2:
        raise Refused("signatures")
    for _ in range(count):
        fields.append(("id", operator_id(reader)))
        fields += read_row(reader, "signature:64")
    return fields + read_row(reader, "witness_origin:16 witness_size:u64 witness_root:32")


def enrol(reader):
    fields = read_row(reader, "has_operator:flag")
    if fields[0][1] == "yes":
        fields += [("operator_id", operator_id(reader))] + read_row(reader, "operator_key:32")
    return fields


def operators(reader):
    fields = read_row(reader, "version:u32 count:u8")
    count = int(fields[-1][1])
    if count > 16:
        raise Refused("operators")
    for _ in range(count):
        fields += [("id", operator_id(reader)), ("role", role(reader))] + read_row(reader, "key:32")
    return fields


def found(reader):
    fields = read_row(reader, "token:u64 found:flag pending:flag last_token:u64 first_seq:u64")
    if dict(fields)["found"] == "yes":
        fields += read_row(reader, "kind:code16 stage_digest:32 active_digest:32 therapy:code8 record_seq:u64")
    return fields


CARE = ("filled_ago_s:u64 filled_nl:u64 drawn_nl:u64 rinsed:flag expiry_day:u32 lot:string8 catheter_ago_s:u64 "
        "catheter_length_mm:u16 catheter_nl:u32 tip:string8 contents:code8 zone_min:i16 clock_s:i64 ticks_ms:u64 "
        "clock_set_ago_s:u64 boluses_24h_nl:u64 due_count:u8")
SLOT = "slot:u8 workstation:8 last_token:u64 witness_size:u64"
EVENT = "kind:code8 workstation:8 first_ticks_ms:u64 last_ticks_ms:u64 times:u32"
BODIES = {0x0F66: enrol, 0x0F99: rows("card_tries:u32 count:u8", SLOT, 8), 0x0FAA: rows("total:u64 count:u8", EVENT, 64),
          0x3399: rows(CARE, "record_seq:u64 left_s:i64", 8), 0x6655: block, 0x5533: staged, 0x553C: commit, 0x5566: found,
          0x3369: operators}


def message(reader):
    op = reader.number(2)
    fields = [("op", f"0x{op:04X}")]
    if op in BODIES:
        return fields + BODIES[op](reader)
    if op not in MESSAGES:
        raise Refused("op")
    return fields + read_row(reader, MESSAGES[op])


def text_of(reader, name, most, least=0):
    text = reader.string8()
    if not least <= len(text) <= most:
        raise Refused(name)
    return [(name, text)]


def one_of(reader, name, codes):
    value = reader.number(1)
    return [(name, f"0x{value:02X}" if value in codes else refuse(name))]


def therapy_act(reader):
    return one_of(reader, "act", (0x33, 0x3C, 0x55))


def duration(reader):
    fields = read_row(reader, "stop_s:u32")
    if not 1 <= int(fields[0][1]) <= 31536000:
        raise Refused("duration")
    return fields


def fill(reader):
    return read_row(reader, "volume:u32 drawn:u32 rinsed:flag expiry:u32") + text_of(reader, "lot", 20) + mixture(reader)


def catheter(reader):
    fields = one_of(reader, "what", (0x33, 0x3C, 0x55)) + read_row(reader, "length:u16 volume:u32")
    fields += text_of(reader, "tip", 8) + one_of(reader, "contents", (0x33, 0x3C, 0x55))
    values = [value for _, value in fields]
    if values[0] == "0x3C" and values[1:] != ["0", "0", "", "0x3C"]:
        raise Refused("aspirated")
    if values[0] != "0x3C" and "0" in values[1:3]:
        raise Refused("length or volume")
    return fields


def bolus(reader):
    fields = one_of(reader, "what", (0x33, 0x3C, 0x55)) + read_row(reader, "amount:u64 seconds:u32")
    what, amount, seconds = (int(value, 0) for _, value in fields)
    if (what == 0x55) != (amount == 0) or (what == 0x55) != (seconds == 0) or amount >= 1 << 63:
        raise Refused("bolus")
    return fields


def operator_act(reader):
    fields = one_of(reader, "what", (0x33, 0x55)) + [("id", operator_id(reader))]
    if fields[0][1] == "0x55":
        fields += [("role", role(reader))] + read_row(reader, "key:32")
    return fields


def card(reader):
    text = reader.string8()
    if not re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", text):
        raise Refused("card")
    salt = reader.take(16)
    if not any(salt):
        raise Refused("salt")
    return [("code", text), ("salt", salt.hex())]


def alarm_act(reader):
    fields = one_of(reader, "what", (0x33, 0x55)) + read_row(reader, "alarms:u32")
    if (fields[0][1] == "0x33") != (fields[1][1] != "0"):
        raise Refused("alarm")
    return fields


CHANGE_SECTIONS = {
    0x0F: lambda reader: read_row(reader, "sequence:u64"),
    0x33: lambda reader: [("image", reader.data.hex())] + image(Reader(reader.take(reader.left())))[:0],
    0x3C: lambda reader: text_of(reader, "reason", 80, 1),
    0x55: therapy_act,
    0x5A: duration,
    0x66: fill,
    0x69: catheter,
    0x96: bolus,
    0x99: lambda reader: read_row(reader, "clock:i64 ticks:u64 zone:i16"),
    0xA5: operator_act,
    0xAA: lambda reader: read_row(reader, "slot:u8"),
    0xC3: card,
    0xCC: lambda reader: text_of(reader, "tag", 12),
    0xF0: alarm_act,
}


def change(reader):
    fields, seen = version(reader), {}
    for tag, body in sections(reader):
        if tag not in CHANGE_SECTIONS:
            raise Refused("unknown section")
        seen[tag] = CHANGE_SECTIONS[tag](body)
        fields += seen[tag]
        body.end()
    if not seen or (0x5A in seen and seen.get(0x55) != [("act", "0x33")]):
        raise Refused("no section, or a duration without a stop")
    return fields


def order(reader):
    return version(reader) + read_row(reader, "serial:string8 token:u64 kind:code16 stage_digest:32 "
                                              "expected_digest:32 operators:u32 not_after_ms:u64")


# Fields of section 9; a field with words is a code.
RECORDS = {
    0x0F33: (("cause:code8", {0x33: "first-start", 0x55: "restart", 0x5A: "power-loss"}),),
    0x0F55: (("utc:i64", None),),
    0x3333: (("seconds:u32 volume:u32 reservoir:u32", None),),
    0x5533: (("slot:u8 workstation:8 token:u64", None), ("kind:code16", KINDS),
             ("stage-digest:32 active-digest:32", None), ("therapy:code8", THERAPY),
             ("audit-size:u64 audit-root:32 operators:u32 operator:text16 second:text16 amount:u64", None)),
    0x5555: (("slot:u8 workstation:8", None), ("change:code8", {0x33: "revoked", 0x55: "enrolled"})),
    0x555A: (("refused:u32 kinds:u16", None),),
    0x6633: (("alarm:code8", {0x33: "low", 0x3C: "empty", 0x55: "memory", 0x5A: "stall", 0x66: "stopped", 0x69: "update"}),
             ("state:code8", {0x55: "raised", 0x33: "cleared"}), ("reservoir:u32", None)),
    0x5566: (("volume:u32", None),),
    0x9933: (("answer:code8", {0x55: "granted", 0x33: "no-bolus", 0x3C: "not-running", 0x5A: "bridge",
                               0x66: "lockout", 0x69: "most", 0x96: "empty"}), ("volume:u32 in-24-hours:u8", None)),
    0x9955: (("kind:code8", {0x33: "single", 0x3C: "priming", 0x55: "patient"}), ("end:code8", {0x55: "complete", 0x33: "early"}),
             ("volume:u32 seconds:u32", None)),
}


def record(reader):
    if not 10 <= reader.left() <= 192:
        raise Refused("length of a record")
    kind = reader.number(2)
    fields = [("type", f"0x{kind:04X}"), ("time", str(reader.number(8)))]
    if kind not in RECORDS:
        return fields + [("data", reader.take(reader.left()).hex())]
    for row, words in RECORDS[kind]:
        part = read_row(reader, row)
        if words:
            part = [(name, f"{value} {words[int(value, 16)]}") for name, value in part]
        fields += part
    if any(name in ("token", "audit-size", "amount") and int(value) >= 1 << 63 for name, value in fields):
        raise Refused("a count that does not exist")
    return fields


def chain(reader):
    fields = read_row(reader, "before:32 epoch:u32 seq:u64")
    return fields + [("raw", reader.take(reader.left()).hex())]


DECODERS = {"message": message, "image": image, "change": change, "order": order, "record": record, "chain": chain}


def expand(text):
    data = b""
    for token in text.split():
        byte, _, times = token.partition("*")
        data += bytes.fromhex(byte) * int(times or 1)
    return data


def read_vectors(path):
    vector = None
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            word, _, rest = line.partition(" ")
            if word == "vector":
                vector = {"name": rest, "bytes": b"", "fields": [], "digest": None}
                yield vector
            elif line.startswith("  "):
                left, _, right = line.strip().partition(":") if line.strip().startswith(":") else \
                    line.strip().partition(" :")
                data = expand(left)
                vector["bytes"] += data
                right = right.strip()
                if right and not right.startswith("("):
                    name, _, value = right.partition(" =")
                    value = value.strip()
                    vector["fields"].append((name, data.hex() if value == "@" else value))
            elif vector and word in ("kind", "section", "meaning", "digest"):
                vector[word] = rest


def check(vector):
    """What differs, or None."""
    kind = vector["kind"]
    reader = Reader(vector["bytes"])
    decode = DECODERS[kind.removeprefix("refused-")]
    try:
        fields = decode(reader)
        reader.end()
    except Refused as why:
        return None if kind.startswith("refused-") else f"refused: {why}"
    if kind.startswith("refused-"):
        return "accepted"
    if fields != vector["fields"]:
        return "\n".join(f"  decoded {a}, expected {b}" for a, b in zip(fields + [None], vector["fields"] + [None])
                         if a != b)
    digest = hashlib.blake2b(vector["bytes"], digest_size=32).hexdigest()
    if (kind in ("image", "change", "chain")) != (vector["digest"] is not None):
        return "digest missing or out of place"
    if vector["digest"] not in (None, digest):
        return f"digest is {digest}"
    return None


def main():
    checked = failed = 0
    for path in sys.argv[1:]:
        vectors = list(read_vectors(path))
        if not vectors:
            print(f"{path}: no vectors")
            failed += 1
        for vector in vectors:
            checked += 1
            if not vector.get("meaning") or not vector.get("section"):
                print(f"{vector['name']}: meaning or section missing")
                failed += 1
            difference = check(vector)
            if difference:
                print(f"{vector['name']}: {difference}")
                failed += 1
    print(f"decode: {checked} vectors, {failed} failures")
    sys.exit(1 if failed or not checked else 0)


main()
