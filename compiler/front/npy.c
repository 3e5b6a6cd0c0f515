/* SPDX-License-Identifier: Apache-2.0 */
/* npy.c - reading NumPy arrays. Contract in npy.h; the format is NEP 1. */
#include "compiler/front/npy.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "compiler/front/dtype.h"
#include "compiler/front/infile.h"
#include "model/mem.h"

enum { HEADER_MAX = 65536, CHUNK = 65536 };

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

/* The header is a Python dict literal of three keys; this reads it and nothing more general. */
struct cursor {
    const char *at; /* NUL-terminated */
};

struct header {
    char descr[8];
    bool fortran;
    size_t rank, dim[STAMP_TENSOR_RANK_MAX];
    bool seen_descr, seen_order, seen_shape;
};

static void skip(struct cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\n') c->at++;
}

static bool eat(struct cursor *c, const char *word)
{
    const size_t n = strlen(word);
    skip(c);
    if (strncmp(c->at, word, n) != 0) return false;
    c->at += n;
    return true;
}

static bool quoted(struct cursor *c, char *to, size_t size)
{
    skip(c);
    const char quote = *c->at;
    if (quote != '\'' && quote != '"') return false;
    const char *start = ++c->at;
    const size_t n = strcspn(start, "'\"");
    if (start[n] != quote || n >= size) return false;
    memcpy(to, start, n);
    to[n] = '\0';
    c->at += n + 1;
    return true;
}

static bool number(struct cursor *c, size_t *out)
{
    size_t v = 0;
    skip(c);
    if (*c->at < '0' || *c->at > '9') return false;
    for (; *c->at >= '0' && *c->at <= '9'; c->at++) {
        const size_t digit = (size_t)(*c->at - '0');
        if (v > (SIZE_MAX - digit) / 10) return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

/* "()", "(3,)", "(3, 4)"; a rank beyond the maximum is counted, not stored. */
static bool shape(struct cursor *c, struct header *h)
{
    if (!eat(c, "(")) return false;
    for (h->rank = 0; !eat(c, ")"); h->rank++) {
        size_t v;
        if (!number(c, &v)) return false;
        if (h->rank < STAMP_TENSOR_RANK_MAX) h->dim[h->rank] = v;
        if (eat(c, ",")) continue;
        if (h->rank == 0 || !eat(c, ")")) return false; /* "(3)" is a number in Python */
        h->rank++;
        break;
    }
    return true;
}

static bool dict(struct cursor *c, struct header *h)
{
    if (!eat(c, "{")) return false;
    while (!eat(c, "}")) {
        char key[16];
        bool *seen;
        if (!quoted(c, key, sizeof key) || !eat(c, ":")) return false;
        if (strcmp(key, "descr") == 0) {
            seen = &h->seen_descr;
            if (!quoted(c, h->descr, sizeof h->descr)) return false;
        } else if (strcmp(key, "fortran_order") == 0) {
            seen = &h->seen_order;
            h->fortran = eat(c, "True");
            if (!h->fortran && !eat(c, "False")) return false;
        } else if (strcmp(key, "shape") == 0) {
            seen = &h->seen_shape;
            if (!shape(c, h)) return false;
        } else {
            return false;
        }
        if (*seen) return false;
        *seen = true;
        if (eat(c, ",")) continue;
        if (!eat(c, "}")) return false;
        break;
    }
    skip(c);
    return *c->at == '\0' && h->seen_descr && h->seen_order && h->seen_shape;
}

static enum stamp_dtype dtype_of(const char *descr)
{
    static const struct {
        const char descr[4];
        enum stamp_dtype type;
    } known[] = {{"<f4", STAMP_DTYPE_F32}, {"<f2", STAMP_DTYPE_F16}, {"<f8", STAMP_DTYPE_F64},
                 {"|i1", STAMP_DTYPE_S8},  {"|u1", STAMP_DTYPE_U8},  {"<i4", STAMP_DTYPE_S32}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(descr, known[i].descr) == 0) return known[i].type;
    return STAMP_DTYPE_NONE;
}

/* Reads and parses the header; *data is the offset behind it. */
static enum stamp_status read_header(struct stamp_infile *in, struct header *h, uint64_t *data,
                                     struct stamp_err *e)
{
    const char *name = stamp_infile_name(in);
    unsigned char b[12] = {0};

    if (stamp_infile_size(in) < 10)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not an .npy file (too short)", name);
    enum stamp_status s = stamp_infile_read(in, 0, b, 10, e);
    if (s) return s;
    if (memcmp(b, magic, sizeof magic) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not an .npy file (wrong magic)", name);
    if (b[6] < 1 || b[6] > 3)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: .npy version %d.%d", name, b[6], b[7]);

    size_t len = (size_t)b[8] | (size_t)b[9] << 8, at = 10;
    if (b[6] > 1) {
        s = stamp_infile_read(in, 10, b + 10, 2, e);
        if (s) return s;
        len |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
        at = 12;
    }
    if (len > HEADER_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "%s: header of %zu bytes is absurd", name, len);

    char *text = stamp_alloc(len + 1, 1);
    if (!text) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    s = stamp_infile_read(in, at, text, len, e);
    struct cursor c = {text};
    if (!s && (strlen(text) != len || !dict(&c, h)))
        s = stamp_fail(e, STAMP_EFORMAT, "%s: header is not what NumPy writes: %.60s", name, text);
    stamp_free(text);
    *data = at + len;
    return s;
}

static enum stamp_status check(const char *name, const struct header *h, uint64_t bytes,
                               struct stamp_tensor *t, struct stamp_err *e)
{
    const size_t width = stamp_dtype_bytes(dtype_of(h->descr));
    size_t count = 1;

    if (!width)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: element type '%s'; one of <f4 <f2 <f8 |i1 |u1 <i4 is needed", name,
                          h->descr);
    if (h->rank < 1 || h->rank > STAMP_TENSOR_RANK_MAX)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %zu dimensions; 1 to %d are possible", name,
                          h->rank, STAMP_TENSOR_RANK_MAX);
    if (h->fortran && h->rank > 1)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: Fortran order; save it with numpy.ascontiguousarray", name);
    *t = (struct stamp_tensor){h->rank, {1, 1, 1, 1}, NULL};
    for (size_t i = 0; i < h->rank; i++) {
        if (h->dim[i] == 0)
            return stamp_fail(e, STAMP_ERANGE, "%s: dimension %zu is 0: no elements", name, i);
        if (count > SIZE_MAX / 8 / h->dim[i])
            return stamp_fail(e, STAMP_ERANGE, "%s: more elements than memory can hold", name);
        count *= h->dim[i];
        t->dim[i] = h->dim[i];
    }
    if (bytes != count * width)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: %llu bytes of data, the header's shape and type need %zu", name,
                          (unsigned long long)bytes, count * width);
    return STAMP_OK;
}

