/* SPDX-License-Identifier: Apache-2.0 */
/* build.c - a program under construction. Contract in build.h. */
#include "compiler/emit/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

uint32_t stamp_build_turn(struct stamp_build *b, enum stamp_space space, uint32_t lines)
{
    uint32_t first = b->turn[space];

    if (first + lines > stamp_space_lines(b->mach, space)) first = 0;
    b->turn[space] = first + lines;
    return first;
}

enum stamp_status stamp_build_fail(struct stamp_build *b, enum stamp_status st, const char *fmt,
                                   ...)
{
    char text[300];
    va_list args;

    if (b->status) return b->status;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    b->status = st;
    return stamp_fail(b->e, st, "%s", text);
}

void stamp_build_start(struct stamp_build *b, const struct stamp_compile_options *options,
                       uint32_t items, struct stamp_err *e)
{
    memset(b, 0, sizeof *b);
    b->options = options;
    b->mach = options->mach;
    b->e = e;
    b->items = items;
    b->arena = stamp_arena_new();
    b->image = stamp_image_new(options->mach);
    if (b->arena && b->image) {
        struct stamp_image *m = b->image;
        m->buffer = stamp_arena_alloc(m->arena, items, sizeof *m->buffer);
        m->segment = stamp_arena_alloc(m->arena, items, sizeof *m->segment);
        m->layer = stamp_arena_alloc(m->arena, items, sizeof *m->layer);
        if (m->buffer && m->segment && m->layer) return;
    }
    stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
}

void stamp_build_end(struct stamp_build *b)
{
    stamp_image_free(b->image);
    stamp_arena_free(b->arena);
    stamp_free(b->word);
}

void *stamp_build_alloc(struct stamp_build *b, size_t count, size_t size)
{
    void *p = b->status ? NULL : stamp_arena_alloc(b->arena, count, size);

    if (!p) stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return p;
}

bool stamp_build_starved(struct stamp_build *b)
{
    if (stamp_arena_failed(b->arena)) stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return b->status == STAMP_ENOMEM;
}

/* Places of an instruction of format V. */
enum { SPREAD = 1024 }; /* rows whose bytes are a multiple of it are spread */

static void shift_v(const uint32_t *base, struct stamp_insn_v *v)
{
    const uint32_t vm = base[STAMP_SPACE_VM];
    const bool packs = v->op == STAMP_OP_VPACKK || v->op == STAMP_OP_VPACKV;

    if (v->op != STAMP_OP_VQPAR) v->a += vm;
    if (v->op == STAMP_OP_VBIAS || v->op == STAMP_OP_VCODE || v->op == STAMP_OP_VDEQ) v->b += vm;
    if (v->op != STAMP_OP_VBIAS) v->sm += base[STAMP_SPACE_SM];
    if (v->op == STAMP_OP_VQPAR || v->op == STAMP_OP_VQUANT || v->op == STAMP_OP_VCODE ||
        v->op == STAMP_OP_VDEQ)
        v->rt += base[STAMP_SPACE_RT];
    if (v->op == STAMP_OP_VQUANT) v->rm += base[STAMP_SPACE_RM];
    if (v->op == STAMP_OP_VQUANT) v->xb += base[STAMP_SPACE_XB];
    if (packs) v->xb += base[STAMP_SPACE_PB];
}

static void shift_m(const uint32_t *base, struct stamp_insn_m *m)
{
    m->xb += base[STAMP_SPACE_XB];
    m->wb += base[STAMP_SPACE_WB];
    m->cm += base[STAMP_SPACE_CM];
    m->nt += base[STAMP_SPACE_NT];
    m->rm += base[STAMP_SPACE_RM];
    m->ac += base[STAMP_SPACE_AC];
    m->vm += base[STAMP_SPACE_VM];
}

/* Fields wrap only where the instruction would be out of range anyway: what works in a part stays inside. */
static void shift(const uint32_t *base, union stamp_insn *i)
{
    const struct stamp_op *op = stamp_op_find((uint32_t)i->c.op);
    const uint32_t table =
        i->d.space == STAMP_SPACE_RT || i->d.space == STAMP_SPACE_NT ? STAMP_TABLE_LINE : 1;

    if (op->format == STAMP_FORMAT_D) i->d.line += base[i->d.space] / table;
    if (op->format == STAMP_FORMAT_B) i->b.a += base[STAMP_SPACE_VM];
    if (op->format == STAMP_FORMAT_V) shift_v(base, &i->v);
    if (op->format == STAMP_FORMAT_M) shift_m(base, &i->m);
    if (op->format != STAMP_FORMAT_W) return;
    i->w.a += base[STAMP_SPACE_VM];
    i->w.b += base[STAMP_SPACE_VM];
    i->w.d += base[STAMP_SPACE_VM];
}

