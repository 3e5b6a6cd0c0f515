/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file layer.h
 * One linear layer on a machine: compile, run, hold the result against the numerics bit by bit,
 * and say how good and how fast it was.
 */
#ifndef STAMP_REPORT_LAYER_H
#define STAMP_REPORT_LAYER_H

#include "compiler/lower/compile.h"
#include "sim/run/runtime.h"

/** What to measure; everything borrowed. */
struct stamp_measure {
    struct stamp_compile_layer layer;
    struct stamp_compile_options compile;
    struct stamp_run_options run;    /**< expect is filled in here */
    const float *x;                  /**< [s][d] */
    void (*stage)(const char *what); /**< told what begins ("compiling", ...); NULL: nobody */
    const float *ref; /**< [s][n] f32 product of x and w plus bias; NULL: it is computed */
};

struct stamp_figures {
    uint64_t checked;    /**< words of y, plus what lock-step compared */
    uint64_t mismatches; /**< words of y that differ, plus those of lock-step */
    uint64_t cycles;     /**< start to done; 0 on the C machine */
    uint64_t estimate;   /**< cycles the compiler expects */
    uint64_t macs;       /**< s * d * n */
    uint64_t products;   /**< 4x4-bit products: numerics.md section 11 */
    double utilization;  /**< NaN without cycles */
    double sqnr_db;      /**< of y against ref */
    double avg_act_bits; /**< numerics.md section 11 */
    struct stamp_run_result run;
    char difference[400]; /**< the first difference, empty when there is none */
};

/**
 * Measure.
 * @param y  [s][n], what the machine gave; NULL: not wanted
 * @return STAMP_OK even when bits differ (then mismatches is not 0); otherwise why it could not be
 *         done, as stamp_compile, stamp_run_go and stamp_linear_num
 */
enum stamp_status stamp_measure_layer(const struct stamp_measure *what, float *y,
                                      struct stamp_figures *out, struct stamp_err *e);

/** y[s][n] = x w^T + bias in binary32, numerics.md 7.1. */
enum stamp_status stamp_measure_ref(const struct stamp_compile_layer *layer, const float *x,
                                    float *y, struct stamp_err *e);

#endif
