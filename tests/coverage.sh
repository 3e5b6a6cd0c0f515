#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Line and toggle coverage of the RTL (configuration tiny) from random programs, error injection and
# registers of the whole machine, and from the unit benches: build/cov/rtl.info (LCOV) and one line
# per kind. A point is one of the whole machine; benches can hit it. Signals of more than 64 bits
# have no toggle points. Fails below 95 %.
set -eu
B=${B:-build}
C=$B/cov
count=${COUNT:-300}
mkdir -p "$C"
rm -f "$C"/*.dat
cp "$B/stamp_rtl_tiny_cov.so" "$C/stamp_rtl_tiny.so"

random_and_benches() { # a few cases a bench: stimulus, not proof (make benches)
    STAMP_COVERAGE=$C/rand.dat "$B/rand" tiny --dir "$C" --count "$count"
    for b in ctrl:3000 fp:20000 ldu:800 lib:20000 mxu:4000 stu:800 vx_fn:20000 vxu:2000 xb:20000; do
        STAMP_COVERAGE=$C/tb_${b%:*}.dat "$B/tb/tiny_cov/${b%:*}" --cases "${b#*:}"
    done
}
random_and_benches > "$C/log" 2>&1 & # beside what takes as long
STAMP_COVERAGE=$C/errors.dat "$B/errors" tiny --dir "$C"
STAMP_COVERAGE=$C/regs.dat "$B/regs" tiny "$C"
wait $! || { cat "$C/log"; exit 1; }
grep 'passed' "$C/log"
verilator_coverage --write "$C/top.dat" "$C/rand.dat" "$C/errors.dat" "$C/regs.dat" >/dev/null
verilator_coverage --write "$C/all.dat" "$C/top.dat" "$C"/tb_*.dat >/dev/null
grep -a -v 'tests/rtl/' "$C/all.dat" > "$C/rtl.dat"
verilator_coverage --write-info "$C/rtl.info" "$C/rtl.dat" >/dev/null
python3 tests/coverage.py 95 "$C/top.dat" "$C"/tb_*.dat
echo "LCOV: $C/rtl.info (genhtml $C/rtl.info -o $C/html)"
