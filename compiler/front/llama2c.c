/* SPDX-License-Identifier: Apache-2.0 */
/* llama2c.c - llama2.c checkpoints. Contract and layout in llama2c.h. */
#include "compiler/front/llama2c.h"

#include <stdint.h>
#include <string.h>

#include "compiler/front/dtype.h"
#include "compiler/front/infile.h"
#include "model/mem.h"

enum { FIELDS = 7, CHUNK = 65536 };

struct reader {
    struct stamp_infile *in;
    uint64_t at; /* bytes */
    struct stamp_err *e;
};

/* The next @p count values into a new array. */
static enum stamp_status take(struct reader *r, const char *what, size_t count, float **out)
{
    unsigned char chunk[CHUNK];
    const char *name = stamp_infile_name(r->in);

    float *w = stamp_alloc(count, sizeof *w);
    if (!w) return stamp_fail(r->e, STAMP_ENOMEM, "%s: no memory for %s", name, what);
    *out = w;
    for (size_t done = 0; done < count;) {
        const size_t n = count - done < CHUNK / 4 ? count - done : CHUNK / 4;
        enum stamp_status s = stamp_infile_read(r->in, r->at, chunk, 4 * n, r->e);
        if (s) return s;
        stamp_dtype_to_f32(STAMP_DTYPE_F32, n, chunk, w + done);
        done += n;
        r->at += 4 * n;
    }
    return stamp_llama_finite(name, what, w, count, r->e);
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
    m->rope_theta = 10000.0f;
    m->rope_interleaved = true;
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

static enum stamp_status take_layers(struct reader *r, struct stamp_llama *m)
{
    const size_t kv = m->kv_heads * m->head_dim;
    const struct {
        const char *what;
        size_t member; /* of struct stamp_llama_layer */
        size_t count;
    } kinds[] = {
        {"attention norm", offsetof(struct stamp_llama_layer, norm_att), m->dim},
        {"wq", offsetof(struct stamp_llama_layer, wq), m->dim * m->dim},
        {"wk", offsetof(struct stamp_llama_layer, wk), kv * m->dim},
        {"wv", offsetof(struct stamp_llama_layer, wv), kv * m->dim},
        {"wo", offsetof(struct stamp_llama_layer, wo), m->dim * m->dim},
        {"feed-forward norm", offsetof(struct stamp_llama_layer, norm_ffn), m->dim},
        {"w1", offsetof(struct stamp_llama_layer, w1), m->hidden * m->dim},
        {"w2", offsetof(struct stamp_llama_layer, w2), m->dim * m->hidden},
        {"w3", offsetof(struct stamp_llama_layer, w3), m->hidden * m->dim},
    };

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t i = 0; i < m->layers; i++) {
            float **slot = (float **)(void *)((char *)&m->layer[i] + kinds[k].member);
            enum stamp_status s = take(r, kinds[k].what, kinds[k].count, slot);
            if (s) return s;
        }
    return STAMP_OK;
}

static enum stamp_status read_model(struct reader *r, struct stamp_llama *m)
{
    const struct stamp_rope plain = {STAMP_ROPE_PLAIN, 1, 1, 1, 1};
    const char *name = stamp_infile_name(r->in);
    bool shared = false;

    enum stamp_status s = read_header(r, m, &shared);
    if (s) return s;
    if (stamp_infile_size(r->in) != file_bytes(m, shared))
        return stamp_fail(r->e, STAMP_EFORMAT,
                          "%s: not a llama2.c model: %llu bytes, its header asks for %llu", name,
                          (unsigned long long)stamp_infile_size(r->in),
                          (unsigned long long)file_bytes(m, shared));
    m->layer = stamp_alloc(m->layers, sizeof *m->layer);
    if (!m->layer) return stamp_fail(r->e, STAMP_ENOMEM, "%s: out of memory", name);

    s = take(r, "embedding", m->vocab * m->dim, &m->embed);
    if (!s) s = take_layers(r, m);
    if (!s) s = take(r, "final norm", m->dim, &m->norm);
    r->at += 4 * (uint64_t)m->ctx * m->head_dim; /* the two rotary tables */
    if (!s && !shared) s = take(r, "output head", m->vocab * m->dim, &m->head);
    if (shared) m->head = m->embed;
    if (!s) s = stamp_llama_rope(m, &plain, r->e);
    return s;
}

/* Takes over @p in. */
static enum stamp_status open_from(struct stamp_infile *in, struct stamp_llama **out,
                                   struct stamp_err *e)
{
    struct reader r = {in, 0, e};
    struct stamp_llama *m = stamp_alloc(1, sizeof *m);
    enum stamp_status s =
        m ? read_model(&r, m)
          : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_infile_name(in));
    stamp_infile_close(in);
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
