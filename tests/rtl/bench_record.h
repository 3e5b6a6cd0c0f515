/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bench_record.h
 * A bench built as NAME_energy records the ports of units below its top (sim/verilator/record.h says how it is
 * asked): tests/mutate replays them.
 */
#ifndef STAMP_TESTS_RTL_BENCH_RECORD_H
#define STAMP_TESTS_RTL_BENCH_RECORD_H

#if STAMP_RECORD
#include "sim/verilator/record.h"
#endif

/** Once a clock of @p top, before its edge. */
template <class T> void bench_record(T *top)
{
#if STAMP_RECORD
    static const auto record = stamp_recorder::open(stamp_signals(top->rootp), STAMP_RECORD_MACH);
    if (!record) return;
    top->eval(); /* inputs as they will be at the edge */
    record->cycle();
#else
    (void)top;
#endif
}

#endif
