/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - where RTL and C machine differ. Contract in explain.h. */
#include "sim/report/explain.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/dis.h"
#include "model/mem.h"
#include "sim/report/json_out.h"

enum { AROUND = 2, STORES_WITHIN = 4096 };

static float float_of(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Other memories hold codes, scales with flags, indices. */
static bool holds_floats(const struct stamp_difference *d)
{
    return d->space == STAMP_SPACE_VM || d->space == STAMP_SPACE_DRAM;
}

/* The phase instruction @p pc of @p entry lies in, or NULL. */
static const struct stamp_phase *phase_of(const struct stamp_image *m,
                                          const struct stamp_entry *entry, uint32_t pc)
{
    const uint32_t e = (uint32_t)(entry - m->entry);

    for (uint32_t i = 0; i < m->phases; i++)
        if (m->phase[i].entry == e && pc >= m->phase[i].first &&
            pc - m->phase[i].first < m->phase[i].count)
            return &m->phase[i];
    return NULL;
}

static void in_buffer(struct stamp_text *t, const struct stamp_buffer *b, uint64_t addr)
{
    const uint64_t at = addr - b->addr, bytes = stamp_fmt_bytes(b->fmt);

    if (b->fmt == STAMP_FMT_RAW || b->row_bytes == 0)
        stamp_text_add(t, "%s byte %" PRIu64, b->name, at);
    else
        stamp_text_add(t, "%s row %" PRIu64 " column %" PRIu64, b->name, at / b->row_bytes,
                       at % b->row_bytes / bytes);
}

/* The first STORE behind @p pc that takes line @p line of @p space: what was written goes there. */
static bool stored_to(struct stamp_text *t, const struct stamp_image *m,
                      const struct stamp_entry *entry, uint32_t pc, enum stamp_space space,
                      uint64_t line)
{
    union stamp_insn n;

    for (uint32_t i = pc + 1; i < entry->count && i - pc < STORES_WITHIN; i++) {
        const struct stamp_op *op = stamp_decode(&m->code[entry->first + i], &n);
        if (!op || n.d.op != STAMP_OP_STORE || (enum stamp_space)n.d.space != space) continue;
        if (line < n.d.line || line >= n.d.line + (uint64_t)n.d.n0 * n.d.n1 * n.d.lines) continue;
        stamp_text_add(t, "what pc %" PRIu32 " stores to", i);
        stamp_dis_buffer(m, entry->first + i, t);
        return true;
    }
    return false;
}

/* The tensor that differs, as far as program and address tell. False when they do not. */
static bool tensor(struct stamp_text *t, const struct stamp_image *m,
                   const struct stamp_entry *entry, const struct stamp_difference *d, uint64_t base)
{
    if (!d->has_place) return false;
    if (d->space == STAMP_SPACE_DRAM) {
        const uint64_t at = d->addr - base + (d->has_values ? 4 * (uint64_t)d->word : 0);
        const struct stamp_buffer *b = stamp_image_buffer_at(m, at, 1);
        if (b) in_buffer(t, b, at);
        return b != NULL;
    }
    return d->has_pc && stored_to(t, m, entry, d->pc, d->space, d->addr);
}

/* "  132  VQUANT ..." */
static void instruction(struct stamp_text *t, const struct stamp_image *m,
                        const struct stamp_entry *entry, uint32_t pc)
{
    stamp_text_add(t, "%6" PRIu32 "  ", pc);
    stamp_dis_word(&m->code[entry->first + pc], t);
    stamp_dis_buffer(m, entry->first + pc, t);
}

static uint32_t from(const struct stamp_difference *d)
{
    return d->pc > AROUND ? d->pc - AROUND : 0;
}

static bool shown(const struct stamp_entry *entry, const struct stamp_difference *d, uint32_t pc)
{
    return d->has_pc && pc < entry->count && pc <= (uint64_t)d->pc + AROUND;
}

void stamp_explain_text(struct stamp_text *t, const struct stamp_image *m,
                        const struct stamp_entry *entry, const struct stamp_run_result *r)
{
    const struct stamp_difference *d = &r->at;
    struct stamp_text name = {0};

    if (!d->found) return;
    stamp_text_add(t, "difference  %s\n", r->difference);
    stamp_text_add(t, "cycle       %" PRIu64 ", clock %" PRIu64 " of the simulation\n", d->cycle,
                   d->clock);
    if (d->has_values && holds_floats(d))
        stamp_text_add(t, "values      rtl 0x%08" PRIx32 " (%.9g), model 0x%08" PRIx32 " (%.9g)\n",
                       d->rtl, (double)float_of(d->rtl), d->model, (double)float_of(d->model));
    else if (d->has_values)
        stamp_text_add(t, "values      rtl 0x%08" PRIx32 ", model 0x%08" PRIx32 "\n", d->rtl,
                       d->model);
    const struct stamp_phase *p = d->has_pc ? phase_of(m, entry, d->pc) : NULL;
    if (d->has_pc)
        stamp_text_add(t, "phase       %s, turn %" PRIu32 " of its outermost loop, entry %s\n",
                       p ? p->name : "none", d->turn, entry->name);
    if (tensor(&name, m, entry, d, r->dram_base)) stamp_text_add(t, "tensor      %s\n", name.s);
    for (uint32_t pc = from(d); shown(entry, d, pc); pc++) {
        stamp_text_add(t, "%-10s%s", pc == from(d) ? "program" : "", pc == d->pc ? " >" : "  ");
        instruction(t, m, entry, pc);
        stamp_text_add(t, "\n");
    }
    for (int u = 0; u < STAMP_UNITS; u++) {
        if (!d->lasts[u]) continue;
        stamp_text_add(t, "retired     %s", stamp_unit_name((enum stamp_unit)u));
        for (int i = 0; i < d->lasts[u]; i++) {
            stamp_text_add(t, i ? "; %" PRIu32 : " %" PRIu32 ": ", d->last[u][i]);
            if (!i && d->last[u][0] < entry->count)
                stamp_dis_word(&m->code[entry->first + d->last[u][0]], t);
        }
        stamp_text_add(t, "\n");
    }
    stamp_free(name.s);
}

static void put_value(struct cJSON *o, const char *key, const struct stamp_difference *d,
                      uint32_t bits)
{
    char hex[16], name[32];

    snprintf(hex, sizeof hex, "0x%08" PRIx32, bits);
    snprintf(name, sizeof name, "%s_float", key);
    if (d->has_values)
        stamp_put_text(o, key, hex);
    else
        cJSON_AddNullToObject(o, key);
    if (d->has_values && holds_floats(d))
        stamp_put_real(o, name, (double)float_of(bits));
    else
        cJSON_AddNullToObject(o, name);
}

static void put_text_or_null(struct cJSON *o, const char *key, const char *text)
{
    if (text)
        stamp_put_text(o, key, text);
    else
        cJSON_AddNullToObject(o, key);
}

static void put_count_or_null(struct cJSON *o, const char *key, bool has, uint64_t value)
{
    if (has)
        stamp_put_count(o, key, value);
    else
        cJSON_AddNullToObject(o, key);
}

static void put_lists(struct cJSON *o, const struct stamp_image *m, const struct stamp_entry *entry,
                      const struct stamp_difference *d)
{
    struct cJSON *list = stamp_put_array(o, "program");

    for (uint32_t pc = from(d); shown(entry, d, pc); pc++) {
        struct stamp_text line = {0};
        instruction(&line, m, entry, pc);
        cJSON_AddItemToArray(list, cJSON_CreateString(line.s ? line.s : ""));
        stamp_free(line.s);
    }
    list = stamp_put_object(o, "retired");
    for (int u = 0; u < STAMP_UNITS; u++) {
        struct cJSON *pcs = stamp_put_array(list, stamp_unit_name((enum stamp_unit)u));
        for (int i = 0; i < d->lasts[u]; i++)
            cJSON_AddItemToArray(pcs, cJSON_CreateNumber((double)d->last[u][i]));
    }
}

void stamp_explain_json(struct cJSON *object, const struct stamp_image *m,
                        const struct stamp_entry *entry, const struct stamp_run_result *r)
{
    const struct stamp_difference *d = &r->at;
    struct stamp_text name = {0};

    if (!d->found) return;
    struct cJSON *o = stamp_put_object(object, "at");
    const struct stamp_phase *p = d->has_pc ? phase_of(m, entry, d->pc) : NULL;
    put_text_or_null(o, "unit", d->has_pc ? stamp_unit_name(d->unit) : NULL);
    put_count_or_null(o, "pc", d->has_pc, d->pc);
    put_count_or_null(o, "turn", d->has_pc, d->turn);
    stamp_put_text(o, "entry", entry->name);
    put_text_or_null(o, "phase", p ? p->name : NULL);
    stamp_put_count(o, "cycle", d->cycle);
    stamp_put_count(o, "clock", d->clock);
    put_text_or_null(o, "tensor", tensor(&name, m, entry, d, r->dram_base) ? name.s : NULL);
    put_text_or_null(o, "space", d->has_place ? stamp_space_name(d->space) : NULL);
    put_count_or_null(o, "addr", d->has_place, d->addr);
    put_count_or_null(o, "word", d->has_values, d->word);
    put_value(o, "rtl", d, d->rtl);
    put_value(o, "model", d, d->model);
    put_lists(o, m, entry, d);
    stamp_free(name.s);
}
