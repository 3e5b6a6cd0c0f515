#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random programs on RTL and C machine until the time is out (make regress HOURS=n): every seed anew, failures by what they say.

    regress.py OUT --hours H --rand COMMAND --machines A,B [-j N] [--batch N]

Each machine's seeds go on from where the run before ended (OUT/state.json). A batch that fails is told apart seed by seed;
of failures with one signature (the message without its numbers) the shortest program is kept in OUT/failures, with what
was printed and how to replay it. OUT/junit.xml and OUT/regress.html say the same. An interrupt ends the run as its time
does. What the programs reach of functional coverage (tests/cover/README.md) is added up in OUT/cover-MACHINE.db,
with its holes in OUT/cover-MACHINE.html. Exit 1 when OUT knows a failure, also one of a run before: what was mended is taken away with its folder."""
import argparse
import concurrent.futures
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.sax.saxutils

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/cover")
import cover # pylint: disable=wrong-import-position

SECONDS = 60 # a batch, about
LINE = re.compile(r"^seed (\d+)(?:, shrunk to (\d+) instructions)?(?: neighbour \d+ \([^)]*\))?: (.*)$", re.M)
stopping = threading.Event()


def signature(text):
    """A message without what differs from seed to seed."""
    return re.sub(r"-?(?:0x)?[0-9a-f]*\d[0-9a-fx.+]*", "#", text)[:160]


def replace(path, text):
    with open(path + ".new", "w", encoding="utf8") as f:
        f.write(text)
    os.replace(path + ".new", path)


class State:
    """What is known of all runs into OUT."""

    def __init__(self, out, machines):
        self.out, self.lock = out, threading.Lock()
        os.makedirs(f"{out}/failures", exist_ok=True)
        self.known = {"next": {}, "passed": {}, "seconds": 0.0, "again": {}, "failures": {}}
        if os.path.exists(f"{out}/state.json"):
            with open(f"{out}/state.json", encoding="utf8") as f:
                self.known = json.load(f)
        self.known.setdefault("growth", {}) # machine: [programs, points reached] after each batch that reached more
        self.covers = {m: cover.read(f"{out}/cover-{m}.db") for m in machines if os.path.exists(f"{out}/cover-{m}.db")}
        for sign in [s for s, f in self.known["failures"].items() if not os.path.isdir(f"{out}/failures/{f['folder']}")]:
            del self.known["failures"][sign]
        for m in machines:
            self.known["next"].setdefault(m, 1)
            self.known["passed"].setdefault(m, 0)

    def take(self, machine, count):
        """(first seed, how many): of a batch that was stopped before, or new ones."""
        with self.lock:
            if self.known["again"].get(machine):
                return self.known["again"][machine].pop()
            seed = self.known["next"][machine]
            self.known["next"][machine] += count
        return seed, count

    def give_back(self, machine, seed, count):
        with self.lock:
            self.known["again"].setdefault(machine, []).append([seed, count])
            self.save()

    def save(self):
        replace(f"{self.out}/state.json", json.dumps(self.known, indent=1))

    def passed(self, machine, count):
        with self.lock:
            self.known["passed"][machine] += count
            self.save()

    def covered(self, machine, path):
        """Add what a batch reached; its file is gone then."""
        if not os.path.exists(path):
            return
        new = cover.read(path)
        os.remove(path)
        with self.lock:
            if machine in self.covers and self.covers[machine].same_points(new):
                self.covers[machine].add(new, path)
            else: # the first, or the points are others since
                self.covers[machine] = new
                self.known["growth"].pop(machine, None)
            cover.write(f"{self.out}/cover-{machine}.db", self.covers[machine])
            reached, growth = self.covers[machine].reached(), self.known["growth"].setdefault(machine, [])
            if not growth or growth[-1][1] != reached:
                growth.append([self.known["passed"][machine], reached])
            self.save()

    def failed(self, machine, seed, text, said, length, program, replay):
        """Keep it when it is the first of its signature, or shorter than the one that is kept."""
        sign = f"{machine}: {signature(text)}"
        with self.lock:
            found = self.known["failures"].setdefault(sign, {"folder": f"{len(self.known['failures']):03}-{machine}",
                                                             "machine": machine, "seeds": [], "length": None})
            found["seeds"].append(seed)
            folder = f"{self.out}/failures/{found['folder']}"
            if found["length"] is None or length < found["length"]:
                shutil.rmtree(folder, ignore_errors=True)
                os.makedirs(folder)
                found.update(length=length, seed=seed, text=text, replay=replay)
                replace(f"{folder}/said.txt", said)
                if program and os.path.exists(program):
                    os.replace(program, f"{folder}/program.stamp")
                    found["program"] = f"{folder}/program.stamp"
            self.save()


def rand(options, machine, seed, count, keep, reached=None):
    words = [*options.rand.split(), machine, "--seed", str(seed), "--count", str(count), "--near", "1", "--keep", keep]
    words[-2:-2] = ["--cover", reached] if reached else []
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True) as p:
        said = None
        while said is None:
            try:
                said = p.communicate(timeout=0.5)[0]
            except subprocess.TimeoutExpired:
                if stopping.is_set():
                    os.killpg(p.pid, signal.SIGTERM)
    return (None if stopping.is_set() and p.returncode else p.returncode), said, " ".join(words[:-4] if reached else words[:-2])


def batch(options, state, machine, count):
    """Seconds it took; None when it was stopped, its seeds are given back."""
    (seed, count), began = state.take(machine, count), time.monotonic()
    keep = f"{options.out}/keep-{machine}-{seed}.stamp"
    reached = f"{options.out}/reached-{machine}-{seed}.db"
    code, said, _ = rand(options, machine, seed, count, keep, reached)
    if code is None:
        state.give_back(machine, seed, count)
        return None
    if code == 0:
        state.passed(machine, count)
        state.covered(machine, reached)
        return time.monotonic() - began
    state.covered(machine, reached)
    seeds = sorted({int(m[0]) for m in LINE.findall(said)})
    state.passed(machine, count - max(1, len(seeds)))
    for one in seeds:
        code, alone, replay = rand(options, machine, one, 1, keep)
        if code is None:
            state.give_back(machine, one, 1)
            continue
        lines = LINE.findall(alone)
        text = lines[-1][2] if lines else "failed with others, not alone"
        length = next((int(l[1]) for l in lines if l[1]), 1 << 30)
        state.failed(machine, one, text, alone, length, keep, replay)
    if not seeds:
        state.failed(machine, seed, f"exit {code} without a seed", said[-4000:], 1 << 30, None, _)
    if os.path.exists(keep):
        os.remove(keep)
    return time.monotonic() - began


def worker(options, state, until, turn):
    sizes = {}
    while time.monotonic() < until and not stopping.is_set():
        machine = options.machines[next(turn) % len(options.machines)]
        count = sizes.get(machine, options.batch)
        took = batch(options, state, machine, count)
        if took is None:
            return
        sizes[machine] = max(1, min(4 * count, int(count * SECONDS / max(took, 0.1)), 100000))


def junit(state):
    esc = xml.sax.saxutils.quoteattr
    suites = []
    for m, n in state.known["passed"].items():
        bad = {s: f for s, f in state.known["failures"].items() if f["machine"] == m}
        count = n + sum(len(f["seeds"]) for f in bad.values())
        cases = [f'  <testcase classname="rand.{m}" name="programs that passed: {n}"/>']
        cases += [f'  <testcase classname="rand.{m}" name={esc(s)}><failure message={esc(f["text"])}>'
                  f'{xml.sax.saxutils.escape(f["replay"])}</failure></testcase>' for s, f in bad.items()]
        suites.append(f' <testsuite name="rand.{m}" tests="{len(cases)}" failures="{len(bad)}">\n'
                      f'  <properties><property name="seeds" value="{count}"/></properties>\n' + "\n".join(cases) + "\n </testsuite>")
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "\n".join(suites) + "\n</testsuites>\n"


def growth(points):
    """Points reached against programs, as a line."""
    if len(points) < 2:
        return ""
    wide, high = points[-1][0] or 1, points[-1][1] or 1
    line = " ".join(f"{600 * x / wide:.1f},{120 - 110 * y / high:.1f}" for x, y in points)
    return (f"<svg viewBox='0 0 600 124' width=600 role=img aria-label='points reached by programs'><polyline points='{line}' fill=none "
            f"stroke=currentColor stroke-width=2 /></svg><p>From {points[0][1]} points after {points[0][0]} programs to {points[-1][1]}; the last "
            f"new one came by program {points[-1][0]}.")


def coverage(state):
    """What was reached, machine by machine, with a page of its own for the holes."""
    text = ""
    for machine, reached in state.covers.items():
        verdict = cover.Verdict(reached, f"{HERE}/cover/waive.txt")
        replace(f"{state.out}/cover-{machine}.html", cover.page(verdict))
        text += (f"<h2>Functional coverage of {html.escape(machine)}</h2><p>{verdict.cover.reached()} of {len(verdict.cover.count) - len(verdict.waived)} "
                 f"points random programs and others can reach, {verdict.percent()} %; <a href='cover-{machine}.html'>holes</a>."
                 f"{cover.table_of(verdict)}{growth(state.known['growth'].get(machine, []))}")
    return text


def page(state):
    e = html.escape
    rows = "".join(f"<tr><td>{e(m)}<td>{n}<td>{state.known['next'][m] - 1}" for m, n in state.known["passed"].items())
    bad = "".join(f"<tr><td>{e(s)}<td>{len(f['seeds'])}<td>{'' if f['length'] == 1 << 30 else f['length']}<td><code>{e(f['replay'])}</code>"
                  f"<td><a href='failures/{f['folder']}/said.txt'>said</a>" for s, f in state.known["failures"].items())
    return ("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Random programs</title>"
            "<style>body{font:16px sans-serif;max-width:70em;margin:1em auto;padding:0 1em}td,th{text-align:left;padding:.2em 1em .2em 0;"
            "vertical-align:top}code{word-break:break-all}</style>"
            f"<h1>Random programs</h1><p>{state.known['seconds'] / 3600:.2f} hours in all.<table><tr><th>machine<th>passed<th>last seed{rows}</table>"
            + (f"<h2>Failures by signature</h2><table><tr><th>signature<th>seeds<th>shortest, instructions<th>replay<th>{bad}</table>"
               if bad else "<p>No failure.") + coverage(state) + "</html>\n")


def counter():
    n = 0
    while True:
        yield n
        n += 1


class Locked:
    def __init__(self, it):
        self.it, self.lock = it, threading.Lock()

    def __next__(self):
        with self.lock:
            return next(self.it)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("out")
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--rand", required=True)
    parser.add_argument("--machines", required=True)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    options.machines = options.machines.split(",")
    if not 0 < options.hours < 10000 or options.j < 1 or options.batch < 1:
        parser.error("hours above 0, jobs and batch 1 or more")
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopping.set())
    try:
        state = State(options.out, options.machines)
    except cover.Bad as e:
        sys.exit(f"regress: {e}")
    began = time.monotonic()
    until, turn, told = began + 3600 * options.hours, Locked(counter()), began
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        running = [pool.submit(worker, options, state, until, turn) for _ in range(options.j)]
        while any(not r.done() for r in running):
            time.sleep(0.2)
            if time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"regress: {sum(state.known['passed'].values())} passed, {len(state.known['failures'])} signatures of failures, "
                      f"{max(0, until - told) / 60:.0f} min left", flush=True)
        for r in running:
            r.result()
    state.known["seconds"] += time.monotonic() - began
    state.save()
    replace(f"{options.out}/junit.xml", junit(state))
    replace(f"{options.out}/regress.html", page(state))
    bad = state.known["failures"]
    for m, reached in state.covers.items():
        print(f"cover {m}: {reached.reached()} of {len(reached.count)} points reached")
    for s, f in bad.items():
        print(f"FAIL {s}\n     {len(f['seeds'])} seeds, the shortest: {f['replay']}")
    print(f"regress: {sum(state.known['passed'].values())} passed, {sum(len(f['seeds']) for f in bad.values())} failed, "
          f"{len(bad)} signatures; {options.out}/regress.html")
    sys.exit(1 if bad else 0)


main()
