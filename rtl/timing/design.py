# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The elaborated design, RTLIL of Yosys: its modules, which of them are netlists of their own, memories as macros.

A netlist of its own is every module that holds a flip-flop and is not of rtl/lib; what is combinational, and what is
of rtl/lib, is flattened into what uses it. An input that an instance ties to a constant is taken into the module
first: instances with other constants are other netlists."""
import hashlib
import os
import re

MEMORIES = re.compile(r"stamp_(ram|sram|mem)(_\w+)?") # modules whose array is a macro
CELL = re.compile(r"^  cell (\S+) (\S+)\n((?:    .*\n)*)  end\n", re.M)
WIRE = re.compile(r"^  wire ((?:\w+ )*?)(?:width (\d+) )?((?:\w+ )*?)(input|output) (\d+) (\\\S+)$", re.M)
CONNECT = re.compile(r"^    connect (\S+) (.*)$", re.M)
PARAMETER = re.compile(r"^    parameter (?:\w+ )?\\(\S+) (.*)$", re.M)
CONSTANT = re.compile(r"\d+'[01]+")


class BadDesign(Exception):
    """Why a design is refused, in one line."""


def plain(name):
    """stamp_fadd of $paramod\\stamp_fadd\\OwnValid=1'0."""
    return re.sub(r"\\.*", "", re.sub(r"^\\", "", re.sub(r"^\$paramod(\$[0-9a-f]+)?", "", name)))


class Cell:
    def __init__(self, match):
        self.type, self.name, self.body = match.group(1), match.group(2), match.group(3)

    def connects(self):
        return dict(CONNECT.findall(self.body))

    def parameters(self):
        return dict(PARAMETER.findall(self.body))


class Module:
    def __init__(self, name, text):
        self.name, self.text, self.unit = name, text, plain(name)
        self.cells = [Cell(m) for m in CELL.finditer(text)]
        self.kids = []      # (Cell, Module), once the design is known
        self.storage = any(re.match(r"\$(s?dff|dffe|adff|aldff|sdffe|sdffce|mem)", c.type) for c in self.cells)

    def sequential(self):
        return self.storage or any(m.sequential() for _, m in self.kids)

    def ports(self):
        """(name, width, direction, index) of every port."""
        return [(n, int(w or 1), d, int(i)) for _, w, _, d, i, n in WIRE.findall(self.text)]


def modules(text):
    """Name -> Module of an RTLIL text."""
    found = {}
    for m in re.finditer(r"^module (\S+)\n.*?^end\n", text, re.M | re.S):
        found[m.group(1)] = Module(m.group(1), m.group())
    for module in found.values():
        module.kids = [(c, found[c.type]) for c in module.cells if c.type in found]
    return found


def library_units():
    """Modules of rtl/lib."""
    lib = os.path.join(os.path.dirname(__file__), "..", "lib")
    return {f[:-3] for f in os.listdir(lib) if f.endswith(".sv")}


# ---- Memories ---------------------------------------------------------------------------------------------
class Macro:
    """A memory: its name says ports, width and lines."""

    def __init__(self, cell):
        p = cell.parameters()
        self.width, self.lines, self.address = int(p["WIDTH"]), int(p["SIZE"]), int(p["ABITS"])
        self.reads, self.writes = int(p["RD_PORTS"]), int(p["WR_PORTS"])
        self.enables = self.width # bits of WE: one where all bits are written together

    def name(self):
        mask = "m" if self.enables > 1 else ""
        return f"memory{mask}_{self.reads}r{self.writes}w_{self.lines}x{self.width}"

    def pins(self):
        """(name, bits, direction)"""
        r, w, a = self.reads, self.writes, self.address
        pins = [("RCLK", 1, "input"), ("RE", r, "input"), ("RA", r * a, "input"), ("RD", r * self.width, "output")]
        if w:
            pins += [("WCLK", 1, "input"), ("WE", w * self.enables, "input"), ("WA", w * a, "input"),
                     ("WD", w * self.width, "input")]
        return pins

    def stub(self):
        lines = ["attribute \\blackbox 1", f"module \\{self.name()}"]
        for i, (n, bits, way) in enumerate(self.pins()):
            lines.append(f"  wire width {bits} {way} {i + 1} \\{n}")
        return "\n".join(lines) + "\nend\n"


def alike(module, signal):
    """Whether all bits of a signal are one bit: a constant, one bit repeated, or chosen by one bit among such."""
    constant = re.fullmatch(r"\d+'([01]+)", signal)
    if constant:
        return len(set(constant.group(1))) == 1
    many = re.fullmatch(r"\{ (.*) \}", signal)
    if many:
        return len(set(re.findall(r"\S+(?: \[[\d:]+\])?", many.group(1)))) == 1 and ":" not in many.group(1)
    muxes = [c.connects() for c in module.cells if c.type == "$mux" and c.connects().get("\\Y") == signal]
    return len(muxes) == 1 and alike(module, muxes[0]["\\A"]) and alike(module, muxes[0]["\\B"])


