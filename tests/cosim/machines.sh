#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# machines.sh COUNT SEED MOST - machines drawn (draw.c), built and tested: random programs, errors,
# registers, cycles of each instruction, conformance vectors, a layer alone and a network, on the RTL in lock-step with the C machine;
# and a table of what estimates are off. They lie in $B/random-SEED, built from the objects of $B: only the table differs.
# Their RTL is compiled at -O1: its runs are shorter than what more would take. A network that a machine's
# memories do not hold has to be refused by name of the memory.
set -u
B=${B:-build}
count=$1 seed=$2 size=$3
R=$B/random-$seed
rm -rf "$R" && mkdir -p "$R"
for part in model compiler sim tests; do cp -a "$B/$part" "$R/"; done
find "$R" -name '*.d' -delete
"$B/draw" "$count" "$seed" "$size" > "$R/machs.def" || exit 1
names=$(sed -n 's/^CONFIG.\([a-z0-9_]*\),.*/\1/p' "$R/machs.def")
cat "$R/machs.def"
make -s -j2 B="$R" "$R/stamp" "$R/rand" "$R/errors" "$R/regs" "$R/cycles" "$R/calibrate" "$R/specgen" "$R/make_vectors" "$R/conform" > "$R/build.log" 2>&1 &&
    make -s -j2 B="$R" NATIVE=-O1 $(for n in $names; do echo "rtl-$n"; done) >> "$R/build.log" 2>&1 ||
    { tail -n 20 "$R/build.log"; echo "machines: 0 passed, $count failed (build)"; exit 1; }

# One machine: a line a test; its log is NAME.log.
cat > "$R/one.sh" <<'ONE'
#!/bin/sh
R=$1 name=$2 bad=0
note() { printf '%s %s: %s\n' "$name" "$1" "$2"; }
run() { # WHAT COMMAND...: by its exit code
    what=$1; shift
    if "$@" > "$R/$name.$what.log" 2>&1; then note "$what" "$(tail -n 1 "$R/$name.$what.log")"
    else note "$what" "FAILED, $R/$name.$what.log: $(tail -n 1 "$R/$name.$what.log")"; bad=1; fi
}
run rand "$R/rand" "$name" --count "${PROGRAMS:-200}"
run errors "$R/errors" "$name"
run regs "$R/regs" "$name"
run cycles "$R/cycles" "$name"
run calibrate "$R/calibrate" "$name" --rand "${PROGRAMS:-200}"
run vectors sh -c "'$R/make_vectors' $name '$R/$name.vec' && '$R/conform' $name rtl '$R/$name.vec'"
run layer "$R/stamp" demo --machine "$name" --on all --layer layers.0.q --tokens 24 --no-ppl
if "$R/stamp" compile traces/model/stamp-stories --machine "$name" --tokens 20 -o "$R/$name.stamp" > "$R/$name.net.log" 2>&1
then run network "$R/stamp" generate traces/model/stamp-stories --machine "$name" --on all -n 3 \
    --prompt "Once upon a time there was a little girl who liked to play"
    run estimates tests/cosim/estimates.py "$R/stamp" "${ESTIMATE:-25}" "$name"
elif grep -qE '(VM|XB|WB|CM|SM|RT|AC|IT|PB)_(LINES|ENTRIES)' "$R/$name.net.log"
then note network "refused by name: $(tail -n 1 "$R/$name.net.log")"
else note network "FAILED: $(tail -n 1 "$R/$name.net.log")"; bad=1
fi
exit $bad
ONE
export PROGRAMS
printf '%s\n' $names | xargs -n 1 -P 2 sh "$R/one.sh" "$R" > "$R/tests.log"
bad=$?
sort "$R/tests.log"
cat "$R"/*.estimates.log | grep -E '^[a-z0-9_]+ +[0-9]+ '
failed=$(grep -c FAILED "$R/tests.log")
ran=$(grep -c ' network: ' "$R/tests.log")
refused=$(grep -c 'refused by name' "$R/tests.log")
echo "networks refused: $refused of $count"
echo "machines: $((ran - $(grep FAILED "$R/tests.log" | cut -d' ' -f1 | sort -u | wc -l))) passed, $failed failed"
[ "$bad" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$ran" -eq "$count" ]
