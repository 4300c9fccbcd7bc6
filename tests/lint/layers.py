#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folder may include which: the arrows of docs/architecture.md, read from the #include lines."""
import os
import re

import source

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
# First row whose pattern fits the including file decides. Each row: allowed header paths, as patterns.
PROTOCOL = "protocol/(therapy|wire|session|engine)/"
CLI = "cli/([^/]*$|(output|session|wireless)/)"
ROWS = (
    ("protocol/therapy/", ("protocol/therapy/",)),
    ("protocol/wire/", ("protocol/(therapy|wire)/",)),
    ("protocol/session/", ("protocol/(therapy|wire|session)/",)),
    ("protocol/engine/", (PROTOCOL,)),
    ("protocol/pump_model/", ("protocol/(wire|session|pump_model)/", "protocol/therapy/(quantity|pump_err)[.]h")),
    ("bt/link/", ("bt/link/",)),
    ("bt/att/", ("bt/(link|att)/",)),
    ("bt/mgmt/", ("bt/(link|att|mgmt)/",)),
    ("bt/central/", ("bt/(link|att|central)/",)),
    ("bt/peripheral/", ("bt/(link|att|peripheral)/",)),
    ("bt/", ()),
    ("cli/store/", ("cli/store/",)),
    ("cli/sim/peripheral", ("cli/(sim|store)/", "bt/", "protocol/(therapy|wire|session|pump_model)/")),
    ("cli/sim/", ("cli/(sim|store)/", "bt/link/", "bt/peripheral/shaper", "protocol/therapy/",
                  "protocol/(wire|session|pump_model)/")),
    ("cli/wireless/", (CLI, "cli/store/", "bt/(link|att|mgmt|central)/")),
    ("cli/session/", (CLI, "cli/store/", "bt/(link|att|mgmt|central)/", PROTOCOL)),
    ("cli/commands/", (CLI, "cli/(commands|store)/", "protocol/(therapy|engine)/")),
    ("cli/output/", (CLI, "cli/store/", "protocol/therapy/")),
    ("cli/", (CLI, "cli/(commands|store)/", "bt/link/", "protocol/(therapy|engine)/")),
)


def candidates(name, includer, headers):
    """The header that an include means: the one beside the file, else each of that name."""
    beside = os.path.normpath(os.path.join(os.path.dirname(includer), name))
    if beside in headers:
        return [beside]
    return [path for path in headers if path == name or path.endswith("/" + name)]


def main():
    report = source.Report()
    headers = set(source.files((".h", ".def"), source.PRODUCT))
    for path in source.files((".c", ".h", ".def"), source.PRODUCT):
        report.looked_at += 1
        text = source.blank(source.read(path), keep_strings=True)
        allowed = next(row[1] for row in ROWS if path.startswith(row[0]))
        for match in INCLUDE.finditer(text):
            line = source.line_of(text, match.start())
            found = candidates(match.group(1), path, headers)
            if not found:
                report.add(path, line, f'"{match.group(1)}" is no header of cli/, bt/ or protocol/')
            elif len(found) > 1:
                report.add(path, line, f'"{match.group(1)}" may mean {" or ".join(sorted(found))}')
            elif not any(re.match(pattern, found[0]) for pattern in allowed):
                report.add(path, line, f"{found[0]} is out of bounds for this folder")
    report.finish()


main()