void stamp_build_push(struct stamp_build *b, const union stamp_insn *insn)
{
    if (b->status) return;
    if (b->count == b->cap) {
        const size_t cap = b->cap ? 2 * b->cap : 1024;
        struct stamp_word *w = stamp_grow(b->word, b->count, cap, sizeof *w);
        if (!w) {
            stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
            return;
        }
        b->word = w;
        b->cap = cap;
    }
    union stamp_insn layered = *insn;
    if ((insn->c.op == STAMP_OP_LOAD || insn->c.op == STAMP_OP_STORE) && !insn->d.areg &&
        insn->d.dram >= b->layer_lo && insn->d.dram < b->layer_hi)
        layered.d.areg = STAMP_REG_LAYER;
    shift(b->base, &layered);
    const char *field = stamp_encode(&layered, &b->word[b->count]);
    if (field)
        stamp_build_fail(b, STAMP_EUNSUPPORTED, "layer too large: field %s of %s does not fit",
                         field, stamp_op_find((uint32_t)insn->c.op)->name);
    else
        b->count++;
}

static uint64_t round_up(uint64_t v, uint64_t to)
{
    return (v + to - 1) / to * to;
}

static struct stamp_buffer *add_buffer(struct stamp_build *b, const char *name, uint64_t bytes)
{
    if (b->status) return NULL;
    if (b->image->buffers == b->items) {
        stamp_build_fail(b, STAMP_EUNSUPPORTED, "more than %u buffers", b->items);
        return NULL;
    }
    if (bytes > (UINT64_C(1) << STAMP_ADDR_BITS) - STAMP_DRAM_ALIGN - b->dram) {
        stamp_build_fail(b, STAMP_EUNSUPPORTED, "layer too large: memory ends");
        return NULL;
    }
    struct stamp_buffer *f = &b->image->buffer[b->image->buffers++];
    snprintf(f->name, sizeof f->name, "%s", name);
    f->addr = b->dram;
    f->bytes = round_up(bytes, STAMP_DRAM_ALIGN);
    b->dram += f->bytes;
    return f;
}

void stamp_build_phase_end(struct stamp_build *b)
{
    struct stamp_build_phase *p = b->phases ? &b->phase[b->phases - 1] : NULL;

    if (!p || p->end != SIZE_MAX) return;
    p->end = b->count;
    if (p->first == p->end) b->phases--;
}

void stamp_build_phase_begin(struct stamp_build *b, const char *name, uint64_t products)
{
    if (b->status) return;
    stamp_build_phase_end(b);
    if (b->phases == STAMP_BUILD_PHASES)
        stamp_build_fail(b, STAMP_EUNSUPPORTED, "more than %d phases", STAMP_BUILD_PHASES);
    else
        b->phase[b->phases++] =
            (struct stamp_build_phase){name, b->count, SIZE_MAX, products, false};
}

void stamp_build_phase_per_key(struct stamp_build *b)
{
    if (!b->status && b->phases) b->phase[b->phases - 1].per_key = true;
}

struct stamp_place stamp_build_matrix(struct stamp_build *b, const char *name, enum stamp_role role,
                                      enum stamp_fmt fmt, uint64_t rows, uint64_t cols)
{
    uint64_t row = round_up(round_up(cols, b->mach->L) * stamp_fmt_bytes(fmt), STAMP_DRAM_ALIGN);

    if (b->options->spread && rows > 1 && row % SPREAD == 0) row += STAMP_DRAM_ALIGN;
    struct stamp_buffer *f = add_buffer(b, name, rows * row);

    if (!f) return (struct stamp_place){0, 0, fmt, 0};
    f->role = role;
    f->fmt = fmt;
    f->rows = rows;
    f->cols = cols;
    f->row_bytes = row;
    return (struct stamp_place){f->addr, row, fmt, 0};
}

uint64_t stamp_build_bytes(struct stamp_build *b, const char *name, enum stamp_role role,
                           uint64_t bytes)
{
    struct stamp_buffer *f = add_buffer(b, name, bytes);

    if (!f) return 0;
    f->role = role;
    f->fmt = STAMP_FMT_RAW;
    f->rows = 1;
    f->cols = f->row_bytes = f->bytes;
    return f->addr;
}

void stamp_build_hollow(struct stamp_build *b, const char *name, enum stamp_fmt fmt, uint64_t bytes,
                        uint64_t *addr)
{
    struct stamp_buffer *f = add_buffer(b, name, bytes);

    if (!f) return;
    f->role = STAMP_CONST;
    f->fmt = fmt;
    f->rows = 1;
    f->cols = f->bytes / stamp_fmt_bytes(fmt);
    f->row_bytes = f->bytes;
    *addr = f->addr;
}

uint8_t *stamp_build_const(struct stamp_build *b, const char *name, enum stamp_fmt fmt,
                           uint64_t bytes, uint64_t *addr)
{
    stamp_build_hollow(b, name, fmt, bytes, addr);
    if (b->status) return NULL;

    const struct stamp_buffer *f = &b->image->buffer[b->image->buffers - 1];
    struct stamp_segment *s = &b->image->segment[b->image->segments];
    *s = (struct stamp_segment){f->addr, f->bytes,
                                stamp_arena_alloc(b->image->arena, (size_t)f->bytes, 1)};
    if (s->data)
        b->image->segments++;
    else
        stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return s->data;
}
