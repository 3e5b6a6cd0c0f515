# SPDX-License-Identifier: Apache-2.0
"""Part of manual.py: report, on the record of a generation on the RTL. The whole of it is held against RUN.json in
tests/report/page.py; here stand the keys."""
import os

MODEL = os.path.join(os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")), "traces/model/stamp-stories")
RUNS = {
    "record": ["generate", MODEL, "--prompt", "Once upon", "-n", "2", "--on", "rtl", "--machine", "tiny", "--report", "a.json"],
    "report": ["report", "a.json", "a.json"],
    "charged": ["generate", MODEL, "-n", "2", "--on", "cycle", "--machine", "tiny", "--energy", "asap7"],
}
NEED_RTL = {"record", "report"}
ALL = "runs.0.programs.*."
PLACES = {
    "peak_mb": ([("run", "peak_mb")], "MiB", None),
    "work.*": ([("run", "work")], "units", None),
    "energy": ([("charged", "energy"), ("charged", "decode.energy")], "joules", ("charged", r"energy +[\d.]+ .J", None)),
    "total_j": ([("charged", "energy.total_j")], "joules", None),
    "units": ([("charged", "energy.units")], "joules", None),
    "classes": ([("charged", "energy.classes")], "joules", None),
    "pj_per_mac": ([("charged", "energy.pj_per_mac")], "picojoules", ("charged", r"J: ([\d.]+) pJ a product", 1)),
    "tops_per_watt": ([("charged", "energy.tops_per_watt")], "joules", ("charged", r"([\d.]+) TOPS/W", 1)),
    "watt": ([("charged", "energy.watt")], "watt", ("charged", r"([\d.]+) mW at", 1e3)),
    "library": ([("charged", "energy.library")], "library", None),
    "corner": ([("charged", "energy.corner")], "corner", None),
    "volt": ([("charged", "energy.volt")], "volt", ("charged", r"([\d.]+) V; machine", 1)),
    "residual": ([("charged", "energy.residual")], "error", None),
    "complete": ([("charged", "energy.complete")], "false", None),
    "left_out": ([("charged", "energy.left_out")], "left_out", None),
    "dram": ([("charged", "energy.dram")], "dram", None),
    "mj_per_token": ([("charged", "decode.mj_per_token")], "millijoules", None),
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
    "mhz": [("charged", "energy.mhz")],
    "cycles": [("report", "runs.0.cycles"), ("report", ALL + "cycles")],
    "utilization": [("report", "runs.0.utilization")],
}
