#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# painters.sh - diffusion transformers: RTL in lock-step with the C machine, every predicted number against the
# network in C. Random ones of odd shapes on every machine that takes them; the shipped ones on base, with their pictures.
#   LONG=1: the shipped ones for as many steps as make a picture
B=${B:-build}
bad=0 runs=0 skipped=0
machines=$("$B/specgen" machs) && [ -n "$machines" ] || { echo "painters: FAIL, no machine"; exit 1; }
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
config() { # NAME KEYS
  printf '{%s}\n' "$2" > "$tmp/$1.json"
}
config pixart '"_class_name":"PixArtTransformer2DModel","num_layers":2,"num_attention_heads":2,"attention_head_dim":32,"caption_channels":48,
  "patch_size":2,"in_channels":4,"out_channels":8,"sample_size":16'
config squeezed '"_class_name":"PixArtTransformer2DModel","num_layers":3,"num_attention_heads":2,"attention_head_dim":72,"caption_channels":48,
  "patch_size":2,"in_channels":4,"out_channels":8,"sample_size":16,"kv_compress":{"layers":[1,2],"factor":2}'
config sana '"_class_name":"SanaTransformer2DModel","num_layers":2,"num_attention_heads":2,"attention_head_dim":32,"num_cross_attention_heads":1,
  "cross_attention_head_dim":64,"cross_attention_dim":64,"caption_channels":48,"patch_size":1,"in_channels":8,"out_channels":8,"sample_size":8'
config normed '"_class_name":"SanaTransformer2DModel","num_layers":1,"num_attention_heads":7,"attention_head_dim":32,"num_cross_attention_heads":2,
  "cross_attention_head_dim":112,"cross_attention_dim":224,"caption_channels":48,"patch_size":1,"in_channels":8,"out_channels":8,"sample_size":8,
  "qk_norm":"rms_norm_across_heads","attention_bias":true,"interpolation_scale":1.0'
value() { # KEY: of the JSON on standard input, the outermost
  sed -n "s/^	\"$1\":	\\(.*[^,]\\),\\{0,1\\}\$/\\1/p" | head -n 1
}
lockstep() { # WHAT COMMAND...: nothing differs, and something was compared
  what=$1
  shift
  out=$("$B/stamp" "$@" --on all --json --no-reference 2>&1)
  if printf '%s' "$out" | grep -qE 'which take .* on machine|blocks of 64 with heads of .* on machine'; then
    echo "$what: refused: $(printf '%s' "$out" | tail -n 1)"
    skipped=$((skipped + 1))
    return
  fi
  differ=$(printf '%s\n' "$out" | value mismatches) checked=$(printf '%s\n' "$out" | value checked)
  compared=$(printf '%s\n' "$out" | value outputs_compared)
  runs=$((runs + 1))
  echo "$what: ${checked:-?} words in lock-step, ${compared:-?} predictions, ${differ:-?} differ"
  [ "$differ" = 0 ] && [ "${checked:-0}" -gt 100000 ] && [ "${compared:-0}" -gt 100 ] && return
  printf '%s\n' "$out" | grep stamp: | tail -n 3
  bad=1
}
for m in $machines; do
  lockstep "$m: PixArt, 5x7 of 1 word" paint "random:$tmp/pixart.json" --steps 1 --grid 5x7 --text-tokens 1 --high-rows 6 --machine "$m"
  lockstep "$m: PixArt in blocks, 300 words" paint "random:$tmp/pixart.json" --steps 1 --text-tokens 300 --high-rows 8 --block 64 --machine "$m"
  lockstep "$m: PixArt, keys compressed" paint "random:$tmp/squeezed.json" --steps 1 --text-tokens 5 --high-rows 8 --machine "$m"
  lockstep "$m: SANA, 3x9" paint "random:$tmp/sana.json" --steps 1 --grid 3x9 --text-tokens 40 --high-rows 8 --machine "$m"
  lockstep "$m: SANA, WHT" paint "random:$tmp/sana.json" --steps 2 --text-tokens 3 --transform wht --high-rows 8 --machine "$m"
  lockstep "$m: SANA, norms of q and k" paint "random:$tmp/normed.json" --steps 1 --text-tokens 5 --high-rows 8 --machine "$m"
done
for m in pixart sana; do
  steps=1 guidance=1
  [ -n "${LONG:-}" ] && steps=6 guidance=2.5
  prompt="panda on yellow"
  lockstep "base: $m, \"$prompt\", $steps steps" paint traces/paint/$m --prompt "$prompt" --steps $steps --guidance $guidance -o "$tmp/all.png"
  for on in net model; do
    "$B/stamp" paint traces/paint/$m --prompt "$prompt" --steps $steps --guidance $guidance --on $on --no-reference -o "$tmp/$on.png" > /dev/null || bad=1
    cmp "$tmp/all.png" "$tmp/$on.png" || bad=1
  done
  echo "$m: the picture is one on net, model and all"
done
[ $bad = 0 ] && echo "painters: PASS - $runs runs, $skipped refused by a machine, no bit differs" || echo "painters: FAIL"
exit $bad
