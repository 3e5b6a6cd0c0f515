/* SPDX-License-Identifier: Apache-2.0 */
/* cycle_rig.c - programs for the clocks of single instructions. Contract in cycle_rig.h. */
#include "tests/cosim/cycle_rig.h"

#include <assert.h>
#include <string.h>

#include "model/mem.h"
#include "sim/run/rtl_open.h"

enum { GATE = 1, SEEN = 64, MOST_CYCLES = 1000000 };

/* What a unit did in a run. */
struct seen {
    uint32_t pushes, takes, dones;
    uint64_t push[SEEN], take[SEEN], done[SEEN];
};

struct rig {
    const struct stamp_mach *mach;
    const struct stamp_rtl_ops *ops;
    void *rtl;
    uint8_t *memory;
    uint64_t cycle, pin; /* now; when the interrupt pin rose */
    struct seen seen[STAMP_UNITS];
    struct stamp_word code[RIG_WORDS];
    uint32_t words;
};

static void note(uint64_t *at, uint32_t *n, uint64_t cycle)
{
    if (*n < SEEN) at[*n] = cycle;
    ++*n;
}

static bool on_cycle(void *ctx, const struct stamp_rtl_cycle *c)
{
    struct rig *r = ctx;

    r->cycle++;
    if (c->irq && !r->pin) r->pin = r->cycle;
    for (uint32_t u = 1; u < STAMP_UNITS; u++) {
        struct seen *s = &r->seen[u];
        if (c->push >> (u - 1) & 1) note(s->push, &s->pushes, r->cycle);
        if (c->take >> (u - 1) & 1) note(s->take, &s->takes, r->cycle);
        if (c->done >> (u - 1) & 1) note(s->done, &s->dones, r->cycle);
    }
    return true;
}

/* ---- Memory ----------------------------------------------------------------------------------- */

