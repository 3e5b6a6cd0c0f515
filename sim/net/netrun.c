/* SPDX-License-Identifier: Apache-2.0 */
/* netrun.c - a whole network, run. Contract in netrun.h. */
#include "sim/net/netrun.h"

#include <inttypes.h>
#include <string.h>

#include "model/clock/estimate.h"
#include "model/mem.h"
#include "sim/net/netrun_parts.h"
#include "sim/net/netsee.h"
#include "sim/net/netwhy.h"

bool stamp_netrun_on_machine(const struct stamp_netrun *r)
{
    return r->o.on->can & STAMP_CAN_PROGRAMS;
}

static struct stamp_net_options net_options(const struct stamp_netrun *r)
{
    return (struct stamp_net_options){.scheme = r->o.scheme,
                                      .of_node = r->o.of_node,
                                      .kv = r->o.kv,
                                      .threads = r->o.threads ? r->o.threads : 1};
}

enum stamp_status stamp_netrun_new(const struct stamp_network *m,
                                   const struct stamp_netrun_options *options,
                                   struct stamp_netrun **out, struct stamp_err *e)
{
    struct stamp_netrun *r = stamp_alloc(1, sizeof *r);
    enum stamp_status s = STAMP_OK;

    if (!r) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a network");
    r->m = m;
    r->o = *options;
    r->o.check = r->o.check || (r->o.on->can & STAMP_CAN_CHECKED);
    r->o.run.on = r->o.on;
    if (r->o.kv.bits != 4) r->o.kv = (struct stamp_kv_scheme){.bits = r->o.kv.bits};
    r->ctx = r->o.ctx ? r->o.ctx : (uint32_t)m->ctx;
    struct stamp_net_options net = net_options(r);
    if (!stamp_netrun_on_machine(r)) {
        net.see = r->o.see;
        net.see_ctx = r->o.see_ctx;
    }
    r->ids = stamp_alloc(r->ctx, sizeof *r->ids);
    if (!r->ids) s = stamp_fail(e, STAMP_ENOMEM, "out of memory for %" PRIu32 " tokens", r->ctx);
    if (!s && r->o.on->ready) s = r->o.on->ready(&r->o.run, r->o.mach, e);
    if (!s && !r->o.codes)
        s = stamp_qmodel_new(m, r->o.scheme.weight_bits, r->o.head_bits, r->o.scheme.block, &r->own,
                             e);
    r->codes = r->o.codes ? r->o.codes : r->own;
    if (!s && (r->o.check || !stamp_netrun_on_machine(r))) {
        s = stamp_netbuild_new(m, r->codes, r->ctx, &r->build, e);
        if (!s) s = stamp_net_new(stamp_netbuild_model(r->build), &net, &r->net, e);
    }
    if (s)
        stamp_netrun_free(r);
    else
        *out = r;
    return s;
}

static void forget(struct compiled *c)
{
    stamp_image_free(c->image);
    stamp_free(c->views.view);
    *c = (struct compiled){0};
}

void stamp_netrun_free(struct stamp_netrun *r)
{
    if (!r) return;
    stamp_run_free(r->run);
    forget(&r->now);
    forget(&r->before);
    stamp_net_free(r->net);
    stamp_netbuild_free(r->build);
    stamp_qmodel_free(r->own);
    stamp_free(r->ids);
    for (int i = 0; i < STAMP_NETRUN_PHASES; i++) stamp_netphases_free(&r->phases[i]);
    stamp_free(r);
}

const struct stamp_netrun_phase *stamp_netrun_phase(const struct stamp_netrun *r,
                                                    enum stamp_netrun_which which)
{
    return &r->phase[which];
}

const struct stamp_image *stamp_netrun_image(const struct stamp_netrun *r)
{
    return r->now.image;
}

static void tell(const struct stamp_netrun *r, const char *what)
{
    if (r->o.stage) r->o.stage(what);
}

