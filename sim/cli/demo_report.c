/* SPDX-License-Identifier: Apache-2.0 */
/* demo_report.c - the demo's table and its JSON. Contract in demo.h. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "sim/cli/args_machine.h"
#include "sim/cli/demo.h"
#include "sim/cli/say.h"
#include "sim/report/counters.h"
#include "sim/report/json_out.h"

/* Cycles of STaMP over those without transform at the same bits, as a part of the latter. */
static double extra_cycles(const struct stamp_demo_layer *l)
{
    const double base = (double)l->f[STAMP_DEMO_ROWS].cycles;

    return base > 0 ? (double)l->f[STAMP_DEMO_STAMP].cycles / base - 1 : (double)NAN;
}

static uint64_t checked(const struct stamp_demo_layer *l)
{
    uint64_t n = 0;
    for (int i = 0; i < STAMP_DEMO_LAYER; i++) n += l->f[i].checked;
    return n;
}

static uint64_t mismatches(const struct stamp_demo_layer *l)
{
    uint64_t n = 0;
    for (int i = 0; i < STAMP_DEMO_LAYER; i++) n += l->f[i].mismatches;
    return n;
}

void stamp_demo_print_head(const struct stamp_demo *d)
{
    printf("checkpoint %s, text %s, %zu tokens; machine %s: every layer on %s\n\n", d->model,
           d->text, d->tokens, d->mach->name, d->run.on->what);
    printf("%-15s %-13s %-23s  %-31s %20s\n", "", "", "SQNR, dB", "STaMP on the machine",
           "words of all three");
    printf("%-15s %-13s %7s %7s %7s  %9s %9s %11s %13s %6s\n", "layer", "features>out", "W4A4",
           "64rows8", "STaMP", "cycles", "util", "vs 64rows8", "compared", "differ");
    fflush(stdout);
}

void stamp_demo_print_layer(const struct stamp_demo *d, const struct stamp_demo_layer *l)
{
    const struct stamp_figures *f = l->f, *st = &l->f[STAMP_DEMO_STAMP];
    char shape[40];

    snprintf(shape, sizeof shape, "%zu>%zu", l->input->d, l->input->n);
    printf("%-15s %-13s %7.2f %7.2f %7.2f", l->input->name, shape, f[STAMP_DEMO_PLAIN].sqnr_db,
           f[STAMP_DEMO_ROWS].sqnr_db, st->sqnr_db);
    if (!(d->run.on->can & STAMP_CAN_TIMED))
        printf("  %9s %9s %11s", "-", "-", "-");
    else
        printf("  %9" PRIu64 " %7.2f %% %+9.2f %%", st->cycles, 100 * st->utilization,
               100 * extra_cycles(l));
    printf(" %13" PRIu64 " %6" PRIu64 "\n", checked(l), mismatches(l));
    fflush(stdout);
}

void stamp_demo_print_tail(const struct stamp_demo *d)
{
    static const enum stamp_demo_scheme order[] = {
        STAMP_DEMO_F32, STAMP_DEMO_W4A8, STAMP_DEMO_PLAIN, STAMP_DEMO_ROWS, STAMP_DEMO_STAMP};

    if (d->cycles)
        printf("\n%" PRIu64 " cycles simulated, utilization %.2f %%, %.0f cycles/s\n", d->cycles,
               100 * stamp_utilization(d->mach, d->products, d->cycles),
               (double)d->cycles / d->seconds);
    if (d->scored) {
        printf("\nperplexity of the whole text, %zu tokens of %zu documents    ppl   bits\n",
               d->ppl[0].tokens, d->ppl[0].docs);
        for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
            printf("  %-48s %9.4f %6.3f\n", stamp_demo_name(order[i]), d->ppl[order[i]].ppl,
                   d->bits[order[i]]);
    }
    printf("\ndemo: %s - %zu layers, %" PRIu64 " words compared, %" PRIu64 " differing\n",
           d->mismatches ? "FAIL" : "PASS", d->layers, d->checked, d->mismatches);
}

static void put_layer(struct cJSON *list, const struct stamp_demo_layer *l, bool timed)
{
    static const char *const keys[STAMP_DEMO_LAYER] = {"w4a4", "w4a4_rows", "stamp"};
    struct cJSON *o = stamp_put_object(list, NULL);

    stamp_put_text(o, "layer", l->input->name);
    stamp_put_count(o, "s", l->input->s);
    stamp_put_count(o, "d", l->input->d);
    stamp_put_count(o, "n", l->input->n);
    for (int i = 0; i < STAMP_DEMO_LAYER; i++) {
        const struct stamp_figures *f = &l->f[i];
        struct cJSON *v = stamp_put_object(o, keys[i]);
        stamp_put_real(v, "sqnr_db", f->sqnr_db);
        if (timed)
            stamp_put_count(v, "cycles", f->cycles);
        else
            cJSON_AddNullToObject(v, "cycles");
        stamp_put_real(v, "utilization", f->utilization);
        stamp_put_count(v, "macs", f->macs);
        stamp_put_count(v, "products", f->products);
        stamp_put_count(v, "instructions", f->run.instructions);
        stamp_put_count(v, "checked", f->checked);
        stamp_put_count(v, "mismatches", f->mismatches);
        stamp_put_real(v, "avg_act_bits", f->avg_act_bits);
    }
    stamp_put_real(o, "extra_cycles", extra_cycles(l));
}

void stamp_demo_print_json(const struct stamp_demo *d)
{
    static const char *const keys[STAMP_DEMO_SCHEMES] = {"w4a4", "w4a4_rows", "stamp", "w4a8",
                                                         "f32"};
    const bool timed = (d->run.on->can & STAMP_CAN_TIMED) != 0;
    struct cJSON *o = stamp_json_root();

    stamp_put_text(o, "model", d->model);
    stamp_put_text(o, "text", d->text);
    stamp_put_text(o, "machine", d->mach->name);
    stamp_put_text(o, "on", d->run.on->name);
    stamp_put_count(o, "tokens", d->tokens);
    struct cJSON *list = stamp_put_array(o, "layers");
    for (size_t i = 0; i < d->layers; i++) put_layer(list, &d->layer[i], timed);
    if (d->scored) {
        struct cJSON *ppl = stamp_put_object(o, "ppl"), *bits = stamp_put_object(o, "avg_act_bits");
        for (int i = 0; i < STAMP_DEMO_SCHEMES; i++) {
            stamp_put_real(ppl, keys[i], d->ppl[i].ppl);
            stamp_put_real(bits, keys[i], d->bits[i]);
        }
        stamp_put_count(o, "ppl_tokens", d->ppl[0].tokens);
        stamp_put_count(o, "ppl_docs", d->ppl[0].docs);
    }
    if (timed)
        stamp_put_count(o, "cycles", d->cycles);
    else
        cJSON_AddNullToObject(o, "cycles");
    stamp_put_real(o, "utilization", stamp_utilization(d->mach, d->products, d->cycles));
    stamp_put_real(o, "cycles_per_second",
                   timed && d->seconds > 0 ? (double)d->cycles / d->seconds : (double)NAN);
    stamp_put_count(o, "checked", d->checked);
    stamp_put_count(o, "mismatches", d->mismatches);
    cJSON_AddBoolToObject(o, "pass", d->mismatches == 0);
    stamp_say_json(o);
}
