#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cases of published formats kept in ../shared/data/field: each makes its inputs, runs stamp and says "N failing".
# Skipped, exit 77, where that folder or NumPy is not there. STAMP_SHARED: another ../shared.
#     field.sh STAMP
set -u
here=$(cd "$(dirname "$0")" && pwd)
cases=${STAMP_SHARED:-$here/../../../shared}/data/field
stamp=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
if [ ! -d "$cases" ]; then
    echo "SKIP: no $cases: its cases are not run"
    exit 77
fi
if ! /usr/bin/python3 -c 'import numpy' 2> /dev/null; then
    echo "SKIP: no python3-numpy: the cases of $cases are not run"
    exit 77
fi
passed=0
failed=0
for c in "$cases"/*/make.py; do
    said=$(STAMP=$stamp /usr/bin/python3 "$c" 2>&1)
    if [ $? -eq 0 ] && [ "$(printf '%s\n' "$said" | tail -n 1)" = "0 failing" ]; then
        passed=$((passed + $(printf '%s\n' "$said" | grep -c '^ok')))
    else
        failed=$((failed + 1))
        echo "== $c"
        printf '%s\n' "$said"
    fi
done
echo "field: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 60 ]
