# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What a cell does, state by state: outputs, next state, leakage, and in which states each power table holds.

A state is a number: bit i is input i, without the clock of a flip-flop; its highest bit is what a flip-flop holds."""
import itertools
import re

import liberty # by the path of power.py
from roles import table

INPUT, OUTPUT, CLOCK = 0, 1, 2 # where a table belongs
CLOCK_BIT = 30


class Kind:
    """A cell of the library, its states enumerated."""

    def __init__(self, cell):
        self.cell, self.name = cell, cell.name
        self.flop = cell.flop is not None
        self.clock, self.iq, self.iqn = None, None, None
        if self.flop:
            names = [x.strip() for x in cell.flop.name.split(",")]
            self.iq, self.iqn = (names + [""])[0].strip('" '), (names + [""])[1].strip('" ')
            self.clock = cell.flop.get("clocked_on", "").strip("() ")
            if self.clock not in cell.inputs:
                raise liberty.BadLiberty(f"cell {self.name}: clocked on '{self.clock}', not the rise of a pin")
        self.inputs = [p for p in cell.inputs if p != self.clock]
        self.outputs = [p for p in cell.outputs if cell.functions[p]]
        self.count = 1 << len(self.inputs) + self.flop
        self.tables = {}
        self.out = [0] * self.count
        for i, pin in enumerate(self.outputs):
            self.out = [o | v << i for o, v in zip(self.out, self.values(cell.functions[pin], None))]
        self.next, self.forced = [0] * self.count, [0] * self.count
        if self.flop:
            self.next = self.values(cell.flop.get("next_state", ""), None)
            clear = self.values(cell.flop.get("clear", "0"), None)
            preset = self.values(cell.flop.get("preset", "0"), None)
            self.forced = [1 if c else 2 if p else 0 for c, p in zip(clear, preset)]
            self.next = [n if not f else f - 1 for n, f in zip(self.next, self.forced)] # no edge gets past a clear
        self.leak = self.leakage()
        self.arcs = list(self.tabled())

    def values(self, expression, clock):
        """0 or 1 in every state. `clock`: its pin's value, None where the expression must not know it."""
        key = expression, clock
        if key not in self.tables:
            pins = list(self.inputs)
            known = pins + ([self.iq, self.iqn] if self.flop else []) + ([] if clock is None else
                                                                         self.outputs + ([self.clock] if self.flop else []))
            used = [n for n in known if n and n in expression]
            truth = table(expression, used) if len(used) < 16 else None
            if truth is None:
                raise liberty.BadLiberty(f"cell {self.name}: '{expression[:60]}' is not over its pins")
            place = dict(zip(itertools.product((False, True), repeat=len(used)), truth))
            out = []
            for s in range(self.count):
                now = {p: bool(s >> i & 1) for i, p in enumerate(pins)}
                if self.flop:
                    now[self.iq] = bool(s >> len(pins) & 1)
                    now[self.iqn] = not now[self.iq]
                if clock is not None:
                    now.update({p: bool(self.out[s] >> i & 1) for i, p in enumerate(self.outputs)})
                    now[self.clock] = bool(clock)
                out.append(int(place[tuple(now[n] for n in used)]))
            self.tables[key] = out
        return self.tables[key]

    def leakage(self):
        """nW in every state, the clock half of the time high: groups whose `when` holds, else the one without, else
        the cell's."""
        def one(s, clock):
            held = [v for when, v in self.cell.leaks if when and self.values(when, clock)[s]]
            plain = [v for when, v in self.cell.leaks if not when]
            return sum(held) if held else sum(plain) if plain else self.cell.leak or 0.0
        clocks = (0, 1) if self.flop else (0,)
        return [sum(one(s, c) for c in clocks) / len(clocks) for s in range(self.count)]

    def tabled(self):
        """(arc, where, pin, mask of related inputs, holds with the clock high, low), of every table."""
        always = [1] * self.count
        for pin, arcs in self.cell.arcs.items():
            for arc in arcs:
                if pin == self.clock:
                    where, at = CLOCK, 0
                elif pin in self.inputs:
                    where, at = INPUT, self.inputs.index(pin)
                elif pin in self.outputs:
                    where, at = OUTPUT, self.outputs.index(pin)
                else:
                    continue
                mask = 0
                for r in arc.related:
                    if r == self.clock:
                        mask |= 1 << CLOCK_BIT
                    elif r in self.inputs:
                        mask |= 1 << self.inputs.index(r)
                high, low = (self.values(arc.when, c) if arc.when else always for c in (1, 0))
                yield arc, where, at, mask, high, low

    def forcing(self):
        """Inputs that clear or preset a flip-flop, whatever its clock does."""
        forced = [self.cell.flop.get(w, "") for w in ("clear", "preset")] if self.flop else []
        return [p for p in self.inputs if any(re.search(rf"\b{re.escape(p)}\b", f) for f in forced)]

    def depends(self, output, source):
        """Whether an output moves with this input, in any state; of a flip-flop, with its clock."""
        if source == self.clock:
            return True
        bit = 1 << self.inputs.index(source)
        return any((self.out[s] ^ self.out[s ^ bit]) >> output & 1 for s in range(self.count))

    def start(self):
        """What a flip-flop holds when its RTL holds 0: what it takes from inputs that are all 0."""
        return self.values(self.cell.flop.get("next_state", ""), None)[0] if self.flop else 0
