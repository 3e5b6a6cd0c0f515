#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plant.sh - whoever prints "0 differ" prints something else when there is a difference: one wrong thing is
# planted in what the RTL reports (tests/cosim/plant.c) or in what the host reads (tests/cosim/plant_get.c),
# and the command has to fail and to say where and what. Needs build/plant/stamp_rtl_NAME.so of each machine, build/rand, build/errors, build/edges.
set -u
B=${B:-build}
P=$B/plant
model=traces/model/stamp-stories
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# Nothing planted: the command passes. With STAMP_PLANT=$1 it exits with 1 and a line is like $2.
honest() {
    if "$@" > "$tmp/out" 2>&1; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "plant: without a plant fails: $*"; tail -n 2 "$tmp/out"
    fi
}
want() {
    plant=$1 like=$2; shift 2
    STAMP_PLANT=$plant "$@" > "$tmp/out" 2>&1
    code=$?
    if [ $code -eq 1 ] && grep -qE "$like" "$tmp/out"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "plant $plant: exit $code, no line matches '$like': $*"; tail -n 2 "$tmp/out"
    fi
}

hex='0x[0-9a-f]{8}'
words() { echo "$1 pc [0-9]+: $2\[[0-9]+\] word [0-9]+: rtl $hex, model $hex"; }

# ---- A whole network: every unit and memory it writes, order, strobes, retirements -------------------------
demo="$P/stamp demo --machine tiny --tokens 3 --decode 1"
honest $demo
honest $demo --on rtl
honest $demo --on model
for at in LDU:VM LDU:WB LDU:CM LDU:RT LDU:NT VXU:VM VXU:XB VXU:SM VXU:RM VXU:PB MXU:VM STU:DRAM; do
    want "word:$at:3" "$(words ${at%:*} ${at#*:})" $demo
    want "address:$at:3" "${at%:*} pc [0-9]+: wrote ${at#*:}\[[0-9]+\], model ${at#*:}\[[0-9]+\]" $demo
    want "skip:$at:3" "${at%:*} pc [0-9]+: (wrote )?${at#*:}\[[0-9]+\]" $demo
    want "twice:$at:3" "${at%:*} pc [0-9]+: (wrote )?${at#*:}\[[0-9]+\]" $demo
done
want word:LDU:VM:3 'demo: FAIL - [0-9]+ words and 0 logits compared, 1 differing' $demo
want word:LDU:IT:0 "$(words LDU IT)" $demo
want strobe:STU:DRAM:20 'STU pc [0-9]+: DRAM\[[0-9]+\]: rtl wrote 7 bytes, model 8' $demo
for unit in CTL LDU STU VXU MXU; do
    want "pc:$unit:2" "$unit retired pc [0-9]+, model pc [0-9]+" $demo
    want "lost:$unit:2" "$unit (retired pc [0-9]+, model pc [0-9]+|did not retire pc [0-9]+)" $demo
done
want memory 'byte 0x[0-9a-f]+ \(buffer logits \+ 0x[0-9a-f]+\): rtl 0x[0-9a-f]{2}, model 0x' $demo
want status 'rtl stopped with NUMERIC at pc 0, model with NONE' $demo
want irq 'done without interrupt' $demo
for event in INSNS LOAD_BYTES STORE_BYTES MAC_ISSUED MAC_USED XB_READ XB_WRITE WB_READ WB_WRITE VM_READ \
    VM_WRITE AC_READ AC_WRITE DRAIN_LINES VX_LINES DIVIDES FN_LINES PB_READ PB_WRITE; do
    want "counter:$event" "counter $event: rtl [0-9]+, model [0-9]+" $demo
done

for name in WB_LIVE WB_MOVED WB_WRITE_LIVE XB_LIVE VM_LIVE VM_WRITE_LIVE DRAIN_LIVE; do
    want "counter:$name" "activity $name: rtl [0-9]+, model [0-9]+" $demo
done

# What is said of a difference: when, in what, both values, the instructions around it, what retired last.
for line in 'difference  VXU pc 10: VM\[53\] word 4: rtl 0x.{8}, model 0x.{8}$' 'cycle       [1-9][0-9]+, clock [1-9][0-9]+ of' \
    'values      rtl 0x.{8} \(-?0\.[0-9]+\), model 0x.{8} \(-?0\.[0-9]+\)$' 'phase       norm, turn 0 of .*, entry main$' \
    'tensor      what pc 12 stores to h\+0$' 'program +8  VRED ' ' > +10  VROW fn=MUL ' ' 12  STORE .* h\+0$' \
    'retired     CTL 4: FENCE; 3$' 'retired     VXU 9: VFN .*; 8$'; do
    want word:VXU:VM:30 "^ *$line" $demo
