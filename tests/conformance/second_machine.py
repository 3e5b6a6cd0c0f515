# SPDX-License-Identifier: Apache-2.0
"""The machine of model/spec/isa.md in Python: program order, no time. Vector instructions are in
second_vector.py, the matrix unit is in second_mm.py."""
import re
from collections import defaultdict

import second_f32 as n
from second_mm import matrix
from second_vector import VECTOR

# What the page says how to count.
COUNTED = {"INSNS", "LOAD_BYTES", "STORE_BYTES", "MAC_ISSUED", "MAC_USED", "XB_WRITE", "WB_READ", "WB_WRITE", "VM_READ",
           "VM_WRITE", "VX_LINES", "DIVIDES", "FN_LINES", "PB_READ", "PB_WRITE"}


def table(name, macro):
    with open(f"model/spec/{name}") as f:
        lines = re.findall(rf"^{macro}\((.*)\)\s*$", f.read(), re.M)
    return [[p.strip() for p in re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line)] for line in lines]


OPS = {int(o[1], 0): (o[0], o[2], o[3]) for o in table("isa.def", "OP")}
HEAD = [(v[0], int(v[1]), int(v[2])) for v in table("isa.def", "HEAD")]
FIELDS = {g: (HEAD if g != "C" else []) +
          [(v[1], int(v[2]), int(v[3])) for v in table("isa.def", "FIELD") if v[0] == g] for g in "CDBVMW"}
FNS = {(v[0], int(v[2])): v[1] for v in table("isa.def", "FN")}
SETS = {"VBIN": "BIN", "VROW": "ROW", "VRED": "RED", "VFN": "ONE"}
SPACES = {int(v[1]): v[0] for v in table("isa.def", "SPACE")}
ERRORS = {v[0]: int(v[1]) for v in table("error.def", "ERROR")}
COUNTS = {"D": ["lines", "n0", "n1"], "B": ["boff", "cols", "n0", "n1"], "V": ["n0", "cols"], "W": ["n0", "cols"],
          "M": ["groups", "kl", "ng"], "C": []}


class Config:
    pass


def mach(name):
    c = Config()
    row = next(v for v in table("mach.def", "CONFIG") if v[0] == name)
    for p, value in zip(table("mach.def", "PARAM"), row[1:]):
        setattr(c, p[0], int(value))
    return c


class Stop(Exception):
    """An error, by its name in error.def."""


class Bank(list):
    """A memory whose lines or entries are counted; another index is RANGE."""

    def __init__(self, lines, content):
        super().__init__([content] * lines)

    def __getitem__(self, i):
        if i >= len(self):
            raise Stop("RANGE")
        return super().__getitem__(i)

    def __setitem__(self, i, v):
        if i >= len(self):
            raise Stop("RANGE")
        super().__setitem__(i, v)


class Insn:
    def __init__(self, word):
        if word & 255 not in OPS:
            raise Stop("OPCODE")
        self.name, self.format, self.unit = OPS[word & 255]
        for field, lsb, width in FIELDS[self.format]:
            value = word >> lsb & (1 << width) - 1
            if field.startswith("rsv") and value:
                raise Stop("RESERVED")
            setattr(self, field, value)


