/* SPDX-License-Identifier: Apache-2.0 */
/* lockstep.c - streams of writes and retirements, compared as they come. Contract in lockstep.h. */
#include "sim/run/lockstep.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

enum { MAX_BYTES = 512, FIRST_SLOTS = 64 };

/* One element: a write (bytes > 0) or a retirement. Followed by its data in the slot. */
struct item {
    uint64_t addr;
    uint32_t pc, turn, bytes;
    uint8_t data[MAX_BYTES];
};

/* Ring of items of one size; slot bytes are known with the first. */
struct stream {
    uint8_t *slots;
    size_t slot_bytes, capacity, head, count;
};

struct stamp_lockstep {
    struct stamp_machine *m;
    struct stream write[STAMP_UNITS][STAMP_SPACES], retire[STAMP_UNITS];
    struct stamp_retire now;                                  /* what the C machine executes */
    void (*before)(void *ctx, const struct stamp_machine *m); /* or NULL */
    void *before_ctx;
    bool oom;
    uint32_t turn, left; /* of the outermost loop */
    uint64_t checked, mismatches;
    struct stamp_difference at;
    char text[320];
};

static bool push(struct stream *s, const struct item *it)
{
    const size_t need = offsetof(struct item, data) + it->bytes;

    if (!s->slot_bytes) s->slot_bytes = (need + 7) / 8 * 8;
    if (s->count == s->capacity) {
        const size_t bigger = s->capacity ? 2 * s->capacity : FIRST_SLOTS;
        uint8_t *slots = stamp_alloc(bigger, s->slot_bytes);
        if (!slots) return false;
        for (size_t i = 0; i < s->count; i++)
            memcpy(slots + i * s->slot_bytes,
                   s->slots + (s->head + i) % s->capacity * s->slot_bytes, s->slot_bytes);
        stamp_free(s->slots);
        *s = (struct stream){slots, s->slot_bytes, bigger, 0, s->count};
    }
    memcpy(s->slots + (s->head + s->count++) % s->capacity * s->slot_bytes, it, need);
    return true;
}

/* The oldest item, which stays valid until the next push. */
static const struct item *pop(struct stream *s)
{
    const struct item *it = (const void *)(s->slots + s->head * s->slot_bytes);

    s->head = (s->head + 1) % s->capacity;
    s->count--;
    return it;
}

/* The C machine wrote. */
static void on_write(void *ctx, enum stamp_space space, uint64_t addr, const void *data,
                     size_t bytes)
{
    struct stamp_lockstep *ls = ctx;
    struct item it;

    it.addr = addr;
    it.pc = ls->m->ctl.pc;
    it.turn = ls->turn;
    it.bytes = (uint32_t)bytes;
    memcpy(it.data, data, bytes);
    if (!push(&ls->write[ls->now.unit][space], &it)) ls->oom = true;
}

struct stamp_lockstep *stamp_lockstep_new(struct stamp_machine *m)
{
    struct stamp_lockstep *ls = stamp_alloc(1, sizeof *ls);

    if (!ls) return NULL;
    ls->m = m;
    m->on_write = on_write;
    m->on_write_ctx = ls;
    return ls;
}

void stamp_lockstep_free(struct stamp_lockstep *ls)
{
    if (!ls) return;
    ls->m->on_write = NULL;
    for (int u = 0; u < STAMP_UNITS; u++) {
        stamp_free(ls->retire[u].slots);
        for (int s = 0; s < STAMP_SPACES; s++) stamp_free(ls->write[u][s].slots);
    }
    stamp_free(ls);
}

void stamp_lockstep_watch(struct stamp_lockstep *ls,
                          void (*before)(void *ctx, const struct stamp_machine *m), void *ctx)
{
    ls->before = before;
    ls->before_ctx = ctx;
}

static bool differ(struct stamp_lockstep *ls, const char *fmt, ...) STAMP_PRINTF(2, 3);

static bool differ(struct stamp_lockstep *ls, const char *fmt, ...)
{
    va_list args;

    if (ls->mismatches) return false;
    ls->mismatches = 1;
    ls->at.found = true;
    va_start(args, fmt);
    vsnprintf(ls->text, sizeof ls->text, fmt, args);
    va_end(args);
    return false;
}

