/* SPDX-License-Identifier: Apache-2.0 */
/* llama2c.c - llama2.c checkpoints. Contract and layout in llama2c.h. */
#include "compiler/front/llama2c.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/infile.h"
#include "model/mem.h"

enum { FIELDS = 7 };

struct reader {
    struct stamp_infile *in;
    const unsigned char *bytes; /* all of it, mapped */
    uint64_t at;                /* bytes */
    struct stamp_err *e;
};

/* The next rows * cols values; the size of the file has been checked. @p layer SIZE_MAX: none. */
static void take(struct reader *r, const char *what, size_t layer, size_t rows, size_t cols,
                 struct stamp_lazy *t)
{
    *t = (struct stamp_lazy){
        .kind = STAMP_LAZY_F32, .bytes = r->bytes + r->at, .rows = rows, .cols = cols};
    if (layer == SIZE_MAX)
        snprintf(t->name, sizeof t->name, "%s", what);
    else
        snprintf(t->name, sizeof t->name, "layers.%zu.%s", layer, what);
    r->at += 4 * (uint64_t)rows * cols;
}

static enum stamp_status take_vector(struct reader *r, const char *what, size_t layer, size_t count,
                                     float **out)
{
    struct stamp_lazy t;

    take(r, what, layer, count, 1, &t);
    return stamp_llama_vector(stamp_infile_name(r->in), &t, out, r->e);
}

static enum stamp_status refuse_other_formats(const char *name, const unsigned char *b,
                                              struct stamp_err *e)
{
    if (memcmp(b, "GGUF", 4) == 0)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a GGUF file; a llama2.c .bin is needed",
                          name);
    if (memcmp(b, "24ka", 4) == 0)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: llama2.c format version 1 or 2; version 0 is needed", name);
    if (memcmp(b, "PK\3\4", 4) == 0)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: a zip archive (a PyTorch checkpoint?); a llama2.c .bin is needed",
                          name);
    return STAMP_OK;
}

/* Dimensions from the header; *shared tells whether the head is the embedding. */
static enum stamp_status read_header(struct reader *r, struct stamp_llama *m, bool *shared)
{
    const char *name = stamp_infile_name(r->in);
    unsigned char b[4 * FIELDS];
    int64_t v[FIELDS];

    if (stamp_infile_size(r->in) < sizeof b)
        return stamp_fail(r->e, STAMP_EFORMAT, "%s: not a llama2.c model (too short)", name);
    enum stamp_status s = stamp_infile_read(r->in, 0, b, sizeof b, r->e);
    if (!s) s = refuse_other_formats(name, b, r->e);
    if (s) return s;
    r->at = sizeof b;
    for (size_t i = 0; i < FIELDS; i++) {
        const uint32_t u = (uint32_t)b[4 * i] | (uint32_t)b[4 * i + 1] << 8 |
                           (uint32_t)b[4 * i + 2] << 16 | (uint32_t)b[4 * i + 3] << 24;
        v[i] = u < 0x80000000u ? (int64_t)u : (int64_t)u - INT64_C(0x100000000);
    }
    *shared = v[5] > 0;
    if (v[5] < 0) v[5] = -v[5];
    for (size_t i = 0; i < FIELDS; i++)
        if (v[i] < 1)
            return stamp_fail(r->e, STAMP_EFORMAT,
                              "%s: not a llama2.c model (header field %zu is %lld)", name, i,
                              (long long)v[i]);
    if (v[0] % v[3])
        return stamp_fail(r->e, STAMP_EFORMAT, "%s: not a llama2.c model (dim %lld, %lld heads)",
                          name, (long long)v[0], (long long)v[3]);
    m->dim = (size_t)v[0];
    m->hidden = (size_t)v[1];
    m->layers = (size_t)v[2];
    m->heads = (size_t)v[3];
    m->kv_heads = (size_t)v[4];
    m->vocab = (size_t)v[5];
    m->ctx = (size_t)v[6];
    m->head_dim = m->dim / m->heads;
    m->rms_eps = 1e-5f;
    m->rope.theta = 10000;
    return stamp_llama_check(name, m, r->e);
}

