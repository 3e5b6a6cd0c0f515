/* SPDX-License-Identifier: Apache-2.0 */
/* energy.c - energy as JSON and text. Contract in energy.h. */
#include "sim/report/energy.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>

#include "sim/report/json_out.h"

enum { KEY_BYTES = 32 };

enum stamp_status stamp_energy_run(struct stamp_energy *sum, const struct stamp_image *image,
                                   const struct stamp_entry *entry, const uint32_t *arg,
                                   const struct stamp_run_result *r, uint64_t expect, bool timed,
                                   const struct stamp_dram_params *memory, struct stamp_err *e)
{
    struct stamp_energy_shares shares;
    const enum stamp_status s = stamp_energy_shares_of(image, entry, arg, &shares, e);

    const bool counted = r->dram.reads || r->dram.writes;

    const struct stamp_energy_counts n = {r->event, r->activity, timed ? r->cycles : expect, timed};

    if (!s) stamp_energy_add(sum, &n, &shares);
    if (!s && memory)
        stamp_energy_add_dram(sum, memory, counted ? &r->dram : NULL, timed ? r->cycles : expect);
    return s;
}

/* Seconds the cycles take at the library's clock. */
static double seconds(const struct stamp_energy *s)
{
    return s->cycles / (s->of->mhz * 1e6);
}

static double tops_per_watt(const struct stamp_energy *s)
{
    return s->total_j > 0 ? 2e-12 * s->macs / s->total_j : (double)NAN;
}

static double pj_per_mac(const struct stamp_energy *s)
{
    return s->macs > 0 ? 1e12 * s->total_j / s->macs : (double)NAN;
}

static void put_classes(struct cJSON *parent, const struct stamp_energy *s)
{
    struct cJSON *o = stamp_put_object(parent, "classes");

    for (int i = 0; i < STAMP_CLASSES; i++) {
        char key[KEY_BYTES] = {0};
        for (size_t c = 0; stamp_class_name((enum stamp_class)i)[c] && c + 1 < sizeof key; c++)
            key[c] = (char)tolower((unsigned char)stamp_class_name((enum stamp_class)i)[c]);
        stamp_put_real(o, key, s->class_j[i]);
    }
}

void stamp_put_energy(struct cJSON *object, const struct stamp_energy *s)
{
    const struct stamp_energy_library *l = s->of;
    struct cJSON *o = stamp_put_object(object, "energy");

    stamp_put_text(o, "library", l->name);
    stamp_put_text(o, "machine", l->machine);
    stamp_put_text(o, "corner", l->corner);
    stamp_put_real(o, "volt", l->volt);
    stamp_put_real(o, "mhz", l->mhz);
    stamp_put_real(o, "total_j", s->total_j);
    stamp_put_real(o, "pj_per_mac", pj_per_mac(s));
    stamp_put_real(o, "tops_per_watt", tops_per_watt(s));
    stamp_put_real(o, "watt", s->cycles > 0 ? s->total_j / seconds(s) : (double)NAN);
    cJSON_AddBoolToObject(o, "complete", !s->incomplete);
    struct cJSON *units = stamp_put_object(o, "units");
    for (uint32_t i = 0; i < s->units; i++) stamp_put_real(units, s->unit[i], s->unit_j[i]);
    put_classes(o, s);
    struct cJSON *residual = stamp_put_object(o, "residual");
    stamp_put_real(residual, "unit_mean", l->unit_mean);
    stamp_put_real(residual, "unit_worst", l->unit_worst);
    stamp_put_real(residual, "run_mean", l->run_mean);
    stamp_put_real(residual, "run_worst", l->run_worst);
    stamp_put_text(o, "left_out", l->left_out);
    struct cJSON *memories = stamp_put_object(o, "memories");
    cJSON_AddBoolToObject(memories, "counted", l->memories);
    struct cJSON *dram = stamp_put_object(o, "dram");
    if (s->memory)
        stamp_put_text(dram, "memory", s->memory);
    else
        cJSON_AddNullToObject(dram, "memory");
    cJSON_AddBoolToObject(dram, "counted", s->memory_known);
}

