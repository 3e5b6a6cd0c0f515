#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test steps, STEPS_AT_ONCE (2) beside each other: shows progress, keeps logs, ends with a verdict.
#   tests/run.sh NAME COMMAND [-- NAME COMMAND ...]
# A step passes when its command exits 0; its last line is shown. Exit 77: skipped, nothing of it was
# tested. A check inside a step that could not be run prints a line "SKIP...". Neither is a pass: both
# are counted in the closing line. Logs: $B/log/NAME.log. Steps share nothing but what was built.
set -u
B=${B:-build}
state=$B/log/steps
started=$(date +%s)
rm -rf "$state"
mkdir -p "$state"

# What is printed of a step that is over; its verdict goes to $state/NUMBER.verdict.
report() { # NUMBER NAME CODE SECONDS
    log=$B/log/$2.log checks=0
    case $3 in
    0) verdict=ok checks=$(grep -c '^SKIP' "$log") ;;
    77) verdict=SKIPPED ;;
    *) verdict=FAILED ;;
    esac
    printf '%-24s %s, %d s\n' "[$1/$steps] $2 ..." $verdict "$4"
    grep -h '^SKIP' "$log" | head -n 5
    if [ $verdict = FAILED ]; then
        tail -n 40 "$log"
    else
        grep -E '^([0-9]+%: Checks|[a-z_]+( [a-z]+)?: [0-9]+ passed)' "$log" | tail -n 8
    fi
    echo "$verdict $checks $2" > "$state/$1.verdict"
}

# Takes one step after the other, those that no other worker took.
worker() { # NAME COMMAND [-- NAME COMMAND ...]
    number=0
    while [ $# -gt 0 ]; do
        number=$((number + 1)) name=$1 command=$2
        shift 2
        [ "${1:-}" = -- ] && shift
        mkdir "$state/$number" 2> /dev/null || continue
        begin=$(date +%s)
        sh -c "$command" > "$B/log/$name.log" 2>&1
        report $number "$name" $? $(($(date +%s) - begin)) > "$state/$number/said"
        cat "$state/$number/said"
    done
}

steps=$((($# + 1) / 3))
workers=
for _ in $(seq "${STEPS_AT_ONCE:-2}"); do
    worker "$@" &
    workers="$workers $!"
done
# shellcheck disable=SC2086
wait $workers

failed=0 passed=0 skipped=0 checks=0 failures=
for i in $(seq $steps); do
    read -r verdict skips name 2> /dev/null < "$state/$i.verdict" || verdict=FAILED skips=0 name="step $i (lost)"
    case $verdict in
    ok) passed=$((passed + 1)) checks=$((checks + skips)) ;;
    SKIPPED) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) failures="$failures $name" ;;
    esac
done
counts="$passed steps passed, $failed failed, $skipped skipped, $checks checks skipped in others"
total=$(($(date +%s) - started))
if [ "$failed" -gt 0 ]; then
    for name in $failures; do # once more at the end, which is what people see of a long log
        log=$B/log/$name.log
        [ -f "$log" ] || continue
        printf -- '---- %s\n' "$log"
        { grep -E ':[FE]:|FAILED|ERROR: |runtime error' "$log" | head -n 12; tail -n 6 "$log"; } | cut -c1-400
    done
    echo "FAIL:$failures: $counts (logs in $B/log)"
    exit 1
elif [ "$passed" -eq 0 ]; then
    echo "FAIL: nothing was tested: $counts"
    exit 1
else
    echo "PASS: $counts, $total s"
fi
