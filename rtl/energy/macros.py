# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Energy of a foundry's memory macros, by the tables at their clock pin and their leakage: of a read, a write, a cycle
without either. Energy of toggles at address and data pins is left out."""
import itertools

import power # first: it finds rtl/timing
import liberty
from roles import table

CLOCK, PINS = "A_CLK", ("A_MEN", "A_WEN", "A_REN")
# What rtl/mem/ihp/stamp_ihp_macro.sv drives: a cycle without an access leaves A_REN high.
READ, WRITE, IDLE = (1, 0, 1), (1, 1, 0), (0, 0, 1)


class Macro:
    """read, write, idle in pJ; leak in nW; lines and width."""

    def __init__(self, path):
        library = liberty.parse(liberty.read(path), path)
        units = power.Units(library)
        cell = next(iter(library.of("cell")), None)
        clock = next((p for p in cell.of("pin") if p.name == CLOCK), None) if cell else None
        leak = cell.number("cell_leakage_power") if cell else None
        if not clock or leak is None:
            raise liberty.BadLiberty(f"{path}: no cell with {CLOCK} and cell_leakage_power")
        self.name, self.leak = cell.name, leak * units.leak
        arcs = [power.Arc(g, power.Tables(library, units), set()) for g in clock.of("internal_power")]
        self.read, self.write, self.idle = (self.edge(arcs, s, path) for s in (READ, WRITE, IDLE))

    def edge(self, arcs, state, path):
        """pJ of both edges of a cycle in a state; the tables must be single numbers."""
        place = list(itertools.product((0, 1), repeat=len(PINS))).index(state)
        for a in arcs:
            truth = table(a.when, PINS)
            if truth is None:
                raise liberty.BadLiberty(f"{path}: '{a.when[:60]}' at {CLOCK} is not over {', '.join(PINS)}")
            if truth[place]:
                if any(t and t.axes for t in (a.rise, a.fall)):
                    raise liberty.BadLiberty(f"{path}: a table at {CLOCK}, not a number")
                return sum(t.values[0] for t in (a.rise, a.fall) if t) / 1000
        raise liberty.BadLiberty(f"{path}: no power at {CLOCK} with {', '.join(PINS)} = {state}")


def used(memory, word, foundry, found):
    """What one memory is made of, from rtl/timing's choice (word): the macro, how many, how many for an access.

    A memory that reads and writes at other addresses in one cycle is two copies (rtl/mem/ihp/stamp_ihp_1w1r.sv)."""
    count, name = word.split(" x ")
    shape = next(f for f in foundry if f.name == name)
    copies = 1 if memory.pins.get("RA") == memory.pins.get("WA") or not memory.writes else 2
    return found[name], int(count) * copies, -(-memory.width // shape.width)


def energy(parts, reads, writes, cycles, period_ns):
    """pJ: {"read", "write", "idle", "leakage"}; idle: of cycles in which a macro has no access."""
    macro, count, wide = parts
    busy = (reads + writes) * wide
    return {"read": wide * reads * macro.read, "write": wide * writes * macro.write,
            "idle": max(count * cycles - busy, 0) * macro.idle,
            "leakage": count * macro.leak * period_ns * cycles * 1e-6}
