# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# Part of bad_input.sh: records of runs that are none, and places they cannot be written to.
"$stamp" run p.stamp --on model --input x=x.npy --report run.json >/dev/null || exit 1
report() { "$stamp" report "$@"; }
t 'report: as it is' 0 report run.json
t 'report: page to standard output' 0 report run.json --html /dev/stdout
t 'report: no record' 2 report
t 'report: nine records' 2 report run.json run.json run.json run.json run.json run.json run.json run.json run.json
t 'report: no such record' 1 report none.json
t 'report: a folder' 1 report .
says 'not JSON' 'report: an array of NumPy' 1 report x.npy --html out
printf '{"a":1}' >other.json
printf '{"displayTimeUnit":"ns","traceEvents":[]}' >timeline.json
says 'no record of a run, which --report writes' 'report: another JSON' 1 report other.json --csv out
for cut in 1 898 899 900 901 902 903 904 905 906 907 908 909 910 911 912 913 914 915 916 917 918 919 920; do
    head -c $cut run.json >half.json # inside a name, a word, a number, between them
    says 'cut off' "report: $cut bytes of a record" 1 report half.json --html out
done
says 'not JSON' 'report: a chart of half a record' 1 report half.json --gantt
: >empty.json
says 'empty' 'report: an empty file' 1 report empty.json
says 'no record of a run' 'report: a timeline' 1 report timeline.json
sed 's/"mxu_wait":/"mxu_waits":/' run.json >older.json
says 'missing; a file of another version' 'report: a key of another version' 1 report older.json
t 'report: a chart without a clock' 0 report run.json --gantt
sed 's/"format":1/"format":9/' run.json >next.json
says 'run again with --report' 'report: of another version' 1 report next.json --html out
sed 's/"cycles":null/"cycles":-4/' run.json >minus.json
says 'cycles: must be a whole number' 'report: cycles below 0' 1 report minus.json --html out
sed 's/"P":/"p":/' run.json >small.json
says 'P: missing' 'report: a parameter that is none' 1 report small.json --html out
says 'would overwrite an input' 'report: page over its record' 1 report run.json --html run.json
t 'report: page in no folder' 1 report run.json --html none/x.html
t 'report: disk full' 1 report run.json --html /dev/full
says 'would overwrite an input' 'run: record over its input' 1 "$stamp" run p.stamp --on model --input x=x.npy --report x.npy
t 'run: record in no folder' 1 "$stamp" run p.stamp --on model --input x=x.npy --report none/r.json
t 'run: record without a name' 2 "$stamp" run p.stamp --on model --input x=x.npy --report ''
says 'would overwrite an input' 'eval: record over its text' 1 "$stamp" eval "$model" --text other.json --report other.json
t 'linear: has no record' 2 "$stamp" linear x.npy w.npy --on model --report out
