/* SPDX-License-Identifier: Apache-2.0 */
/* settle.c - from instructions in program order to finished, verified code. Contract in settle.h. */
#include "compiler/emit/settle.h"

#include <stdio.h>
#include <string.h>

#include "compiler/emit/ahead.h"
#include "compiler/emit/roll.h"
#include "compiler/emit/schedule.h"
#include "compiler/prove/verify.h"
#include "model/clock/estimate.h"

/* Instructions [from, to) of @p p behind out[*n], rolled or as they are. */
static void put(const struct stamp_build *b, const struct stamp_program *p, size_t from, size_t to,
                struct stamp_word *out, size_t *n)
{
    if (b->options->no_roll || p->no_roll) {
        memcpy(out + *n, p->word + from, (to - from) * sizeof *out);
        *n += to - from;
    } else {
        *n += stamp_roll(b->mach, p->word + from, to - from, out + *n);
    }
}

/* The program to out, phase by phase so that no loop crosses a border. Returns its instructions. */
static size_t put_phases(struct stamp_build *b, const struct stamp_program *p,
                         struct stamp_word *out)
{
    const size_t base = (size_t)(p->word - b->word);
    struct stamp_image *m = b->image;
    size_t done = 0, n = 0;

    for (uint32_t i = 0; i < b->phases; i++) {
        const struct stamp_build_phase *f = &b->phase[i];
        if (f->first < base || f->end > base + p->count) continue;
        put(b, p, done, f->first - base, out, &n);
        struct stamp_phase *to = &m->phase[m->phases++];
        snprintf(to->name, sizeof to->name, "%s", f->name);
        to->entry = m->entries;
        to->first = (uint32_t)n;
        to->products = f->products;
        to->per_key = f->per_key;
        done = f->end - base;
        put(b, p, f->first - base, done, out, &n);
        to->count = (uint32_t)n - to->first;
    }
    put(b, p, done, p->count, out, &n);
    return n;
}

/* Semaphores and loops of one program, appended to the code. */
static enum stamp_status append(struct stamp_build *b, const struct stamp_program *p,
                                struct stamp_word *code, uint32_t *count)
{
    struct stamp_image *m = b->image;
    enum stamp_status st = p->ahead ? stamp_ahead(b, p->word, p->count) : STAMP_OK;
    if (!st) st = stamp_schedule(m, p->word, p->count, b->e);

    if (st) return stamp_fail_at(b->e, "program %s", p->name), st;
    if (*count % 2) code[(*count)++] = (struct stamp_word){{STAMP_OP_NOP}};
    const size_t n = put_phases(b, p, code + *count);
    struct stamp_entry *e = &m->entry[m->entries++];
    snprintf(e->name, sizeof e->name, "%s", p->name);
    e->first = *count;
    e->count = (uint32_t)n;
    *count += (uint32_t)n;
    if (b->options->dump)
        stamp_text_add(b->options->dump, "code %s: %zu instructions in program order, %zu rolled\n",
                       p->name, p->count, n);
    return STAMP_OK;
}

enum stamp_status stamp_settle(struct stamp_build *b, const struct stamp_program *program,
                               uint32_t count)
{
    struct stamp_image *m = b->image;
    size_t most = count;
    uint32_t n = 0;

    m->dram_bytes = b->dram;
    for (uint32_t i = 0; i < count; i++) most += program[i].count;
    if (most > STAMP_IMAGE_CODE_MAX)
        return stamp_fail(b->e, STAMP_EUNSUPPORTED, "layer too large: %zu instructions", most);
    struct stamp_word *out = stamp_build_alloc(b, most, sizeof *out);
    m->entry = stamp_arena_alloc(m->arena, count, sizeof *m->entry);
    m->phase = stamp_arena_alloc(m->arena, b->phases, sizeof *m->phase);
    if (!out || !m->entry || !m->phase) return stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    m->entries = 0;
    for (uint32_t i = 0; i < count; i++) {
        const enum stamp_status st = append(b, &program[i], out, &n);
        if (st) return st;
    }
    m->code = stamp_arena_alloc(m->arena, n, sizeof *m->code);
    if (!m->code) return stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    memcpy(m->code, out, n * sizeof *out);
    m->code_count = n;
    m->code_addr = b->dram;
    m->dram_bytes =
        (b->dram + n * sizeof *out + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
    if (m->dram_bytes >> STAMP_ADDR_BITS)
        return stamp_build_fail(b, STAMP_EUNSUPPORTED, "layer too large: memory ends");
    return STAMP_OK;
}

enum stamp_status stamp_prove(struct stamp_build *b, struct stamp_compile_info *info)
{
    struct stamp_verify_info v = {0};
    struct stamp_cost c = {0};
    enum stamp_status st = STAMP_OK;

    if (!b->options->no_verify) st = stamp_verify(b->image, &v, b->e);
    if (!st && (info || b->options->dump))
        st = stamp_cost_program(b->image, b->options->memory, &c, b->e);
    if (st) return st;
    if (info) {
        *info = (struct stamp_compile_info){.dispatched = c.dispatched,
                                            .fetch_bytes = c.fetch_bytes,
                                            .load_bytes = v.load_bytes,
                                            .store_bytes = v.store_bytes,
                                            .cycles = c.cycles,
                                            .sem_peak = v.sem_peak};
        memcpy(info->busy, c.busy, sizeof info->busy);
    }
    if (b->options->dump)
        stamp_text_add(
            b->options->dump, "estimate: %llu cycles, array busy %llu, vector %llu, load %llu\n",
            (unsigned long long)c.cycles, (unsigned long long)c.busy[STAMP_UNIT_MXU],
            (unsigned long long)c.busy[STAMP_UNIT_VXU], (unsigned long long)c.busy[STAMP_UNIT_LDU]);
    return STAMP_OK;
}
