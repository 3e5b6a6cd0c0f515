#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second machine, written from model/spec/isa.md and numerics.md: runs the conformance vectors and
compares end, error, memory and the counters the page defines.

    second.py [MACHINE ...]        all of traces/vectors when none is named
"""
import gzip
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from second_machine import Machine, Stop, COUNTED, mach  # noqa: E402


def vectors(b):
    """The reader of conformance.md, as it stands there."""
    with open("model/spec/conformance.md") as page:
        text = page.read()
    scope = {}
    exec(text[text.index("def vectors(b):"):text.index("```\n", text.index("def vectors(b):"))], scope)
    return scope["vectors"](b)


class Memory(bytearray):
    base = 0


def difference(v, machine, before, names):
    """A line about what is not as the vector says, or None."""
    m = machine
    if (m.error, m.error_pc if m.error else 0) != (v["status"], v["pc"] if v["status"] else 0):
        return f"ended with error {m.error} at {m.error_pc}, expected {v['status']} at {v['pc']}"
    for at, name in enumerate(names if v["flags"] & 8 else []):
        if name in COUNTED and m.count[name] != v["counters"][at]:
            return f"counter {name} is {m.count[name]}, expected {v['counters'][at]}"
    want = before
    for addr, data in v["after"]:
        want[addr - m.base:addr - m.base + len(data)] = data
    for addr, size in v["free"]:
        want[addr - m.base:addr - m.base + size] = m.memory[addr - m.base:addr - m.base + size]
    if want == m.memory:
        return None
    at = next(i for i in range(len(want)) if want[i] != m.memory[i])
    return f"byte 0x{m.base + at:x} is 0x{m.memory[at]:02x}, expected 0x{want[at]:02x}"


def run(name):
    with gzip.open(f"traces/vectors/{name}.vec.gz") as f:
        b = f.read()
    u = lambda at, n: int.from_bytes(b[at:at + n], "little")
    base, size = u(32, 8), u(40, 8)
    names = [b[92 + 24 * i:112 + 24 * i].rstrip(b"\0").decode() for i in range(u(84, 4))]
    m, passed, failed = None, 0, 0
    for v in vectors(b):
        if v["flags"] & 4:
            continue
        if v["flags"] & 1:
            m = Machine(mach(name), base, size)
        for addr, data in v["before"]:
            m.memory[addr - base:addr - base + len(data)] = data
        before = bytearray(m.memory)
        m.run(v["code"], v["count"], v["window"], v["arg"])
        line = difference(v, m, before, names)
        passed, failed = passed + (line is None), failed + (line is not None)
        if line:
            print(f"{v['name']}: {line}")
            m.memory[:] = before  # difference() made it what it should be
    print(f"second {name}: {passed} passed, {failed} failed")
    return passed > 0 and not failed


def main():
    names = sys.argv[1:] or sorted(n[:-7] for n in os.listdir("traces/vectors") if n.endswith(".vec.gz"))
    return 0 if all([run(n) for n in names]) and names else 1


sys.exit(main())
