# SPDX-License-Identifier: Apache-2.0
"""A mutant beside its unit as one AIGER file whose output says that they differ, and what ABC says of it.

Both begin with the same values in registers, any values, and one cycle of reset; from then on both have the same inputs,
any inputs; what memories give is an input, equal as long as they were asked and written alike, which is asked of both with
their outputs. A register whose next value is the same in both as long as those registers are the same is kept once. Where
that differs at once, because of values nothing that runs comes to, it is asked again with registers that begin with 0."""
import os
import re
import subprocess

import design

EARLY = 6 # cycles
DATA = ".rdata_o" # of a memory
LOOK = "read_aiger {out}; strash; bmc3 -F 30 -T {look}"
ONCE = "read_aiger {out}; strash; sat -C 200000"
PROVE = "read_aiger {out}; strash; scorr; dc2; scorr; pdr -T {limit}"


class Circuit:
    """An AIGER file of design.py: literals, inputs and outputs by name."""

    def __init__(self, path, registers=()):
        with open(path + ".aig", "rb") as file:
            data = file.read()
        head, at = data.split(b"\n", 1)[0].split(), data.index(b"\n") + 1
        self.inputs, self.latches, outs, ands = (int(x) for x in head[2:6])
        lines = data[at:].split(b"\n", self.latches + outs)
        self.next = [int(x.split()[0]) for x in lines[:self.latches]]
        self.outputs = [int(x) for x in lines[self.latches:self.latches + outs]]
        at += sum(len(x) + 1 for x in lines[:self.latches + outs])
        self.ands, own = [], 2 * (self.inputs + self.latches + 1)
        for _ in range(ands):
            delta = []
            for _ in range(2):
                n = shift = 0
                while True:
                    byte = data[at]
                    at += 1
                    n |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                delta.append(n)
            left = own - delta[0]
            self.ands.append((left, left - delta[1]))
            own += 2
        self.names, self.index, shown = {"input": {}, "output": {}}, {"input": {}, "output": {}}, {}
        with open(path + ".map", encoding="utf-8") as file:
            for line in file:
                kind, index, bit, name = line.split(maxsplit=3)
                if kind == "output" and re.sub(r"\[\d+\]$", "", name.strip()) in registers:
                    shown[name.strip(), int(bit)] = int(index) # perhaps of a port, too
                elif kind in self.names: # of several names the unit's own
                    self.index[kind][name.strip(), int(bit)] = int(index)
                    if "." in self.names[kind].get(int(index), ".")[0]:
                        self.names[kind][int(index)] = name.strip(), int(bit)
        self.set = self.taken(shown) if shown else {}
        self.memories = [Memory(self, name[:-len(DATA)]) for name in sorted(
            {n for n, _ in self.names["input"].values() if n.endswith(DATA)})]

    def taken(self, shown):
        """(name, bit) -> latch, of registers the circuit has as outputs to say which they are: no longer outputs."""
        g = Graph()
        ins = [0 if self.names["input"].get(i, ("",))[0] == "mutant" else g.variable() for i in range(self.inputs)]
        own = [g.variable() for _ in range(self.latches)]
        v, found = values(g, self, ins, own), {}
        for name, i in shown.items():
            if at(v, self.outputs[i]) in own:
                found[name] = own.index(at(v, self.outputs[i]))
            if i not in self.names["output"]:
                self.outputs[i] = 0
        return found


class Memory:
    """Ports of a memory that was cut out, each a list by bits: outputs of the circuit, of `given` inputs. None: a constant
    1 of `mask`, any constant of an address."""

    def __init__(self, c, path):
        def bits(way, port):
            found = {bit: i for (n, bit), i in c.index[way].items() if n == f"{path}.{port}"}
            return [found.get(bit) for bit in range(max(found) + 1)] if found else []

        self.path, self.given = path, bits("input", DATA[1:])
        self.read, self.write, self.data = (bits("output", p) for p in ("re_i", "we_i", "wdata_i"))
        both = bits("output", "addr_i")
        self.read_at, self.write_at = both or bits("output", "raddr_i"), both or bits("output", "waddr_i")
        self.mask = bits("output", "mask_i") or [None]
        if not self.read or not self.write or len(self.data) != len(self.given) or None in self.data + self.given or \
                len(self.read_at) != len(self.write_at):
            raise design.BadUnit(f"memory {path}: a port is a constant")

    def ports(self):
        return {i for p in (self.read, self.write, self.data, self.read_at, self.write_at, self.mask) for i in p} - {None}


