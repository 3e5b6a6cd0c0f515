#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make lint` checks beyond the compiler's warnings: format, RTL lint, arrows between folders,
# sizes, words, file heads. One line a finding, file:line: what; silent and 0 when there is none.
#   tests/lint.sh [format] [rtl] [facts] [arrows] [sizes] [words] [figures]     all of them without a name
# Needs git, verilator and build/specgen; without clang-format the format check says it is skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
[ -x "$B/specgen" ] || make -s "$B/specgen" || exit 1
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
git ls-files | while read -r f; do [ -f "$f" ] && echo "$f"; done > "$tmp/all"
grep -E '\.(c|h|cpp)$' "$tmp/all" > "$tmp/c"
grep -E '\.(c|h|cpp|def|sv|vlt|sh|py)$|^\.ci/(run|install)$' "$tmp/all" > "$tmp/src"
grep -E '\.sv$' "$tmp/all" > "$tmp/sv"

# ---- Format: one line a file --------------------------------------------------------------------------
format() {
    if ! command -v clang-format > /dev/null; then
        echo "SKIP: clang-format is not installed, C and C++ format NOT checked" >&2
        return
    fi
    xargs clang-format --dry-run -Werror < "$tmp/c" 2>&1 |
        awk -F: '/error: code should be/ { if (!n[$1]++) { at[$1] = $2; f[++k] = $1 } }
                 END { for (i = 1; i <= k; i++)
                           printf "%s:%d: not as .clang-format says (%d places)\n", f[i], at[f[i]], n[f[i]] }'
}

# ---- RTL: the top in every configuration, every unit alone --------------------------------------------
verilate() { # WHAT ARGUMENTS
    what=$1; shift
    verilator --lint-only --assert -Wall --unroll-count 8192 --unroll-stmts 2000000 "$@" > "$tmp/log" 2>&1 || status=1
    sed -n -E 's/^%(Warning|Error)(-[A-Z0-9]+)?: ([^: ]+):([0-9]+):[0-9]+: (.*)/\3:\4: \2 \5/p' "$tmp/log" |
        sed -E "/This may be because|Looked in/d; s/: -?/: verilator /; s/verilator  /verilator /; s|\$|@@$what|"
    [ "${status:-0}" -eq 0 ] || grep -qE '^%(Warning|Error).*:[0-9]+:[0-9]+:' "$tmp/log" ||
        echo "rtl:1: verilator failed: $(head -n 1 "$tmp/log")@@$what"
    status=0
}

rtl() {
    packages="rtl/gen/stamp_isa_pkg.sv rtl/gen/stamp_fn_pkg.sv rtl/fp/stamp_fp_pkg.sv"
    units=$(grep '^rtl/' "$tmp/sv" | grep -v -e '_pkg\.sv$' -e '^rtl/mem/ihp/')
    macros=$(grep -e '^rtl/mem/ihp/' -e '^sim/verilator/ihp/' "$tmp/sv")
    for conf in $("$B/specgen" machs); do
        # shellcheck disable=SC2046,SC2086
        verilate "$conf" --top-module stamp_top $("$B/specgen" params $conf) $packages $units
        # shellcheck disable=SC2046,SC2086
        verilate "$conf with macros" --top-module stamp_top +define+STAMP_IHP $("$B/specgen" params $conf) $packages $units $macros
    done
    for f in $macros; do
        # shellcheck disable=SC2086
        verilate "alone" --top-module "$(basename "$f" .sv)" $macros
    done
    for f in $(echo "$units" | grep -v -e '/bind_' -e 'check_event'); do # which are nothing without what they are bound to
        # shellcheck disable=SC2046,SC2086
        verilate "alone" --top-module "$(basename "$f" .sv)" $(own_params "$f") $packages $units
    done
}

