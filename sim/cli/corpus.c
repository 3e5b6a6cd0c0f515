/* SPDX-License-Identifier: Apache-2.0 */
/* corpus.c - model, tokenizer and text. Contract in corpus.h. */
#include "sim/cli/corpus.h"

#include <stdio.h>
#include <string.h>

#include "compiler/front/infile.h"
#include "model/mem.h"
#include "model/num/plan.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/quantized.h"

enum { TEXT_MAX = 1 << 30 };

enum stamp_status stamp_corpus_open(const char *model, const char *tokenizer, const char *text,
                                    struct stamp_corpus *out, struct stamp_err *e)
{
    struct stamp_corpus c = {0};

    enum stamp_status s = stamp_say_open_tokens(model, &c.model, e);
    if (!s) s = stamp_say_tokenizer(model, tokenizer, c.model->vocab, &c.tokenizer, e);
    if (!s) s = stamp_infile_text(text, TEXT_MAX, &c.text, &c.len, e);
    if (s) stamp_corpus_close(&c);
    *out = c;
    return s;
}

void stamp_corpus_close(struct stamp_corpus *c)
{
    stamp_network_close(c->model);
    stamp_tokenizer_close(c->tokenizer);
    stamp_free(c->text);
    *c = (struct stamp_corpus){0};
}

void stamp_corpus_cut_text(const struct stamp_cut *cut, size_t ctx, char *text, size_t size)
{
    *text = 0;
    if (cut->docs)
        snprintf(text, size, "; %zu cut to the context of %zu tokens, %zu tokens left out",
                 cut->docs, ctx, cut->tokens);
}

enum stamp_status stamp_corpus_document(const struct stamp_corpus *c, size_t max, bool longest,
                                        int32_t **ids, size_t *count, struct stamp_cut *cut,
                                        struct stamp_err *e)
{
    struct stamp_cut unused;
    const size_t limit = max && max < c->model->ctx ? max : c->model->ctx;
    const char *doc = NULL;
    size_t at = 0, len = 0, best = 0;
    int32_t *found = NULL;

    while (best < limit && (!best || longest) &&
           stamp_text_next(c->text, c->len, &at, &doc, &len)) {
        int32_t *one = NULL;
        size_t n = 0;
        const enum stamp_status s =
            stamp_tokenizer_encode(c->tokenizer, doc, len, true, &one, &n, e);
        if (s) {
            stamp_free(found);
            return s;
        }
        int32_t *const drop = n > best ? found : one;
        if (n > best) {
            found = one;
            best = n;
        }
        stamp_free(drop);
    }
    if (!found) return stamp_fail(e, STAMP_ERANGE, "the text has no document");
    *ids = found;
    *count = stamp_cut_to(best, max ? max : SIZE_MAX, c->model->ctx, cut ? cut : &unused);
    return STAMP_OK;
}

/* Steps of the progress line: a layer of a document. */
struct steps {
    uint64_t done, total; /* total 0: unknown */
};

static enum stamp_status step(void *ctx, size_t done, size_t total, struct stamp_err *e)
{
    struct steps *s = ctx;

    (void)done;
    (void)total;
    (void)e;
    stamp_progress_show(++s->done, s->total, "layers");
    return STAMP_OK;
}

static uint64_t count_steps(const struct stamp_corpus *c, const struct stamp_ppl_limits *limits)
{
    const char *doc = NULL;
    size_t at = 0, len = 0, docs = 0;

    if (limits->tokens) return 0;
    while ((!limits->docs || docs < limits->docs) &&
           stamp_text_next(c->text, c->len, &at, &doc, &len))
        docs++;
    return (uint64_t)docs * (stamp_graph_repeats(c->model->graph) + 1);
}