/* The instruction at fault; the first that is named counts. */
static void by(struct stamp_lockstep *ls, enum stamp_unit unit, uint32_t pc, uint32_t turn)
{
    ls->at.has_pc = true;
    ls->at.unit = unit;
    ls->at.pc = pc;
    ls->at.turn = turn;
}

static void place(struct stamp_lockstep *ls, enum stamp_space space, uint64_t addr)
{
    ls->at.has_place = true;
    ls->at.space = space;
    ls->at.addr = addr;
}

static void values(struct stamp_lockstep *ls, size_t word, uint32_t rtl, uint32_t model)
{
    ls->at.has_values = true;
    ls->at.word = (uint32_t)word;
    ls->at.rtl = rtl;
    ls->at.model = model;
}

/* After an instruction: which turn of the outermost loop the next one is in. */
static void follow_loop(struct stamp_lockstep *ls)
{
    const struct stamp_dispatch *d = &ls->m->ctl;

    if (d->loops == 0 || ls->left == 0)
        ls->turn = 0;
    else if (d->loop[0].left != ls->left)
        ls->turn++;
    ls->left = d->loops ? d->loop[0].left : 0;
}

/* Step the C machine until @p s has an element. False when it stops before. */
static bool advance(struct stamp_lockstep *ls, struct stream *s)
{
    while (!s->count) {
        struct stamp_machine *m = ls->m;
        if (m->ctl.done || m->error || ls->oom) return false;
        if (ls->before) ls->before(ls->before_ctx, m);
        stamp_machine_step(m, &ls->now);
        if (m->error) continue;
        struct item it = {.pc = ls->now.pc, .turn = ls->turn};
        follow_loop(ls);
        if (!push(&ls->retire[ls->now.unit], &it)) ls->oom = true;
    }
    return true;
}

static uint32_t word_at(const uint8_t *data, size_t i)
{
    return (uint32_t)data[i] | (uint32_t)data[i + 1] << 8 | (uint32_t)data[i + 2] << 16 |
           (uint32_t)data[i + 3] << 24;
}

bool stamp_lockstep_write(struct stamp_lockstep *ls, enum stamp_unit unit, enum stamp_space space,
                          uint64_t addr, const void *data, size_t bytes)
{
    struct stream *s = &ls->write[unit][space];
    const char *un = stamp_unit_name(unit), *sp = stamp_space_name(space);

    if (ls->mismatches) return false;
    if (!advance(ls, s) && ls->m->error) return true; /* beyond the model's error: finish judges */
    ls->at.unit = unit;
    place(ls, space, addr);
    if (!s->count)
        return differ(ls, "%s wrote %s[%" PRIu64 "], a write the model does not make%s", un, sp,
                      addr, ls->oom ? " (out of memory)" : "");
    const struct item *want = pop(s);
    by(ls, unit, want->pc, want->turn);
    if (want->addr != addr)
        return differ(ls, "%s pc %" PRIu32 ": wrote %s[%" PRIu64 "], model %s[%" PRIu64 "]", un,
                      want->pc, sp, addr, sp, want->addr);
    for (size_t i = 0; i + 4 <= bytes && want->bytes == bytes; i += 4) {
        const uint32_t a = word_at(data, i), b = word_at(want->data, i);
        if (a != b) values(ls, i / 4, a, b);
        if (a != b)
            return differ(ls,
                          "%s pc %" PRIu32 ": %s[%" PRIu64 "] word %zu: rtl 0x%08" PRIx32
                          ", model 0x%08" PRIx32,
                          un, want->pc, sp, addr, i / 4, a, b);
    }
    if (want->bytes != bytes) /* of DRAM: other strobes */
        return differ(ls, "%s pc %" PRIu32 ": %s[%" PRIu64 "]: rtl wrote %zu bytes, model %" PRIu32,
                      un, want->pc, sp, addr, bytes, want->bytes);
    for (size_t i = bytes / 4 * 4; i < bytes; i++) {
        const unsigned a = ((const uint8_t *)data)[i], b = want->data[i];
        if (a != b) values(ls, i / 4, a, b);
        if (a != b)
            return differ(ls,
                          "%s pc %" PRIu32 ": %s[%" PRIu64 "] byte %zu: rtl 0x%02x, model 0x%02x",
                          un, want->pc, sp, addr, i, a, b);
    }
    ls->checked += (bytes + 3) / 4;
    return true;
}

