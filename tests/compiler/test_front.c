/* SPDX-License-Identifier: Apache-2.0 */
/* test_front.c - the front end's suite and what its cases share. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/compiler/front_tests.h"
#include "tests/skip.h"

Suite *stamp_suite_front(void);

static char folder[64];
static int owner;

static void clean(void)
{
    char path[512];
    DIR *d = owner == (int)getpid() ? opendir(folder) : NULL;
    struct dirent *f;

    if (!d) return;
    while ((f = readdir(d))) {
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        if (f->d_name[0] != '.') unlink(path);
    }
    closedir(d);
    rmdir(folder);
}

const char *front_temp(const char *name)
{
    static char path[4][256];
    static int turn;
    char *const to = path[turn++ % 4];

    if (owner != (int)getpid()) { /* Check forks for every test: each has a folder of its own */
        strcpy(folder, "/tmp/stamp-front-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        owner = (int)getpid();
        atexit(clean);
    }
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

void front_write(const char *path, const struct sample *s)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(s->bytes, 1, s->len, f), s->len);
    ck_assert_int_eq(fclose(f), 0);
}

const char *front_shared(const char *file)
{
    static char path[4][512];
    static int turn;
    char *const to = path[turn++ % 4];
    const char *root = getenv("STAMP_SHARED");

    snprintf(to, sizeof path[0], "%s/data/%s", root ? root : "../shared", file);
    if (access(to, R_OK) == 0) return to;
    test_skip("no %s; set STAMP_SHARED to the folder of the real data", to);
    return NULL;
}

Suite *stamp_suite_front(void)
{
    Suite *s = suite_create("front end");
    suite_add_tcase(s, stamp_tcase_npy());
    suite_add_tcase(s, stamp_tcase_npy_types());
    suite_add_tcase(s, stamp_tcase_blocks());
    suite_add_tcase(s, stamp_tcase_gguf_split());
    suite_add_tcase(s, stamp_tcase_safetensors());
    suite_add_tcase(s, stamp_tcase_models());
    suite_add_tcase(s, stamp_tcase_gguf());
    suite_add_tcase(s, stamp_tcase_tokenizer());
    suite_add_tcase(s, stamp_tcase_reference());
    return s;
}
