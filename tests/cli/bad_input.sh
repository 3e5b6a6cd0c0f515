#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bad_input.sh - what a person sees who gives stamp bad input.
#
# Each case runs one command and demands: the exit code, one line on stderr that starts with
# "stamp:" (none where it should work), nothing on stdout where it fails, no file left behind.
# Prints a table; exit 1 when a case fails. STAMP_BIN: the program (default build/stamp).
set -u
stamp=${STAMP_BIN:-build/stamp}
case $stamp in /*) ;; *) stamp=$(pwd)/$stamp ;; esac
kit=$(cd "$(dirname "$0")/../.." && pwd)
model=$kit/traces/model/stamp-stories
text=$kit/traces/model/eval.txt
tmp=$(mktemp -d "${TMPDIR:-/tmp}/stamp-bad-XXXXXX") || exit 1
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
passed=0
failed=0
words=

# ---- Making files --------------------------------------------------------------------------------
# npy DTYPE SHAPE: a version 1.0 header of 128 bytes; the data follows on standard input
npy() {
    head=$(printf "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" "$1" "$2")
    printf '\223NUMPY\001\000\166\000%-117s\n' "$head"
    cat
}
zeros() { head -c "$1" /dev/zero; }
ones() { i=0; while [ $i -lt "$1" ]; do printf '\000\000\200\077'; i=$((i + 1)); done; }
# u64 N: N below 2^31 as eight bytes, little endian
u64() {
    for shift in 1 256 65536 16777216; do
        printf "\\$(printf %03o $(($1 / shift % 256)))"
    done
    printf '\000\000\000\000'
}
# folder NAME: a model's folder without weights
folder() {
    mkdir -p "$1"
    cp "$model/config.json" "$model/tokenizer.bin" "$1"
}

# ---- Judging -------------------------------------------------------------------------------------
# t WHAT CODE COMMAND...: CODE 0, 1, 2, 130. A file named "out" must not exist after a failure.
t() {
    what=$1 want=$2
    shift 2
    rm -rf out
    ls -A >before
    "$@" >stdout 2>stderr
    got=$?
    ls -A >after
    lines=$(wc -l <stderr)
    good=1
    [ "$got" -eq "$want" ] || good=0
    if [ "$want" -eq 0 ]; then
        [ "$lines" -eq 0 ] || good=0
    else
        [ "$lines" -eq 1 ] && grep -q '^stamp: ' stderr || good=0
        [ ! -e out ] && [ ! -s stdout ] && cmp -s before after || good=0
    fi
    [ -z "$words" ] || grep -qF -e "$words" stderr || good=0
    if [ $good -eq 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    seen=$(head -c 300 stderr | tr '\n' '|' | sed "s|$kit/||g; s|$tmp/||g; s/|\$//")
    if [ "$want" -eq 0 ]; then seen=${seen:-$(head -n 1 stdout | LC_ALL=C tr -cd ' -~' | cut -c 1-80)}; fi
    printf '%-4s %-45s %3s  %s\n' "$([ $good -eq 1 ] && echo ok || echo FAIL)" "$what" "$got" "$seen"
}
# says WORDS WHAT CODE COMMAND...: and the line has the words
says() {
    words=$1
    shift
    t "$@"
    words=
}
# said TEXT: the last case said so
said() {
    if grep -q "$1" stderr; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL no '$1' in: $(cat stderr)"
    fi
}
linear() { "$stamp" linear "$@" --on model; }
full() { "$@" >/dev/full; }
interrupted() { timeout --preserve-status -s INT 1 "$@"; }
limited() { (ulimit -f 1; trap '' XFSZ; "$@"); }

ones 32 | npy '<f4' '4, 8' >x.npy
ones 16 | npy '<f4' '2, 8' >w.npy
ones 2 | npy '<f4' '2,' >b.npy
"$stamp" compile w.npy --rows 4 -o p.stamp >/dev/null || exit 1
"$stamp" dis p.stamp -o p.s || exit 1

printf '%-4s %-45s %3s  %s\n' '' 'what was tried' exit 'what the user saw'

# ---- .npy ----------------------------------------------------------------------------------------
: >before; : >after; : >stdout; : >stderr
: >empty.npy
t 'npy: empty file' 1 linear empty.npy w.npy -o out
printf 'hello, this is no array' >text.npy
t 'npy: not an array' 1 linear text.npy w.npy -o out
head -c 40 x.npy >short.npy
t 'npy: header cut' 1 linear short.npy w.npy -o out
head -c 200 x.npy >cut.npy
t 'npy: data cut' 1 linear cut.npy w.npy -o out
{ cat x.npy; printf 'more'; } >long.npy
t 'npy: bytes behind the data' 1 linear long.npy w.npy -o out
zeros 16 | npy '<f4' '4294967296, 4294967296' >huge.npy
t 'npy: shape whose product overflows' 1 linear huge.npy w.npy -o out
zeros 16 | npy '<f4' '1000000, 1000000' >lie.npy
t 'npy: 4 TB claimed in 144 bytes' 1 linear lie.npy w.npy -o out
zeros 0 | npy '<f4' '0, 8' >none.npy
t 'npy: zero rows' 1 linear none.npy w.npy -o out
zeros 512 | npy '<c16' '4, 8' >complex.npy
t 'npy: complex numbers' 1 linear complex.npy w.npy -o out
zeros 128 | npy '>f4' '4, 8' >big.npy
t 'npy: big endian works' 0 linear big.npy w.npy
{ zeros 30; printf '\001\002'; } | npy '|b1' '4, 8' >bool.npy
t 'npy: a bool that is 2' 1 linear bool.npy w.npy -o out
zeros 256 | npy '<M8[ns]' '4, 8' >date.npy
t 'npy: dates' 1 linear date.npy w.npy -o out
zeros 128 | npy '|O' '4, 8' >object.npy
t 'npy: python objects' 1 linear object.npy w.npy -o out
zeros 128 | npy '<f4' '4, -8' >minus.npy
t 'npy: negative dimension' 1 linear minus.npy w.npy -o out
ones 32 | npy '<f4' '2, 2, 8' >cube.npy
t 'npy: three dimensions' 1 linear cube.npy w.npy -o out
{ ones 13; printf '\000\000\300\177'; ones 18; } | npy '<f4' '4, 8' >nan.npy
t 'NaN in X at row 1, column 5' 1 linear nan.npy w.npy -o out
{ ones 15; printf '\000\000\200\177'; } | npy '<f4' '2, 8' >inf.npy
t 'infinity in W' 1 linear x.npy inf.npy -o out
t 'bias with NaN or wrong length' 1 linear x.npy w.npy -b x.npy -o out
ones 18 | npy '<f4' '2, 9' >w9.npy
t 'X and W that do not fit' 1 linear x.npy w9.npy -o out
t 'no such file' 1 linear nothing.npy w.npy -o out
t 'a folder instead of a file' 1 linear "$model" w.npy -o out
i=0; while [ $i -lt 8 ]; do printf '\377\377\177\177'; i=$((i + 1)); done | npy '<f4' '1, 8' >max.npy
t 'products beyond binary32' 1 linear max.npy max.npy --high-rows 0 -o out
ones 8 | npy '<f4' '1, 8' >one.npy
t 'one token (s = 1) works' 0 linear one.npy w.npy
t 'bias works' 0 linear x.npy w.npy -b b.npy

# ---- Flags ---------------------------------------------------------------------------------------
t 'no command' 2 "$stamp"
t 'unknown command' 2 "$stamp" fly
t 'unknown option' 2 linear x.npy w.npy --fast -o out
t 'option without its value' 2 "$stamp" linear x.npy w.npy --on
t 'value where none belongs' 2 linear x.npy w.npy --symmetric=yes -o out
t 'one file too few' 2 linear x.npy -o out
t 'one file too many' 2 linear x.npy w.npy b.npy -o out
t 'where to run is missing' 2 "$stamp" linear x.npy w.npy -o out
t 'unknown transform' 2 linear x.npy w.npy --transform fft -o out
t 'grid without numbers' 2 linear x.npy w.npy --transform haar2d -o out
t 'grid that does not hold the tokens' 1 linear x.npy w.npy --transform haar2d:3x3 -o out
t 'depth out of range' 2 linear x.npy w.npy --depth 21 -o out
t 'number with a tail' 2 linear x.npy w.npy --high-rows 64k -o out
t 'negative number' 2 linear x.npy w.npy --high-rows -1 -o out
t 'width that does not exist' 2 linear x.npy w.npy --act-bits 5 -o out
t 'high rows of fewer bits than the others' 2 linear x.npy w.npy --act-bits 8 --high-bits 4 -o out
t 'f32 activations on a machine' 2 linear x.npy w.npy --act-bits f32 -o out
t 'f32 weights on a machine' 2 linear x.npy w.npy --weight-bits f32 -o out
t 'block of 32' 2 linear x.npy w.npy --block 32 -o out
t 'unknown machine' 2 linear x.npy w.npy --machine huge -o out
t 'bandwidth of 0' 2 linear x.npy w.npy --bandwidth 0 -o out
t 'stall probability of 1' 2 linear x.npy w.npy --stall 1 -o out
t 'seed of 2^64' 2 linear x.npy w.npy --seed 18446744073709551616 -o out
t 'wave of the C machine' 2 linear x.npy w.npy --wave out
printf 'base = lpddr5\ntRDC = 5\n' >mem1 && printf 'base = lpddr5\ntFAW = 5\n' >mem2 && printf 'base = lpddr5\n\000\n' >mem3
for flags in '--memory sram' '--memory mem1' '--memory mem2' '--memory mem3' '--memory lpddr5 --latency 5' '--on model --memory ddr5' '--clock 9'; do
    t "memory: $flags" 2 linear x.npy w.npy --on rtl $flags -o out
done
t 'window that ends before it starts' 2 "$stamp" linear x.npy w.npy --on rtl --wave out \
    --wave-window 9:5

# ---- Output --------------------------------------------------------------------------------------
t 'output in a folder that is not there' 1 linear x.npy w.npy -o none/out
t 'output is a folder' 1 linear x.npy w.npy -o "$model"
t 'output is an input' 1 linear x.npy w.npy -o ./x.npy
ln -s x.npy link.npy
t 'output is an input by another name' 1 linear link.npy w.npy -o x.npy
t 'disk full: file' 1 linear x.npy w.npy -o /dev/full
t 'disk full: standard output' 1 full "$stamp" machines
ones 2048 | npy '<f4' '256, 8' >tall.npy
t 'file larger than the limit of the system' 1 limited "$stamp" linear tall.npy w.npy --on model -o out
t 'output where none can be' 1 linear x.npy w.npy -o /proc/out
mkdir locked && chmod a-w locked
if [ "$(id -u)" -ne 0 ]; then t 'folder without permission' 1 linear x.npy w.npy -o locked/out; fi
zeros 33554432 | npy '<f4' '2048, 4096' >x4096.npy # long enough to be interrupted
zeros 67108864 | npy '<f4' '4096, 4096' >w4096.npy
t 'interrupted run' 130 interrupted "$stamp" linear x4096.npy w4096.npy --on model -o out
i=0; while [ $i -lt 100 ]; do cat "$text"; i=$((i + 1)); done >many.txt
t 'interrupted perplexity' 130 interrupted "$stamp" eval "$model" --text many.txt

# ---- Programs ------------------------------------------------------------------------------------
run() { "$stamp" run "$@" --on model; }
t 'program: works' 0 run p.stamp --input x=x.npy
head -c 100 p.stamp >cut.stamp
t 'program: cut' 1 run cut.stamp --input x=x.npy --output y=out
{ head -c 300 p.stamp; printf 'X'; tail -c +302 p.stamp; } >flip.stamp
t 'program: a byte changed' 1 run flip.stamp --input x=x.npy --output y=out
{ cat p.stamp; printf 'X'; } >tail.stamp
t 'program: a byte too many' 1 run tail.stamp --input x=x.npy --output y=out
{ head -c 8 p.stamp; printf '\377\377\377\377'; tail -c +13 p.stamp; } >version.stamp
t 'program: lying header' 1 run version.stamp --input x=x.npy --output y=out
t 'program: an array instead' 1 run x.npy --output y=out
t 'program: for another machine' 1 run p.stamp --machine tiny --input x=x.npy --output y=out
t 'program: input missing' 1 run p.stamp --output y=out
t 'program: input of the wrong shape' 1 run p.stamp --input x=w.npy --output y=out
t 'program: no such buffer' 1 run p.stamp --input x=x.npy --output z=out
t 'program: reference for no such buffer' 1 run p.stamp --input x=x.npy --reference z=b.npy
t 'program: reference of the wrong shape' 1 run p.stamp --input x=x.npy --reference y=x.npy
t 'program: reference that is not there' 1 run p.stamp --input x=x.npy --reference y=none.y
t 'program: output over a reference' 1 run p.stamp --input x=x.npy --reference y=x.npy --output y=x.npy
t 'program: two references of a buffer' 2 run p.stamp --input x=x.npy --reference y=a --reference y=b
t 'program: binding without a file' 2 run p.stamp --input x --output y=out
printf '.machine base\n.memory 64\n.code\n  FLY high=1\n' >fly.s
t 'assembler: unknown instruction' 1 "$stamp" asm fly.s -o out
sed 's/\.machine base/.machine vast/' p.s >vast.s
t 'assembler: unknown machine' 1 "$stamp" asm vast.s -o out
sed 's/lines=[0-9]*/lines=99999/' p.s >wild.s
t 'assembler: field that does not fit' 1 "$stamp" asm wild.s -o out
sed 's/ post0=[0-9]*//; s/ post1=[0-9]*//' p.s >race.s
"$stamp" asm race.s -o race.stamp >/dev/null
t 'program that waits for ever' 1 run race.stamp --input x=x.npy --output y=out
t 'compile: no tokens' 2 "$stamp" compile w.npy --rows 0 -o out
t 'compile: layers that do not meet' 1 "$stamp" compile w.npy w.npy --rows 4 -o out

