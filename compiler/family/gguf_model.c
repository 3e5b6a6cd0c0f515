/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_model.c - a model kept in a GGUF file. Contract in gguf_model.h. */
#include "compiler/family/gguf_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/front/gguf_split.h"
#include "compiler/front/keys.h"
#include "model/file/infile.h"
#include "model/mem.h"

static const char rope_factors[] =
    "rope_freqs.weight"; /* Llama 3: what frequencies are divided by */

struct source {
    const char *name; /* of the file */
    const char *arch; /* of the keys */
    const struct stamp_gguf *g;
    struct stamp_network *m;
    bool *used; /* [tensors] */
    struct stamp_err *e;
};

/* The value of "<architecture>.<key>", or NULL. */
static const struct stamp_gguf_value *get(const struct source *src, const char *key)
{
    char full[96];
    snprintf(full, sizeof full, ".%s", key);
    (void)stamp_keys_ask(STAMP_KEYS_GGUF, full);
    snprintf(full, sizeof full, "%s.%s", src->arch, key);
    return stamp_gguf_find(src->g, full);
}

/* An array with a value for each layer, all equal, is that value; anything else is as it was. */
static const struct stamp_gguf_value *one_for_all(const struct stamp_gguf_value *v,
                                                  struct stamp_gguf_value *same)
{
    const size_t width = v ? stamp_gguf_width(v->element) : 0;

    if (!v || v->type != STAMP_GGUF_ARRAY || !v->count || !width) return v;
    for (uint64_t i = 1; i < v->count; i++)
        if (memcmp(v->bytes, v->bytes + i * width, width) != 0) return v;
    *same = *v;
    same->type = v->element;
    same->count = width;
    return same;
}

/* A positive whole number; fallback 0: the key is needed. */
static enum stamp_status size_of(const struct source *src, const char *key, size_t fallback,
                                 size_t *out)
{
    struct stamp_gguf_value same;
    const struct stamp_gguf_value *v = one_for_all(get(src, key), &same);
    uint64_t n = fallback;

    if (!v && !fallback)
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: no %s.%s", src->name, src->arch, key);
    if (v && v->type == STAMP_GGUF_ARRAY)
        return stamp_fail(src->e, STAMP_EUNSUPPORTED, "%s: %s.%s differs from layer to layer",
                          src->name, src->arch, key);
    if (v && (!stamp_gguf_u64(v, &n) || n < 1 || n > UINT32_MAX))
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: %s.%s is not a positive whole number",
                          src->name, src->arch, key);
    *out = (size_t)n;
    return STAMP_OK;
}

static enum stamp_status real_of(const struct source *src, const char *key, double fallback,
                                 double *out)
{
    struct stamp_gguf_value same;
    const struct stamp_gguf_value *v = one_for_all(get(src, key), &same);

    *out = fallback;
    if (v && (!stamp_gguf_real(v, out) || !(*out >= 0 && *out <= 1e30)))
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: %s.%s is not a number of 0 or more",
                          src->name, src->arch, key);
    return STAMP_OK;
}

static enum stamp_status family_of(struct source *src)
{
    const struct stamp_gguf_value *v =
        stamp_gguf_find(src->g, stamp_keys_ask(STAMP_KEYS_GGUF, "general.architecture"));
    char shown[64];

    if (!v) return stamp_fail(src->e, STAMP_EFORMAT, "%s: no general.architecture", src->name);
    stamp_gguf_text(v, shown, sizeof shown);
    src->m->family = stamp_family_find(shown);
    if (src->m->family && stamp_gguf_text_is(v, src->m->family->model_type)) {
        src->arch = src->m->family->model_type;
        return STAMP_OK;
    }
    return stamp_fail(src->e, STAMP_EUNSUPPORTED, "%s: general.architecture \"%s\"; %s are read",
                      src->name, shown, stamp_family_types());
}

/* Things that would change the result and that this kit does not do. */
static enum stamp_status refuse_kinds(const struct source *src)
{
    const struct stamp_network *m = src->m;
    const struct {
        const char *key;
        uint64_t harmless; /* so is 0 */
        bool above;        /* and so is more */
    } keys[] = {{"expert_count", 0, false},
                {"attention.sliding_window", m->ctx, true},
                {"rope.dimension_count", m->dec.head_dim, false},
                {"attention.key_length", m->dec.head_dim, false},
                {"attention.value_length", m->dec.head_dim, false}};
    uint64_t n = 0;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct stamp_gguf_value same;
        const struct stamp_gguf_value *v = one_for_all(get(src, keys[i].key), &same);
        if (!v) continue;
        if (!stamp_gguf_u64(v, &n))
            return stamp_fail(src->e, STAMP_EFORMAT, "%s: %s.%s is not a whole number", src->name,
                              src->arch, keys[i].key);
        if (n && n != keys[i].harmless && !(keys[i].above && n > keys[i].harmless))
            return stamp_fail(src->e, STAMP_EUNSUPPORTED,
                              "%s: %s.%s is %llu (context %zu, heads "
                              "of %zu)",
                              src->name, src->arch, keys[i].key, (unsigned long long)n, m->ctx,
                              m->dec.head_dim);
    }
    return STAMP_OK;
}

