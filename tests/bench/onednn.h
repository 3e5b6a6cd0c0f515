/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file onednn.h
 * oneDNN's product u8 x s8 -> s32, the ruler of ours: weights in the order it asks for.
 */
#ifndef STAMP_BENCH_ONEDNN_H
#define STAMP_BENCH_ONEDNN_H

#include <stdbool.h>
#include <stdint.h>

struct onednn_product {
    uint32_t s, d, n;
    void *x;    /**< [s][d] u8 */
    int8_t *w;  /**< [n][d] */
    int32_t *y; /**< [s][n] */
};

/** Make it ready, on one thread where OMP_NUM_THREADS says so. @return false: built without oneDNN
 *  (HAVE_DNNL). Ends the program where oneDNN refuses. */
bool onednn_open(const struct onednn_product *p);
void onednn_run(void);

#endif
