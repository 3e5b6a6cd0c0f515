/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file figure.h
 * One line for each figure of a benchmark, beside the ruler it is measured against in the same run; and
 * the same as a line of JSON at the end of the file that BENCH_JSON names.
 */
#ifndef STAMP_BENCH_FIGURE_H
#define STAMP_BENCH_FIGURE_H

#include <stdio.h>
#include <stdlib.h>

/** @param what, unit, ruler  plain ASCII without quotes; @p ruler NULL where there is none
 *  @param of  what the ruler makes, in the same unit */
static inline void figure(const char *what, double value, const char *unit, const char *ruler,
                          double of)
{
    const char *path = getenv("BENCH_JSON");
    FILE *f = path ? fopen(path, "a") : NULL;

    if (path && !f) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
    if (ruler)
        printf("%-44s %10.1f %-10s %6.2f x %s (%.1f)\n", what, value, unit, value / of, ruler, of);
    else
        printf("%-44s %10.1f %-10s\n", what, value, unit);
    if (!f) return;
    fprintf(f, "{\"figure\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"", what, value, unit);
    if (ruler) fprintf(f, ", \"ruler\": \"%s\", \"of\": %.6g", ruler, of);
    fprintf(f, "}\n");
    if (fclose(f)) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
}

#endif
