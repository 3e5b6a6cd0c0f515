#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every key that the page documents under NUMBERS stands in the output of the commands it is said of, in JSON and
in text, and is right: figures against others of the same run, counts of the inputs, and arithmetic of this file.

The keys are read from the page: one without a place below fails, and so does a place without a key. Runs on the
RTL of tiny; without it they are skipped. STAMP_BIN: the program (default build/stamp)."""
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

import manual_compare
import manual_paint
import manual_pictures
import manual_report

STAMP = os.path.abspath(os.environ.get("STAMP_BIN", "build/stamp"))
KIT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MODEL = os.path.join(KIT, "traces/model/stamp-stories")
RTL = os.path.exists(os.path.join(os.path.dirname(STAMP), "stamp_rtl_tiny.so"))
TEXT = "Once upon a time there was a bird.<|endoftext|> The queen said: no! "
passed = failed = skipped = 0


def check(what, good, note=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s %s" % (what, note))


def close(what, got, want, part=1e-6):
    check(what, isinstance(got, (int, float)) and abs(got - want) <= part * max(1e-9, abs(want)), "%r, not %r" % (got, want))


# ---- What is run: its JSON, and its text ----------------------------------------------------------------------
TINY = ["--machine", "tiny"]
RUNS = {
    "eval": ["eval", MODEL, "--text", "two", "--on", "model", "--tensors", "--phases"] + TINY,
    "eval rtl": ["eval", MODEL, "--text", "two", "--on", "rtl", "--phases"] + TINY,
    "long": ["eval", MODEL, "--text", "long", "--on", "net"],
    "generate": ["generate", MODEL, "--prompt", "Once upon", "-n", "3", "--mhz", "100", "--on", "rtl", "--phases"] + TINY,
    "tokenize": ["tokenize", MODEL, "--prompt", "Once upon a time"],
    "compare": ["compare", MODEL, "--text", "two", "--high-rows", "4", "--on", "rtl"] + TINY,
    "capture": ["capture", MODEL, "--text", "two", "--layer", "layers.1.q", "-o", "x.npy", "--weight", "w.npy"],
    "linear": ["linear", "x.npy", "w.npy", "--on", "all", "--high-rows", "3", "-o", "y.npy"] + TINY,
    "compile": ["compile", "w.npy", "--rows", "%ROWS", "--high-rows", "3", "-o", "p.stamp"] + TINY,
    "run": ["run", "p.stamp", "--on", "rtl", "--input", "x=x.npy", "--output", "y=z.npy", "--reference", "y=y.npy", "--phases"],
    "dis": ["dis", "p.stamp", "-o", "p.s"],
    "asm": ["asm", "p.s", "-o", "q.stamp"],
    "info": ["info", "p.stamp"],
    "classify": ["classify", "vit", "one.png", "two.png", "--on", "all", "--labels", "names", "--high-rows", "4"] + TINY,
    "classify net": ["classify", "vit", "one.png", "two.png", "--on", "net", "--high-rows", "4", "--tensors"],
    "classify f32": ["classify", "vit", "two.png"],
    "graph": ["graph", "vit"],
    "machines": ["machines"],
    "demo": ["demo", "--tokens", "6", "--decode", "2", "--on", "all"] + TINY,
    "layers": ["demo", "--layers", "--layer", "layers.0.q", "--tokens", "6", "--no-ppl", "--on", "all"] + TINY,
}
NEED_RTL = {n for n, a in RUNS.items() if n in ("eval rtl", "generate", "compare", "classify", "linear", "run", "demo", "layers")}

# Key of the page: where it stands (run, path in its JSON; "*" every element), the unit the page gives it, and the
# same number in the run's text (a pattern whose group is the number; its factor).
PLACES = {
    "ppl": ([("eval", "ppl"), ("compare", "rows.*.ppl")], "exp", ("eval", r"perplexity quantized +([\d.]+)", 1)),
    "ppl_f32": ([("eval", "ppl_f32")], "exp", ("eval", r"perplexity f32 +([\d.]+)", 1)),
    "nats": ([("eval", "nats"), ("compare", "rows.*.nats")], "nats per token", ("eval", r"quantized.*\(([\d.]+) nats", 1)),
    "nats_f32": ([("eval", "nats_f32")], "nats per token", ("eval", r"f32 .*\(([\d.]+) nats", 1)),
    "tokens": ([("eval", "tokens"), ("compare", "tokens"), ("capture", "tokens"), ("layers", "tokens"),
                ("generate", "tokens"), ("tokenize", "tokens"), ("generate", "prefill.tokens")], "tokens",
               ("eval", r"scored +(\d+) tokens", 1)),
    "docs": ([("eval", "docs"), ("compare", "docs")], "documents", ("eval", r"tokens of (\d+) documents", 1)),
    "docs_cut": ([("eval", "docs_cut"), ("long", "docs_cut"), ("compare", "docs_cut")], "Documents",
                 ("long", r"(\d+) (?:document|of them)", 1)),
    "tokens_cut": ([("eval", "tokens_cut"), ("long", "tokens_cut"), ("capture", "tokens_cut")], "tokens",
                   ("long", r"(\d+) tokens (?:behind|cut|left)", 1)),
    "avg_act_bits": ([("eval", "avg_act_bits"), ("compare", "rows.*.avg_act_bits"), ("linear", "avg_act_bits")], "bits", ("eval", r"activations +([\d.]+) bits", 1)),
    "avg_kv_bits": ([("compare", "rows.*.avg_kv_bits")], "bits", ("compare", r"W4A8 +\S+ +\S+ +\S+ +([\d.]+)", 1)),
    "kv_transform": ([("compare", "rows.*.kv_transform")], "haar or none", None),
    "prefill": ([("eval", "prefill"), ("generate", "prefill"), ("demo", "prefill")], "phase", None),
    "decode": ([("generate", "decode"), ("demo", "decode")], "phase", None),
    "runs": ([("generate", "decode.runs"), ("generate", "prefill.runs")], "runs", ("generate", r"decode, (\d+) runs", 1)),
    "cycles_per_token": ([("generate", "prefill.cycles_per_token"), ("demo", "decode.cycles_per_token")], "a token",
                         ("generate", r"prefill .* cycles, ([\d.]+) a token", 1)),
    "tokens_per_second": ([("generate", "prefill.tokens_per_second")], "tokens a second",
                          ("generate", r"prefill .*, ([\d.]+) tokens/s at 100 MHz", 1)),
    "mhz": ([("generate", "mhz")], "megahertz", ("generate", r"tokens/s at (\d+) MHz", 1)),
    "logits_compared": ([("classify", "logits_compared"), ("demo", "prefill.logits_compared"), ("demo", "decode.logits_compared")], "Logits", None),
    "stopped": ([("generate", "stopped")], "count", None),
    "text": ([("generate", "text"), ("tokenize", "text")], "UTF", None),
    "format": ([("tokenize", "format")], "Kind", ("tokenize", r"; (\S+)", None)),
    "vocabulary": ([("tokenize", "vocabulary")], "highest id", ("tokenize", r"tokens of (\d+);", 1)),
    "mismatches": ([("linear", "mismatches"), ("classify", "mismatches"), ("run", "mismatches"), ("demo", "prefill.mismatches"), ("layers", "mismatches")],
                   "Words", ("linear", r"words, (\d+) differ", 1)),
    "checked": ([("linear", "checked"), ("classify", "checked"), ("run", "checked"), ("layers", "checked")], "Words", ("linear", r"checked +(\d+) words", 1)),
    "difference": ([], "first difference", None),  # not there while nothing differs
    "cycles": ([("linear", "cycles"), ("classify", "cycles"), ("run", "cycles"), ("generate", "prefill.cycles"), ("compare", "rows.1.cycles")],
               "Clock cycles", ("linear", r"cycles +(\d+), expected", 1)),
    "cycles_expected": ([("linear", "cycles_expected"), ("compile", "cycles_expected"), ("compare", "rows.1.cycles_expected"),
                         ("generate", "prefill.cycles_expected")], "cycles", ("linear", r"cycles +\d+, expected (\d+)", 1)),
    "macs": ([("linear", "macs")], "Multiply-accumulates", ("linear", r"macs +(\d+),", 1)),
    "products": ([("linear", "products"), ("compile", "products"), ("info", "layers.*.products"), ("run", "products")], "4x4-bit",
                 ("linear", r"as (\d+) 4x4-bit products", 1)),
    "utilization_expected": ([("compile", "utilization_expected")], "0 to 1", ("compile", r"array used about ([\d.]+) %", 100)),
    "utilization": ([(k, "utilization") for k in ("linear", "classify", "run")], "0 to 1", ("linear", r"utilization +([\d.]+) %", 100)),
    "extra_cycles": ([("layers", "layers.*.extra_cycles")], "minus 1", ("layers", r"([+-][\d.]+) % ", 100)),
    "sqnr_db": ([("linear", "sqnr_db"), ("classify", "sqnr_db"), ("compare", "rows.1.sqnr_db"), ("layers", "layers.*.stamp.sqnr_db")], "dB",
                ("linear", r"sqnr +([\d.]+) dB", 1)),
    "tensors": ([("eval", "tensors")], "SQNR", None),
    "layer": ([("eval", "tensors.*.layer")], "SQNR", None),
    "images": ([("classify", "images"), ("classify f32", "images")], "order", None),
    "top": ([("classify", "images.*.top")], "likeliest", None),
    "index": ([("classify", "images.*.top.*.index")], "class", ("classify", r"  \d\.\d+ +(\d+)  ", None)),
    "score": ([("classify f32", "images.0.top.*.score")], "0 to 1", ("classify f32", r"  (\d\.\d+) +\d+  ", 1)),
    "label": ([("classify", "images.*.top.*.label")], "labels", None),
    "nodes": ([("graph", "nodes")], "operations", None),
    "parameters": ([("graph", "parameters"), ("info", "parameters")][:1], "numbers", None),
    "references": ([("run", "references")], "SQNR", None),
    "instructions": ([("linear", "instructions"), ("run", "instructions"), ("compile", "instructions"), ("info", "instructions"),
                      ("asm", "instructions"), ("dis", "instructions")], "Retired", ("linear", r"instructions +(\d+)", 1)),
    "code": ([("compile", "code"), ("info", "code")], "Instructions", ("compile", r"(\d+) words of code", 1)),
    "bytes.load": ([("linear", "bytes.load"), ("run", "bytes.load")], "Data", ("linear", r"bytes +(\d+) loaded", 1)),
    ".store": ([("linear", "bytes.store")], "Data", ("linear", r"(\d+) stored", 1)),
    ".fetch": ([("linear", "bytes.fetch")], "instructions", ("linear", r"(\d+) of code", 1)),
    "stalls.*": ([("linear", "stalls.%s" % s) for s in
                  "ldu_wait stu_wait vxu_wait mxu_wait ldu_axi stu_axi vxu_vm mxu_drain".split()], "Cycles", ("linear", r"stall +(\d+) cycles", None)),
    "events.*": ([("linear", "events"), ("generate", "prefill.events")], "counters", None),
    "activity.*": ([("linear", "activity.wb_live"), ("linear", "activity.vm_live"), ("generate", "prefill.activity")], "values made", None),
    "phases": ([("run", "phases"), ("generate", "prefill.phases"), ("eval", "prefill.phases")], "parts", None),
    "instances": ([("run", "phases.instances"), ("generate", "prefill.phases.instances")], "part", None),
    "iteration": ([("generate", "prefill.phases.instances.*.iteration")], "layer", None),
    "parts": ([("run", "phases.parts"), ("generate", "prefill.phases.parts")], "layers", None),
    "times": ([("generate", "prefill.phases.parts.*.times")], "counts", None),
    "seconds": ([("linear", "seconds"), ("generate", "prefill.seconds")], "Host time", ("linear", r"host +([\d.]+) s", None)),
    "cycles_per_second": ([("linear", "cycles_per_second"), ("layers", "cycles_per_second")], "cycles", ("linear", r"s, (\d+) cycles/s", None)),
    "dram_bytes": ([("compile", "dram_bytes"), ("info", "dram_bytes"), ("asm", "dram_bytes")], "Memory", ("compile", r"(\d+) bytes of memory", 1)),
    **{k + "_bytes": ([("compile", k + "_bytes"), ("info", k + "_bytes")], "traffic", ("info", pattern, 1)) for k, pattern in
       (("load", r"traffic +(\d+) bytes loaded"), ("store", r"loaded, (\d+) stored"))},
    "fetch_bytes": ([("compile", "fetch_bytes")], "traffic", None),
    **{k: ([("info", "layers.*." + k), ("layers", "layers.*." + k)], unit, ("info", r": " + pattern, 1)) for k, unit, pattern in
       (("s", "Tokens", r"(\d+) x \d+ -> \d+"), ("d", "features", r"\d+ x (\d+) -> \d+"), ("n", "outputs", r"\d+ x \d+ -> (\d+)"))},
    "macs_per_cycle": ([("machines", "machines.*.macs_per_cycle")], "P x L x T", ("machines", r"; (\d+) 4x4-bit products per cycle", 1)),
    "pass": ([("demo", "pass"), ("layers", "pass")], "demo", None),
}
for part in (manual_compare, manual_paint, manual_report):
    RUNS.update(part.RUNS)
    PLACES.update(part.PLACES)
    for more, where in part.MORE.items():
        PLACES[more][0].extend(where)
NEED_RTL |= manual_paint.NEED_RTL | manual_report.NEED_RTL


def page():
    """{key: paragraph} of NUMBERS; keys in bold inside a paragraph of phases count too."""
    with open(os.path.join(KIT, "sim/cli/stamp.1"), encoding="utf8") as f:
        numbers = f.read().split(".SH NUMBERS")[1].split(".SH EXIT")[0]
    keys = {}
    for item in numbers.split("\n.TP\n")[1:]:
        head, body = item.split("\n", 1)
        names = [n.strip() for n in head[3:].split(",")]
        names += re.findall(r"^\.(?:B|BR|RB) \(?\s*([a-z_]+)", body, re.M)
        plain = re.sub(r"^\.[A-Z]+ ?", "", body.replace("\\-", "-"), flags=re.M)
        for n in names:
            keys.setdefault(n.replace("\\", ""), plain.replace("\n", " ") + head)
    return keys


def pick(value, path):
    """Values at a path."""
    for i, step in enumerate(path.split(".")):
        if step == "*":
            rest = ".".join(path.split(".")[i + 1:])
            return [v for item in value for v in (pick(item, rest) if rest else [item])]
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise KeyError(path)
    return [value]


def run(args):
    p = subprocess.run([STAMP, *args], capture_output=True, check=False)
    return p.returncode, p.stdout.decode("utf8"), p.stderr.decode("utf8")


def all_runs():
    out, text = {}, {}
    for name, args in RUNS.items():
        if name in NEED_RTL and not RTL:
            print("SKIP   %s: the RTL of tiny is not built" % name)
            globals()["skipped"] += 1
            continue
        args = [str(out["capture"]["tokens"]) if a == "%ROWS" else a for a in args]
        code, said, err = run(args + ["--json"])
        check("stamp %s --json runs" % args[0], code == 0, err)
        out[name] = json.loads(said) if code == 0 else {}
        code, text[name], err = run(args)
        check("stamp %s runs" % args[0], code == 0, err)
    return out, text


def keys_are_there(out, text):
    doc = page()
    check("keys and places are the same", set(doc) == set(PLACES), sorted(set(doc) ^ set(PLACES)))
    for key, (places, unit, said) in PLACES.items():
        check("the page gives %s its unit" % key, unit in doc.get(key, ""), repr(unit))
        values = []
        for name, path in places:
            if name not in out:
                continue
            try:
                values = pick(out[name], path) if name == (said or (None,))[0] and not values else values or pick(out[name], path)
                check("%s of %s" % (path, name), pick(out[name], path) != [])
            except (KeyError, IndexError, TypeError):
                check("%s of %s" % (path, name), False, "is not there")
        if not said or said[0] not in out:
            continue
        name, pattern, factor = said
        found = re.findall(pattern, text[name])
        check("%s in the text of %s" % (key, name), found, pattern)
        if factor is None or not found:
            continue
        path = next((p for n, p in places if n == name), None)
        got = [v for v in pick(out[name], path) if v is not None] if path else []
        digits = len(found[0].split(".")[1]) if "." in found[0] else 0
        if got:
            best = min(abs(float(f) - factor * g) for f in found for g in got[:2])
            check("%s is one number in text and JSON of %s" % (key, name), best <= 0.51 * 10 ** -digits, (found, got))


# ---- What must be so --------------------------------------------------------------------------------------------
def npy(name):
    with open(name, "rb") as f:
        data = f.read()
    rows, cols = map(int, re.search(rb"\((\d+), (\d+)\)", data[:128]).groups())
    return rows, cols, struct.unpack("<%df" % (rows * cols), data[-4 * rows * cols:])


def table(name, kind):
    with open(os.path.join(KIT, "model/spec", name), encoding="utf8") as f:
        return [[w.strip() for w in line.split("(", 1)[1].split(",")] for line in f if line.startswith(kind + "(")]


def machines(out):
    names = [p[0] for p in table("mach.def", "PARAM")]
    for m, want in zip(out["machines"]["machines"], table("mach.def", "CONFIG")):
        check("machine " + want[0], m["name"] == want[0] and [m[n] for n in names] == [int(v) for v in want[1:1 + len(names)]])
        check("macs_per_cycle of " + want[0], m["macs_per_cycle"] == m["P"] * m["L"] * m["T"])
    return {m["name"]: m["macs_per_cycle"] for m in out["machines"]["machines"]}


def scores(out):
    docs = [d.strip() for d in TEXT.split("<|endoftext|>")]
    ids = sum(len(json.loads(run(["tokenize", MODEL, "--prompt", d, "--json"])[1])["tokens"]) for d in docs)
    e = out["eval"]
    for suffix in ("", "_f32"):
        close("ppl%s is exp of nats" % suffix, e["ppl" + suffix], math.exp(e["nats" + suffix]), 1e-7)
    check("docs and tokens are those of the text", (e["docs"], e["tokens"], e["docs_cut"], e["tokens_cut"]) ==
          (len(docs), ids - len(docs), 0, 0), e)
    long_ids = len(json.loads(run(["tokenize", MODEL, "--text", "long", "--json"])[1])["tokens"])
    context = json.loads(run(["info", MODEL, "--json"])[1])["context"]
    check("what is cut is counted", (out["long"]["docs_cut"], out["long"]["tokens_cut"], out["long"]["tokens"]) ==
          (1, long_ids - context, context - 1), out["long"])
    check("avg_act_bits: all rows of these documents are high ones", e["avg_act_bits"] == 8)


def layer(out, per_cycle):
    c, v = out["capture"], out["linear"]
    s, d, x = npy("x.npy")
    n, d2, w = npy("w.npy")
    _, _, y = npy("y.npy")
    check("capture counts what it wrote", (c["tokens"], c["features"], c["outputs"]) == (s, d, n) and d == d2)
    check("macs", v["macs"] == s * d * n)
    check("products: three rows of 8 bits", v["products"] == (s + 3) * d * n)
    close("avg_act_bits", v["avg_act_bits"], 4 + 4 * 3 / s, 1e-8)
    signal = noise = 0.0
    for t in range(s):
        for k in range(n):
            ref = sum(x[t * d + i] * w[k * d + i] for i in range(d))
            signal += ref * ref
            noise += (ref - y[t * n + k]) ** 2
    close("sqnr_db", v["sqnr_db"], 10 * math.log10(signal / noise), 1e-4)
    close("utilization", v["utilization"], v["products"] / (per_cycle["tiny"] * v["cycles"]), 1e-8)
    close("cycles_per_second", v["cycles_per_second"], v["cycles"] / v["seconds"], 1e-6)
    check("mismatches and checked", v["mismatches"] == 0 and v["checked"] > s * n and "difference" not in v)
    events = [e[0].lower() for e in table("event.def", "EVENT")]
    check("events are those of the table", sorted(v["events"]) == sorted(events), sorted(v["events"]))
    for key, event in (("load", "load_bytes"), ("store", "store_bytes"), ("fetch", "fetch_bytes")):
        check("bytes." + key, v["bytes"][key] == v["events"][event])
    check("cycles and instructions", (v["cycles"], v["instructions"]) == (v["events"]["cycles"], v["events"]["insns"]))
    check("stalls are events, at most all cycles", all(v["stalls"][k] == v["events"][k] <= v["cycles"] for k in v["stalls"]))
    check("expected cycles are those it took", v["cycles_expected"] == v["cycles"])
    p, i, r = out["compile"], out["info"], out["run"]
    close("utilization_expected", p["utilization_expected"], v["products"] / (per_cycle["tiny"] * p["cycles_expected"]), 1e-8)
    check("compile, info and run tell one program", all(p[k] == i[k] for k in ("dram_bytes", "load_bytes", "store_bytes", "code",
          "instructions")) and r["instructions"] == p["instructions"] and r["bytes"]["load"] == p["load_bytes"] and
          r["bytes"]["store"] == p["store_bytes"] and r["bytes"]["fetch"] == -(-p["fetch_bytes"] // 64) * 64, (p, r["bytes"]))
    check("asm, dis: instructions and memory of the file", out["dis"]["instructions"] == out["asm"]["instructions"] == p["code"] and
          out["asm"]["dram_bytes"] == p["dram_bytes"])
    check("s, d, n and products of info", i["layers"][0] == dict(i["layers"][0], s=s, d=d, n=n, products=(s + 3) * d * n))
    check("buffers fit the memory", max(b["addr"] + b["bytes"] for b in i["buffers"]) <= i["dram_bytes"])
    check("run counts the same products and cycles", r["products"] == v["products"] and r["cycles"] == v["cycles"])
    check("a reference equal to the output", r["references"] and all(e["differ"] == 0 and e["sqnr_db"] is None
          for e in r["references"]) if isinstance(r["references"], list) else True, r["references"])
    check("linear and run give one file", open("y.npy", "rb").read() == open("z.npy", "rb").read())


def add_up(what, v, timed):
    """Parts and instances of a phase against its totals."""
    for kind in ("instances", "parts"):
        for key in ("load", "store"):
            check("%s of %s add up: %s" % (kind, what, key),
                  sum(p["bytes"][key] for p in v["phases"][kind]) == v["bytes"][key])
        check("%s of %s add up: instructions" % (kind, what), sum(p["instructions"] for p in v["phases"][kind]) == v["instructions"])
        if timed:
            check("%s of %s add up: cycles" % (kind, what), sum(p["cycles"] for p in v["phases"][kind]) == v["cycles"])
    check("norms and the cache of %s need no products" % what,
          all(p["products"] == 0 for p in v["phases"]["parts"] if p["part"] in ("norm", "kv", "gather", "recode")))
    layers = json.loads(run(["info", MODEL, "--json"])[1])["layers"]
    for p in v["phases"]["parts"]:
        if p["part"] == "attention":
            check("times of attention", p["times"] == layers * v["runs"], p["times"])
    check("iterations are layers", {p["iteration"] for p in v["phases"]["instances"] if p["part"] == "qkv"} == set(range(layers)))


def network(out, per_cycle):
    g = out["generate"]
    for name in ("prefill", "decode"):
        v = g[name]
        close(name + ": cycles_per_token", v["cycles_per_token"], v["cycles"] / v["tokens"], 1e-8)
        close(name + ": tokens_per_second", v["tokens_per_second"], g["mhz"] * 1e6 * v["tokens"] / v["cycles"], 1e-8)
        close(name + ": utilization", v["utilization"], v["products"] / (per_cycle["tiny"] * v["cycles"]), 1e-8)
        check(name + ": expected cycles are the RTL's", v["cycles_expected"] == v["cycles"], (v["cycles_expected"], v["cycles"]))
    add_up("generate's prefill", g["prefill"], True)
    prompt = json.loads(run(["tokenize", MODEL, "--prompt", "Once upon", "--json"])[1])["tokens"]
    check("prefill and decode count tokens and runs", (g["prefill"]["tokens"], g["prefill"]["runs"], g["decode"]["tokens"],
          g["decode"]["runs"]) == (len(prompt), 1, len(g["tokens"]) - 1, len(g["tokens"]) - 1), g["prefill"])
    check("stopped by count", g["stopped"] == "count" and len(g["tokens"]) == 3)
    t = out["tokenize"]
    check("tokens decode to the text", t["text"] == "Once upon a time" and t["format"] == "tokenizer.bin" and t["vocabulary"] ==
          json.loads(run(["info", MODEL, "--json"])[1])["vocab"])
    rows = out["compare"]["rows"]
    check("compare: bits, transform of the cache", [(r["avg_act_bits"], r["kv_transform"]) for r in rows[:3]] ==
          [(32, None), (8, "none"), (4, "none")] and all(r["kv_transform"] == "haar" for r in rows[4:]) and
          rows[0]["avg_kv_bits"] == 32 and all(4 < r["avg_kv_bits"] <= 8 for r in rows[1:]))
    for r in rows:
        close("compare: ppl of " + r["name"], r["ppl"], math.exp(r["nats"]), 1e-7)
    d = out["demo"]
    vocab = t["vocabulary"]
    check("demo: logits compared", d["pass"] is True and (d["prefill"]["logits_compared"], d["decode"]["logits_compared"]) ==
          (6 * vocab, 2 * vocab) and d["prefill"]["mismatches"] == 0 and d["prefill"]["checked"] > 0)
    for r in out["layers"]["layers"]:
        close("extra_cycles", r["extra_cycles"], r["stamp"]["cycles"] / r["w4a4_rows"]["cycles"] - 1, 1e-8)
        check("demo: s, d, n of a layer", r["stamp"]["macs"] == r["s"] * r["d"] * r["n"] and r["s"] == out["layers"]["tokens"])


def tensors(out):
    names = "norm_att q k v attention residual_att norm_ffn hidden residual_ffn".split()
    layers = json.loads(run(["info", MODEL, "--json"])[1])["layers"]
    want = {(None, n) for n in ("embedding", "norm", "logits")} | {(i, n) for i in range(layers) for n in names}
    got = out["eval"]["tensors"]
    check("tensors by layer and name", {(t["layer"], t["name"]) for t in got} == want)
    check("the embedding is exact, what follows is not", all((t["sqnr_db"] is None) == (t["name"] == "embedding") for t in got))
    add_up("eval's prefill", out["eval"]["prefill"], False)


def main():
    with tempfile.TemporaryDirectory(prefix="stamp-manual-") as folder:
        os.chdir(folder)
        for name, words in (("two", TEXT), ("long", ("word and word, " * 300).strip())):
            with open(name, "w", encoding="utf8") as f:
                f.write(words)
        manual_compare.make()
        manual_paint.make()
        manual_pictures.make(KIT)
        out, text = all_runs()
        if failed == 0:
            keys_are_there(out, text)
            per_cycle = machines(out)
            scores(out)
            tensors(out)
            manual_compare.look(out, npy, check, close, run)
            manual_paint.look(out, per_cycle, check, close)
            if RTL:
                layer(out, per_cycle)
                network(out, per_cycle)
                manual_pictures.figures(out, per_cycle, check, close)
    print("manual: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0 or passed < 60


if __name__ == "__main__":
    sys.exit(main())
