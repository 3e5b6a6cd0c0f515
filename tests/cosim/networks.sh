#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# networks.sh - the shipped model, prefill and decoding, on every machine: RTL in lock-step with the
# C machine, every logit against the network in C. Across a block of the cache, which is recoded.
# And a vision transformer of no origin, whose picture is made here: 13 x 9 pixels, grey; and a wide layer.
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
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
tests/compiler/deit.py make "$tmp/vit" 24 2 3 4 12 10 5 || bad=1
base64 -d > "$tmp/p.png" << 'END'
iVBORw0KGgoAAAANSUhEUgAAAA0AAAAJCAAAAADMEfm2AAAAiUlEQVR42gF+AIH/AA8jJkleWWV0
ganDwsMAFzpLUFpkb4mWmrnK1QAcNURZV4iHmrKxvdHwACwwXl5bfZ+eu7fV5v8ANk9gXnKHlJap
tuHl/wBPW2JmeYGnqcnO2PP/AFtaeXKKjJm0x+v99f0AVFpxjICRtbTR4+D//wBcYYKfjKrPxOTq
8P//9HhEW/GAWW0AAAAASUVORK5CYII=
END
for machine in $machines; do
  for flags in "" "--transform haar2d:3x3 --high-rows 4" "--transform dct --high-rows 0"; do
    out=$("$B/stamp" classify "$tmp/vit" "$tmp/p.png" --on all --machine $machine $flags 2>&1) || bad=1
    last=$(printf '%s\n' "$out" | tail -n 1)
    printf '%s: classify %s: %s\n' $machine "$flags" "$last"
    printf '%s\n' "$last" | grep -qE '^ +[1-9][0-9]* words in lock-step, 10 logits compared, 0 differ$' || bad=1
  done
done
# A layer wide enough that its kernels are woven together, of random weights: every word of every instruction.
cat > "$tmp/config.json" << 'END'
{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 1024, "intermediate_size": 1536,
 "num_hidden_layers": 1, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 256,
 "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
 "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
END
python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<48i", *((i * 37 + 11) % 256 for i in range(48))))' > "$tmp/ids"
for machine in tiny base; do
  "$B/stamp" compile "random:$tmp/config.json,layers=1,vocab=256" --tokens 48 --machine $machine -o "$tmp/p.stamp" > "$tmp/out" 2>&1 &&
    "$B/stamp" run "$tmp/p.stamp" --on all --phases --input tokens="$tmp/ids" >> "$tmp/out" 2>&1 || bad=1
  printf '%s: a woven layer: %s\n' $machine "$(grep '^checked' "$tmp/out")"
  grep -qE '^checked +[1-9][0-9]{6,} words, 0 differ$' "$tmp/out" && grep -q 'norm+qkv+kv' "$tmp/out" || { cat "$tmp/out"; bad=1; }
done
# What is seen of every tensor: the C machine's memory, and the network in C.
for on in net "model --machine tiny"; do
  # shellcheck disable=SC2086
  "$B/stamp" classify "$tmp/vit" "$tmp/p.png" --on $on --tensors --json 2>&1 |
    sed -n '/"tensors"/,$p' > "$tmp/${on%% *}" || bad=1
done
[ "$(grep -c residual_ffn "$tmp/net")" = 2 ] && cmp "$tmp/net" "$tmp/model" &&
  echo "tiny: classify --tensors: model and net are one" || bad=1
[ $bad = 0 ] && echo "networks: PASS - every machine, no bit and no token differs" || echo "networks: FAIL"
exit $bad