done
ln -sf ../stamp_rtl_tiny_waves.so "$P/stamp_rtl_tiny_waves.so"
want word:VXU:VM:30 'rtl and model differ: VXU pc 10: VM' $demo --wave "$tmp/last.fst" --wave-last 300
if [ "$(wc -c < "$tmp/last.fst")" -gt 20000 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo 'plant: --wave-last wrote no wave of the difference'
fi
rm -f "$tmp/last.fst"
honest $demo --wave "$tmp/last.fst" --wave-last 300
[ ! -e "$tmp/last.fst" ] || { failed=$((failed + 1)); echo 'plant: a wave of a run in which nothing differs'; }

# ---- Logits, where the RTL runs alone; the other commands ---------------------------------------------------
logit='position [0-9]+, logit [0-9]+: the machine has [^ ]+, the network [^ ]+; 1 of [0-9]+ differ'
want memory "$logit" $demo --on rtl
want value "$logit" $demo --on model
want value "$logit" $demo --on all
want memory 'demo: FAIL - 0 words and [0-9]+ logits compared, 1 differing' $demo --on rtl
say="$P/stamp generate $model --prompt Once -n 2 --machine tiny"
honest $say --on all
want word:MXU:VM:9 "$(words MXU VM)" $say --on all
want memory 'buffer (step\.)?logits' $say --on all
# A network that differs has its record: so many mismatches, no cycles.
want word:MXU:VM:9 "$(words MXU VM)" $say --on all --report "$tmp/differs.json"
grep -q '"mismatches":[1-9]' "$tmp/differs.json" && grep -q '"total":{.*"cycles":null' "$tmp/differs.json" &&
    "$P/stamp" report "$tmp/differs.json" > /dev/null || { failed=$((failed + 1)); echo 'plant: no record of a network that differs'; }
rm -f "$tmp/last.fst"
want word:MXU:VM:9 "$(words MXU VM)" $say --on all --wave "$tmp/last.fst" --wave-last 200
[ -s "$tmp/last.fst" ] || { failed=$((failed + 1)); echo 'plant: no wave of the run of a network that differs'; }
want value "$logit" $say --on all
rate="$P/stamp eval $model --text traces/model/eval.txt --tokens 3 --docs 1 --machine tiny"
honest $rate --on all
want word:VXU:VM:9 "$(words VXU VM)" $rate --on all
want memory 'buffer logits' $rate --on all
want value "$logit" $rate --on all
tests/compiler/deit.py make "$tmp/vit" 24 1 3 4 12 10 5 || failed=$((failed + 1))
base64 -d > "$tmp/p.png" << 'END'
iVBORw0KGgoAAAANSUhEUgAAAA0AAAAJCAAAAADMEfm2AAAAiUlEQVR42gF+AIH/AA8jJkleWWV0
ganDwsMAFzpLUFpkb4mWmrnK1QAcNURZV4iHmrKxvdHwACwwXl5bfZ+eu7fV5v8ANk9gXnKHlJap
tuHl/wBPW2JmeYGnqcnO2PP/AFtaeXKKjJm0x+v99f0AVFpxjICRtbTR4+D//wBcYYKfjKrPxOTq
8P//9HhEW/GAWW0AAAAASUVORK5CYII=
END
see="$P/stamp classify $tmp/vit $tmp/p.png --machine tiny"
honest $see --on all
honest $see --on rtl
want word:MXU:VM:9 "$(words MXU VM)" $see --on all
want memory 'buffer logits' $see --on all
want value "$logit" $see --on all
layers="$P/stamp demo --machine tiny --layers --layer layers.0.o --tokens 16"
honest $layers
want word:MXU:VM:9 "$(words MXU VM)" $layers
want value 'y\[15\]\[[0-9]+\]: machine 0x[0-9a-f]{8}' $layers --on model
want counter:WB_READ 'counter WB_READ: rtl [0-9]+, model [0-9]+' $layers

# ---- A layer: compiled, run, and held against the numerics -----------------------------------------------------
"$P/stamp" capture $model --text traces/model/eval.txt --layer layers.0.o --tokens 16 -o "$tmp/x.npy" \
    --weight="$tmp/w.npy" > "$tmp/out" 2>&1 || failed=$((failed + 1))
one="$P/stamp linear $tmp/x.npy $tmp/w.npy --machine tiny"
honest $one --on all
want word:LDU:VM:9 "$(words LDU VM)" $one --on all
want memory 'byte 0x[0-9a-f]+ \(buffer y \+ 0x[0-9a-f]+\): rtl 0x[0-9a-f]{2}, model 0x' $one --on all
want memory 'y\[15\]\[127\]: machine 0x[0-9a-f]{8} \([^ ]+\), numerics 0x[0-9a-f]{8}' $one --on rtl
want value 'y\[15\]\[127\]: machine 0x[0-9a-f]{8} \([^ ]+\), numerics 0x[0-9a-f]{8}' $one --on model
"$P/stamp" compile "$tmp/w.npy" --rows 16 --machine tiny -o "$tmp/p.stamp" > "$tmp/out" 2>&1 ||
    failed=$((failed + 1))
run="$P/stamp run $tmp/p.stamp --input x=$tmp/x.npy"
honest $run --on all
want word:STU:DRAM:3 'difference  STU pc [0-9]+: DRAM' $run --on all
want word:STU:DRAM:3 '^tensor      y row 0 column [0-9]+$' $run --on all
for key in cycles utilization instructions bytes stalls events seconds; do # nothing is 0 that is not known
    want word:STU:DRAM:3 "^[[:space:]]*\"$key\":[[:space:]]*null,?$" $run --on all --json
done
want twice:STU:DRAM:3 'STU pc [0-9]+: wrote DRAM\[[0-9]+\], model DRAM' $run --on all
want memory 'byte 0x[0-9a-f]+ \(buffer y \+ 0x' $run --on all

# ---- The test programs and scripts -------------------------------------------------------------------------------
rand="$B/rand tiny --dir $P --seed 7 --count 2"
honest $rand
want word:MXU:AC:3 "$(words MXU AC)" $rand
want word:LDU:VM:9 "seed 7: rtl and model differ: $(words LDU VM)" $rand
# A kept program brings its memory along and is repeated by itself; base and latency are no defaults.
want word:LDU:VM:9 "kept as $tmp/kept.stamp: build/stamp run" $rand --keep "$tmp/kept.stamp"
honest "$P/stamp" run "$tmp/kept.stamp" --on all
want word:LDU:VM:9 "stamp: $(words LDU VM)" "$P/stamp" run "$tmp/kept.stamp" --on all
"$P/stamp" dis "$tmp/kept.stamp" 2> /dev/null | grep -q 'surroundings base=0x[0-9a-f]*[1-9a-f][0-9a-f]* latency=' ||
    { failed=$((failed + 1)); echo 'plant: the kept program says nothing of its memory'; }
# A flag goes before what is kept, also where it says the default.
cycles() { "$P/stamp" run "$tmp/kept.stamp" --on cycle "$@" 2> /dev/null | grep '^cycles'; }
for latency in 60 1; do
    [ "$(cycles)" != "$(cycles --latency $latency)" ] ||
        { failed=$((failed + 1)); echo "plant: --latency $latency does not go before the kept memory"; }
done
want memory 'seed 7: .*memory after the run: byte 0x[0-9a-f]+ \(buffer out' $rand
for event in CYCLES FETCH_BYTES LDU_BUSY STU_BUSY VXU_BUSY MXU_BUSY LDU_WAIT STU_WAIT VXU_WAIT MXU_WAIT LDU_AXI \
    STU_AXI VXU_VM MXU_DRAIN; do
    want "counter:$event" "counter $event: rtl [0-9]+, observed [0-9]+" $rand
done
for bytes in 64 256; do # a granule, a burst
    want "counter:FETCH_BYTES:$bytes" 'counter FETCH_BYTES: rtl [0-9]+, observed [0-9]+' $rand
done
want counter:MXU_ACTIVE 'counter MAC_ISSUED: rtl [0-9]+, observed [0-9]+' $rand
edges="$B/edges tiny --dir $P --only VBIAS"
honest $edges
want word:VXU:VM:9 "VBIAS, .*: $(words VXU VM)" $edges
want errorpc 'one line further: RANGE at 13, want RANGE at 12' $edges
want errorpc 'RTL: [A-Z_]+ at instruction [0-9]+, want [0-9]+' "$B/errors" tiny --dir "$P"
want word:VXU:VM:9 'tiny: .*VXU pc [0-9]+: VM' env B="$P" tests/cosim/networks.sh
want word:VXU:VM:9 'networks: FAIL' env B="$P" tests/cosim/networks.sh
want word:VXU:VM:9 'layers: 0 passed' env B="$P" STAMP_SHARED=/nonexistent tests/cosim/layers.sh

echo "plant: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 100 ]
