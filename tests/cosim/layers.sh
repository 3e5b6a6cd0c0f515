#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whole models in lock-step on all configurations: the network, then every linear layer by itself
# (part of make test-long).
set -u
B=${B:-build}
passed=0 failed=0
one() { # a demo; its own exit code decides, its last line is shown
    if out=$("$B/stamp" demo "$@" 2>&1); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    printf '%s\n' "$out" | tail -n 1
}
machines=$("$B/specgen" machs) && [ -n "$machines" ] || { echo "layers: 0 passed, no machine"; exit 1; }
for machine in $machines; do
    one --machine "$machine"
    one --machine "$machine" --layers
done
data=${STAMP_SHARED:-../shared}/data
if [ -d "$data" ]; then
    one --model "$data/llm/stories260K.bin" --tokenizer "$data/llm/tok512.bin" \
        --text "$data/text/tinystories.txt" --no-ppl
else
    echo "SKIP: layers: stories260K needs $data"
fi
echo "layers: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge $((2 * $(echo "$machines" | wc -l))) ]
