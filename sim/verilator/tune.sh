#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tune.sh NAME - a machine's RTL compiled by what its runs do (profile-guided): built with counters,
# run on a short network, built again. build/tuned gets the result and a stamp beside it that uses it.
# The same bits, fewer seconds; worth its minutes before long simulations.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
name=${1:?NAME: a machine of the table}
so=$B/stamp_rtl_${name}_tune.so
dir=$B/v/${name}_tune
out=$B/tuned
rm -rf "$dir" "$so" "$out/profile"
mkdir -p "$out/profile"
profile=$(cd "$out/profile" && pwd)
cp "$B/stamp" "$out/stamp"
# Counters in files of their own, whichever compiler: clang's are merged first.
if command -v clang++ > /dev/null && command -v llvm-profdata > /dev/null; then
    export RTL_CXX=clang++
    runtime=$(clang++ -print-file-name="libclang_rt.profile-$(uname -m).a")
    count="-fprofile-instr-generate=$profile/%p.profraw"
    link=-Wl,--whole-archive,$runtime,--no-whole-archive
    use="-O3 -march=native -fprofile-instr-use=$profile/all -Wno-profile-instr-unprofiled -Wno-profile-instr-out-of-date"
    merge() { llvm-profdata merge -o "$profile/all" "$profile"/*.profraw; }
else
    export RTL_CXX="${CXX:-g++}"
    count="-fprofile-generate -fprofile-update=single" link=-fprofile-generate
    use="-O2 -march=native -fprofile-use -fprofile-partial-training -Wno-missing-profile -Wno-coverage-mismatch"
    merge() { :; }
fi
echo "1 of 3: $name with counters"
make -s "$so" NATIVE="-O2 -march=native $count" TUNE="$link"
cp "$so" "$out/stamp_rtl_$name.so"
echo "2 of 3: a network on it"
"$out/stamp" demo --machine "$name" --on rtl --tokens 128 --decode 4 > "$out/$name.log" 2>&1 || {
    cat "$out/$name.log" >&2
    exit 1
}
merge
rm -f "$dir"/*.o "$dir"/*.a "$so"
echo "3 of 3: $name by what was counted"
make -s "$so" NATIVE="$use"
mv "$so" "$out/stamp_rtl_$name.so"
echo "$out/stamp runs $name tuned"