# Models to programs, and quantizers of weights
com() { "$stamp" compile "$@"; }
t 'compile: a model without its tokens' 2 com "$model" -o out
t 'compile: a model as a weight' 1 com "$model" --rows 4 -o out
t 'compile: a weight as a model' 1 com w.npy --tokens 4 -o out
t 'compile: tokens and rows' 2 com "$model" --tokens 4 --rows 4 -o out
t 'compile: tokens and a bias' 2 com "$model" --tokens 4 --bias b.npy -o out
t 'compile: two models' 2 com "$model" "$model" --tokens 4 -o out
t 'compile: bf16 for a model' 2 com "$model" --tokens 4 --in bf16 -o out
t 'compile: 0 tokens' 2 com "$model" --tokens 0 -o out
t 'compile: more tokens than the context' 1 com "$model" --tokens 513 -o out
t 'compile: more to decode than the context' 1 com "$model" --tokens 500 --decode 13 -o out
t 'compile: decode of a weight' 2 com w.npy --rows 4 --decode 4 -o out
t 'compile: cache of a weight' 2 com w.npy --rows 4 --kv 8 -o out
t 'compile: quantizer of a weight' 2 com w.npy --rows 4 --quantizer clip -o out
t 'compile: tokenizer of a weight' 2 com w.npy --rows 4 --tokenizer "$model/tokenizer.bin" -o out
t 'compile: transform of a cache of 8 bits' 2 com "$model" --tokens 4 --kv 8 --kv-transform none -o out
t 'compile: f32 activations of a model' 2 com "$model" --tokens 4 --act-bits f32 -o out
t 'compile: listing as JSON' 2 com "$model" --tokens 4 --listing --json -o out
t 'compile: no output' 2 com "$model" --tokens 4
t 'compile: output is the calibration text' 1 com "$model" --tokens 4 --quantizer clip --calib w.npy \
    -o w.npy
