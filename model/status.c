/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - one-line errors. Contract in status.h. */
#include "model/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void scrub(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 32 || *text == 127) *text = '?';
}

enum stamp_status stamp_fail(struct stamp_err *e, enum stamp_status s, const char *fmt, ...)
{
    va_list args;

    assert(s != STAMP_OK);
    if (!e) return s;
    e->status = s;
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
    scrub(e->text);
    return s;
}

enum stamp_status stamp_fail_at(struct stamp_err *e, const char *fmt, ...)
{
    char old[sizeof e->text];
    va_list args;

    if (!e) return STAMP_EFORMAT;
    memcpy(old, e->text, sizeof old);
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
    strncat(e->text, ": ", sizeof e->text - strlen(e->text) - 1);
    strncat(e->text, old, sizeof e->text - strlen(e->text) - 1);
    scrub(e->text);
    return e->status;
}
