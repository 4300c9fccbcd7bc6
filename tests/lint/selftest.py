#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each lint passes a small good tree and fails, with the expected words, on the same tree with one fault."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPDX = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
HASH = "# SPDX-License-Identifier: GPL-3.0-or-later\n"
GOOD = {
    "CMakeLists.txt": HASH,
    ".ci/run": "#!/bin/sh\n" + HASH,
    "protocol/therapy/quantity.h": SPDX + "#include <stdint.h>\nstruct volume { int64_t nl; };\n",
    "protocol/wire/codec.h": SPDX + "enum { WIRE_CODE = 1 };\n",
    "protocol/engine/machine.c": SPDX + '#include "quantity.h"\nint machine(int a);\nint machine(int a) { return a; }\n',
    "bt/link/link.h": SPDX + "struct link;\n",
    "bt/att/att.h": SPDX + "struct att;\n",
    "cli/shell.c": SPDX + '#include "link.h"\nconst char *const text = "DOSE 1.2 mg per day";\n',
    "cli/demo.sh": "#!/bin/sh\n" + HASH + "echo ready\n",
    "docs/architecture.md": "# Layers\n\nThe dose is 1,250 mcg per day.\n",
}
ACCIDENTS = [f"A-{number:02}" for number in range(1, 30)]
GOOD["protocol/therapy/rules.def"] = SPDX + 'RULE(ONE, "L-one", SEVERITY_WARN, "text", "", "source",\n     "' + \
    " ".join(ACCIDENTS) + '")\n'
GOOD["docs/hazards.md"] = "# Hazards\n\n" + "".join(f"| {name} | what | done | L-one | it_{name[2:]} |\n" for name in ACCIDENTS)
GOOD["tests/accidents/accidents.c"] = SPDX + "".join(
    f"START_TEST(it_{name[2:]})\n{{\n\tcheck(\"L-one\");\n}}\nEND_TEST\n" for name in ACCIDENTS)
GOOD["tests/accidents/test_accidents.py"] = HASH
GOOD["docs/threat-model.md"] = "# Threats\n\n" + "".join(f"| {row} | what | done | it_01 |\n" for row in range(1, 29))
LONG = "int f(int a);\nint f(int a)\n{\n" + "\ta++;\n" * 60 + "\treturn a;\n}\n"
DEEP = "int f(int a);\nint f(int a)\n{\n" + "if (a) {\n" * 5 + "a++;\n" + "}\n" * 5 + "return a;\n}\n"
# (lint, file with the fault, its text, words that the lint must print)
FAULTS = (
    ("sizes.py", "bt/att/long.c", SPDX + LONG, "f has 64 lines"),
    ("sizes.py", "bt/att/deep.c", SPDX + DEEP, "nests 5 deep"),
    ("sizes.py", "bt/att/file.c", SPDX + "\n" * 500, "501 lines"),
    ("banned.py", "cli/a.c", SPDX + "void f(char *s) { sprintf(s, \"x\"); }\n", "sprintf is banned"),
    ("banned.py", "cli/a.c", SPDX + "long f(char *s) { return strtol(s, 0, 10); }\n", "strtol is banned"),
    ("banned.py", "bt/att/a.c", SPDX + "double x(void);\n", "no floats here"),
    ("banned.py", "protocol/wire/a.c", SPDX + "#include <time.h>\n", "not for pure code"),
    ("layers.py", "protocol/therapy/a.c", SPDX + '#include "codec.h"\n', "out of bounds"),
    ("layers.py", "protocol/wire/a.c", SPDX + '#include "att.h"\n', "out of bounds"),
    ("layers.py", "bt/att/a.c", SPDX + '#include "quantity.h"\n', "out of bounds"),
    ("layers.py", "bt/link/a.c", SPDX + '#include "att.h"\n', "out of bounds"),
    ("layers.py", "cli/line.c", SPDX + '#include "codec.h"\n', "out of bounds"),
    ("layers.py", "cli/commands/a.c", SPDX + '#include "link.h"\n', "out of bounds"),
    ("layers.py", "cli/line.c", SPDX + '#include "absent.h"\n', "is no header"),
    ("tree.py", "bt/att/a.c", "int x;\n", "lacks SPDX"),
    ("tree.py", "notes/a.txt", "text\n", "does not belong"),
    ("tree.py", "docs/a.md", "This is TO" + "DO.\n", "unfinished"),
    ("tree.py", "docs/a.md", "Look into /ho" + "me/me/pump.\n", "path of one machine"),
    ("tree.py", "docs/a.md", "It is comp" + "liant with IEC 62304.\n", "claim of conformity"),
    ("typography.py", "cli/a.c", SPDX + 'const char *t = "DOSE 1.0 mg per day";\n', "trailing zero"),
    ("typography.py", "docs/a.md", "Type .5 mg now.\n", "no zero before"),
    ("typography.py", "docs/a.md", "Type 5mg now.\n", "no space"),
    ("typography.py", "docs/a.md", "It has 50 ug now.\n", "abbreviation"),
    ("typography.py", "docs/a.md", "It gets 1250 mcg per day.\n", "thousands comma"),
    ("hazards.py", "docs/hazards.md", GOOD["docs/hazards.md"].replace("A-07", "A-08"), "each once"),
    ("hazards.py", "docs/hazards.md", GOOD["docs/hazards.md"].replace("L-one | it_03", "L-two | it_03"), "L-two does not exist"),
    ("hazards.py", "docs/hazards.md", GOOD["docs/hazards.md"].replace("it_05", "it_x"), "no test it_x"),
    ("hazards.py", "tests/accidents/accidents.c", GOOD["tests/accidents/accidents.c"].replace("L-one", "L-none", 1),
     "asserts none"),
    ("threats.py", "docs/threat-model.md", GOOD["docs/threat-model.md"].replace("it_01", "it_x", 1), "no test it_x"),
    ("threats.py", "docs/threat-model.md", GOOD["docs/threat-model.md"] + "\nAs shown (it_is_not_there).\n",
     "no test it_is_not_there"),
    ("threats.py", "docs/threat-model.md", GOOD["docs/threat-model.md"].replace("it_01", "", 1), "neither a test"),
    ("threats.py", "docs/threat-model.md", GOOD["docs/threat-model.md"].replace("| 28 |", "| x |"), "27 rows"),
    ("scripts.sh", "cli/a.sh", "#!/bin/sh\n" + HASH + "rm -rf $1/x\n", "SC2086"),
    ("scripts.sh", "tests/a.py", HASH + "def f(:\n", "SyntaxError"),
    ("headers.sh", "bt/link/alone.h", SPDX + "uint8_t f(void);\n", "does not compile alone"),
)
# (lint, object of the release build, C text, words); the good build has a harmless text in its place.
PURE = "int pure(int a); int pure(int a) { return a + 1; }\n"
COMMAND = '[{"command": "cc -mgeneral-regs-only -O2 -o a.o -c /source/protocol/therapy/a.c"}]\n'
BUILD_FAULTS = (
    ("symbols.sh", "therapy", "int puts(const char *); int f(void); int f(void) { return puts(\"x\"); }\n",
     "puts is not allowed"),
    ("symbols.sh", "therapy", "void *malloc(unsigned long); void *f(void); void *f(void) { return malloc(1); }\n",
     "malloc is not allowed"),
    ("symbols.sh", "commands", COMMAND.replace("-mgeneral-regs-only ", ""), "without -mgeneral-regs-only"),
    ("linkage.sh", "pumpctl", "int model(int a); int main(void) { return model(0); }\n", "pumpctl contains model"),
    ("variables.sh", "therapy", "int counter = 1;\n", "variables: counter"),
    ("variables.sh", "therapy", "int f(void); int f(void) { static int n; return n++; }\n", "variables: n"),
)


