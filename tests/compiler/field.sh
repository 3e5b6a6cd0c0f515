#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cases of published formats kept in ../shared/data/field: each makes its inputs, runs stamp and says "N failing".
# Skipped, loudly, where that folder or NumPy is not there.
#     field.sh STAMP
set -u
here=$(cd "$(dirname "$0")" && pwd)
cases=$here/../../../shared/data/field
stamp=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
if [ ! -d "$cases" ]; then
    echo "SKIP: no ../shared/data/field: its cases are not run"
    echo "field: 0 passed, 0 failed, skipped"
    exit 0
fi
if ! /usr/bin/python3 -c 'import numpy' 2> /dev/null; then
    echo "SKIP: no python3-numpy: the cases of ../shared/data/field are not run"
    echo "field: 0 passed, 0 failed, skipped"
    exit 0
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
