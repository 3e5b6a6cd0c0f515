#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# machine_table.sh - what the build does with the table of machines: an unknown or refused machine ends
# it with a message and leaves nothing, printed files stay whole, and a line more is a machine more.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
check() { # WHAT HOLDS(0 or 1, as $?)
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}
refused() { # WHAT TEXT COMMAND...: it fails and says TEXT
    what=$1 text=$2; shift 2
    "$@" > "$tmp/out" 2>&1 && { check "$what: did not fail" 1; return; }
    grep -q "$text" "$tmp/out"; check "$what: $(tail -n 1 "$tmp/out")" $?
}
line='8, 16, 8, 2048, 4608, 1024, 128, 1024, 512, 256, 512, 256, 8, 4, 16, 8, 64, "one more"'
with() { # LINES: a build folder with these machines and a specgen that knows them
    rm -rf "$tmp/b" && mkdir -p "$tmp/b" && printf '%s\n' "$1" > "$tmp/b/machs.def"
    make -s B="$tmp/b" "$tmp/b/specgen" > "$tmp/make" 2>&1 || cat "$tmp/make"
}

# A line more is a machine more, also the twentieth.
with "$(for i in $(seq 1 20); do echo "CONFIG(more$i, $line)"; done)"
[ "$("$tmp/b/specgen" machs | grep -c '^more')" -eq 20 ]; check "twenty machines more" $?
"$tmp/b/specgen" params more20 | grep -q -- '-GL=16 '; check "parameters of the twentieth" $?
make -s -n B="$tmp/b" -p spec-fresh 2> /dev/null | grep -q '^MACHS.*more20'; check "lists of make" $?

# Unknown: an error, and nothing of it left.
refused "rtl-nosuch" "unknown machine: nosuch" make -s B="$tmp/b" rtl-nosuch
[ ! -e "$tmp/b/v/nosuch" ] && [ ! -e "$tmp/b/stamp_rtl_nosuch.so" ]; check "rtl-nosuch leaves something" $?
refused "--machine nosuch" "nosuch: must be one of" "$B/stamp" demo --machine nosuch

# Refused: each by name, with value, limit and reason; nothing is printed.
with 'CONFIG(odd, 3, 16, 8, 2048, 4608, 1024, 128, 1024, 512, 256, 512, 256, 8, 4, 16, 8, 64, "P odd")'
refused "P odd" "machine odd: P = 3, must be even, 2 to 16: " "$tmp/b/specgen" machs
refused "rtl of a refused machine" "machine odd: P = 3" make -s B="$tmp/b" rtl-odd
before=$(cat rtl/gen/*.sv model/spec/isa.md model/spec/fn.def | cksum)
refused "spec of a refused table" "machine odd: P = 3" make -s B="$tmp/b" spec
[ "$before" = "$(cat rtl/gen/*.sv model/spec/isa.md model/spec/fn.def | cksum)" ]; check "spec changed files" $?
with "CONFIG(tiny, $line)"
refused "a name twice" "repeated machine: tiny" "$tmp/b/specgen" machs

# A disk that is full: the file stays as it was.
refused "a full disk" "cannot write" sh -c "'$B/specgen' sv > /dev/full"

echo "machine_table: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 12 ]