/* The image for prompts of @p n tokens. */
enum stamp_status stamp_netrun_need(struct stamp_netrun *r, uint32_t n, struct stamp_err *e)
{
    const struct stamp_net_spec spec = {.model = r->m,
                                        .weights = r->codes,
                                        .scheme = r->o.scheme,
                                        .of_node = r->o.of_node,
                                        .kv = r->o.kv,
                                        .s = n,
                                        .ctx = r->o.decode ? r->ctx : n,
                                        .last_logits = r->o.last,
                                        .decode = r->o.decode};
    const struct stamp_compile_options options = {
        .mach = r->o.mach,
        .in_fmt = STAMP_FMT_F32,
        .out_fmt = STAMP_FMT_F32,
        .memory = {r->o.run.read_latency, r->o.run.read_rate},
        .spread = r->o.run.has_dram};

    stamp_run_free(r->run);
    r->run = NULL;
    if (r->now.image && r->now.s == n) return STAMP_OK;
    const struct compiled other = r->before;
    r->before = r->now;
    r->now = other;
    if (r->now.image && r->now.s == n) return STAMP_OK;
    forget(&r->now);
    tell(r, "compiling");
    const enum stamp_status s =
        stamp_compile_net(&spec, &options, &r->now.image, NULL, &r->now.views, e);
    tell(r, "");
    r->now.s = n;
    return s;
}

/* Cycles the compiler expects of an entry at position @p at. */
static enum stamp_status expect(const struct stamp_netrun *r, const char *name, uint32_t at,
                                uint64_t *cycles, struct stamp_err *e)
{
    uint32_t arg[STAMP_ARGS] = {at};
    struct stamp_cost cost = {0};

    const enum stamp_status s = stamp_cost_entry(
        r->now.image, stamp_image_entry(r->now.image, name), arg,
        (struct stamp_cost_memory){r->o.run.read_latency, r->o.run.read_rate}, &cost, e);
    *cycles = cost.cycles;
    return s;
}

enum stamp_status stamp_netrun_compile(struct stamp_netrun *r, uint32_t n, uint64_t *expected,
                                       struct stamp_err *e)
{
    const enum stamp_status s = stamp_netrun_need(r, n, e);

    return s ? s : expect(r, "main", 0, expected, e);
}

static void add(struct stamp_run_result *sum, const struct stamp_run_result *one)
{
    sum->error = one->error;
    sum->error_pc = one->error_pc;
    sum->cycles += one->cycles;
    sum->instructions += one->instructions;
    sum->products += one->products;
    sum->checked += one->checked;
    sum->mismatches += one->mismatches;
    for (size_t i = 0; i < STAMP_EVENTS; i++) sum->event[i] += one->event[i];
    for (size_t i = 0; i < STAMP_ACTIVITIES; i++) sum->activity[i] += one->activity[i];
    sum->dram.reads += one->dram.reads;
    sum->dram.writes += one->dram.writes;
    sum->dram.hits += one->dram.hits;
    sum->dram.misses += one->dram.misses;
    sum->dram.conflicts += one->dram.conflicts;
    sum->dram.forwarded += one->dram.forwarded;
    sum->dram.acts += one->dram.acts;
    sum->dram.precharges += one->dram.precharges;
    sum->dram.refreshes += one->dram.refreshes;
    sum->seconds += one->seconds;
    sum->cpu_seconds += one->cpu_seconds;
    memcpy(sum->difference, one->difference, sizeof sum->difference);
}

static enum stamp_status add_phases(struct stamp_netrun *r, enum stamp_netrun_which which,
                                    const struct stamp_run_result *one, struct stamp_err *e)
{
    struct stamp_run_result *sum = &r->phase[which].sum;

    const enum stamp_status s = stamp_netphases_add(&r->phases[which], one, e);
    sum->instance = r->phases[which].list;
    sum->instances = r->phases[which].count;
    return s;
}

