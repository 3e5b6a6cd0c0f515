# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Buffers at the borders of netlists. ABC sees one netlist at a time: of what hangs on a net in the netlists below it
knows nothing, so it drives a stall through a hundred flip-flops by a small gate. Here the loads are counted through the
hierarchy, the deepest netlist first, and no net is left with more than LOADS of them if any is below a border. What
ABC buffers itself stays. The clock is ideal and left alone.

A netlist is text of Yosys: one pin a line, every name declared.
"""
import collections
import re

from plain import DECLARED, bits

LOADS = 12
CLOCK = "clk_i"
INSTANCE = re.compile(r"^  (\\\S+|\w+) (\\\S+ |\w+) *\(\n(.*?)^  \);\n", re.M | re.S)
PIN = re.compile(r"^    \.(\\\S+ |\w+)\s*\((.*)\),?$", re.M)
ALIAS = re.compile(r"^  assign ([^=;]+?) = ([^;]+);$", re.M)
PORT = re.compile(r"^  (input|output) (?:\[(\d+):(\d+)\] )?(\\\S+ |\w+);$", re.M)


class Pins:
    """What hangs on the nets of a netlist: its own pins, and those of instances of netlists below."""

    def __init__(self, text, below):
        self.text, self.below, self.same = text, below, {}
        self.widths = {name: None if high == "" else (high, low) for high, low, name in DECLARED.findall(text)}
        self.ports = {name.strip(): (way, self.bits(name)) for way, _, _, name in PORT.findall(text)}
        for left, right in ALIAS.findall(text):
            for a, b in zip(self.bits(left), self.bits(right)):
                a, b = self.net(a), self.net(b)
                if a != b:
                    # A port keeps its name: what drives an output port and what an input port drives are one net.
                    self.same[a] = b
        self.own = collections.Counter() # pins of cells, drivers among them
        self.kids = [] # (place of the pin's signal in the text, its bits highest first, loads of each)
        for m in INSTANCE.finditer(text):
            inputs = below.get(m.group(1).lstrip("\\"))
            for pin in PIN.finditer(m.group(3)):
                signal = pin.group(2).strip()
                if not signal:
                    continue
                loads = None if inputs is None else inputs.get(pin.group(1).strip())
                if inputs is None:
                    self.own.update(self.net(b) for b in self.bits(signal))
                elif loads is not None:
                    at = m.start(3) + pin.start(2)
                    self.kids.append(((at, at + len(pin.group(2))), [self.net(b) for b in self.bits(signal)], loads))

    def bits(self, signal):
        signal = signal.strip()
        if re.fullmatch(r"\w+", signal) and self.widths.get(signal, 0) is None:
            return [signal] # by far the most
        return bits(signal, self.widths)

    def net(self, name):
        while name in self.same:
            name = self.same[name]
        return name


def groups(entries):
    """Entries (load, which) in groups of LOADS, as they come; one that is more stands alone."""
    out, room = [], 0
    for load, which in entries:
        if not out or load > room:
            out.append([])
            room = LOADS
        out[-1].append(which)
        room -= load
    return out


def buffered(text, below, cell, enters, leaves):
    """The netlist with its buffers, and the loads of its inputs: name -> of each bit, highest first. `below`: the same of
    the netlists it has instances of."""
    pins = Pins(text, below)
    hangs = collections.defaultdict(list)
    for k, (_, nets, loads) in enumerate(pins.kids):
        for i, (net, load) in enumerate(zip(nets, loads)):
            if load and net != CLOCK and not net.startswith("1'b"):
                hangs[net].append((load, (k, i)))
    driven = {n for way, names in pins.ports.values() if way == "input" for n in map(pins.net, names)}
    loads_of, cells, changed = collections.Counter(), [], collections.defaultdict(dict)
    for net in set(hangs) | set(pins.own) | driven:
        local = pins.own[net] - (net not in driven)
        total = local + sum(load for load, _ in hangs[net])
        if total <= LOADS or not hangs[net]:
            loads_of[net] = total
            continue
        level = [(1, ("pins", g)) for g in groups(hangs[net])]
        while local + len(level) > LOADS and len(level) > 1:
            level = [(1, ("level", g)) for g in groups(level)]
        loads_of[net] = local + len(level)

        def place(source, tree):
            name = f"border_{len(cells)}"
            cells.append(f"  wire {name}_net;\n  {cell} {name} (\n    .{enters}({source}),\n    .{leaves}({name}_net)\n  );\n")
            for which in tree[1]:
                if tree[0] == "level":
                    place(f"{name}_net", which)
                else:
                    changed[which[0]][which[1]] = f"{name}_net"
        for _, tree in level:
            place(net, tree)

    for k in sorted(changed, reverse=True): # from the end on, so that places stay
        (start, end), nets, _ = pins.kids[k]
        names = [changed[k].get(i, net) for i, net in enumerate(nets)]
        text = text[:start] + (names[0] if len(names) == 1 else "{ " + ", ".join(names) + " }") + text[end:]
    text = re.sub(r"^endmodule", lambda _: "".join(cells) + "endmodule", text, count=1, flags=re.M)
    inputs = {name: [loads_of[pins.net(b)] for b in names] for name, (way, names) in pins.ports.items() if way == "input"}
    return text, inputs
