# SPDX-License-Identifier: Apache-2.0
"""Part of manual.py: report, on the record of a generation on the RTL. The whole of it is held against RUN.json in
tests/report/page.py; here stand the keys."""
import os

MODEL = os.path.join(os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")), "traces/model/stamp-stories")
RUNS = {
    "record": ["generate", MODEL, "--prompt", "Once upon", "-n", "2", "--on", "rtl", "--machine", "tiny", "--report", "a.json"],
    "report": ["report", "a.json", "a.json"],
}
NEED_RTL = set(RUNS)
ALL = "runs.0.programs.*."
PLACES = {
    "peak_mb": ([("run", "peak_mb")], "MiB", None),
    "work.*": ([("run", "work")], "units", None),
    "causes": ([("report", ALL + "causes")], "overlap", None),
    "cause": ([("report", ALL + "causes.*.cause")], "cycles", None),
    "least": ([("report", ALL + "causes.*.least")], "cycles", None),
    "most": ([("report", ALL + "causes.*.most")], "cycles", ("report", r"  all cycles +(\d+)", 1)),
    "slack": ([("report", ALL + "slack")], "idle", None),
    "unit": ([("report", ALL + "slack.*.unit")], "idle", None),
    "waits_least": ([("report", ALL + "slack.*.waits_least")], "semaphore", None),
    "waits_most": ([("report", ALL + "slack.*.waits_most")], "semaphore", ("report", r"for a semaphore +(\d+)", None)),
    "bound": ([("report", ALL + "bound")], "unit", ("report", r"(bounds it|comes nearest)", None)),
    "bound_cycles": ([("report", ALL + "bound_cycles")], "cycles", None),
    "cycles_minus_first": ([("report", "runs.1.cycles_minus_first")], "first", None),
}
MORE = {
    "cycles": [("report", "runs.0.cycles"), ("report", ALL + "cycles")],
    "utilization": [("report", "runs.0.utilization")],
}