/* Run one entry and add it up. */
enum stamp_status stamp_netrun_go(struct stamp_netrun *r, const char *name, uint32_t at,
                                  enum stamp_netrun_which which, struct stamp_err *e)
{
    struct stamp_netrun_phase *phase = &r->phase[which];
    struct stamp_run_options o = r->o.run;
    struct stamp_run_result result = {0};

    enum stamp_status s = expect(r, name, at, &o.expect, e);
    if (s) return s;
    o.entry = name;
    struct stamp_netsee look = {&r->now.views, r->o.see, r->o.see_ctx};
    if (r->o.see && which == STAMP_PREFILL) {
        o.on_phase = stamp_netsee_phase;
        o.on_phase_ctx = &look;
    }
    stamp_run_set_arg(r->run, 0, at);
    s = stamp_run_go(r->run, &o, &result, e);
    add(&phase->sum, &result);
    if (!s && o.phases) s = add_phases(r, which, &result, e); /* a tracer has them too */
    phase->runs++;
    phase->expected += o.expect;
    return s ? stamp_fail_at(e, "%s at position %" PRIu32, name, at) : STAMP_OK;
}

/* Logits of positions first .. first + n - 1, as the network in C has them in want, against got. */
enum stamp_status stamp_netrun_compare(const struct stamp_netrun *r,
                                       struct stamp_netrun_phase *phase, uint32_t first, uint32_t n,
                                       const float *got, const float *want, struct stamp_err *e)
{
    const size_t wide = r->m->graph->value[r->m->graph->values - 1].cols, words = n * wide;
    size_t bad = 0, at = 0;

    for (size_t i = words; i-- > 0;)
        if (memcmp(&got[i], &want[i], sizeof got[i]) != 0) {
            bad++;
            at = i;
        }
    phase->compared += words;
    phase->sum.mismatches += bad;
    if (!bad) return STAMP_OK;
    stamp_fail(e, STAMP_EMISMATCH,
               "position %zu, logit %zu: the machine has %.9g, the network %.9g; %zu of "
               "%zu differ",
               first + at / wide, at % wide, (double)got[at], (double)want[at], bad, words);
    memcpy(phase->sum.difference, e->text, sizeof phase->sum.difference - 1);
    return STAMP_EMISMATCH;
}

/* The network in C over the same tokens: a prefill at position 0, a step elsewhere; its logits from
 * position @p first on are given, or compared with what the machine gave. */
static enum stamp_status run_net(struct stamp_netrun *r, struct stamp_netrun_phase *phase,
                                 const int32_t *tokens, uint32_t n, uint32_t first, float *logits,
                                 struct stamp_err *e)
{
    const bool step = phase == &r->phase[STAMP_DECODE];
    const uint32_t rows = step ? 1 : n - first;
    float *y =
        stamp_netrun_on_machine(r) ? stamp_alloc((size_t)rows * r->m->vocab, sizeof *y) : logits;
    enum stamp_status s;

    if (!y) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the logits of %" PRIu32, rows);
    if (step)
        s = stamp_net_step(r->net, *tokens, y, e);
    else
        s = stamp_net_prefill(r->net, tokens, n, first, y, e);
    if (y == logits) return s;
    if (!s) s = stamp_netrun_compare(r, phase, first, rows, logits, y, e);
    stamp_free(y);
    return s;
}

static enum stamp_status check_tokens(const struct stamp_netrun *r, const int32_t *tokens,
                                      uint32_t n, struct stamp_err *e)
{
    for (uint32_t i = 0; i < n; i++)
        if (tokens[i] < 0 || (size_t)tokens[i] >= r->m->vocab)
            return stamp_fail(e, STAMP_ERANGE, "token %" PRId32 ": the vocabulary ends at %zu",
                              tokens[i], r->m->vocab - 1);
    return STAMP_OK;
}