/* In the prefix of three digits that fits. */
static void add_joules(struct stamp_text *t, double j)
{
    static const char *const prefix[] = {"", "m", "u", "n", "p"};
    int k = 0;

    while (k < 4 && j < 0.9995) {
        j *= 1000;
        k++;
    }
    stamp_text_add(t, "%9.4g %sJ", j, prefix[k]);
}

static void add_line(struct stamp_text *t, const char *name, const char *what, double j, double of)
{
    stamp_text_add(t, "  %-14s", name);
    add_joules(t, j);
    stamp_text_add(t, "%7.2f %%  %s\n", of > 0 ? 100 * j / of : 0, what);
}

void stamp_text_energy(struct stamp_text *t, const struct stamp_energy *s)
{
    const struct stamp_energy_library *l = s->of;

    stamp_text_add(t, "energy       ");
    add_joules(t, s->total_j);
    stamp_text_add(t, "%s: %.4g pJ a product of 4x4 bits, %.4g TOPS/W, %.4g mW at %.4g MHz\n",
                   s->incomplete ? " at least" : "", pj_per_mac(s), tops_per_watt(s),
                   s->cycles > 0 ? 1e3 * s->total_j / seconds(s) : (double)NAN, l->mhz);
    stamp_text_add(t,
                   "  %s cells, %s, %.4g V; machine %s; on work not fitted to, units %.1f %% off "
                   "(worst %.1f), "
                   "runs %.1f (worst %.1f)\n  left out: %s%s%s\n",
                   l->name, l->corner, l->volt, l->machine, 100 * l->unit_mean, 100 * l->unit_worst,
                   100 * l->run_mean, 100 * l->run_worst, l->left_out,
                   s->memory_known ? "" : ", memory outside",
                   s->memory && !s->memory_known
                       ? ", of which no currents are public or no commands were counted"
                       : "");
    if (!l->memories)
        stamp_text_add(t,
                       "  NOT in the sum: the machine's memories, of which library %s has no "
                       "macros with power tables; their gates are\n",
                       l->name);
    for (uint32_t i = 0; i < s->units; i++) add_line(t, s->unit[i], "", s->unit_j[i], s->total_j);
    stamp_text_add(t, "  by class of work\n");
    for (int i = 0; i < STAMP_CLASSES; i++)
        if (s->class_j[i] > 0)
            add_line(t, stamp_class_name((enum stamp_class)i),
                     stamp_class_meaning((enum stamp_class)i), s->class_j[i], s->total_j);
}

/* Nobody cuts activity into parts: a part has the run's share of it. */
static void share_activity(const struct stamp_run_result *r, const uint64_t event[STAMP_EVENTS],
                           uint64_t activity[STAMP_ACTIVITIES])
{
    for (int a = 0; a < STAMP_ACTIVITIES; a++) {
        const enum stamp_event of = stamp_activity_event((enum stamp_activity)a);
        const double share = r->event[of] ? (double)r->activity[a] / (double)r->event[of] : 0;
        activity[a] = (uint64_t)llround(share * (double)event[of]);
    }
}

void stamp_put_energy_layers(struct cJSON *object, const struct stamp_energy_library *library,
                             const struct stamp_image *image, const struct stamp_run_result *r,
                             bool timed)
{
    const struct stamp_energy_shares none = {0};
    struct cJSON *list = r->instances ? stamp_put_array(object, "layers") : NULL;

    for (uint32_t i = 0; i < r->instances; i++) {
        const struct stamp_phase_instance *at = &r->instance[i];
        struct stamp_energy sum = stamp_energy_of(library);
        uint64_t activity[STAMP_ACTIVITIES];
        const struct stamp_energy_counts n = {at->event, activity, at->cycles, timed};
        share_activity(r, at->event, activity);
        stamp_energy_add(&sum, &n, &none);
        struct cJSON *o = stamp_put_object(list, NULL);
        stamp_put_text(o, "part", image->phase[at->phase].name);
        stamp_put_count(o, "layer", at->iteration);
        stamp_put_real(o, "j", sum.total_j);
    }
}
