/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file figure.h
 * One line for each figure of a benchmark, beside the ruler it is measured against in the same run; and
 * the same as a line of JSON at the end of the file that BENCH_JSON names.
 */
#ifndef STAMP_BENCH_FIGURE_H
#define STAMP_BENCH_FIGURE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** @param what, unit, ruler  plain ASCII without quotes; @p ruler NULL where there is none
 *  @param of    what the ruler makes, in the same unit
 *  @param bits  of the results it is the speed of, as one number, or NULL */
static inline void figure_bits(const char *what, double value, const char *unit, const char *ruler,
                               double of, const uint64_t *bits)
{
    const char *path = getenv("BENCH_JSON");
    FILE *f = path ? fopen(path, "a") : NULL;

    if (path && !f) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
    printf("%-44s %10.1f %-10s", what, value, unit);
    if (ruler) printf(" %6.2f x %s (%.1f)", value / of, ruler, of);
    if (bits) printf("  bits %016" PRIx64, *bits);
    printf("\n");
    if (!f) return;
    fprintf(f, "{\"figure\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"", what, value, unit);
    if (ruler) fprintf(f, ", \"ruler\": \"%s\", \"of\": %.6g", ruler, of);
    if (bits) fprintf(f, ", \"bits\": \"%016" PRIx64 "\"", *bits);
    fprintf(f, "}\n");
    if (fclose(f)) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
}

static inline void figure(const char *what, double value, const char *unit, const char *ruler,
                          double of)
{
    figure_bits(what, value, unit, ruler, of, NULL);
}

#endif
