#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# calibrate.sh MACHINE... - the timed machine against the RTL: programs drawn, and the shipped network compiled:
# prefill, a step of decoding, a block of the cache coded again, behind two memories each.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
bad=0
for m in "$@"; do
    "$B/calibrate" "$m" > "$tmp/log" 2>&1 || { bad=1; cat "$tmp/log"; }
    tail -n 1 "$tmp/log"
    "$B/stamp" compile traces/model/stamp-stories --tokens 20 --decode 40 --machine "$m" -o "$tmp/p" > "$tmp/log" 2>&1 ||
        { bad=1; cat "$tmp/log"; continue; }
    for entry in main step recode; do
        for seed in 0 2; do
            "$B/calibrate" "$m" --image "$tmp/p" --entry $entry --seed $seed > "$tmp/log" 2>&1 || { bad=1; cat "$tmp/log"; }
            echo "$entry, memory $seed: $(tail -n 1 "$tmp/log")"
        done
    done
done
[ $bad = 0 ] && [ $# -gt 0 ] && echo "calibrate: PASS - cycles and every counter equal" || echo "calibrate: FAIL"
[ $bad = 0 ] && [ $# -gt 0 ]
