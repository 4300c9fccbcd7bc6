#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""House sizes: file up to 500 lines, C function up to 60, nesting of blocks up to 4. Tables (.def) are free."""
import re

import source

FILE_LINES, FUNCTION_LINES, NESTING = 500, 60, 4
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions(text):
    """(name, first line, last line, deepest block) of each function of blanked C text."""
    depth = deepest = 0
    name = None
    outside = start = 0
    blocks = []
    for match in re.finditer(r"[{};]", text):
        char, at = match.group(0), match.start()
        if char == "{":
            before = text[outside:at].rstrip()
            if depth == 0 and before.endswith(")") and "=" not in before:
                found = NAME.search(before)
                name = found.group(1) if found else "?"
                start = source.line_of(text, outside + (found.start() if found else 0))
                deepest, blocks = 0, []
            elif depth:
                # Only statements nest; the braces of an initialiser or of a struct do not.
                before = text[max(0, at - 200):at].rstrip()
                blocks.append(bool(re.search(r"(\)|\belse|\bdo|[;{}:])$", before)))
                deepest = max(deepest, sum(blocks))
            depth += 1
        elif char == "}":
            depth -= 1
            if blocks:
                blocks.pop()
            if depth == 0:
                outside = at + 1
                if name:
                    yield name, start, source.line_of(text, at), deepest
                name = None
        elif depth == 0:
            outside = at + 1


def main():
    report = source.Report()
    for path in source.files((".c", ".h", ".py", ".sh", "CMakeLists.txt")):
        report.looked_at += 1
        text = source.read(path)
        lines = text.count("\n")
        if lines > FILE_LINES:
            report.add(path, lines, f"{lines} lines, at most {FILE_LINES}")
        if not path.endswith((".c", ".h")):
            continue
        clean = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                       source.blank(text), flags=re.M)
        for name, first, last, deepest in functions(clean):
            if last - first + 1 > FUNCTION_LINES:
                report.add(path, first, f"{name} has {last - first + 1} lines, at most {FUNCTION_LINES}")
            if deepest > NESTING:
                report.add(path, first, f"{name} nests {deepest} deep, at most {NESTING}")
    report.finish()


main()
