#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what Verilator makes of the RTL. Called by make, which knows what is stale.
#   build.sh params NAME      what a machine is verilated with, into $B/v/NAME/params; touched only when new
#   build.sh machine NAME     $B/stamp_rtl_NAME.so; NAME_waves: for FST, NAME_cov: with coverage,
#                             NAME_ihp: memories of foundry macros, over our models of them; NAME_plain, NAME_tune:
#                             without assertions; NAME_mutants: faults of tests/assert to choose from; NAME_threads: on
#                             two threads; NAME_awake: no unit sleeps; NAME_energy: records the ports of units (record.h)
#   build.sh checks NAME      $B/checks: a fault for each assertion of rtl/assert/check_*.sv
#   build.sh bench NAME UNIT  $B/tb/NAME/UNIT from tests/rtl/UNIT_tb.cpp over stamp_UNIT or UNIT_tb_top; NAME_energy: records
# Units of a plain machine sleep (rtl/lib/stamp_wake.sv); those of the other kinds and of benches never do.
# NATIVE and TUNE: options of the C++ compiler for the model, and for all of it (tune.sh). The model of a machine
# is compiled by RTL_CXX, clang++ where it is there: base in half of gcc's time, and a fifth faster.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build} CC=${CC:-gcc} CXX=${CXX:-g++}
RTL_CXX=${RTL_CXX:-$(command -v clang++ || echo "$CXX")}
NATIVE=${NATIVE:--O3 -march=native} TUNE=${TUNE:-}
what=${1:?params, machine or bench} name=${2:?NAME of a machine}
mach=${name%_waves} mach=${mach%_cov} mach=${mach%_tune} mach=${mach%_ihp} mach=${mach%_plain} mach=${mach%_mutants}
mach=${mach%_threads} mach=${mach%_awake} mach=${mach%_energy}
waves=0 coverage=0 record=0 kind= dir=$B/v/$name macros= more_cpp= sleep=+define+STAMP_SLEEP
checks="--assert $(echo rtl/assert/check_*.sv rtl/assert/bind_*.sv)"
case $name in
*_waves) waves=1 sleep= kind="--trace-fst --trace-structs" ;;
*_cov) coverage=1 sleep= kind="--coverage-line --coverage-toggle --coverage-max-width 64" NATIVE=-O1 checks=--noassert ;;
*_tune | *_plain) checks=--noassert ;;
*_threads) kind="--threads 2" ;;
*_awake) sleep= ;;
*_mutants) NATIVE=-O1 sleep= more_cpp=tests/assert/mutant.cpp ;;
*_energy) record=1 sleep= kind="--flatten $dir/ports.vlt" checks=--noassert ;;
*_ihp) sleep= macros="+define+STAMP_IHP $(echo rtl/mem/ihp/*.sv sim/verilator/ihp/*.sv)" ;;
esac
said="-DVL_USER_STOP -DVL_PRINTF=stamp_said"
flags="-O3 --x-assign fast --unroll-count 8192 --unroll-stmts 2000000"
packages="rtl/gen/stamp_isa_pkg.sv rtl/gen/stamp_fn_pkg.sv rtl/fp/stamp_fp_pkg.sv"
sources="$packages $(ls rtl/lib/*.sv rtl/mem/*.sv rtl/fp/*.sv rtl/dma/*.sv rtl/vec/*.sv rtl/mxu/*.sv rtl/ctrl/*.sv rtl/top/*.sv |
    grep -v '_pkg\.sv$' | tr '\n' ' ')"
[ -z "$more_cpp" ] || sources="$(echo "$B"/assert/rtl/*_pkg.sv) $(for f in $sources; do
    [ -f "$B/assert/rtl/${f##*/}" ] && echo "$B/assert/rtl/${f##*/}" || echo "$f"
done)"

params() {
    p=$("$B/specgen" params "$mach")
    mkdir -p "$dir"
    [ "$p" = "$(cat "$dir/params" 2> /dev/null)" ] || echo "$p" > "$dir/params"
}

