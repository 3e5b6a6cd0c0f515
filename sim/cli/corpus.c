/* SPDX-License-Identifier: Apache-2.0 */
/* corpus.c - model, tokenizer and text. Contract in corpus.h. */
#include "sim/cli/corpus.h"

#include "compiler/front/infile.h"
#include "model/mem.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/progress.h"
#include "sim/report/quantized.h"

enum { TEXT_MAX = 1 << 30 };

enum stamp_status stamp_corpus_open(const char *model, const char *tokenizer, const char *text,
                                    struct stamp_corpus *out, struct stamp_err *e)
{
    struct stamp_corpus c = {0};

    enum stamp_status s = stamp_llama_open(model, &c.model, e);
    if (!s) s = stamp_tokenizer_for(model, tokenizer, c.model->vocab, &c.tokenizer, e);
    if (!s) s = stamp_infile_slurp(text, TEXT_MAX, &c.text, &c.len, e);
    if (s) stamp_corpus_close(&c);
    *out = c;
    return s;
}

void stamp_corpus_close(struct stamp_corpus *c)
{
    stamp_llama_close(c->model);
    stamp_tokenizer_close(c->tokenizer);
    stamp_free(c->text);
    *c = (struct stamp_corpus){0};
}

enum stamp_status stamp_corpus_document(const struct stamp_corpus *c, size_t max, bool longest,
                                        int32_t **ids, size_t *count, struct stamp_err *e)
{
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
    *count = best < limit ? best : limit;
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
    return (uint64_t)docs * (c->model->layers + 1);
}

enum stamp_status stamp_corpus_perplexity(const struct stamp_corpus *c,
                                          const struct stamp_ppl_limits *limits,
                                          const struct stamp_scheme *scheme, struct stamp_ppl *out,
                                          double *bits, struct stamp_err *e)
{
    struct steps steps = {0, count_steps(c, limits)};
    struct stamp_llama_hooks hooks = {.progress = step, .progress_ctx = &steps};
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

struct documents {
    struct stamp_net_score *score;
    uint64_t done, total;
};

static enum stamp_status score_document(void *ctx, const int32_t *tokens, size_t n, float *logits,
                                        struct stamp_err *e)
{
    struct documents *d = ctx;
    const enum stamp_status s = stamp_net_score_forward(d->score, tokens, n, logits, e);

    stamp_progress_show(++d->done, d->total, "documents");
    return s;
}

enum stamp_status stamp_corpus_net_perplexity(const struct stamp_corpus *c,
                                              const struct stamp_ppl_limits *limits,
                                              const struct stamp_net_score_options *options,
                                              struct stamp_ppl *out, double *bits,
                                              struct stamp_err *e)
{
    struct documents d = {.total = count_steps(c, limits) / (c->model->layers + 1)};
    const struct stamp_llama_hooks hooks = {.forward = score_document, .forward_ctx = &d};
    char name[64];

    stamp_scheme_text(&options->scheme, name, sizeof name);
    stamp_progress_task("perplexity of the network, %s", name);
    enum stamp_status s = stamp_net_score_new(c->model, options, &d.score, e);
    if (!s) s = stamp_perplexity(c->model, c->tokenizer, c->text, c->len, limits, &hooks, out, e);
    if (!s && bits) *bits = stamp_net_score_act_bits(d.score);
    stamp_progress_end();
    stamp_net_score_free(d.score);
    return s;
}
