# SPDX-License-Identifier: GPL-3.0-or-later
"""What decode.py and decode_image.py read bytes with."""


class Refused(Exception):
    """The bytes are not the layout of the document."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Refused("ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "little", signed=signed)

    def string8(self):
        text = self.take(self.number(1))
        if any(byte < 0x20 or byte > 0x7E for byte in text):
            raise Refused("not printable ASCII")
        return text.decode("ascii")

    def bytes16(self):
        return self.take(self.number(2))

    def left(self):
        return len(self.data) - self.at

    def end(self):
        if self.left():
            raise Refused("bytes left over")


def flag(reader):
    return {0x33: "no", 0x55: "yes"}.get(reader.number(1)) or refuse("flag")


def refuse(why):
    raise Refused(why)


def read_row(reader, row):
    """row: "name:type …"; types as in the document's tables."""
    fields = []
    for item in row.split():
        name, kind = item.split(":")
        if kind.isdigit():
            value = reader.take(int(kind)).hex()
        elif kind in ("u8", "u16", "u32", "u64"):
            value = str(reader.number(int(kind[1:]) // 8))
        elif kind == "i64":
            value = str(reader.number(8, signed=True))
        elif kind in ("code8", "code16"):
            value = f"0x{reader.number(int(kind[4:]) // 8):0{int(kind[4:]) // 4}X}"
        elif kind == "flag":
            value = flag(reader)
        elif kind == "i16":
            value = str(reader.number(2, signed=True))
        elif kind == "string8":
            value = reader.string8()
        elif kind == "text16":
            data = reader.take(16).rstrip(b"\0")
            if any(byte < 0x20 or byte > 0x7E for byte in data):
                raise Refused("text")
            value = data.decode("ascii")
        elif kind == "bytes16":
            value = reader.bytes16().hex()
        else:
            raise ValueError(kind)
        fields.append((name, value))
    return fields
