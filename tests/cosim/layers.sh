#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whole models, every linear layer in lock-step, on all configurations (part of make test-long).
set -eu
B=${B:-build}
failed=0
for machine in tiny base wide; do
    "$B/stamp" demo --machine "$machine" | tail -n 1
done || failed=1
shared=${STAMP_SHARED:-../shared}
if [ -d "$shared/data" ]; then
    "$B/stamp" demo --model "$shared/data/llm/stories260K.bin" --tokenizer "$shared/data/llm/tok512.bin" \
        --text "$shared/data/text/tinystories.txt" | tail -n 1 || failed=1
else
    echo "SKIP: layers: stories260K needs $shared/data"
fi
exit $failed
