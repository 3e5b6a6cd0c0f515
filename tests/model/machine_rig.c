/* SPDX-License-Identifier: Apache-2.0 */
/* machine_rig.c - a program of a few instructions on the C machine. Contract in machine_rig.h. */
#include "tests/model/machine_rig.h"

#include <check.h>
#include <string.h>

const char *const rig_mach_names[RIG_MACHS] = {
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
#name,
#include "model/spec/mach.def"
};

void rig_open(struct rig *r, const char *mach)
{
    rig_open_on(r, stamp_mach_find(mach));
}

void rig_open_on(struct rig *r, const struct stamp_mach *mach)
{
    memset(r, 0, sizeof *r);
    r->m = stamp_machine_new(mach);
    r->dram = calloc(RIG_DRAM, 1);
    ck_assert(r->m && r->dram);
}

void rig_close(struct rig *r)
{
    stamp_machine_free(r->m);
    free(r->dram);
}

void rig_again(struct rig *r)
{
    r->words = 0;
}

void rig_word(struct rig *r, struct stamp_word w)
{
    ck_assert_uint_lt(RIG_CODE + 32 * (r->words + 2), RIG_DRAM);
    memcpy(r->dram + RIG_CODE + 32 * r->words++, &w, sizeof w);
}

void rig_put(struct rig *r, union stamp_insn i)
{
    struct stamp_word w;
    const char *wide = stamp_encode(&i, &w);

    ck_assert_msg(!wide, "field %s", wide ? wide : "");
    rig_word(r, w);
}

void rig_control(struct rig *r, enum stamp_opcode op, uint64_t areg, uint64_t imm)
{
    rig_put(r, (union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}});
}

enum stamp_error rig_run(struct rig *r)
{
    struct stamp_retire retire;

    rig_control(r, STAMP_OP_HALT, 0, 0);
    stamp_machine_start(r->m, (struct stamp_memory){r->dram, RIG_DRAM, 0}, RIG_CODE, r->words, 0,
                        RIG_CODE);
    memcpy(r->m->ctl.arg, r->arg, sizeof r->arg);
    while (stamp_machine_step(r->m, &retire)) ck_assert_uint_lt(r->m->ctl.seq, 100000);
    return r->m->error;
}

enum stamp_error rig_one(struct rig *r, union stamp_insn i)
{
    rig_again(r);
    rig_put(r, i);
    return rig_run(r);
}

uint32_t rig_vm(const struct rig *r, uint64_t line, uint64_t lane)
{
    uint32_t bits;

    memcpy(&bits, &r->m->vm[line * r->m->mach->L + lane], sizeof bits);
    return bits;
}

void rig_set_vm(struct rig *r, uint64_t line, uint64_t lane, uint32_t bits)
{
    memcpy(&r->m->vm[line * r->m->mach->L + lane], &bits, sizeof bits);
}

uint32_t *rig_vm_copy(const struct rig *r)
{
    const size_t n = (size_t)r->m->mach->VM_LINES * r->m->mach->L;
    uint32_t *copy = malloc(n * sizeof *copy);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, r->m->vm, n * sizeof *copy);
    return copy;
}

void rig_fill_vm(struct rig *r, struct rnd *rnd)
{
    for (uint64_t line = 0; line < r->m->mach->VM_LINES; line++)
        for (uint64_t l = 0; l < r->m->mach->L; l++) {
            const uint32_t sign = rnd_below(rnd, 2) << 31;
            uint32_t bits = sign | (118 + rnd_below(rnd, 12)) << 23 | rnd_below(rnd, 1u << 23);
            if (rnd_below(rnd, 40) == 0) bits = sign;
            if (rnd_below(rnd, 40) == 0) bits = sign | 0x3f000000u | rnd_below(rnd, 4) << 22;
            rig_set_vm(r, line, l, bits);
        }
}

void rig_same_vm(const struct rig *r, const uint32_t *want, const char *what)
{
    const uint32_t L = r->m->mach->L;

    for (uint64_t i = 0; i < (uint64_t)r->m->mach->VM_LINES * L; i++)
        RIG_CHECK(
            rig_vm(r, i / L, i % L) == want[i],
            "%s on %s: line %" PRIu64 " lane %" PRIu64 ": %08" PRIx32 ", want %08" PRIx32 RND_FMT,
            what, r->m->mach->name, i / L, i % L, rig_vm(r, i / L, i % L), want[i], rnd_seed());
}

void rig_events(const struct rig *r, const char *what, const uint64_t *pairs)
{
    uint64_t want[STAMP_EVENTS] = {[STAMP_EV_INSNS] = 2};

    for (; *pairs != UINT64_MAX; pairs += 2) want[pairs[0]] = pairs[1];
    for (unsigned i = 0; i < STAMP_EVENTS; i++)
        ck_assert_msg(r->m->event[i] == want[i], "%s on %s: %s is %" PRIu64 ", want %" PRIu64, what,
                      r->m->mach->name, stamp_event_name((enum stamp_event)i), r->m->event[i],
                      want[i]);
}
