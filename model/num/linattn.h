/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file linattn.h
 * Linear attention of one head: sums over keys and values once, then every query.
 *
 * Rule     model/spec/numerics.md, section 9, linear attention
 */
#ifndef STAMP_NUM_LINATTN_H
#define STAMP_NUM_LINATTN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the keys and values of a head come to. */
struct stamp_linattn {
    uint32_t hd;
    float *l;  /**< [hd] sums of RELU(k) */
    float *sm; /**< [hd] scales of m */
    int8_t *m; /**< [hd][hd] digits of the sums of RELU(k) v */
};

/** Floats of work that stamp_linattn_sum asks for. */
size_t stamp_linattn_work(uint32_t keys, uint32_t hd);

/**
 * @param k, v   rows of @p pitch floats, of which hd are the head's
 * @param work   [stamp_linattn_work]
 * @param out    arrays are the caller's
 * @return false: a value is not finite
 */
bool stamp_linattn_sum(uint32_t keys, size_t pitch, const float *k, const float *v, float *work,
                       struct stamp_linattn *out);

/** @param q  [hd]  @param work  [3 hd]  @param y  [hd], not q  @return false: a value is not finite */
bool stamp_linattn_row(const struct stamp_linattn *s, float eps, const float *q, float *work,
                       float *y);

#ifdef __cplusplus
}
#endif
#endif