# Ports of units, made visible: all that ends in _i, _ni or _o but for the leaves (rtl/lib, rtl/fp), unless they are asked for.
ports() {
    echo '`verilator_config'
    for f in "$@" rtl/mem/*.sv rtl/dma/*.sv rtl/vec/*.sv rtl/mxu/*.sv rtl/ctrl/*.sv rtl/top/*.sv; do
        m=$(basename "$f" .sv)
        for end in i ni o; do echo "public_flat_rd -module \"$m\" -var \"*_$end\""; done
    done
}

# A line a port: what Verilator made of it in the root module. signals HEADER TOP [BENCH]
signals() {
    sed -n -E -e 's/^ *[A-Za-z]+(<[0-9]+>)?\/\*([0-9]+):0\*\/ ('"$2"'__DOT__\w+_n?[io]);.*/\3 \3 \2/p' \
        -e 's/^ *VL_(IN|OUT)[0-9W]*\(&?(\w+_n?[io]),([0-9]+),0.*/\2 '"$2"'__DOT__\2 \3/p' "$dir/$1" |
        awk '{ printf "SIGNAL(%s, \"%s\", %d)\n", $1, $2, $3 + 1 }' > "$dir/signals.def"
    for v in $(sed -n 's/^public_flat_rw .* -var "\(.*\)"$/\1/p' "tests/rtl/${3:-}_tb.vlt" 2> /dev/null); do
        # Registers that the bench sets: an element of an array by itself.
        sed -n -E -e 's/^ *VlUnpacked<\w+\/\*([0-9]+):0\*\/, ([0-9]+)> ('"$2"'__DOT__(\w*__DOT__)?'"$v"');.*/\3 \1 \2/p' \
            -e 's/^ *[A-Za-z]+\/\*([0-9]+):0\*\/ ('"$2"'__DOT__(\w*__DOT__)?'"$v"');.*/\2 \1 0/p' "$dir/$1" |
            awk '{ for (i = 0; i < ($3 ? $3 : 1); i++) { n = $3 ? $1 "[" i "]" : $1; printf "SIGNAL(%s, \"%s\", %d)\n", n, n, $2 + 1 } }' >> "$dir/signals.def"
    done
    [ -s "$dir/signals.def" ] || { echo "error: no port of a unit is visible in $dir" >&2; exit 1; }
}

# shellcheck disable=SC2046,SC2086
machine() {
    inc=$(verilator --getenv VERILATOR_ROOT)/include
    more=verilated.o up=$(realpath --relative-to="$dir" .)
    [ $waves = 0 ] || more="$more verilated_fst_c.o"
    [ $coverage = 0 ] || more="$more verilated_cov.o"
    [ $record = 0 ] || ports > "$dir/ports.vlt"
    verilator --cc --prefix Vstamp --Mdir "$dir" --top-module stamp_top $flags --x-initial unique $kind $sleep \
        $(cat "$dir/params") -CFLAGS "-fPIC $said -include $up/sim/verilator/stop.h" $macros sim/verilator/probe.vlt $sources $checks
    ${MAKE:-make} -s -C "$dir" -f Vstamp.mk CURDIR=. Vstamp__ALL.a verilated_threads.o $more CXX="$RTL_CXX" \
        OPT_FAST="$NATIVE" OPT_SLOW=-O$((1 - coverage)) OPT_GLOBAL=-O2 > /dev/null
    own='' recorder=''
    if [ $record = 1 ]; then
        signals Vstamp___024root.h stamp_top
        recorder="-DVROOT=Vstamp___024root -DSIGNALS_DEF=\"signals.def\" sim/verilator/record.cpp sim/verilator/signals.cpp"
    fi
    for c in ${MEMORY_C:?of make}; do
        o=$dir/kit_$(basename "$c" .c).o
        $CC -I. -std=c11 -O2 -fPIC -c "$c" -o "$o"
        own="$own $o"
    done
    $CXX -I. -I"$dir" -isystem "$inc" -isystem "$inc/vltstd" -O2 -g -std=c++17 -Wall -Wextra -Werror $TUNE -O3 \
        -fPIC -shared -DVTOP=Vstamp -DVTOP_H='"Vstamp.h"' -DVROOT_H='"Vstamp___024root.h"' \
        -DMACH="\"$mach\"" -DMACH_PARAMS="$(sed 's/-G[A-Z_]*=\([0-9]*\) */\1,/g' "$dir/params")" \
        -DVM_TRACE=$waves -DVM_COVERAGE=$coverage -DSTAMP_RECORD=$record $recorder sim/verilator/rtl.cpp sim/verilator/observe.cpp sim/verilator/activity.cpp \
        sim/verilator/stop.cpp sim/verilator/dram.cpp $more_cpp $own "$dir/Vstamp__ALL.a" "$dir"/verilated*.o \
        -o "$B/stamp_rtl_$name.so" -pthread -lz -latomic
}

# Of the machine's parameters, those the top of the bench has.
own_params() {
    for g in $("$B/specgen" params "$mach"); do
        p=${g#-G}
        ! grep -qw "parameter int unsigned ${p%%=*}" "$1" || echo "$g"
    done
}

# shellcheck disable=SC2046,SC2086
bench() {
    unit=$1 dir=$B/tb/$name/$1.dir opt=
    top=$(ls tests/rtl/"$unit"_tb_top.sv 2> /dev/null || ls rtl/*/stamp_"$unit".sv)
    [ $coverage = 0 ] || opt="OPT_FAST=-O1 OPT_SLOW=-O0"
    [ "$unit" != lib ] || macros="$(echo rtl/mem/ihp/*.sv sim/verilator/ihp/*.sv)" # beside the behavioural bodies
    mkdir -p "$dir"
    rm -f "$B/tb/$name/$unit" # its makefile does not know the archive: linked anew
    up=$(realpath --relative-to="$dir" .) lib=$(realpath --relative-to="$dir" "$B")
    modules="$macros $sources $checks $(ls tests/rtl/"$unit"_tb.vlt tests/rtl/"$unit"_tb_top.sv 2> /dev/null || :)"
    [ $record = 0 ] || kind="--flatten $dir/ports.vlt"
    of="$flags --prefix Vtop --Mdir $dir --top-module $(basename "$top" .sv) $kind $(own_params "$top") $modules"
    more='' more_cpp=''
    if [ $record = 1 ]; then # which ports there are is known once it is verilated
        ports $([ "$unit" != fp ] || ls rtl/fp/stamp_f*.sv | grep -v _pkg) > "$dir/ports.vlt"
        verilator --cc $of
        signals Vtop___024root.h "$(basename "$top" .sv)" "$unit"
        printf '#define %s\n' "STAMP_RECORD 1" "VROOT Vtop___024root" 'VROOT_H "Vtop___024root.h"' 'SIGNALS_DEF "signals.def"' \
            "STAMP_RECORD_TOP \"$(basename "$top" .sv)\"" "STAMP_RECORD_MACH \"$mach\"" > "$dir/recorded.h"
        more="-include recorded.h" more_cpp="$up/sim/verilator/record.cpp $up/sim/verilator/signals.cpp -LDFLAGS -lz"
    fi
    MAKEFLAGS='' verilator --cc --exe --build -MAKEFLAGS CURDIR=. -MAKEFLAGS CXX=$RTL_CXX -LDFLAGS -latomic -o "../$unit" \
        ${opt:+-MAKEFLAGS "$opt"} $of \
        -CFLAGS "-std=c++17 -O2 -ffp-contract=off -I$up -DSTAMP_CONFIG=$mach -DSTAMP_STOP_EXITS $said -include $up/sim/verilator/stop.h $more" \
        "$up/tests/rtl/${unit}_tb.cpp" "$up/tests/rtl/axi_monitor.cpp" "$up/sim/verilator/dram.cpp" "$up/sim/verilator/stop.cpp" \
        $more_cpp "$lib/tests/oracle/softfloat.o" "$lib/libstamp.a" > "$B/tb/$name/$unit.log" 2>&1 || {
        cat "$B/tb/$name/$unit.log"
        exit 1
    }
}

# Each check of rtl/assert alone.
checks() {
    dir=$B/assert/checks
    mkdir -p "$dir"
    up=$(realpath --relative-to="$dir" .)
    MAKEFLAGS='' verilator --cc --exe --build -MAKEFLAGS CURDIR=. --assert -Wall --prefix Vtop --Mdir "$dir" -o ../../checks --top-module checks_tb_top \
        -CFLAGS "-std=c++17 -O1 -I$up $said -include $up/sim/verilator/stop.h" rtl/gen/stamp_isa_pkg.sv \
        rtl/assert/check_*.sv tests/assert/*.sv "$up/tests/assert/checks_tb.cpp" "$up/sim/verilator/stop.cpp" \
        > "$dir/log" 2>&1 || {
        cat "$dir/log"
        exit 1
    }
}

shift 2
$what "$@"
