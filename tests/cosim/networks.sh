#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# networks.sh - the shipped model, prefill and decoding, on every machine: RTL in lock-step with the
# C machine, every logit against the network in C. Across a block of the cache, which is recoded.
B=${B:-build}
bad=0
machines=$("$B/specgen" machs) && [ -n "$machines" ] || { echo "networks: FAIL, no machine"; exit 1; }
for machine in $machines; do
  out=$("$B/stamp" generate traces/model/stamp-stories --prompt "Once upon a time there was a little girl who liked to play with her dog in the park" \
    -n 14 --on all --machine $machine 2>&1) || bad=1
  printf '%s\n' "$out" | sed "s/^/$machine: /"
  # a scheme for each input of a layer
  out=$("$B/stamp" generate traces/model/stamp-stories --prompt "One day" -n 2 --on all --machine $machine \
    --at q:depth=1,high-rows=2,sink=off --at o:transform=wht,symmetric --at gate:act-bits=8,high-rows=0 \
    --at down:transform=none,high-rows=3 2>&1) || bad=1
  printf '%s\n' "$out" | sed "s/^/$machine, schemes by layer: /"
done
[ $bad = 0 ] && echo "networks: PASS - every machine, no bit and no token differs" || echo "networks: FAIL"
exit $bad
