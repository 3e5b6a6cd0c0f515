#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of stamp report in a browser without a window: at the width of a phone and of a desk, light, dark and on
paper, it says nothing on the console, fetches nothing, is no wider than its window, has every section, and its numbers
are those of RUN.json. Without Chromium no page is looked at, without the RTL of tiny none has its cycles.

    tests/report/page.py [FOLDER]     the pictures go to FOLDER
STAMP_BIN: the program (default build/stamp)."""
import csv
import json
import os
import subprocess
import sys
import tempfile

import browser

STAMP = os.path.abspath(os.environ.get("STAMP_BIN", "build/stamp"))
KIT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MODEL = os.path.join(KIT, "traces/model/stamp-stories")
RTL = os.path.exists(os.path.join(os.path.dirname(STAMP), "stamp_rtl_tiny.so"))
SECTIONS = ["totals", "stalls", "slack", "parts", "layers", "roofline", "timeline", "bytes", "runs", "events"]
FIGURES = {"instructions": "insns", "load_bytes": "load_bytes", "store_bytes": "store_bytes", "fetch_bytes": "fetch_bytes"}
passed = failed = skipped = 0


def check(what, good, note=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED %s %s" % (what, note))


def skip(what):
    global skipped
    skipped += 1
    print("SKIP   " + what)


def stamp(*args):
    r = subprocess.run([STAMP] + list(args), capture_output=True, text=True)
    check(" ".join(args[:2]), r.returncode == 0, r.stderr)
    return r.stdout


def figure(program, key):
    if key == "cycles_expected" or key not in FIGURES:
        return program.get(key)
    return program["events"][FIGURES[key]]


# ---- RUN.json, CSV and JSON against one another ------------------------------------------------------------------
def hold_record(name, run, timed):
    """Sums hold, and what the device does not count is null."""
    for p in run["programs"]:
        sums = [(k, v, [i["events"][k] for i in p["instances"]]) for k, v in p["events"].items()]
        for key, whole, each in sums + [("cycles", p["cycles"], [i["cycles"] for i in p["instances"]])]:
            known = timed or key not in TIMED
            check("%s %s %s: null or not" % (name, p["name"], key), all((v is not None) == known for v in [whole] + each), whole)
            if known and each:
                check("%s %s %s: sum of the instances" % (name, p["name"], key), sum(each) == whole, (sum(each), whole))
        check("%s %s: parts" % (name, p["name"]), [q["part"] for q in p["parts"]] ==
              list(dict.fromkeys(i["part"] for i in p["instances"])))
    check(name + ": memory", (run["memory"] is not None) == timed)
    check(name + ": command", name.split(".")[0] and run["command"] in run["command_line"])


def hold_csv(path, runs):
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    for k, run in enumerate(runs):
        mine = [r for r in rows if r["run"] == "ABCDEFGH"[k]]
        for p in run["programs"]:
            for kind, want in (("program", [p]), ("part", p["parts"]), ("instance", p["instances"])):
                got = [r for r in mine if r["row"] == kind and r["program"] == p["name"]]
                check("csv: rows of " + kind, len(got) == len(want))
                for r, w in zip(got, want):
                    cells = [(r["cycles"], w["cycles"]), (r["products"], w["products"])]
                    cells += [(r["event_" + e], v) for e, v in w["events"].items()]
                    check("csv: %s %s" % (kind, r["part"]), all(a == ("" if b is None else str(b)) for a, b in cells), cells)
            if k and p["cycles"] is not None:
                first = next(q for q in runs[0]["programs"] if q["name"] == p["name"])["cycles"]
                row = next(r for r in mine if r["row"] == "program" and r["program"] == p["name"])
                want = "" if first is None else str(p["cycles"] - first)
                check("csv: difference", row["cycles_minus_first"] == want, (row["cycles_minus_first"], want))


# ---- The page ----------------------------------------------------------------------------------------------------
def hold_numbers(page, runs):
    """What stands in the page is what RUN.json holds."""
    one = len(runs) == 1
    ask = """[...document.querySelectorAll('#totals table')].map(t => [t.dataset.totals ?? '',
        [...t.querySelectorAll('tbody tr')].map(r => [r.dataset.key,
        [...r.querySelectorAll('td')].map(d => (d.querySelector('data') || {value: null}).value)]).concat(
        [...t.parentElement.querySelectorAll('[data-unknown]')].flatMap(p => p.dataset.unknown.split(' ')).map(k =>
        [k, [...t.querySelectorAll('thead th')].slice(1).map(() => null)]))])"""
    seen = 0
    for program, rows in page.ask(ask):
        for key, cells in rows:
            if one:
                want = [figure(p, key) for p in [runs[0]["total"]] + runs[0]["programs"]]
            else:
                of = [[r["total"]] if not program else [p for p in r["programs"] if p["name"] == program] for r in runs]
                want = [figure(p[0], key) if p else None for p in of]
            for got, w in zip(cells, want):
                good = (got is None) == (w is None) and (w is None or abs(float(got) - w) <= 1e-8 * abs(w))
                check("page: %s of '%s'" % (key, program), good, (got, w))
                seen += 1
    check("page: numbers", seen >= 14 * len(runs), seen)
    parts = page.ask("""[...document.querySelectorAll('#parts table')].map(t => [t.dataset.parts, +t.dataset.run,
        [...t.querySelectorAll('tbody tr')].map(r => [r.querySelector('th').textContent,
        (r.querySelector('td').querySelector('data') || {value: null}).value])])""")
    for program, k, rows in parts:
        want = next(p for p in runs[k]["programs"] if p["name"] == program)["parts"]
        got = [(n, None if c is None else int(float(c))) for n, c in rows]
        check("page: parts of " + program, got == [(p["part"], p["cycles"]) for p in want], got)
    events = page.ask("""[...document.querySelectorAll('#events tbody tr')].map(r => [r.dataset.key,
        [...r.querySelectorAll('td')].map(d => (d.querySelector('data') || {value: null}).value)])""")
    for key, cells in events:
        want = [r["total"]["events"][key] for r in runs]
        check("page: event " + key, [None if c is None else int(float(c)) for c in cells] == want, cells)
    check("page: events", len(events) == len(runs[0]["total"]["events"]))


def hold_page(page, path, runs, where):
    for width, dark, media in ((390, False, "screen"), (1440, False, "screen"), (390, True, "screen"), (1440, True, "print")):
        what = "%s at %d%s %s" % (os.path.basename(path), width, " dark" if dark else "", media)
        said, fetched = page.load(path, width, dark, media)
        check(what + ": console", not said, said)
        check(what + ": fetches", len(fetched) == 1, fetched)
        size = page.ask("[document.documentElement.scrollWidth, window.innerWidth]")
        check(what + ": width", size[0] <= size[1] == width, size)
        check(what + ": sections", page.ask("[...document.querySelectorAll('main section')].map(s => s.id)") == SECTIONS)
        check(what + ": links", page.ask("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.hash))"))
        small = page.ask("Math.min(...[...document.querySelectorAll('td, th, p, text')].map("
                         "e => parseFloat(getComputedStyle(e).fontSize)))")
        check(what + ": letters", small >= 10, small)
        if where:
            page.picture(os.path.join(where, "%s-%d%s-%s.png" % (os.path.basename(path), width, "-dark" if dark else "", media)))
    hold_numbers(page, runs)
    page.load(path, 390)
    for step, least in (("z1", 1), ("z4", 4), ("z16", 16)):
        wide = page.ask("""(() => { const f = document.querySelector('#timeline figure'), z = f && f.querySelector('.%s');
            if (!z) return null; z.checked = true; const box = f.querySelector('.scroll');
            return [box.scrollWidth / box.clientWidth, document.documentElement.scrollWidth]; })()""" % step)
        if wide:
            check("page: timeline " + step, abs(wide[0] - least) < 0.02 and wide[1] <= 390, wide)


def main():
    where = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
    runs = {}
    if where:
        os.makedirs(where, exist_ok=True)
    os.chdir(tempfile.mkdtemp(prefix="stamp-report-"))
    ask = ["generate", MODEL, "--prompt", "Once upon a time", "-n", "3", "--machine", "tiny"]
    with open("two", "w") as f:
        f.write("Once upon a time there was a bird.<|endoftext|> The queen said: no! ")
    stamp(*ask, "--on", "model", "--report", "model.json")
    stamp("eval", MODEL, "--text", "two", "--on", "model", "--machine", "tiny", "--report", "eval.json")
    stamp("eval", MODEL, "--text", "two", "--report", "f32.json")
    stamp(*ask, "--on", "cycle", "--report", "cycle.json")
    stamp(*ask, "--on", "cycle", "--memory", "lpddr4", "--report", "dram.json")
    pages = {"f32": ["f32.json"], "cycle": ["cycle.json"], "pair": ["cycle.json", "dram.json"],
             "mixed": ["model.json", "cycle.json", "f32.json"]}
    if RTL:
        stamp(*ask, "--on", "rtl", "--report", "rtl.json")
        stamp(*ask, "--on", "all", "--latency", "200", "--bandwidth", "0.5", "--report", "all.json")
        pages["rtl"] = ["rtl.json", "all.json"]
    else:
        skip("the RTL of tiny is not built: no page with its cycles")
    for name in sorted({f for p in pages.values() for f in p} | {"eval.json"}):
        with open(name) as f:
            runs[name] = json.load(f)
        hold_record(name, runs[name], name in ("rtl.json", "all.json", "cycle.json", "dram.json"))
    for a in runs["eval.json"]["accuracy"]:
        check("accuracy " + a["figure"], a["value"] is not None and a["value"] > 0)
    check("DRAM in the record", runs["dram.json"]["memory"]["dram"]["name"] == "lpddr4")
    if RTL:
        check("the clock counts as the RTL does", [p["events"] for p in runs["rtl.json"]["programs"]] ==
              [p["events"] for p in runs["cycle.json"]["programs"]])
        check("lock-step: all was compared", runs["all.json"]["total"]["checked"] > 10000 and
              runs["all.json"]["total"]["mismatches"] == 0 and runs["rtl.json"]["total"]["checked"] is None)
    page = browser.Browser() if browser.find() else None
    if not page:
        skip("chromium is not installed: no page was looked at")
    try:
        for name, files in pages.items():
            stamp("report", *files, "--html", name + ".html", "--csv", name + ".csv")
            hold_csv(name + ".csv", [runs[f] for f in files])
            told = json.loads(stamp("report", *files, "--json"))
            check(name + ": json", [r["cycles"] for r in told["runs"]] == [runs[f]["total"]["cycles"] for f in files])
            text = stamp("report", *files)
            for f in files:
                cycles = runs[f]["total"]["cycles"]
                check(name + ": text", cycles is None or " %d" % cycles in text)
            check(name + ": size", os.path.getsize(name + ".html") < 1000000, os.path.getsize(name + ".html"))
            if page:
                hold_page(page, name + ".html", [runs[f] for f in files], where)
    finally:
        if page:
            page.close()
    print("page: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0 or passed < 100


# Events a device without clock does not count: kinds TIME and STALL of the table.
with open(os.path.join(KIT, "model/spec/event.def")) as f:
    TIMED = {w[6:].split(",")[0].lower() for w in f if w.startswith("EVENT(") and w.split(",")[1].strip() != "VALUE"} | {"cycles"}
sys.exit(main())
