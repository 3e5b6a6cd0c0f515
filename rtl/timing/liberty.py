# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Liberty files, as far as timing needs them: groups and attributes, the units, a merge of several files into one.

A file is not trusted: what is malformed ends in one BadLiberty that says where. Power tables are left out of a merge,
they are most of the bytes and nothing here reads them."""
import gzip
import re
import zlib

MOST_BYTES = 512 << 20 # of a file, unpacked
MOST_DEPTH = 12        # groups in groups
KEPT_DEPTH = 6         # groups below that are counted, not kept: nothing reads them
POWER = {"internal_power", "leakage_power", "leakage_current", "power_lut_template", "gate_leakage",
         "output_current_rise", "output_current_fall", "output_current_template", "receiver_capacitance",
         "receiver_capacitance1_rise", "receiver_capacitance1_fall", "receiver_capacitance2_rise",
         "receiver_capacitance2_fall", "normalized_driver_waveform", "dynamic_current", "intrinsic_parasitic"}
TIME = {"ps": 1e-3, "ns": 1.0, "us": 1e3}           # in ns
LOAD = {"ff": 1.0, "pf": 1e3, "nf": 1e6}            # in fF
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|[{}]|"|/\*', re.S)
HEAD = re.compile(r'([A-Za-z_]\w*)\s*\(\s*([^(){};]*?)\s*\)\s*$')
ATTRIBUTE = re.compile(r'([A-Za-z_]\w*)\s*(?::\s*("(?:[^"\\]|\\.)*"|[^;\n{}]*)|\(([^(){}]*)\))\s*(?:;|\n|$)')


class BadLiberty(Exception):
    """What is wrong with a file, in one line."""


class Group:
    """`kind (name) { ... }`: its text is text[start:end], its body stands between the braces."""

    def __init__(self, text, kind, name, start, body):
        self.text, self.kind, self.name, self.start, self.body = text, kind, name, start, body
        self.end = body
        self.groups = []
        self.known = None

    def of(self, *kinds):
        return [g for g in self.groups if g.kind in kinds]

    def own(self):
        """The text of the body without the groups in it."""
        at, parts = self.body, []
        for g in self.groups:
            parts.append(self.text[at:g.start])
            at = g.end
        parts.append(self.text[at:self.end - 1])
        return "".join(parts)

    def attributes(self):
        if self.known is None:
            self.known = {}
            for m in ATTRIBUTE.finditer(re.sub(r"/\*.*?\*/|\\\n", " ", self.own(), flags=re.S)):
                value = m.group(2) if m.group(2) is not None else m.group(3)
                self.known.setdefault(m.group(1), value.strip().strip('"').strip())
        return self.known

    def get(self, name, default=None):
        return self.attributes().get(name, default)

    def number(self, name, default=None):
        value = self.get(name)
        if value is None:
            return default
        try:
            return float(value)
        except ValueError:
            raise BadLiberty(f"{self.kind} {self.name}: {name} is '{value[:40]}', no number") from None

    def kept(self):
        """The text of the group without what is POWER."""
        at, parts = self.start, []
        for g in self.groups:
            parts.append(self.text[at:g.start])
            parts.append("" if g.kind in POWER else g.kept())
            at = g.end
        parts.append(self.text[at:self.end])
        return "".join(parts)


def read(path):
    """The text of a file; .gz is unpacked."""
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as e:
        raise BadLiberty(f"{path}: {getattr(e, 'strerror', None) or 'not a whole gzip file'}") from None
    if len(data) > MOST_BYTES:
        raise BadLiberty(f"{path}: longer than {MOST_BYTES >> 20} MB")
    if b"\0" in data:
        raise BadLiberty(f"{path}: not a text")
    return data.decode("latin-1")


def parse(text, name):
    """The library group of a text. `name` stands in what is said of a fault."""
    def bad(at, what):
        raise BadLiberty(f"{name}:{text.count(chr(10), 0, at) + 1}: {what}")

    top, stack, depth, last = None, [], 0, 0
    for m in TOKEN.finditer(text):
        token, at = m.group(), m.start()
        if token == '"' or token == "/*":
            bad(at, "string without an end" if token == '"' else "comment without an end")
        if token == "{":
            depth += 1
            if depth > MOST_DEPTH:
                bad(at, f"more than {MOST_DEPTH} groups in each other")
            if depth > KEPT_DEPTH:
                continue
            head = HEAD.search(text, max(last, at - 1000), at)
            if not head:
                bad(at, "brace without the name of a group before it")
            if not stack and (top or head.group(1) != "library"):
                bad(at, "second group behind the library" if top else f"group '{head.group(1)}', not 'library'")
            group = Group(text, head.group(1), head.group(2).strip('"'), head.start(), m.end())
            if stack:
                stack[-1].groups.append(group)
            else:
                top = group
            stack.append(group)
        elif token == "}":
            if depth == 0:
                bad(at, "brace closes nothing")
            if depth <= KEPT_DEPTH:
                stack.pop().end = m.end()
            depth -= 1
        last = m.end() if token in "{}" else last
    if depth:
        bad(stack[-1].start, f"{stack[-1].kind} ({stack[-1].name}) has no closing brace")
    if not top:
        raise BadLiberty(f"{name}: holds no library")
    return top


def units(library):
    """What one unit of time is in ns, and one of capacitance in fF."""
    found = re.fullmatch(r"(\d+(?:\.\d*)?)\s*(ps|ns|us)", library.get("time_unit", ""))
    if not found:
        raise BadLiberty(f"library {library.name}: time_unit is '{library.get('time_unit', '')}', not as 1ns")
    load = re.fullmatch(r"(\d+(?:\.\d*)?)\s*,\s*\"?(ff|pf|nf)\"?", library.get("capacitive_load_unit", "").lower())
    if not load:
        raise BadLiberty(f"library {library.name}: no capacitive_load_unit as (1,pf)")
    scale = float(found.group(1)) * TIME[found.group(2)], float(load.group(1)) * LOAD[load.group(2)]
    if not all(scale):
        raise BadLiberty(f"library {library.name}: a unit of zero")
    return scale


def numbers(text):
    """The numbers of "1, 2", "3, 4"."""
    try:
        return [float(x) for x in re.sub(r'[",\\]', " ", text).split()]
    except ValueError:
        raise BadLiberty(f"'{text[:40]}': not numbers") from None


def merge(libraries, unused, wire_load):
    """One text of several libraries of the same units: head, templates and cells of the first, templates and cells of
    the others. `unused` says of a cell's name that it is left out; `wire_load` is a group that takes the place of
    those of the files."""
    first = libraries[0]
    head = re.sub(r"\n\s*default_wire_load\w*\s*:[^;]*;", "", first.own())
    head = re.sub(r"\n\s*default_operating_conditions\s*:[^;]*;", "", head)
    parts, seen, cells = [f"library ({first.name}) {{", head, wire_load], {}, {}
    for library in libraries:
        if units(library) != units(first):
            raise BadLiberty(f"library {library.name}: other units than {first.name}")
        for g in library.groups:
            if g.kind in POWER or g.kind in ("wire_load", "wire_load_selection", "operating_conditions"):
                continue
            if g.kind == "cell":
                if g.name in cells:
                    raise BadLiberty(f"cell {g.name} stands in {cells[g.name]} and in {library.name}")
                cells[g.name] = library.name
                if not unused(g):
                    parts.append(g.kept())
                continue
            body = "".join(g.text[g.body:g.end].split())
            if seen.setdefault((g.kind, g.name), body) != body and "template" not in g.kind:
                raise BadLiberty(f"{g.kind} {g.name} of {library.name} is another than before")
            if len(parts) and seen[(g.kind, g.name)] is body:
                parts.append(g.kept())
    if not cells:
        raise BadLiberty(f"library {first.name}: holds no cell")
    return "\n".join(parts) + "\n}\n"