def one_enable(module, signal):
    """The one bit that enables all bits of a write, or None."""
    if not alike(module, signal):
        return None
    many = re.match(r"\{ (\S+(?: \[\d+\])?) ", signal)
    return many.group(1) if many else signal if re.search(r"'|\]$", signal) else signal + " [0]"


def macros(module):
    """The module's text with its arrays as macros, and these. The register behind a read belongs to the macro."""
    text, found = module.text, []
    for c in [c for c in module.cells if c.type == "$mem_v2"]:
        macro, on, p = Macro(c), c.connects(), c.parameters()
        clock, enable, data = on["\\RD_CLK"], on["\\RD_EN"], on["\\RD_DATA"]
        if set(p["RD_CLK_ENABLE"].split("'")[1]) == {"0"}:
            behind = [d for d in module.cells if d.type in ("$dff", "$dffe") and d.connects()["\\D"] == data]
            if len(behind) != 1 or macro.reads != 1:
                raise BadDesign(f"{module.unit}: memory is read without a register")
            out = behind[0].connects()
            clock, enable, data = out["\\CLK"], out.get("\\EN", "1'1"), out["\\Q"]
            text = drop(text, behind[0])
        elif "0" in p["RD_CLK_ENABLE"].split("'")[1]:
            raise BadDesign(f"{module.unit}: memory with reads of two kinds")
        text, on = parts(module, text, macro, on, c)
        if macro.writes == 1 and one_enable(module, on["\\WR_EN"]):
            on["\\WR_EN"], macro.enables = one_enable(module, on["\\WR_EN"]), 1
        pins = {"RCLK": first(clock), "RE": enable, "RA": on["\\RD_ADDR"], "RD": data, "WCLK": first(on["\\WR_CLK"]),
                "WE": on["\\WR_EN"], "WA": on["\\WR_ADDR"], "WD": on["\\WR_DATA"]}
        lines = "".join(f"    connect \\{n} {pins[n]}\n" for n, _, _ in macro.pins())
        text = drop(text, c, f"  cell \\{macro.name()} {c.name}\n{lines}  end\n")
        found.append(macro)
    return text, found


AND = """  cell $and {name}_and
    parameter \\A_SIGNED 0
    parameter \\A_WIDTH 1
    parameter \\B_SIGNED 0
    parameter \\B_WIDTH 1
    parameter \\Y_WIDTH 1
    connect \\A {a}
    connect \\B {b}
    connect \\Y {name}
  end
"""


def parts(module, text, macro, on, memory):
    """A line of which parts are written is in RTL the old line with new parts: Yosys reads the memory past the register,
    and chooses part by part. Here a part's choice becomes its mask. Returns text and connections."""
    old, data = on["\\RD_DATA"], on["\\WR_DATA"]
    used = [c for c in module.cells if c is not memory and any(
        n != "\\Q" and re.search(rf"(?:^| ){re.escape(old)}(?: |$)", v) for n, v in c.connects().items())]
    muxes = {c.connects()["\\Y"]: c for c in used if c.type == "$mux"}
    if all(c.type in ("$dff", "$dffe") for c in used):
        return text, on
    fault = f"{module.unit}: memory is read past its register, and not for the parts of a write"
    enable = one_enable(module, on["\\WR_EN"]) if macro.writes == 1 else None
    if not enable or on["\\RD_ADDR"] != on["\\WR_ADDR"] or any(c.type not in ("$mux", "$dff", "$dffe") for c in used):
        raise BadDesign(fault)
    new, masks, cells, at = [], [], "", macro.width
    while at: # from the highest bit on
        slices = {int(m.group(1)): m for m in (re.fullmatch(re.escape(data) + r" \[(\d+)(?::(\d+))?\]", y) for y in muxes) if m}
        whole, m = data in muxes and at == macro.width, slices.get(at - 1)
        if not (whole or m):
            raise BadDesign(fault)
        mux, low = muxes.pop(data if whole else m.group()), 0 if whole else int(m.group(2) or m.group(1))
        pins = mux.connects()
        if pins["\\A"] != pins["\\Y"].replace(data, old, 1):
            raise BadDesign(fault)
        name = f"\\write_part_{at - 1}"
        select = pins["\\S"]
        cells += AND.format(name=name, a=enable, b=select)
        text = drop(text, mux)
        new.append(pins["\\B"])
        masks += [name] * (at - low)
        at = low
    if muxes:
        raise BadDesign(fault)
    macro.enables = macro.width
    text = re.sub(r"^end\n\Z", lambda _: cells + "end\n", text, flags=re.M)
    wires = "".join(f"  wire {name}\n" for name in dict.fromkeys(masks))
    text = re.sub(r"^module .*\n", lambda m: m.group() + wires, text, count=1, flags=re.M)
    return text, {**on, "\\WR_DATA": new[0] if len(new) == 1 else "{ " + " ".join(new) + " }",
                  "\\WR_EN": "{ " + " ".join(masks) + " }"}


