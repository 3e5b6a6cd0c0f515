/* SPDX-License-Identifier: Apache-2.0 */
/* paint_tests.c - what the tests of sim/paint share. Contract in paint_tests.h. */
#include "tests/paint/paint_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[PAINT_TEMP];
static int owner;

static void clean(void)
{
    if (owner == (int)getpid()) paint_temp_remove(folder);
}

const char *paint_folder(void)
{
    if (owner != (int)getpid()) { /* Check forks for every test: each has a folder of its own */
        ck_assert(paint_temp(folder));
        owner = (int)getpid();
        atexit(clean);
    }
    return folder;
}

const char *paint_path(const char *name)
{
    static char path[4][256];
    static int turn;
    char *const to = path[turn++ % 4];

    snprintf(to, sizeof path[0], "%s/%s", paint_folder(), name);
    return to;
}

void paint_put(const char *name, const char *text)
{
    FILE *f = fopen(paint_path(name), "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
    ck_assert_int_eq(fclose(f), 0);
}

void paint_said(const struct stamp_err *e, const char *const words[3], const char *what)
{
    ck_assert_msg(e->text[0] && !strchr(e->text, '\n'), "no line: %s", what);
    for (int i = 0; i < 3 && words[i]; i++)
        ck_assert_msg(strstr(e->text, words[i]), "no '%s' in '%s': %s", words[i], e->text, what);
}
