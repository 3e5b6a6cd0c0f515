/* SPDX-License-Identifier: Apache-2.0 */
/* cli_child.c - stamp as a child process. Contract in cli_child.h. */
#include "tests/cli/cli_child.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static int owner;

static void clean(void)
{
    char line[128];

    if (owner != (int)getpid()) return;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    if (system(line)) fprintf(stderr, "could not remove %s\n", folder);
}

const char *child_folder(void)
{
    if (owner != (int)getpid()) { /* Check forks for every test */
        strcpy(folder, "/tmp/stamp-cli-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        owner = (int)getpid();
        atexit(clean);
    }
    return folder;
}

const char *child_kit(void)
{
    static char path[2048];
    ck_assert_ptr_nonnull(getcwd(path, sizeof path));
    return path;
}

const char *child_stamp(void)
{
    static char path[4096];
    const char *bin = getenv("STAMP_BIN");

    if (!bin) bin = "build/stamp";
    if (bin[0] == '/')
        snprintf(path, sizeof path, "%s", bin);
    else
        snprintf(path, sizeof path, "%s/%s", child_kit(), bin);
    ck_assert_msg(!access(path, X_OK), "%s is not there: run make first", path);
    return path;
}

static void slurp(const char *name, char text[CHILD_TEXT])
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    text[fread(text, 1, CHILD_TEXT - 1, f)] = 0;
    fclose(f);
}

const struct child *child_run(const char *fmt, ...)
{
    static struct child c;
    char words[4096], line[16384];
    va_list list;

    va_start(list, fmt);
    vsnprintf(words, sizeof words, fmt, list);
    va_end(list);
    /* By links, as the kit's own path may have spaces. */
    snprintf(line, sizeof line,
             "cd %s && ln -sfn '%s' .stamp && ln -sfn '%s' .kit && S=$PWD/.stamp K=$PWD/.kit && "
             "{ %s ; } >.out 2>.err",
             child_folder(), child_stamp(), child_kit(), words);
    const int status = system(line);
    ck_assert(WIFEXITED(status));
    c.code = WEXITSTATUS(status);
    slurp(".out", c.out);
    slurp(".err", c.err);
    return &c;
}

double child_number(const char *json, const char *key)
{
    char quoted[64], *end;

    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    ck_assert_msg(at != NULL, "no key %s in %s", key, json);
    const double v = strtod(at + strlen(quoted), &end);
    ck_assert_msg(end != at + strlen(quoted), "key %s is no number in %s", key, json);
    return v;
}

void child_npy(const char *name, size_t rows, size_t cols, const float *values)
{
    char path[128], head[128];

    snprintf(path, sizeof path, "%s/%s", child_folder(), name);
    snprintf(head, sizeof head, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }",
             rows, cols);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    fwrite("\223NUMPY\1\0\166\0", 1, 10, f);
    fprintf(f, "%-117s\n", head);
    ck_assert_uint_eq(fwrite(values, sizeof *values, rows * cols, f), rows * cols);
    ck_assert_int_eq(fclose(f), 0);
}

void child_read(const char *name, size_t count, float *values)
{
    char path[128];
    unsigned char head[10];

    snprintf(path, sizeof path, "%s/%s", child_folder(), name);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(head, 1, sizeof head, f), sizeof head);
    ck_assert_int_eq(fseek(f, 10 + head[8] + 256L * head[9], SEEK_SET), 0);
    ck_assert_uint_eq(fread(values, sizeof *values, count, f), count);
    fclose(f);
}

void child_last_line(const struct child *c, const char *part)
{
    const char *last = c->err;

    for (const char *end = strchr(last, '\n'); end && end[1]; end = strchr(last, '\n'))
        last = end + 1;
    ck_assert_msg(!strncmp(last, "stamp: ", 7) && strchr(last, '\n'), "stderr: %s", c->err);
    ck_assert_msg(strstr(last, part) != NULL, "'%s' is not in: %s", part, last);
}

void child_one_line(const struct child *c, const char *part)
{
    const char *end = strchr(c->err, '\n');

    ck_assert_msg(end && !end[1], "more than a line: %s", c->err);
    child_last_line(c, part);
}
