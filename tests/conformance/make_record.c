/* SPDX-License-Identifier: Apache-2.0 */
/* make_record.c - vectors to records and a file. Contract in make.h, layout in conformance.md. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/file/outfile.h"
#include "tests/conformance/make.h"

enum { JOIN = 12 }; /* runs nearer than the head of one are written as one */

static const struct {
    const char *kind, *name;
    uint32_t index;
} events[] = {
#define EVENT(name, kind, unit, meaning) {#kind, #name, STAMP_EV_##name},
#include "model/spec/event.def"
};

static void put(struct maker *m, const void *bytes, size_t n)
{
    if (m->bytes + n > m->room) {
        m->room = 2 * (m->bytes + n);
        m->file = realloc(m->file, m->room);
        if (!m->file) mk_die(m, "out of memory");
    }
    if (n) memcpy(m->file + m->bytes, bytes, n);
    m->bytes += n;
}

static void put_int(struct maker *m, uint64_t v, unsigned bytes)
{
    uint8_t b[8];

    for (unsigned i = 0; i < bytes; i++) b[i] = (uint8_t)(v >> 8 * i);
    put(m, b, bytes);
}

static void set_int(struct maker *m, size_t at, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) m->file[at + i] = (uint8_t)(v >> 8 * i);
}

/* The bytes where @p b is not @p a, as runs; those of [skip, skip + n) apart. How many. */
static uint32_t put_changes(struct maker *m, const uint8_t *a, const uint8_t *b, uint64_t skip,
                            uint64_t n)
{
    uint32_t runs = 0;
    size_t size = (size_t)m->memory;

    for (size_t i = 0; i < size; i++) {
        if (i == skip && n) i += (size_t)n - 1;
        if (a[i] == b[i] || (i >= skip && i < skip + n)) continue;
        size_t last = i;
        for (size_t j = i; j < size && j - last <= JOIN && (j < skip || j >= skip + n); j++)
            if (a[j] != b[j]) last = j;
        put_int(m, MK_BASE + i, 8);
        put_int(m, last + 1 - i, 4);
        put(m, b + i, last + 1 - i);
        runs++;
        i = last;
    }
    return runs;
}

static size_t put_head(struct maker *m, uint32_t flags, const char *name, uint32_t status,
                       uint32_t error_pc)
{
    const size_t start = m->bytes;

    put_int(m, 0, 4);
    put_int(m, flags, 4);
    put_int(m, m->code_at, 8);
    put_int(m, m->win_lo, 8);
    put_int(m, m->win_hi, 8);
    put_int(m, m->count + m->longer, 4);
    put_int(m, m->watchdog, 4);
    for (int i = 0; i < STAMP_ARGS; i++) put_int(m, m->arg[i], 4);
    put_int(m, status, 4);
    put_int(m, error_pc, 4);
    put_int(m, 0, 8); /* runs */
    put_int(m, strlen(name), 1);
    put(m, name, strlen(name));
    return start;
}

/* The code to memory, as the last thing before the vector. */
static void place_code(struct maker *m)
{
    uint8_t *p = m->model.memory.bytes + (m->code_at - MK_BASE);

    for (uint32_t i = 0; i < m->count; i++)
        for (unsigned b = 0; b < 32; b++)
            p[32 * i + b] = (uint8_t)(m->code[i].w[b / 4] >> 8 * (b % 4));
}

void mk_image(const struct stamp_image *image, uint8_t *memory, uint64_t offset)
{
    for (uint32_t i = 0; i < image->segments; i++)
        memcpy(memory + image->segment[i].addr, image->segment[i].data,
               (size_t)image->segment[i].bytes);
    for (uint32_t i = 0; i < image->code_count; i++) {
        union stamp_insn insn;
        struct stamp_word word = image->code[i];
        const struct stamp_op *op = stamp_decode(&word, &insn);
        if (op && op->format == STAMP_FORMAT_D) { /* a word that is skipped may be any */
            insn.d.dram += offset;
            stamp_encode(&insn, &word); /* 40 bits hold it */
        }
        for (unsigned b = 0; b < 32; b++)
            memory[image->code_addr + 32 * (uint64_t)i + b] =
                (uint8_t)(word.w[b / 4] >> 8 * (b % 4));
    }
}

void mk_begin(struct maker *m)
{
    m->count = m->fault = m->longer = 0;
    m->code_at = MK_BASE + MK_CODE;
    m->win_lo = MK_BASE + MK_CONST;
    m->win_hi = MK_BASE + MK_END;
    m->free_bytes = 0;
    m->watchdog = 0;
    memset(m->arg, 0, sizeof m->arg);
}

/* Run what was built on the C machine, from m->want; its memory is then m->model.memory. */
static void run(struct maker *m, struct conform_end *end)
{
    const struct conform_device d = conform_model_device(&m->model);
    const struct conform_run all = {MK_BASE, m->memory, m->want};
    struct conform_vector v = {.code_addr = m->code_at,
                               .code_count = m->count + m->longer,
                               .win_lo = m->win_lo,
                               .win_hi = m->win_hi,
                               .watchdog = m->watchdog};
    const char *said = NULL;

    memcpy(v.arg, m->arg, sizeof v.arg);
    memcpy(m->want, m->model.memory.bytes, (size_t)m->memory);
    said = d.load(d.ctx, m->reset, &all, 1);
    if (!said) said = d.start(d.ctx, &v);
    if (!said) said = d.wait(d.ctx, end);
    if (said) mk_die(m, "%s", said);
}

