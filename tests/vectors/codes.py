#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code of docs/protocol.md differs from every other of its set in at least four bits, and the headers of
protocol/wire/ say the same codes as the document."""
import os
import re
import sys

ROOT = os.environ["SOURCE_DIR"]
DISTANCE = 4
# Values in 0x form that are numbers of characteristics and an ATT error, not codes.
NOT_CODES = {"03", "04", "05", "80"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def section(text, number):
    return re.search(rf"^## {number}\..*?(?=^## |\Z)", text, re.S | re.M).group(0)


def table(text):
    """(code, name) of each row that begins with a code."""
    return re.findall(r"^\| ([0-9A-F]{2,4}) \| ([A-Za-z_-]+)", text, re.M)


def words(text, width):
    """(code, word) of a list such as "stop 0x33, resume 0x55"."""
    return [(code, word) for word, code in re.findall(rf"([A-Za-z][A-Za-z ]*?) (?:0x)?([0-9A-F]{{{width}}})\b", text)]


def sets(document):
    """Every set of codes that a reader must tell apart, by name."""
    s4, s5, s6, s7, s9 = (section(document, n) for n in (4, 5, 6, 7, 9))
    yield "bytes", [(code, code) for code in re.search(r"^    ((?:[0-9A-F]{2} ?)+)$", document, re.M).group(1).split()]
    yield "ops", table(s4)
    yield "results", table(section(document, 8))
    yield "records", table(s9)
    sections, modes = s5.split("| mode | |")
    yield "image sections", table(sections)
    yield "modes", table(modes)
    yield "bridges", [*words(re.search(r"kind u8; (runs 0x..)", s5).group(1), 2),
                      *words(re.search(r"; (none 0x..)", s5).group(1), 2), *words(re.search(r"none said 0x..", s6).group(0), 2)]
    yield "reasons of no bridge", words(re.search(r"reason u8: (line.*?) \|", s5).group(1), 2)
    yield "change sections", table(s6)
    yield "therapy", words(re.search(r"^`therapy`: (.*)\.$", s4, re.M).group(1), 2)
    yield "acts", words(re.search(r"u8: (stop.*?) \|", s6).group(1), 2)
    yield "kinds", [row for row in table(s7) if len(row[0]) == 4]
    yield "roles of operators", [row for row in table(s7) if len(row[0]) == 2]
    yield "catheter acts", words(re.search(r"what u8: (set.*?);", s6).group(1), 2)
    yield "contents", words(re.search(r"contents u8: (.*?) \|", s6).group(1), 2)
    yield "bolus acts", words(re.search(r"what u8: (single.*?);", s6).group(1), 2)
    yield "operator acts", words(re.search(r"what u8: (remove.*?);", s6).group(1), 2)
    yield "alarm acts", words(re.search(r"what u8: (acknowledge.*?);", s6).group(1), 2)
    yield "causes", words(re.search(r"cause u8: (.*?) \|", s9).group(1), 2)
    yield "alarms", words(re.search(r"alarm u8: (.*?);", s9).group(1), 2)
    yield "alarm states", words(re.search(r"state u8: (.*?);", s9).group(1), 2)
    yield "patient answers", words(re.search(r"answer u8: (granted.*?);", s9).group(1), 2)
    yield "bolus ends", words(re.search(r"end u8: (complete.*?);", s9).group(1), 2)
    yield "boluses", words(re.search(r"that runs now: (single.*?);", s4).group(1), 2)
    yield "flags", re.findall(r"0x([0-9A-F]{2}) (no|yes)\b", s4)
    hand = section(document, 3)
    hands = re.findall(r"^\| (?:programmer, on In|pump, on Out|programmer|pump) \| ([A-Z]+) \| 0x([0-9A-F]{2})", hand, re.M)
    yield "handshake and refusal", sorted({(code, word) for word, code in hands} | {("F0", "refusal")})
    yield "roles", [(code, code) for code in sorted(set(re.findall(r"role 0x([0-9A-F]{2})", hand)))]
    yield "secrets", re.findall(r"(?:card code|pairing key) 0x([0-9A-F]{2})()", hand)
    yield "reasons", re.findall(r"0x([0-9A-F]{2}) (no common|workstation|no pairing|the tries)", hand)
    kinds = re.search(r"bits of\nthat record: (.*?)\.$", hand, re.M | re.S).group(1).replace("\n", " ")
    yield "security", words(kinds, 2)


def distance(a, b):
    return bin(int(a, 16) ^ int(b, 16)).count("1")


def check_set(name, codes, alphabet, complain):
    if len(codes) < 2:
        complain(f"{name}: {len(codes)} codes found")
    for i, (code, word) in enumerate(codes):
        for byte in (code[j:j + 2] for j in range(0, len(code), 2)):
            if byte not in alphabet:
                complain(f"{name}: {byte} of {word} is not one of the fourteen values")
        for other, other_word in codes[:i]:
            if distance(code, other) < DISTANCE:
                complain(f"{name}: {word} {code} and {other_word} {other} are {distance(code, other)} bits apart")


def check_header(path, prefix, codes, complain):
    """Constants of a header against the codes of the document: the same names, the same values."""
    found = {name: int(value, 16) for name, value in
             re.findall(rf"\b{prefix}_(\w+) = 0x([0-9A-F]+)", read(path))}
    written = {re.sub(r"[- ]", "_", word.strip()).upper(): int(code, 16) for code, word in codes}
    if found != written:
        complain(f"{path}: {prefix}_: differs from the document in "
                 f"{sorted(set(found.items()) ^ set(written.items()))}")


def main():
    document = read("docs/protocol.md")
    found = dict(sets(document))
    failures = []
    alphabet = {code for code, _ in found["bytes"]}
    if len(alphabet) != 14 or alphabet & {"00", "FF"}:
        failures.append("the list of values")
    for name, codes in found.items():
        check_set(name, codes, alphabet, failures.append)
    for code in re.findall(r"0x([0-9A-F]{2})\b", document):
        if code not in alphabet | NOT_CODES:
            failures.append(f"0x{code} is not one of the fourteen values")
    codes_h = "protocol/wire/codes.h"
    check_header("protocol/wire/messages.h", "OP", found["ops"], failures.append)
    check_header(codes_h, "CODE", found["results"], failures.append)
    check_header("protocol/wire/records.h", "RECORD", found["records"], failures.append)
    check_header(codes_h, "ORDER", found["kinds"], failures.append)
    check_header(codes_h, "ACT", found["acts"], failures.append)
    check_header(codes_h, "FLAG", found["flags"], failures.append)
    check_header(codes_h, "BOLUS_KIND", found["boluses"], failures.append)
    check_header(codes_h, "MODE", found["modes"], failures.append)
    check_header(codes_h, "THERAPY", [(c, w.split()[0]) for c, w in found["therapy"]], failures.append)
    for failure in failures:
        print(failure)
    print(f"codes: {sum(map(len, found.values()))} codes in {len(found)} sets, {len(failures)} failures")
    sys.exit(1 if failures else 0)


main()
