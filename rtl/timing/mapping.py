# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A netlist mapped to the cells of a library: Yosys, with ABC twice where the first does not meet the period."""
import collections
import glob
import hashlib
import os
import re

import process
from design import BadDesign
from plain import PlainError, buffered, plain

# What ABC is told. Area first; speed where that is too slow. {D} is the time for logic in ps.
SCRIPTS = {
    "area": "strash; &get -n; &fraig -x; &put; scorr; dc2; dc2; strash; &get -n; &dch -f; &nf; &put; buffer -c -N 16; "
            "topo; upsize -D {D}; dnsize -D {D}; stime -p",
    "speed": "strash; if -g -K 6; strash; dch; if -g; strash; dch; map -B 0.9; topo; buffer -c -N 12; topo; "
             "upsize -D {D}; dnsize -D {D}; stime -p",
}
LOGIC = 0.80 # of the period: the rest is flip-flops' and margin
PREPARE = """read_rtlil {dir}/{name}.il
hierarchy -check -top {name}
flatten
memory_collect
memory_map
synth -noabc -noalumacc -noshare -nofsm -run coarse:check
select -assert-none t:$dlatch* t:$adlatch* t:$_DLATCH* t:$_SR_* t:$sr
check -assert
rename -wire t:$_*DFF*
dfflibmap -liberty {lib}
opt
setundef -zero
select -assert-none t:$_*DFF* t:$_FF_
write_rtlil {dir}/{name}.gates.il
"""
MAP = """abc -liberty {lib} -script {dir}/{name}.{how}.abc -constr {dir}/constr
opt_clean -purge
write_verilog -noattr -noexpr {dir}/{name}.{how}.v
"""
# Of what Yosys says when it fails, the line that names the fault.
WHY = (r"found logic loop.*", r"multiple conflicting drivers.*", r"Wire .* is used but has no driver.*",
       r"Latch inferred for signal.*", r"selection is not empty.*")
INSTANCE = re.compile(r"^  (\\?[^\s(]+) (\\\S+|\w+) +\($", re.M)


def run(script, log):
    """Runs Yosys; its last words where it fails."""
    with open(log + ".ys", "w", encoding="utf-8") as file:
        file.write(script)
    code, text = process.run(["yosys", "-q", "-l", log + ".log", "-s", log + ".ys"])
    if code == 0:
        return
    why = next((m.group() for m in (re.search(w, text) for w in WHY) if m), None)
    if why and "not empty" in why:
        why = ("latch" if "latch" in why.lower() else "flip-flop the library has no cell for") + f" ({why})"
    said = why or next((x for x in text.splitlines() if "ERROR" in x), (text.splitlines() or [f"exit {code}"])[-1])
    raise BadDesign(f"yosys: {said.strip()[:200]} ({log}.log)")


def constraints(roles, load, path):
    """What ABC assumes: the buffer drives inputs, four NAND inputs load an output (in fF)."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"set_driving_cell {roles.buffer.name}\nset_load {4 * roles.nand.load() * load:.4f}\n")


def key(net, lib_key, period_ns):
    """Names what the mapping of a netlist depends on: it is done once. Sources, parameters, ties, what is below it; not
    its text, in which Yosys numbers names through the whole design."""
    sources = set(re.findall(r'["|]([\w./-]+\.sv):', net.text)) | set(glob.glob("rtl/*/*_pkg.sv"))
    digest = hashlib.sha256(repr([
        net.name, net.module.name, net.tied, re.findall(r"^module (\S+)$", net.text, re.M),
        [(path, kid.name, kid.module.name, kid.tied) for path, kid in net.kids], [m.name() for m in net.macros],
        lib_key, period_ns, PREPARE, MAP, SCRIPTS, LOGIC]).encode())
    for name in sorted(sources):
        with open(name, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:24]


def mapped(net, lib, lib_key, where, period_ns, buffer):
    """Maps one netlist to where/NAME.v; `buffer` is for mask pins of memories. Returns the script that was kept, ABC's delay in ns, whether it was known."""
    names = {"dir": where, "name": net.name, "lib": lib}
    cached = os.path.join(os.path.dirname(where), "cache", key(net, lib_key, period_ns))
    if os.path.exists(cached + ".v"):
        with open(cached + ".how", encoding="utf-8") as file:
            how, delay = file.read().split()
        write_plain(cached + ".v", f"{where}/{net.name}.v", buffer)
        return how, float(delay), True
    with open(f"{where}/{net.name}.il", "w", encoding="utf-8") as file:
        file.write(net.text)
    best = None
    for how, text in SCRIPTS.items():
        with open(f"{where}/{net.name}.{how}.abc", "w", encoding="utf-8") as file:
            file.write(text.format(D=int(period_ns * 1000 * LOGIC)).replace("; ", "\n") + "\n")
        first = PREPARE if how == "area" else "read_rtlil {dir}/{name}.gates.il\n"
        run((first + MAP).format(how=how, **names), f"{where}/{net.name}.{how}")
        delay = abc_delay(f"{where}/{net.name}.{how}.log")
        if best is None or delay < best[1]:
            best = how, delay
        if best[1] <= period_ns * LOGIC:
            break
    os.makedirs(os.path.dirname(cached), exist_ok=True)
    with open(cached + ".how", "w", encoding="utf-8") as file:
        file.write(f"{best[0]} {best[1]}\n")
    write_plain(f"{where}/{net.name}.{best[0]}.v", f"{where}/{net.name}.v", buffer)
    os.replace(f"{where}/{net.name}.{best[0]}.v", cached + ".v") # the last step: what is there is whole
    for end in (".il", ".gates.il", ".area.v", ".speed.v"):
        if os.path.exists(f"{where}/{net.name}{end}"):
            os.remove(f"{where}/{net.name}{end}")
    return *best, False


def write_plain(source, path, buffer):
    """The netlist as OpenSTA reads it."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    try:
        text = buffered(plain(text), buffer.name, buffer.inputs[0].name, buffer.outputs[0].name)
    except PlainError as error:
        raise BadDesign(f"{source}: {error}") from error
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def abc_delay(log):
    with open(log, encoding="utf-8", errors="replace") as file:
        found = re.findall(r"Delay\s*=\s*([0-9.]+) ps", file.read())
    return float(found[-1]) / 1000 if found else 0.0


def census(path):
    """Cell type -> how many, of one netlist."""
    with open(path, encoding="utf-8") as file:
        return collections.Counter(m.group(1).lstrip("\\") for m in INSTANCE.finditer(file.read())
                                   if m.group(1) not in ("module", "input", "output", "wire", "assign"))
