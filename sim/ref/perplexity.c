/* SPDX-License-Identifier: Apache-2.0 */
/* perplexity.c - how well a model predicts a text. Contract in perplexity.h. */
#include "sim/ref/perplexity.h"

#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/ref/nonfinite.h"

static const char separator[] = "<|endoftext|>";

static bool space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* First separator at or after @p from, or @p len. */
static size_t find_end(const char *text, size_t len, size_t from)
{
    const size_t n = sizeof separator - 1;
    while (from + n <= len) {
        const char *hit = memchr(text + from, separator[0], len - from - n + 1);
        if (!hit) break;
        from = (size_t)(hit - text);
        if (memcmp(hit, separator, n) == 0) return from;
        from++;
    }
    return len;
}

bool stamp_text_next(const char *text, size_t len, size_t *at, const char **doc, size_t *doc_len)
{
    for (size_t from = *at; from < len;) {
        size_t a = from, b = find_end(text, len, from);
        from = b < len ? b + sizeof separator - 1 : len;
        while (a < b && space(text[a])) a++;
        while (b > a && space(text[b - 1])) b--;
        if (a == b) continue;
        *at = from;
        *doc = text + a;
        *doc_len = b - a;
        return true;
    }
    return false;
}

size_t stamp_cut_to(size_t n, size_t wanted, size_t ctx, struct stamp_cut *cut)
{
    if (n > wanted) n = wanted;
    if (n <= ctx) return n;
    cut->docs++;
    cut->tokens += n - ctx;
    return ctx;
}

/* -ln softmax(logits)[target], the sum in double. */
static double nats_of(const float *logits, size_t vocab, int32_t target)
{
    float max = logits[0];
    double sum = 0;

    for (size_t i = 1; i < vocab; i++)
        if (logits[i] > max) max = logits[i];
    for (size_t i = 0; i < vocab; i++) sum += (double)expf(logits[i] - max);
    return log(sum) - ((double)logits[target] - (double)max);
}

enum stamp_status stamp_score(const struct stamp_network *m, const int32_t *tokens, size_t n,
                              const struct stamp_f32_hooks *hooks, double *nats, size_t *scored,
                              struct stamp_err *e)
{
    if (n > m->ctx) n = m->ctx;
    if (n < 2) {
        *nats = 0;
        *scored = 0;
        return STAMP_OK;
    }
    float *logits = stamp_alloc(n * m->vocab, sizeof *logits);
    if (!logits) return stamp_fail(e, STAMP_ENOMEM, "no memory for %zu x %zu logits", n, m->vocab);

    enum stamp_status s;
    if (hooks && hooks->forward)
        s = hooks->forward(hooks->forward_ctx, tokens, n, logits, e);
    else
        s = stamp_f32_forward(m, tokens, n, hooks, logits, e);
    if (!s) {
        double sum = 0;
        for (size_t i = 1; i < n; i++)
            sum += nats_of(logits + (i - 1) * m->vocab, m->vocab, tokens[i]);
        *nats = sum;
        *scored = n - 1;
    }
    stamp_free(logits);
    return s;
}

/* Runs once more to name the tensor. */
static enum stamp_status refuse_loss(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                     const struct stamp_f32_hooks *hooks, size_t document,
                                     struct stamp_err *e)
{
    struct stamp_nonfinite look = {.m = m};
    struct stamp_f32_hooks h = hooks ? *hooks : (struct stamp_f32_hooks){0};
    float *logits = stamp_alloc(n * m->vocab, sizeof *logits);

    h.see = stamp_nonfinite_see;
    h.see_ctx = &look;
    if (logits) (void)stamp_f32_forward(m, tokens, n, &h, logits, NULL);
    stamp_free(logits);
    return stamp_fail(e, STAMP_ERANGE, "document %zu: the loss is not a finite number%s%s",
                      document, look.found ? ": " : "", look.found ? look.text : "");
}

enum stamp_status stamp_perplexity(const struct stamp_network *m, const struct stamp_tokenizer *t,
                                   const char *text, size_t len,
                                   const struct stamp_ppl_limits *limits,
                                   const struct stamp_f32_hooks *hooks, struct stamp_ppl *out,
                                   struct stamp_err *e)
{
    const struct stamp_ppl_limits all = {0, 0}, *lim = limits ? limits : &all;
    struct stamp_ppl p = {0};
    const char *doc = NULL;
    size_t at = 0, doc_len = 0;

    while ((!lim->docs || p.docs < lim->docs) && (!lim->tokens || p.tokens < lim->tokens) &&
           stamp_text_next(text, len, &at, &doc, &doc_len)) {
        int32_t *ids = NULL;
        size_t n = 0, scored = 0;
        double nats = 0;
        const size_t left = lim->tokens ? lim->tokens - p.tokens : SIZE_MAX - 1;

        enum stamp_status s = stamp_tokenizer_encode(t, doc, doc_len, true, &ids, &n, e);
        if (!s)
            s = stamp_score(m, ids, stamp_cut_to(n, left + 1, m->ctx, &p.cut), hooks, &nats,
                            &scored, e);
        if (!s && !isfinite(nats)) s = refuse_loss(m, ids, scored + 1, hooks, p.docs + 1, e);
        stamp_free(ids);
        if (s) return s;
        p.nats += nats;
        p.tokens += scored;
        p.docs++;
    }
    if (!p.tokens) return stamp_fail(e, STAMP_ERANGE, "the text has no document to score");
    p.ppl = exp(p.nats / (double)p.tokens);
    *out = p;
    return STAMP_OK;
}
