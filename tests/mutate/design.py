# SPDX-License-Identifier: Apache-2.0
"""Mutated units as circuits: the tiny machine elaborated by Yosys, faults drawn by its `mutate`, an AIGER file in which
the input `mutant` says which fault is there (0: none). README.md says what is drawn.

Memories (rtl/lib/stamp_ram*.sv) are cut out: of one at i_x the port re_i is the output "i_x.re_i", the port rdata_o the
input "i_x.rdata_o"; no port of a unit has a dot in its name."""
import glob
import hashlib
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
B = os.environ.get("B", "build")
OUT = os.path.join(ROOT, B, "mutate")
WIDTH = 8           # bits of `mutant`
MOST = 2**WIDTH - 1 # faults of a unit: with the machine as it is, the lanes of lanes.cpp
CLOCKS = {"clk_i", "clk_o", "CLK", "RD_CLK", "WR_CLK"}

ELABORATE = """read_verilog -sv {sources}
hierarchy -check -top stamp_top {params}
proc
opt_clean
opt -full -nodffe -nosdff
wreduce
memory_dff
memory_collect
opt -full -nodffe -nosdff
write_rtlil {out}
"""
LIST = """read_rtlil {design}
hierarchy -top {top}
select {modules}
mutate -list {count} -seed {seed} -o {out}
"""
CIRCUIT = """read_rtlil {design}
hierarchy -top {top}
{mutations}
{blackboxes}
flatten
{ports}
{registers}
check -assert
opt -fast -nodffe -nosdff
memory_map
opt -fast -nodffe -nosdff
async2sync
dffunmap
setundef -zero
techmap
opt -fast -nodffe -nosdff
aigmap
opt_clean
setundef -undriven -zero
write_aiger -symbols -no-startoffset -map {out}.map {out}.aig
"""


class BadUnit(Exception):
    """Why a unit cannot be mutated, in one line."""


