/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - the figures of the table. Contract in compare.h. */
#include "sim/cli/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/sqnr.h"
#include "sim/cli/progress.h"

/* Logits of documents in f32 that are kept from row to row; the others are made again. */
enum { KEPT_BYTES = 1 << 28 };

void stamp_compare_list(struct stamp_compare *c)
{
    static const enum stamp_transform kinds[] = {STAMP_NONE, STAMP_HAAR, STAMP_WHT, STAMP_DCT};
    struct stamp_compare_row *r = c->row;
    const unsigned w = c->base.weight_bits;

    *r = (struct stamp_compare_row){.name = "f32", .f32 = true, .scheme = c->base};
    r[1] = r[2] = (struct stamp_compare_row){.scheme = c->base};
    for (unsigned i = 1; i < 3; i++) {
        r[i].scheme.act_bits = i == 1 ? 8 : 4;
        r[i].scheme.high_rows = 0;
        r[i].scheme.transform = STAMP_NONE;
        snprintf(r[i].name, sizeof r[i].name, "W%uA%u", w, r[i].scheme.act_bits);
    }
    r += 3;
    for (size_t h = 0; h < c->highs; h++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++, r++) {
            char text[40];
            *r = (struct stamp_compare_row){.scheme = c->base};
            r->scheme.transform = kinds[k];
            r->scheme.high_rows = c->high[h];
            r->scheme.act_bits = 4;
            if (kinds[k] == STAMP_NONE)
                snprintf(text, sizeof text, "%u rows of %u bits", c->high[h], c->base.high_bits);
            else
                snprintf(text, sizeof text, "%s, %u rows",
                         stamp_transform_name(r->scheme.transform), c->high[h]);
            snprintf(r->name, sizeof r->name, "W%uA4, %s", w, text);
        }
    c->rows = (size_t)(r - c->row);
    for (size_t i = 0; i < c->rows; i++) {
        c->row[i].kv = c->net.kv;
        if (!c->net.kv_transform) c->row[i].kv.plain = c->row[i].scheme.transform == STAMP_NONE;
    }
}

/* f32 logits of the documents, in the order they are scored. */
struct kept {
    float **logits; /* [docs] NULL: not kept; owned */
    size_t docs, bytes;
};

/* A row being scored. */
struct pass {
    const struct stamp_compare *c;
    struct stamp_net_score score;
    struct kept *kept;
    double sqnr;
    size_t doc, measured;
};

/* f32 logits of document @p p->doc; *own says whether the caller frees them. */
static enum stamp_status reference(struct pass *p, const int32_t *tokens, size_t n, float **out,
                                   bool *own, struct stamp_err *e)
{
    const size_t bytes = n * p->c->corpus->model->vocab * sizeof(float);
    struct kept *k = p->kept;

    *own = false;
    *out = p->doc < k->docs ? k->logits[p->doc] : NULL;
    if (*out) return STAMP_OK;
    *out = stamp_alloc(bytes / sizeof(float), sizeof(float));
    if (!*out) return stamp_fail(e, STAMP_ENOMEM, "out of memory for logits of %zu tokens", n);
    const enum stamp_status s = stamp_f32_forward(p->c->corpus->model, tokens, n, NULL, *out, e);
    if (!s && p->doc < k->docs && k->bytes + bytes <= KEPT_BYTES) {
        k->logits[p->doc] = *out;
        k->bytes += bytes;
        return STAMP_OK;
    }
    *own = true;
    return s;
}

/* A stamp_forward_fn: the network's logits, or for row 0 those of f32. */
static enum stamp_status forward(void *ctx, const int32_t *tokens, size_t n, float *logits,
                                 struct stamp_err *e)
{
    struct pass *p = ctx;
    const size_t words = n * p->c->corpus->model->vocab;
    float *ref = NULL;
    bool own = false;

    enum stamp_status s = reference(p, tokens, n, &ref, &own, e);
    if (!s && p->score.run) {
        s = stamp_corpus_score_document(&p->score, tokens, n, logits, e);
        const double db = s ? 0 : stamp_sqnr_db(words, ref, logits);
        if (!s && isfinite(db)) {
            p->sqnr += db;
            p->measured++;
        }
    } else if (!s) {
        memcpy(logits, ref, words * sizeof *logits);
        p->score.tokens += n;
        stamp_progress_show(p->score.tokens, p->score.total, "tokens");
    }
    p->doc++;
    if (own) stamp_free(ref);
    return s;
}