static void record(struct maker *m, uint32_t flags, enum stamp_error error, const char *what)
{
    const uint64_t any = m->free_bytes ? MK_FREE : 0;
    struct conform_end end = {0};
    char name[CONFORM_NAME];

    if (snprintf(name, sizeof name, "%s/%s", m->chain, what) >= (int)sizeof name)
        mk_die(m, "%s: name too long", what);
    place_code(m);
    if (m->reset) flags |= CONFORM_RESET;
    if (flags & CONFORM_REFUSE)
        memcpy(m->want, m->model.memory.bytes, (size_t)m->memory);
    else
        run(m, &end);
    if (flags & CONFORM_REFUSE) end.error_pc = m->fault;
    if (end.status != (uint32_t)error || (error && end.error_pc != m->fault))
        mk_die(m, "%s: %s at %u, meant %s at %u", what,
               stamp_error_name((enum stamp_error)end.status), end.error_pc,
               stamp_error_name(error), m->fault);
    const size_t start = put_head(m, flags, name, end.status, end.error_pc);
    for (size_t i = 0; flags & CONFORM_COUNTED && i < STAMP_EVENTS; i++)
        if (events[i].kind[0] == 'V') put_int(m, end.counter[events[i].index], 8);
    const uint32_t before = put_changes(m, m->was, m->want, 0, 0);
    const uint32_t after = put_changes(m, m->want, m->model.memory.bytes, any, m->free_bytes);
    if (m->free_bytes) {
        put_int(m, MK_BASE + MK_FREE, 8);
        put_int(m, m->free_bytes, 4);
    }
    if (before > UINT16_MAX || after > UINT16_MAX) mk_die(m, "%s: too many runs", what);
    set_int(m, start, m->bytes - start, 4);
    set_int(m, start + 64, before, 2);
    set_int(m, start + 66, after, 2);
    set_int(m, start + 68, m->free_bytes ? 1 : 0, 2);
    memcpy(m->was, m->model.memory.bytes, (size_t)m->memory);
    m->vectors++;
    m->reset = false;
    mk_begin(m);
}

#define TEXT(what)                                                                                 \
    char what[200];                                                                                \
    va_list args;                                                                                  \
    va_start(args, fmt);                                                                           \
    vsnprintf(what, sizeof what, fmt, args);                                                       \
    va_end(args)

void mk_done(struct maker *m, const char *fmt, ...)
{
    TEXT(what);
    mk_line(m, "HALT");
    record(m, CONFORM_LEGAL | CONFORM_COUNTED, STAMP_ERROR_NONE, what);
}

void mk_ends(struct maker *m, const char *fmt, ...)
{
    TEXT(what);
    record(m, CONFORM_COUNTED, STAMP_ERROR_NONE, what);
}

void mk_error(struct maker *m, enum stamp_error error, const char *fmt, ...)
{
    TEXT(what);
    record(m, 0, error, what);
}

void mk_refuse(struct maker *m, const char *fmt, ...)
{
    TEXT(what);
    record(m, CONFORM_REFUSE, STAMP_ERROR_NONE, what);
}

void mk_write(struct maker *m, const char *path)
{
    struct maker h = {.mach = m->mach};
    struct stamp_outfile o;
    struct stamp_err e = {0};
    char machine[16] = "", name[20];
    uint32_t counters = 0;

    for (size_t i = 0; i < STAMP_EVENTS; i++) counters += events[i].kind[0] == 'V';
    snprintf(machine, sizeof machine, "%s", m->mach->name);
    put(&h, "STAMPVEC", 8);
    put_int(&h, CONFORM_VERSION, 4);
    put_int(&h, 88 + 24 * counters, 4);
    put(&h, machine, sizeof machine);
    put_int(&h, MK_BASE, 8);
    put_int(&h, m->memory, 8);
    put_int(&h, MK_BASE + MK_CONST, 8);
    put_int(&h, MK_BASE + MK_OUT, 8);
    put_int(&h, MK_BASE + MK_OUT, 8);
    put_int(&h, MK_BASE + MK_END, 8);
    put_int(&h, m->vectors, 4);
    put_int(&h, counters, 4);
    for (size_t i = 0; i < STAMP_EVENTS; i++) {
        if (events[i].kind[0] != 'V') continue;
        memset(name, 0, sizeof name);
        memcpy(name, events[i].name, strlen(events[i].name));
        put_int(&h, events[i].index, 4);
        put(&h, name, sizeof name);
    }
    enum stamp_status st = stamp_outfile_open(path, &o, &e);
    if (!st) st = stamp_outfile_write(&o, h.file, h.bytes, &e);
    if (!st) st = stamp_outfile_write(&o, m->file, m->bytes, &e);
    if (!st) st = stamp_outfile_commit(&o, &e);
    free(h.file);
    if (st) mk_die(m, "%s", e.text);
}
