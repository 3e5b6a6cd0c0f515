#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Diffusion transformers in f32 against PyTorch in float64 (tests/compiler/dit_oracle.py).
#   STAMP_PREDICT=build/predict [STAMP_PAINT=traces/paint] tests/cli/paint_oracle.sh
set -eu
cd "$(dirname "$0")/../.."
predict=$(realpath "${STAMP_PREDICT:-build/predict}") paint=${STAMP_PAINT:-traces/paint}
python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import numpy, torch' 2>/dev/null; then python=$p; fi
done
if [ -z "$python" ]; then
    echo "SKIP: paint_oracle: no PyTorch here (package python3-torch)"
    exit 0
fi
if [ ! -f "$paint/pixart.py" ] || [ ! -f "$paint/sana.py" ]; then
    echo "SKIP: paint_oracle: no modules in $paint"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$python" tests/compiler/dit_oracle.py make "$paint" "$dir" >"$dir/cases"
while read -r case; do
    at=$dir/$case
    "$predict" "$at" "$at/latent.npy" "$(cat "$at/time")" "$at/text.npy" "$at/got.npy" "$(cat "$at/grid")"
done <"$dir/cases"
"$python" tests/compiler/dit_oracle.py compare "$dir"
echo "paint_oracle: $(wc -l <"$dir/cases") networks passed"
