#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Line and toggle coverage of the RTL (configuration tiny) from random programs, error injection and
# compiled layers: build/cov/rtl.info (LCOV) and one line per kind. Fails below 95 %.
set -eu
B=${B:-build}
C=$B/cov
count=${COUNT:-400}
mkdir -p "$C"
rm -f "$C"/*.dat
cp "$B/stamp_rtl_tiny_cov.so" "$C/stamp_rtl_tiny.so"
STAMP_COVERAGE=$C/rand.dat "$B/rand" tiny --dir "$C" --count "$count"
STAMP_COVERAGE=$C/errors.dat "$B/errors" tiny --dir "$C"
STAMP_COVERAGE=$C/regs.dat "$B/regs" tiny "$C"
verilator_coverage --write "$C/all.dat" "$C/rand.dat" "$C/errors.dat" "$C/regs.dat" >/dev/null
verilator_coverage --write-info "$C/rtl.info" "$C/all.dat" >/dev/null
python3 tests/coverage.py "$C/all.dat" 95
echo "LCOV: $C/rtl.info (genhtml $C/rtl.info -o $C/html)"