class Graph:
    """And-inverter graph in the making: equal gates once, constants gone."""

    def __init__(self):
        self.count, self.gates, self.known = 0, [], {}

    def variable(self):
        self.count += 1
        return 2 * self.count

    def both(self, a, b):
        if a > b:
            a, b = b, a
        if a == 0 or a == b ^ 1:
            return 0
        if a == 1 or a == b:
            return b
        if (a, b) not in self.known:
            self.known[a, b] = self.variable()
            self.gates.append((self.known[a, b], b, a))
        return self.known[a, b]

    def either(self, a, b):
        return self.both(a ^ 1, b ^ 1) ^ 1

    def choose(self, which, a, b):
        return self.either(self.both(which, a), self.both(which ^ 1, b))

    def differ(self, a, b):
        return self.either(self.both(a, b ^ 1), self.both(a ^ 1, b))


def values(graph, c, inputs, state):
    """Literals of all variables of the circuit."""
    v = [0] + inputs + state
    for left, right in c.ands:
        v.append(graph.both(v[left >> 1] ^ (left & 1), v[right >> 1] ^ (right & 1)))
    return v


def at(v, literal):
    return v[literal >> 1] ^ (literal & 1)


def miter(c, number, path, zeros):
    """Writes the file; False where nothing can differ, by structure alone."""
    split = set()
    while True:
        g = Graph()
        free = [g.variable() for _ in range(c.inputs)]
        once = [0 if zeros else g.variable() for _ in range(c.latches)] # first values
        begun, own = g.variable(), [g.variable() for _ in range(c.latches)]
        other = {i: g.variable() for i in sorted(split)}
        first = [g.choose(begun, own[i], once[i]) for i in range(c.latches)]
        second = [g.choose(begun, other[i], once[i]) if i in split else first[i] for i in range(c.latches)]
        sides = []
        for which, state in ((0, first), (number, second)):
            ins = []
            for i in range(c.inputs):
                name, bit = c.names["input"].get(i, ("", 0))
                ins.append((which >> bit & 1) if name == "mutant" else
                           g.both(begun, free[i]) if name == "rst_ni" else free[i])
            sides.append(values(g, c, ins, state))
        more = {i for i, n in enumerate(c.next) if i not in split and at(sides[0], n) != at(sides[1], n)}
        if not more:
            break
        split |= more
    bad, apart = 0, set().union(*(m.ports() for m in c.memories))
    for i, o in enumerate(c.outputs):
        if i not in apart or "." not in c.names["output"][i][0]:
            bad = g.either(bad, g.differ(at(sides[0], o), at(sides[1], o)))
    for m in c.memories:
        bad = g.either(bad, otherwise(g, c, m, sides))
    bad = g.both(bad, begun)
    if bad == 0:
        return False
    latches = [(begun, 1)] + [(own[i], at(sides[0], c.next[i])) for i in range(c.latches)]
    latches += [(other[i], at(sides[1], c.next[i])) for i in sorted(split)]
    write(path, g, free + [x for x in once if x], latches, bad)
    return True


def otherwise(g, c, m, sides):
    """Whether a memory is asked, or written, otherwise: where it is not, its other ports may be as they like."""
    def differ(ports):
        bad = 0
        for i in ports:
            if i is not None:
                bad = g.either(bad, g.differ(at(sides[0], c.outputs[i]), at(sides[1], c.outputs[i])))
        return bad

    bad = g.either(differ(m.read), differ(m.write))
    bad = g.either(bad, g.both(at(sides[0], c.outputs[m.read[0]]), differ(m.read_at)))
    part = len(m.data) // len(m.mask)
    wrote = g.either(differ(m.write_at), differ(m.mask))
    for k, mask in enumerate(m.mask):
        on = 1 if mask is None else at(sides[0], c.outputs[mask])
        wrote = g.either(wrote, g.both(on, differ(m.data[k * part:(k + 1) * part])))
    return g.either(bad, g.both(at(sides[0], c.outputs[m.write[0]]), wrote))