enum stamp_status stamp_corpus_perplexity(const struct stamp_corpus *c,
                                          const struct stamp_ppl_limits *limits,
                                          const struct stamp_scheme *scheme, struct stamp_ppl *out,
                                          double *bits, struct stamp_err *e)
{
    struct steps steps = {0, count_steps(c, limits)};
    struct stamp_f32_hooks hooks = {.progress = step, .progress_ctx = &steps};
    struct stamp_quantized *q = scheme ? stamp_quantized_new(scheme) : NULL;
    char name[64] = "f32";

    if (scheme && !q) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (q) {
        hooks.linear = stamp_quantized_linear;
        hooks.linear_ctx = q;
        stamp_scheme_text(scheme, name, sizeof name);
    }
    stamp_progress_task("perplexity %s", name);
    const enum stamp_status s =
        stamp_perplexity(c->model, c->tokenizer, c->text, c->len, limits, &hooks, out, e);
    if (!s && bits) *bits = q ? stamp_quantized_act_bits(q) : 32;
    stamp_progress_end();
    stamp_quantized_free(q);
    return s;
}

bool stamp_net_score_progress(void *ctx, const char *what, uint64_t done, uint64_t total,
                              double per_second)
{
    const struct stamp_net_score *s = ctx;
    const double part = total > done ? (double)done / (double)total : 1;

    (void)per_second;
    if (strstr(what, "cycles")) /* the C machine is fast */
        stamp_progress_show(s->tokens + (uint64_t)(part * (double)s->doc), s->total, "tokens");
    return true;
}

/* Tensors of the document in f32; logits are room for its logits. */
static enum stamp_status keep_tensors(const struct stamp_net_score *score, const int32_t *tokens,
                                      size_t n, float *logits, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.see = stamp_tensors_keep, .see_ctx = score->tensors};

    const enum stamp_status s = stamp_tensors_begin(score->tensors, n, e);
    return s ? s : stamp_f32_forward(score->model, tokens, n, &hooks, logits, e);
}

enum stamp_status stamp_corpus_score_document(void *ctx, const int32_t *tokens, size_t n,
                                              float *logits, struct stamp_err *e)
{
    struct stamp_net_score *score = ctx;
    struct stamp_plan plan;

    enum stamp_status s = stamp_plan_build(score->scheme, (uint32_t)n, &plan, e);
    if (s) return s;
    score->row_bits += stamp_plan_average_bits(&plan) * (double)n;
    stamp_plan_free(&plan);
    score->doc = n;
    if (score->tensors) s = keep_tensors(score, tokens, n, logits, e);
    if (!s) s = stamp_netrun_prefill(score->run, tokens, (uint32_t)n, logits, e);
    score->tokens += n;
    stamp_progress_show(score->tokens, score->total, "tokens");
    return s;
}

enum stamp_status stamp_corpus_count(const struct stamp_corpus *c,
                                     const struct stamp_ppl_limits *limits, uint64_t *total,
                                     struct stamp_err *e)
{
    const char *doc = NULL;
    size_t at = 0, len = 0, docs = 0;
    uint64_t left = limits->tokens ? limits->tokens : UINT64_MAX;

    *total = 0;
    while ((!limits->docs || docs++ < limits->docs) && left &&
           stamp_text_next(c->text, c->len, &at, &doc, &len)) {
        int32_t *ids = NULL;
        size_t n = 0;
        const enum stamp_status s =
            stamp_tokenizer_encode(c->tokenizer, doc, len, true, &ids, &n, e);
        stamp_free(ids);
        if (s) return s;
        if (n > c->model->ctx) n = c->model->ctx;
        if (!n) continue;
        if (n - 1 > left) n = (size_t)left + 1;
        *total += n;
        left -= n - 1;
    }
    return STAMP_OK;
}

enum stamp_status stamp_corpus_net_perplexity(const struct stamp_corpus *c,
                                              const struct stamp_ppl_limits *limits,
                                              struct stamp_net_score *score, struct stamp_ppl *out,
                                              double *bits, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.forward = stamp_corpus_score_document,
                                          .forward_ctx = score};
    char name[64];

    stamp_scheme_text(score->scheme, name, sizeof name);
    stamp_progress_task("perplexity of the network, %s", name);
    score->tokens = score->doc = 0;
    score->row_bits = 0;
    enum stamp_status s = stamp_corpus_count(c, limits, &score->total, e);
    if (!s) s = stamp_perplexity(c->model, c->tokenizer, c->text, c->len, limits, &hooks, out, e);
    if (!s && bits) *bits = score->row_bits / (double)score->tokens;
    stamp_progress_end();
    return s;
}
