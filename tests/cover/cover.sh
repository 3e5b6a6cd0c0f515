#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Functional coverage of a machine by edge tests, error tests and random programs on RTL and C machine (README.md):
#   tests/cover/cover.sh [MACHINE [PROGRAMS]]     tiny, 400
# $B/cover/MACHINE: all.db, the page cover.html and the same as text, cover.txt. Exit 1 below what can be reached; of a
# machine that is not in model/spec/mach.def (drawn ones) holes are only told, since waive.txt does not know it.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build} machine=${1:-tiny} programs=${2:-400}
C=$B/cover/$machine
rm -rf "$C"
mkdir -p "$C"
begin=$(date +%s)

beside() { "$B/errors" "$machine" --cover "$C/errors.db" > "$C/errors.log" 2>&1 &&
    "$B/rand" "$machine" --near 1 --count "$programs" --cover "$C/rand.db" > "$C/rand.log" 2>&1; }
beside & # beside what takes as long
"$B/edges" "$machine" --cover "$C/edges.db" > "$C/edges.log" 2>&1 || { wait; tail -n 20 "$C/edges.log"; exit 1; }
wait $! || { tail -qn 20 "$C"/errors.log "$C"/rand.log; exit 1; }
grep -h 'passed' "$C"/*.log
tests/cover/cover.py merge "$C/all.db" "$C/edges.db" "$C/errors.db" "$C/rand.db"
status=0 partly=
grep -q "^CONFIG($machine," model/spec/mach.def || partly=--partly
tests/cover/cover.py report "$C/all.db" $partly --waive tests/cover/waive.txt --html "$C/cover.html" > "$C/cover.txt" || status=$?
cat "$C/cover.txt"
echo "$C/cover.html, $(($(date +%s) - begin)) s"
exit $status
