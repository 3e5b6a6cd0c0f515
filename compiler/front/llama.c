/* SPDX-License-Identifier: Apache-2.0 */
/* llama.c - what the loaders of models share. Contract in llama.h. */
#include "compiler/front/llama.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/gguf.h"
#include "compiler/front/hf.h"
#include "compiler/front/infile.h"
#include "compiler/front/llama2c.h"
#include "compiler/front/random.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"

static bool ends_in(const char *path, const char *end)
{
    const size_t n = strlen(path), k = strlen(end);
    return n > k && strcmp(path + n - k, end) == 0;
}

static enum stamp_status open_any(const char *path, struct stamp_llama **out, struct stamp_err *e)
{
    struct stat info;

    if (stamp_random_is(path)) return stamp_random_open(path, out, e);
    if (stat(path, &info) != 0) return stamp_fail(e, STAMP_EIO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) return stamp_hf_open(path, out, e);
    if (ends_in(path, ".safetensors") || ends_in(path, ".json"))
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: a file of a model's folder; name the folder, which has config.json "
                          "and model.safetensors",
                          path);
    return stamp_gguf_is(path) ? stamp_gguf_open(path, out, e) : stamp_llama2c_open(path, out, e);
}

enum stamp_status stamp_llama_open(const char *path, struct stamp_llama **out, struct stamp_err *e)
{
    struct stamp_llama *m = NULL;
    enum stamp_status s = open_any(path, &m, e);

    if (!s && !(m->name = stamp_strdup(path)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (s)
        stamp_llama_close(m);
    else
        *out = m;
    return s;
}

void stamp_llama_close(struct stamp_llama *m)
{
    if (!m) return;
    for (size_t i = 0; m->layer && i < m->layers; i++) {
        struct stamp_llama_layer *l = &m->layer[i];
        float *const all[] = {l->norm_att, l->norm_ffn, l->bias_q, l->bias_k,
                              l->bias_v,   l->norm_q,   l->norm_k};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) stamp_free(all[k]);
    }
    stamp_free(m->name);
    stamp_free(m->norm);
    stamp_free(m->layer);
    stamp_free(m->frequency);
    stamp_notes_free(&m->notes);
    for (size_t i = 0; i < m->parts; i++) stamp_infile_close(m->part[i]);
    stamp_free(m->part);
    stamp_infile_close(m->file);
    stamp_safetensors_close(m->tensors);
    stamp_free(m);
}

const char *stamp_family_name(enum stamp_family family)
{
    static const char *const names[] = {"Llama", "Qwen2", "Qwen3"};
    return names[family];
}

enum stamp_status stamp_llama_check(const char *name, const struct stamp_llama *m,
                                    struct stamp_err *e)
{
    const struct {
        const char *what;
        size_t value, max;
    } limit[] = {{"dim", m->dim, 1u << 16},          {"hidden", m->hidden, 1u << 18},
                 {"layers", m->layers, 1024},        {"heads", m->heads, 1024},
                 {"kv_heads", m->kv_heads, 1024},    {"head_dim", m->head_dim, 1024},
                 {"vocabulary", m->vocab, 1u << 20}, {"context", m->ctx, 1u << 26}};

    for (size_t i = 0; i < sizeof limit / sizeof limit[0]; i++)
        if (limit[i].value < 1 || limit[i].value > limit[i].max)
            return stamp_fail(e, STAMP_ERANGE, "%s: %s is %zu, not in 1 .. %zu", name,
                              limit[i].what, limit[i].value, limit[i].max);
    if (m->heads % m->kv_heads)
        return stamp_fail(e, STAMP_ERANGE, "%s: %zu heads do not share %zu key-value heads evenly",
                          name, m->heads, m->kv_heads);
    if (m->head_dim % 2)
        return stamp_fail(e, STAMP_ERANGE, "%s: head_dim is %zu, odd: rotary embedding needs pairs",
                          name, m->head_dim);
    if (!(m->rms_eps >= 0 && m->rms_eps < 1))
        return stamp_fail(e, STAMP_ERANGE, "%s: rms_norm_eps is %g, not in 0 .. 1", name,
                          (double)m->rms_eps);
    if (!(m->rope.theta > 1 && m->rope.theta <= 1e12))
        return stamp_fail(e, STAMP_ERANGE, "%s: rope_theta is %g, not above 1 and up to 1e12", name,
                          m->rope.theta);
    return STAMP_OK;
}

enum stamp_status stamp_llama_rope(struct stamp_llama *m, struct stamp_err *e)
{
    const size_t half = m->head_dim / 2;

    m->rope.head_dim = (uint32_t)m->head_dim;
    m->frequency = stamp_alloc(half, sizeof *m->frequency);
    if (!m->frequency) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t i = 0; i < half; i++) m->frequency[i] = stamp_rope_frequency(&m->rope, (uint32_t)i);
    return STAMP_OK;
}

enum stamp_status stamp_llama_vector(const char *name, const struct stamp_lazy *t, float **out,
                                     struct stamp_err *e)
{
    assert(t->cols == 1);
    *out = stamp_alloc(t->rows, sizeof **out);
    if (!*out) return stamp_fail(e, STAMP_ENOMEM, "%s: no memory for %s", name, t->name);
    const enum stamp_status s = stamp_lazy_rows(t, 0, t->rows, *out, e);
    if (s) stamp_fail_at(e, "%s", name);
    return s;
}