def first(signal):
    """One bit of a clock that is given to every port."""
    found = re.fullmatch(r"\{ (\S+)( \S+)* \}", signal)
    return found.group(1) if found else signal


def drop(text, cell, instead=""):
    whole = f"  cell {cell.type} {cell.name}\n{cell.body}  end\n"
    return text.replace(whole, instead, 1)


# ---- Netlists of their own --------------------------------------------------------------------------------
class Netlist:
    """A module with what is flattened into it, and the netlists it has instances of."""

    def __init__(self, name, module, tied):
        self.name, self.module, self.tied = name, module, tied
        self.unit = module.unit.removeprefix("stamp_")
        self.kids = []    # (path of the instance, Netlist)
        self.macros = []  # Macro, once each instance
        self.text = ""    # RTLIL

    def all_kids(self):
        """Every netlist below, each once, the deepest first."""
        seen = {}
        for _, k in self.kids:
            for n in k.all_kids():
                seen[n.name] = n
            seen[k.name] = k
        return list(seen.values())


class Cutter:
    """Makes the netlists of a design, from the top or from one of its modules."""

    def __init__(self, found, forced=""):
        self.found, self.forced, self.lib = found, forced, library_units()
        self.netlists = {}

    def own(self, module):
        if module.unit == self.forced:
            return True
        return module.sequential() and module.unit not in self.lib and not MEMORIES.fullmatch(module.unit)

    def cut(self, module, tied=()):
        key = module.name, tied
        if key in self.netlists:
            return self.netlists[key]
        plain_one = module.name == "\\" + module.unit and not tied
        mark = "" if plain_one else "_" + hashlib.sha256(repr((module.name, tied)).encode()).hexdigest()[:6]
        net = Netlist(module.unit + mark, module, tied) # the same whatever else is cut
        self.netlists[key] = net
        parts, stubs, flat = {}, {}, []

        def take(m, path, name, values):
            text, mems = macros(m) if MEMORIES.fullmatch(m.unit) else (m.text, [])
            for macro in mems:
                stubs[macro.name()] = macro.stub()
                net.macros.append(macro)
            for c, kid in m.kids:
                at = path + c.name.removeprefix("\\")
                if self.own(kid):
                    inputs = {n for n, _, way, _ in kid.ports() if way == "input"}
                    fixed = tuple(sorted((n, v) for n, v in c.connects().items()
                                         if n in inputs and CONSTANT.fullmatch(v)))
                    below = self.cut(kid, fixed)
                    net.kids.append((at, below))
                    stubs[below.name] = stub(below)
                    body = "".join(line + "\n" for line in c.body.splitlines()
                                   if not any(line.startswith(f"    connect {n} ") for n, _ in fixed))
                    text = drop(text, c, f"  cell \\{below.name} {c.name}\n{body}  end\n")
                else:
                    take(kid, at + ".", kid.name, ())
            if name not in parts:
                parts[name] = retitle(tie(text, values), m.name, name)
                flat.append(name)

        take(module, "", "\\" + net.name, tied)
        net.text = "".join(stubs.values()) + "".join(parts.values())
        return net


def tie(text, values):
    """Inputs that become constants."""
    for name, value in values:
        text = re.sub(rf"^(  wire .*?)input \d+ ({re.escape(name)})$", r"\1\2", text, count=1, flags=re.M)
        text = re.sub(r"^end\n\Z", lambda _, n=name, v=value: f"  connect {n} {v}\nend\n", text, flags=re.M)
    if values: # ports are counted from one
        count = iter(range(1, 1 << 20))
        order = {p[3]: p[0] for p in Module("", text).ports()}
        new = {n: next(count) for _, n in sorted(order.items())}
        text = re.sub(r"^(  wire .*?(?:input|output) )\d+ (\S+)$", lambda m: f"{m.group(1)}{new[m.group(2)]} {m.group(2)}",
                      text, flags=re.M)
    return text


def retitle(text, old, new):
    return text.replace(f"module {old}\n", f"module {new}\n", 1)


def stub(net):
    tied = {n for n, _ in net.tied}
    ports = [p for p in sorted(net.module.ports(), key=lambda p: p[3]) if p[0] not in tied]
    lines = [f"  wire width {w} {way} {i + 1} {n}\n" for i, (n, w, way, _) in enumerate(ports)]
    return f"attribute \\blackbox 1\nmodule \\{net.name}\n{''.join(lines)}end\n"
