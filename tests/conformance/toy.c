/* SPDX-License-Identifier: Apache-2.0 */
/* toy.c - wrong machines. Contract in toy.h. */
#include "tests/conformance/toy.h"

#include <string.h>

static const char *load(void *ctx, bool reset, const struct conform_run *run, size_t runs)
{
    struct toy *t = ctx;

    return t->inner.load(t->inner.ctx, reset, run, runs);
}

static const char *start(void *ctx, const struct conform_vector *v)
{
    struct toy *t = ctx;
    struct stamp_machine *m = t->model.machine;
    struct conform_vector w = *v;

    memcpy(t->before, t->model.memory.bytes, (size_t)t->model.memory.size);
    if (t->defect == TOY_CLEARS_SPADS) { /* with memory as it is */
        stamp_machine_free(m);
        m = t->model.machine = stamp_machine_new(t->model.mach);
        if (!m) return "out of memory";
    }
    memcpy(t->sem, m->sem, sizeof t->sem);
    memcpy(t->areg, m->ctl.areg, sizeof t->areg);
    if (t->defect == TOY_IGNORES_ARGS) w.arg[2] = 0;
    if (t->defect == TOY_NO_WINDOW) {
        w.win_lo = t->model.memory.base;
        w.win_hi = t->model.memory.base + t->model.memory.size;
    }
    const char *said = t->inner.start(t->inner.ctx, &w);
    if (t->defect == TOY_KEEPS_SEM) memcpy(m->sem, t->sem, sizeof t->sem);
    if (t->defect == TOY_KEEPS_REGS) memcpy(m->ctl.areg, t->areg, sizeof t->areg);
    return said;
}

/* Bend the words that were written. */
static void bend(struct toy *t)
{
    uint8_t *now = t->model.memory.bytes, *last = NULL;
    const size_t n = (size_t)t->model.memory.size;

    for (size_t i = 0; i < n; i += 4) {
        uint32_t w;
        if (!memcmp(now + i, t->before + i, 4)) continue;
        last = now + i;
        memcpy(&w, now + i, 4);
        if (t->defect == TOY_FLUSHES && !(w & 0x7f800000)) w &= 0x80000000;
        if (t->defect == TOY_TRUNCATES && w == 0x3f823f80) w = 0x3f813f80; /* two bf16 */
        if (t->defect == TOY_ROUNDS_AWAY) w &= ~1u;
        memcpy(now + i, &w, 4);
    }
    if (!last) return;
    const size_t end = (size_t)(last - now) + 4;
    if (t->defect == TOY_STORES_LESS) memcpy(now + end - 8, t->before + end - 8, 8);
    if (t->defect == TOY_STORES_MORE && end < n) now[end] ^= 0xff;
}

static const char *wait(void *ctx, struct conform_end *end)
{
    struct toy *t = ctx;
    const char *said = t->inner.wait(t->inner.ctx, end);

    bend(t);
    if (t->defect == TOY_HANGS) return "does not end";
    if (t->defect == TOY_LATE_PC && end->status) end->error_pc++;
    if (t->defect == TOY_NO_RESERVED && end->status == STAMP_ERROR_RESERVED) end->status = 0;
    if (t->defect == TOY_COUNTS_WRONG) end->counter[STAMP_EV_VM_WRITE]++;
    return said;
}

static const char *read(void *ctx, uint64_t addr, uint8_t *bytes, size_t n)
{
    struct toy *t = ctx;

    return t->inner.read(t->inner.ctx, addr, bytes, n);
}

struct conform_device toy_device(struct toy *t)
{
    t->inner = conform_model_device(&t->model);
    return (struct conform_device){t, load, start, wait, read};
}