/* What the RTL retired last. */
static void remember(struct stamp_difference *d, enum stamp_unit unit, uint32_t pc)
{
    memmove(d->last[unit] + 1, d->last[unit], (STAMP_LAST - 1) * sizeof d->last[unit][0]);
    d->last[unit][0] = pc;
    if (d->lasts[unit] < STAMP_LAST) d->lasts[unit]++;
}

bool stamp_lockstep_retire(struct stamp_lockstep *ls, enum stamp_unit unit, uint32_t pc)
{
    if (ls->mismatches) return false;
    ls->at.has_place = false;
    remember(&ls->at, unit, pc);
    if (!advance(ls, &ls->retire[unit]) && ls->m->error) return true;
    if (!ls->retire[unit].count)
        return differ(ls,
                      "%s retired pc %" PRIu32 ", which the model does not reach (it stopped: %s)",
                      stamp_unit_name(unit), pc, stamp_error_name(ls->m->error));
    const struct item *want = pop(&ls->retire[unit]);
    by(ls, unit, want->pc, want->turn);
    if (want->pc != pc)
        return differ(ls, "%s retired pc %" PRIu32 ", model pc %" PRIu32, stamp_unit_name(unit), pc,
                      want->pc);
    ls->checked++;
    return true;
}

static bool leftovers(struct stamp_lockstep *ls)
{
    for (int u = 0; u < STAMP_UNITS; u++) {
        if (ls->retire[u].count) {
            const struct item *it = pop(&ls->retire[u]);
            by(ls, (enum stamp_unit)u, it->pc, it->turn);
            return differ(ls, "%s did not retire pc %" PRIu32, stamp_unit_name((enum stamp_unit)u),
                          it->pc);
        }
        for (int s = 0; s < STAMP_SPACES; s++)
            if (ls->write[u][s].count) {
                const struct item *it = pop(&ls->write[u][s]);
                by(ls, (enum stamp_unit)u, it->pc, it->turn);
                place(ls, (enum stamp_space)s, it->addr);
                return differ(ls, "%s pc %" PRIu32 ": %s[%" PRIu64 "] was not written",
                              stamp_unit_name((enum stamp_unit)u), it->pc,
                              stamp_space_name((enum stamp_space)s), it->addr);
            }
    }
    return true;
}

bool stamp_lockstep_finish(struct stamp_lockstep *ls, enum stamp_error error, uint32_t error_pc)
{
    struct stamp_machine *m = ls->m;
    struct stream never = {0};

    if (ls->mismatches) return false;
    ls->at.has_pc = ls->at.has_place = false;
    while (!m->ctl.done && !m->error && !ls->oom) advance(ls, &never);
    if (ls->oom) return differ(ls, "out of memory");
    if (m->error != error || (error && m->error_pc != error_pc)) {
        if (error) by(ls, STAMP_UNIT_CTL, error_pc, 0);
        return differ(ls, "rtl stopped with %s at pc %" PRIu32 ", model with %s at pc %" PRIu32,
                      stamp_error_name(error), error_pc, stamp_error_name(m->error), m->error_pc);
    }
    return error ? true : leftovers(ls);
}

uint64_t stamp_lockstep_checked(const struct stamp_lockstep *ls)
{
    return ls->checked;
}

uint64_t stamp_lockstep_mismatches(const struct stamp_lockstep *ls)
{
    return ls->mismatches;
}

const char *stamp_lockstep_text(const struct stamp_lockstep *ls)
{
    return ls->text;
}

const struct stamp_difference *stamp_lockstep_difference(const struct stamp_lockstep *ls)
{
    return &ls->at;
}

bool stamp_lockstep_starved(const struct stamp_lockstep *ls)
{
    return ls->oom;
}
