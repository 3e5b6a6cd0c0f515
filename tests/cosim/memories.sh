#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# memories.sh - the shipped network on the RTL of tiny in lock-step with the C machine behind every memory of model/dram,
# and behind files of them: no bit depends on when memory answers; cycles do.
B=${B:-build}
bad=0
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
printf 'base = lpddr5\nclosed = 1\nposted = 0\nmap = ro ra ba bg co ch\n' > "$tmp/closed"
printf 'base = ddr5\nranks = 2\ncapacity = 32768\nreads = 4\nwrites = 4\ndrain_high = 3\ndrain_low = 1\n' > "$tmp/small"
printf 'base = hbm3\nchannels = 1\ncapacity = 512\ntRL = 200ns\naccel_mhz = 3000\n' > "$tmp/slow"
presets=$("$B/stamp" machines --memory | sed -n 's/^key *//p') && [ -n "$presets" ] || { echo "memories: FAIL, no preset"; exit 1; }
of() { # FLAGS: one run; its cycles
    # shellcheck disable=SC2086
    "$B/stamp" demo --machine tiny --on all --tokens 6 --decode 2 "$@" > "$tmp/out" 2>&1 || bad=1
    grep -q '^demo: PASS - [1-9][0-9]* words and [1-9][0-9]* logits compared, 0 differing' "$tmp/out" || { cat "$tmp/out"; bad=1; }
    sed -n 's/^\(prefill\|decode\).* tokens, \([0-9]*\) cycles.*/\2/p' "$tmp/out" | paste -sd' '
}
count=0
for memory in $presets "$tmp/closed" "$tmp/small" "$tmp/slow"; do
    cycles=$(of --memory "$memory")
    [ -n "$cycles" ] || bad=1
    printf '%s: cycles %s\n' "${memory##*/}" "$cycles"
    echo "$cycles" >> "$tmp/all"
    count=$((count + 1))
done
[ "$(sort -u "$tmp/all" | wc -l)" = $count ] || { echo "memories: two memories take the same cycles"; bad=1; }
again=$(of --memory ddr5 --clock 1250)
[ "$again" = "$(of --memory DDR5)" ] || { echo "memories: the same memory twice, other cycles"; bad=1; }
[ $bad = 0 ] && echo "memories: PASS - $count memories, no bit differs" || echo "memories: FAIL"
exit $bad
