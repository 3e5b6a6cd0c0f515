/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stream.h
 * How fast memory is read through once: the ruler of decoding.
 */
#ifndef STAMP_BENCH_STREAM_H
#define STAMP_BENCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Take @p bytes of memory. @return false: there is none */
bool stream_open(size_t bytes);
void stream_close(void);

/** Read it through, @p threads threads their share each in order. @return false: a thread could not be had */
bool stream_pass(uint32_t threads);

#endif