/* Without a type a factor means linear. */
static enum stamp_status rope_of(const struct source *src, struct stamp_rope_params *rope)
{
    const struct stamp_gguf_value *type = get(src, "rope.scaling.type");
    struct stamp_rope_params r = {10000, 0, STAMP_ROPE_KIND_PLAIN, 1, 1, 4, 8192};
    char shown[48];

    enum stamp_status s = real_of(src, "rope.freq_base", r.theta, &r.theta);
    if (!s) s = real_of(src, "rope.scale_linear", 0, &r.factor);
    if (!s) s = real_of(src, "rope.scaling.factor", r.factor, &r.factor);
    if (s) return s;
    if (r.factor == 0 && stamp_gguf_text_is(type, "linear"))
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: linear rope scaling without a factor",
                          src->name);
    if (r.factor == 0 || stamp_gguf_text_is(type, "none")) r.factor = 1;
    if (type && !stamp_gguf_text_is(type, "none") && !stamp_gguf_text_is(type, "linear"))
        return stamp_fail(src->e, STAMP_EUNSUPPORTED, "%s: %s.rope.scaling.type \"%s\"", src->name,
                          src->arch, stamp_gguf_text(type, shown, sizeof shown));
    if (!(r.factor >= 1 && r.factor <= 1e6))
        return stamp_fail(src->e, STAMP_ERANGE, "%s: rope scaling by %g", src->name, r.factor);
    if (r.factor > 1) r.kind = STAMP_ROPE_KIND_LINEAR;
    *rope = r;
    return STAMP_OK;
}

static enum stamp_status read_keys(struct source *src)
{
    const struct stamp_gguf_tensor *embed = stamp_gguf_tensor(src->g, "token_embd.weight");
    struct stamp_network *m = src->m;
    double eps = 0;

    enum stamp_status s = family_of(src);
    if (!s) s = size_of(src, "embedding_length", 0, &m->dec.dim);
    if (!s) s = size_of(src, "feed_forward_length", 0, &m->dec.hidden);
    if (!s) s = size_of(src, "block_count", 0, &m->dec.layers);
    if (!s) s = size_of(src, "attention.head_count", 0, &m->dec.heads);
    if (!s) s = size_of(src, "attention.head_count_kv", m->dec.heads, &m->dec.kv_heads);
    if (!s && !get(src, "attention.key_length") && m->dec.dim % m->dec.heads)
        s = stamp_fail(src->e, STAMP_EFORMAT,
                       "%s: embedding_length %zu is not a multiple of %zu heads", src->name,
                       m->dec.dim, m->dec.heads);
    if (!s) s = size_of(src, "attention.key_length", m->dec.dim / m->dec.heads, &m->dec.head_dim);
    if (!s) s = size_of(src, "context_length", 0, &m->ctx);
    if (!s && !get(src, "attention.layer_norm_rms_epsilon"))
        s = stamp_fail(src->e, STAMP_EFORMAT, "%s: no %s.attention.layer_norm_rms_epsilon",
                       src->name, src->arch);
    if (!s) s = real_of(src, "attention.layer_norm_rms_epsilon", 0, &eps);
    if (!s) s = rope_of(src, &m->dec.rope);
    if (!s && !embed)
        s = stamp_fail(src->e, STAMP_EFORMAT, "%s: tensor token_embd.weight is missing", src->name);
    if (!s) s = refuse_kinds(src);
    if (s) return s;
    m->vocab = (size_t)embed->dim[1];
    m->dec.rms_eps = (float)eps;
    m->dec.tied = !stamp_gguf_tensor(src->g, "output.weight");
    return stamp_decoder_check(src->name, m, src->e);
}