# Of base, those a module has: it has no values of its own for them.
own_params() { # FILE
    for g in $("$B/specgen" params base); do
        name=${g#-G}
        ! grep -qw "parameter int unsigned ${name%%=*}" "$1" || echo "$g"
    done
}

# A parameter of the machine has no default: an instance that leaves one out must not get that of some machine.
# An instruction word is read through the structs of stamp_isa_pkg: no slice of a signal that holds one says a number.
# A minus in front of a size cast is lost in synthesis.
# These are called word, word_i, word_o, or have insn in their name, and nothing else is.
facts() {
    params=$(sed -n 's/^PARAM(\([A-Z_]*\),.*/\1/p' model/spec/mach.def | paste -sd'|')
    grep '^rtl/' "$tmp/sv" | grep -v '^rtl/gen/' | xargs awk -v params="$params" '
        { sub(/\/\/.*/, "") }
        $0 ~ "parameter[^=]*[ \t](" params ")[ \t]*=" {
            printf "%s:%d: parameter of the machine with a default\n", FILENAME, FNR }
        /(^|[^A-Za-z0-9_.])(([A-Za-z0-9_]*_)?insn(_[a-z_]+)?|word(_[io])?)\[([^]]*[^]A-Za-z0-9_.])?[0-9]/ {
            printf "%s:%d: slice of an instruction word by numbers, not by a struct of stamp_isa_pkg\n", FILENAME, FNR }
        /[=?:(,|&^+*<>!~{][ \t]*-[ \t]*[A-Za-z0-9_]+\047\(/ {
            printf "%s:%d: minus before a cast: Yosys 0.23 takes it for part of the size, write 0 - x\n", FILENAME, FNR }'
}

# One line a finding, with the tops it was found under.
merge() {
    awk -F@@ '!($1 in tops) { order[++n] = $1 }
              !(($1, $2) in seen) { seen[$1, $2]; tops[$1] = tops[$1] (tops[$1] == "" ? "" : ", ") $2 }
              END { for (i = 1; i <= n; i++) printf "%s (%s)\n", order[i], tops[order[i]] }'
}

# ---- Arrows between folders, circles of headers (tests/arrows.txt) ---------------------------------------
arrows() {
    tests/arrows.py
    grep '^rtl/' "$tmp/sv" | xargs grep -nE '`include|import "DPI|\$system|\breal\b.*;' /dev/null |
        sed -E 's/^([^:]+:[0-9]+):.*/\1: RTL reads nothing but packages, and knows no real and no DPI/'
}

# ---- Sizes ---------------------------------------------------------------------------------------------
# A long function says why in a comment above its first line or in its body: "table", "longer" or "in one".
sizes() {
    grep -E '\.(c|h|cpp|sv|sh|py)$' "$tmp/src" | grep -v '^rtl/gen/' | xargs awk '
        FNR == 1 && last != "" && n > 400 { printf "%s:400: %d lines, at most 400\n", last, n }
        { last = FILENAME; n = FNR }
        END { if (n > 400) printf "%s:400: %d lines, at most 400\n", last, n }'
    xargs awk '
        FNR == 1 { start = 0; said = 0 }
        /^[ \t]*(\/\*|\*|\/\/)|\/\*/ { if ($0 ~ /table|longer|in one/) said = start ? 1 : FNR }
        /^}/ { if (start && FNR - start > 60 && !told)
                   printf "%s:%d: function of %d lines, at most 60 unless a comment says why\n", FILENAME, start, FNR - start
               start = 0; said = 0 }
        start && said { told = 1 }
        /^{$/ { start = FNR; told = said && FNR - said < 8; said = 0 }' < "$tmp/c" /dev/null
    n=$(cat README.md 2> /dev/null | wc -l)
    [ "$n" -le 150 ] || echo "README.md:150: $n lines, at most 150"
}

# ---- Words and heads -----------------------------------------------------------------------------------
words() { # the patterns are cut so that they do not find themselves
    xargs grep -InE '/wo''rk/|/fa''rm/|/ro''ot/|bash''_jobs' < "$tmp/all" /dev/null |
        sed -E 's/^([^:]+:[0-9]+):.*/\1: path of somebody'"'"'s machine/'
    # The first line, or the second under #!, says the licence.
    xargs awk '
        FNR == 1 { at = /^#!/ ? 2 : 1 }
        FNR == at { if (!/SPDX-License-Identifier: Apache-2.0/) printf "%s:1: no SPDX-License-Identifier line first\n", FILENAME
                    if (FILENAME ~ /^rtl\// && !/Apache-2.0 WITH SHL-2.1/) printf "%s:1: licence of rtl is Apache-2.0 WITH SHL-2.1\n", FILENAME }
        FNR > 2 { nextfile }' < "$tmp/src"
    grep '/bind_[a-z]*\.sv$' "$tmp/sv" > "$tmp/binds"
    grep -v '/bind_[a-z]*\.sv$' "$tmp/sv" | xargs awk '
        function own(f) { sub(/.*\//, "", f); sub(/\.sv$/, "", f); return f }
        function kind(f) { return f ~ /_pkg\.sv$/ ? "package" : "module" }
        FNR == 1 { if (last != "" && !n) printf "%s:1: a file is one %s named after it\n", last, kind(last); n = 0; last = FILENAME }
        /^[ \t]*(module|package|interface|program)[ \t]/ {
            name = $0; sub(/^[ \t]*[a-z]+[ \t]+(automatic[ \t]+)?/, "", name); sub(/[^A-Za-z0-9_].*/, "", name)
            if (++n > 1 || name != own(FILENAME)) printf "%s:%d: a file is one %s named after it\n", FILENAME, FNR, kind(FILENAME) }
        END { if (last != "" && !n) printf "%s:1: a file is one %s named after it\n", last, kind(last) }'
    xargs grep -nE '^[ \t]*(module|package)[ \t]' /dev/null < "$tmp/binds" |
        sed -E 's/^([^:]+:[0-9]+):.*/\1: binds stand by themselves/'
}

for check in ${*:-format rtl facts arrows sizes words figures}; do
    case $check in
    rtl) rtl | merge ;;
    figures) rtl/figures/draw.py --check; tests/assert/assertions.py --figures ;;
    format | facts | arrows | sizes | words) $check ;;
    *) echo "tests/lint.sh:1: no check called $check" ;;
    esac
done | sort -u -t: -k1,1 -k2,2n -k3 > "$tmp/found"
cat "$tmp/found"
[ ! -s "$tmp/found" ]
