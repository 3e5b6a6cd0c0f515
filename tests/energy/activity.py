#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What values make of work (model/spec/activity.def): layers whose operands are known, counted here from the operands, against
what each device says; on the RTL in lock-step, where its own signals are counted.

    activity.py STAMP"""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

STAMP = os.path.abspath(sys.argv[1])
TOKENS, DEPTH, OUT, L, T, P = 32, 64, 64, 8, 4, 4 # L, T and P of tiny
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what, seen)


def npy(path, rows, columns, values):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(values)}f", *values))


def run(*words):
    done = subprocess.run([STAMP, *words, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        check(" ".join(words), False, done.stderr.strip())
        sys.exit(1)
    return json.loads(done.stdout)


def codes(source, zeros):
    """Weights that are their own codes: a 7 in each row, so that a step is 1."""
    rows = [[source.choice([v for v in range(-7, 8) if v]) if source.random() >= zeros else 0 for _ in range(DEPTH)] for _ in range(OUT)]
    for row in rows:
        row[source.randrange(DEPTH)] = 7
    return [float(v) for row in rows for v in row]


def layer(tmp, name, x, w, devices):
    """What was counted, the same on each device."""
    npy(f"{tmp}/x.npy", TOKENS, DEPTH, x)
    npy(f"{tmp}/w.npy", OUT, DEPTH, w)
    words = ["linear", f"{tmp}/x.npy", f"{tmp}/w.npy", "--machine", "tiny", "--transform", "none", "--act-bits", "8"]
    seen = [run(*words, "--on", on) for on in devices]
    for on, r in zip(devices, seen):
        check(f"{name}: {on} as {devices[0]}", r["activity"] == seen[0]["activity"], (r["activity"], seen[0]["activity"]))
    check(f"{name}: VM and WB are read", min(seen[0]["events"][k] for k in ("wb_read", "vm_read")) > 0)
    return seen[0]


def main():
    here = os.path.dirname(STAMP)
    devices = ["model", "cycle"] + ["all"] * os.path.exists(f"{here}/stamp_rtl_tiny.so") + ["tlm"] * os.path.exists(f"{here}/stamp_tlm.so")
    if "all" not in devices:
        print("SKIP: stamp_rtl_tiny.so is not built, the RTL's activity NOT tested")
    source = random.Random(3)
    with tempfile.TemporaryDirectory() as tmp:
        some = [source.choice((0.0, -0.0, 1.5, -2.0)) for _ in range(TOKENS * DEPTH)]
        for zeros in (0.0, 0.5, 0.9):
            w = codes(source, zeros)
            r = layer(tmp, f"weights, {zeros} of 0", some, w, devices)
            # Each pass over the rows reads all weights once.
            passes = r["events"]["wb_read"] * L * T // (DEPTH * OUT)
            check(f"weights, {zeros} of 0: whole passes", passes * DEPTH * OUT == r["events"]["wb_read"] * L * T, r["events"]["wb_read"])
            want = passes * sum(v != 0 for v in w)
            check(f"weights, {zeros} of 0: codes", r["activity"]["wb_live"] == want, (r["activity"]["wb_live"], want))
            # P / 2 tokens after the other pass over all weights: L outputs after the other, T inputs a line.
            lines = [[w[o * DEPTH + i + j] for o in range(n, n + L) for j in range(T)] for n in range(0, OUT, L)
                     for i in range(0, DEPTH, T)] * (TOKENS * 2 // P)
            want = sum(a != b for old, new in zip([[0] * L * T] + lines, lines) for a, b in zip(old, new))
            check(f"weights, {zeros} of 0: moved", r["activity"]["wb_moved"] == want, (r["activity"]["wb_moved"], want))
            loads = r["events"]["wb_write"] * L * T // (DEPTH * OUT)
            check(f"weights, {zeros} of 0: whole loads", loads > 0 and loads * DEPTH * OUT == r["events"]["wb_write"] * L * T)
            want = loads * sum(v != 0 for v in w)
            check(f"weights, {zeros} of 0: codes written", r["activity"]["wb_write_live"] == want, (r["activity"]["wb_write_live"], want))
            # -2 is the least of each token, so its code is -128, nibbles -8 and -8; 0 is 18 (1, -6), 1.5 is 127 (7, 7).
            passes = r["events"]["xb_read"] * P * L // (2 * TOKENS * DEPTH)
            check("whole passes over the tokens", passes > 0 and passes * 2 * TOKENS * DEPTH == r["events"]["xb_read"] * P * L)
            want = passes * 2 * sum(v != -2.0 for v in some)
            check(f"weights, {zeros} of 0: activations", r["activity"]["xb_live"] == want, (r["activity"]["xb_live"], want))
        # Weights of 0 make sums of 0: what is read of VM and is not 0 is x, as often as it is read.
        for name, x in (("some", some), ("none", [0.0] * len(some)), ("all", [1.0] * len(some))):
            r = layer(tmp, f"x, {name}", x, [0.0] * (DEPTH * OUT), devices)
            lines = r["events"]["vm_read"] - TOKENS * OUT // L # those stored
            times = lines * L // (TOKENS * DEPTH)
            check(f"x, {name}: read as a whole", times > 0 and times * TOKENS * DEPTH == lines * L, lines)
            want = times * sum(v != 0 for v in x)
            loaded = r["events"]["vm_write"] - TOKENS * OUT // L # those drained
            times = loaded * L // (TOKENS * DEPTH)
            check(f"x, {name}: written as a whole", times > 0 and times * TOKENS * DEPTH == loaded * L, loaded)
            written = times * sum(v != 0 for v in x)
            # Of a row of ones the range begins at 0: each code is 125 or more, nibbles 7 and not -8.
            moving = {"some": sum(v != -2.0 for v in x), "none": 0, "all": len(x)}[name]
            codes_read = 2 * moving * r["events"]["xb_read"] * P * L // (2 * TOKENS * DEPTH)
            check(f"x, {name}: words", r["activity"] == {"wb_live": 0, "wb_write_live": 0, "wb_moved": 0, "xb_live": codes_read, "vm_live": want, "vm_write_live": written, "drain_live": 0},
                  (r["activity"], want, written, codes_read))
        # Tokens of ones: an output is 0 where its weights add up to 0, as those of every third row do.
        pairs = [source.choice((1, 2, 7)) for _ in range(OUT * DEPTH // 2)]
        w = [float(v * (1 if half else 1 - 2 * (row % 3 == 0) - 2 * (row % 3 == 1) * (at == 0)))
             for row in range(OUT) for at in range(DEPTH // 2) for half, v in enumerate([pairs[row * DEPTH // 2 + at]] * 2)]
        sums = [sum(w[row * DEPTH:(row + 1) * DEPTH]) for row in range(OUT)]
        r = layer(tmp, "outputs of 0", [1.0] * (TOKENS * DEPTH), w, devices)
        want = TOKENS * sum(v != 0 for v in sums)
        check("outputs of 0: drained", 0 < want < TOKENS * OUT and r["activity"]["drain_live"] == want, (r["activity"], want))
        # In two blocks the first one's sums wait in AC: a word there is 0 where they are, whatever the second adds.
        halves = [w[row * DEPTH:(row + 1) * DEPTH] for row in range(OUT)]
        npy(f"{tmp}/x2.npy", TOKENS, 2 * DEPTH, [1.0] * (TOKENS * 2 * DEPTH))
        npy(f"{tmp}/w2.npy", OUT, 2 * DEPTH, [v for row in halves for v in row + [abs(v) for v in row]])
        want = TOKENS * sum((s != 0) + (s + sum(map(abs, row)) != 0) for s, row in zip(sums, halves))
        for on in devices:
            r = run("linear", f"{tmp}/x2.npy", f"{tmp}/w2.npy", "--machine", "tiny", "--transform", "none", "--block", "64", "--on", on)
            check(f"in blocks, {on}: AC is written", r["events"]["ac_write"] == TOKENS * OUT // L, r["events"]["ac_write"])
            check(f"in blocks, {on}: drained", r["activity"]["drain_live"] == want, (r["activity"]["drain_live"], want))
        run("compile", f"{tmp}/w.npy", "--rows", "32", "--machine", "tiny", "-o", f"{tmp}/p.stamp")
        r = run("run", f"{tmp}/p.stamp", "--on", "cycle", "--no-values")
        check("without values all is active", r["activity"] == {"wb_live": r["events"]["wb_read"] * L * T,
                                                                "wb_write_live": r["events"]["wb_write"] * L * T,
                                                                "xb_live": r["events"]["xb_read"] * P * L,
                                                                "wb_moved": r["events"]["wb_read"] * L * T,
                                                                "vm_live": r["events"]["vm_read"] * L,
                                                                "vm_write_live": r["events"]["vm_write"] * L,
                                                                "drain_live": r["events"]["drain_lines"] * L}, r["activity"])
    print(f"energy activity: {passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
