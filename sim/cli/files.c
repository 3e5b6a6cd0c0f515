/* SPDX-License-Identifier: Apache-2.0 */
/* files.c - files a command reads and writes. Contract in files.h. */
#include "sim/cli/files.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/file/outfile.h"
#include "model/num/scheme.h"
#include "model/num/weights.h"

static struct {
    const char *path;
    char target[STAMP_OUTFILE_PATH], temp[STAMP_OUTFILE_PATH + 32];
    volatile sig_atomic_t open;
} wave;

static void shape_text(const struct stamp_tensor *t, char *text, size_t size)
{
    size_t len = 0;

    text[0] = 0;
    for (size_t i = 0; i < t->rank && len < size; i++)
        len += (size_t)snprintf(text + len, size - len, "%s%zu", i ? " x " : "", t->dim[i]);
}

static enum stamp_status check_finite(const char *path, size_t rows, size_t cols, const float *v,
                                      struct stamp_err *e)
{
    if (rows > STAMP_SEQ_MAX || cols > STAMP_SEQ_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%s: %zu x %zu: at most %d each way", path, rows, cols,
                          STAMP_SEQ_MAX);
    return stamp_check_finite(path, (uint32_t)rows, (uint32_t)cols, v, e);
}

enum stamp_status stamp_load_matrix(const char *path, const char *what, struct stamp_tensor *out,
                                    struct stamp_err *e)
{
    struct stamp_tensor t = {0};
    char shape[100];

    enum stamp_status s = stamp_npy_read(path, &t, e);
    if (s) return s;
    if (t.rank != 2) {
        shape_text(&t, shape, sizeof shape);
        s = stamp_fail(e, STAMP_ERANGE, "%s: shape %s; needs two dimensions, %s", path, shape,
                       what);
    }
    if (!s) s = check_finite(path, t.dim[0], t.dim[1], t.f32, e);
    if (s)
        stamp_tensor_free(&t);
    else
        *out = t;
    return s;
}

enum stamp_status stamp_load_bias(const char *path, size_t n, struct stamp_tensor *out,
                                  struct stamp_err *e)
{
    struct stamp_tensor t = {0};
    char shape[100];

    enum stamp_status s = stamp_npy_read(path, &t, e);
    if (s) return s;
    if (stamp_tensor_count(&t) != n || t.dim[t.rank - 1] != n) {
        shape_text(&t, shape, sizeof shape);
        s = stamp_fail(e, STAMP_ERANGE, "%s: a bias of shape %s; the weight has %zu outputs", path,
                       shape, n);
    }
    if (!s) s = check_finite(path, 1, n, t.f32, e);
    if (s)
        stamp_tensor_free(&t);
    else
        *out = t;
    return s;
}

static bool same_file(const char *a, const char *b)
{
    struct stat sa, sb;

    if (stat(a, &sa) || stat(b, &sb)) return !strcmp(a, b);
    return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino && S_ISREG(sa.st_mode);
}

enum stamp_status stamp_check_output(const char *path, const char *const *inputs,
                                     struct stamp_err *e)
{
    if (!path) return STAMP_OK;
    for (; *inputs; inputs++)
        if (same_file(path, *inputs))
            return stamp_fail(e, STAMP_ERANGE, "%s: would overwrite an input", path);
    return stamp_outfile_check(path, e);
}

enum stamp_status stamp_save_text(const char *path, const struct stamp_text *text,
                                  struct stamp_err *e)
{
    struct stamp_outfile file;

    enum stamp_status s = stamp_outfile_open(path, &file, e);
    if (s) return s;
    s = stamp_outfile_write(&file, text->s ? text->s : "", text->len, e);
    if (!s) return stamp_outfile_commit(&file, e);
    stamp_outfile_discard(&file);
    return s;
}

enum stamp_status stamp_save_matrix(const char *path, size_t rows, size_t cols, float *values,
                                    struct stamp_err *e)
{
    const struct stamp_tensor t = {.rank = 2, .dim = {rows, cols, 1, 1}, .f32 = values};

    return path ? stamp_npy_write(path, &t, e) : STAMP_OK;
}

enum stamp_status stamp_check_wave(const char *path, const char *const *inputs, struct stamp_err *e)
{
    struct stat info;
    const enum stamp_status s = stamp_check_output(path, inputs, e);

    if (!s && path && !stat(path, &info) && !S_ISREG(info.st_mode))
        return stamp_fail(e, STAMP_EIO, "%s: a wave needs a regular file", path);
    return s;
}

const char *stamp_wave_begin(const char *path)
{
    if (!path || !stamp_outfile_follow(path, wave.target)) return NULL;
    wave.path = path;
    snprintf(wave.temp, sizeof wave.temp, "%s.%ld.tmp", wave.target, (long)getpid());
    wave.open = 1;
    return wave.temp;
}

enum stamp_status stamp_wave_end(bool keep, struct stamp_err *e)
{
    struct stat info;

    if (!wave.open) return STAMP_OK;
    if (keep && !stat(wave.target, &info)) { /* it was there: its owner, where allowed, and mode */
        if (chown(wave.temp, info.st_uid, info.st_gid)) errno = 0;
        if (chmod(wave.temp, info.st_mode & 0777)) errno = 0;
    }
    if (keep && !rename(wave.temp, wave.target)) {
        wave.open = 0;
        return STAMP_OK;
    }
    const int why = errno;
    stamp_wave_abandon();
    if (!keep) return STAMP_OK;
    return stamp_fail(e, STAMP_EIO, "%s: the wave was not written: %s", wave.path, strerror(why));
}

void stamp_wave_abandon(void)
{
    if (wave.open) unlink(wave.temp);
    wave.open = 0;
}
