#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Conformance vectors (model/spec/conformance.md), small ones committed, larger ones in build/vectors.
#   vectors.sh make MACHINE...     made again; a committed file changes only when its vectors do
#   vectors.sh fresh MACHINE...    compared with the committed ones
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build} how=${1:?make or fresh}
shift
mkdir -p "$B/vectors"
for m in "$@"; do
    "$B/make_vectors" "$m" "$B/vectors/$m.small"
    gunzip -c "traces/vectors/$m.vec.gz" 2> /dev/null | cmp -s - "$B/vectors/$m.small" && same=1 || same=0
    if [ "$how" = make ]; then
        [ $same = 1 ] || gzip -9n < "$B/vectors/$m.small" > "traces/vectors/$m.vec.gz"
        "$B/make_vectors" "$m" "$B/vectors/$m.vec" large
    elif [ $same = 0 ]; then
        echo "traces/vectors/$m.vec.gz is stale: run make vectors" >&2
        exit 1
    fi
done
