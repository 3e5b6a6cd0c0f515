#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/cover: the gate goes red where it should, files that are not what they should be are refused, and a changed table of
instructions makes points of its own."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import cover # pylint: disable=wrong-import-position

POINTS = {"field\tLOAD: wait0 0": 5, "field\tLOAD: wait0 1": 2, "pair\tSTU: A, B": 1, "refused\tMM.X": 3, "part\tMM: whole": 1,
          "handshake\tAR: moves": 9}
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what, seen)


def put(path, counts, machine="tiny"):
    cover.write(path, cover.Cover(machine, 1, dict(counts)))
    return path


def run(*words):
    done = subprocess.run([sys.executable, f"{HERE}/cover.py", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def gate(tmp):
    whole = put(f"{tmp}/whole.db", POINTS)
    hole = put(f"{tmp}/hole.db", {**POINTS, "pair\tSTU: A, B": 0})
    check("all reached passes", run("report", whole)[0] == 0)
    code, said, _ = run("report", hole, "--html", f"{tmp}/page.html")
    check("a hole ends with 1 and is named", code == 1 and "hole: pair STU: A, B\n" in said, said)
    check("not to 100 % by rounding", "100" not in said.splitlines()[-1], said)
    with open(f"{tmp}/page.html", encoding="utf8") as f:
        check("the page names it", "pair STU: A, B" in f.read())
    check("a short run only tells holes", run("report", hole, "--partly")[0] == 0)
    waivers(tmp, whole, hole)


def waivers(tmp, whole, hole):
    """A table of one line, on a run of tiny or of base."""
    table = f"{tmp}/waive.txt"
    base = put(f"{tmp}/base.db", {**POINTS, "pair\tSTU: A, B": 0}, "base")
    for what, line, file, want, wrong in (
            ("a waived hole passes", "pair STU: A, .*\t*\tno such thing", hole, 0, ""),
            ("waived for its machine", "pair STU: A, .*\ttiny\tno such thing", hole, 0, ""),
            ("waived for two, of which it is one", "pair STU: A, .*\ttiny base\tno such thing", hole, 0, ""),
            ("the other of the two", "pair STU: A, .*\ttiny base\tno such thing", base, 0, ""),
            ("waived for another machine", "pair STU: A, .*\tbase wide\tno such thing", hole, 1, ""),
            ("another machine, from there", "pair STU: A, .*\ttiny\tno such thing", base, 1, ""),
            ("a waiver of what was reached", "pair STU: A, .*\t*\tno such thing", whole, 1, "and reached 1 times"),
            ("reached on its machine", "pair STU: A, .*\tbase tiny\tno such thing", whole, 1, "and reached 1 times"),
            ("reached on a machine it is not for", "pair STU: A, .*\tbase wide\tno such thing", whole, 0, ""),
            ("a waiver of no point", "pair STU: X, .*\ttiny\tno such thing", whole, 1, "no point there is"),
            ("of no point, of another machine", "pair STU: X, .*\twide\tno such thing", whole, 0, ""),
            ("a machine there is not", "pair STU: A, B\ttiny nowhere\tno such thing", hole, 1, ": nowhere for a machine"),
            ("a line without machines", "pair STU: A, B\tno such thing", hole, 1, ": no such thing for a machine"),
            ("machines left empty", "pair STU: A, B\t\tno such thing", hole, 1, ": nothing for a machine"),
            ("a waiver without a reason", "pair STU: A, B\t*", hole, 1, "no reason"),
            ("of another machine, without a reason", "pair STU: A, B\tbase\t ", whole, 1, "no reason"),
            ("a waiver that is no pattern", "pair (\t*\tno such thing", whole, 1, "not a regular expression"),
            ("no pattern, of another machine", "pair (\twide\tno such thing", whole, 1, "not a regular expression")):
        with open(table, "w", encoding="utf8") as f:
            f.write(f"# comment\n{line}\n")
        code, said, _ = run("report", file, "--waive", table)
        check(what, code == want and wrong in said and bool(wrong) == ("waiver:" in said), said)
        check(what + ", in a short run too", run("report", file, "--waive", table, "--partly")[0] == bool(wrong))


def merging(tmp):
    a, b = {**POINTS, "pair\tSTU: A, B": 0}, {p: 0 for p in POINTS}
    b["pair\tSTU: A, B"] = 4
    files = [put(f"{tmp}/a.db", a), put(f"{tmp}/b.db", b)]
    check("two runs are added", run("merge", f"{tmp}/both.db", *files)[0] == 0 and run("report", f"{tmp}/both.db")[0] == 0)
    both = cover.read(f"{tmp}/both.db")
    check("counts and runs", both.count == {p: a[p] + b[p] for p in POINTS} and both.runs == 2, both.count)
    check("without the second there is a hole", run("merge", f"{tmp}/both.db", files[0])[0] == 0 and run("report", f"{tmp}/both.db")[0] == 1)


def refused(tmp):
    good = put(f"{tmp}/good.db", POINTS)
    with open(good, encoding="utf8") as f:
        text = f.read()
    lines = text.split("\n")
    bad = {"empty": "", "cut in the middle": text[:len(text) // 2], "without its last line": "\n".join(lines[:-2]) + "\n",
           "without a point": "\n".join(lines[:2] + lines[3:]), "longer": text + "1\n", "another's head": text.replace("stamp-cover 1", "stamp-cover 2"),
           "a count that is none": text.replace("5\tfield", "-5\tfield"), "a name changed": text.replace("wait0 1", "wait0 2"),
           "a point twice": text.replace("wait0 1", "wait0 0"), "bytes": "\0\1\2"}
    for what, content in bad.items():
        with open(f"{tmp}/bad.db", "w", encoding="utf8") as f:
            f.write(content)
        for words in (("report", f"{tmp}/bad.db"), ("merge", f"{tmp}/new.db", good, f"{tmp}/bad.db")):
            code, _, said = run(*words)
            check(f"{what}: {words[0]} refuses it with a line", code == 2 and len(said.splitlines()) == 1 and "bad.db" in said, said)
    put(f"{tmp}/bad.db", POINTS, "base")
    code, _, said = run("merge", f"{tmp}/new.db", good, f"{tmp}/bad.db")
    check("another machine's", code == 2 and "base" in said, said)
    put(f"{tmp}/bad.db", {**POINTS, "field\tLOAD: new 0": 1})
    check("other points", run("merge", f"{tmp}/new.db", good, f"{tmp}/bad.db")[0] == 2)
    check("nothing was written", not os.path.exists(f"{tmp}/new.db"))
    check("a file that is not there", run("report", f"{tmp}/none.db")[0] == 2)


MAIN = r"""
#include <stdio.h>
#include "tests/cover/points.h"
int main(void)
{
    struct cover_points *p = cover_points_new(stamp_mach_find("tiny"));
    for (unsigned k = 0; k < p->count; k++) puts(p->name[k]);
    cover_points_free(p);
}
"""


def points(tmp, name, edit):
    """The points of an instruction set that is edited."""
    work = f"{tmp}/{name}"
    os.makedirs(f"{work}/model/spec")
    with open(f"{ROOT}/model/spec/isa.def", encoding="utf8") as f:
        text = edit(f.read())
    with open(f"{work}/model/spec/isa.def", "w", encoding="utf8") as f:
        f.write(text)
    with open(f"{work}/main.c", "w", encoding="utf8") as f:
        f.write(MAIN)
    sources = [f"{ROOT}/{s}" for s in ("tests/cover/points.c", "tests/cover/derive.c", "tests/cover/probe.c", "model/spec/spec.c",
                                       "model/spec/mach.c", "model/dispatch/check.c", "model/mem.c")]
    subprocess.run(["gcc", "-std=c11", "-O1", "-D_POSIX_C_SOURCE=200809L", f"-I{work}", f"-I{ROOT}", *sources, f"{work}/main.c", "-o",
                    f"{work}/points"], check=True)
    return set(subprocess.run([f"{work}/points"], capture_output=True, text=True, check=True).stdout.splitlines())


def tables(tmp):
    now = points(tmp, "now", lambda text: text)
    check("points there are", len(now) > 4000, len(now))
    new = points(tmp, "field", lambda text: text.replace(
        'FIELD(B, rsv1, 206, 50, "must be zero")', 'FIELD(B, fresh, 206, 4, "new")\nFIELD(B, rsv1, 210, 46, "must be zero")')) - now
    check("a new field has its points", {f"field\tVBFLY.{k}: fresh {e}" for k in ("MEAN", "SUM", "ROT") for e in ("0", "1", "odd", "last")} == new, new)
    new = points(tmp, "op", lambda text: re.sub(r"^(OP\(MM,)", 'OP(VNEW, 0x3f, V, VXU, "new")\n\\1', text, flags=re.M)) - now
    check("a new instruction has those of its fields", "field\tVNEW: n0 odd" in new and "field\tVNEW: post2 last" in new)
    check("a new instruction has neighbours", {"pair\tVXU: VNEW, VNEW", "pair\tVXU: VQUANT, VNEW"} <= new)
    new = points(tmp, "kind", lambda text: text.replace('KIND(ROT, 2, ', 'KIND(OTHER, 3, "new")\nKIND(ROT, 2, ')) - now
    check("a new code has a variant, refused as long as dispatch refuses it", new == {"refused\tVBFLY.OTHER"}, new)


def main():
    with tempfile.TemporaryDirectory() as tmp:
        gate(tmp)
        merging(tmp)
        refused(tmp)
        tables(tmp)
    print(f"cover test: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
