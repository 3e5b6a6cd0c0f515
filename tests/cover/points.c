/* SPDX-License-Identifier: Apache-2.0 */
/* points.c - the points of a machine. Contract in points.h. */
#include "tests/cover/points.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/status.h"
#include "tests/cover/derive.h"

enum { NAME = 160 };

struct building {
    struct cover_points *p;
    uint32_t room;
    bool failed;
};

/* A further point, "class<TAB>what". */
static uint32_t point(struct building *b, const char *fmt, ...) STAMP_PRINTF(2, 3);

static uint32_t point(struct building *b, const char *fmt, ...)
{
    struct cover_points *p = b->p;
    char text[NAME];
    va_list args;

    va_start(args, fmt);
    const int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert(n > 0 && n < NAME);
    (void)n;
    if (p->count == b->room) {
        const uint32_t room = b->room ? 2 * b->room : 1024;
        char **more = stamp_grow(p->name, b->room, room, sizeof *more);
        if (!more) b->failed = true;
        if (!more) return 0;
        p->name = more;
        b->room = room;
    }
    p->name[p->count] = stamp_strdup(text);
    if (!p->name[p->count]) b->failed = true;
    return p->count++;
}

static const char *const edge_text[] = {
#define EDGE(name, text) text,
    COVER_EDGES(EDGE)
#undef EDGE
};

const char *cover_edge_text(enum cover_edge edge)
{
    return edge_text[edge];
}

static bool is_refusal(int e)
{
    return e == COVER_BEYOND || e == COVER_UNALIGNED || e == COVER_SET;
}

static void add_fields(struct building *b, struct cover_set *s)
{
    for (uint32_t k = 0; k < s->fields; k++)
        for (int e = 0; e < COVER_EDGE_COUNT; e++)
            if (s->field[k].point[e] == 0)
                s->field[k].point[e] =
                    (int32_t)point(b, "%s\t%s: %s %s", is_refusal(e) ? "refused" : "field", s->name,
                                   s->field[k].f->name, edge_text[e]);
}

/* Lines of parts.def that are of this set: those of an instruction with the whole, others with each variant. */
static bool has_part(const struct cover_set *s, const char *op)
{
    if (!strncmp(op, "ANY_", 4)) return s->variant && op[4] == stamp_format_letter[s->op->format];
    return !s->variant && !strcmp(op, s->op->name);
}