def yosys(script, name):
    path = os.path.join(OUT, name)
    with open(path + ".ys", "w", encoding="utf-8") as file:
        file.write(script)
    done = subprocess.run(["yosys", "-q", "-l", path + ".log", path + ".ys"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        said = [x for x in done.stderr.splitlines() if "ERROR" in x] or ["no word of why"]
        raise BadUnit(f"yosys: {said[0][:200]} ({path}.log)")


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:24]


def sources():
    """Every file of the machine, packages first."""
    packages = ["rtl/gen/stamp_isa_pkg.sv", "rtl/gen/stamp_fn_pkg.sv", "rtl/fp/stamp_fp_pkg.sv"]
    folders = ("lib", "mem", "fp", "dma", "vec", "mxu", "ctrl", "top")
    rest = [os.path.relpath(f, ROOT) for d in folders for f in sorted(glob.glob(f"{ROOT}/rtl/{d}/*.sv"))]
    return packages + [f for f in rest if not f.endswith("_pkg.sv")]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def content(files):
    return [read(os.path.join(ROOT, f)) for f in files]


def plain_names(text):
    """RTLIL with every module under its plain name, _2 behind that of a second one with other parameters."""
    names, used = {}, {}
    for name in re.findall(r"^module (\S+)$", text, re.M):
        plain = re.sub(r"\\\w+=.*", "", re.sub(r"^\\", "", re.sub(r"^\$paramod(\$[0-9a-f]+)?", "", name))).strip("\\")
        used[plain] = used.get(plain, 0) + 1
        names[name] = "\\" + plain + (f"_{used[plain]}" if used[plain] > 1 else "")
    return re.sub(r"^(module|  cell) (\S+)", lambda m: f"{m.group(1)} {names.get(m.group(2), m.group(2))}", text,
                  flags=re.M)


def elaborated():
    """Path of the tiny machine as RTLIL, made anew when a source is."""
    params = subprocess.run([os.path.join(ROOT, B, "specgen"), "params", "tiny"], capture_output=True, text=True,
                            check=True).stdout
    chparam = " ".join("-chparam {} {}".format(*g[2:].split("=")) for g in params.split())
    path = os.path.join(OUT, f"tiny-{digest(ELABORATE, chparam, *content(sources()))}.il")
    if not os.path.exists(path):
        os.makedirs(OUT, exist_ok=True)
        files = " ".join(sources())
        # Run in ROOT: names of cells then have no path of this machine in them.
        yosys(ELABORATE.format(sources=files, params=chparam, out=path + ".part"), "elaborate")
        with open(path, "w", encoding="utf-8") as file:
            file.write(plain_names(read(path + ".part")))
        os.remove(path + ".part")
    return path


def module_at(text, path):
    """The module of an instance, i_queues.g_queue[0].i_issue."""
    module, rest = "\\stamp_top", path
    while rest:
        body = re.search(rf"^module {re.escape(module)}\n(.*?)^end$", text, re.M | re.S).group(1)
        cells = [(t, n) for t, n in re.findall(r"^  cell (\\\S+) \\(\S+)$", body, re.M)
                 if rest == n or rest.startswith(n + ".")]
        if not cells:
            raise BadUnit(f"no instance {path} in the machine")
        module, name = max(cells, key=lambda c: len(c[1]))
        rest = rest[len(name) + 1:]
    return module


def memories(text, top):
    """Modules of memories below a module."""
    bodies = dict(re.findall(r"^module (\S+)\n(.*?)^end$", text, re.M | re.S))
    found, todo = set(), [top]
    while todo:
        below = set(re.findall(r"^  cell (\\\S+) ", bodies[todo.pop()], re.M)) & bodies.keys() - found
        found |= below
        todo += below
    return sorted(m for m in found if re.fullmatch(r"\\stamp_ram(_sp)?(_\d+)?", m))


def drawn(design, top, module, count, seed, where):
    """Faults as options of `mutate`, none at a clock."""
    modules = " ".join(m for m in re.findall(r"^module (\S+)$", read(design), re.M)
                       if re.fullmatch(rf"\\{module}(_\d+)?", m))
    if not modules:
        raise BadUnit(f"no module {module} in the machine")
    wanted = 2 * count
    yosys(LIST.format(design=design, top=top, modules=modules, count=wanted, seed=seed, out=where + ".list"),
          os.path.relpath(where, OUT) + ".draw")
    faults = []
    for line in read(where + ".list").splitlines():
        port = re.search(r"-port \\?(\S+)", line).group(1)
        text = re.sub(r" -(wire|wirebit|src) \S+", "", line.strip())
        text = re.sub(r"^mutate ", "", text)
        if port not in CLOCKS and text not in [f[0] for f in faults]:
            src = re.search(r"-src (\S+)", line)
            faults.append((text, src.group(1) if src else ""))
    step = max(len(faults) / count, 1.0)
    return [faults[int(i * step)] for i in range(min(count, len(faults)))]


def registers(module):
    """Registers of a module that benches set: tests/rtl/*.vlt."""
    text = "".join(read(f) for f in sorted(glob.glob(f"{ROOT}/tests/rtl/*.vlt")))
    return sorted(re.findall(rf'^public_flat_rw -module "{module}" -var "(.*)"$', text, re.M))


def circuit(unit, count, seed):
    """(path of AIGER file without its ending, faults as (options, place in the source))."""
    design = elaborated()
    top = module_at(read(design), unit.path)
    where = os.path.join(OUT, unit.name)
    key = digest(CIRCUIT, LIST, WIDTH, sorted(CLOCKS), os.path.basename(design), top, unit.module, count, seed,
                 *registers(unit.module))
    if os.path.exists(where + ".key") and read(where + ".key").split("\n", 1)[0] == key:
        return where, [tuple(x.split("\t")) for x in read(where + ".key").splitlines()[1:]]
    faults = drawn(design, top, unit.module, count, seed, where)
    made(where, design, top, unit.module, faults)
    with open(where + ".key", "w", encoding="utf-8") as file:
        file.write(key + "\n" + "".join(f"{f}\t{s}\n" for f, s in faults))
    return where, faults


def faults_of(unit, count, seed):
    """The faults of a unit, without a circuit."""
    design = elaborated()
    where = os.path.join(OUT, unit.name + ".few")
    return drawn(design, module_at(read(design), unit.path), unit.module, count, seed, where)


def few(where, unit, faults):
    """Path of a smaller circuit, with these faults of the unit's alone."""
    design, where = elaborated(), where + ".few"
    key = digest(CIRCUIT, WIDTH, os.path.basename(design), unit.path, faults, *registers(unit.module))
    if not os.path.exists(where + ".key") or read(where + ".key") != key:
        made(where, design, module_at(read(design), unit.path), unit.module, faults)
        with open(where + ".key", "w", encoding="utf-8") as file:
            file.write(key)
    return where


def made(where, design, top, module, faults):
    """Writes the circuit in which input `mutant` says which fault is there."""
    mutations = "\n".join(f"mutate {f} -ctrl mutant {WIDTH} {i}" for i, (f, _) in enumerate(faults, 1))
    cut = [m[1:] for m in memories(read(design), top)]
    blackboxes = f"blackbox {' '.join(cut)}" if cut else ""
    ports = f"expose -evert {' '.join('t:' + m for m in cut)}" if cut else ""
    shown = "\n".join(f"expose w:{r} w:{r}[[]*" for r in registers(module)) # by name; Circuit takes them from there
    yosys(CIRCUIT.format(design=design, top=top, mutations=mutations, blackboxes=blackboxes, ports=ports, registers=shown,
                         out=where), os.path.relpath(where, OUT))
