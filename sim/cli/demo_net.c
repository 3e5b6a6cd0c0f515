/* SPDX-License-Identifier: Apache-2.0 */
/* demo_net.c - the demo's whole network. Contract in demo_net.h. */
#include "sim/cli/demo_net.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/text.h"
#include "model/mem.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/net/sample.h"
#include "sim/report/json_out.h"

/* The run as it goes. */
struct job {
    const struct stamp_demo_net *d;
    struct stamp_scheme scheme;
    struct stamp_args_net net;
    const struct stamp_device *on;
    struct stamp_netrun *run;
    int32_t *ids; /* [n], owned */
    size_t n, scored;
    float *logits; /* [vocab] of the last position, owned */
    double nats_f32, nats;
    struct stamp_text text; /* decoded */
    struct stamp_energy_library costs;
    struct stamp_energy
        *energy; /* NULL: no library has costs of the machine; or of all runs that were told */
    struct stamp_energy sum;
};

/* Whose cells the demo's energy is told of. */
static const char library[] = "asap7";

static void begin_energy(struct job *j)
{
    if (!(j->on->can & STAMP_CAN_PROGRAMS) ||
        !stamp_energy_find(library, stamp_args_mach(j->d->machine), &j->costs))
        return;
    j->sum = stamp_energy_of(&j->costs);
    j->energy = &j->sum;
}

static void tell_energy(const struct job *j, struct cJSON *object)
{
    struct stamp_text text = {0};

    if (!j->energy || j->sum.cycles == 0) return;
    if (object) {
        stamp_put_energy(object, j->energy);
        return;
    }
    stamp_text_energy(&text, j->energy);
    stamp_say_text(&text);
}

static struct stamp_net_report report(const struct job *j, enum stamp_netrun_which which)
{
    return (struct stamp_net_report){stamp_netrun_phase(j->run, which),
                                     stamp_args_mach(j->d->machine),
                                     j->on,
                                     STAMP_MHZ,
                                     j->run,
                                     true,
                                     j->energy,
                                     stamp_args_dram(j->d->machine)};
}

/* Both phases, words of lock-step and logits. */
static uint64_t compared(const struct job *j, uint64_t *logits, uint64_t *differ)
{
    const struct stamp_netrun_phase *a = stamp_netrun_phase(j->run, STAMP_PREFILL),
                                    *b = stamp_netrun_phase(j->run, STAMP_DECODE);

    *logits = a->compared + b->compared;
    *differ = a->sum.mismatches + b->sum.mismatches;
    return a->sum.checked + b->sum.checked;
}

/* A stamp_forward_fn. */
static enum stamp_status forward(void *ctx, const int32_t *tokens, size_t n, float *logits,
                                 struct stamp_err *e)
{
    struct job *j = ctx;
    const size_t vocab = j->d->corpus->model->vocab;

    const enum stamp_status s = stamp_netrun_prefill(j->run, tokens, (uint32_t)n, logits, e);
    if (!s) memcpy(j->logits, logits + (n - 1) * vocab, vocab * sizeof *logits);
    return s;
}

static enum stamp_status open_session(struct job *j, struct stamp_err *e)
{
    const struct stamp_demo_net *d = j->d;
    const size_t ctx = d->corpus->model->ctx;
    struct stamp_netrun_options o = stamp_args_netrun(&j->net, &j->scheme, d->machine, j->on);

    if (d->decode >= ctx)
        return stamp_fail(e, STAMP_ERANGE, "%zu tokens to decode: the context holds %zu", d->decode,
                          ctx);
    const size_t room = ctx - d->decode;
    enum stamp_status s = stamp_corpus_document(d->corpus, d->tokens < room ? d->tokens : room,
                                                true, &j->ids, &j->n, NULL, e);
    if (s) return stamp_fail_at(e, "%s", d->text);
    if (j->n < 2) return stamp_fail(e, STAMP_ERANGE, "%s: nothing to score", d->text);
    j->logits = stamp_alloc(d->corpus->model->vocab, sizeof *j->logits);
    if (!j->logits) return stamp_fail(e, STAMP_ENOMEM, "out of memory for logits");
    o.ctx = (uint32_t)(j->n + d->decode);
    o.decode = d->decode > 0;
    o.check = true;
    return stamp_netrun_new(d->corpus->model, &o, &j->run, e);
}

static void print_head(const struct job *j)
{
    const struct stamp_demo_net *d = j->d;
    char scheme[120], net[64];

    if (d->json) return;
    stamp_scheme_text(&j->scheme, scheme, sizeof scheme);
    stamp_args_net_text(&j->net, net, sizeof net);
    printf("checkpoint %s, text %s\n%s, %s\n", d->model, d->text, scheme, net);
    printf("machine %s: the whole network on %s, every logit against the network in C\n\n",
           stamp_args_mach(d->machine)->name, j->on->what);
    fflush(stdout);
}

static void print_phase(const struct job *j, const char *name, enum stamp_netrun_which which)
{
    const struct stamp_net_report r = report(j, which);

    if (!j->d->json) stamp_net_print(name, &r);
    fflush(stdout);
}

