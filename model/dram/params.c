/* SPDX-License-Identifier: Apache-2.0 */
/* params.c - keys, presets, rules. Contract in params.h. */
#include "model/dram/params.h"

#include <inttypes.h>
#include <string.h>

#include "model/dram/map.h"

const struct stamp_dram_preset stamp_dram_presets[] = {
#define PRESET(name, what, map) {#name, what, map},
#include "model/dram/presets.def"
    {NULL, NULL, NULL},
};

const struct stamp_dram_fact stamp_dram_facts[] = {
#define SIZE(preset, key, value, source)      {#preset, #key, 0, value, source},
#define TIME(preset, key, ps, clocks, source) {#preset, #key, ps, clocks, source},
#include "model/dram/presets.def"
    {NULL, NULL, 0, 0, NULL},
};

static const struct stamp_dram_key keys[] = {
#define KEY(name, lo, hi, meaning)                                                                 \
    {#name, meaning, lo, hi, false, offsetof(struct stamp_dram_params, name)},
#define TIMING(name, lo, meaning)                                                                  \
    {#name, meaning, lo, 1000000, true, offsetof(struct stamp_dram_params, name)},
#include "model/dram/keys.def"
};
enum { KEYS = sizeof keys / sizeof keys[0] };

bool stamp_dram_key_at(size_t index, struct stamp_dram_key *key)
{
    if (index >= KEYS) return false;
    *key = keys[index];
    return true;
}

uint32_t stamp_dram_value(const struct stamp_dram_params *p, const struct stamp_dram_key *key)
{
    uint32_t v;
    memcpy(&v, (const char *)p + key->offset, sizeof v);
    return v;
}

bool stamp_dram_put(struct stamp_dram_params *p, const char *key, uint64_t value)
{
    const uint32_t v = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;

    for (size_t i = 0; i < KEYS; i++)
        if (!strcmp(keys[i].name, key)) {
            memcpy((char *)p + keys[i].offset, &v, sizeof v);
            return true;
        }
    return false;
}

/* ASCII alone: no locale decides what a preset is called. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        const char c = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
        if (c != *b) return false;
    }
    return *a == *b;
}

uint64_t stamp_dram_clocks(const char *key, uint64_t ps, uint32_t clock_khz)
{
    const uint64_t giga = UINT64_C(1000000000);
    return (ps * clock_khz + (strcmp(key, "tREFI") ? giga - 1 : 0)) / giga;
}

bool stamp_dram_preset(const char *name, struct stamp_dram_params *p)
{
    const struct stamp_dram_preset *s = stamp_dram_presets;

    while (s->name && !same_name(name, s->name)) s++;
    if (!s->name) return false;
    memset(p, 0, sizeof *p);
    p->accel_mhz = STAMP_DRAM_MHZ;
    strncpy(p->name, s->name, sizeof p->name - 1);
    strncpy(p->map, s->map, sizeof p->map - 1);
    for (const struct stamp_dram_fact *f = stamp_dram_facts; f->preset; f++) {
        const char *of = f->preset;
        if (strcmp(of, "all") && strcmp(of, s->name)) continue;
        const uint64_t ps = f->ps ? stamp_dram_clocks(f->key, f->ps, p->clock_khz) : 0;
        stamp_dram_put(p, f->key, ps > f->clocks ? ps : f->clocks);
    }
    return true;
}

uint64_t stamp_dram_peak(const struct stamp_dram_params *p)
{
    return (uint64_t)p->clock_khz * 1000 * p->beats * p->width / 8 * p->channels;
}

void stamp_dram_plain(const struct stamp_dram_params *p, uint32_t axi_bytes, uint32_t *latency,
                      uint32_t *rate)
{
    const uint64_t accel = p->accel_mhz * UINT64_C(1000), port = accel * 1000 * axi_bytes;
    const uint64_t parts =
        (uint64_t)p->tFRONT + (p->rowless ? 0 : p->tRCD) + p->tRL + p->burst / p->beats + p->tBACK;
    /* Pins rest while a refresh holds their rank. */
    const uint64_t held = p->tREFI ? (uint64_t)p->tRFC + p->tRPab : 0;
    const uint64_t whole = p->tREFI ? p->tREFI : 1;
    const uint64_t pins = stamp_dram_peak(p) / whole * (whole - held);
    const uint64_t beats = pins / (port / 256 + 1);

    *latency = (uint32_t)((parts * accel + p->clock_khz - 1) / p->clock_khz + 1);
    *rate = beats < 1 ? 1 : beats > 256 ? 256 : (uint32_t)beats;
}

static enum stamp_status in_range(const struct stamp_dram_params *p, struct stamp_err *e)
{
    for (size_t i = 0; i < KEYS; i++) {
        const uint32_t v = stamp_dram_value(p, &keys[i]);
        if (v < keys[i].lo || v > keys[i].hi)
            return stamp_fail(e, STAMP_ERANGE,
                              "%s = %" PRIu32 ", must be %" PRIu32 " to %" PRIu32 ": %s",
                              keys[i].name, v, keys[i].lo, keys[i].hi, keys[i].meaning);
    }
    return STAMP_OK;
}

/* In one function: a rule sees the values by their names. */
static enum stamp_status keeps_rules(const struct stamp_dram_params *p, struct stamp_err *e)
{
#define KEY(name, lo, hi, meaning)                                                                 \
    const uint64_t name = p->name;                                                                 \
    (void)name;
#define TIMING(name, lo, meaning) KEY(name, lo, 0, meaning)
#include "model/dram/keys.def"
#define RULE(left, op, right, reason)                                                              \
    if (!((uint64_t)(left)op(uint64_t)(right)))                                                    \
        return stamp_fail(e, STAMP_ERANGE, "%s = %" PRIu64 ", must be %s %s = %" PRIu64 ": %s",    \
                          #left, (uint64_t)(left), #op, #right, (uint64_t)(right), reason);
#define ROW_RULE(left, op, right, reason)                                                          \
    if (!rowless) { RULE(left, op, right, reason) }
#define REFRESH_RULE(left, op, right, reason)                                                      \
    if (tREFI) { RULE(left, op, right, reason) }
#include "model/dram/rules.def"
    return STAMP_OK;
}

enum stamp_status stamp_dram_check(const struct stamp_dram_params *p, struct stamp_err *e)
{
    struct stamp_dram_map map;
    enum stamp_status s = in_range(p, e);

    if (!s) s = keeps_rules(p, e);
    return s ? s : stamp_dram_map_read(&map, p, e);
}