/* A stamp_part_source. Llama files have q and k in interleaved order already. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
    const struct stamp_gguf_tensor *t = stamp_gguf_tensor(src->g, out->name);
    const bool matrix = p->kind == STAMP_PART_MATRIX;
    const size_t inner = matrix ? out->cols : out->rows, outer = matrix ? out->rows : 1;

    if (!t) return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, out->name);
    if (t->dim[0] != inner || t->dim[1] != outer || t->dim[2] != 1 || t->dim[3] != 1)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %s is %llu x %llu (rank %u), the keys need %zu x %zu",
                          src->name, out->name, (unsigned long long)t->dim[1],
                          (unsigned long long)t->dim[0], (unsigned)t->rank, outer, inner);
    if (!t->readable || (!matrix && stamp_blocks(t->kind)->values != 1))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: tensor %s has type %s (%u); %s are read%s",
                          src->name, out->name, t->text, (unsigned)t->type,
                          stamp_blocks_list(!matrix), matrix ? "" : " as vectors");
    out->kind = t->kind;
    out->bytes = t->bytes;
    out->pair = p->paired && src->m->family != &stamp_family_llama ? src->m->dec.head_dim : 0;
    src->used[t - src->g->tensor] = true;
    return STAMP_OK;
}

/* Llama 3 scaling comes as one divisor per pair. */
static enum stamp_status scale_rope(struct source *src)
{
    const struct stamp_gguf_tensor *t = stamp_gguf_tensor(src->g, rope_factors);
    const size_t half = src->m->dec.head_dim / 2;
    float *f = NULL;

    if (!t) return STAMP_OK;
    if (t->dim[0] != half || t->rank != 1 || !t->readable || t->kind != STAMP_LAZY_F32)
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: tensor %s is not %zu values of F32",
                          src->name, rope_factors, half);
    const struct stamp_lazy lazy = {
        .name = "rope_freqs.weight", .kind = t->kind, .bytes = t->bytes, .rows = half, .cols = 1};
    enum stamp_status s = stamp_lazy_all(src->name, &lazy, &f, src->e);
    for (size_t i = 0; i < half && !s; i++) {
        if (!(f[i] >= 1e-6f && f[i] <= 1e6f))
            s = stamp_fail(src->e, STAMP_ERANGE, "%s: tensor %s: element %zu is %g", src->name,
                           rope_factors, i, (double)f[i]);
        else
            src->m->dec.frequency[i] /= (double)f[i];
    }
    src->m->dec.rope_divided = true;
    src->used[t - src->g->tensor] = true;
    stamp_free(f);
    return s;
}

static enum stamp_status refuse_unknown(const struct source *src)
{
    for (size_t i = 0; i < src->g->tensors; i++)
        if (!src->used[i])
            return stamp_fail(src->e, STAMP_EFORMAT,
                              "%s: tensor %.100s has no place in a %s network of %zu layers",
                              src->name, src->g->tensor[i].name, src->m->family->name,
                              src->m->dec.layers);
    return STAMP_OK;
}

static enum stamp_status read_model(struct stamp_network *m, bool beside, struct stamp_err *e)
{
    struct stamp_gguf g = {0};
    struct source src = {stamp_infile_name(m->file), NULL, &g, m, NULL, e};

    m->format = "GGUF";
    enum stamp_status s = stamp_gguf_read(m->file, &g, e);
    if (!s)
        s = stamp_gguf_join(&(struct stamp_gguf_files){m->file, &m->part_file, &m->part_files},
                            beside, &g, e);
    if (!s && !(src.used = stamp_alloc(g.tensors, sizeof *src.used)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", src.name);
    if (!s) s = read_keys(&src);
    if (!s) s = stamp_keys_check_gguf(src.name, &g, src.arch, &m->notes, e);
    if (!s) s = stamp_decoder_rope(&m->dec, e);
    if (!s) s = stamp_family_make(m, src.name, STAMP_NAMING_GGUF, take, &src, e);
    if (!s) s = scale_rope(&src);
    if (!s) s = refuse_unknown(&src);
    stamp_free(src.used);
    stamp_gguf_free(&g);
    return s;
}

/* Takes over @p in; @p beside: a file by that name, so that others of a model in parts can be found. */
static enum stamp_status open_from(struct stamp_infile *in, bool beside, struct stamp_network **out,
                                   struct stamp_err *e)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);

    if (!m) {
        const enum stamp_status s =
            stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_infile_name(in));
        stamp_infile_close(in);
        return s;
    }
    m->file = in;
    const enum stamp_status s = read_model(m, beside, e);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}

enum stamp_status stamp_gguf_open(const char *path, struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_open(path, &in, e);
    return s ? s : open_from(in, true, out, e);
}

enum stamp_status stamp_gguf_memory(const char *name, const void *bytes, size_t len,
                                    struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    return s ? s : open_from(in, false, out, e);
}

bool stamp_gguf_is(const char *path)
{
    struct stamp_infile *in = NULL;
    char magic[4] = "";

    if (stamp_infile_open(path, &in, NULL)) return false;
    const bool is = !stamp_infile_read(in, 0, magic, sizeof magic, NULL) &&
                    memcmp(magic, "GGUF", sizeof magic) == 0;
    stamp_infile_close(in);
    return is;
}