class Machine:
    def __init__(self, c, base, size):
        self.c, self.base, self.memory = c, base, bytearray(size)
        zero = (0,) * c.L
        self.vm, self.xb = Bank(c.VM_LINES, zero), Bank(c.XB_LINES, ((0,) * c.L,) * c.P)
        self.wb, self.cm = Bank(c.WB_LINES, (0,) * (c.L * c.T)), Bank(c.CM_LINES, ((0, 0),) * c.L)
        self.rt, self.nt = Bank(c.RT_ENTRIES, 0), Bank(c.RT_ENTRIES, 0)
        self.it, self.pb = Bank(c.IT_ENTRIES, 0), Bank(c.PB_LINES, (0,) * (c.L * c.T))
        self.sm, self.rm = Bank(c.SM_ENTRIES, (0, 0, 0, 0)), Bank(c.SM_ENTRIES, (0, 0, 0))
        self.ac = Bank(c.AC_LINES, zero)

    # ---- Control -------------------------------------------------------------------------------------------

    def run(self, code, count, window, arg):
        self.code, self.length, self.arg = code, count, arg
        self.window = (max(window[0], self.base), min(window[1], self.base + len(self.memory)))
        self.areg, self.sem, self.loops, self.count = [0] * 16, [0] * 32, [], defaultdict(int)
        self.pc, self.error, self.error_pc, self.done = 0, 0, 0, False
        while not self.done:
            try:
                at = self.pc
                self.step(self.fetch(at))
                self.count["INSNS"] += 1
            except Stop as stop:
                self.error, self.error_pc, self.done = ERRORS[stop.args[0]], at, True

    def fetch(self, pc):
        at = self.code + 32 * pc - self.base
        if pc >= self.length or at < 0 or at + 32 > len(self.memory):
            raise Stop("AXI_FETCH")
        return int.from_bytes(self.memory[at:at + 32], "little")

    def step(self, word):
        i = Insn(word)
        self.check(i)
        if i.format == "C":
            return self.control(i)
        if i.format == "D" and (i.d0 % 64 or i.d1 % 64):
            raise Stop("ALIGN")
        if not all(getattr(i, field) for field in COUNTS[i.format]):
            raise Stop("RANGE")
        if i.format == "D":
            i.dram = (i.dram + self.areg[i.areg]) % 2 ** 40
            if i.dram % 64:
                raise Stop("ALIGN")
        for s in (i.wait0, i.wait1, i.wait2):
            if s and not self.sem[s]:
                raise Stop("WATCHDOG")
            self.sem[s] -= bool(s)
        self.bad = False
        if i.format == "D":
            self.transfer(i)
        elif i.format == "M":
            matrix(self, i, Stop)
        else:
            VECTOR[i.name](self, i, Stop)
        if self.bad:
            raise Stop("NUMERIC")
        for s in (i.post0, i.post1, i.post2):
            self.sem[s] += bool(s)
            if self.sem[s] > 255:
                raise Stop("SEMAPHORE")
        self.pc += 1

    def check(self, i):
        """RESERVED of values, then LOOP of constants."""
        bad = False
        if i.format == "C":
            bad = i.name != "SETA" and (i.arg or i.shift or i.acc or i.add)
            bad = bad or (i.name in ("SETR", "ADDR", "SETA") and not i.areg)
            bad = bad or (i.name not in ("SETR", "ADDR", "SETA", "LOOP") and i.areg)
            bad = bad or (i.name == "LOOP" and i.areg and i.imm)
        elif i.format == "D":
            space = SPACES.get(i.space, "?")
            ok = ("VM", "PB") if i.name == "STORE" else ("VM", "WB", "CM", "RT", "NT", "IT")
            bad = space not in ok or i.fmt > (2 if space == "VM" else 0)
            bad = bad or (i.gather and (i.name == "STORE" or space != "VM" or i.d1)) or (not i.gather and i.it)
        elif i.format == "B":
            bad = i.kind > 2
        elif i.format == "W":
            bad = (SETS[i.name], i.fn) not in FNS if i.name in SETS else i.fn
            bad = bad or (i.areg and i.name not in ("VRED", "VFN"))
        if bad:
            raise Stop("RESERVED")

    def control(self, i):
        mask = 2 ** 40 - 1
        self.pc += 1
        if i.name == "SETR":
            self.areg[i.areg] = i.imm
        elif i.name == "ADDR":
            self.areg[i.areg] = self.areg[i.areg] + i.imm & mask
        elif i.name == "SETA":
            old = self.areg[i.areg] if i.acc else 0
            self.areg[i.areg] = old + ((self.arg[i.arg] + i.add) % 2 ** 32 >> i.shift) * i.imm & mask
        elif i.name == "LOOP":
            times = self.areg[i.areg] if i.areg else i.imm
            if len(self.loops) == 4 or times >= 1 << 24 or (not i.areg and not times):
                raise Stop("LOOP")
            if times:
                self.loops.append([self.pc, times])
            else:
                self.skip()
        elif i.name == "ENDL":
            if not self.loops:
                raise Stop("LOOP")
            self.loops[-1][1] -= 1
            if self.loops[-1][1]:
                self.pc = self.loops[-1][0]
            else:
                self.loops.pop()
        elif i.name == "HALT":
            self.done = True

    def skip(self):
        """Behind the matching ENDL; past the end the next fetch fails, there."""
        depth = 1
        while depth:
            try:
                op = self.fetch(self.pc) & 255
            except Stop:
                return
            depth += (op == 6) - (op == 7)
            self.pc += 1

    # ---- LOAD and STORE ----------------------------------------------------------------------------------

    def transfer(self, i):
        c, space, store = self.c, SPACES[i.space], i.name == "STORE"
        size = {"VM": 2 * c.L if i.fmt == 2 else 4 * c.L, "WB": c.L * c.T // 2, "PB": c.L * c.T // 2, "CM": 8 * c.L,
                "RT": 64, "NT": 64, "IT": 64}[space]
        lines = {"VM": c.VM_LINES, "WB": c.WB_LINES, "CM": c.CM_LINES, "RT": c.RT_ENTRIES // 32, "NT": c.RT_ENTRIES // 32,
                 "IT": c.IT_ENTRIES // 16, "PB": c.PB_LINES}[space]
        rows = i.n0 * i.n1
        if i.line + (rows - 1) * i.lstride + i.lines > lines or (i.gather and i.it + rows > c.IT_ENTRIES):
            raise Stop("RANGE")
        for row in range(rows):
            at = i.dram + row // i.n0 * i.d1 + row % i.n0 * i.d0
            if i.gather:
                at = (i.dram + self.it[i.it + row] * i.d0) % 2 ** 40
            if at < self.window[0] or at + i.lines * size > self.window[1]:
                raise Stop("DRAM_RANGE")
            self.count["STORE_BYTES" if store else "LOAD_BYTES"] += i.lines * size
            at -= self.base
            for j in range(i.lines):
                line, part = i.line + row * i.lstride + j, slice(at + j * size, at + (j + 1) * size)
                if store:
                    self.memory[part] = self.stored(space, i.fmt, line)
                else:
                    self.loaded(space, i.fmt, line, self.memory[part])

    def loaded(self, space, fmt, line, b):
        u = lambda size: [int.from_bytes(b[k:k + size], "little") for k in range(0, len(b), size)]
        if space == "VM":
            values = [v << 16 for v in u(2)] if fmt == 2 else u(4)
            self.vm[line] = tuple(values)
            self.count["VM_WRITE"] += 1
            self.bad |= fmt != 0 and not all(map(n.finite, values))
        elif space == "WB":
            self.wb[line] = tuple(((v & 15 ^ 8) - 8, (v >> 4 ^ 8) - 8)[k] for v in b for k in (0, 1))
            self.count["WB_WRITE"] += 1
        elif space == "CM":
            self.cm[line] = tuple((v & 0xFFFFFFFF, v >> 32) for v in u(8))
        elif space == "IT":
            for k, v in enumerate(u(4)):
                self.it[16 * line + k] = v
        else:
            for k, v in enumerate(u(2)):
                (self.rt if space == "RT" else self.nt)[32 * line + k] = v

    def stored(self, space, fmt, line):
        if space == "PB":
            self.count["PB_READ"] += 1
            v = self.pb[line]
            return bytes(v[k] & 15 | (v[k + 1] & 15) << 4 for k in range(0, len(v), 2))
        self.count["VM_READ"] += 1
        values = self.vm[line]
        if fmt == 2:
            values = [n.bf16(v) for v in values]
            self.bad |= not all(n.finite(v << 16) for v in values)
            return b"".join(v.to_bytes(2, "little") for v in values)
        self.bad |= fmt == 1 and not all(map(n.finite, values))
        return b"".join(v.to_bytes(4, "little") for v in values)

    # ---- VM, as vector and matrix instructions use it -------------------------------------------------------

    def read(self, line):
        self.count["VM_READ"] += 1
        return self.vm[line]

    def write(self, line, values, checked=True):
        self.count["VM_WRITE"] += 1
        self.vm[line] = tuple(values)
        self.bad |= checked and not all(map(n.finite, values))
