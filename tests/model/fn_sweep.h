/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fn_sweep.h
 * Errors of the functions against the double library, over ranges of bit patterns: every 4099th in
 * the ordinary test, all of them in exhaust_fn.
 */
#ifndef STAMP_TESTS_MODEL_FN_SWEEP_H
#define STAMP_TESTS_MODEL_FN_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

/** A function on a part of its domain, and the errors it may have there. */
struct fn_case {
    const char *name;
    float (*f)(float);
    double (*exact)(double);
    double lo, hi;    /**< inputs lo <= x <= hi */
    double floor;     /**< results at least this large count in ulp, smaller ones absolutely */
    double max_ulp;   /**< bound */
    double max_small; /**< bound of the absolute error below the floor */
};

struct fn_worst {
    double ulp, small;
    uint32_t ulp_at, small_at; /**< inputs */
    uint64_t count;            /**< inputs within the domain */
    bool broken;               /**< a result outside the function's own range, or a wrong NaN */
    uint32_t broken_at;
};

extern const struct fn_case fn_cases[];
extern const int fn_case_count;

/** Inputs first, first + step, .. below end; widens @p w (zeroed by the caller at first). */
void fn_sweep(const struct fn_case *c, uint64_t first, uint64_t end, uint64_t step,
              struct fn_worst *w);

#endif
