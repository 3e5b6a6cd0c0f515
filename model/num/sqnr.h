/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sqnr.h
 * Signal to quantization noise ratio: a figure of a report, not part of a datapath.
 *
 * Rule     model/spec/numerics.md, section 11
 */
#ifndef STAMP_NUM_SQNR_H
#define STAMP_NUM_SQNR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** dB; +infinity when y equals ref, NaN when ref is all zero and y is not. */
double stamp_sqnr_db(size_t n, const float *ref, const float *y);

#ifdef __cplusplus
}
#endif
#endif
