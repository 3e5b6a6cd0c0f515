/* SPDX-License-Identifier: Apache-2.0 */
/* net_score.c - a network in C as a way to logits. Contract in net_score.h. */
#include "sim/report/net_score.h"

#include "model/mem.h"
#include "model/num/plan.h"
#include "sim/core/netbuild.h"

struct stamp_net_score {
    struct stamp_net_score_options options;
    struct stamp_qmodel *codes;
    struct stamp_netbuild *build;
    struct stamp_net *net;
    double row_bits, rows;
};

enum stamp_status stamp_net_score_new(const struct stamp_llama *m,
                                      const struct stamp_net_score_options *options,
                                      struct stamp_net_score **out, struct stamp_err *e)
{
    const struct stamp_net_options o = {options->scheme, options->kv, options->threads};
    struct stamp_net_score *s = stamp_alloc(1, sizeof *s);

    if (!s) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a network");
    s->options = *options;
    enum stamp_status st = stamp_qmodel_new(m, options->scheme.weight_bits, options->head_bits,
                                            options->scheme.block, &s->codes, e);
    if (!st) st = stamp_netbuild_new(m, s->codes, 0, &s->build, e);
    if (!st) st = stamp_net_new(stamp_netbuild_model(s->build), &o, &s->net, e);
    if (st) {
        stamp_net_score_free(s);
        return st;
    }
    *out = s;
    return STAMP_OK;
}

void stamp_net_score_free(struct stamp_net_score *s)
{
    if (!s) return;
    stamp_net_free(s->net);
    stamp_netbuild_free(s->build);
    stamp_qmodel_free(s->codes);
    stamp_free(s);
}

enum stamp_status stamp_net_score_forward(void *ctx, const int32_t *tokens, size_t n, float *logits,
                                          struct stamp_err *e)
{
    struct stamp_net_score *s = ctx;
    struct stamp_plan plan;

    const enum stamp_status st = stamp_plan_build(&s->options.scheme, (uint32_t)n, &plan, e);
    if (st) return st;
    s->row_bits += stamp_plan_average_bits(&plan) * (double)n;
    s->rows += (double)n;
    stamp_plan_free(&plan);
    return stamp_net_prefill(s->net, tokens, (uint32_t)n, 0, logits, e);
}

double stamp_net_score_act_bits(const struct stamp_net_score *s)
{
    return s->rows > 0 ? s->row_bits / s->rows : 0;
}
