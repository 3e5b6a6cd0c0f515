#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every semaphore of the machine, in lock-step with the C machine: each place of an instruction, once, twice and thrice,
with another one between, from each unit to the next; counted to SEM_MAX and back to zero; passed, by each unit.

  tests/cosim/semaphores.py STAMP MACHINE      the test
  tests/cosim/semaphores.py --write DIR        the programs for tiny, as text: tests/mutate records them

Expected is what isa.md section 2 says: done, or SEMAPHORE at the instruction that passes SEM_MAX."""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

SEMAPHORES, MOST = 31, 255
ORDER = [*range(1, SEMAPHORES + 1), *range(SEMAPHORES, 0, -1)] # what one leaves in another shows there, either way
HEAD = ".machine {mach}\n.memory 0x100000\n.code_at 0x10000\n.code main\n"
# Tables and operands of all zeros, so that no order of units changes what is written.
READY = """  LOAD space=RT fmt=RAW dram=0x640 line=8 lines=1 lstride=1 n0=1 n1=1
  LOAD space=NT fmt=RAW dram=0x680 line=8 lines=1 lstride=1 n0=1 n1=1
  LOAD space=WB fmt=RAW dram=0x500 lines=16 lstride=16 n0=1 n1=1
  LOAD space=CM fmt=RAW dram=0x600 lines=1 lstride=1 n0=1 n1=1
  LOAD space=VM fmt=F32 line=0 lines=64 lstride=64 n0=1 n1=1
  FENCE
  VQUANT first=1 a=8 n0=1 s0=8 cols=8 smstride=1 rt=256 gstride=8
  FENCE
"""
UNITS = ["LOAD {} space=VM fmt=F32 line=8 lines=1 lstride=1 n0=1 n1=1",
         "STORE {} space=VM fmt=F32 dram=0x400 line=8 lines=1 lstride=1 n0=1 n1=1",
         "VMINMAX {} first=1 a=8 n0=1 s0=8 cols=1 smstride=1",
         "MM {} first=1 last=1 gstride=8 groups=1 kl=8 ng=1 wstride=16 cmstride=1 nt=256 rmstride=1 vstride=2"]


def insn(unit, kind, sems):
    """An instruction that waits for, or posts, up to three semaphores; 0 is none."""
    return "  " + UNITS[unit % 4].format(" ".join(f"{kind}{k}={s}" for k, s in enumerate(sems) if s)) + "\n"


def places(s, unit):
    """The unit gives, the next one takes: it often asks before."""
    t = s % SEMAPHORES + 1
    pairs = [((s, 0, 0),) * 2, ((0, s, 0),) * 2, ((0, 0, s),) * 2, ((s, 0, 0), (0, 0, s)), ((s, s, 0),) * 2,
             ((s, 0, s),) * 2, ((0, s, s),) * 2, ((s, s, s),) * 2, ((s, t, s), (t, s, s)), ((t, s, s), (s, t, s)),
             ((s, s, t), (s, s, t)), ((t, s, 0), (s, t, 0)), ((s, t, 0), (t, 0, s)), ((0, s, t), (0, t, s))]
    # One of each of two whose numbers differ in one bit.
    pairs += [(p, p) for k in range(5) if s ^ 1 << k for p in ((s, s ^ 1 << k, 0), (0, s, s ^ 1 << k), (s, 0, s ^ 1 << k))]
    # What is there is less than what is asked for, for a while.
    late = insn(unit, "post", (s, 0, 0)) + insn(unit, "post", (s, 0, 0)) + insn(unit, "post", (0, 0, s)) + \
        insn(unit + 1, "wait", (s, s, s)) + \
        insn(unit, "post", (0, s, 0)) + insn(unit, "post", (t, 0, s)) + insn(unit + 1, "wait", (s, t, s))
    return "".join(insn(unit, "post", p) + insn(unit + 1, "wait", w) for p, w in pairs) + late + "  FENCE\n"


def full(s, unit):
    """To SEM_MAX, all of it gone again; then as much, one at a time."""
    thrice = MOST // 3
    return insn(unit, "post", (s, s, s)) * thrice + "  FENCE\n" + insn(unit + 1, "wait", (s, s, s)) * thrice + "  FENCE\n"


def programs(mach):
    """Name -> text, error or None, the instruction it is at."""
    head = HEAD.format(mach=mach) + READY
    ready = READY.count("\n")
    found = {}
    for unit in range(4):
        found[f"places{unit}"] = head + "".join(places(s, unit) for s in ORDER) + "  HALT\n", None, 0
    found["full"] = head + "".join(full(s, s) for s in range(1, SEMAPHORES + 1)) + "  HALT\n", None, 0
    for s in range(1, SEMAPHORES + 1):
        last = [(s, 0, 0), (0, s, 0), (0, 0, s)][s // 4 % 3]
        text = insn(s, "post", (s, s, s)) * (MOST // 3) + insn(s, "post", last)
        found[f"over{s}"] = head + text + "  HALT\n", "SEMAPHORE", ready + MOST // 3
    return found


def judge(stamp, where, name, program):
    """None, or what is wrong."""
    text, error, at = program
    path = os.path.join(where, name)
    with open(path + ".s", "w", encoding="ascii") as file:
        file.write(text)
    subprocess.run([stamp, "asm", "--no-verify", path + ".s", "-o", path + ".stamp"], check=True, capture_output=True)
    done = subprocess.run([stamp, "run", "--no-verify", path + ".stamp", "--on", "all", "--watchdog", "20000", "--json"],
                          capture_output=True, text=True, check=False)
    try:
        out = json.loads(done.stdout)
    except ValueError:
        return f"{name}: {done.stderr.strip()[-200:] or done.stdout[-200:]}"
    if out.get("mismatches") != 0 or out.get("error") not in (error, error or "NONE") or \
            (error and out.get("error_pc") != at) or (not error and done.returncode):
        return f"{name}: {out.get('error')} at {out.get('error_pc')}, expected {error} at {at}: {done.stderr.strip()[-200:]}"
    return None


def main():
    if sys.argv[1] == "--write":
        for name, (text, _, _) in programs("tiny").items():
            with open(os.path.join(sys.argv[2], name + ".s"), "w", encoding="ascii") as file:
                file.write(text)
        return 0
    stamp, mach = sys.argv[1:]
    with tempfile.TemporaryDirectory() as where, concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        wrong = list(pool.map(lambda p: judge(stamp, where, *p), programs(mach).items()))
    for said in filter(None, wrong):
        print(said)
    bad = sum(w is not None for w in wrong)
    print(f"semaphores: {len(wrong) - bad} passed, {bad} failed")
    return 1 if bad or not wrong else 0


sys.exit(main())
