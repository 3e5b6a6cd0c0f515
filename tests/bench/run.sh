#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Speed and memory in one run, each figure beside its ruler; BENCH_JSON ($B/bench.json) gets an object a line.
set -eu
export B="${B:-build}" BENCH_JSON="${BENCH_JSON:-${B:-build}/bench.json}"
: > "$BENCH_JSON"
kind=
! grep -q avx512f /proc/cpuinfo || kind=OPENBLAS_CORETYPE=SkylakeX
env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $kind "$B/bench_matmul"
"$B/bench_net"
env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "$B/bench_paths"
tests/bench/machine.py
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 - "$T" <<'P'
import struct, sys, random
random.seed(1)
def npy(path, r, c, gen):
    h = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (r, c)
    h += ' ' * (63 - (10 + len(h)) % 64) + '\n'
    with open(path, 'wb') as f:
        f.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(h)) + h.encode())
        for row in gen(r, c):
            f.write(row)
def rows(smooth):
    def gen(r, c):
        noise = [random.gauss(0, 1) for _ in range(65536)]
        prev = [0.0] * c
        for i in range(r):
            o = random.randrange(65536)
            prev = [smooth * p + noise[(o + j * 7919) & 65535] for j, p in enumerate(prev)]
            yield struct.pack('<%df' % c, *prev)
    return gen
npy(sys.argv[1] + '/x1024.npy', 512, 1024, rows(0.9))
npy(sys.argv[1] + '/w1024.npy', 1024, 1024, rows(0.0))
npy(sys.argv[1] + '/x4096.npy', 2048, 4096, rows(0.9))
npy(sys.argv[1] + '/x512.npy', 512, 4096, rows(0.9))
npy(sys.argv[1] + '/w4096.npy', 4096, 4096, rows(0.0))
P
# A tokenizer: the Llama 3 vocabulary where ../shared has it, the shipped model's otherwise (at least 5 MB/s of English and
# under a second to load are asked of the first).
vocabulary=../shared/data/tokenizers/llama3/tokenizer.json.gz english=../shared/data/text/tinystories.txt
if [ -f "$vocabulary" ] && [ -f "$english" ]; then
    gunzip -c "$vocabulary" > "$T/tokenizer.json"
    printf '%-44s %s\n' "tokenizer, Llama 3, 1 MB of English" "$($B/ids --time "$T/tokenizer.json" "$english")"
else
    echo "SKIP: no $vocabulary: the speed of a published tokenizer is not measured"
fi
printf '%-44s %s\n' "tokenizer, shipped model" "$($B/ids --time traces/model/stamp-stories traces/model/eval.txt)"
run() { # label, command...
    label=$1
    shift
    /usr/bin/time -f '%e s wall, %U s user, %M KiB peak' -o "$T/time" "$@" >"$T/out" 2>"$T/err" || cat "$T/err"
    printf '%-44s %s\n' "$label" "$(cat "$T/time")"
    tail -n 12 "$T/out" | sed 's/^/    /'
}
run "linear 512x1024x1024 model" $B/stamp linear "$T/x1024.npy" "$T/w1024.npy" --on model
run "linear 512x1024x1024 all (lock-step)" $B/plain/stamp linear "$T/x1024.npy" "$T/w1024.npy" --on all
for scheme in "--transform none --high-rows 0" "--transform none" "--transform haar"; do
    run "linear 512x1024x1024 rtl $scheme" $B/plain/stamp linear "$T/x1024.npy" "$T/w1024.npy" --on rtl $scheme
    run "linear 512x4096x4096 rtl $scheme" $B/plain/stamp linear "$T/x512.npy" "$T/w4096.npy" --on rtl $scheme
done
run "compile 2048x4096x4096" $B/stamp compile "$T/w4096.npy" --rows 2048 -o "$T/p.stamp"
run "run 2048x4096x4096 model" $B/stamp run "$T/p.stamp" --input x="$T/x4096.npy" --output y="$T/y.npy" --on model
run "linear 2048x4096x4096 model" $B/stamp linear "$T/x4096.npy" "$T/w4096.npy" --on model
run "dis 2048x4096x4096" $B/stamp dis "$T/p.stamp" -o "$T/p.s"
