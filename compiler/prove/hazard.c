/* SPDX-License-Identifier: Apache-2.0 */
/* hazard.c - last users of every line. Contract in hazard.h. */
#include "compiler/prove/hazard.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/lines.h"
#include "model/mem.h"

/* Readers since the last write; the write itself was ordered behind the readers before it. */
struct line {
    uint64_t rows; /* XB: nibble rows written */
    uint32_t writer, writer_unit, reader[STAMP_UNITS];
    uint32_t none; /* no padding: records are compared */
};

/* DRAM has one reader (LDU) and one writer (STU). */
struct dram_line {
    uint32_t writer, reader;
};

enum { PAGE = 4096 }; /* lines of DRAM that come into being together, when one is used */

struct stamp_board {
    const struct stamp_image *image;
    struct stamp_lines lines[STAMP_SPACES]; /* of struct line */
    uint64_t *nibbles; /* [PB_LINES][nibble_words] nibbles written, column * T + depth */
    uint32_t nibble_words;
    struct dram_line **page; /* of the lines [dram_lo, dram_hi) that buffers stores go to span */
    uint64_t dram_lo, dram_hi;
    const struct stamp_buffer **buffer; /* [image->buffers] by address */
};

static size_t page_count(const struct stamp_board *b)
{
    return (size_t)((b->dram_hi - b->dram_lo + PAGE - 1) / PAGE);
}

static bool is_stored(const struct stamp_buffer *f)
{
    return f->role == STAMP_OUTPUT || f->role == STAMP_TEMP || f->role == STAMP_STATE;
}

static int by_address(const void *x, const void *y)
{
    const struct stamp_buffer *const *a = x, *const *b = y;
    return (*a)->addr < (*b)->addr ? -1 : (*a)->addr > (*b)->addr;
}

static void sort_buffers(struct stamp_board *b)
{
    for (uint32_t i = 0; i < b->image->buffers; i++) b->buffer[i] = &b->image->buffer[i];
    qsort(b->buffer, b->image->buffers, sizeof *b->buffer, by_address);
}

