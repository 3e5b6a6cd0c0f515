#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl/energy/schemes.py: sums worked out by hand; and that a network of many layers is what one and two of them say, by
running it whole.

    schemes.py STAMP"""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAMP = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "rtl", "energy"))
# pylint: disable=wrong-import-position
import schemes

COUNT = [0, 0]


def expect(name, holds, said=""):
    COUNT[not holds] += 1
    if not holds:
        print(f"FAIL: {name}: {said}")


def near(a, b, of=1e-9):
    return abs(a - b) <= of * max(abs(a), abs(b), 1e-30)


def by_hand():
    """5 J of one layer, 7 of two: 2 a layer, 11 of four. A token of ten costs 1.1 J."""
    one = {"j": 5.0, "macs": 1e12, "cycles": 100, "rows8": 3.0, "transform": 0.5, "quantize": 0.25, "clock": 1.0}
    two = {"j": 7.0, "macs": 3e12, "cycles": 150, "rows8": 3.5, "transform": 0.75, "quantize": 0.5, "clock": 1.5}
    got = schemes.beyond(one, two, 4)
    expect("four layers", got == {"j": 11.0, "macs": 7e12, "cycles": 250, "rows8": 4.5, "transform": 1.25, "quantize": 1.0, "clock": 2.5}, got)
    expect("one and two layers are themselves", schemes.beyond(one, two, 1) == one and schemes.beyond(one, two, 2) == two)
    r = schemes.row("n", "W8A8", got, 1 / 10, None)
    expect("mJ a token", near(r["mj"], 1100) and near(r["pj_per_product"], 11 / 7) and near(r["shares"]["rows8"], 4.5 / 11), r)
    half = {**schemes.row("n", "STaMP", one, 1 / 10, {"perplexity": 3.456}), "decode_mj": 2.0}
    lines = schemes.table([r, half])
    expect("of W8A8", "| n | STaMP | 500, decoding 2 | 0.455 | 5 | 60.0 % | 10.0 % | 5.0 % | 20.0 % | 3.46 |" in lines, lines)
    # 3 J of products 20/3 as dear, 2 of transfers twice, 0.5 of quantization gone: 10 + 17 + 2 - 0.5.
    got = schemes.floats({"j": 10.0, "rows8": 3.0, "transfer": 2.0, "quantize": 0.5, "clock": 4.0})
    expect("an estimate of bf16", near(got["j"], 28.5) and near(got["rows8"], 20) and got["clock"] == 4.0, got)
    of = {"energy": {"total_j": 2e-6, "pj_per_mac": 4.0, "classes": {"rows8": 1e-6}}, "cycles": 9}
    expect("a run", schemes.part(of) == {"j": 2e-6, "macs": 500000.0, "cycles": 9, "rows8": 1e-6}, schemes.part(of))


def whole(library, machine):
    """Three layers, and as many by one and two: every count, and the energy."""
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 64,
              "intermediate_size": 128, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 32, "num_hidden_layers": 3,
              "max_position_embeddings": 256, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "vocab_size": 128, "tie_word_embeddings": True}
    with tempfile.TemporaryDirectory() as tmp:
        with open(f"{tmp}/c.json", "w", encoding="utf8") as f:
            json.dump(config, f)
        for scheme in schemes.FEW:
            seen = []
            for n in (1, 2, 3):
                done = subprocess.run([STAMP, "run", f"{tmp}/c.json", "--tokens", "128", "--layers", str(n), "--on", "cycle", "--machine",
                                       machine, "--energy", library, "--json", *schemes.SCHEMES[scheme]], capture_output=True, text=True, check=False)
                if done.returncode:
                    expect(f"{scheme}, {n} layers", False, done.stderr)
                    return
                seen.append(json.loads(done.stdout))
            one, two, three = ({**s["events"], **s["activity"]} for s in seen)
            counted = [k for k in one if k not in TIMED]
            odd = {k: (three[k], 2 * two[k] - one[k]) for k in counted if three[k] != 2 * two[k] - one[k]}
            insns = odd.pop("insns", (1, 1)) # of one layer no loop is made
            expect(f"{scheme}: every count of three layers", counted and not odd, odd)
            expect(f"{scheme}: instructions of three layers within 2 in 1000", near(*insns, 2e-3), insns)
            a, b, c = (schemes.part(s) for s in seen)
            got = schemes.beyond(a, b, 3)
            expect(f"{scheme}: cycles of three layers within 1 in 1000", near(got["cycles"], c["cycles"], 1e-3), (got["cycles"], c["cycles"]))
            expect(f"{scheme}: energy of three layers within 1 in 1000", near(got["j"], c["j"], 1e-3), (got["j"], c["j"]))


def timed():
    with open(os.path.join(ROOT, "model/spec/event.def"), encoding="utf8") as f:
        rows = [line[6:].split(", ")[:2] for line in f if line.startswith("EVENT(")]
    return {name.lower() for name, kind in rows if kind != "VALUE"}


TIMED = timed()
by_hand()
whole("asap7", "tiny")
print(f"energy schemes: {COUNT[0]} passed, {COUNT[1]} failed")
sys.exit(1 if COUNT[1] or COUNT[0] < 21 else 0)
