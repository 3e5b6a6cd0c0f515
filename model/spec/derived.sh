#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What derives from the tables, printed anew (print) or compared with what is there (fresh). A file is printed whole
# before it takes the place of the old one, and only if it differs, so that what did not change is not built again.
#   derived.sh print|fresh fn        fn.def from fngen.py, which specgen is then built from
#   derived.sh print|fresh rest      packages of the RTL, pages, drawings
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build} how=${1:?print or fresh}

derive() { # FILE COMMAND
    file=$1 new=$B/$(basename "$1").new
    shift
    "$@" > "$new"
    cmp -s "$new" "$file" && return
    [ "$how" = print ] || {
        echo "$file:1: stale: run make spec" >&2
        exit 1
    }
    mv "$new" "$file"
}

case ${2:?fn or rest} in
fn) derive model/spec/fn.def python3 model/spec/fngen.py ;;
rest)
    derive rtl/gen/stamp_isa_pkg.sv "$B/specgen" sv
    derive rtl/gen/stamp_fn_pkg.sv "$B/specgen" fn
    derive model/spec/isa.md "$B/specgen" doc model/spec/isa.md
    derive rtl/microarchitecture.md "$B/specgen" doc rtl/microarchitecture.md
    rtl/figures/draw.py $([ "$how" = print ] || echo --check)
    ;;
esac
