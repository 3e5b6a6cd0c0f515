/* SPDX-License-Identifier: Apache-2.0 */
/* map.c - address maps. Contract in map.h. */
#include "model/dram/map.h"

#include <string.h>

static const char *const names[STAMP_DRAM_FIELDS] = {"ro", "ra", "bg", "ba", "co", "ch"};
enum { PARTS = 16, REST = 255 };

static uint8_t log_of(uint32_t v)
{
    uint8_t n = 0;
    while (v >> 1 >> n) n++;
    return n;
}

static uint32_t size_of(const struct stamp_dram_params *p, unsigned field)
{
    switch (field) {
    case STAMP_DRAM_RO: return p->rows;
    case STAMP_DRAM_RA: return p->ranks;
    case STAMP_DRAM_BG: return p->groups;
    case STAMP_DRAM_BA: return p->banks;
    case STAMP_DRAM_CO: return p->columns / p->burst;
    default: return p->channels;
    }
}

/* Parts as they stand; width REST where no number is said. */
static enum stamp_status read_parts(struct stamp_dram_map *m, const char *text, struct stamp_err *e)
{
    for (const char *s = text; *s;) {
        unsigned f = 0, width = 0;
        if (*s == ' ' || *s == '_') {
            s++;
            continue;
        }
        while (f < STAMP_DRAM_FIELDS && strncmp(s, names[f], 2)) f++;
        if (f == STAMP_DRAM_FIELDS || m->parts == PARTS)
            return stamp_fail(e, STAMP_EFORMAT,
                              "map '%s': '%.8s' is no field (ro ra bg ba co ch), or too many parts",
                              text, s);
        s += 2;
        const bool number = *s >= '0' && *s <= '9';
        for (; *s >= '0' && *s <= '9' && width < 100; s++)
            width = width * 10 + (unsigned)(*s - '0');
        if (width > 40)
            return stamp_fail(e, STAMP_EFORMAT, "map '%s': %s of more than 40 bits", text,
                              names[f]);
        m->part[m->parts].field = (uint8_t)f;
        m->part[m->parts++].width = number ? (uint8_t)width : REST;
    }
    return STAMP_OK;
}

/* The bits of one field: those said, and one part that takes the rest. */
static enum stamp_status give_bits(struct stamp_dram_map *m, unsigned f, uint32_t bits,
                                   const char *text, struct stamp_err *e)
{
    uint32_t said = 0, rests = 0, parts = 0;

    for (unsigned i = 0; i < m->parts; i++) {
        if (m->part[i].field != f) continue;
        parts++;
        if (m->part[i].width == REST)
            rests++;
        else
            said += m->part[i].width;
    }
    if (rests > 1 || said > bits || (!rests && said < bits))
        return stamp_fail(e, STAMP_ERANGE, "map '%s': %s has %u bits, the map has %u%s", text,
                          names[f], bits, said,
                          rests > 1 ? " and several parts for the rest"
                          : parts   ? ""
                                    : ": it does not name it");
    for (unsigned i = 0; i < m->parts; i++)
        if (m->part[i].field == f && m->part[i].width == REST)
            m->part[i].width = (uint8_t)(bits - said);
    return STAMP_OK;
}

enum stamp_status stamp_dram_map_read(struct stamp_dram_map *m, const struct stamp_dram_params *p,
                                      struct stamp_err *e)
{
    uint8_t at[STAMP_DRAM_FIELDS] = {0}, low = 0;

    memset(m, 0, sizeof *m);
    if ((p->access & (p->access - 1)) != 0)
        return stamp_fail(e, STAMP_ERANGE, "access = %u, must be a power of two", p->access);
    m->access_log = log_of(p->access);
    enum stamp_status s = read_parts(m, p->map, e);
    for (unsigned f = 0; f < STAMP_DRAM_FIELDS && !s; f++) {
        const uint32_t size = size_of(p, f);
        if (size == 0 || (size & (size - 1)) != 0)
            return stamp_fail(e, STAMP_ERANGE, "%s: %u of them, must be a power of two: addresses",
                              names[f], size);
        s = give_bits(m, f, log_of(size), p->map, e);
    }
    for (unsigned i = m->parts; i-- > 0 && !s;) {
        m->part[i].low = low;
        m->part[i].at = at[m->part[i].field];
        low = (uint8_t)(low + m->part[i].width);
        at[m->part[i].field] = (uint8_t)(at[m->part[i].field] + m->part[i].width);
    }
    return s;
}

void stamp_dram_map_at(const struct stamp_dram_map *m, uint64_t addr,
                       uint32_t field[STAMP_DRAM_FIELDS])
{
    const uint64_t number = addr >> m->access_log;

    for (unsigned f = 0; f < STAMP_DRAM_FIELDS; f++) field[f] = 0;
    for (unsigned i = 0; i < m->parts; i++) {
        const uint64_t bits = number >> m->part[i].low & ((UINT64_C(1) << m->part[i].width) - 1);
        field[m->part[i].field] |= (uint32_t)bits << m->part[i].at;
    }
}
