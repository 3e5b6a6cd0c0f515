/* SPDX-License-Identifier: Apache-2.0 */
/* notes.c - lines that are no errors. Contract in notes.h. */
#include "compiler/front/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

enum stamp_status stamp_notes_add(struct stamp_notes *n, struct stamp_err *e, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    if (n->count > STAMP_NOTES_MAX) return STAMP_OK;
    if (n->count == STAMP_NOTES_MAX) snprintf(text, sizeof text, "there is more of this kind");
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->line[i], text) == 0) return STAMP_OK;

    char **grown = stamp_grow(n->line, n->count, n->count + 1, sizeof *grown);
    if (grown) n->line = grown;
    if (!grown || !(grown[n->count] = stamp_strdup(text)))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    n->count++;
    return STAMP_OK;
}

void stamp_notes_free(struct stamp_notes *n)
{
    for (size_t i = 0; i < n->count; i++) stamp_free(n->line[i]);
    stamp_free(n->line);
    *n = (struct stamp_notes){0};
}
