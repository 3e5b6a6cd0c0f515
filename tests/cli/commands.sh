#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# commands.sh - every command of stamp under the sanitizers: what it does must end as it should, without
# a word of theirs (a leak, a bad access, undefined behaviour). STAMP_BIN: default build/stamp-san.
set -u
stamp=${STAMP_BIN:-build/stamp-san}
case $stamp in /*) ;; *) stamp=$(pwd)/$stamp ;; esac
kit=$(cd "$(dirname "$0")/../.." && pwd)
model=$kit/traces/model/stamp-stories
config=$model/config.json
export ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
rtl=no
[ -e "$(dirname "$stamp")/stamp_rtl_tiny.so" ] && rtl=yes
tmp=$(mktemp -d "${TMPDIR:-/tmp}/stamp-san-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
passed=0 failed=0 skipped=0 seen=
# t CODE COMMAND...: text, and again as JSON where it works
t() {
    want=$1
    shift
    case " $seen " in *" $1 "*) ;; *) seen="$seen $1" ;; esac
    for json in '' --json; do
        case " $* " in *' --listing '* | *' --dump '*) [ -n "$json" ] && continue ;; esac
        "$stamp" "$@" $json >stdout 2>stderr
        got=$?
        if [ $got -eq "$want" ] && ! grep -qE 'Sanitizer|runtime error' stderr; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf 'FAILED stamp %s %s: exit %s, not %s\n' "$*" "$json" $got "$want"
            tail -n 40 stderr
        fi
    done
}
# On the RTL too, where it is built.
r() {
    if [ $rtl = yes ]; then t "$@"; else
        skipped=$((skipped + 1))
        echo "SKIP   stamp $2 on the RTL of tiny, which is not built"
    fi
}
printf 'Once upon a time there was a bird.<|endoftext|>The queen said: no!' >text
printf 'calibrate with this: once there was a little girl<|endoftext|>and a dog.' >calib
t 0 machines
t 0 machines --memory
t 0 devices
t 0 graph "$model"
t 0 graph "$model" --dot
# A vision transformer; a picture of 2 x 2 pixels.
"$kit/tests/compiler/deit.py" make vit 24 2 3 4 12 10 5 || failed=$((failed + 1))
base64 -d >p.png <<'END'
iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mPgOsEQ9R8ABQsCLO4t
R/4AAAAASUVORK5CYII=
END
printf 'goldfish\nhen\n\nowl' >labels
t 0 graph vit
t 0 graph vit --dot
t 1 graph vit/model.safetensors
t 0 classify vit p.png
t 0 classify vit p.png p.png --labels labels --progress
for flags in '' '--transform haar2d:3x3 --high-rows 2' '--transform wht --act-bits 8 --depth 2' '--transform dct --symmetric --sink off' \
    '--transform none --act-bits f32' '--block 64 --weight-bits 8 --head-bits 4 --high-bits 4 --threads 2'; do
    t 0 classify vit p.png --on net --tensors $flags
done
t 0 classify vit p.png --on model --machine tiny --tensors --phases
r 0 classify vit p.png p.png --on all --machine tiny --phases --stall 0.3 --seed 3
r 0 classify vit p.png --on rtl --machine tiny --phases --latency 5 --bandwidth 0.5 --watchdog 100000
t 1 classify vit p.png --on net --transform haar2d:2x5
t 1 classify vit none.png
t 1 classify vit p.png labels
t 1 classify vit p.png --labels p.png
t 1 classify "$model" p.png
t 2 classify vit
t 2 classify vit p.png --tensors
t 2 classify vit p.png --phases --on net
t 0 info "$model"
t 0 info "random:$config,layers=1,vocab=64"
t 0 tokenize "$model" --text text
t 0 tokenize "$model" --tokenizer "$model/tokenizer.bin" --prompt "a bird" --plain
t 0 capture "$model" --text text --layer layers.1.down -o x.npy --weight w.npy
t 0 capture "$model" --text text --layer layers.0.q -o head.npy
python3 "$kit/tests/cli/vit_sample.py" || failed=$((failed + 1))
t 0 info small
t 0 capture small a.png --layer blocks.1.fc2 -o vx.npy --weight vw.npy
t 0 compare small a.png b.png
t 0 compare small a.png --weight-bits f32 --high-rows 1,5
t 0 compare small b.png --weight-bits 8 --quantizer clip --threads 2
t 1 capture small a.png --layer layers.0.q -o none.npy
t 1 compare small --text text
# Networks that paint, on few patches.
painter=$kit/traces/paint/sana
judge=$kit/traces/paint/classifier
printf 'fox on red\n\n' >prompts
t 0 paint "$painter" --prompt 'fox on red' --prompt 'small house on blue' --steps 1 --guidance 1 --judge "$judge" -o f32.png
t 0 paint "$painter" --prompt '' --steps 2 --grid 3x5 --on net --threads 2 -o net.png
t 0 paint "$painter" --prompt fox --steps 1 --grid 4x4 --on net --no-reference --at point:act-bits=8 --transform dct --high-rows 3 --block 64 -o net.png
t 0 paint "$kit/traces/paint/pixart" --prompt fox --steps 2 --grid 2x3 --on net -o pixart.png
t 0 paint "$painter" --prompt fox --steps 1 --guidance 1 --grid 2x2 --on model --machine tiny --phases -o model.png
t 0 paint "random:$painter/transformer/config.json" --steps 1 --text-tokens 3 --grid 2x2 --on model
r 0 paint "$painter" --prompt fox --steps 1 --guidance 1 --grid 2x2 --on all --machine tiny --stall 0.2 -o all.png
t 0 compare "$painter" --prompts prompts --prompt fox --seeds 1 --steps 1 --guidance 1 --grid 2x3 --high-rows 1,2 --sheet sheet.png
t 0 compare "$painter" --prompt fox --seeds 2 --steps 1 --grid 2x2 --on model --machine tiny --quantizer clip
t 0 info "$painter" --grid 2x3
t 0 graph "$painter" --grid 2x3
t 0 compile "$painter" --tokens 2 --grid 2x3 --transform haar2d:2x3 --sink off -o painter.stamp --machine tiny
t 0 info painter.stamp
t 1 paint "$painter" --prompt wibble -o none.png
t 1 paint "$painter" --prompt fox --judge "$model" -o none.png
t 1 paint "$painter" --prompt fox --steps 1 --grid 2x2 -o "$tmp"
t 1 paint "$model" --prompt fox
t 1 compare "$painter" --prompt fox --judge "$judge" --grid 2x2
t 1 compare "$painter" --prompt 'fox on wibble'
t 2 compare "$painter" --prompt fox --on f32
for flags in '' '--transform wht --block 64' '--transform dct --symmetric --act-bits 8 --weight-bits 8' '--sink off --depth 2'; do
    t 0 linear x.npy w.npy --on model --machine tiny --high-rows 3 $flags -o y.npy
done
r 0 linear x.npy w.npy --on all --machine tiny --stall 0.3 --seed 3
t 0 compile w.npy --rows 12 -o p.stamp --machine tiny --listing
# A device from outside the kit (tests/cosim/count_device.c), which no command knows.
t 2 linear x.npy w.npy --on count --machine tiny
t 2 generate "$model" --prompt "a bird" -n 2 --on count
t 0 compare "$model" --text text --on count --machine tiny --prefill 8
t 0 compile w.npy --rows 12 -o p.stamp --machine tiny --dump all
rows=$("$stamp" info p.stamp --json | tr -d ' \t' | sed -n 's/^"s":\([0-9]*\),*$/\1/p' | head -n 1)
[ "$rows" = 12 ] || { failed=$((failed + 1)); echo "FAILED info of p.stamp: $rows rows"; }
tokens=$("$stamp" capture "$model" --text text --layer layers.1.down -o x.npy --json | tr -d ' \t' | sed -n 's/^"tokens":\([0-9]*\),*$/\1/p')
t 0 compile w.npy --rows "$tokens" -o p.stamp --machine tiny
t 0 info p.stamp
t 0 run p.stamp --on model --input x=x.npy --output y=y.npy --phases
t 0 run p.stamp --on count --input x=x.npy
t 2 run p.stamp --on count --input x=x.npy --output y=z.npy
t 0 run p.stamp --on model --input x=x.npy --reference y=y.npy
r 0 run p.stamp --on all --input x=x.npy --phases
r 0 run p.stamp --on rtl --input x=x.npy --latency 5 --bandwidth 0.5
t 0 dis p.stamp -o p.s --notes
t 0 dis p.stamp -o p.s
t 0 asm p.s -o q.stamp
for quantizer in rtn clip 'clip --calib calib --calib-tokens 20' 'gptq --calib calib --calib-tokens 20'; do
    t 0 compile "$model" --tokens 4 --decode 3 --kv-block 1 -o m.stamp --machine tiny --quantizer $quantizer --quant-cache "codes.$failed.$passed"
    t 0 eval "$model" --text text --on net --quantizer $quantizer
done
t 0 eval "$model" --text text
t 0 eval "$model" --text text --on net --threads 2 --kv f32 --tensors
t 0 eval "$model" --text text --on net --at down:act-bits=8,high-rows=0 --at q:transform=none
t 0 eval "$model" --text text --on model --machine tiny --tensors --phases --docs 1
t 0 generate "$model" --prompt Once -n 3 --on net --temperature 1 --top-k 5 --seed 2
t 0 generate "$model" --prompt Once -n 3 --on model --machine tiny --kv-block 1 --phases
r 0 generate "$model" --prompt Once -n 2 --on all --machine tiny
t 0 compare "$model" --text text --high-rows 2,4 --quantizer clip --machine tiny
t 0 demo --on model --machine tiny --tokens 5 --decode 2
t 0 demo --on model --machine tiny --tokens 5 --layers --layer layers.0.q
# Records of runs, and reports of them.
t 0 eval "$model" --text text --report e.json
t 0 eval "$model" --text text --on net --report n.json
t 0 generate "$model" --prompt Once -n 2 --on model --machine tiny --report g.json
t 0 classify vit p.png --on model --machine tiny --report c.json
t 0 paint "$painter" --prompt fox --steps 1 --guidance 1 --grid 2x2 --on model --machine tiny -o r.png --report p.json
t 0 run p.stamp --on model --input x=x.npy --reference y=y.npy --report r.json
t 0 report e.json n.json g.json c.json p.json r.json --html r.html --csv r.csv
t 0 report g.json e.json
r 0 run p.stamp --on all --input x=x.npy --stall 0.2 --report a.json
r 0 report a.json r.json --html r.html
r 0 report a.json
t 1 run p.stamp --on model --input x=x.npy --report none/a.json
t 1 run p.stamp --on model --input x=x.npy --report x.npy
t 1 report g.json --html g.json
t 1 report g.json none.json
t 1 report x.npy
t 2 report
t 2 report g.json g.json g.json g.json g.json g.json g.json g.json g.json
# What fails must give everything back, too.
printf x >bad
for file in bad x.npy none; do
    t 1 info "$file"
    t 1 run "$file" --on model
    t 1 dis "$file"
    t 1 asm "$file" -o out
    t 1 eval "$file" --text text
    t 1 compile "$file" --tokens 2 -o out
    t 1 tokenize "$file" --prompt a
done
t 1 linear x.npy bad --on model
t 1 linear x.npy head.npy --on model
t 1 run p.stamp --on model --input x=w.npy
t 1 compile "$model" --tokens 4000 -o out
t 1 compile "$model" --tokens 2 -o "$tmp"
t 1 generate "$model" --prompt Once --quant-cache bad --on net
t 1 eval "$model" --text none
t 2 eval "$model"
t 2 linear x.npy w.npy --on model --act-bits 8 --high-bits 4
for name in $("$stamp" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
    case " $seen " in *" $name "*) ;; *)
        failed=$((failed + 1))
        echo "FAILED no case runs stamp $name"
        ;;
    esac
done
printf 'commands: %d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed -eq 0 ] && [ $passed -gt 100 ]
