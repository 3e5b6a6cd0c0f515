#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""RTL against netlist: every netlist that `make timing` and `make energy` map, held to its RTL (README.md, Netlists).

    netlists.py MACH LIB [--unit UNIT[,UNIT] [--netlist FILE]] [--liberty FILE[,FILE] --period NS] [--limit S]

--netlist holds FILE, not what is mapped here, to the RTL of the one unit: flip-flops named as Yosys names them.

Exit 0: all equal and a wrong gate seen in each; 1 otherwise; 77: no such library here; 2: called wrongly."""
import argparse
import os
import random
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, *p) for p in (("..", "..", "rtl", "timing"), ("..", "..", "rtl", "energy"), ("..", "mutate"))] # design.py is of timing
import design # noqa: E402
import mapping # noqa: E402
import miter # noqa: E402
import sides # noqa: E402
import timing # noqa: E402

B = os.environ.get("B", "build")
PATTERNS = 256
WARM = 4 # cycles
DRAWS = 20 # wrong gates tried until one is no equivalent
TOGETHER = "read_aiger {path}; strash; fraig -C 100; dc2; iprove"
OVER_TIME = "read_aiger {path}; strash; scorr; dc2; scorr; bmc3 -F 20 -T 20; pdr -T {limit}"


def ask(path, script, limit):
    """equal, differs or open, of a file whose output says that something differs."""
    try:
        done = subprocess.run(["yosys-abc", "-c", script.format(path=path, limit=limit)], capture_output=True, text=True,
                              check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return "open"
    if re.search(r"UNSATISFIABLE|Property proved|Networks are equivalent|is trivially unsat", done.stdout):
        return "equal"
    return "differs" if re.search(r"\bSATISFIABLE|asserted in frame", done.stdout) else "open"


class Pair:
    """A netlist beside its RTL, in one graph: registers, inputs and what black boxes give are the same on both sides."""

    def __init__(self, rtl, gates):
        self.rtl, self.gates, self.graph = rtl, gates, miter.Graph()
        lost = [k for k in gates.free if k not in rtl.free]
        if lost:
            raise design.BadDesign(f"{sides.name(lost[0])} of the netlist is not in the RTL ({len(lost)} such)")
        bits = {bit: self.graph.variable() for bit in dict.fromkeys(rtl.free.values())} # a register may have several names
        self.variables = {k: bits[bit] for k, bit in rtl.free.items()}
        there = {self.variables[k] for k in gates.free}
        self.alone = {v for k, v in self.variables.items() if k[0] == sides.REGISTER} - there # merged, constant or unread
        self.constants = 0
        for one in (1, 0):
            self.settle(one)
        self.left = rtl.build(self.graph, self.variables)

    def settle(self, one):
        """Registers of the RTL alone that keep this value for ever if all of them have it: they are taken to begin with it,
        as nothing resets them to another, and Yosys takes them for constants."""
        tried = set(self.alone)
        while tried:
            values = {k: one if v in tried else v for k, v in self.variables.items()}
            after = self.rtl.build(self.graph, values)
            keep = {v for k, v in self.variables.items() if v in tried and after.get(k) == one}
            if keep == tried:
                break
            tried = keep
        self.variables = {k: one if v in tried else v for k, v in self.variables.items()}
        self.alone -= tried
        self.constants += len(tried)

    def bad(self, wrong=None):
        """(literal, what may differ): ports, pins of black boxes, next values of registers."""
        right, bad, open_ones = self.gates.build(self.graph, self.variables, wrong), 0, []
        missing = [k for k in right if k not in self.left]
        if missing:
            raise design.BadDesign(f"{sides.name(missing[0])} of the netlist is not in the RTL")
        for key, a in self.left.items():
            if key in right:
                one = self.graph.differ(a, right[key])
                bad = self.graph.either(bad, one)
                open_ones += [key] * (one != 0)
            elif key[0] != sides.REGISTER:
                raise design.BadDesign(f"{sides.name(key)} is not in the netlist")
        return bad, open_ones

    def judge(self, path, limit, wrong=None):
        """(verdict, how). Registers may hold anything; where that does not do (some of the RTL's are no register of the netlist,
        a memory is read beyond its last line), all hold 0 at first, and what they come to is found from there."""
        bad, open_ones = self.bad(wrong)
        constants = f", {self.constants} registers constant" if self.constants else ""
        if bad == 0:
            return "equal", f"structure{constants}"
        inputs = [v for v in dict.fromkeys(self.variables.values()) if v > 1]
        miter.write(path, self.graph, inputs, [], bad)
        verdict = ask(path, TOGETHER, limit)
        if verdict != "differs":
            return verdict, f"{len(open_ones)} functions{constants}"
        state = {v: self.left[k] for k, v in self.variables.items() if k[0] == sides.REGISTER and v > 1}
        warm = [self.graph.variable() for _ in range(WARM)]
        state.update(zip(warm, [1] + warm))
        miter.write(path, self.graph, [v for v in inputs if v not in state], list(state.items()), self.graph.both(bad, warm[-1]))
        return ask(path, OVER_TIME, limit), f"from 0 on, {len(self.alone)} registers of the RTL alone{constants}"

    def shown(self):
        """A point that random values of the free ones show to differ, in words."""
        source, ones = random.Random(1), (1 << PATTERNS) - 1
        value = {0: 0, **{v: source.getrandbits(PATTERNS) for v in dict.fromkeys(self.variables.values()) if v > 1}}

        def of(x):
            return value.get(x & ~1, 0) ^ (ones if x & 1 else 0)
        right = self.gates.build(self.graph, self.variables)
        for v, a, b in self.graph.gates:
            value[v] = of(a) & of(b)
        found = [k for k, a in self.left.items() if k in right and of(a) != of(right[k])]
        return f"{sides.name(found[0])} and {len(found) - 1} more" if found else "for rare values alone"


def proven(net, lib, cells, where, options):
    """A line of the table: verdict, how, whether a wrong gate is seen."""
    begin = time.time()
    if not options.netlist:
        mapping.mapped(net, lib.path, lib.key + timing.ELABORATE, where, lib.facts.period, lib.roles.buffer)
    rtl = sides.Rtl(net, where)
    gates = sides.Gates(options.netlist or f"{where}/{net.name}.v", cells, net, rtl.free)
    pair = Pair(rtl, gates)
    path = f"{where}/{net.name}.miter.aig"
    verdict, how = pair.judge(path, options.limit)
    if verdict == "differs":
        how = pair.shown()
    seen, source = 0, random.Random(net.name)
    while verdict == "equal" and seen < DRAWS and gates.logic:
        seen += 1
        wrong = source.choice(gates.logic)
        if pair.judge(path, options.limit, wrong)[0] == "differs":
            break
    else:
        seen = 0
    return verdict, how, seen, len(gates.logic), len(pair.variables), time.time() - begin


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("mach")
    parser.add_argument("lib")
    parser.add_argument("--unit", default="")
    parser.add_argument("--liberty", default="")
    parser.add_argument("--period", type=float)
    parser.add_argument("--limit", type=int, default=300, help="seconds of an answer")
    parser.add_argument("--netlist", default="")
    options = parser.parse_args()
    lib = timing.Lib(options)
    where = f"{B}/timing/prove-{options.mach}-{options.lib}"
    os.makedirs(where, exist_ok=True)
    found = timing.elaborate(timing.parameters(options.mach), where)
    nets = {}
    for unit in options.unit.split(","):
        top = timing.chosen(design.Cutter(found), unit)
        nets.update({n.name: n for n in ([top] if unit else top.all_kids() + [top])})
    if options.netlist and len(nets) != 1:
        parser.error("--netlist is of one --unit")
    mapping.constraints(lib.roles, lib.load, f"{where}/constr")
    bad, cells = 0, sides.Cells(lib)
    for n, net in enumerate(sorted(nets.values(), key=lambda n: len(n.text)), 1):
        verdict, how, seen, gates, points, took = proven(net, lib, cells, where, options)
        good = verdict == "equal" and (seen or not gates)
        bad += not good
        print(f"{n:3d} of {len(nets)}  {net.name:<28} {'ok  ' if good else 'FAIL'} {verdict}, {how}; {gates} gates, {points} points; "
              + (f"wrong gate {seen} of {seen} drawn seen" if seen else "no wrong gate seen" if gates else "no gate")
              + f"; {took:.0f} s", flush=True)
    print(f"prove netlists {options.mach} {options.lib}: {len(nets) - bad} passed, {bad} failed")
    return bad != 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (design.BadDesign, OSError) as fault:
        print(f"error: {fault}", file=sys.stderr)
        sys.exit(1)