static void put(uint8_t *p, uint32_t bytes, uint32_t v)
{
    for (uint32_t i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* Where tables lie; the code is before RIG_DATA. */
enum { AT_RT = 0x8000, AT_NT = 0xa000, AT_IT = 0xc000 };

/* Token i is nibble row i, the first half of the entries with 4 bits, the second with 8 from an even row on;
 * every nibble row is that of a token below 16, so that results lie close together. */
static void fill(const struct stamp_mach *m, uint8_t *at)
{
    const uint32_t n = m->RT_ENTRIES;
    uint32_t x = 1;

    for (uint32_t i = RIG_DATA; i < RIG_STORE; i += 4) {
        x = x * 1664525 + 1013904223;
        const uint32_t f = (126 + (x >> 8 & 1)) << 23 | x >> 9;
        put(at + i, 4, i < RIG_BF16 ? f : (f & 0xffff0000u) | f >> 16);
    }
    for (uint32_t i = 0; i < n; i++) {
        put(at + AT_RT + 2 * i, 2, i < n / 2 ? i : 0x8000u | 2 * (i - n / 2));
        put(at + AT_NT + 2 * i, 2, 1u << 14 | i % 16);
    }
    for (uint32_t i = 0; i < m->IT_ENTRIES; i++) put(at + AT_IT + 4 * i, 4, i % RIG_INDEX);
}

/* ---- Programs --------------------------------------------------------------------------------- */

static void emit(struct rig *r, union stamp_insn i)
{
    assert(r->words < RIG_WORDS);
    const char *bad = stamp_encode(&i, &r->code[r->words++]);

    assert(!bad);
    (void)bad;
}

static void control(struct rig *r, enum stamp_opcode op, uint64_t imm)
{
    emit(r, (union stamp_insn){.c = {.op = op, .imm = imm}});
}

static void load(struct rig *r, enum stamp_space space, uint64_t from, uint64_t lines)
{
    emit(r, (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                     .space = space,
                                     .fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW,
                                     .dram = from,
                                     .lines = lines,
                                     .lstride = lines,
                                     .n0 = 1,
                                     .n1 = 1}});
}

/* VM and SM as cases want them. */
static void begin(struct rig *r)
{
    union stamp_insn i = {
        .v = {.op = STAMP_OP_VMINMAX, .first = 1, .n0 = RIG_SM, .s0 = 1, .cols = 1, .smstride = 1}};

    r->words = 0;
    load(r, STAMP_SPACE_VM, RIG_DATA, RIG_VM);
    control(r, STAMP_OP_FENCE, 0);
    emit(r, i);
    i.v.op = STAMP_OP_VQPAR;
    emit(r, i);
    control(r, STAMP_OP_FENCE, 0);
}

static void set_address(struct rig *r, uint32_t reg, uint64_t value)
{
    r->ops->write(r->rtl, reg, (uint32_t)value);
    r->ops->write(r->rtl, reg + 4, (uint32_t)(value >> 32));
}

static enum stamp_status run(struct rig *r, struct stamp_err *e)
{
    struct stamp_rtl_status s = {0};

    const uint64_t begun = r->cycle;

    control(r, STAMP_OP_HALT, 0);
    memcpy(r->memory, r->code, r->words * sizeof r->code[0]);
    memset(r->seen, 0, sizeof r->seen);
    set_address(r, STAMP_REG_CODE_LO, 0);
    set_address(r, STAMP_REG_WIN_LO_LO, 0);
    set_address(r, STAMP_REG_WIN_HI_LO, RIG_BYTES);
    r->ops->write(r->rtl, STAMP_REG_CODE_COUNT, r->words);
    r->ops->write(r->rtl, STAMP_REG_WATCHDOG, MOST_CYCLES / 10);
    r->ops->write(r->rtl, STAMP_REG_IRQ_ENABLE, 1);
    r->ops->write(r->rtl, STAMP_REG_CTRL, 2);
    r->pin = 0;
    r->ops->write(r->rtl, STAMP_REG_CTRL, 1);
    do r->ops->run(r->rtl, MOST_CYCLES, &s);
    while (s.busy && r->cycle - begun < MOST_CYCLES);
    if (!s.done)
        return stamp_fail(e, STAMP_EMACHINE, "%s at instruction %u", stamp_error_name(s.error),
                          s.error_pc);
    return STAMP_OK;
}

/* An instruction of another unit that takes long, and gives what the first of a sequence waits for. */
static void gate(struct rig *r, enum stamp_unit unit)
{
    if (unit == STAMP_UNIT_VXU) {
        load(r, STAMP_SPACE_WB, RIG_DATA, r->mach->WB_LINES);
        union stamp_insn last;
        stamp_decode(&r->code[r->words - 1], &last);
        last.d.post0 = GATE;
        r->words--;
        emit(r, last);
        return;
    }
    emit(r, (union stamp_insn){.w = {.op = STAMP_OP_VFN,
                                     .fn = STAMP_ONE_RECIP,
                                     .a = RIG_VM - 16,
                                     .s0 = 1,
                                     .d = RIG_VM - 16,
                                     .ds = 1,
                                     .n0 = 16,
                                     .cols = 1,
                                     .lim = 64,
                                     .post0 = GATE}});
}

enum stamp_status rig_sequence(struct rig *r, const union stamp_insn *before, uint32_t befores,
                               const union stamp_insn *insn, uint32_t count, struct rig_times *t,
                               struct stamp_err *e)
{
    const enum stamp_unit u = stamp_op_find((uint32_t)insn->c.op)->unit;
    const struct seen *s = &r->seen[u];

    assert(count <= RIG_MANY && count <= r->mach->QUEUE);
    begin(r);
    for (uint32_t i = 0; i < befores; i++) emit(r, before[i]);
    control(r, STAMP_OP_FENCE, 0);
    gate(r, u);
    for (uint32_t i = 0; i < count; i++) {
        union stamp_insn one = insn[i];
        one.d.wait0 = i ? 0 : GATE;
        emit(r, one);
    }
    const enum stamp_status st = run(r, e);
    if (st) return st;
    if (s->dones != s->takes || s->takes < count || s->takes > SEEN)
        return stamp_fail(e, STAMP_EMISMATCH, "%u instructions taken, %u over", s->takes, s->dones);
    if (s->push[s->pushes - 1] >= s->take[s->takes - count])
        return stamp_fail(e, STAMP_EMISMATCH, "the first starts before the last is in its queue");
    t->count = count;
    memcpy(t->take, s->take + s->takes - count, count * sizeof t->take[0]);
    memcpy(t->done, s->done + s->dones - count, count * sizeof t->done[0]);
    return STAMP_OK;
}

/* Clocks from HALT's last cycle to the interrupt pin. */
enum { PIN = 2 };

enum stamp_status rig_dispatch(struct rig *r, const union stamp_insn *word, uint32_t words,
                               bool halt, uint64_t *cycles, struct stamp_err *e)
{
    const union stamp_insn mark = {.v = {.op = STAMP_OP_VSMRD, .n0 = 1, .cols = 1}};
    const struct seen *s = &r->seen[STAMP_UNIT_VXU];

    begin(r);
    if (!halt) control(r, STAMP_OP_LOOP, 2);
    if (!halt) control(r, STAMP_OP_FENCE, 0);
    emit(r, mark);
    for (uint32_t i = 0; i < words; i++) emit(r, word[i]);
    if (!halt) emit(r, mark);
    if (!halt) control(r, STAMP_OP_ENDL, 0);
    const enum stamp_status st = run(r, e);
    if (st) return st;
    *cycles = halt ? r->pin - PIN - s->push[s->pushes - 1]
                   : s->push[s->pushes - 1] - s->push[s->pushes - 2];
    return STAMP_OK;
}

enum stamp_status rig_new(const struct stamp_mach *m, const char *dir, uint32_t latency,
                          uint32_t rate, struct rig **out, struct stamp_err *e)
{
    struct rig *r = stamp_alloc(1, sizeof *r);
    uint8_t *memory = stamp_alloc(RIG_BYTES, 1);
    enum stamp_status st = r && memory ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    if (!st) {
        r->mach = m;
        r->memory = memory;
        fill(m, memory);
        st = stamp_rtl_find(dir, m, false, &r->ops, e);
    }
    if (st) {
        stamp_free(memory);
        stamp_free(r);
        return st;
    }
    const struct stamp_rtl_options o = {.dram = memory,
                                        .dram_bytes = RIG_BYTES,
                                        .read_latency = latency,
                                        .write_latency = latency,
                                        .read_rate = rate,
                                        .write_rate = rate,
                                        .ctx = r,
                                        .on_cycle = on_cycle};
    r->rtl = r->ops->open(&o);
    load(r, STAMP_SPACE_RT, AT_RT, m->RT_ENTRIES / STAMP_TABLE_LINE);
    load(r, STAMP_SPACE_NT, AT_NT, m->RT_ENTRIES / STAMP_TABLE_LINE);
    load(r, STAMP_SPACE_IT, AT_IT, m->IT_ENTRIES / STAMP_INDEX_LINE);
    load(r, STAMP_SPACE_CM, RIG_DATA, m->CM_LINES);
    st = run(r, e);
    if (st)
        rig_free(r);
    else
        *out = r;
    return st;
}

void rig_free(struct rig *r)
{
    if (!r) return;
    r->ops->close(r->rtl);
    stamp_free(r->memory);
    stamp_free(r);
}
