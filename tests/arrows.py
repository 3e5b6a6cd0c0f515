#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which folder may include which: tests/arrows.txt, held to what the sources include.

  tests/arrows.py [ROOT]

One line a finding, file:line: what; silent and 0 when there is none. Found: an include that the list does not
allow or that does not name its folder; a line of the list that nothing needs, or that is not a folder; a circle
of the list's folders; a circle of headers.
"""
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
MADE = re.compile(r"(V[a-z0-9_]+|verilated[a-z_]*)\.h$")  # what Verilator made, and its own headers
LIST = "tests/arrows.txt"


def read_list(root, found):
    """folder -> (line, folders it may include)"""
    may = {}
    with open(os.path.join(root, LIST), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            name, _, rest = line.partition("#")[0].partition(":")
            if name.strip():
                if name.strip() in may:
                    found.append(f"{LIST}:{number}: {name.strip()} stands twice")
                may[name.strip()] = (number, rest.split())
    return may


def includes(root):
    """(file, line, included) of every source"""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    for name in listed:
        path = os.path.join(root, name)
        if re.search(r"\.(c|h|cpp|def)$", name) and os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for match in INCLUDE.finditer(text):
                yield name, text.count("\n", 0, match.start(1)) + 1, match.group(1)


def circles(arrows):
    """every circle found on a walk in depth, as a list of names"""
    state, path = {}, []

    def walk(name):
        state[name] = "open"
        path.append(name)
        for to in arrows.get(name, []):
            if state.get(to) == "open":
                yield path[path.index(to):] + [to]
            elif to not in state:
                yield from walk(to)
        path.pop()
        state[name] = "done"

    for name in list(arrows):
        if name not in state:
            yield from walk(name)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    found, used, headers = [], set(), {}
    may = read_list(root, found)
    for name, line, to in includes(root):
        source, target = os.path.dirname(name), os.path.dirname(to)
        headers.setdefault(name, []).append(to)
        if not target:
            if not (MADE.match(to) and re.match(r"(sim/verilator|tests/(rtl|cosim|assert))/", name)):
                found.append(f"{name}:{line}: include of {to} does not name its folder")
        elif not source.startswith("tests") and source != target:
            used.add((source, target))
            if source not in may:
                found.append(f"{name}:{line}: {source} is not in {LIST}")
            elif target not in may[source][1]:
                found.append(f"{name}:{line}: {source} may not include {to}")
    for source, (line, targets) in may.items():
        if not os.path.isdir(os.path.join(root, source)):
            found.append(f"{LIST}:{line}: no folder {source}")
        found += [f"{LIST}:{line}: {source} does not include {to}"
                  for to in targets if (source, to) not in used]
    for circle in circles({source: targets for source, (_, targets) in may.items()}):
        found.append(f"{LIST}:{may[circle[0]][0]}: circle of folders: {' > '.join(circle)}")
    for circle in circles(headers):
        found.append(f"{circle[0]}:1: circle of headers: {' > '.join(circle)}")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
