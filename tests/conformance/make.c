/* SPDX-License-Identifier: Apache-2.0 */
/* make.c - building conformance vectors. Contract in make.h. */
#include "tests/conformance/make.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"

void mk_die(const struct maker *m, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "make_vectors %s, chain %s, vector %u: ", m->mach->name, m->chain, m->vectors);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\n");
    exit(1);
}

uint32_t mk_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(2685821657736338717) >> 32);
}

/* ---- Expressions --------------------------------------------------------------------------------- */

static int64_t factor(const struct maker *m, const char **s)
{
    char name[24];
    size_t n = 0;

    if (isdigit((unsigned char)**s)) {
        char *end;
        const int64_t v = strtoll(*s, &end, 0);
        *s = end;
        return v;
    }
    while ((isalnum((unsigned char)**s) || **s == '_') && n < sizeof name - 1) name[n++] = *(*s)++;
    name[n] = 0;
    if (!strcmp(name, "X")) return m->x;
    if (!strcmp(name, "PLAIN")) return (int64_t)m->plain.addr;
    if (!strcmp(name, "OUT")) return (int64_t)(MK_BASE + MK_OUT);
    if (!strcmp(name, "FREE")) return (int64_t)(MK_BASE + MK_FREE);
    if (!strcmp(name, "WINDOW")) return (int64_t)m->win_lo;
    if (!strcmp(name, "WINDOW_END")) return (int64_t)m->win_hi;
#define PARAM(field, meaning)                                                                      \
    if (!strcmp(name, #field)) return m->mach->field;
#include "model/spec/mach.def"
    mk_die(m, "'%s' is no parameter", name);
    return 0;
}

static int64_t term(const struct maker *m, const char **s)
{
    int64_t v = factor(m, s);

    while (**s == '*' || **s == '/') {
        const char op = *(*s)++;
        const int64_t w = factor(m, s);
        v = op == '*' ? v * w : v / w;
    }
    return v;
}

static int64_t sum(const struct maker *m, const char **s)
{
    int64_t v = term(m, s);

    while (**s == '+' || **s == '-') {
        const char op = *(*s)++;
        const int64_t w = term(m, s);
        v = op == '+' ? v + w : v - w;
    }
    return v;
}

int64_t mk_value(const struct maker *m, const char *expression)
{
    const char *s = expression;
    const int64_t v = sum(m, &s);

    if (*s && *s != '}') mk_die(m, "'%s' is no expression", expression);
    return v;
}

static void expand(const struct maker *m, const char *text, char *out, size_t room)
{
    size_t n = 0;

    for (const char *s = text; *s && n + 24 < room; s++) {
        if (*s != '{') {
            out[n++] = *s;
            continue;
        }
        n += (size_t)snprintf(out + n, room - n, "%" PRId64, mk_value(m, s + 1));
        s = strchr(s, '}');
        if (!s) mk_die(m, "'%s' has no '}'", text);
    }
    out[n] = 0;
}

/* ---- Programs -------------------------------------------------------------------------------------- */

struct stamp_word mk_asm(struct maker *m, const char *text)
{
    char line[512];
    struct stamp_word word;
    struct stamp_err e = {0};

    expand(m, text, line, sizeof line - 16);
    if (!strncmp(line, "LOAD", 4) || !strncmp(line, "STORE", 5)) {
        if (!strstr(line, " n0=")) strcat(line, " n0=1");
        if (!strstr(line, " n1=")) strcat(line, " n1=1");
    } else if (!strncmp(line, "VBFLY", 5) && !strstr(line, " n1=")) {
        strcat(line, " n1=1");
    }
    if (stamp_asm_word(line, &word, &e)) mk_die(m, "'%s': %s", line, e.text);
    return word;
}

void mk_word(struct maker *m, struct stamp_word word)
{
    if (m->count == MK_CODE_MAX) mk_die(m, "more than %d instructions", MK_CODE_MAX);
    m->code[m->count++] = word;
}

void mk_line(struct maker *m, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    mk_word(m, mk_asm(m, text));
}

void mk_fence(struct maker *m)
{
    mk_line(m, "FENCE");
}

void mk_mark(struct maker *m)
{
    m->fault = m->count;
}

void mk_load(struct maker *m, uint32_t line, struct mk_rows rows)
{
    mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=%u lines=%u", rows.addr, line,
            rows.lines);
}

void mk_store(struct maker *m, uint32_t line, uint32_t lines)
{
    mk_line(m, "STORE space=VM fmt=RAW dram=0x%" PRIx64 " line=%u lines=%u",
            mk_out(m, (size_t)lines * m->mach->L * 4), line, lines);
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

static uint8_t *at(struct maker *m, uint64_t addr)
{
    return m->model.memory.bytes + (addr - MK_BASE);
}

uint64_t mk_data(struct maker *m, const void *bytes, size_t n)
{
    const uint64_t addr = m->data_at;

    if (addr + n > MK_BASE + MK_OUT) mk_die(m, "too many constants");
    memcpy(at(m, addr), bytes, n);
    m->data_at = (addr + n + 63) / 64 * 64;
    return addr;
}

struct mk_rows mk_words(struct maker *m, const uint32_t *word, size_t n, uint32_t fill)
{
    const size_t whole = (n + m->mach->L - 1) / m->mach->L * m->mach->L;
    uint8_t *b = malloc(4 * whole);

    if (!b) mk_die(m, "out of memory");
    for (size_t i = 0; i < 4 * whole; i++)
        b[i] = (uint8_t)((i / 4 < n ? word[i / 4] : fill) >> 8 * (i % 4));
    const struct mk_rows rows = {mk_data(m, b, 4 * whole), (uint32_t)(whole / m->mach->L)};
    free(b);
    return rows;
}

struct mk_rows mk_part(struct mk_rows rows, uint32_t lines)
{
    return (struct mk_rows){rows.addr, lines};
}

uint64_t mk_table(struct maker *m, const uint16_t *entry, size_t n)
{
    uint8_t b[64 * 64] = {0};
    const size_t whole = (n + STAMP_TABLE_LINE - 1) / STAMP_TABLE_LINE * STAMP_TABLE_LINE;

    if (whole > sizeof b / 2) mk_die(m, "table too long");
    for (size_t i = 0; i < n; i++) {
        b[2 * i] = (uint8_t)entry[i];
        b[2 * i + 1] = (uint8_t)(entry[i] >> 8);
    }
    return mk_data(m, b, 2 * whole);
}

uint64_t mk_out(struct maker *m, size_t n)
{
    n = (n + 63) / 64 * 64;
    if (m->out_at + n > MK_BASE + MK_FREE) m->out_at = MK_BASE + MK_OUT;
    const uint64_t addr = m->out_at;
    if (addr + n > MK_BASE + MK_FREE) mk_die(m, "too many results");
    m->out_at += n;
    return addr;
}

void mk_chain(struct maker *m, const char *name, bool poison)
{
    uint32_t plain[512];

    snprintf(m->chain, sizeof m->chain, "%s", name);
    memset(m->was, 0, (size_t)m->memory);
    memset(m->model.memory.bytes, 0, (size_t)m->memory);
    m->reset = true;
    m->table = 0;
    m->data_at = MK_BASE + MK_CONST;
    m->out_at = MK_BASE + MK_OUT;
    for (uint32_t i = 0; i < m->mach->L; i++) plain[i] = 0x3f800000 + i * 0x11111;
    m->plain = mk_words(m, plain, m->mach->L, 0);
    if (poison) mk_poison(m);
}
