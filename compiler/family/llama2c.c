/* SPDX-License-Identifier: Apache-2.0 */
/* llama2c.c - llama2.c checkpoints. Contract and layout in llama2c.h. */
#include "compiler/family/llama2c.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/family.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { FIELDS = 7 };

struct reader {
    struct stamp_infile *in;
    const unsigned char *bytes; /* all of it, mapped */
    struct stamp_network *m;
    struct stamp_err *e;
};

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
static enum stamp_status read_header(struct reader *r, struct stamp_network *m, bool *shared)
{
    const char *name = stamp_infile_name(r->in);
    unsigned char b[4 * FIELDS];
    int64_t v[FIELDS];

    if (stamp_infile_size(r->in) < sizeof b)
        return stamp_fail(r->e, STAMP_EFORMAT, "%s: not a llama2.c checkpoint (too short)", name);
    enum stamp_status s = stamp_infile_read(r->in, 0, b, sizeof b, r->e);
    if (!s) s = refuse_other_formats(name, b, r->e);
    if (s) return s;
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
                              "%s: not a llama2.c checkpoint (header field %zu is %lld)", name, i,
                              (long long)v[i]);
    if (v[0] % v[3])
        return stamp_fail(r->e, STAMP_EFORMAT,
                          "%s: not a llama2.c checkpoint (dim %lld, %lld heads)", name,
                          (long long)v[0], (long long)v[3]);
    m->dec.dim = (size_t)v[0];
    m->dec.hidden = (size_t)v[1];
    m->dec.layers = (size_t)v[2];
    m->dec.heads = (size_t)v[3];
    m->dec.kv_heads = (size_t)v[4];
    m->vocab = (size_t)v[5];
    m->ctx = (size_t)v[6];
    m->dec.head_dim = m->dec.dim / m->dec.heads;
    m->dec.rms_eps = 1e-5f;
    m->dec.rope.theta = 10000;
    return stamp_decoder_check(name, m, r->e);
}

/* Bytes of a file with these dimensions. stamp_decoder_check keeps every product below 2^62. */
static uint64_t file_bytes(const struct stamp_network *m, bool shared)
{
    const uint64_t kv = m->dec.kv_heads * m->dec.head_dim;
    const uint64_t layer =
        2 * m->dec.dim + 2 * m->dec.dim * (m->dec.dim + kv) + 3 * m->dec.dim * m->dec.hidden;
    const uint64_t floats = m->vocab * m->dec.dim * (shared ? 1 : 2) + m->dec.layers * layer +
                            m->dec.dim + m->ctx * m->dec.head_dim;
    return 4 * (FIELDS + floats);
}

/* Kind by kind, each for all layers: the order of the file. */
struct kind {
    const char *name; /* as stamp_part names it */
    size_t rows, cols, times;
};
enum { KINDS = 12 };

static void list_kinds(const struct stamp_network *m, struct kind list[KINDS])
{
    const size_t kv = m->dec.kv_heads * m->dec.head_dim, d = m->dec.dim, f = m->dec.hidden,
                 n = m->dec.layers;
    const struct kind all[KINDS] = {{"embedding", m->vocab, d, 1},
                                    {"layers.*.attention norm", d, 1, n},
                                    {"layers.*.wq", d, d, n},
                                    {"layers.*.wk", kv, d, n},
                                    {"layers.*.wv", kv, d, n},
                                    {"layers.*.wo", d, d, n},
                                    {"layers.*.feed-forward norm", d, 1, n},
                                    {"layers.*.w1", f, d, n},
                                    {"layers.*.w2", d, f, n},
                                    {"layers.*.w3", f, d, n},
                                    {"final norm", d, 1, 1},
                                    /* and the two rotary tables */
                                    {"output head", m->vocab, d, 1}};
    memcpy(list, all, sizeof all);
}

/* A stamp_part_source: the file has no names, places follow from the header. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    const struct reader *r = ctx;
    const char *number = strchr(out->name, '.');
    const size_t time = number ? strtoul(number + 1, NULL, 10) : 0;
    uint64_t at = 4 * FIELDS;
    struct kind list[KINDS];
    size_t k = 0;

    list_kinds(r->m, list);
    while (k + 1 < KINDS && strcmp(list[k].name, p->name[STAMP_NAMING_LLAMA2C])) {
        at += 4 * (uint64_t)list[k].rows * list[k].cols * list[k].times;
        k++;
    }
    if (k + 1 == KINDS) at += 4 * (uint64_t)r->m->ctx * r->m->dec.head_dim;
    if (list[k].rows != out->rows || list[k].cols != out->cols)
        return stamp_fail(e, STAMP_EFORMAT, "%s: no %s of %zu x %zu", stamp_infile_name(r->in),
                          out->name, out->rows, out->cols);
    out->kind = STAMP_LAZY_F32;
    out->bytes = r->bytes + at + 4 * (uint64_t)out->rows * out->cols * time;
    return STAMP_OK;
}

static enum stamp_status read_model(struct reader *r, struct stamp_network *m)
{
    const char *name = stamp_infile_name(r->in);

    enum stamp_status s = read_header(r, m, &m->dec.tied);
    if (s) return s;
    if (stamp_infile_size(r->in) != file_bytes(m, m->dec.tied))
        return stamp_fail(r->e, STAMP_EFORMAT,
                          "%s: not a llama2.c checkpoint: %llu bytes, its header asks for %llu",
                          name, (unsigned long long)stamp_infile_size(r->in),
                          (unsigned long long)file_bytes(m, m->dec.tied));
    m->format = "llama2.c";
    m->family = &stamp_family_llama;
    s = stamp_infile_map(r->in, &r->bytes, r->e);
    if (!s) s = stamp_decoder_rope(&m->dec, r->e);
    return s ? s : stamp_family_make(m, name, STAMP_NAMING_LLAMA2C, take, r, r->e);
}

/* Takes over @p in. */
static enum stamp_status open_from(struct stamp_infile *in, struct stamp_network **out,
                                   struct stamp_err *e)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    struct reader r = {in, NULL, m, e};

    if (!m) {
        const enum stamp_status s =
            stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_infile_name(in));
        stamp_infile_close(in);
        return s;
    }
    m->file = in;
    const enum stamp_status s = read_model(&r, m);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}

enum stamp_status stamp_llama2c_open(const char *path, struct stamp_network **out,
                                     struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_open(path, &in, e);
    return s ? s : open_from(in, out, e);
}

enum stamp_status stamp_llama2c_memory(const char *name, const void *bytes, size_t len,
                                       struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    return s ? s : open_from(in, out, e);
}
