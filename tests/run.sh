#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test steps one after another: shows progress, keeps logs, ends with a verdict.
#   tests/run.sh NAME COMMAND [-- NAME COMMAND ...]
# A step passes when its command exits 0; its last line is shown. Exit 77: skipped, nothing of it was
# tested. A check inside a step that could not be run prints a line "SKIP...". Neither is a pass: both
# are counted in the closing line. Logs: $B/log/NAME.log.
set -u
B=${B:-build}
mkdir -p "$B/log"
failed=0 passed=0 skipped=0 checks=0 failures=
started=$(date +%s)
while [ $# -gt 0 ]; do
    name=$1 command=$2
    shift 2
    [ "${1:-}" = -- ] && shift
    begin=$(date +%s)
    printf '%-14s ... ' "$name"
    sh -c "$command" >"$B/log/$name.log" 2>&1
    case $? in
    0)
        passed=$((passed + 1)) verdict=ok
        checks=$((checks + $(grep -c '^SKIP' "$B/log/$name.log")))
        ;;
    77) skipped=$((skipped + 1)) verdict=SKIPPED ;;
    *) failed=$((failed + 1)) verdict=FAILED failures="$failures $name" ;;
    esac
    printf '%s, %d s\n' "$verdict" $(($(date +%s) - begin))
    grep -h '^SKIP' "$B/log/$name.log" | head -n 5
    if [ "$verdict" = FAILED ]; then
        tail -n 40 "$B/log/$name.log"
    else
        grep -E '^([0-9]+%: Checks|[a-z_]+( [a-z]+)?: [0-9]+ passed)' "$B/log/$name.log" | tail -n 8
    fi
done
counts="$passed steps passed, $failed failed, $skipped skipped, $checks checks skipped in others"
total=$(($(date +%s) - started))
if [ "$failed" -gt 0 ]; then
    echo "FAIL:$failures: $counts (logs in $B/log)"
    exit 1
elif [ "$passed" -eq 0 ]; then
    echo "FAIL: nothing was tested: $counts"
    exit 1
else
    echo "PASS: $counts, $total s"
fi
