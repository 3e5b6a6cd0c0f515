/* SPDX-License-Identifier: Apache-2.0 */
/* predict.c - one evaluation of a diffusion transformer. Contract in predict.h. */
#include "sim/paint/predict.h"

#include <math.h>

#include "model/mem.h"
#include "model/num/sqnr.h"
#include "sim/ref/network_f32.h"
#include "sim/vision/classify.h"

static size_t words(const struct stamp_network *m)
{
    const struct stamp_gvalue *out = &m->graph->value[m->graph->values - 1];
    return (size_t)out->rows * out->cols;
}

enum stamp_status stamp_predict_open(struct stamp_predict *p, const struct stamp_network *m,
                                     const struct stamp_netrun_options *options, bool measure,
                                     struct stamp_err *e)
{
    const struct stamp_gvalue *in = &m->graph->value[0];
    const bool bits = options->on->can & STAMP_CAN_BITS;

    *p = (struct stamp_predict){.m = m, .measure = measure || !bits};
    p->rows = stamp_alloc((size_t)in->rows * in->cols, sizeof *p->rows);
    p->out = stamp_alloc(words(m), sizeof *p->out);
    p->ref = stamp_alloc(words(m), sizeof *p->ref);
    if (!p->rows || !p->out || !p->ref) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    return bits ? stamp_netrun_new(m, options, &p->run, e) : STAMP_OK;
}

void stamp_predict_close(struct stamp_predict *p)
{
    stamp_netrun_free(p->run);
    stamp_free(p->rows);
    stamp_free(p->out);
    stamp_free(p->ref);
    *p = (struct stamp_predict){0};
}

void stamp_unpatch(const struct stamp_dit *d, const float *rows, float *planes)
{
    const size_t p = d->patch, c = d->out_channels, wide = d->grid_w * p, high = d->grid_h * p;

    for (size_t y = 0; y < high; y++)
        for (size_t x = 0; x < wide; x++) {
            const float *row = rows + (y / p * d->grid_w + x / p) * p * p * c;
            for (size_t k = 0; k < c; k++)
                planes[(k * high + y) * wide + x] = row[(y % p * p + x % p) * c + k];
        }
}

static void measure(struct stamp_predict *p)
{
    for (size_t i = 0; i < words(p->m); i++) {
        const double ref = p->ref[i], diff = ref - (double)p->out[i];
        p->signal += ref * ref;
        p->noise += diff * diff;
    }
}

enum stamp_status stamp_predict(struct stamp_predict *p, const float *latent, float t,
                                const float *text, uint32_t tokens, float *out, struct stamp_err *e)
{
    float time[STAMP_DIT_TIME];
    const float *const rows[] = {p->rows, time, text};
    const struct stamp_ginputs in = {tokens, rows};
    enum stamp_status s = STAMP_OK;

    if (!tokens || tokens > p->m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "%u rows of text: the network takes 1 to %zu", tokens,
                          p->m->ctx);
    stamp_patches(&p->m->graph->node[0].attr, latent, p->rows);
    stamp_dit_time(t, time);
    if (p->run) s = stamp_netrun_inputs(p->run, &in, p->out, e);
    if (!s && p->measure) s = stamp_f32_inputs(p->m, &in, NULL, p->ref, e);
    if (s) return s;
    if (p->run && p->measure) measure(p);
    p->steps++;
    stamp_unpatch(&p->m->dit, p->run ? p->out : p->ref, out);
    return STAMP_OK;
}

double stamp_predict_db(const struct stamp_predict *p)
{
    return p->run && p->measure && p->signal > 0 ? 10 * log10(p->signal / p->noise) : (double)NAN;
}

bool stamp_predict_sum(const struct stamp_predict *p, struct stamp_netrun_phase *out)
{
    if (!p->run) return false;
    *out = *stamp_netrun_phase(p->run, STAMP_PREFILL);
    return true;
}
