#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# macros.sh - tiny with its memories made of foundry macros (build/stamp_rtl_tiny_ihp.so): in lock-step with the
# C machine on drawn programs and on a network, and as many cycles as with the behavioural bodies. And the
# macros' figures against the clock (rtl/mem/sizes.py).
#   macros.sh [COUNT]     programs drawn (100)
B=${B:-build}
bad=0
dir=$B/macros
mkdir -p "$dir"
cp "$B/stamp_rtl_tiny_ihp.so" "$dir/stamp_rtl_tiny.so" && cp "$B/stamp" "$dir/stamp" || exit 1
"$B/rand" tiny --near 1 --count "${1:-100}" --dir "$dir" > "$dir/rand" 2>&1 || bad=1
tail -n 1 "$dir/rand"
for bin in "$B/stamp" "$dir/stamp"; do # each runs the RTL that lies beside it
  "$bin" generate traces/model/stamp-stories --prompt "One day a little girl went to the park" -n 3 --on all \
    --machine tiny > "$dir/out" 2>&1 || bad=1
  grep -E 'cycles|lock-step' "$dir/out" > "$dir/$(basename "$(dirname "$bin")")" || bad=1
done
cat "$dir/macros"
grep -c '[1-9][0-9]* words in lock-step, [1-9][0-9]* logits compared, 0 differ$' "$dir/macros" | grep -qx 2 || bad=1
cmp -s "$dir/macros" "$dir/$(basename "$B")" || { echo "macros: not the cycles of the behavioural bodies"; bad=1; }
rtl/mem/sizes.py --check > "$dir/sizes" || bad=1
tail -n 1 "$dir/sizes"
[ $bad = 0 ] && echo "macros: PASS - no bit and no cycle differs" || echo "macros: FAIL"
exit $bad
