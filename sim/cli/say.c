/* SPDX-License-Identifier: Apache-2.0 */
/* say.c - error lines, JSON on stdout, exit codes. Contract in say.h. */
#include "sim/cli/say.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/token/tokenizer.h"
#include "model/mem.h"
#include "sim/cli/progress.h"
#include "sim/report/json_out.h"

void stamp_say_error(const char *fmt, ...)
{
    char text[4096];
    va_list list;

    va_start(list, fmt);
    vsnprintf(text, sizeof text, fmt, list);
    va_end(list);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
    stamp_progress_end();
    fprintf(stderr, "stamp: %s\n", text);
}

int stamp_say_fail(const struct stamp_err *e)
{
    stamp_say_error("%s", e->text);
    return e->status == STAMP_EINTR ? STAMP_EXIT_INT : STAMP_EXIT_FAIL;
}

void stamp_say_notes(const struct stamp_notes *n)
{
    for (size_t i = 0; i < n->count; i++) stamp_say_error("note: %s", n->line[i]);
}

enum stamp_status stamp_say_open(const char *path, struct stamp_network **out, struct stamp_err *e)
{
    const enum stamp_status s = stamp_network_open(path, out, e);
    if (!s) stamp_say_notes(&(*out)->notes);
    return s;
}

enum stamp_status stamp_say_open_grid(const char *path, const struct stamp_dit_grid *grid,
                                      struct stamp_network **out, struct stamp_err *e)
{
    const enum stamp_status s = stamp_network_open_grid(path, *grid, out, e);
    if (!s) stamp_say_notes(&(*out)->notes);
    return s;
}

enum stamp_status stamp_say_tokenizer(const char *model, const char *path, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e)
{
    const enum stamp_status s = stamp_tokenizer_for(model, path, rows, out, e);
    if (!s) stamp_say_notes(stamp_tokenizer_notes(*out));
    return s;
}

static bool starved; /* a report found no memory: said, and a failure at the end */

static void say_starved(void)
{
    stamp_say_error("out of memory for the report");
    starved = true;
}

void stamp_say_json(struct cJSON *root)
{
    char *text = cJSON_Print(root);

    if (text && stamp_json_complete())
        puts(text);
    else
        say_starved();
    cJSON_free(text);
    cJSON_Delete(root);
}

void stamp_say_text(struct stamp_text *text)
{
    if (text->failed)
        say_starved();
    else
        fputs(text->s ? text->s : "", stdout);
    stamp_free(text->s);
}

int stamp_say_end(int code)
{
    if (starved) return STAMP_EXIT_FAIL;
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    stamp_say_error("standard output: %s", errno ? strerror(errno) : "cannot be written");
    return STAMP_EXIT_FAIL;
}
