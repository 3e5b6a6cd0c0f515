/* SPDX-License-Identifier: Apache-2.0 */
/* infile.c - bytes from outside. Contract in infile.h. */
#include "model/file/infile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "model/mem.h"

#define UTF8_MARK "\xef\xbb\xbf"

struct stamp_infile {
    FILE *stream; /* NULL: bytes in memory */
    const unsigned char *bytes;
    uint64_t size;
    char *name;   /* owned */
    void *mapped; /* [size], NULL: not yet */
};

static enum stamp_status make(const char *name, struct stamp_infile **out, struct stamp_err *e)
{
    struct stamp_infile *in = stamp_alloc(1, sizeof *in);
    if (in) in->name = stamp_strdup(name);
    if (!in || !in->name) {
        stamp_free(in);
        return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    }
    *out = in;
    return STAMP_OK;
}

/* What a clone without Git LFS leaves, and what a server sends instead of a file. Too short a read
 * is no matter here. */
static enum stamp_status refuse_stand_in(struct stamp_infile *in, bool any_text,
                                         struct stamp_err *e)
{
    static const char lfs[] = "version https://git-lfs.github.com/spec/v1";
    static const char *const html[] = {"<!DOCTYPE html", "<html"};
    char head[201];
    size_t at = strlen(UTF8_MARK);

    const size_t n = fread(head, 1, sizeof head - 1, in->stream);
    head[n] = 0;
    if (strncmp(head, lfs, sizeof lfs - 1) == 0) {
        const char *size = strstr(head, "\nsize ");
        const int digits = size ? (int)strspn(size + 6, "0123456789") : 0;
        return stamp_fail(
            e, STAMP_EFORMAT,
            "%s: a Git LFS pointer instead of the file's %.*s bytes; run git lfs pull", in->name,
            digits ? digits : 1, digits ? size + 6 : "?");
    }
    if (strncmp(head, UTF8_MARK, at) != 0) at = 0;
    at += strspn(head + at, " \t\r\n");
    for (size_t i = 0; !any_text && i < sizeof html / sizeof html[0]; i++)
        if (strncasecmp(head + at, html[i], strlen(html[i])) == 0)
            return stamp_fail(e, STAMP_EFORMAT,
                              "%s: a web page (HTML) instead of the file; download the file itself",
                              in->name);
    return STAMP_OK;
}

static enum stamp_status open_file(const char *path, bool any_text, struct stamp_infile **out,
                                   struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    struct stat info;

    /* Looked at before opening: opening a FIFO would wait for a writer. */
    if (stat(path, &info) != 0) return stamp_fail(e, STAMP_EIO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return stamp_fail(e, STAMP_EIO, "%s: not a regular file", path);

    enum stamp_status s = make(path, &in, e);
    if (s) return s;
    in->stream = fopen(path, "rb");
    if (!in->stream || fstat(fileno(in->stream), &info) != 0) {
        s = stamp_fail(e, STAMP_EIO, "%s: %s", path, strerror(errno));
        stamp_infile_close(in);
        return s;
    }
    in->size = (uint64_t)info.st_size;
    if ((s = refuse_stand_in(in, any_text, e))) {
        stamp_infile_close(in);
        return s;
    }
    *out = in;
    return STAMP_OK;
}

enum stamp_status stamp_infile_open(const char *path, struct stamp_infile **out,
                                    struct stamp_err *e)
{
    return open_file(path, false, out, e);
}

enum stamp_status stamp_infile_memory(const char *name, const void *bytes, size_t len,
                                      struct stamp_infile **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = make(name, &in, e);
    if (s) return s;
    in->bytes = bytes;
    in->size = len;
    *out = in;
    return STAMP_OK;
}

void stamp_infile_close(struct stamp_infile *in)
{
    if (!in) return;
    if (in->mapped) munmap(in->mapped, (size_t)in->size);
    if (in->stream) fclose(in->stream);
    stamp_free(in->name);
    stamp_free(in);
}

uint64_t stamp_infile_size(const struct stamp_infile *in)
{
    return in->size;
}

const char *stamp_infile_name(const struct stamp_infile *in)
{
    return in->name;
}

enum stamp_status stamp_infile_read(struct stamp_infile *in, uint64_t at, void *to, size_t len,
                                    struct stamp_err *e)
{
    if (at > in->size || len > in->size - at)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: ends early: %zu bytes wanted at offset %llu, the file has %llu",
                          in->name, len, (unsigned long long)at, (unsigned long long)in->size);
    if (len == 0) return STAMP_OK;
    if (!in->stream) {
        memcpy(to, in->bytes + at, len);
        return STAMP_OK;
    }
    if (fseeko(in->stream, (off_t)at, SEEK_SET) != 0)
        return stamp_fail(e, STAMP_EIO, "%s: %s", in->name, strerror(errno));
    if (fread(to, 1, len, in->stream) != len)
        return stamp_fail(e, STAMP_EIO, "%s: %s", in->name,
                          ferror(in->stream) ? strerror(errno) : "became shorter while being read");
    return STAMP_OK;
}

enum stamp_status stamp_infile_map(struct stamp_infile *in, const unsigned char **bytes,
                                   struct stamp_err *e)
{
    if (in->stream && !in->mapped && in->size) {
        void *p = in->size > SIZE_MAX
                      ? MAP_FAILED
                      : mmap(NULL, (size_t)in->size, PROT_READ, MAP_PRIVATE, fileno(in->stream), 0);
        if (p == MAP_FAILED)
            return stamp_fail(e, STAMP_EIO, "%s: cannot be mapped: %s", in->name, strerror(errno));
        in->mapped = p;
    }
    *bytes = in->stream ? in->mapped : in->bytes;
    return STAMP_OK;
}

static enum stamp_status slurp(const char *path, bool any_text, size_t max, char **out, size_t *len,
                               struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = open_file(path, any_text, &in, e);
    if (s) return s;

    char *text = NULL;
    if (in->size > max)
        s = stamp_fail(e, STAMP_ERANGE, "%s: %llu bytes, more than the %zu allowed", path,
                       (unsigned long long)in->size, max);
    else if (!(text = stamp_alloc((size_t)in->size + 1, 1)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    else
        s = stamp_infile_read(in, 0, text, (size_t)in->size, e);

    if (s) {
        stamp_free(text);
    } else {
        *out = text;
        if (len) *len = (size_t)in->size;
    }
    stamp_infile_close(in);
    return s;
}

bool stamp_infile_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

char *stamp_infile_join(const char *folder, const char *file)
{
    const size_t size = strlen(folder) + strlen(file) + 2;
    char *path = stamp_alloc(size, 1);
    if (path) snprintf(path, size, "%s/%s", folder, file);
    return path;
}

enum stamp_status stamp_infile_slurp(const char *path, size_t max, char **out, size_t *len,
                                     struct stamp_err *e)
{
    return slurp(path, false, max, out, len, e);
}

enum stamp_status stamp_infile_text(const char *path, size_t max, char **out, size_t *len,
                                    struct stamp_err *e)
{
    return slurp(path, true, max, out, len, e);
}