/* Mean width of the cached rows of a document of n tokens, scales not counted. */
static double kv_bits(const struct stamp_kv_scheme *kv, size_t n)
{
    const size_t block = (size_t)1 << kv->block, whole = n / block;

    if (kv->bits != 4 || !n) return kv->bits;
    return (double)(whole * (8 + 4 * (block - 1)) + 8 * (n - whole * block)) / (double)n;
}

static enum stamp_status score(struct stamp_compare *c, struct stamp_compare_row *row,
                               struct kept *kept, struct stamp_err *e)
{
    const struct stamp_corpus *corpus = c->corpus;
    struct pass p = {.c = c, .kept = kept, .score = {.scheme = &row->scheme}};
    const struct stamp_f32_hooks hooks = {.forward = forward, .forward_ctx = &p};
    struct stamp_netrun_options o =
        stamp_args_netrun(&c->net, &row->scheme, &c->machine, &stamp_on_net);
    o.codes = c->codes;
    o.kv = row->kv;
    enum stamp_status s = STAMP_OK;

    stamp_progress_task("%s", row->name);
    if (!row->f32) s = stamp_netrun_new(corpus->model, &o, &p.score.run, e);
    if (!s) s = stamp_corpus_count(corpus, &c->limits, &p.score.total, e);
    if (!s)
        s = stamp_perplexity(corpus->model, corpus->tokenizer, corpus->text, corpus->len,
                             &c->limits, &hooks, &row->ppl, e);
    stamp_progress_end();
    if (!s) {
        row->sqnr_db = p.measured ? p.sqnr / (double)p.measured : (double)NAN;
        row->act_bits = row->f32 ? 32 : p.score.row_bits / (double)p.score.tokens;
        row->kv_bits = row->f32 ? 32 : kv_bits(&c->net.kv, c->prefill);
    }
    stamp_netrun_free(p.score.run);
    return s;
}

/* The prefill on the machine. */
static enum stamp_status prefill(const struct stamp_compare *c, struct stamp_compare_row *row,
                                 struct stamp_err *e)
{
    struct stamp_netrun_options o = stamp_args_netrun(&c->net, &row->scheme, &c->machine, c->on);
    struct stamp_netrun *run = NULL;
    float *logits = stamp_alloc(c->corpus->model->vocab, sizeof *logits);

    if (!logits) return stamp_fail(e, STAMP_ENOMEM, "out of memory for logits");
    o.last = true;
    o.codes = c->codes;
    o.kv = row->kv;
    stamp_progress_task("prefill, %s", row->name);
    enum stamp_status s = stamp_netrun_new(c->corpus->model, &o, &run, e);
    if (!s) s = stamp_netrun_compile(run, (uint32_t)c->prefill, &row->expected, e);
    if (!s && (c->on->can & STAMP_CAN_TIMED)) {
        s = stamp_netrun_prefill(run, c->ids, (uint32_t)c->prefill, logits, e);
        row->cycles = stamp_netrun_phase(run, STAMP_PREFILL)->sum.cycles;
    }
    stamp_progress_end();
    stamp_netrun_free(run);
    stamp_free(logits);
    return s;
}

enum stamp_status stamp_compare_run(struct stamp_compare *c, struct stamp_err *e)
{
    struct kept kept = {.docs = 4096};
    enum stamp_status s = STAMP_OK;

    kept.logits = stamp_alloc(kept.docs, sizeof *kept.logits);
    if (!kept.logits) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t i = 0; i < c->rows && !s; i++) {
        s = score(c, &c->row[i], &kept, e);
        if (!s && !c->row[i].f32) s = prefill(c, &c->row[i], e);
        if (s) stamp_fail_at(e, "%s", c->row[i].name);
    }
    for (size_t i = 0; i < kept.docs; i++) stamp_free(kept.logits[i]);
    stamp_free(kept.logits);
    return s;
}
