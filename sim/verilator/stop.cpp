/* SPDX-License-Identifier: Apache-2.0 */
/* stop.cpp - an assertion of the RTL that fails, in words. Contract in stop.h. */
#include "sim/verilator/stop.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

thread_local bool stamp_stop_seen;
thread_local char stamp_stop_text[512];

namespace {

/* "[7] %Error: FILE:LINE: Assertion failed in TOP.INSTANCE: 'assert' failed." */
bool assertion(const char *said, char *out, size_t bytes)
{
    unsigned long long clock;
    char kind[16], where[160], name[240];

    if (sscanf(said, "[%llu] %%%15[A-Za-z]: %159[^ ] Assertion failed in %239[^ ]", &clock, kind,
               where, name) != 4)
        return false;
    where[strlen(where) - 1] = 0; /* the colons behind them */
    name[strlen(name) - 1] = 0;
    const char *below = strchr(name, '.'); /* the name of the model says nothing */
    snprintf(out, bytes, "assertion %s fails in clock %llu (%s)", below ? below + 1 : name, clock,
             where);
    return true;
}

} // namespace

int stamp_said(const char *format, ...)
{
    char text[1024], line[sizeof stamp_stop_text];
    va_list list;

    va_start(list, format);
    const int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (!assertion(text, line, sizeof line)) return fputs(text, stdout) < 0 ? -1 : n;
    if (!stamp_stop_seen) memcpy(stamp_stop_text, line, sizeof line);
    return n;
}

/* Declared by Verilator: the model has said why, and stops. */
void vl_stop(const char *file, int line, const char *)
{
    if (!stamp_stop_seen && !stamp_stop_text[0])
        snprintf(stamp_stop_text, sizeof stamp_stop_text, "the RTL stops (%s:%d)", file, line);
    stamp_stop_seen = true;
#ifdef STAMP_STOP_EXITS
    fflush(stdout);
    fprintf(stderr, "error: %s\n", stamp_stop_text);
    exit(1);
#endif
}