static enum stamp_status prefill(struct job *j, struct stamp_err *e)
{
    const struct stamp_network *m = j->d->corpus->model;
    const struct stamp_f32_hooks hooks = {.forward = forward, .forward_ctx = j};

    stamp_progress_task("f32");
    enum stamp_status s = stamp_score(m, j->ids, j->n, NULL, &j->nats_f32, &j->scored, e);
    stamp_progress_task("prefill of %zu tokens on %s", j->n, j->on->name);
    if (!s) s = stamp_score(m, j->ids, j->n, &hooks, &j->nats, &j->scored, e);
    stamp_progress_end();
    print_phase(j, "prefill", STAMP_PREFILL);
    return s;
}

static enum stamp_status decode(struct job *j, struct stamp_err *e)
{
    struct stamp_sampler greedy = {0};
    const struct stamp_corpus *c = j->d->corpus;
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < j->d->decode && !s; i++) {
        size_t len = 0;
        int32_t token = 0;
        stamp_progress_task("token %zu of %zu on %s", i + 1, j->d->decode, j->on->name);
        s = stamp_sample(&greedy, j->logits, c->model->vocab, &token, e);
        if (!s) s = stamp_netrun_step(j->run, token, j->logits, e);
        const char *p = stamp_tokenizer_piece(c->tokenizer, token, &len);
        for (size_t b = 0; b < len && !s; b++)
            stamp_text_add(&j->text, "%c", p[b] < ' ' || p[b] > '~' ? ' ' : p[b]);
        stamp_progress_end();
    }
    if (j->d->decode) print_phase(j, "decode", STAMP_DECODE);
    return s;
}

static void print_tail(const struct job *j, const struct stamp_err *e)
{
    uint64_t logits, differ;
    const uint64_t words = compared(j, &logits, &differ);

    if (e->status) {
        printf("\n");
    } else {
        tell_energy(j, NULL);
        printf("accuracy  perplexity of %zu tokens: f32 %.4f, machine %.4f\ntext      ...%s\n\n",
               j->scored, exp(j->nats_f32 / (double)j->scored), exp(j->nats / (double)j->scored),
               j->text.s ? j->text.s : "");
    }
    printf("demo: %s - %" PRIu64 " words and %" PRIu64 " logits compared, %" PRIu64
           " differing%s\n",
           e->status ? "FAIL" : "PASS", words, logits, differ,
           e->status && !differ ? "; the machine stopped" : "");
}

static void print_json(const struct job *j, const struct stamp_err *e)
{
    const struct stamp_demo_net *d = j->d;
    const struct stamp_net_report a = report(j, STAMP_PREFILL), b = report(j, STAMP_DECODE);
    struct cJSON *o = stamp_json_root();
    char scheme[120], net[64];
    uint64_t logits, differ;
    const uint64_t words = compared(j, &logits, &differ);

    stamp_scheme_text(&j->scheme, scheme, sizeof scheme);
    stamp_args_net_text(&j->net, net, sizeof net);
    stamp_put_text(o, "model", d->model);
    stamp_put_text(o, "text", d->text);
    stamp_put_text(o, "machine", a.mach->name);
    stamp_put_text(o, "on", j->on->name);
    stamp_put_text(o, "scheme", scheme);
    stamp_put_text(o, "network", net);
    stamp_net_put(o, "prefill", &a);
    stamp_net_put(o, "decode", &b);
    if (!e->status) {
        stamp_put_real(o, "ppl_f32", exp(j->nats_f32 / (double)j->scored));
        stamp_put_real(o, "ppl", exp(j->nats / (double)j->scored));
        stamp_put_count(o, "ppl_tokens", j->scored);
        stamp_put_text(o, "decoded", j->text.s ? j->text.s : "");
    }
    tell_energy(j, o);
    stamp_put_count(o, "checked", words);
    stamp_put_count(o, "logits_compared", logits);
    stamp_put_count(o, "mismatches", differ);
    if (e->status) stamp_put_text(o, "difference", e->text);
    cJSON_AddBoolToObject(o, "pass", !e->status);
    stamp_say_json(o);
}

int stamp_demo_network(const struct stamp_demo_net *d)
{
    struct job j = {.d = d,
                    .scheme = stamp_scheme_default(),
                    .net = stamp_args_net_default(),
                    .on = d->machine->run.on};
    struct stamp_err e = {0};

    enum stamp_status s = open_session(&j, &e);
    const bool ran = !s;
    begin_energy(&j);
    if (!s) print_head(&j);
    if (!s) s = prefill(&j, &e);
    if (!s) s = decode(&j, &e);
    if (ran && (!s || s == STAMP_EMISMATCH || s == STAMP_EMACHINE)) {
        if (d->json)
            print_json(&j, &e);
        else
            print_tail(&j, &e);
    }
    fflush(stdout);
    stamp_netrun_free(j.run);
    stamp_free(j.ids);
    stamp_free(j.logits);
    stamp_free(j.text.s);
    return s ? stamp_net_fail(&e, d->machine->run.seed) : STAMP_EXIT_OK;
}
