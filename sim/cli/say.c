/* SPDX-License-Identifier: Apache-2.0 */
/* say.c - error lines, JSON on stdout, exit codes. Contract in say.h. */
#include "sim/cli/say.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/cli/progress.h"

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

void stamp_say_json(struct cJSON *root)
{
    char *text = cJSON_Print(root);

    if (text) puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
}

int stamp_say_end(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    stamp_say_error("standard output: %s", errno ? strerror(errno) : "cannot be written");
    return STAMP_EXIT_FAIL;
}
