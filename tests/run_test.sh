#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_test.sh - the runner of the test steps: what passed, failed and was skipped is counted apart.
set -u
run=$(cd "$(dirname "$0")" && pwd)/run.sh
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
# t WHAT CODE CLOSING STEPS...: exit code and how the last line begins
t() {
    what=$1 want=$2 line=$3
    shift 3
    B=$tmp "$run" "$@" >"$tmp/out" 2>&1
    got=$?
    if [ $got -eq "$want" ] && tail -n 1 "$tmp/out" | grep -q "^$line"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what: exit $got, $(tail -n 1 "$tmp/out")"
    fi
}
t 'all pass' 0 'PASS: 2 steps passed, 0 failed, 0 skipped, 0 checks skipped' a true -- b 'echo SKIPPED >/dev/null'
t 'a step fails' 1 'FAIL: b: 1 steps passed, 1 failed, 0 skipped' a true -- b false
t 'a step is skipped' 0 'PASS: 1 steps passed, 0 failed, 1 skipped, 0 checks' a true -- b 'echo SKIP: no c; exit 77'
t 'checks are skipped' 0 'PASS: 2 steps passed, 0 failed, 0 skipped, 3 checks' a 'echo SKIP: x; echo SKIP: y >&2' \
  -- b 'echo "SKIP   z"'
t 'nothing but skipped steps' 1 'FAIL: nothing was tested' a 'exit 77'
STEPS_AT_ONCE=1 t 'one at a time' 1 'FAIL: c: 2 steps passed, 1 failed' a true -- b true -- c "exit 3"
STEPS_AT_ONCE=1 t 'a step fails early' 1 'FAIL: a: 1 steps passed' a 'echo x.c:1:F:case:name; false' -- b true
if [ "$(sed '1,/^.2.2/d' "$tmp/out" | grep -c '^x.c:1:F')" -lt 1 ]; then
    failed=$((failed + 1))
    echo 'FAILED: what went wrong is not said again at the end'
fi
here=$(dirname "$run")
t 'shared data is not there' 0 'PASS: 1 steps passed, 0 failed, 1 skipped, 0 checks' a true \
  -- field "STAMP_SHARED=$tmp/none $here/compiler/field.sh $here/run.sh"
# Two steps that wait for each other pass beside each other; a step whose worker is killed is no pass.
t 'two at once' 0 'PASS: 2 steps' a "mkfifo $tmp/f; timeout 20 cat $tmp/f" -- b "until [ -p $tmp/f ]; do sleep 0.1; done; echo x > $tmp/f"
t 'a worker dies' 1 'FAIL: .*lost' a 'kill -9 $PPID'
printf 'runner: %d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]
