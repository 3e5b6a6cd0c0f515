# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Plain Verilog: Yosys joins names of different ports by assignments of concatenations, which OpenSTA does not read.
Each becomes assignments of single bits. And buffers at the mask pins of memories, which ABC does not count.
"""
import collections
import re

DECLARED = re.compile(r"^\s*(?:input|output|inout|wire)\s+(?:\[(\d+):(\d+)\]\s+)?(\\\S+ |\w+)\s*;", re.M)
JOINED = re.compile(r"^  assign ([^;=]*\{[^;]*|[^;=]*= *\{[^;]*);$", re.M)
ITEM = re.compile(r"\s*(?:(\d+)'([hbd])([0-9a-fA-FxXzZ_]+)|(\\\S+ |\w+)\s*(?:\[(\d+)(?::(\d+))?\])?)\s*$")
MASKED = re.compile(r"^  memorym_\w+ (?:\\\S+ |\w+) *\(\n.*?^  \);\n", re.M | re.S)
MASK = re.compile(r"\.WE\((\{[^}]*\})\)")
LOADS = 8 # mask pins a buffer drives


class PlainError(Exception):
    """What of an assignment is not understood."""


def constant(width, base, digits):
    """Bits of a constant, highest first; what is not known is 0."""
    digits = re.sub("[xXzZ]", "0", digits.replace("_", ""))
    value = int(digits, {"h": 16, "b": 2, "d": 10}[base])
    return [f"1'b{value >> i & 1}" for i in reversed(range(width))]


def bits(text, widths):
    """Names of the single bits of an expression, highest first."""
    text = text.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PlainError(f"'{text[:40]}' does not end in a brace")
        return [bit for part in text[1:-1].split(",") for bit in bits(part, widths)]
    m = ITEM.match(text + " ") # an escaped name ends in a space
    if not m:
        raise PlainError(f"'{text[:40]}' is no name and no constant")
    if m.group(1):
        return constant(int(m.group(1)), m.group(2), m.group(3))
    name, high, low = m.group(4), m.group(5), m.group(6)
    if high is None:
        if name not in widths:
            raise PlainError(f"'{name}' is not declared")
        if widths[name] is None:
            return [name]
        high, low = widths[name]
    elif low is None:
        low = high
    return [f"{name}[{i}]" for i in range(int(high), int(low) - 1, -1)]


def plain(text):
    """The netlist, every assignment of a concatenation taken apart."""
    widths = {name: None if high == "" else (high, low) for high, low, name in DECLARED.findall(text)}

    def apart(m):
        left, right = m.group(1).split("=", 1)
        to, of = bits(left, widths), bits(right, widths)
        if len(to) != len(of):
            raise PlainError(f"{len(to)} bits are assigned {len(of)}")
        return "\n".join(f"  assign {a} = {b};" for a, b in zip(to, of))

    return JOINED.sub(apart, text)


def buffered(text, cell, enters, leaves):
    """The netlist with a buffer for every LOADS mask pins of a memory that one net enables."""
    widths = {name: None if high == "" else (high, low) for high, low, name in DECLARED.findall(text)}
    count = 0

    def memory(m):
        nonlocal count
        mask = MASK.search(m.group())
        if not mask:
            return m.group()
        pins = bits(mask.group(1), widths)
        loads, seen, wires, cells = collections.Counter(pins), collections.Counter(), {}, []
        for i, net in enumerate(pins):
            if loads[net] <= LOADS or net.startswith("1'b"):
                continue
            key = net, seen[net] // LOADS
            seen[net] += 1
            if key not in wires:
                wires[key] = f"mask_{count}_net"
                cells.append(f"  wire {wires[key]};\n  {cell} mask_{count} (\n"
                             f"    .{enters}({net}),\n    .{leaves}({wires[key]})\n  );\n")
                count += 1
            pins[i] = wires[key]
        return "".join(cells) + m.group().replace(mask.group(), f".WE({{ {', '.join(pins)} }})")

    return MASKED.sub(memory, text)