def write_tree(root, tree):
    for path, text in tree.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def compile_object(folder, name, text):
    """FOLDER/protocol/objects/NAME.c.o from C text; -fno-builtin keeps a call the call it is."""
    os.makedirs(os.path.join(folder, "protocol", "objects"), exist_ok=True)
    path = os.path.join(folder, "protocol", "objects", name + ".c")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run(["cc", "-O1", "-fno-builtin", "-c", path, "-o", path + ".o"], check=True)
    return path + ".o"


def write_build(folder, fault=None, text=None):
    """A release folder with the five libraries, the peripheral and both programs, one source replaced."""
    model = "int model(int a); int model(int a) { return a; }\n"
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        file.write(text if fault == "commands" else COMMAND)
    parts = {
        "protocol/libpump_therapy.a": ("therapy", PURE),
        "protocol/libpump_wire.a": ("wire", PURE.replace("pure", "wire")),
        "protocol/libpump_session.a": ("session", PURE.replace("pure", "session")),
        "protocol/libpump_engine.a": ("engine", PURE.replace("pure", "engine")),
        "protocol/libpump_model.a": ("model", model),
        "bt/libbt_peripheral.a": ("server", PURE.replace("pure", "server")),
    }
    for path, (name, content) in parts.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        made = compile_object(folder, name, text if fault == name else content)
        subprocess.run(["ar", "rcs", os.path.join(folder, path), made], check=True)
    os.makedirs(os.path.join(folder, "cli"), exist_ok=True)
    model_library = os.path.join(folder, "protocol/libpump_model.a")
    main = text if fault == "pumpctl" else "int main(void) { return 0; }\n"
    simulator = "int model(int a); int main(void) { return model(0); }\n"
    for name, content in (("pumpctl", main), ("pumpsim", simulator)):
        made = compile_object(folder, name, content)
        subprocess.run(["cc", made, model_library, "-o", os.path.join(folder, "cli", name)], check=True)


def run(lint, source_dir, release_dir):
    environment = dict(os.environ, SOURCE_DIR=source_dir, RELEASE_DIR=release_dir, ALLOWED_SYMBOLS="/dev/null")
    done = subprocess.run([os.path.join(HERE, lint)], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    cases = [(lint, {path: text}, None, None, words) for lint, path, text, words in FAULTS]
    cases += [(lint, {}, name, text, words) for lint, name, text, words in BUILD_FAULTS]
    cases += [(lint, {}, None, None, None) for lint in sorted({case[0] for case in cases})]
    failures = 0
    for lint, extra, name, text, words in cases:
        with tempfile.TemporaryDirectory() as folder:
            tree, build = os.path.join(folder, "tree"), os.path.join(folder, "release")
            write_tree(tree, {**GOOD, **extra})
            if lint in {fault[0] for fault in BUILD_FAULTS}:
                write_build(build, name, text)
            code, output = run(lint, tree, build)
        fine = code == 0 if words is None else code == 1 and words in output
        if not fine:
            failures += 1
            print(f"selftest: {lint}: wanted {words or 'no finding'!r}, got exit {code}:\n{output}")
    print(f"selftest: {len(cases)} cases, {failures} failed")
    sys.exit(bool(failures))


main()
