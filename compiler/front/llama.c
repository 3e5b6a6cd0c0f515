/* SPDX-License-Identifier: Apache-2.0 */
/* llama.c - what the two loaders of Llama models share. Contract in llama.h. */
#include "compiler/front/llama.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/hf.h"
#include "compiler/front/llama2c.h"
#include "model/mem.h"

enum stamp_status stamp_llama_open(const char *path, struct stamp_llama **out, struct stamp_err *e)
{
    struct stat info;
    if (stat(path, &info) != 0) return stamp_fail(e, STAMP_EIO, "%s: %s", path, strerror(errno));
    return S_ISDIR(info.st_mode) ? stamp_hf_open(path, out, e) : stamp_llama2c_open(path, out, e);
}

void stamp_llama_close(struct stamp_llama *m)
{
    if (!m) return;
    for (size_t i = 0; m->layer && i < m->layers; i++) {
        struct stamp_llama_layer *l = &m->layer[i];
        float *const all[] = {l->wq, l->wk, l->wv,       l->wo,      l->w1,
                              l->w2, l->w3, l->norm_att, l->norm_ffn};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) stamp_free(all[k]);
    }
    if (m->head != m->embed) stamp_free(m->head);
    stamp_free(m->embed);
    stamp_free(m->norm);
    stamp_free(m->layer);
    stamp_free(m->rope_freq);
    stamp_free(m);
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
                 {"vocabulary", m->vocab, 1u << 20}, {"context", m->ctx, 1u << 20}};

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
    if (!(m->rope_theta >= 1 && m->rope_theta <= 1e12f))
        return stamp_fail(e, STAMP_ERANGE, "%s: rope_theta is %g, not in 1 .. 1e12", name,
                          (double)m->rope_theta);
    return STAMP_OK;
}

/* Llama 3: fast pairs keep their frequency, slow ones are divided, those between are blended. */
static double llama3(double freq, const struct stamp_rope *r)
{
    const double turns = r->old_ctx * freq / 6.283185307179586;

    if (turns > r->high_freq) return freq;
    if (turns < r->low_freq) return freq / r->factor;
    const double blend = (turns - r->low_freq) / (r->high_freq - r->low_freq);
    return (1 - blend) * freq / r->factor + blend * freq;
}

enum stamp_status stamp_llama_rope(struct stamp_llama *m, const struct stamp_rope *rope,
                                   struct stamp_err *e)
{
    const size_t half = m->head_dim / 2;

    m->rope_freq = stamp_alloc(half, sizeof *m->rope_freq);
    if (!m->rope_freq) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t i = 0; i < half; i++) {
        double f = pow((double)m->rope_theta, -2.0 * (double)i / (double)m->head_dim);
        if (rope->scaling == STAMP_ROPE_LINEAR) f /= rope->factor;
        if (rope->scaling == STAMP_ROPE_LLAMA3) f = llama3(f, rope);
        m->rope_freq[i] = (float)f;
    }
    return STAMP_OK;
}

enum stamp_status stamp_llama_finite(const char *name, const char *tensor, const float *w,
                                     size_t count, struct stamp_err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(w[i]))
            return stamp_fail(e, STAMP_ERANGE, "%s: %s: element %zu is not a finite number", name,
                              tensor, i);
    return STAMP_OK;
}
