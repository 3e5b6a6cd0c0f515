#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# twins.sh KIND MACHINE... - the RTL as make builds it, units asleep where nothing is to do, and another kind of it:
# awake (no unit ever sleeps), waves (as awake) or threads (on two). On a network, each in lock-step with the C
# machine: the same text, and in the record of the run every cycle and counter of every part of every program.
# But for threads, which are slow where processors are few, drawn programs on the other kind as well.
B=${B:-build} kind=${1:?awake, waves or threads}
shift
bad=0
for m in "$@"; do
    dir=$B/twins/$kind/$m
    rm -rf "$dir" && mkdir -p "$dir" && cp "$B/stamp_rtl_${m}_$kind.so" "$dir/stamp_rtl_$m.so" && cp "$B/stamp" "$dir/stamp" || exit 1
    for bin in "$B/stamp" "$dir/stamp"; do # each runs the RTL that lies beside it
        out=$dir/$([ "$bin" = "$B/stamp" ] && echo plain || echo other)
        "$bin" generate traces/model/stamp-stories --prompt "One day a little girl went to the park" -n 2 --on all \
            --machine "$m" --report "$out.run" > "$out.text" 2>&1 || bad=1
        grep -q '[1-9][0-9]* words in lock-step, [1-9][0-9]* logits compared, 0 differ$' "$out.text" || bad=1
        sed -e 's/"command_line":"[^"]*",//' -e 's/"seconds":[^,]*,//g' "$out.run" > "$out.json" || bad=1
    done
    for what in text json; do
        cmp "$dir/plain.$what" "$dir/other.$what" || bad=1
    done
    counters=$(grep -o '"cycles":' "$dir/plain.json" | wc -l)
    [ "$counters" -gt 100 ] || bad=1
    [ "$kind" = threads ] || "$B/rand" "$m" --near 1 --count 100 --dir "$dir" > "$dir/rand" 2>&1 || bad=1
    echo "$m: $counters sets of counters compared"
done
[ $bad = 0 ] && echo "twins: PASS - $kind differs in nothing" || echo "twins: FAIL"
exit $bad