/* The buffer that holds all of these bytes, or NULL; buffers do not overlap. */
static const struct stamp_buffer *buffer_at(const struct stamp_board *b, uint64_t addr,
                                            uint64_t bytes)
{
    uint32_t lo = 0, hi = b->image->buffers;

    while (lo < hi) { /* the last that begins at addr or before */
        const uint32_t mid = lo + (hi - lo) / 2;
        if (b->buffer[mid]->addr <= addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct stamp_buffer *f = lo ? b->buffer[lo - 1] : NULL;
    return f && addr - f->addr < f->bytes && f->bytes - (addr - f->addr) >= bytes ? f : NULL;
}

struct stamp_board *stamp_board_new(const struct stamp_image *image)
{
    struct stamp_board *b = stamp_alloc(1, sizeof *b);
    bool ok = b != NULL;

    if (!ok) return NULL;
    b->image = image;
    b->dram_lo = UINT64_MAX;
    for (int s = 0; s < STAMP_SPACES && ok; s++) {
        ok = stamp_lines_new(&b->lines[s], stamp_space_lines(image->mach, (enum stamp_space)s),
                             sizeof(struct line), s != STAMP_SPACE_PB); /* of which nibbles count */
    }
    for (uint32_t i = 0; i < image->buffers; i++) {
        const struct stamp_buffer *f = &image->buffer[i];
        const uint64_t lo = f->addr / STAMP_DRAM_ALIGN, hi = lo + f->bytes / STAMP_DRAM_ALIGN;
        if (!is_stored(f)) continue;
        if (lo < b->dram_lo) b->dram_lo = lo;
        if (hi > b->dram_hi) b->dram_hi = hi;
    }
    if (b->dram_lo > b->dram_hi) b->dram_lo = b->dram_hi;
    b->nibble_words = (image->mach->L * image->mach->T + 63) / 64;
    b->nibbles = stamp_alloc((size_t)image->mach->PB_LINES * b->nibble_words, sizeof *b->nibbles);
    if (ok) b->page = stamp_alloc(page_count(b), sizeof *b->page);
    if (ok) b->buffer = stamp_alloc(image->buffers + 1, sizeof *b->buffer);
    if (ok && b->buffer) sort_buffers(b);
    if (ok && b->page && b->buffer && b->nibbles) return b;
    stamp_board_free(b);
    return NULL;
}

void stamp_board_free(struct stamp_board *b)
{
    if (!b) return;
    for (int s = 0; s < STAMP_SPACES; s++) stamp_lines_free(&b->lines[s]);
    for (size_t i = 0; b->page && i < page_count(b); i++) stamp_free(b->page[i]);
    stamp_free(b->page);
    stamp_free(b->buffer);
    stamp_free(b->nibbles);
    stamp_free(b);
}

/* Whether all nibbles of the part of PB line @p line were written; with @p write they are now. */
static bool nibbles(struct stamp_board *b, const struct stamp_touch *t, uint64_t line, bool write)
{
    uint64_t *bits = b->nibbles + line * b->nibble_words;
    const uint32_t T = b->image->mach->T;
    bool all = true;

    for (uint32_t c = t->col; c < t->col + t->cols; c++)
        for (uint32_t d = t->depth; d < t->depth + t->depths; d++) {
            const uint32_t k = c * T + d;
            const uint64_t bit = UINT64_C(1) << k % 64;
            all = all && bits[k / 64] & bit;
            if (write) bits[k / 64] |= bit;
        }
    return all;
}

/* Whether what is read of line @p i was written, all of it. */
static bool was_written(struct stamp_board *b, const struct stamp_touch *t, const struct line *l,
                        uint64_t i)
{
    const uint64_t used = (UINT64_C(1) << b->image->mach->P) - 1;

    if (t->space == STAMP_SPACE_XB) return !(t->rows & used & ~l->rows);
    if (t->space == STAMP_SPACE_PB) return nibbles(b, t, i, false);
    return l->writer != 0;
}

static void want(struct stamp_need *need, uint32_t seq, enum stamp_space space, uint64_t line)
{
    if (seq > need->seq) *need = (struct stamp_need){seq, space, line};
}

static struct dram_line *dram_line(struct stamp_board *b, uint64_t line)
{
    struct dram_line **page = &b->page[(line - b->dram_lo) / PAGE];

    if (!*page) *page = stamp_alloc(PAGE, sizeof **page);
    return *page ? *page + (line - b->dram_lo) % PAGE : NULL;
}

static enum stamp_status note_dram(struct stamp_board *b, uint32_t seq, const struct stamp_touch *t,
                                   struct stamp_need need[STAMP_UNITS], struct stamp_err *e)
{
    const uint64_t addr = t->first * STAMP_DRAM_ALIGN, bytes = t->count * STAMP_DRAM_ALIGN;
    const struct stamp_buffer *f = buffer_at(b, addr, bytes);

    if (!f)
        return stamp_fail(e, STAMP_EFORMAT, "transfer of %llu bytes at 0x%llx leaves its buffer",
                          (unsigned long long)bytes, (unsigned long long)addr);
    const bool tracked = is_stored(f);
    if (!tracked && t->how & STAMP_WRITE)
        return stamp_fail(e, STAMP_EFORMAT, "store into buffer %s", f->name);
    for (uint64_t l = t->first; l < t->first + t->count && tracked; l++) {
        struct dram_line *d = dram_line(b, l);
        if (!d) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
        if (t->how & STAMP_WRITE) {
            want(&need[STAMP_UNIT_LDU], d->reader, STAMP_SPACE_DRAM, l);
            *d = (struct dram_line){seq, 0};
        } else {
            if (!d->writer && f->role != STAMP_STATE)
                return stamp_fail(e, STAMP_EFORMAT, "load of 0x%llx in %s before it is written",
                                  (unsigned long long)(l * STAMP_DRAM_ALIGN), f->name);
            want(&need[STAMP_UNIT_STU], d->writer, STAMP_SPACE_DRAM, l);
            d->reader = seq;
        }
    }
    return STAMP_OK;
}

/* Line @p i, or lines from there that are one. */
static enum stamp_status note_line(struct stamp_board *b, enum stamp_unit unit, uint32_t seq,
                                   const struct stamp_touch *t, struct line *l, uint64_t i,
                                   struct stamp_need need[STAMP_UNITS], struct stamp_err *e)
{
    if (t->how & STAMP_READ && !was_written(b, t, l, i))
        return stamp_fail(e, STAMP_EFORMAT, "%s line %llu is read before %s written",
                          stamp_space_name(t->space), (unsigned long long)i,
                          l->writer ? "all of it is" : "it is");
    if (l->writer) want(&need[l->writer_unit], l->writer, t->space, i);
    if (!(t->how & STAMP_WRITE)) {
        l->reader[unit] = seq;
        return STAMP_OK;
    }
    for (int u = 0; u < STAMP_UNITS; u++) want(&need[u], l->reader[u], t->space, i);
    if (t->space == STAMP_SPACE_PB) nibbles(b, t, i, true);
    *l = (struct line){.rows = l->rows | t->rows, .writer = seq, .writer_unit = (uint32_t)unit};
    return STAMP_OK;
}

static enum stamp_status note_lines(struct stamp_board *b, enum stamp_unit unit, uint32_t seq,
                                    const struct stamp_touch *t,
                                    struct stamp_need need[STAMP_UNITS], struct stamp_err *e)
{
    struct stamp_lines *lines = &b->lines[t->space];
    const uint64_t end = t->first + t->count;
    enum stamp_status st = STAMP_OK;

    for (uint64_t i = t->first; i < end && !st;) {
        const uint64_t at = i;
        st = note_line(b, unit, seq, t, stamp_lines_next(lines, &i, end), at, need, e);
    }
    if (!st) stamp_lines_join(lines, t->first, end);
    return st;
}

enum stamp_status stamp_board_note(struct stamp_board *b, enum stamp_unit unit, uint32_t seq,
                                   const struct stamp_touches *touches,
                                   struct stamp_need need[STAMP_UNITS], struct stamp_err *e)
{
    enum stamp_status st = STAMP_OK;

    memset(need, 0, STAMP_UNITS * sizeof *need);
    for (size_t i = 0; i < touches->count && !st; i++) {
        const struct stamp_touch *t = &touches->t[i];
        st = t->space == STAMP_SPACE_DRAM ? note_dram(b, seq, t, need, e)
                                          : note_lines(b, unit, seq, t, need, e);
    }
    need[unit].seq = 0;
    return st;
}

enum stamp_status stamp_board_transfer(const struct stamp_board *b, const struct stamp_insn_d *d,
                                       bool load, uint64_t bytes, struct stamp_err *e)
{
    const uint64_t last = d->dram + (d->n1 - 1) * d->d1 + (d->n0 - 1) * d->d0 + bytes;
    const struct stamp_buffer *all = d->gather ? NULL : buffer_at(b, d->dram, last - d->dram);

    if (all && (load || is_stored(all))) return STAMP_OK;
    for (uint64_t r = 0; r < d->n0 * d->n1; r++) {
        const uint64_t addr = d->dram + (d->gather ? 0 : r / d->n0 * d->d1 + r % d->n0 * d->d0);
        const struct stamp_buffer *f = buffer_at(b, addr, bytes);
        if (!f)
            return stamp_fail(e, STAMP_EFORMAT,
                              "transfer of %llu bytes at 0x%llx leaves its buffer",
                              (unsigned long long)bytes, (unsigned long long)addr);
        if (!load && !is_stored(f))
            return stamp_fail(e, STAMP_EFORMAT, "store into buffer %s", f->name);
    }
    return STAMP_OK;
}
