/* SPDX-License-Identifier: Apache-2.0 */
/* costs.c - terms of energy.def, and tables of their costs. Contract in costs.h. */
#include "model/energy/costs.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct stamp_term terms[STAMP_TERMS] = {
#define SOURCE_WORK(name)  STAMP_ENERGY_WORK, STAMP_WORK_##name
#define SOURCE_EVENT(name) STAMP_ENERGY_EVENT, STAMP_EV_##name
#define TERM(part, class, source, name, each, meaning)                                             \
    {STAMP_PART_##part, STAMP_CLASS_##class, SOURCE_##source(name), #name, meaning},
#include "model/spec/energy.def"
};

static const struct {
    const char *name, *meaning;
} parts[STAMP_PARTS] = {
#define PART(name, meaning) {#name, meaning},
#include "model/spec/energy.def"
};

const struct stamp_term *stamp_term(size_t i)
{
    assert(i < STAMP_TERMS);
    return &terms[i];
}

double stamp_term_each(size_t i, const struct stamp_mach *m)
{
#define PARAM(name, meaning)                                                                       \
    const uint64_t name = m->name;                                                                 \
    (void)name;
#include "model/spec/mach.def"
    const uint64_t each[STAMP_TERMS] = {
#define TERM(part, class, source, name, each, meaning) each,
#include "model/spec/energy.def"
    };

    assert(i < STAMP_TERMS);
    return (double)each[i];
}

const char *stamp_part_name(enum stamp_part p)
{
    return (unsigned)p < STAMP_PARTS ? parts[p].name : "?";
}

const char *stamp_part_meaning(enum stamp_part p)
{
    return (unsigned)p < STAMP_PARTS ? parts[p].meaning : "?";
}

/* ---- Files ---------------------------------------------------------------------------------------- */

enum { KEY_BYTES = 64, TEXTS = 4, NUMBERS = 2 + STAMP_TERMS + 3 * STAMP_PARTS };

/* Where a key's value goes: exactly one of the two. */
struct place {
    char key[KEY_BYTES];
    char *text;
    double *number;
    bool optional;
    unsigned line; /* 0: not said yet */
};

static struct place *put_place(struct place *p, const char *part, const char *name)
{
    char *out = p->key;

    memset(p, 0, sizeof *p);
    for (const char *c = part; *c && out < p->key + KEY_BYTES - 2; c++) *out++ = *c;
    if (*part) *out++ = '.';
    for (const char *c = name; *c && out < p->key + KEY_BYTES - 1; c++) *out++ = *c;
    return p;
}

static size_t places_of(struct stamp_costs *c, struct place *p)
{
    struct place *const first = p;

    put_place(p++, "", "library")->text = c->library;
    put_place(p++, "", "corner")->text = c->corner;
    put_place(p++, "", "machine")->text = c->machine;
    put_place(p++, "", "source")->text = c->source;
    put_place(p++, "", "volt")->number = &c->volt;
    put_place(p++, "", "mhz")->number = &c->mhz;
    for (size_t i = 0; i < STAMP_PARTS; i++) {
        put_place(p++, parts[i].name, "clock")->number = &c->clock[i];
        put_place(p++, parts[i].name, "leak")->number = &c->leak[i];
        put_place(p, parts[i].name, "residual")->number = &c->residual[i];
        p++->optional = true;
    }
    for (size_t i = 0; i < STAMP_TERMS; i++)
        put_place(p++, parts[terms[i].part].name, terms[i].name)->number = &c->term[i];
    return (size_t)(p - first);
}

static void trim(const char **s, size_t *n)
{
    while (*n && strchr(" \t\r", **s)) {
        ++*s;
        --*n;
    }
    while (*n && strchr(" \t\r", (*s)[*n - 1])) --*n;
}

/* A value of @p n bytes to its place. */
static enum stamp_status put_value(const char *name, unsigned line, struct place *p, const char *s,
                                   size_t n, struct stamp_err *e)
{
    char text[STAMP_COSTS_TEXT], *end;

    if (p->line)
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s stands in line %u already", name, line,
                          p->key, p->line);
    p->line = line;
    if (n == 0 || n >= sizeof text)
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s: must have 1 to %zu letters", name, line,
                          p->key, sizeof text - 1);
    memcpy(text, s, n);
    text[n] = 0;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s: letters beyond ASCII", name, line,
                              p->key);
    if (p->text) {
        memcpy(p->text, text, n + 1);
        return STAMP_OK;
    }
    const double v = strtod(text, &end);
    if (*end || !strchr("0123456789.", text[0]))
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s = '%s': must be a number, 0 or more", name,
                          line, p->key, text);
    if (!isfinite(v) || v > 1e6)
        return stamp_fail(e, STAMP_ERANGE, "%s:%u: %s = %s: out of range", name, line, p->key,
                          text);
    *p->number = v;
    return STAMP_OK;
}

static enum stamp_status put_line(const char *name, unsigned line, const char *s, size_t n,
                                  struct place *place, size_t places, struct stamp_err *e)
{
    const char *hash = memchr(s, '#', n);

    if (hash) n = (size_t)(hash - s);
    trim(&s, &n);
    if (!n) return STAMP_OK;
    const char *equals = memchr(s, '=', n), *value = equals ? equals + 1 : s;
    if (!equals) return stamp_fail(e, STAMP_EFORMAT, "%s:%u: must be key = value", name, line);
    size_t key_len = (size_t)(equals - s), value_len = n - key_len - 1;
    trim(&s, &key_len);
    trim(&value, &value_len);
    for (size_t i = 0; i < places; i++)
        if (strlen(place[i].key) == key_len && !memcmp(place[i].key, s, key_len))
            return put_value(name, line, &place[i], value, value_len, e);
    return stamp_fail(e, STAMP_EFORMAT, "%s:%u: no key '%.*s'", name, line,
                      (int)(key_len < 40 ? key_len : 40), s);
}

enum stamp_status stamp_costs_parse(const char *name, const char *text, struct stamp_costs *c,
                                    struct stamp_err *e)
{
    struct place place[TEXTS + NUMBERS];
    enum stamp_status s = STAMP_OK;
    unsigned line = 0;

    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < STAMP_PARTS; i++) c->residual[i] = (double)NAN;
    const size_t places = places_of(c, place);
    for (const char *at = text; *at && !s;) {
        const char *end = strchr(at, '\n');
        const size_t n = end ? (size_t)(end - at) : strlen(at);
        s = put_line(name, ++line, at, n, place, places, e);
        at += n + (end != NULL);
    }
    for (size_t i = 0; i < places && !s; i++)
        if (!place[i].line && !place[i].optional)
            s = stamp_fail(e, STAMP_EFORMAT, "%s: no %s", name, place[i].key);
    if (!s && (c->volt <= 0 || c->mhz <= 0))
        s = stamp_fail(e, STAMP_ERANGE, "%s: volt and mhz must be above 0", name);
    if (!s && !stamp_mach_find(c->machine))
        s = stamp_fail(e, STAMP_ERANGE, "%s: machine = '%s': there is no such machine", name,
                       c->machine);
    return s;
}
