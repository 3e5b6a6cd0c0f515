/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - numbers of a DRAM from a text. Contract in params.h. */
#include <string.h>

#include "model/dram/params.h"

/* A line without its comment, blanks at the ends cut off. */
struct line {
    const char *key, *value;
    size_t key_len, value_len;
};

static void trim(const char **s, size_t *n)
{
    while (*n && (**s == ' ' || **s == '\t')) {
        ++*s;
        --*n;
    }
    while (*n && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t' || (*s)[*n - 1] == '\r')) --*n;
}

/* False: no `key = value`. */
static bool split(const char *s, size_t n, struct line *l)
{
    const char *hash = memchr(s, '#', n);
    if (hash) n = (size_t)(hash - s);
    const char *equals = memchr(s, '=', n);

    l->key = s;
    l->key_len = equals ? (size_t)(equals - s) : n;
    l->value = equals ? equals + 1 : s;
    l->value_len = equals ? n - l->key_len - 1 : 0;
    trim(&l->key, &l->key_len);
    trim(&l->value, &l->value_len);
    return equals ? l->key_len && l->value_len : !l->key_len;
}

/* Digits, then what is behind them. */
static bool number(const char *s, size_t n, uint64_t *v, const char **unit, size_t *unit_len)
{
    size_t i = 0;

    for (*v = 0; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
        if (*v > UINT32_MAX) return false;
        *v = *v * 10 + (uint64_t)(s[i] - '0');
    }
    *unit = s + i;
    *unit_len = n - i;
    return i > 0 && *v <= UINT32_MAX;
}

static bool is(const char *s, size_t n, const char *word)
{
    return n == strlen(word) && !memcmp(s, word, n);
}

/* What a file said so far: keys by their place, and what its times are in picoseconds. */
struct told {
    uint64_t ps[64];
    unsigned at[64]; /* line, 0: not said */
    unsigned lines, map_at, base_at;
};

static enum stamp_status put_number(const char *name, const struct line *l, struct told *t,
                                    struct stamp_dram_params *p, struct stamp_err *e)
{
    struct stamp_dram_key k = {0};
    const char *unit = "";
    size_t i = 0, unit_len = 0;
    uint64_t v = 0;

    while (stamp_dram_key_at(i, &k) && !is(l->key, l->key_len, k.name)) i++;
    if (!stamp_dram_key_at(i, &k))
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: no key '%.*s'", name, t->lines,
                          (int)(l->key_len < 40 ? l->key_len : 40), l->key);
    if (t->at[i])
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s stands in line %u already", name, t->lines,
                          k.name, t->at[i]);
    bool fine = number(l->value, l->value_len, &v, &unit, &unit_len);
    const bool ns = fine && is(unit, unit_len, "ns"), ps = fine && is(unit, unit_len, "ps");
    if (unit_len && !(k.timing && (ns || ps))) fine = false;
    if (!fine)
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %s = '%.*s': must be a whole number%s", name,
                          t->lines, k.name, (int)(l->value_len < 40 ? l->value_len : 40), l->value,
                          k.timing ? " of clocks, or with ns or ps" : "");
    t->at[i] = t->lines;
    t->ps[i] = ns ? v * 1000 : ps ? v : 0;
    stamp_dram_put(p, k.name, v);
    return STAMP_OK;
}

static enum stamp_status put_line(const char *name, const struct line *l, struct told *t,
                                  struct stamp_dram_params *p, struct stamp_err *e)
{
    char text[STAMP_DRAM_MAP] = {0};

    if (!is(l->key, l->key_len, "base") && !is(l->key, l->key_len, "map"))
        return put_number(name, l, t, p, e);
    if (l->value_len >= sizeof text)
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: more than %zu letters", name, t->lines,
                          sizeof text - 1);
    memcpy(text, l->value, l->value_len);
    text[l->value_len] = 0;
    unsigned *at = is(l->key, l->key_len, "map") ? &t->map_at : &t->base_at;
    if (*at)
        return stamp_fail(e, STAMP_EFORMAT, "%s:%u: %.*s stands in line %u already", name, t->lines,
                          (int)l->key_len, l->key, *at);
    *at = t->lines;
    if (at == &t->map_at) {
        memcpy(p->map, text, sizeof text);
        return STAMP_OK;
    }
    for (size_t i = 0; i < sizeof t->at / sizeof t->at[0]; i++)
        if (t->at[i] || t->map_at)
            return stamp_fail(e, STAMP_EFORMAT, "%s:%u: base has to come first", name, t->lines);
    if (stamp_dram_preset(text, p)) return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE, "%s:%u: base = '%s': no such preset", name, t->lines, text);
}

/* Times in picoseconds, now that the clock is known. */
static void to_clocks(const struct told *t, struct stamp_dram_params *p)
{
    struct stamp_dram_key k;

    for (size_t i = 0; stamp_dram_key_at(i, &k); i++)
        if (t->ps[i]) stamp_dram_put(p, k.name, stamp_dram_clocks(k.name, t->ps[i], p->clock_khz));
}

enum stamp_status stamp_dram_parse(const char *name, const char *text, struct stamp_dram_params *p,
                                   struct stamp_err *e)
{
    struct told t = {0};
    enum stamp_status s = STAMP_OK;

    memset(p, 0, sizeof *p);
    p->accel_mhz = STAMP_DRAM_MHZ;
    for (const char *at = text; *at && !s;) {
        const char *end = strchr(at, '\n');
        const size_t n = end ? (size_t)(end - at) : strlen(at);
        struct line l;
        t.lines++;
        if (!split(at, n, &l))
            s = stamp_fail(e, STAMP_EFORMAT, "%s:%u: must be key = value", name, t.lines);
        else if (l.key_len)
            s = put_line(name, &l, &t, p, e);
        at += n + (end != NULL);
    }
    if (s) return s;
    to_clocks(&t, p);
    s = stamp_dram_check(p, e);
    return s ? stamp_fail_at(e, "%s", name) : STAMP_OK;
}