/* Bytes of a file with these dimensions. stamp_llama_check keeps every product below 2^62. */
static uint64_t file_bytes(const struct stamp_llama *m, bool shared)
{
    const uint64_t kv = m->kv_heads * m->head_dim;
    const uint64_t layer = 2 * m->dim + 2 * m->dim * (m->dim + kv) + 3 * m->dim * m->hidden;
    const uint64_t floats =
        m->vocab * m->dim * (shared ? 1 : 2) + m->layers * layer + m->dim + m->ctx * m->head_dim;
    return 4 * (FIELDS + floats);
}

/* Kind by kind, each for all layers: the order of the file. */
static enum stamp_status take_layers(struct reader *r, struct stamp_llama *m)
{
    const size_t kv = m->kv_heads * m->head_dim, d = m->dim, f = m->hidden;
    struct stamp_llama_layer *l = m->layer;
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < m->layers && !s; i++)
        s = take_vector(r, "attention norm", i, d, &l[i].norm_att);
    for (size_t i = 0; i < m->layers; i++) take(r, "wq", i, d, d, &l[i].wq);
    for (size_t i = 0; i < m->layers; i++) take(r, "wk", i, kv, d, &l[i].wk);
    for (size_t i = 0; i < m->layers; i++) take(r, "wv", i, kv, d, &l[i].wv);
    for (size_t i = 0; i < m->layers; i++) take(r, "wo", i, d, d, &l[i].wo);
    for (size_t i = 0; i < m->layers && !s; i++)
        s = take_vector(r, "feed-forward norm", i, d, &l[i].norm_ffn);
    for (size_t i = 0; i < m->layers; i++) take(r, "w1", i, f, d, &l[i].w1);
    for (size_t i = 0; i < m->layers; i++) take(r, "w2", i, d, f, &l[i].w2);
    for (size_t i = 0; i < m->layers; i++) take(r, "w3", i, f, d, &l[i].w3);
    return s;
}

static enum stamp_status read_model(struct reader *r, struct stamp_llama *m)
{
    const char *name = stamp_infile_name(r->in);

    enum stamp_status s = read_header(r, m, &m->tied);
    if (s) return s;
    if (stamp_infile_size(r->in) != file_bytes(m, m->tied))
        return stamp_fail(r->e, STAMP_EFORMAT,
                          "%s: not a llama2.c model: %llu bytes, its header asks for %llu", name,
                          (unsigned long long)stamp_infile_size(r->in),
                          (unsigned long long)file_bytes(m, m->tied));
    m->format = "llama2.c";
    m->layer = stamp_alloc(m->layers, sizeof *m->layer);
    if (!m->layer) return stamp_fail(r->e, STAMP_ENOMEM, "%s: out of memory", name);
    s = stamp_infile_map(r->in, &r->bytes, r->e);
    if (s) return s;

    take(r, "embedding", SIZE_MAX, m->vocab, m->dim, &m->embed);
    s = take_layers(r, m);
    if (!s) s = take_vector(r, "final norm", SIZE_MAX, m->dim, &m->norm);
    r->at += 4 * (uint64_t)m->ctx * m->head_dim; /* the two rotary tables */
    if (m->tied)
        m->head = m->embed;
    else if (!s)
        take(r, "output head", SIZE_MAX, m->vocab, m->dim, &m->head);
    return s ? s : stamp_llama_rope(m, r->e);
}

/* Takes over @p in. */
static enum stamp_status open_from(struct stamp_infile *in, struct stamp_llama **out,
                                   struct stamp_err *e)
{
    struct reader r = {in, NULL, 0, e};
    struct stamp_llama *m = stamp_alloc(1, sizeof *m);

    if (!m) {
        const enum stamp_status s =
            stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_infile_name(in));
        stamp_infile_close(in);
        return s;
    }
    m->file = in;
    const enum stamp_status s = read_model(&r, m);
    if (s)
        stamp_llama_close(m);
    else
        *out = m;
    return s;
}

enum stamp_status stamp_llama2c_open(const char *path, struct stamp_llama **out,
                                     struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_open(path, &in, e);
    return s ? s : open_from(in, out, e);
}

enum stamp_status stamp_llama2c_memory(const char *name, const void *bytes, size_t len,
                                       struct stamp_llama **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    return s ? s : open_from(in, out, e);
}
