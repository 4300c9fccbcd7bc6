# SPDX-License-Identifier: GPL-3.0-or-later
"""Images (docs/protocol.md section 5) and the pump's own decoding of them (section 6)."""
import re

from decode_bytes import Reader, Refused, read_row, refuse

STAGED_BASES = {0x55: "dose_ng_per_day:u64", 0x99: "periodic_dose_ng:u64 duration_s:u32 interval_s:u32 base_ng_per_day:u64",
                0x3C: "", 0x33: ""}


def patterns(reader, dose):
    """The days and steps of flex; dose is what its field is called here."""
    fields = read_row(reader, "of_day:7 patterns:u8")
    count = int(fields[-1][1])
    if not 1 <= count <= 7:
        raise Refused("number of patterns")
    for _ in range(count):
        fields += read_row(reader, "steps:u8")
        steps = int(fields[-1][1])
        if not 1 <= steps <= 13:
            raise Refused("number of steps")
        for _ in range(steps):
            fields += read_row(reader, f"minute:u16 {dose}:u64")
    return fields


def staged_base(reader):
    fields = read_row(reader, "mode:code8")
    mode = int(fields[0][1], 16)
    if mode == 0x66:
        return fields + patterns(reader, "dose_ng_per_day")
    if mode not in STAGED_BASES:
        raise Refused("mode")
    return fields + read_row(reader, STAGED_BASES[mode])


def staged_bridge(reader):
    fields = read_row(reader, "bridge:code8")
    kind = int(fields[0][1], 16)
    if kind == 0x55:
        return fields + read_row(reader, "bridge_volume_nl:u32 bridge_rate_nl_per_day:u32 bridge_duration_s:u32")
    if kind == 0x33:
        return fields + read_row(reader, "reason:code8")
    return fields if kind == 0x0F else refuse("bridge")


def staged_image(reader):
    fields = staged_base(reader)
    fields += read_row(reader, "low_alarm_nl:u32 volume_24h_nl:u64 greatest_hour_nl:u64 worst_24h_nl:u64 count:u8")
    count = int(fields[-1][1])
    if not 1 <= count <= 6:
        raise Refused("number of drugs")
    for _ in range(count):
        fields += read_row(reader, "name:string8 concentration_ng_per_ml:u32 daily_ng:u64 worst_ng:u64")
    fields += read_row(reader, "has_patient:flag")
    if fields[-1][1] == "yes":
        fields += read_row(reader, "bolus_dose_ng:u64 bolus_duration_s:u32 lockout_s:u32 most:u8")
    return fields + staged_bridge(reader)


def version(reader):
    if reader.number(1) != 1:
        raise Refused("version")
    return [("version", "1")]


def sections(reader):
    last = 0
    while reader.left():
        tag = reader.number(1)
        if tag <= last:
            raise Refused("order of sections")
        last = tag
        yield tag, Reader(reader.bytes16())


def mixture(reader):
    count = reader.number(1)
    if not 1 <= count <= 6:
        raise Refused("number of drugs")
    fields, names = [("count", str(count))], set()
    for _ in range(count):
        name, concentration = reader.string8(), reader.number(4)
        if not re.fullmatch("[a-z][a-z0-9-]{0,23}", name) or name in names or concentration < 1:
            raise Refused("drug")
        names.add(name)
        fields += [("name", name), ("concentration", str(concentration))]
    return fields


def amounts(fields, *names):
    """Doses and volumes are at least 1 and fit a signed number."""
    if any(name in names and not 1 <= int(value) < 1 << 63 for name, value in fields):
        raise Refused("amount")
    return fields


def flex(reader):
    fields = amounts(patterns(reader, "dose"), "dose")
    of_day, days, steps = list(bytes.fromhex(fields[0][1])), [], []
    for name, value in fields[2:]:
        if name == "steps":
            days.append([])
        elif name == "minute":
            steps = days[-1]
            if int(value) >= 1440 or (int(value) <= steps[-1][0] if steps else value != "0"):
                raise Refused("order of steps")
            steps.append((int(value),))
        else:
            steps[-1] += (value,)
    firsts = [of_day.index(number) for number in range(len(days)) if number in of_day]
    if max(of_day) >= len(days) or len(firsts) != len(days) or firsts != sorted(firsts) or \
            len({tuple(day) for day in days}) != len(days):
        raise Refused("another form of the same week")
    return fields


def periodic(reader):
    fields = amounts(read_row(reader, "periodic_dose:u64 duration:u32 interval:u32 base:u64"), "periodic_dose", "base")
    duration, interval = int(fields[1][1]), int(fields[2][1])
    if not 60 <= duration <= interval <= 7 * 86400 or interval % 60:
        raise Refused("interval")
    return fields


BASES = {0x55: lambda reader: amounts(read_row(reader, "dose:u64"), "dose"), 0x66: flex, 0x99: periodic,
         0x3C: lambda reader: [], 0x33: lambda reader: []}


def base(reader):
    fields = read_row(reader, "mode:code8")
    mode = int(fields[0][1], 16)
    if mode not in BASES:
        raise Refused("base")
    return fields + BASES[mode](reader)


def alarms(reader):
    return read_row(reader, "low_alarm:u32")


def patient_bolus(reader):
    fields = amounts(read_row(reader, "bolus_dose:u64 bolus_duration:u32 lockout:u32 most:u8"), "bolus_dose")
    duration, lockout, most = (int(value) for _, value in fields[1:])
    if not 60 <= duration <= 3600 or not max(duration, 60) <= lockout <= 86400 or not 1 <= most <= 48:
        raise Refused("patient bolus")
    return fields


def bridge(reader):
    fields = read_row(reader, "bridge:code8")
    kind = int(fields[0][1], 16)
    if kind == 0x55:
        return fields + amounts(read_row(reader, "bridge_volume:u32 bridge_rate:u32"), "bridge_volume", "bridge_rate")
    if kind != 0x33:
        raise Refused("bridge")
    fields += read_row(reader, "reason:code8")
    if int(fields[-1][1], 16) not in (0x33, 0x55, 0x66):
        raise Refused("reason")
    return fields


IMAGE_SECTIONS = {0x0F: mixture, 0x33: base, 0x55: alarms, 0x66: patient_bolus, 0x99: bridge}


def image(reader):
    fields, seen = version(reader), []
    for tag, body in sections(reader):
        if tag not in IMAGE_SECTIONS:
            raise Refused("unknown section")
        fields += IMAGE_SECTIONS[tag](body)
        body.end()
        seen.append(tag)
    if seen[:3] != [0x0F, 0x33, 0x55]:
        raise Refused("missing section")
    if 0x66 in seen and dict(fields)["mode"] in ("0x3C", "0x33"):
        raise Refused("a bolus on no base")
    return fields