def write(path, g, inputs, latches, bad):
    """Binary AIGER: what the output needs."""
    gates, nexts = {v: (a, b) for v, a, b in g.gates}, dict(latches)
    needed, todo = set(), [bad & ~1]
    while todo:
        v = todo.pop()
        if v in needed or v == 0:
            continue
        needed.add(v)
        todo += [x & ~1 for x in gates.get(v, ())]
        if v in nexts:
            todo.append(nexts[v] & ~1)
    inputs = [v for v in inputs if v in needed]
    latches = [(v, n) for v, n in latches if v in needed]
    ands = [(v, a, b) for v, a, b in g.gates if v in needed]
    name = {0: 0}
    for v in inputs + [v for v, _ in latches] + [v for v, _, _ in ands]:
        name[v] = 2 * len(name)

    def lit(x):
        return name[x & ~1] | (x & 1)

    def code(n):
        out = bytearray()
        while n > 127:
            out.append(n & 127 | 128)
            n >>= 7
        return bytes(out + bytes([n]))

    with open(path, "wb") as file:
        file.write(f"aig {len(name) - 1} {len(inputs)} {len(latches)} 1 {len(ands)}\n".encode())
        file.write("".join(f"{lit(n)}\n" for _, n in latches).encode() + f"{lit(bad)}\n".encode())
        for v, a, b in ands:
            a, b = sorted((lit(a), lit(b)))
            file.write(code(name[v] - b) + code(b - a))


def one_cycle(c, number, path):
    """Whether both have the same outputs and the same next values in a cycle from any values of registers, any inputs."""
    g = Graph()
    free, state, sides = [g.variable() for _ in range(c.inputs)], [g.variable() for _ in range(c.latches)], []
    for which in (0, number):
        names = [c.names["input"].get(i, ("", 0)) for i in range(c.inputs)]
        sides.append(values(g, c, [(which >> bit & 1) if name == "mutant" else free[i]
                                   for i, (name, bit) in enumerate(names)], state))
    bad = 0
    for x in c.outputs + c.next:
        bad = g.either(bad, g.differ(at(sides[0], x), at(sides[1], x)))
    if bad == 0:
        return True
    write(path, g, free + state, [], bad)
    try:
        done = subprocess.run(["yosys-abc", "-c", ONCE.format(out=path)], capture_output=True, text=True, check=False, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return "UNSATISFIABLE" in done.stdout


def at_once(c, number, where):
    """The verdict where one cycle says it, else None."""
    return ("equivalent", "in one cycle") if one_cycle(c, number, f"{where}.{number}.aig") else None


def judge(c, number, where, look, limit):
    """(verdict, what is said): equivalent, differs, open."""
    known = at_once(c, number, where)
    if known:
        return known
    path = f"{where}.{number}.aig"
    verdict, said, frame = asked(c, number, path, look, limit, False)
    if verdict == "differs" and frame <= EARLY:
        verdict, said, frame = asked(c, number, path, look, limit, True)
        said += ", registers 0 at first"
    if verdict == "equivalent" and os.path.exists(path):
        os.remove(path)
    return verdict, said


def asked(c, number, path, look, limit, zeros):
    """The verdict, what is said, the cycle that differs."""
    if not miter(c, number, path, zeros):
        return "equivalent", "structure", 0
    said = ""
    for script in (LOOK, PROVE):
        try:
            done = subprocess.run(["yosys-abc", "-c", script.format(out=path, look=look, limit=limit)],
                                  capture_output=True, text=True, check=False, timeout=4 * (look + limit))
        except subprocess.TimeoutExpired:
            continue
        now = re.sub(r"ABC command line.*", "", done.stdout)
        hit = re.search(r"asserted in frame (\d+)", now)
        if hit:
            return "differs", f"in cycle {hit.group(1)} of some inputs", int(hit.group(1))
        if re.search(r"Property proved|Networks are equivalent", now):
            return "equivalent", "pdr", 0
        said += now
    reached = re.findall(r"No output (?:asserted|failed) in (\d+) frames", said)
    return "open", f"equal for {max(map(int, reached), default=0)} cycles", 0