t 'compile: gptq without a text' 2 com "$model" --tokens 4 --quantizer gptq -o out
t 'compile: a text for nothing' 2 com "$model" --tokens 4 --calib "$text" -o out
t 'compile: unknown quantizer' 2 com "$model" --tokens 4 --quantizer awq -o out
t 'compile: calibration text that is not there' 1 com "$model" --tokens 4 --quantizer clip \
    --calib none.txt -o out
t 'compile: calibration of 0 tokens' 2 com "$model" --tokens 4 --quantizer clip --calib "$text" \
    --calib-tokens 0 -o out
com "$model" --tokens 4 --quantizer clip --quant-cache codes -o made >/dev/null
t 'compile: codes of another quantizer' 1 com "$model" --tokens 4 --quantizer rtn --quant-cache codes \
    -o out
t 'compile: output is the file of codes' 1 com "$model" --tokens 4 --quantizer clip --quant-cache codes \
    -o codes
head -c 5000 codes >half
t 'compile: codes broken off' 1 com "$model" --tokens 4 --quantizer clip --quant-cache half -o out
t 'compile: codes that are an array' 1 com "$model" --tokens 4 --quantizer clip --quant-cache w.npy \
    -o out
t 'compile: codes where none can be' 1 com "$model" --tokens 4 --quantizer clip \
    --quant-cache none/codes -o out

