#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The steps of make test, or those that make test-long adds; make has built what they run.
#   B=build tests/steps.sh short|long MACHINE...
set -eu
cd "$(dirname "$0")/.."
B=${B:-build} length=${1:?short or long}
shift
export B STAMP_BIN="$B/stamp" STAMP_LOGITS="$B/logits" STAMP_IDS="$B/ids" STAMP_PICTURE="$B/picture" STAMP_NAMED="$B/named" STAMP_PREDICT="$B/predict"

# Programs drawn for a machine: many where its RTL is fast.
short() { case $1 in tiny) echo 1200 ;; base) echo 300 ;; *) echo 60 ;; esac; }
long() { case $1 in tiny) echo 20000 ;; base) echo 5000 ;; wide) echo 2500 ;; *) echo 1000 ;; esac; }
each() { # COMMAND with MACHINE in it, MACHINE...: one command after the other
    text=$1 all=
    shift
    for m in "$@"; do all="$all$(echo "$text" | sed "s/MACHINE/$m/g") && "; done
    echo "${all}true"
}

machines=$*
if [ "$length" = short ]; then
    # What takes long stands first: two steps run at a time.
    set -- runner tests/run_test.sh -- spec-fresh "make -s spec-fresh" -- check "$B/check" -- sanitizers "$B/check-san" \
        -- machines-random "make -s machines-random N=2 SEED=5 MOST=128" -- fuzz "make -s fuzz" \
        -- commands "STAMP_BIN=$B/stamp-san tests/cli/commands.sh" -- plant tests/cosim/plant.sh \
        -- macros tests/cosim/macros.sh -- twins "tests/cosim/twins.sh waves tiny" -- networks tests/cosim/networks.sh -- memories tests/cosim/memories.sh -- platform "tests/cosim/platform.py $B/stamp $machines" -- trace "tests/cosim/trace.py $B/stamp" \
        -- assertions tests/assert/assertions.py -- cover-test tests/cover/cover_test.py \
        -- cycles "$(each "$B/cycles MACHINE" $machines)" -- calibrate "tests/cosim/calibrate.sh $machines" -- registers "$(each "$B/regs MACHINE" $machines)" \
        -- benches "make -s benches" -- blocks tests/compiler/blocks.py \
        -- tokenizers tests/compiler/tokenizers.py -- field "tests/compiler/field.sh $B/stamp" \
        -- families tests/compiler/families.py -- pictures tests/compiler/pictures.py \
        -- archives tests/compiler/archives.py -- samplers "tests/paint/oracle.py --check" \
        -- painters tests/cosim/painters.sh -- paint-oracle tests/cli/paint_oracle.sh -- deit tests/compiler/deit.py -- bad-input tests/cli/bad_input.sh \
        -- bad-checkpoint tests/cli/bad_checkpoint.py -- layouts tests/cli/layouts.py -- nonfinite tests/cli/nonfinite.py \
        -- vectors-fresh "make -s vectors-fresh" \
        -- conform "$(each "$B/conform MACHINE model && $B/conform MACHINE rtl" $machines)" \
        -- second tests/conformance/second.py -- images tests/conformance/image_second.py \
        -- resources tests/cli/resources.py -- manual tests/cli/manual.py -- shapes "tests/cli/shapes.py $B/stamp" -- energy-sums "tests/energy/sums.py $B/stamp" -- energy-activity "tests/energy/activity.py $B/stamp" -- page tests/report/page.py -- lint "make -s lint" -- lint-test tests/lint_test.py -- regress-test tests/regress_test.py \
        -- timing-parse tests/timing/parse.py -- timing-flow tests/timing/flow.py -- energy-schemes "tests/energy/schemes.py $B/stamp" -- energy-parse tests/energy/parse.py -- energy-flow tests/energy/flow.py -- energy-glitch tests/energy/glitch.py -- energy-record tests/energy/recorder.py -- prove "tests/prove/prove.py --short -j 1" -- prove-netlists tests/prove/netlists_test.py \
        -- mutate "tests/mutate/mutate.py rmux --short && tests/mutate/mutate.py rmux --count 0 2>&1 | grep -q 0.mutants.ran" \
        -- semaphores "$(each "tests/cosim/semaphores.py $B/stamp MACHINE" $machines)" \
        -- words "$(each "$B/words MACHINE" $machines)" \
        -- rand-found "$B/rand wide --seed 896 --count 1 --near 1" \
        -- machine-table tests/cli/machine_table.sh -- straight "tests/cosim/straight.py $B/stamp $machines" -- estimates "tests/cosim/estimates.py $B/stamp 0 ${machines%% *}"
    for m in $machines; do # cover: edge tests, error tests and random programs, and what they reach together
        set -- "cover-$m" "tests/cover/cover.sh $m $(short "$m")" -- "$@" -- "resets-$m" "$B/resets $m --count $(($(short "$m") / 12))"
    done
else
    set -- vectors-long "make -s vectors && $(each "$B/conform MACHINE rtl $B/vectors/MACHINE.vec" $machines)" \
        -- fuzz-long "make -s fuzz FUZZ=1000000" -- exhaust-fn "$B/exhaust_fn" -- layers tests/cosim/layers.sh \
        -- estimates-long "tests/cosim/estimates.py $B/stamp 0 $machines" \
        -- twins-awake "tests/cosim/twins.sh awake $machines" -- twins-threads "tests/cosim/twins.sh threads ${machines%% *}"
    for m in $machines; do
        set -- "$@" -- "rand-$m-long" "$B/rand $m --near 3 --seed 10000 --count $(long "$m")" \
            -- "cover-$m-long" "tests/cover/cover.sh $m $(($(long "$m") / 5))" \
            -- "calibrate-$m-long" "$B/calibrate $m --seed 10000 --short 2000 --rand 2000"
    done
    for lib in asap7 ihp; do # 77 where the library is not there
        set -- "$@" -- "timing-$lib" "rtl/timing/timing.py ${machines%% *} $lib --check"
    done
    [ ! -d ../shared/data/liberty ] || set -- "$@" -- energy-check "make -s energy-check && make -s energy-check LIB=ihp"
    set -- "$@" -- mutate-long tests/mutate/mutate.py
    set -- "$@" -- machines-random-long "make -s machines-random N=8 SEED=100 MOST=256"
fi
exec tests/run.sh "$@"
