/* SPDX-License-Identifier: Apache-2.0 */
/* work.c - the work of a program. Contract in work.h. */
#include "model/energy/work.h"

#include <assert.h>
#include <string.h>

#include "model/dispatch/walk.h"
#include "model/spec/expr.h"

static const struct stamp_work_info works[] = {
#define WORK(name, class, unit, meaning) {#name, STAMP_CLASS_##class, #unit, meaning},
#include "model/spec/work.def"
};

const struct stamp_work_info *stamp_work_info(enum stamp_work w)
{
    assert((unsigned)w < STAMP_WORKS);
    return &works[w];
}

const char *stamp_class_name(enum stamp_class class)
{
    static const char *const name[] = {
#define CLASS(name, meaning) #name,
#include "model/spec/work.def"
    };
    return name[class];
}

const char *stamp_class_meaning(enum stamp_class class)
{
    static const char *const text[] = {
#define CLASS(name, meaning) meaning,
#include "model/spec/work.def"
    };
    return text[class];
}

/* ---- The rows of each format ---------------------------------------------------------------------- */

#define ONLY(format, ...) STAMP_ONLY_D_##format(__VA_ARGS__)
#define ROWS              rows_d
#define INSN              stamp_insn_d
#include "model/energy/work_rows.h"
#define ONLY(format, ...) STAMP_ONLY_B_##format(__VA_ARGS__)
#define ROWS              rows_b
#define INSN              stamp_insn_b
#include "model/energy/work_rows.h"
#define ONLY(format, ...) STAMP_ONLY_V_##format(__VA_ARGS__)
#define ROWS              rows_v
#define INSN              stamp_insn_v
#include "model/energy/work_rows.h"
#define ONLY(format, ...) STAMP_ONLY_M_##format(__VA_ARGS__)
#define ROWS              rows_m
#define INSN              stamp_insn_m
#include "model/energy/work_rows.h"
#define ONLY(format, ...) STAMP_ONLY_W_##format(__VA_ARGS__)
#define ROWS              rows_w
#define INSN              stamp_insn_w
#include "model/energy/work_rows.h"

void stamp_work_of(const struct stamp_mach *m, const struct stamp_op *op,
                   const union stamp_insn *insn, uint64_t work[STAMP_WORKS])
{
    switch (op->format) {
    case STAMP_FORMAT_D: rows_d(m, op->code, &insn->d, work); break;
    case STAMP_FORMAT_B: rows_b(m, op->code, &insn->b, work); break;
    case STAMP_FORMAT_V: rows_v(m, op->code, &insn->v, work); break;
    case STAMP_FORMAT_M: rows_m(m, op->code, &insn->m, work); break;
    case STAMP_FORMAT_W: rows_w(m, op->code, &insn->w, work); break;
    default: break; /* control: instructions are counted, and that is their work */
    }
}

/* ---- A program ------------------------------------------------------------------------------------ */

enum stamp_status stamp_work_times(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, uint64_t *times, struct stamp_err *e)
{
    struct stamp_walk w;
    struct stamp_issue step;
    enum stamp_status s;

    memset(times, 0, entry->count * sizeof *times);
    stamp_walk_start(&w, image->code + entry->first, entry->count, arg ? arg : image->arg,
                     STAMP_WALK_LIMIT);
    do {
        s = stamp_walk_next(&w, &step, e);
        if (!s) times[step.pc]++;
    } while (!s && !w.ctl.done);
    return s;
}

void stamp_work_add(const struct stamp_image *image, const struct stamp_entry *entry,
                    uint32_t first, uint32_t count, const uint64_t *times,
                    uint64_t work[STAMP_WORKS])
{
    assert(first <= entry->count && count <= entry->count - first);
    for (uint32_t pc = first; pc < first + count; pc++) {
        uint64_t once[STAMP_WORKS] = {0};
        union stamp_insn insn;
        const struct stamp_op *op = NULL;

        if (times[pc]) op = stamp_decode(&image->code[entry->first + pc], &insn);
        if (!op) continue;
        stamp_work_of(image->mach, op, &insn, once);
        for (size_t i = 0; i < STAMP_WORKS; i++) work[i] += times[pc] * once[i];
    }
}
