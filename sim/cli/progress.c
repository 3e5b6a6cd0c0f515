/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - the progress line. Contract in progress.h. */
#include "sim/cli/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    bool on, tty;
    char task[81];
    double start, last; /* seconds */
    volatile sig_atomic_t open;
} line;

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void stamp_progress_init(bool forced)
{
    line.tty = isatty(STDERR_FILENO) != 0;
    line.on = forced || line.tty;
}

void stamp_progress_task(const char *fmt, ...)
{
    va_list list;

    va_start(list, fmt);
    vsnprintf(line.task, sizeof line.task, fmt, list);
    va_end(list);
    for (char *c = line.task; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
    line.start = seconds();
    line.last = line.start;
}

static void print_line(uint64_t done, uint64_t total, const char *unit, double per_second)
{
    if (line.tty) fputs("\r\033[K", stderr);
    fprintf(stderr, "%s: %" PRIu64, line.task, done);
    if (total) fprintf(stderr, " of about %" PRIu64, total);
    fprintf(stderr, " %s, %.3g %s/s", unit, per_second, unit);
    if (total > done && per_second > 0)
        fprintf(stderr, ", %.0f s left", (double)(total - done) / per_second);
    if (!line.tty) fputc('\n', stderr);
    fflush(stderr);
    line.open = line.tty;
}

bool stamp_progress_show(uint64_t done, uint64_t total, const char *unit)
{
    if (!line.on) return true;
    const double now = seconds(), step = line.tty && line.open ? 0.5 : 2.0;

    if (now - line.last < step) return true;
    line.last = now;
    print_line(done, total, unit, (double)done / (now - line.start));
    return true;
}

bool stamp_progress_run(void *ctx, const char *what, uint64_t done, uint64_t total,
                        double per_second)
{
    (void)ctx;
    (void)per_second;
    return stamp_progress_show(done, strstr(what, "cycles") ? total : 0,
                               strstr(what, "cycles") ? "cycles" : "instructions");
}

void stamp_progress_end(void)
{
    if (line.open) fputs("\r\033[K", stderr);
    line.open = 0;
}

bool stamp_progress_open(void)
{
    return line.open != 0;
}
