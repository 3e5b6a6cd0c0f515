#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functional coverage of runs (tests/cover/README.md): files of the collector added up, held to the gate, printed.

    cover.py merge OUT FILE...
    cover.py report FILE [--waive TABLE] [--html PAGE] [--holes N] [--partly]

A file is what `--cover` of rand, edges and errors wrote, or a merge wrote; one that is cut, or of another machine or
other points, is refused with a line and exit 2. The table of waivers has a line for each point that cannot be
reached, or a pattern of such (a regular expression for the whole name): the pattern, a tab, the machines it is for (names
of model/spec/mach.def with blanks between, or *: each), a tab, the reason. A line counts on its machines only. report ends
with exit 1 unless every point is reached or waived; a waiver that names nothing, one without machines that there are or
without a reason and one of a point that was reached end it so, too. With --partly (a short run) holes are told and do not
count; waivers do."""
import argparse
import collections
import html
import os
import re
import sys

CLASSES = {"field": "edges of fields", "part": "whole and partial, situations", "pair": "neighbours in a unit",
           "refused": "refused at its limit", "handshake": "handshakes and stalls"}
MACHINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../model/spec/mach.def")
HEAD = re.compile(r"stamp-cover 1 ([A-Za-z0-9_]+) (\d+) (\d+) ([0-9a-f]{16})\Z")


class Bad(Exception):
    """A file or table that is not what it should be."""


class Cover:
    """What runs on one machine reached: count of each point, in the order of the collector."""

    def __init__(self, machine, runs, count):
        self.machine, self.runs, self.count = machine, runs, count

    def same_points(self, other):
        return (other.machine, list(other.count)) == (self.machine, list(self.count))

    def add(self, other, name):
        if not self.same_points(other):
            raise Bad(f"{name}: of {other.machine} with {len(other.count)} points, not of {self.machine} "
                      f"with {len(self.count)} or not the same ones")
        self.runs += other.runs
        for point, n in other.count.items():
            self.count[point] += n

    def reached(self):
        return sum(n > 0 for n in self.count.values())


def fnv(names):
    """FNV-1a of the names, each with an end of line."""
    h = 0xcbf29ce484222325
    for byte in "".join(n + "\n" for n in names).encode():
        h = (h ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{h:016x}"


def read(path):
    """The Cover of a file."""
    try:
        with open(path, encoding="utf8") as f:
            lines = f.read().split("\n")
    except (OSError, UnicodeDecodeError) as e:
        raise Bad(f"{path}: {getattr(e, 'strerror', None) or 'not a file of coverage'}") from None
    head = HEAD.match(lines[0])
    if not head:
        raise Bad(f"{path}: not a file of coverage")
    points = int(head[2])
    if lines[points + 1:] != [f"end {points}", ""]:
        raise Bad(f"{path}: cut, or more than its {points} points")
    count = {}
    for number, line in enumerate(lines[1:points + 1], 2):
        n, _, name = line.partition("\t")
        if not n.isdigit() or name.partition("\t")[0] not in CLASSES or name in count:
            raise Bad(f"{path}:{number}: not a point and its count")
        count[name] = int(n)
    if fnv(count) != head[4]:
        raise Bad(f"{path}: its points are not those its head says")
    return Cover(head[1], int(head[3]), count)


def write(path, cover):
    """Whole or not at all."""
    with open(path + ".new", "w", encoding="utf8") as f:
        f.write(f"stamp-cover 1 {cover.machine} {len(cover.count)} {cover.runs} {fnv(cover.count)}\n")
        f.writelines(f"{n}\t{name}\n" for name, n in cover.count.items())
        f.write(f"end {len(cover.count)}\n")
    os.replace(path + ".new", path)


def merge(paths):
    total = read(paths[0])
    for path in paths[1:]:
        total.add(read(path), path)
    return total


def machines():
    """Names of the table."""
    with open(MACHINES, encoding="utf8") as f:
        return re.findall(r"^CONFIG\((\w+),", f.read(), re.M)


def shown(point):
    return point.replace("\t", " ", 1)


class Verdict:
    """Points by class: reached, waived with the reason, holes; and what is wrong with the waivers."""

    def __init__(self, cover, table):
        self.cover, self.wrong, self.waived = cover, [], {}
        for where, pattern, reason in self.waivers(table):
            found = [p for p in cover.count if pattern.fullmatch(shown(p))]
            if not found:
                self.wrong.append(f"{where}: waives no point there is")
            for point in found:
                if cover.count[point]:
                    self.wrong.append(f"{where}: {shown(point)}: waived as not to be reached, and reached {cover.count[point]} times")
                else:
                    self.waived[point] = reason
        self.holes = [p for p, n in cover.count.items() if not n and p not in self.waived]

    def waivers(self, table):
        """(where, pattern, reason) of each line for this machine; of those for others only the form is looked at."""
        if not table:
            return
        there = machines()
        with open(table, encoding="utf8") as f:
            lines = [line.rstrip("\n") for line in f]
        for number, line in enumerate(lines, 1):
            if not line or line.startswith("#"):
                continue
            pattern, names, reason = (line.split("\t", 2) + ["", ""])[:3]
            where, names = f"{table}:{number}", names.split()
            unknown = [n for n in names if n != "*" and n not in there]
            if unknown or not names:
                self.wrong.append(f"{where}: {' '.join(unknown) or 'nothing'} for a machine of {' '.join(there)}, or *")
            elif not reason.strip():
                self.wrong.append(f"{where}: no reason behind the machines and a tab")
            else:
                try:
                    found = re.compile(pattern)
                except re.error as e:
                    self.wrong.append(f"{where}: not a regular expression: {e}")
                    continue
                if "*" in names or self.cover.machine in names:
                    yield where, found, reason.strip()

    def classes(self):
        """(class, points, reached, waived, holes) of each."""
        rows = collections.OrderedDict((c, [0, 0, 0, 0]) for c in CLASSES)
        for point, n in self.cover.count.items():
            row = rows[point.partition("\t")[0]]
            row[0] += 1
            row[1 if n else 2 if point in self.waived else 3] += 1
        return [(c, *row) for c, row in rows.items()]

    def percent(self):
        """Reached of what can be, rounded down: 100 only where nothing is missing."""
        there = len(self.cover.count) - len(self.waived)
        return (1000 * self.cover.reached() // there) / 10 if there else 0.0


def group(point):
    """What a hole is listed under: the instruction, unit or channel."""
    return re.split(r"[:.]", point.partition("\t")[2])[0]


def table_of(verdict):
    rows = "".join(f"<tr><td>{html.escape(CLASSES[c])}<td>{n}<td>{hit}<td>{waived}<td{' class=bad' if holes else ''}>{holes}"
                   for c, n, hit, waived, holes in verdict.classes())
    return f"<table><tr><th>class<th>points<th>reached<th>waived<th>holes{rows}</table>"


def holes_of(verdict, least=None):
    """Holes by what they are of; or the points seen least often."""
    if least is None and not verdict.holes:
        return "<p>No hole."
    by = collections.OrderedDict()
    for point in verdict.holes if least is None else least:
        by.setdefault(group(point), []).append(point)
    return "".join(f"<details open><summary>{html.escape(g)}, {len(points)}</summary><ul>"
                   + "".join(f"<li>{html.escape(shown(p))}{'' if least is None else ' ' + str(verdict.cover.count[p])}" for p in points)
                   + "</ul></details>" for g, points in by.items())


STYLE = ("<style>body{font:16px sans-serif;max-width:70em;margin:1em auto;padding:0 1em}td,th{text-align:left;padding:.2em 1em .2em 0;"
         "vertical-align:top}.bad{color:#b00020;font-weight:bold}ul{columns:22em}code{word-break:break-all}</style>")


def page(verdict):
    reasons = collections.OrderedDict()
    for point, reason in verdict.waived.items():
        reasons.setdefault(reason, []).append(point)
    waived = "".join(f"<details><summary>{len(points)}: {html.escape(reason)}</summary><ul>"
                     + "".join(f"<li>{html.escape(shown(p))}" for p in points) + "</ul></details>" for reason, points in reasons.items())
    rare = sorted((p for p, n in verdict.cover.count.items() if n), key=lambda p: verdict.cover.count[p])[:60]
    wrong = "".join(f"<li class=bad>{html.escape(w)}" for w in verdict.wrong)
    return ("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Functional coverage</title>"
            f"{STYLE}<h1>Functional coverage of {html.escape(verdict.cover.machine)}</h1><p>{verdict.cover.reached()} of "
            f"{len(verdict.cover.count) - len(verdict.waived)} points that can be reached, {verdict.percent()} %; {verdict.cover.runs} runs."
            f"{table_of(verdict)}{'<ul>' + wrong + '</ul>' if wrong else ''}<h2>Holes</h2>{holes_of(verdict)}"
            f"<h2>Not to be reached</h2>{waived or '<p>Nothing.'}<h2>Seen least often</h2>{holes_of(verdict, rare)}</html>\n")


def report(options):
    verdict = Verdict(read(options.file), options.waive)
    for c, n, hit, waived, holes in verdict.classes():
        print(f"{CLASSES[c]:32} {n:6} points {hit:6} reached {waived:6} waived {holes:6} holes")
    for point in verdict.holes[:options.holes]:
        print(f"hole: {shown(point)}")
    if len(verdict.holes) > options.holes:
        print(f"and {len(verdict.holes) - options.holes} more")
    for wrong in verdict.wrong:
        print(f"waiver: {wrong}")
    if options.html:
        with open(options.html + ".new", "w", encoding="utf8") as f:
            f.write(page(verdict))
        os.replace(options.html + ".new", options.html)
    print(f"cover {verdict.cover.machine}: {verdict.cover.reached()} of {len(verdict.cover.count) - len(verdict.waived)} points reached, "
          f"{verdict.percent()} %, {len(verdict.waived)} waived, {verdict.cover.runs} runs")
    sys.exit(1 if verdict.wrong or (verdict.holes and not options.partly) else 0)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    commands = parser.add_subparsers(dest="command", required=True)
    merging = commands.add_parser("merge")
    merging.add_argument("out")
    merging.add_argument("file", nargs="+")
    reporting = commands.add_parser("report")
    reporting.add_argument("file")
    reporting.add_argument("--waive")
    reporting.add_argument("--html")
    reporting.add_argument("--holes", type=int, default=60)
    reporting.add_argument("--partly", action="store_true")
    options = parser.parse_args()
    try:
        if options.command == "report":
            report(options)
        write(options.out, merge(options.file))
    except (Bad, OSError) as e:
        print(f"cover: {e}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
