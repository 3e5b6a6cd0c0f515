#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every rule of tests/lint.sh fires: faults are planted in a copy of the sources, one at a time, and the line that
names each is demanded; the copy itself is clean. Needs git and build/specgen."""
import os
import shutil
import subprocess
import sys
import tempfile

# check, file, what is appended or (with a third part) put in place of what, the finding's words
PLANTS = [
    ("arrows", "model/num/fn.c", '#include "model/net/net.h"\n', "model/num may not include model/net/net.h"),
    ("arrows", "sim/cli/say.c", '#include "status.h"\n', "include of status.h does not name its folder"),
    ("arrows", "model/spec/spec.c", '#include "tests/skip.h"\n', "model/spec may not include tests/skip.h"),
    ("arrows", "model/dispatch/dispatch.h", '#include "model/insn/state.h"\n',
     "circle of headers: model/"),
    ("arrows", "tests/arrows.txt", "model/nowhere: model\n", "no folder model/nowhere"),
    ("arrows", "tests/arrows.txt", "model: model/spec\n", "model stands twice"),
    ("arrows", "tests/arrows.txt", ("model/spec:", "model/spec: model/net"), "model/spec does not include model/net"),
    ("arrows", "tests/arrows.txt", ("model/spec:", "model/spec: model/num"), "circle of folders: model/"),
    ("arrows", "tests/arrows.txt", ("model/file: model", "#"), "model/file is not in tests/arrows.txt"),
    ("arrows", "rtl/top/stamp_top.sv", '`include "x.svh"\n', "RTL reads nothing but packages"),
    ("facts", "rtl/top/stamp_top.sv", "parameter int unsigned L = 8,\n", "parameter of the machine with a default"),
    ("facts", "rtl/ctrl/stamp_decode.sv", "assign x = word_i[3:0];\n", "slice of an instruction word by numbers"),
    ("facts", "rtl/ctrl/stamp_decode.sv", "assign x = y ? 0 : -8'(z);\n", "minus before a cast"),
    ("sizes", "model/text.c", "// a line\n" * 400, "at most 400"),
    ("sizes", "model/text.c", "void f(void)\n{\n" + "    g();\n" * 61 + "}\n", "function of 62 lines"),
    ("sizes", "README.md", "a line\n" * 151, "at most 150"),
    ("words", "model/text.c", "/* see /wo" "rk/x */\n", "path of somebody's machine"),
    ("words", "model/text.h", ("SPDX-License-Identifier", "Licence"), "no SPDX-License-Identifier line first"),
    ("words", "rtl/top/stamp_top.sv", ("Apache-2.0 WITH SHL-2.1", "Apache-2.0"), "licence of rtl is"),
    ("words", "rtl/top/stamp_top.sv", "module other;\nendmodule\n", "a file is one module named after it"),
    ("format", "model/text.c", "int  x ;\n", "not as .clang-format says"),
    ("figures", "rtl/figures/kit.txt", ("walks the graph", "walks"), "kit"),
    ("figures", "rtl/assert/bind_lib.sv", ("c_queue (", "c_other ("), "tables are not what the sources say"),
    ("words", "rtl/assert/bind_lib.sv", "module bind_lib;\nendmodule\n", "binds stand by themselves"),
    ("nosuch", "model/text.c", "", "no check called nosuch"),
]


def lint(copy, check):
    done = subprocess.run(["tests/lint.sh", check], cwd=copy, capture_output=True, text=True, check=False,
                          env=dict(os.environ, B=os.path.abspath(os.environ.get("B", "build"))))
    return done.returncode, done.stdout


def copy_tree(copy):
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True).stdout.decode().split("\0")
    for name in filter(os.path.isfile, listed):
        os.makedirs(os.path.join(copy, os.path.dirname(name)), exist_ok=True)
        shutil.copy2(name, os.path.join(copy, name), follow_symlinks=False)
    subprocess.run(["git", "init", "-q", "."], cwd=copy, check=True)
    subprocess.run(["git", "add", "-A"], cwd=copy, check=True)


def planted(copy, name, plant):
    path = os.path.join(copy, name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(*plant) if isinstance(plant, tuple) else text + plant)
    return path, text


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as copy:
        copy_tree(copy)
        for check in ("arrows", "facts", "sizes", "words"):
            code, said = lint(copy, check)
            if code or said:
                print(f"FAIL: {check} finds something without a plant:\n{said}")
                failed += 1
        for check, name, plant, words in PLANTS:
            if check == "format" and not shutil.which("clang-format"):
                print("SKIP: clang-format is not installed")
                continue
            path, text = planted(copy, name, plant)
            code, said = lint(copy, check)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            if code and words in said:
                passed += 1
            else:
                print(f"FAIL: {check}, {name}: exit {code}, wanted '{words}', got:\n{said}")
                failed += 1
    print(f"lint_test: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
