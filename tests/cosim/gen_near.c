/* SPDX-License-Identifier: Apache-2.0 */
/* gen_near.c - bending one instruction of a program. Contract in gen_near.h. */
#include "tests/cosim/gen_near.h"

#include <string.h>

static const struct {
    const char *text, *meaning;
} refusals[] = {
#define ROW(name, text, meaning) {text, meaning},
    GEN_REFUSALS(ROW)};

enum gen_refusal gen_refusal_of(const char *text)
{
    uint32_t k = 0;

    while (k < GEN_REFUSED_ERROR && !strstr(text, refusals[k].text)) k++;
    return (enum gen_refusal)k;
}

const char *gen_refusal_meaning(enum gen_refusal r)
{
    return refusals[r].meaning;
}

/* Fields that may be bent: not the opcode, semaphores (the program has none of its own), reserved
 * bits (errors.c has those) and a transfer's register, which gen_code.c sets. */
static bool is_free(const struct stamp_field *f)
{
    static const char *const kept[] = {"op", "wait", "post", "rsv"};

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (!strncmp(f->name, kept[i], strlen(kept[i]))) return false;
    return f->format != STAMP_FORMAT_D || strcmp(f->name, "areg");
}

/* The n-th free field of a format, or NULL behind the last. */
static const struct stamp_field *field_of(enum stamp_format format, uint32_t n)
{
    for (size_t i = 0; i < stamp_field_count; i++)
        if (stamp_fields[i].format == format && is_free(&stamp_fields[i]) && n-- == 0)
            return &stamp_fields[i];
    return NULL;
}

static const struct stamp_field *some_field(struct gen_rng *r, enum stamp_format format)
{
    uint32_t n = 0;

    while (field_of(format, n)) n++;
    return n ? field_of(format, gen_below(r, n)) : NULL;
}

/* Lines (entries) of one of the memories, less a little. */
static uint64_t near_an_end(struct gen_rng *r, const struct stamp_mach *m)
{
    static const enum stamp_space spaces[] = {STAMP_SPACE_VM, STAMP_SPACE_XB, STAMP_SPACE_WB,
                                              STAMP_SPACE_CM, STAMP_SPACE_SM, STAMP_SPACE_AC,
                                              STAMP_SPACE_PB, STAMP_SPACE_RT};
    const enum stamp_space s = spaces[gen_below(r, sizeof spaces / sizeof spaces[0])];
    const uint32_t lines = s == STAMP_SPACE_RT ? m->RT_ENTRIES : stamp_space_lines(m, s);

    return lines - gen_below(r, 12);
}

static void bend(struct gen_rng *r, const struct stamp_mach *m, enum stamp_format format,
                 struct stamp_word *w)
{
    const struct stamp_field *f = some_field(r, format), *other = some_field(r, format);
    const uint64_t was = stamp_word_get(w, f->lsb, f->width);
    uint64_t v = 0;

    switch (gen_below(r, 10)) {
    case 0: break;
    case 1: v = 1; break;
    case 2: v = was + 1; break;
    case 3: v = was - 1; break;
    case 4: v = gen_below(r, 16); break;
    case 5: v = stamp_word_get(w, other->lsb, other->width); break; /* operands that meet */
    case 6: v = stamp_word_get(w, other->lsb, other->width) + gen_below(r, 5) - 2; break;
    case 7: v = near_an_end(r, m); break;
    case 8: v = was ^ UINT64_C(1) << gen_below(r, f->width); break;
    default: v = gen_next(r);
    }
    if (!strcmp(f->name, "dram") || (f->format == STAMP_FORMAT_D && f->name[0] == 'd'))
        v = gen_below(r, 8) ? was + 64 * (v % 64) : v; /* mostly aligned and near */
    stamp_word_set(w, f->lsb, f->width, v);
}

bool gen_bend(struct gen_rng *r, struct gen_program *p)
{
    for (int tries = 0; p->pieces && tries < 32; tries++) {
        const uint32_t k = gen_below(r, p->pieces);
        struct gen_piece *piece = &p->piece[k];
        union stamp_insn i;
        const struct stamp_op *op = stamp_decode(&piece->word, &i);

        if (op->unit == STAMP_UNIT_CTL) continue;
        for (uint32_t n = gen_range(r, 1, 2); n; n--) bend(r, p->mach, op->format, &piece->word);
        piece->bent = true;
        return true;
    }
    return false;
}
