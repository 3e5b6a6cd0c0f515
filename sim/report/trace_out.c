/* SPDX-License-Identifier: Apache-2.0 */
/* trace_out.c - lines of a trace. Contract in trace_out.h. */
#include "sim/report/trace_out.h"

#include <stdarg.h>
#include <stdio.h>

struct stamp_trace_level stamp_trace_level(uint64_t budget, uint64_t first, uint64_t join)
{
    return (struct stamp_trace_level){
        .budget = budget, .next = budget / STAMP_TRACE_STEPS, .first = first, .join = join};
}

void stamp_trace_put(struct stamp_trace_out *o, struct stamp_trace_level *level, const char *fmt,
                     ...)
{
    char line[1024];
    va_list args;

    va_start(args, fmt);
    const int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (o->status || n < 0 || (size_t)n >= sizeof line) return;
    o->status = stamp_outfile_write(&o->file, line, (size_t)n, &o->err);
    if (!level) return;
    level->bytes += (uint64_t)n;
    if (level->bytes < level->next) return;
    level->next += level->budget / STAMP_TRACE_STEPS;
    level->join = level->join ? 2 * level->join : level->first;
}

void stamp_trace_name(struct stamp_trace_out *o, enum stamp_trace_pid pid, int tid,
                      const char *name)
{
    if (tid < 0)
        stamp_trace_put(
            o, NULL,
            ",\n{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}",
            (int)pid, name);
    else
        stamp_trace_put(o, NULL,
                        ",\n{\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"name\":\"thread_name\",\"args\":{"
                        "\"name\":\"%s\"}}",
                        (int)pid, tid, name);
}
