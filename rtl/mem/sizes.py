#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Which macros of IHP SG13G2 the memories of a machine are made of, what they cost, whether they are fast enough.

  rtl/mem/sizes.py [MACHINE]   a table of the machine's memories (tiny): macros, area; and of ASAP7, by estimate
  rtl/mem/sizes.py --check     the macros in use make the clock, those left out do not or are not needed; the
                               RTL of every machine holds as many of each as the table says (Verilator)

Figures of the macros are those of their Liberty files, RM_IHPSG13_1P_*_c[23]_bm_bist_typ_1p20V_25C.lib of the
IHP Open PDK: area; the largest clock-to-output over all slews and loads of the table; the largest setup of any
input. Only the typical corner was at hand. There is no minimum period in them: the pulse widths are 0.21 ns.
Needs build/specgen (B).
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "timing"))
import tables  # noqa: E402, the period and the assumed access of ASAP7

PERIOD = tables.LIBRARIES["ihp"].period  # ns
# Between a macro and the register behind it: which macro of the column, which of two banks or copies, and the
# setup of a flip-flop. sg13g2: an and-or of up to 5 macros 0.35, a multiplexer 0.15, sg13g2_dfrbp_1 0.12 ns.
BEHIND = 0.35 + 0.15 + 0.12
# In front of a macro, after the register of the unit: whose turn it is, the table of copies, the column's decoder.
BEFORE = 2.5

#        words, bits: area um2, clock to output ns, setup ns
MACROS = {
    (64, 64): (50489.1328, 3.2719, 0.6887),
    (256, 64): (93180.5344, 3.2707, 0.6887),
    (512, 64): (150102.4032, 4.0264, 0.6887),
    (1024, 64): (263946.1408, 4.5488, 0.6887),
    (2048, 64): (491633.6160, 5.5958, 0.6887),
    (1024, 8): (49419.2448, 4.4225, 0.6887),
    (4096, 8): (146413.4400, 5.4776, 0.6887),
}
USED = [(64, 64), (256, 64), (512, 64)]
NAND2 = 7.2576  # um2, sg13g2_nand2_1: a gate equivalent

# ASAP7 has no memories with figures. Assumed: a cell of 0.029 um2 for one port and of 0.058 um2 for two, half of a
# macro's area cells; from clock to output what make timing takes, for any size the machine has.
ASAP7 = {1: 0.029 / 0.5, 2: 0.058 / 0.5}
ASAP7_OUT, ASAP7_PERIOD, ASAP7_BEHIND = tables.LIBRARIES["asap7"].access, tables.LIBRARIES["asap7"].period, 0.12


def parameters(machine):
    specgen = os.path.join(os.environ.get("B", "build"), "specgen")
    text = subprocess.run([specgen, "params", machine], check=True, capture_output=True, text=True).stdout
    return {k: int(v) for k, v in re.findall(r"-G(\w+)=(\d+)", text)}


