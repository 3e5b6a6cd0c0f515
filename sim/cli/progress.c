/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - the progress line. Contract in progress.h. */
#include "sim/cli/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD = 2 }; /* seconds between lines */

static struct {
    bool on, tty;
    char task[81], stage[41];
    double start, last, fed;     /* seconds; fed: when the alarm was put off last */
    volatile sig_atomic_t ticks; /* periods of the alarm without a count */
    volatile sig_atomic_t open;
} line;

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The alarm: for work that counts nothing. Only calls that are safe in a signal handler. */
static void on_alarm(int number)
{
    char text[200];
    size_t n = 0;
    const unsigned seconds_by = PERIOD * (unsigned)++line.ticks;

    (void)number;
    if (!line.task[0]) return;
    for (const char *c = line.tty ? "\r\033[K" : ""; *c; c++) text[n++] = *c;
    for (const char *c = line.task; *c; c++) text[n++] = *c;
    for (const char *c = line.stage[0] ? ", " : ""; *c; c++) text[n++] = *c;
    for (const char *c = line.stage; *c; c++) text[n++] = *c;
    text[n++] = ':';
    text[n++] = ' ';
    for (unsigned unit = 10000; unit; unit /= 10)
        if (seconds_by >= unit) text[n++] = (char)('0' + seconds_by / unit % 10);
    text[n++] = ' ';
    text[n++] = 's';
    if (!line.tty) text[n++] = '\n';
    line.open = line.tty;
    if (write(STDERR_FILENO, text, n) < 0) line.open = 0;
}

/* Start counting the alarm's periods afresh; false @p on: no more alarms. */
static void set_alarm(bool on)
{
    const struct itimerval every = {{on ? PERIOD : 0, 0}, {on ? PERIOD : 0, 0}};

    line.ticks = 0;
    if (line.on) setitimer(ITIMER_REAL, &every, NULL);
}

void stamp_progress_init(bool forced)
{
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

    line.tty = isatty(STDERR_FILENO) != 0;
    line.on = forced || line.tty;
    sigemptyset(&act.sa_mask);
    if (line.on) sigaction(SIGALRM, &act, NULL);
}

void stamp_progress_stage(const char *what)
{
    snprintf(line.stage, sizeof line.stage, "%s", what);
    set_alarm(true);
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
    stamp_progress_stage("");
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

    if (now - line.fed > 0.4) { /* what is counted speaks for itself */
        set_alarm(true);
        line.fed = now;
    }
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
    set_alarm(false);
    if (line.open) fputs("\r\033[K", stderr);
    line.open = 0;
}

bool stamp_progress_open(void)
{
    return line.open != 0;
}