static enum stamp_status prefill_machine(struct stamp_netrun *r, const int32_t *tokens, uint32_t n,
                                         float *logits, struct stamp_err *e)
{
    enum stamp_status s = stamp_netrun_need(r, n, e);

    if (!s) s = stamp_run_new(r->now.image, &r->run, e);
    if (!s) s = stamp_run_put_raw(r->run, "tokens", tokens, n * sizeof *tokens, e);
    if (!s) s = stamp_netrun_go(r, "main", 0, STAMP_PREFILL, e);
    if (!s) s = stamp_run_get(r->run, "logits", logits, r->o.last ? 1 : n, r->m->vocab, e);
    return s;
}

/* What stopped over a value that is not finite says which; tokens up to @p n were to run. */
static enum stamp_status explain(const struct stamp_netrun *r, const struct stamp_netrun_phase *p,
                                 uint32_t n, enum stamp_status s, struct stamp_err *e)
{
    const struct stamp_net_options net = net_options(r);
    const bool machine = s == STAMP_EMACHINE && p->sum.error == STAMP_ERROR_NUMERIC;

    if (e && (machine || (s == STAMP_ERANGE && !stamp_netrun_on_machine(r))))
        stamp_netwhy(r->m, r->codes, &net, r->ids, r->prompt, n, e);
    return s;
}

enum stamp_status stamp_netrun_prefill(struct stamp_netrun *r, const int32_t *tokens, uint32_t n,
                                       float *logits, struct stamp_err *e)
{
    const uint32_t first = r->o.last && n ? n - 1 : 0;
    struct stamp_netrun_phase *p = &r->phase[STAMP_PREFILL];

    if (!n || n > r->ctx)
        return stamp_fail(e, STAMP_ERANGE,
                          "%" PRIu32 " tokens: the context has room for 1 to %" PRIu32, n, r->ctx);
    enum stamp_status s = check_tokens(r, tokens, n, e);
    if (s) return s;
    r->position = 0;
    r->prompt = n;
    memcpy(r->ids, tokens, n * sizeof *tokens);
    if (stamp_netrun_on_machine(r)) s = prefill_machine(r, tokens, n, logits, e);
    if (!s && r->net) s = run_net(r, p, tokens, n, first, logits, e);
    if (s) return explain(r, p, n, s, e);
    p->tokens += n;
    r->position = n;
    return STAMP_OK;
}

static enum stamp_status step_machine(struct stamp_netrun *r, int32_t token, float *logits,
                                      struct stamp_err *e)
{
    const uint32_t block = 1u << r->o.kv.block;

    enum stamp_status s = stamp_run_put_raw(r->run, "token", &token, sizeof token, e);
    if (!s) s = stamp_netrun_go(r, "step", r->position, STAMP_DECODE, e);
    if (!s) s = stamp_run_get(r->run, "step.logits", logits, 1, r->m->vocab, e);
    if (!s && r->o.kv.bits == 4 && (r->position + 1) % block == 0)
        s = stamp_netrun_go(r, "recode", r->position, STAMP_DECODE, e);
    return s;
}

enum stamp_status stamp_netrun_step(struct stamp_netrun *r, int32_t token, float *logits,
                                    struct stamp_err *e)
{
    struct stamp_netrun_phase *p = &r->phase[STAMP_DECODE];

    if (!r->position || r->position >= r->ctx)
        return stamp_fail(e, STAMP_ERANGE,
                          "position %" PRIu32 ": the context has %" PRIu32 " tokens", r->position,
                          r->ctx);
    enum stamp_status s = check_tokens(r, &token, 1, e);
    if (s) return s;
    r->ids[r->position] = token;
    if (stamp_netrun_on_machine(r)) s = step_machine(r, token, logits, e);
    if (!s && r->net) s = run_net(r, p, &token, 1, r->position, logits, e);
    if (s) return explain(r, p, r->position + 1, s, e);
    p->tokens++;
    r->position++;
    return STAMP_OK;
}
