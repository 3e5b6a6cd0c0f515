#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test steps one after another: shows progress, keeps logs, ends with a verdict.
#   tests/run.sh NAME COMMAND [-- NAME COMMAND ...]
# A step passes when its command exits 0; its last line is shown. Logs: $B/log/NAME.log.
set -u
B=${B:-build}
mkdir -p "$B/log"
failed=0 passed=0 failures=
started=$(date +%s)
while [ $# -gt 0 ]; do
    name=$1 command=$2
    shift 2
    [ "${1:-}" = -- ] && shift
    begin=$(date +%s)
    printf '%-14s ... ' "$name"
    if sh -c "$command" >"$B/log/$name.log" 2>&1; then
        passed=$((passed + 1)) verdict=ok
    else
        failed=$((failed + 1)) verdict=FAILED failures="$failures $name"
    fi
    printf '%s, %d s\n' "$verdict" $(($(date +%s) - begin))
    grep -h 'SKIP' "$B/log/$name.log" | head -n 5
    if [ "$verdict" = ok ]; then
        grep -E '^([0-9]+%: Checks|[a-z_]+( [a-z]+)?: [0-9]+ passed)' "$B/log/$name.log" | tail -n 8
    else
        tail -n 40 "$B/log/$name.log"
    fi
done
echo "steps: $passed passed, $failed failed"
total=$(($(date +%s) - started))
if [ "$failed" -eq 0 ]; then
    echo "PASS: all $passed steps in $total s"
else
    echo "FAIL:$failures (logs in $B/log)"
    exit 1
fi
