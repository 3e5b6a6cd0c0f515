/* SPDX-License-Identifier: Apache-2.0 */
/* edge.c - lists of cases, and the shapes operands take. Contract in edge.h. */
#include "tests/cosim/edge.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static void add(struct edge_list *l, const union stamp_insn *i, bool late, const char *fmt,
                va_list args)
{
    struct edge_case *c = &l->at[l->count];
    struct stamp_word w;
    const char *bad = stamp_encode(i, &w);

    assert(l->count < EDGE_CASES);
    if (bad && l->over) {
        l->beyond_field++;
        return;
    }
    assert(!bad);
    c->insn = *i;
    c->error = l->over ? STAMP_ERROR_RANGE : STAMP_ERROR_NONE;
    c->found_late = late;
    vsnprintf(c->name, sizeof c->name, fmt, args);
    l->count++;
}

void edge_add(struct edge_list *l, union stamp_insn i, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add(l, &i, false, fmt, args);
    va_end(args);
}

void edge_add_late(struct edge_list *l, union stamp_insn i, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add(l, &i, true, fmt, args);
    va_end(args);
}

uint64_t edge_divisor(uint64_t n, uint64_t most)
{
    uint64_t d = edge_least(n, most);

    while (n % d) d--;
    return d;
}

int edge_shape(uint32_t k, uint64_t lo, uint64_t hi, uint64_t max_rows, uint64_t max_lines,
               uint32_t over, struct edge_shape *s)
{
    const uint64_t all = hi - lo, lines = edge_least(all, max_lines),
                   rows = edge_least(all, max_rows), tile = edge_divisor(all, max_lines);

    switch (k) {
    case 0: *s = (struct edge_shape){"first", lo, 1, 1, 1}; break;
    case 1: *s = (struct edge_shape){"last", hi - 1 + over, 1, 1, 1}; break;
    case 2: *s = (struct edge_shape){"both ends", lo, 2, all - 1 + over, 1}; break;
    case 3: *s = (struct edge_shape){"most lines from the first", lo, 1, lines, lines}; break;
    case 4:
        *s = (struct edge_shape){"most lines to the last", hi - lines + over, 1, lines, lines};
        break;
    case 5: *s = (struct edge_shape){"most rows from the first", lo, rows, 1, 1}; break;
    case 6: *s = (struct edge_shape){"most rows to the last", hi - rows + over, rows, 1, 1}; break;
    case 7: *s = (struct edge_shape){"all of it", lo + over, all / tile, tile, tile}; break;
    case 8: /* the same the other way */
        *s = (struct edge_shape){"all of it by rows", lo + over, edge_divisor(all, max_rows), 0, 0};
        s->stride = s->lines = all / s->rows;
        break;
    default: return 0;
    }
    if (over && (k == 0 || k == 3 || k == 5)) return -1;
    return s->rows <= max_rows && s->lines <= max_lines ? 1 : -1;
}
