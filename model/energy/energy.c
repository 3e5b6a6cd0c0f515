/* SPDX-License-Identifier: Apache-2.0 */
/* energy.c - counts times costs. Contract in energy.h. */
#include "model/energy/energy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/dram/power.h"

/* What a cost is of: events, activities behind them. */
enum {
#define EVENT(name, kind, unit, meaning) OF_##name,
#include "model/spec/event.def"
#define ACTIVITY(name, event, most, unit, meaning) OF_##name,
#include "model/spec/activity.def"
};

static const struct stamp_energy_cost costs[] = {
#define COST(library, machine, unit, event, charge, pj)                                            \
    {unit, OF_##event, STAMP_CHARGED_##charge, pj},
#define STAMP_CHARGED_PRODUCTS  STAMP_CHARGE_PRODUCTS
#define STAMP_CHARGED_LINES     STAMP_CHARGE_LINES
#define STAMP_CHARGED_DRAIN     STAMP_CLASS_DRAIN
#define STAMP_CHARGED_QUANTIZE  STAMP_CLASS_QUANTIZE
#define STAMP_CHARGED_FUNCTIONS STAMP_CLASS_FUNCTIONS
#define STAMP_CHARGED_TRANSFER  STAMP_CLASS_TRANSFER
#define STAMP_CHARGED_CONTROL   STAMP_CLASS_CONTROL
#define STAMP_CHARGED_SRAM      STAMP_CLASS_SRAM
#define STAMP_CHARGED_IDLE      STAMP_CLASS_IDLE
#define STAMP_CHARGED_CLOCK     STAMP_CLASS_CLOCK
#define STAMP_CHARGED_LEAKAGE   STAMP_CLASS_LEAKAGE
#include "model/energy/costs.def"
};

/* Costs of a library stand together, in the order of the libraries. */
static const struct stamp_energy_library libraries[] = {
#define LIBRARY(name, machine, costs, corner, volt, mhz, memories, left_out, unit_mean,            \
                unit_worst, run_mean, run_worst)                                                   \
    {#name,     #machine,   corner,   volt,      mhz,  memories, left_out,                         \
     unit_mean, unit_worst, run_mean, run_worst, NULL, costs},
#include "model/energy/costs.def"
};

enum { LIBRARIES = sizeof libraries / sizeof *libraries };

bool stamp_energy_find(const char *name, const struct stamp_mach *mach,
                       struct stamp_energy_library *out)
{
    uint32_t from = 0;

    for (size_t i = 0; i < LIBRARIES; from += libraries[i++].costs) {
        if (strcmp(libraries[i].name, name) || strcmp(libraries[i].machine, mach->name)) continue;
        *out = libraries[i];
        out->cost = costs + from;
        return true;
    }
    return false;
}

void stamp_energy_names(char *text, size_t size)
{
    size_t at = 0;

    *text = '\0';
    for (size_t i = 0; i < LIBRARIES && at + 1 < size; i++) {
        const int n = snprintf(text + at, size - at, "%s%s on %s", i ? ", " : "", libraries[i].name,
                               libraries[i].machine);
        at += n > 0 ? (size_t)n : 0;
    }
}

struct stamp_energy stamp_energy_of(const struct stamp_energy_library *library)
{
    return (struct stamp_energy){.of = library};
}

static double *unit_of(struct stamp_energy *sum, const char *name)
{
    uint32_t i = 0;

    while (i < sum->units && strcmp(sum->unit[i], name)) i++;
    assert(i < STAMP_ENERGY_UNITS);
    if (i == sum->units) sum->unit[sum->units++] = name;
    return &sum->unit_j[i];
}

static void charge(struct stamp_energy *sum, int to, double j, const struct stamp_energy_shares *by)
{
    if (to == STAMP_CHARGE_PRODUCTS) {
        sum->class_j[STAMP_CLASS_ROWS8] += by->rows8 * j;
        sum->class_j[STAMP_CLASS_ROWS4] += (1 - by->rows8) * j;
    } else if (to == STAMP_CHARGE_LINES) {
        double given = 0;
        for (int i = 0; i < STAMP_CLASSES; i++) {
            sum->class_j[i] += by->vector[i] * j;
            given += by->vector[i];
        }
        if (given == 0) sum->class_j[STAMP_CLASS_VECTOR] += j; /* no line of it is known */
    } else {
        sum->class_j[to] += j;
    }
}

/* Is the count of a cost known, and what is it? */
static bool count_of(const struct stamp_energy_cost *c, const struct stamp_energy_counts *n,
                     uint64_t *count)
{
    if (c->of >= STAMP_EVENTS) {
        *count = n->activity[c->of - STAMP_EVENTS];
        return true;
    }
    *count = c->of == STAMP_EV_CYCLES ? n->cycles : n->event[c->of];
    return n->timed || c->of == STAMP_EV_CYCLES ||
           stamp_event_kind((enum stamp_event)c->of) == STAMP_EVENT_VALUE;
}

void stamp_energy_add(struct stamp_energy *sum, const struct stamp_energy_counts *counts,
                      const struct stamp_energy_shares *shares)
{
    for (uint32_t i = 0; i < sum->of->costs; i++) {
        const struct stamp_energy_cost *c = &sum->of->cost[i];
        uint64_t n;
        const bool known = count_of(c, counts, &n);
        const double j = known ? 1e-12 * c->pj * (double)n : 0;

        sum->incomplete = sum->incomplete || !known;
        *unit_of(sum, c->unit) += j;
        charge(sum, c->charge, j, shares);
        sum->total_j += j;
    }
    sum->macs += (double)counts->event[STAMP_EV_MAC_USED];
    sum->cycles += (double)counts->cycles;
}

void stamp_energy_add_dram(struct stamp_energy *sum, const struct stamp_dram_params *p,
                           const struct stamp_dram_counts *n, uint64_t cycles)
{
    static const char *const part[] = {"dram.rows", "dram.columns", "dram.refresh", "dram.standby"};
    struct stamp_dram_power power;
    double j[4];

    sum->memory = p->name;
    sum->memory_known = n && stamp_dram_power(p->name, &power);
    if (!sum->memory_known) return;
    stamp_dram_joules(&power, n, p->channels, (double)cycles / (1e6 * p->accel_mhz), j);
    for (int i = 0; i < 4; i++) {
        *unit_of(sum, part[i]) += j[i];
        charge(sum, STAMP_CLASS_DRAM, j[i], NULL);
        sum->total_j += j[i];
    }
}

void stamp_energy_join(struct stamp_energy *sum, const struct stamp_energy *other)
{
    for (uint32_t i = 0; i < other->units; i++) *unit_of(sum, other->unit[i]) += other->unit_j[i];
    for (int i = 0; i < STAMP_CLASSES; i++) sum->class_j[i] += other->class_j[i];
    sum->total_j += other->total_j;
    sum->macs += other->macs;
    sum->cycles += other->cycles;
    sum->incomplete = sum->incomplete || other->incomplete;
    sum->memory = other->memory;
    sum->memory_known = other->memory_known;
}