static void add_parts(struct building *b, struct cover_set *s)
{
    uint32_t k = 0;

    for (uint32_t i = 0; i < COVER_PARTS; i++) s->part[i] = -1;
#define PART(o, what, n, unit)                                                                     \
    if (has_part(s, #o)) {                                                                         \
        s->part[k] = (int32_t)point(b, "part\t%s: %s, whole", s->name, what);                      \
        point(b, "part\t%s: %s, with a rest", s->name, what);                                      \
    }                                                                                              \
    k++;
#define CASE(o, what, holds)                                                                       \
    if (has_part(s, #o)) s->part[k] = (int32_t)point(b, "part\t%s: %s", s->name, what);            \
    k++;
#include "tests/cover/parts.def"
    assert(k <= COVER_PARTS);
}

static struct cover_set *next_set(struct cover_points *p, const struct stamp_op *op, bool variant)
{
    struct cover_set *s = &p->set[p->sets];

    assert(p->sets + 1 < COVER_SETS);
    memset(s, 0, sizeof *s);
    s->op = op;
    s->variant = variant;
    snprintf(s->name, sizeof s->name, "%s", op->name);
    return s;
}

/* A variant, or a point that its codes together are refused. */
static void add_variant(struct building *b, const struct stamp_op *op, uint32_t whole,
                        const uint64_t code[COVER_ENUMS])
{
    struct cover_points *p = b->p;
    struct cover_set *s = next_set(p, op, true);

    for (int k = 0; k < COVER_ENUMS; k++) {
        const int at = cover_enums(op->format)[k];
        if (at < 0) continue;
        strcat(s->name, ".");
        strcat(s->name, cover_code_name(op, cover_field_at(op->format, at), code[k]));
        s->code[k] = code[k];
    }
    if (!cover_derive(p->mach, s)) {
        p->other[whole][code[0]][code[1]] = (int32_t)point(b, "refused\t%s", s->name);
        return;
    }
    p->sets++;
    add_fields(b, s);
    add_parts(b, s);
}

/* Every code of the named fields with every other; where codes are left without a name, one of them. */
static void add_variants(struct building *b, const struct stamp_op *op, uint32_t whole)
{
    const struct stamp_field *f[COVER_ENUMS];
    uint64_t code[COVER_ENUMS], codes[COVER_ENUMS];

    for (int k = 0; k < COVER_ENUMS; k++) {
        f[k] = cover_field_at(op->format, cover_enums(op->format)[k]);
        codes[k] = f[k] ? UINT64_C(1) << f[k]->width : 1;
        b->p->nameless[whole][k] = -1;
        for (uint64_t c = 0; f[k] && c < codes[k]; c++)
            if (!cover_code_name(op, f[k], c) && b->p->nameless[whole][k] < 0)
                b->p->nameless[whole][k] =
                    (int32_t)point(b, "refused\t%s: %s of no meaning", op->name, f[k]->name);
    }
    memset(b->p->other[whole], 0xff, sizeof b->p->other[whole]);
    for (code[0] = 0; code[0] < codes[0]; code[0]++)
        for (code[1] = 0; code[1] < codes[1]; code[1]++)
            if ((!f[0] || cover_code_name(op, f[0], code[0])) &&
                (!f[1] || cover_code_name(op, f[1], code[1])))
                add_variant(b, op, whole, code);
}

static void add_instruction(struct building *b, const struct stamp_op *op)
{
    const uint32_t whole = b->p->sets;
    struct cover_set *s = next_set(b->p, op, false);

    b->p->sets++;
    cover_derive_whole(s);
    add_fields(b, s);
    add_parts(b, s);
    add_variants(b, op, whole);
}

/* Names of a mode's one-bit fields that are set. */
static void mode_name(const struct cover_set *s, uint32_t bits, char *name, size_t room)
{
    snprintf(name, room, "%s", s->name);
    for (uint32_t k = 0, at = 0; k < s->fields; k++) {
        if (s->field[k].kind != COVER_BIT) continue;
        if (bits >> at++ & 1) {
            const size_t n = strlen(name);
            snprintf(name + n, room - n, " %s", s->field[k].f->name);
        }
    }
}

static void add_pairs(struct building *b, enum stamp_unit unit)
{
    struct cover_points *p = b->p;
    struct cover_pairs *q = &p->pairs[unit];
    uint32_t sets = 0;
    char from[64], to[64];

    for (uint32_t k = 0; k < p->sets; k++)
        if (p->set[k].variant && p->set[k].op->unit == unit) q->set[sets++] = k;
    if (sets == 1)
        for (uint32_t k = 0; k < p->set[q->set[0]].fields; k++)
            q->bits += p->set[q->set[0]].field[k].kind == COVER_BIT;
    q->modes = sets << q->bits;
    q->first = p->count;
    for (uint32_t i = 0; i < q->modes; i++)
        for (uint32_t j = 0; j < q->modes; j++) {
            mode_name(&p->set[q->set[i >> q->bits]], q->bits ? i : 0, from, sizeof from);
            mode_name(&p->set[q->set[j >> q->bits]], q->bits ? j : 0, to, sizeof to);
            point(b, "pair\t%s: %s, %s", stamp_unit_name(unit), from, to);
        }
}

static void add_handshakes(struct building *b)
{
    static const char *const channels[] = {"AR", "R", "AW", "W", "B"};
    static const char *const channel[] = {
#define NAME_OF(name, text) text,
        COVER_CHANNEL(NAME_OF)};
    static const char *const queue[] = {COVER_QUEUE(NAME_OF)};
    struct cover_points *p = b->p;

    p->channel = p->count;
    for (int c = 0; c < COVER_CHANNELS; c++)
        for (int k = 0; k < COVER_CHANNEL_COUNT; k++)
            point(b, "handshake\t%s: %s", channels[c], channel[k]);
    p->queue = p->count;
    for (int u = 1; u < STAMP_UNITS; u++)
        for (int k = 0; k < COVER_QUEUE_COUNT; k++)
            point(b, "handshake\tqueue of %s: %s", stamp_unit_name((enum stamp_unit)u), queue[k]);
    p->wake = p->count;
    for (int u = 1; u < STAMP_UNITS; u++)
        for (int v = 1; v < STAMP_UNITS; v++)
            point(b, "handshake\t%s waits for a semaphore, %s gives it",
                  stamp_unit_name((enum stamp_unit)v), stamp_unit_name((enum stamp_unit)u));
    p->held = p->count;
    point(b, "handshake\ta line of LDU waits for its memory");
    point(b, "handshake\ta line of VXU waits for its memory");
    p->stall = p->count;
    for (int e = 0; e < STAMP_EVENTS; e++)
        if (stamp_event_kind((enum stamp_event)e) == STAMP_EVENT_STALL)
            point(b, "handshake\tcounter %s", stamp_event_name((enum stamp_event)e));
}

struct cover_points *cover_points_new(const struct stamp_mach *mach)
{
    struct building b = {.p = stamp_alloc(1, sizeof *b.p)};

    if (!b.p) return NULL;
    b.p->mach = mach;
    for (size_t k = 0; k < stamp_op_count; k++) add_instruction(&b, &stamp_ops[k]);
    b.p->unknown = point(&b, "refused\tan opcode of no meaning");
    for (int u = 0; u < STAMP_UNITS; u++) add_pairs(&b, (enum stamp_unit)u);
    add_handshakes(&b);
    if (!b.failed) return b.p;
    cover_points_free(b.p);
    return NULL;
}

void cover_points_free(struct cover_points *p)
{
    if (!p) return;
    for (uint32_t k = 0; k < p->count; k++) stamp_free(p->name[k]);
    stamp_free(p->name);
    stamp_free(p);
}

bool cover_find(const struct cover_points *p, const struct stamp_op *op, const union stamp_insn *i,
                uint32_t *whole, uint32_t *variant)
{
    const int *named = cover_enums(op->format);

    for (uint32_t k = 0; k < p->sets; k++) {
        const struct cover_set *s = &p->set[k];
        bool same = s->variant;
        if (s->op != op) continue;
        if (!s->variant) *whole = k;
        for (int e = 0; e < COVER_ENUMS; e++)
            if (named[e] >= 0 && i->field[named[e]] != s->code[e]) same = false;
        if (!same) continue;
        *variant = k;
        return true;
    }
    return false;
}
