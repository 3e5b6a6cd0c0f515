#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# calibrate.sh MACHINE... - the timed machine against the RTL: programs drawn, and the shipped network compiled:
# prefill, a step of decoding, a block of the cache coded again, behind two memories each; and a network of 12 layers, of
# which most are passed over.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
bad=0
cat > "$tmp/config.json" << 'END'
{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 256, "intermediate_size": 512,
 "num_hidden_layers": 12, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 256,
 "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
 "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
END
both() { # MACHINE WHAT ARGUMENTS: calibrate's closing line
    m=$1 what=$2; shift 2
    "$B/calibrate" "$m" "$@" > "$tmp/log" 2>&1 || { bad=1; cat "$tmp/log"; }
    echo "$what: $(tail -n 1 "$tmp/log")"
}
committed() { # MACHINE ENTRY: cycles of the table, the last program of `both` being that one behind the plain memory
    now=$(sed -n 's/.*: estimate [0-9]* of //p' "$tmp/log")
    row=$(awk -F' *\\| *' -v m="$1" -v e="shipped Llama: $2" '$2 == m && $3 == e { print $8 }' tests/cosim/calibration.md)
    case $1 in tiny | base | wide) ;; *) return ;; esac
    [ -n "$now" ] && [ "$now" = "$row" ] && return
    echo "calibration.md says $row cycles for $2 on $1, it takes $now: make calibration"
    bad=1
}
for m in "$@"; do
    both "$m" "drawn"
    "$B/stamp" compile traces/model/stamp-stories --tokens 20 --decode 40 --machine "$m" -o "$tmp/p" > "$tmp/log" 2>&1 &&
        "$B/stamp" compile "random:$tmp/config.json,layers=12,vocab=256" --tokens 16 --decode 20 --machine "$m" \
            -o "$tmp/deep" > "$tmp/log" 2>&1 || { bad=1; cat "$tmp/log"; continue; }
    for entry in main step recode; do
        both "$m" "$entry" --image "$tmp/p" --entry $entry
        committed "$m" $entry
        both "$m" "$entry, random stalls" --image "$tmp/p" --entry $entry --seed 2
    done
    for entry in main step; do both "$m" "12 layers, $entry" --image "$tmp/deep" --entry $entry; done
    both "$m" "12 layers, main, ideal" --image "$tmp/deep" --entry main --memory ideal
done
[ $bad = 0 ] && [ $# -gt 0 ] && echo "calibrate: PASS - cycles and every counter equal" || echo "calibrate: FAIL"
[ $bad = 0 ] && [ $# -gt 0 ]
