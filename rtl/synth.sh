#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
# Generic synthesis of the top and of every unit below it with Yosys, and what they cost.
#   rtl/synth.sh [tiny|base|wide] [UNIT...]     UNIT: only these modules, e.g. stamp_fadd
# The design is elaborated once with the parameters of the configuration and checked as a whole; then
# every module is synthesized alone, the modules below it as black boxes. stamp_ram and stamp_ram_sp
# are black boxes throughout: their bits are what a memory compiler would be asked for. A latch, an
# undriven net or a driver conflict ends the run. Needs Yosys 0.23 and build/specgen.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}
conf=${1:-tiny}
[ $# -eq 0 ] || shift
only=$*
out=$B/synth/$conf
top=stamp_top
[ -x "$B/specgen" ] || make -s "$B/specgen"
set_params=$("$B/specgen" params "$conf" | tr ' ' '\n' | sed -n 's/^-G\(.*\)=\(.*\)/-set \1 \2/p' | tr '\n' ' ')
[ -n "$set_params" ] || { echo "error: no configuration '$conf' (tiny, base, wide)" >&2; exit 1; }
packages="rtl/gen/stamp_isa_pkg.sv rtl/gen/stamp_fn_pkg.sv rtl/fp/stamp_fp_pkg.sv"
sources=$(find rtl -name '*.sv' ! -name '*_pkg.sv' ! -path 'rtl/mem/ihp/*' ! -path 'rtl/assert/*' | sort | tr '\n' ' ')
rm -rf "$out" && mkdir -p "$out"

# Runs a Yosys script. Its warnings stay in the log; of the log only an error is shown.
yosys_run() { # NAME
    yosys -q -s "$out/$1.ys" > "$out/$1.log" 2>&1 && return 0
    echo "error: yosys failed on $1:" >&2
    grep -h -m 3 -E 'ERROR|Assert|Found and reported' "$out/$1.log" >&2 || tail -n 3 "$out/$1.log" >&2
    exit 1
}

# ---- Elaborate: once as a whole, once each module the top does not use ------------------------------
elaborate() { # NAME TOP CHPARAM
    cat > "$out/$1.ys" <<END
read_verilog -sv $packages $sources
$3
hierarchy -check -top $2
proc
check -assert
select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr
blackbox *stamp_ram *stamp_ram_sp
write_rtlil $out/$1.il
END
    yosys_run "$1"
}

echo "elaborating $top for $conf"
elaborate whole $top "chparam $set_params $top"
# A derived module is called $paramod$HASH\UNIT, or $paramod\UNIT\PARAMETERS where that is short.
plain='s/^\$paramod(\$[0-9a-f]+)?//; s/^\\//; s/\\.*//'
used=$(sed -n 's/^module //p' "$out/whole.il" | sed -E "$plain" | tr '\n' ' ')
for f in $sources; do
    unit=$(basename "$f" .sv)
    case " $used " in *" $unit "*) continue ;; esac
    elaborate "alone_$unit" "$unit" ""
done

# One file a module, named by number, and a stub of each for those above it.
cat "$out"/whole.il "$out"/alone_*.il 2>/dev/null > "$out/all.txt"
awk -v out="$out" '
    /^attribute / { held = held $0 "\n"; next }
    /^module / { file = out "/m" (++n) ".il"; name = $2; list = ""; printf "%s", held > file
                 seen[name]++; if (seen[name] > 1) file = "/dev/null"; body = 1; held = "" }
    /^  parameter / { p = $2; v = $3; sub(/^\\/, "", p); sub(/^1\047/, "", v); list = list p "=" v "," }
    body { print > file }
    /^end$/ { if (seen[name] == 1) print n, name, (list == "" ? "-" : list) > (out "/units"); close(file); body = 0 }
' "$out/all.txt"
{ for i in whole $(cd "$out" && ls alone_*.il 2>/dev/null | sed 's/\.il//'); do
    echo "read_rtlil $out/$i.il"; echo "blackbox *"; echo "design -push-copy"; echo "design -pop"; done
  echo "write_rtlil $out/stubs.il"; } > "$out/stubs.ys"
sed -i 's/^read_rtlil/read_rtlil -overwrite/; /design/d' "$out/stubs.ys"
yosys_run stubs

