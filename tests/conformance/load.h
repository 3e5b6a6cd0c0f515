/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file load.h
 * A file of vectors, compressed (gzip) or not, into memory.
 */
#ifndef STAMP_TESTS_CONFORMANCE_LOAD_H
#define STAMP_TESTS_CONFORMANCE_LOAD_H

#include <stddef.h>
#include <stdint.h>

/** The bytes, owned by the caller (free); NULL with a line in @p why. */
uint8_t *conform_load(const char *path, size_t *size, char why[160]);

#endif
