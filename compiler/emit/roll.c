/* SPDX-License-Identifier: Apache-2.0 */
/* roll.c - repeated instructions to loops. Contract in roll.h. */
#include "compiler/emit/roll.h"

#include "compiler/emit/build.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Registers 1 .. 7 count from 0; 8 .. 14 from the offset of the layer (build.h), which they hold
 * between the loops. */
enum { STEPS_MAX = STAMP_REG_COPIES - 1, BODY_MAX = 256, TIMES_MAX = (1 << 24) - 1 };

/* A loop found: q instructions, so many times, each with its address step. */
struct loop {
    size_t q, times;
    uint64_t step[BODY_MAX];
};

/* Place of the field "dram" in a transfer. */
static const struct stamp_field *dram_field(void)
{
    for (size_t i = 0; i < stamp_field_count; i++)
        if (stamp_fields[i].format == STAMP_FORMAT_D && !strcmp(stamp_fields[i].name, "dram"))
            return &stamp_fields[i];
    return NULL;
}

static bool is_transfer(const struct stamp_word *w)
{
    return (w->w[0] & 0xff) == STAMP_OP_LOAD || (w->w[0] & 0xff) == STAMP_OP_STORE;
}

static uint64_t dram_of(const struct stamp_field *f, const struct stamp_word *w)
{
    return is_transfer(w) ? stamp_word_get(w, f->lsb, f->width) : 0;
}

/* Equal but for the DRAM address. */
static bool alike(const struct stamp_field *f, const struct stamp_word *a,
                  const struct stamp_word *b)
{
    struct stamp_word x, y;

    if (a->w[0] != b->w[0]) return false;
    if (!is_transfer(a)) return !memcmp(a, b, sizeof *a);
    x = *a;
    y = *b;
    stamp_word_set(&x, f->lsb, f->width, 0);
    stamp_word_set(&y, f->lsb, f->width, 0);
    return !memcmp(&x, &y, sizeof x);
}

/* How often in[0 .. q) repeats, with constant steps. */
static size_t repeats(const struct stamp_field *f, const struct stamp_word *in, size_t count,
                      size_t q, uint64_t step[BODY_MAX])
{
    size_t times = 1;

    for (size_t i = 0; i < q && 2 * q <= count; i++) {
        if (!alike(f, &in[i], &in[q + i])) return 1;
        if (dram_of(f, &in[q + i]) < dram_of(f, &in[i])) return 1; /* steps only forward */
        step[i] = dram_of(f, &in[q + i]) - dram_of(f, &in[i]);
    }
    for (; (times + 1) * q <= count && times < TIMES_MAX; times++)
        for (size_t i = 0; i < q; i++) {
            const struct stamp_word *was = &in[(times - 1) * q + i], *now = &in[times * q + i];
            if (!alike(f, was, now) || dram_of(f, now) - dram_of(f, was) != step[i]) return times;
        }
    return times;
}

static bool in_layer(const struct stamp_word *w)
{
    union stamp_insn insn;

    if (!is_transfer(w)) return false;
    stamp_decode(w, &insn);
    return insn.d.areg == STAMP_REG_LAYER;
}

/* Different steps other than 0, of transfers inside or outside the layer's region. */
static size_t distinct(const struct stamp_word *in, const struct loop *l, bool layer,
                       uint64_t value[STEPS_MAX + 1])
{
    size_t n = 0;

    for (size_t i = 0; i < l->q; i++) {
        size_t k = 0;
        if (!l->step[i] || in_layer(&in[i]) != layer) continue;
        while (k < n && value[k] != l->step[i]) k++;
        if (k == n) {
            if (n == STEPS_MAX) return STEPS_MAX + 1;
            value[n++] = l->step[i];
        }
    }
    return n;
}

/* The loop at in[0] that saves most instructions; false when none saves any. */
static bool best_loop(const struct stamp_mach *m, const struct stamp_word *in, size_t count,
                      struct loop *best)
{
    const struct stamp_field *f = dram_field();
    size_t saved = 0;

    for (size_t q = 1; q + 2 <= m->IM_WORDS && q <= BODY_MAX && 2 * q <= count; q++) {
        struct loop l; /* 2 KiB: steps are set as far as they are used */
        uint64_t value[STEPS_MAX + 1];
        if (!alike(f, &in[0], &in[q])) continue;
        l.q = q;
        l.times = repeats(f, in, count, q, l.step);
        if (l.times < 2) continue;
        const size_t free = distinct(in, &l, false, value), layer = distinct(in, &l, true, value);
        const size_t steps = free + layer, cost = q + 2 + 2 * steps, was = q * l.times;
        if (free > STEPS_MAX || layer > STEPS_MAX || q + steps + 1 > m->IM_WORDS) continue;
        if (was <= cost || was - cost <= saved) continue;
        saved = was - cost;
        *best = l;
    }
    return saved > 0;
}

static void control(struct stamp_word *to, enum stamp_opcode op, uint64_t reg, uint64_t imm)
{
    union stamp_insn i = {.c = {.op = (uint64_t)op, .areg = reg, .imm = imm}};
    const char *wide = stamp_encode(&i, to);

    assert(!wide);
    (void)wide;
}

/* The register that steps an instruction's address. */
static uint64_t register_of(const uint64_t *value, uint64_t step, bool layer)
{
    uint64_t k = 0;

    while (value[k] != step) k++;
    return k + (layer ? STAMP_REG_COPIES : 1);
}

static size_t emit_loop(const struct stamp_word *in, const struct loop *l, struct stamp_word *out)
{
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;
    uint64_t value[2][STEPS_MAX + 1];
    size_t n = 0, steps[2];

    for (int k = 0; k < 2; k++) steps[k] = distinct(in, l, k, value[k]);
    for (size_t k = 0; k < steps[0]; k++) control(&out[n++], STAMP_OP_SETR, k + 1, 0);
    control(&out[n++], STAMP_OP_LOOP, 0, l->times);
    for (size_t i = 0; i < l->q; i++) {
        out[n] = in[i];
        if (l->step[i]) {
            const bool layer = in_layer(&in[i]);
            union stamp_insn insn;
            stamp_decode(&in[i], &insn);
            insn.d.areg = register_of(value[layer], l->step[i], layer);
            stamp_encode(&insn, &out[n]);
        }
        n++;
    }
    for (uint64_t k = 0; k < 2; k++)
        for (size_t i = 0; i < steps[k]; i++)
            control(&out[n++], STAMP_OP_ADDR, i + (k ? STAMP_REG_COPIES : 1), value[k][i]);
    control(&out[n++], STAMP_OP_ENDL, 0, 0);
    for (size_t i = 0; i < steps[1]; i++) /* back to the offset of the layer */
        control(&out[n++], STAMP_OP_ADDR, i + STAMP_REG_COPIES,
                (0 - value[1][i] * l->times) & mask);
    return n;
}

size_t stamp_roll(const struct stamp_mach *m, const struct stamp_word *in, size_t count,
                  struct stamp_word *out)
{
    size_t n = 0;

    for (size_t i = 0; i < count;) {
        struct loop l;
        if (best_loop(m, in + i, count - i, &l)) {
            n += emit_loop(in + i, &l, out + n);
            i += l.q * l.times;
        } else {
            out[n++] = in[i++];
        }
    }
    return n;
}
