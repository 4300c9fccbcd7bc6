# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lints share: the files of the tree, C text without comments and strings, one way to report."""
import os
import re
import sys

ROOT = os.environ.get("SOURCE_DIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PRODUCT = ("cli", "bt", "protocol")
TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def files(suffixes, folders=PRODUCT + ("tests", "completions", "docs")):
    """Paths below the folders, relative to the root, that end in one of the suffixes."""
    for folder in folders:
        for path, names, found in os.walk(os.path.join(ROOT, folder)):
            names[:] = sorted(n for n in names if n not in ("build", "__pycache__"))
            for name in sorted(found):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(path, name), ROOT)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blank(text, keep_strings=False):
    """C text with comments (and string contents) as spaces; line numbers stay."""
    def replace(match):
        token = match.group(0)
        if token[0] in "\"'":
            if keep_strings:
                return token
            return token[0] + " " * (len(token) - 2) + token[0]
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(replace, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    """Collects findings; finish() ends the program: 0 clean, 1 findings or nothing looked at."""

    def __init__(self):
        self.findings = 0
        self.looked_at = 0

    def add(self, path, line, text):
        self.findings += 1
        print(f"{path}:{line}: {text}")

    def finish(self):
        name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
        if not self.looked_at:
            print(f"{name}: nothing to look at, so nothing is shown")
        print(f"{name}: {self.looked_at} looked at, {self.findings} findings")
        sys.exit(1 if self.findings or not self.looked_at else 0)
