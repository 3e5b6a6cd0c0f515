# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What the cells of a library are, found by their functions: flip-flops, the gate that is the unit of area, buffers."""
import itertools
import re

from liberty import BadLiberty

WORD = re.compile(r"\s*([A-Za-z_]\w*(?:\[\d+\])?|[01]|[!'*&+|^()])")


class Truth:
    """What parse() builds for table(): functions of the inputs' values."""
    constant = staticmethod(lambda one: lambda v: one)
    name = staticmethod(lambda n: lambda v: v[n])
    inverse = staticmethod(lambda a: lambda v: not a(v))
    either = staticmethod(lambda a, b: lambda v: a(v) or b(v))
    differ = staticmethod(lambda a, b: lambda v: a(v) != b(v))
    both = staticmethod(lambda a, b: lambda v: a(v) and b(v))


def parse(function, inputs, build):
    """A Liberty expression over these inputs as `build` makes it (Truth says of what), or None where it has other names
    or is malformed."""
    tokens, at = [], 0
    text = function.strip()
    while at < len(text):
        m = WORD.match(text, at)
        if not m or len(tokens) > 400:
            return None
        tokens.append(m.group(1))
        at = m.end()

    def factor():
        if not tokens:
            raise ValueError
        t = tokens.pop(0)
        if t == "!":
            return build.inverse(factor())
        if t == "(":
            a = level(0)
            if not tokens or tokens.pop(0) != ")":
                raise ValueError
        elif t in "01":
            a = build.constant(t == "1")
        elif t in inputs:
            a = build.name(t)
        else:
            raise ValueError
        while tokens and tokens[0] == "'":
            tokens.pop(0)
            a = build.inverse(a)
        return a

    def level(n): # 0 or, 1 xor, 2 and
        if n == 3:
            return factor()
        signs = ("+|", "^", "*&")[n]
        a = level(n + 1)
        while tokens and (tokens[0] in signs or (n == 2 and (tokens[0] in "!(01" or tokens[0][0].isidentifier()))):
            if tokens[0] in signs:
                tokens.pop(0)
            a = (build.either, build.differ, build.both)[n](a, level(n + 1))
        return a

    try:
        found = level(0)
        return None if tokens else found
    except (ValueError, RecursionError):
        return None


def table(function, inputs):
    """The truth table of a Liberty expression over these inputs, or None as parse()."""
    f = parse(function, inputs, Truth)
    if f is None:
        return None
    try:
        return tuple(bool(f(dict(zip(inputs, values))))
                     for values in itertools.product((False, True), repeat=len(inputs)))
    except RecursionError:
        return None


class Kind:
    """A cell: its area, its pins, what it does."""

    def __init__(self, group):
        self.name = group.name
        self.area = group.number("area", 0.0)
        pins = group.of("pin")
        self.inputs = [p for p in pins if p.get("direction") == "input"]
        self.outputs = [p for p in pins if p.get("direction") == "output"]
        self.flop = bool(group.of("ff", "ff_bank"))
        self.state = self.flop or bool(group.of("latch", "latch_bank", "statetable"))
        self.unused = group.get("dont_use") == "true"
        ff = group.of("ff")
        # A flip-flop Yosys can take: data from a pin, clock from a pin.
        names = {p.name for p in self.inputs}
        self.plain_flop = len(ff) == 1 and ff[0].get("next_state", "").strip("() ") in names \
            and ff[0].get("clocked_on", "").strip("() ") in names

    def function(self, values):
        """Whether it is the gate of this truth table."""
        names = [p.name for p in self.inputs]
        return not self.state and len(self.outputs) == 1 and 1 << len(names) == len(values) \
            and table(self.outputs[0].get("function", ""), names) == values

    def drive(self, strength):
        """Whether its name says so: X1, x2_, _2."""
        return re.search(rf"(?:[xX]|_){strength}(?![0-9p])", self.name) is not None

    def load(self):
        return max((p.number("capacitance", 0.0) for p in self.inputs), default=0.0)


class Roles:
    """The cells a run names: `nand` the gate equivalent, `buffer` what drives an input, `repeater` what stands at a border."""

    def __init__(self, library):
        self.kinds = {g.name: Kind(g) for g in library.of("cell")}
        used = [k for k in self.kinds.values() if not k.unused]
        where = f"library {library.name}"

        def smallest(what, choice):
            choice = sorted((k for k in choice if k.area > 0), key=lambda k: (k.area, k.name))
            if not choice:
                raise BadLiberty(f"{where}: no {what} with an area")
            return choice

        nands = smallest("2-input NAND", [k for k in used if k.function((True, True, True, False))])
        self.nand = next((k for k in nands if k.drive(1)), nands[0])
        smallest("inverter", [k for k in used if k.function((True, False))])
        buffers = smallest("buffer", [k for k in used if k.function((False, True))])
        self.buffer = next((k for k in buffers if k.drive(2)), buffers[0])
        self.repeater = next((k for k in buffers if k.drive(4)), self.buffer)
        self.flop = smallest("flip-flop with a data and a clock pin", [k for k in used if k.plain_flop])[0]
