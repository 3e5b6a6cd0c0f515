/* SPDX-License-Identifier: Apache-2.0 */
/* net_report.c - figures of whole networks. Contract in net_report.h. */
#include "sim/cli/net_report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"
#include "sim/report/counters.h"
#include "sim/report/json_out.h"
#include "sim/report/phases.h"

static bool timed(const struct stamp_net_report *r)
{
    return r->on->can & STAMP_CAN_TIMED;
}

double stamp_net_utilization(const struct stamp_net_report *r)
{
    const struct stamp_run_result *s = &r->phase->sum;

    return timed(r) ? stamp_utilization(r->mach, s->products, s->cycles) : (double)NAN;
}

double stamp_net_cycles(const struct stamp_net_report *r)
{
    const struct stamp_netrun_phase *p = r->phase;
    const uint64_t cycles = timed(r) ? p->sum.cycles : p->expected;

    return p->tokens && r->on->can & STAMP_CAN_PROGRAMS ? (double)cycles / (double)p->tokens
                                                        : (double)NAN;
}

static void print_phases(const char *name, const struct stamp_net_report *r)
{
    struct stamp_text text = {0};

    if (!r->phases || !r->phase->sum.instances) return;
    stamp_text_phases(&text, stamp_netrun_image(r->run), &r->phase->sum, timed(r));
    printf("\n%s, %" PRIu64 " runs by part and layer\n", name, r->phase->runs);
    stamp_say_text(&text);
    printf("\n");
}

static void print_compared(const struct stamp_net_report *r)
{
    const struct stamp_netrun_phase *p = r->phase;

    if (!p->compared) return;
    printf("%-8s ", "");
    if (r->on->can & STAMP_CAN_CHECKED) printf("%" PRIu64 " words in lock-step, ", p->sum.checked);
    printf("%" PRIu64 " logits compared, %" PRIu64 " differ\n", p->compared, p->sum.mismatches);
}

/* Energy of the phase, and into the sum of all; false: there is none, or it cannot be told. */
static bool energy(const struct stamp_net_report *r, const char *name, struct stamp_energy *out)
{
    const struct stamp_netrun_phase *p = r->phase;
    struct stamp_err e;

    if (!r->energy || !p->runs) return false;
    const struct stamp_image *image = stamp_netrun_image(r->run);
    const struct stamp_entry *step = stamp_image_entry(image, "step");
    *out = stamp_energy_of(r->energy->of);
    if (stamp_energy_run(out, image,
                         step && !strcmp(name, "decode") ? step : stamp_image_entry(image, NULL),
                         NULL, &p->sum, p->expected, timed(r), r->memory, &e)) {
        return false;
    }
    stamp_energy_join(r->energy, out);
    return true;
}

void stamp_net_print(const char *name, const struct stamp_net_report *r)
{
    const struct stamp_netrun_phase *p = r->phase;
    const double each = stamp_net_cycles(r);
    struct stamp_energy sum;

    if (!p->tokens || !(r->on->can & STAMP_CAN_PROGRAMS)) return;
    printf("%-8s %6" PRIu64 " tokens, %" PRIu64 " cycles%s, %.0f a token", name, p->tokens,
           timed(r) ? p->sum.cycles : p->expected, timed(r) ? "" : " expected", each);
    if (r->mhz > 0) printf(", %.1f tokens/s at %g MHz", r->mhz * 1e6 / each, r->mhz);
    if (timed(r)) printf(", array %.2f %%", 100 * stamp_net_utilization(r));
    printf("\n");
    print_compared(r);
    if (energy(r, name, &sum))
        printf("%-8s %.4g uJ a token\n", "", 1e6 * sum.total_j / (double)p->tokens);
    print_phases(name, r);
}

void stamp_net_put(struct cJSON *parent, const char *name, const struct stamp_net_report *r)
{
    const struct stamp_netrun_phase *p = r->phase;
    const double each = stamp_net_cycles(r);
    struct stamp_energy sum;
    struct cJSON *o;

    if (!(r->on->can & STAMP_CAN_PROGRAMS)) return;
    o = stamp_put_object(parent, name);
    stamp_put_count(o, "tokens", p->tokens);
    stamp_put_count(o, "runs", p->runs);
    if (timed(r))
        stamp_put_count(o, "cycles", p->sum.cycles);
    else
        cJSON_AddNullToObject(o, "cycles");
    stamp_put_count(o, "cycles_expected", p->expected);
    stamp_put_real(o, "cycles_per_token", each);
    if (r->mhz > 0) stamp_put_real(o, "tokens_per_second", r->mhz * 1e6 / each);
    stamp_put_count(o, "products", p->sum.products);
    stamp_put_real(o, "utilization", stamp_net_utilization(r));
    stamp_put_count(o, "checked", p->sum.checked);
    stamp_put_count(o, "logits_compared", p->compared);
    stamp_put_count(o, "mismatches", p->sum.mismatches);
    stamp_put_counters(o, &p->sum, timed(r));
    if (energy(r, name, &sum)) {
        stamp_put_energy(o, &sum);
        stamp_put_real(o, "mj_per_token", 1e3 * sum.total_j / (double)p->tokens);
        stamp_put_energy_layers(o, sum.of, stamp_netrun_image(r->run), &p->sum, timed(r));
    }
    if (r->phases && p->sum.instances)
        stamp_put_phases(o, stamp_netrun_image(r->run), &p->sum, timed(r));
}

int stamp_net_fail(const struct stamp_err *e, uint64_t seed)
{
    char again[2048];

    if (e->status != STAMP_EMISMATCH) return stamp_say_fail(e);
    stamp_replay_text(NULL, seed, again, sizeof again);
    stamp_say_error("%s; seed %" PRIu64 "; again: %s", e->text, seed, again);
    return STAMP_EXIT_FAIL;
}