# ---- Models --------------------------------------------------------------------------------------
ev() { "$stamp" eval "$@"; }
t 'model: no such folder' 1 ev nowhere --text "$text"
mkdir bare
t 'model: folder without config.json' 1 ev bare --text "$text"
folder headless
t 'model: folder without weights' 1 ev headless --text "$text"
folder trunc; head -c 100000 "$model/model.safetensors" >trunc/model.safetensors
t 'safetensors: cut' 1 ev trunc --text "$text"
folder lying; { printf '\377\377\377\377\377\377\377\177'; zeros 100; } >lying/model.safetensors
t 'safetensors: header of 2^63 bytes' 1 ev lying --text "$text"
folder nest
deep=$(head -c 100000 /dev/zero | tr '\0' '[')
{ u64 100000; printf '%s' "$deep"; } >nest/model.safetensors
t 'safetensors: 100000 brackets deep' 1 ev nest --text "$text"
folder gone; json='{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,999999]}}'
{ u64 ${#json}; printf '%s' "$json"; zeros 16; } >gone/model.safetensors
t 'safetensors: data outside the file' 1 ev gone --text "$text"
folder bert; sed 's/"llama"/"bert"/' "$model/config.json" >bert/config.json
t 'config.json: another architecture' 1 ev bert --text "$text"
folder heads; sed 's/"num_attention_heads": 4/"num_attention_heads": 3/' "$model/config.json" \
    >heads/config.json
t 'config.json: numbers that do not fit' 1 ev heads --text "$text"
folder broken; printf '{"model_type": "llama", ' >broken/config.json
t 'config.json: broken off' 1 ev broken --text "$text"
zeros 28 >zero.bin
t 'llama2.c: all zero' 1 ev zero.bin --tokenizer "$model/tokenizer.bin" --text "$text"
head -c 20 "$model/tokenizer.bin" >stub.bin
t 'llama2.c: cut in its header' 1 ev stub.bin --tokenizer "$model/tokenizer.bin" --text "$text"
head -c 5000 "$model/tokenizer.bin" >tok.bin
t 'tokenizer: cut' 1 ev "$model" --tokenizer tok.bin --text "$text"
t 'tokenizer: a model instead' 1 ev "$model" --tokenizer "$model/model.safetensors" --text "$text"
: >empty.txt
t 'text: empty' 1 ev "$model" --text empty.txt
printf '  <|endoftext|>\n \n<|endoftext|>' >blank.txt
t 'text: nothing but separators' 1 ev "$model" --text blank.txt
t 'text: no such file' 1 ev "$model" --text nothing.txt
t 'tokens: 0' 2 ev "$model" --text "$text" --tokens 0
t 'capture: no such layer' 1 "$stamp" capture "$model" --text "$text" --layer layers.9.q -o out
t 'capture: empty text' 1 "$stamp" capture "$model" --text empty.txt --layer layers.0.q -o out
t 'capture: both outputs the same' 2 "$stamp" capture "$model" --text "$text" --layer layers.0.q \
    -o out --weight out
t 'demo: no such layer' 1 "$stamp" demo --model "$model" --text "$text" --layer x --on model

# ---- Whole networks ------------------------------------------------------------------------------
tok() { "$stamp" tokenize "$@"; }
printf '[%.0s' $(seq 100000) >nested.json
printf '{"model":{"type":"Unigram","vocab":[]}}' >unigram.json
mkdir -p parts && printf '{}' >parts/vocab.json
t 'tokenize: works' 0 tok "$model" --prompt hello
t 'tokenize: an empty text' 0 tok "$model" --prompt '' --plain
t 'tokenize: no such model' 1 tok nowhere --prompt hello
t 'tokenize: neither text nor prompt' 2 tok "$model"
t 'tokenize: both' 2 tok "$model" --prompt hello --text "$text"
t 'tokenize: no such text' 1 tok "$model" --text nowhere
t 'tokenize: weights alone' 1 tok "$model/model.safetensors" --prompt hello
t 'tokenize: a folder without a tokenizer' 1 tok . --prompt hello
t 'tokenize: vocab.json without tokenizer.json' 1 tok parts --prompt hello
t 'tokenize: JSON that never ends' 1 tok nested.json --prompt hello
t 'tokenize: a model that is no BPE' 1 tok unigram.json --prompt hello
gen() { "$stamp" generate "$@"; }
cmp_() { "$stamp" compare "$@"; }
t 'generate: no such model' 1 gen nowhere
t 'generate: no model' 2 gen --prompt hello
t 'generate: folder without weights' 1 gen headless
t 'generate: nothing to generate' 2 gen "$model" -n 0
t 'generate: a negative number of tokens' 2 gen "$model" -n -1
t 'generate: more tokens than the context' 1 gen "$model" -n 513
t 'generate: prompt longer than the context' 1 gen "$model" --prompt "$(head -c 6000 "$text")" -n 1
t 'generate: temperature below 0' 2 gen "$model" --temperature -1
t 'generate: temperature no number' 2 gen "$model" --temperature hot
t 'generate: clock of 0' 2 gen "$model" --mhz 0
t 'generate: nowhere to run' 2 gen "$model" --on paper
t 'generate: machine where none runs' 2 gen "$model" --on net --machine tiny
t 'generate: f32 activations on a machine' 2 gen "$model" --on model --act-bits f32
t 'at: f32 activations on a machine' 1 gen "$model" --on model --at q:act-bits=f32
t 'at: no such value' 1 gen "$model" --on net --at nosuch:act-bits=8
t 'at: a value of no linear layer' 1 gen "$model" --on net --at norm_att:act-bits=8
t 'at: the head' 1 gen "$model" --on net --at logits:act-bits=8
t 'at: bits of weights' 1 gen "$model" --on net --at q:weight-bits=8
t 'at: without a flag' 2 gen "$model" --on net --at q
t 'at: nothing behind the colon' 2 gen "$model" --on net --at q:
t 'at: flag without its value' 2 gen "$model" --on net --at q:act-bits
t 'at: value where there is none' 2 gen "$model" --on net --at q:symmetric=1
t 'at: no flag of a scheme' 2 gen "$model" --on net --at q:kv=4
t 'at: high rows of fewer bits than the others' 1 gen "$model" --on net --at q:act-bits=8,high-bits=4
t 'at: of f32' 2 "$stamp" eval "$model" --text text --at q:act-bits=8
t 'generate: cache of 5 bits' 2 gen "$model" --kv 5
t 'generate: blocks of 2^9' 2 gen "$model" --kv-block 9
t 'generate: unknown transform of the cache' 2 gen "$model" --kv-transform wht
t 'generate: transform of a cache of 8 bits' 2 gen "$model" --kv-transform none --kv 8
t 'eval: transform of a cache of f32' 2 ev "$model" --text "$text" --on net --kv-transform haar --kv f32
t 'eval: transform of a cache there is none of' 2 ev "$model" --text "$text" --kv-transform none
t 'compare: transform of a cache of 8 bits' 2 cmp_ "$model" --text "$text" --kv 8 --kv-transform haar
t 'generate: disk full' 1 full "$stamp" generate "$model" -n 2 --on net
t 'generate: bytes that are no text' 0 gen "$model" -n 1 --on net --prompt "$(printf '\377\033[2J\200')"
t 'generate: interrupted' 130 interrupted "$stamp" generate "$model" -n 500 --on model --json
t 'eval: flags of a machine without one' 2 ev "$model" --text "$text" --machine tiny
t 'eval: machine with the network in C' 2 ev "$model" --text "$text" --on net --latency 5
t 'eval: f32 weights on the C machine' 2 ev "$model" --text "$text" --on model --weight-bits f32
t 'eval: empty text on the C machine' 1 ev "$model" --text empty.txt --on model
t 'eval: tensors in f32' 2 ev "$model" --text "$text" --tensors
t 'eval: tensors of the RTL alone' 2 ev "$model" --text "$text" --tensors --on rtl
t 'eval: phases without a machine' 2 ev "$model" --text "$text" --phases --on net
t 'eval: phases in f32' 2 ev "$model" --text "$text" --phases
t 'generate: phases without a machine' 2 gen "$model" --phases --on net
t 'generate: gptq without a text' 2 gen "$model" --quantizer gptq
t 'generate: a calibration text for nothing' 2 gen "$model" --calib "$text"
t 'generate: codes broken off' 1 gen "$model" -n 1 --on net --quantizer clip --quant-cache half
t 'generate: calibration text of nothing' 1 gen "$model" -n 1 --on net --quantizer clip --calib empty.txt
t 'compare: gptq without a text' 2 cmp_ "$model" --text "$text" --quantizer gptq
t 'compare: codes of another model' 1 cmp_ "$model" --text "$text" --head-bits 4 --quantizer clip \
    --quant-cache codes
t 'compare: no text' 2 cmp_ "$model"
t 'compare: empty text' 1 cmp_ "$model" --text empty.txt
t 'compare: no such model' 1 cmp_ nowhere --text "$text"
t 'compare: no rows' 2 cmp_ "$model" --text "$text" --high-rows 0
t 'compare: a list with a hole' 2 cmp_ "$model" --text "$text" --high-rows 8,,16
t 'compare: too many rows' 2 cmp_ "$model" --text "$text" --high-rows 1,2,3,4,5,6,7,8,9
t 'compare: prefill of 0' 2 cmp_ "$model" --text "$text" --prefill 0
t 'compare: disk full' 1 full "$stamp" compare "$model" --text "$text" --tokens 5 --prefill 8
t 'compare: interrupted' 130 interrupted "$stamp" compare "$model" --text many.txt
t 'demo: empty text' 1 "$stamp" demo --model "$model" --text empty.txt --on model
t 'demo: more to decode than the context' 1 "$stamp" demo --model "$model" --text "$text" --on model \
    --decode 512
t 'demo: layers decode nothing' 2 "$stamp" demo --layers --decode 4 --on model

for part in vision pictures paint report; do . "$kit/tests/cli/bad_$part.sh"; done

printf 'bad_input: %d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]