# ---- Synthesize each module -------------------------------------------------------------------------
total=$(wc -l < "$out/units")
done_n=0
while read -r n name params; do
    unit=$(echo "$name" | sed -E "$plain")
    done_n=$((done_n + 1))
    case $unit in stamp_ram | stamp_ram_sp) continue ;; esac
    if [ -n "$only" ]; then case " $only " in *" $unit "*) ;; *) continue ;; esac; fi
    cat > "$out/m$n.ys" <<END
read_rtlil $out/stubs.il
read_rtlil -overwrite $out/m$n.il
synth -noalumacc -noshare -top $name
check -assert
select -assert-none t:\$dlatch* t:\$_DLATCH* t:\$_SR_*
tee -q -o $out/m$n.stat stat $name
END
    start=$(date +%s)
    yosys_run "m$n"
    took=$(($(date +%s) - start))
    echo "$took" > "$out/m$n.time"
    printf '%3d of %d  %-18s %7d cells  %4d s\n' "$done_n" "$total" "$unit" \
        "$(sed -n 's/.*Number of cells: *//p' "$out/m$n.stat")" "$took"
done < "$out/units"

# ---- Table ------------------------------------------------------------------------------------------
# Cells and flip-flops of a row are the module's own, without the modules below it; times: instances
# in the top. Totals multiply and add.
awk -v out="$out" -v top="$top" -v only="$only" '
    function ram_bits(list,   a, i, p, v) {
        split(list, a, ",")
        for (i in a) { split(a[i], p, "="); v[p[1]] = p[2] }
        return v["Width"] * v["Depth"]
    }
    { id[$2] = $1; par[$2] = $3; order[NR] = $2; unit[$2] = $2
      sub(/^\$paramod(\$[0-9a-f]+)?/, "", unit[$2]); sub(/^\\/, "", unit[$2]); sub(/\\.*/, "", unit[$2]) }
    END {
        for (i = 1; i <= NR; i++) {
            m = order[i]
            if (unit[m] ~ /^stamp_ram(_sp)?$/) { bits[m] = ram_bits(par[m]); continue }
            file = out "/m" id[m] ".stat"
            while ((getline line < file) > 0) {
                $0 = line
                if (NF != 2 || $2 !~ /^[0-9]+$/) continue
                if ($1 in id) { kid[m, $1] = $2; continue }
                if ("\\" $1 in id) { kid[m, "\\" $1] = $2; continue }
                if ($1 !~ /^\$/) continue
                cells[m] += $2
                if ($1 ~ /^\$_(S?DFF|ALDFF)/) ffs[m] += $2
            }
            file = out "/m" id[m] ".time"; getline secs[m] < file
            if (unit[m] == top) times[m] = 1
        }
        for (round = 0; round < 12; round++) { # the hierarchy is less deep than that
            for (i = 1; i <= NR; i++) next_times[order[i]] = unit[order[i]] == top
            for (i = 1; i <= NR; i++) for (j = 1; j <= NR; j++)
                if ((order[i], order[j]) in kid)
                    next_times[order[j]] += times[order[i]] * kid[order[i], order[j]]
            for (i = 1; i <= NR; i++) times[order[i]] = next_times[order[i]]
        }
        printf "\n%-18s %6s %8s %10s %7s  %s\n", "unit", "times", "cells", "flip-flops", "time/s", "parameters"
        for (i = 1; i <= NR; i++) {
            m = order[i]
            if (unit[m] ~ /^stamp_ram(_sp)?$/) { all_bits += times[m] * bits[m]; rams += times[m]; continue }
            if (secs[m] == "") continue
            p = par[m]; gsub(/,/, " ", p)
            printf "%-18s %6d %8d %10d %7d  %s\n", unit[m], times[m], cells[m], ffs[m], secs[m], p | "sort"
            all += times[m] * cells[m]; all_ffs += times[m] * ffs[m]; all_secs += secs[m]
        }
        close("sort")
        if (only != "") exit
        printf "%-18s %6s %8d %10d %7d\n", top " total", "", all, all_ffs, all_secs
        printf "stamp_ram, stamp_ram_sp: %d memories, %d bits (%.1f KiB), black boxes. Latches: 0.\n", \
            rams, all_bits, all_bits / 8192
    }' "$out/units" | tee "$out/table"