static enum stamp_status read_values(struct stamp_infile *in, uint64_t at, enum stamp_dtype type,
                                     size_t count, float *to, struct stamp_err *e)
{
    unsigned char chunk[CHUNK];
    const size_t width = stamp_dtype_bytes(type), step = CHUNK / width;

    for (size_t done = 0; done < count;) {
        const size_t n = count - done < step ? count - done : step;
        enum stamp_status s = stamp_infile_read(in, at + done * width, chunk, n * width, e);
        if (s) return s;
        stamp_dtype_to_f32(type, n, chunk, to + done);
        done += n;
    }
    return STAMP_OK;
}

static enum stamp_status read_npy(struct stamp_infile *in, struct stamp_tensor *out,
                                  struct stamp_err *e)
{
    struct header h = {{0}, false, 0, {0}, false, false, false};
    struct stamp_tensor t;
    const char *name = stamp_infile_name(in);
    uint64_t data = 0;

    enum stamp_status s = read_header(in, &h, &data, e);
    if (!s) s = check(name, &h, stamp_infile_size(in) - data, &t, e);
    if (s) return s;

    const size_t count = stamp_tensor_count(&t);
    t.f32 = stamp_alloc(count, sizeof *t.f32);
    if (!t.f32) return stamp_fail(e, STAMP_ENOMEM, "%s: no memory for %zu elements", name, count);
    s = read_values(in, data, dtype_of(h.descr), count, t.f32, e);
    if (s)
        stamp_free(t.f32);
    else
        *out = t;
    return s;
}

size_t stamp_tensor_count(const struct stamp_tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->rank; i++) count *= t->dim[i];
    return count;
}

void stamp_tensor_free(struct stamp_tensor *t)
{
    if (!t) return;
    stamp_free(t->f32);
    *t = (struct stamp_tensor){0, {0}, NULL};
}

enum stamp_status stamp_npy_read(const char *path, struct stamp_tensor *out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_open(path, &in, e);
    if (!s) s = read_npy(in, out, e);
    stamp_infile_close(in);
    return s;
}

enum stamp_status stamp_npy_parse(const char *name, const void *bytes, size_t len,
                                  struct stamp_tensor *out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    if (!s) s = read_npy(in, out, e);
    stamp_infile_close(in);
    return s;
}