def memories(p):
    """name, ports, instances, bits of a line, lines of an instance."""
    word = max(64, 8 * p["AXI_BYTES"])
    im = 1 << (p["IM_WORDS"] // 2 - 1).bit_length()
    return [
        ("VM", 2, 4, 32 * p["L"], p["VM_LINES"] // 4),
        ("XB", 1, 2, 4 * p["P"] * p["L"], (p["XB_LINES"] + 1) // 2),
        ("WB", 1, 2, 4 * p["L"] * p["T"], (p["WB_LINES"] + 1) // 2),
        ("CM", 1, 1, 64 * p["L"], p["CM_LINES"]),
        ("SM", 2, 1, 104, p["SM_ENTRIES"]),
        ("RM", 2, 1, 74, p["SM_ENTRIES"]),
        ("RT", 1, 1, word, 16 * p["RT_ENTRIES"] // word),
        ("NT", 1, 1, word, 16 * p["RT_ENTRIES"] // word),
        ("AC", 2, 1, 32 * p["L"], p["AC_LINES"]),
        ("IT", 1, 1, word, 32 * p["IT_ENTRIES"] // word),
        ("PB", 1, 1, 4 * p["L"] * p["T"], p["PB_LINES"]),
        ("IM", 1, 1, 512, im),
        ("IQ", 1, 1, 256 + 32 + 24, 4 << (p["QUEUE"] - 1).bit_length()),
    ]


def column(lines):
    """Words of the macros of a column: the rule of rtl/mem/ihp/stamp_ihp_sp.sv."""
    words = [512] * (lines // 512)
    rest = lines % 512
    if rest > 320:
        return words + [512]
    if rest > 64:
        words, rest = words + [256], max(0, rest - 256)
    return words + [64] * (rest > 0)


def count(machine):
    """Macros of each memory: name -> {words: number}."""
    out = {}
    for name, ports, instances, bits, lines in memories(parameters(machine)):
        times = instances * ports * ((bits + 63) // 64)  # two ports: two copies
        out[name] = {w: times * column(lines).count(w) for w in (64, 256, 512)}
    return out


def area(macros):
    return sum(n * MACROS[w, 64][0] for w, n in macros.items())


def table(machine):
    macros = count(machine)
    total = [0, 0.0, 0.0, 0.0]
    print(f"| {machine} | ports | lines x bits | macros | IHP, mm2 | bits used | ASAP7, um2 |")
    print("|---|---|---|---|---|---|---|")
    for name, ports, instances, bits, lines in memories(parameters(machine)):
        n = macros[name]
        held = instances * bits * lines
        room = sum(64 * w * k for w, k in n.items())
        text = " + ".join(f"{k} x {w}x64" for w, k in n.items() if k)
        small = held * ASAP7[ports]
        shape = (f"{instances} x " if instances > 1 else "") + f"{lines} x {bits}"
        print(f"| {name} | {'1RW' if ports == 1 else '1W 1R'} | {shape} | {text} | {area(n) / 1e6:.2f} "
              f"| {100 * held / room:.0f} % | {small:.0f} |")
        total = [total[0] + sum(n.values()), total[1] + area(n), total[2] + held, total[3] + small]
    print(f"| all | | {total[2] / 8192:.2f} KiB | {total[0]} | {total[1] / 1e6:.2f} | | {total[3]:.0f} |")


def slack(macro):
    """Of the clock, in front of a macro and behind it."""
    return PERIOD - BEFORE - MACROS[macro][2], PERIOD - BEHIND - MACROS[macro][1]


def elaborated(machine):
    """Macros of each size in the RTL of a machine, as Verilator elaborates it."""
    p = " ".join(f"-G{k}={v}" for k, v in parameters(machine).items())
    packages = "rtl/gen/stamp_isa_pkg.sv rtl/gen/stamp_fn_pkg.sv rtl/fp/stamp_fp_pkg.sv"
    units = "$(ls rtl/*/*.sv rtl/mem/ihp/*.sv sim/verilator/ihp/*.sv | grep -v -e '_pkg.sv$' -e '^rtl/assert/')"
    out = os.path.join(os.environ.get("B", "build"), "sizes_" + machine)
    subprocess.run(f"verilator --xml-only --xml-output {out}.xml --Mdir {out} -Wno-fatal -Wno-lint +define+STAMP_IHP "
                   f"--unroll-count 8192 --unroll-stmts 2000000 --top-module stamp_top {p} {packages} {units}",
                   shell=True, check=True, capture_output=True)
    with open(out + ".xml", encoding="utf-8") as f:
        text = f.read()
    cells = text[text.index("<cells>"):text.index("</cells>")]
    return {w: len(re.findall(rf'submodname="RM_IHPSG13_1P_{w}x64_c2_bm_bist[^"]*"', cells)) for w in (64, 256, 512)}


def check(machines):
    bad = 0
    for macro in MACROS:
        before, behind = slack(macro)
        used = macro in USED
        if used and min(before, behind) < 0:
            print(f"sizes: {macro[0]}x{macro[1]} is used and {-min(before, behind):.2f} ns too slow at {PERIOD} ns")
            bad += 1
        print(f"{macro[0]}x{macro[1]}: {'used' if used else 'left out'}, {before:.2f} ns left before, {behind:.2f} behind")
    left = ASAP7_PERIOD - ASAP7_OUT - ASAP7_BEHIND
    print(f"ASAP7, assumed: {left:.2f} ns left behind")
    bad += left < 0
    for machine in machines:
        want = {w: sum(n[w] for n in count(machine).values()) for w in (64, 256, 512)}
        got = elaborated(machine)
        if want != got:
            print(f"sizes: {machine} has macros {got}, counted were {want}")
            bad += 1
        print(f"{machine}: {sum(got.values())} macros, {sum(map(area, count(machine).values())) / 1e6:.2f} mm2")
    print("sizes: FAIL" if bad else "sizes: PASS - every macro in use makes the clock, and the RTL has those counted")
    return bad


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    if "--check" in sys.argv[1:]:
        sys.exit(check(names or ["tiny", "base", "wide"]) != 0)
    for name in names or ["tiny"]:
        table(name)


if __name__ == "__main__":
    main()
