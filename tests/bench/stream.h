/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stream.h
 * How fast memory is read through once: the ruler of decoding.
 */
#ifndef STAMP_BENCH_STREAM_H
#define STAMP_BENCH_STREAM_H

#include <stdint.h>

/** Bytes a second, the best of @p rounds: @p threads threads each read their share of 1 GiB in order.
 *  Negative where memory or a thread could not be had. */
double stream_rate(uint32_t threads, int rounds);

#endif
