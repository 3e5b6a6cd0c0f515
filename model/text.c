/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - growing text. Contract in text.h. */
#include "model/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "model/mem.h"

static bool room(struct stamp_text *t, size_t more)
{
    if (t->cap - t->len > more) return true;
    const size_t cap = (t->len + more + 1) * 2;
    char *s = stamp_grow(t->s, t->len, cap, 1);
    if (!s) return false;
    t->s = s;
    t->cap = cap;
    return true;
}

void stamp_text_add(struct stamp_text *t, const char *fmt, ...)
{
    va_list args;

    if (t->failed) return;
    va_start(args, fmt);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !room(t, (size_t)n)) {
        t->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(t->s + t->len, (size_t)n + 1, fmt, args);
    va_end(args);
    t->len += (size_t)n;
}
