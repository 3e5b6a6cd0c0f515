/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file record_sample.h
 * Records of runs with counts made up here, for tests and the fuzzer.
 */
#ifndef STAMP_TESTS_RECORD_SAMPLE_H
#define STAMP_TESTS_RECORD_SAMPLE_H

#include "sim/report/run_json.h"

/** A piece of @p cycles on tiny: every event is known and 0 but for those a test sets. */
struct stamp_record_piece sample_piece(const char *name, uint64_t layer, uint64_t start,
                                       uint64_t cycles);

/** A record with a clock on tiny: prefill with instances a 0, b 0, a 1, b 1 of 100, 50, 100, 50 cycles times
 *  @p scale, and step without phases, 40 cycles; every event of piece i is 10 i + its number. */
struct stamp_record *sample_record(uint64_t scale);

/** The same of a device without a clock: what needs one is not known. */
struct stamp_record *sample_untimed(void);

#endif
