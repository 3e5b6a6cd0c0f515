/* SPDX-License-Identifier: Apache-2.0 */
/* plant_get.c - a host that misreads: build/plant/stamp is the command line with stamp_run_get wrapped
 * (ld --wrap). STAMP_PLANT=value: the last value taken out of a machine's memory has one wrong bit. */
#include <stdlib.h>
#include <string.h>

#include "sim/run/runtime.h"

enum stamp_status __real_stamp_run_get(const struct stamp_run *run, const char *name, float *values,
                                       uint64_t rows, uint64_t cols, struct stamp_err *e);
enum stamp_status __wrap_stamp_run_get(const struct stamp_run *run, const char *name, float *values,
                                       uint64_t rows, uint64_t cols, struct stamp_err *e);

enum stamp_status __wrap_stamp_run_get(const struct stamp_run *run, const char *name, float *values,
                                       uint64_t rows, uint64_t cols, struct stamp_err *e)
{
    const enum stamp_status s = __real_stamp_run_get(run, name, values, rows, cols, e);
    const char *what = getenv("STAMP_PLANT");
    uint32_t bits;

    if (s || !what || strcmp(what, "value")) return s;
    float *last = &values[rows * cols - 1];
    memcpy(&bits, last, sizeof bits);
    bits ^= 1;
    memcpy(last, &bits, sizeof bits);
    return s;
}
