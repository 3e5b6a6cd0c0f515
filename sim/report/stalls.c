/* SPDX-License-Identifier: Apache-2.0 */
/* stalls.c - where the cycles went. Contract in stalls.h. */
#include "sim/report/stalls.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum stamp_event busy, wait;
} unit[STAMP_BOUND_UNITS] = {
    {"matrix unit", STAMP_EV_MXU_BUSY, STAMP_EV_MXU_WAIT},
    {"vector unit", STAMP_EV_VXU_BUSY, STAMP_EV_VXU_WAIT},
    {"load unit", STAMP_EV_LDU_BUSY, STAMP_EV_LDU_WAIT},
    {"store unit", STAMP_EV_STU_BUSY, STAMP_EV_STU_WAIT},
};

/* Rows of the tree, in order; a row's parent is the last one before it of a smaller depth. */
#define ROWS(X)                                                                                    \
    X(RUN, 0, "all cycles")                                                                        \
    X(ACTIVE, 1, "the array multiplies")                                                           \
    X(HELD, 1, "the array is idle, the matrix unit has an instruction")                            \
    X(DRAIN, 2, "it waits for the drain: tiles of few steps")                                      \
    X(ENDS, 2, "an instruction begins or ends")                                                    \
    X(FREE, 1, "the matrix unit has no instruction")                                               \
    X(WAITS, 2, "the next one waits for a semaphore")                                              \
    X(EMPTY, 2, "nothing is dispatched to it")                                                     \
    X(VXU, 2, "meanwhile the vector unit is busy")                                                 \
    X(VXU_VM, 3, "and waits for its port of the vector memory")                                    \
    X(LDU, 2, "meanwhile the load unit is busy")                                                   \
    X(LDU_AXI, 3, "and waits for read data: memory")                                               \
    X(STU, 2, "meanwhile the store unit is busy")                                                  \
    X(STU_AXI, 3, "and waits for the write port: memory")                                          \
    X(NOBODY, 2, "meanwhile none of these is busy")                                                \
    X(BY, 0, "all cycles, by what bounds their part")                                              \
    X(BY_MXU, 1, "the matrix unit")                                                                \
    X(BY_MXU_ACTIVE, 2, "multiplies")                                                              \
    X(BY_MXU_DRAIN, 2, "waits for the drain")                                                      \
    X(BY_MXU_REST, 2, "begins and ends instructions, or is idle")                                  \
    X(BY_VXU, 1, "the vector unit")                                                                \
    X(BY_VXU_VM, 2, "waits for its port of the vector memory")                                     \
    X(BY_VXU_REST, 2, "works")                                                                     \
    X(BY_VXU_IDLE, 2, "is idle")                                                                   \
    X(BY_LDU, 1, "the load unit")                                                                  \
    X(BY_LDU_AXI, 2, "waits for read data: memory")                                                \
    X(BY_LDU_REST, 2, "loads")                                                                     \
    X(BY_LDU_IDLE, 2, "is idle")                                                                   \
    X(BY_STU, 1, "the store unit")                                                                 \
    X(BY_STU_AXI, 2, "waits for the write port: memory")                                           \
    X(BY_STU_REST, 2, "stores")                                                                    \
    X(BY_STU_IDLE, 2, "is idle")                                                                   \
    X(BY_NONE, 1, "no unit alone: they wait for one another")                                      \
    X(BY_NONE_MXU, 2, "the matrix unit is busiest")                                                \
    X(BY_NONE_VXU, 2, "the vector unit is busiest")                                                \
    X(BY_NONE_LDU, 2, "the load unit is busiest")                                                  \
    X(BY_NONE_STU, 2, "the store unit is busiest")

#define NAME(name, depth, what) ROW_##name,
enum row { ROWS(NAME) ROW_COUNT };
_Static_assert((int)ROW_COUNT <= (int)STAMP_STALL_ROWS, "rows of the tree");
#define ROW(name, depth, what) {depth, #name, what},
static const struct {
    int depth;
    const char *key, *what;
} rows[ROW_COUNT] = {ROWS(ROW)};

const char *stamp_bound_name(enum stamp_bound b)
{
    return b < STAMP_BOUND_UNITS ? unit[b].name : "no unit alone";
}

enum stamp_event stamp_bound_busy(enum stamp_bound b)
{
    return unit[b].busy;
}

enum stamp_event stamp_bound_wait(enum stamp_bound b)
{
    return unit[b].wait;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool known(const struct stamp_record_piece *p)
{
    for (int i = 0; i < STAMP_EVENTS; i++)
        if (!p->event[i].known) return false;
    return p->cycles.known;
}

static uint64_t of(const struct stamp_record_piece *p, enum stamp_event e)
{
    return p->event[e].n;
}

enum stamp_bound stamp_bound_busiest(const struct stamp_record_piece *p)
{
    enum stamp_bound b = STAMP_BOUND_MATRIX;

    for (int u = 1; u < STAMP_BOUND_UNITS; u++)
        if (of(p, unit[u].busy) > of(p, unit[b].busy)) b = (enum stamp_bound)u;
    return b;
}

enum stamp_bound stamp_bound_of(const struct stamp_record_piece *p)
{
    const enum stamp_bound b = stamp_bound_busiest(p);
    const double busy = (double)of(p, unit[b].busy);

    if (!known(p) || 100 * busy < STAMP_BOUND_PERCENT * (double)p->cycles.n)
        return STAMP_BOUND_NONE;
    return p->cycles.n ? b : STAMP_BOUND_NONE;
}

void stamp_bound_text(const struct stamp_record_piece *p, char *text, size_t size)
{
    const enum stamp_bound b = stamp_bound_busiest(p);

    if (!known(p) || !p->cycles.n)
        snprintf(text, size, "not known");
    else if (stamp_bound_of(p) == b)
        snprintf(text, size, "%s", unit[b].name);
    else
        snprintf(text, size, "none, %s %.0f %%", unit[b].name,
                 100 * (double)of(p, unit[b].busy) / (double)p->cycles.n);
}

/* ---- One stretch ------------------------------------------------------------------------------------ */

static void add(struct stamp_stalls *s, enum row row, uint64_t low, uint64_t high)
{
    s->row[row].least += low;
    s->row[row].most += high;
}

/* Cycles of @p event that fall into @p idle of the stretch's @p cycles. */
static void add_within(struct stamp_stalls *s, enum row row, uint64_t event, uint64_t cycles,
                       uint64_t idle)
{
    add(s, row, less(event, cycles - idle), least(event, idle));
}

static void add_tree(struct stamp_stalls *s, const struct stamp_record_piece *p)
{
    const uint64_t c = p->cycles.n, held = least(c, of(p, STAMP_EV_MXU_BUSY)),
                   active = least(held, of(p, STAMP_EV_MXU_ACTIVE)),
                   drain = least(held - active, of(p, STAMP_EV_MXU_DRAIN)), idle = c - held,
                   wait = of(p, STAMP_EV_MXU_WAIT), waits_low = less(wait, held),
                   waits_high = least(wait, idle);
    const uint64_t busy[] = {of(p, STAMP_EV_VXU_BUSY), of(p, STAMP_EV_LDU_BUSY),
                             of(p, STAMP_EV_STU_BUSY)};
    uint64_t low = 0, high = 0;

    add(s, ROW_RUN, c, c);
    add(s, ROW_ACTIVE, active, active);
    add(s, ROW_HELD, held - active, held - active);
    add(s, ROW_DRAIN, drain, drain);
    add(s, ROW_ENDS, held - active - drain, held - active - drain);
    add(s, ROW_FREE, idle, idle);
    add(s, ROW_WAITS, least(waits_low, idle), waits_high);
    add(s, ROW_EMPTY, idle - waits_high, idle - least(waits_low, idle));
    add_within(s, ROW_VXU, busy[0], c, idle);
    add_within(s, ROW_LDU, busy[1], c, idle);
    add_within(s, ROW_STU, busy[2], c, idle);
    add_within(s, ROW_VXU_VM, of(p, STAMP_EV_VXU_VM), c, idle);
    add_within(s, ROW_LDU_AXI, of(p, STAMP_EV_LDU_AXI), c, idle);
    add_within(s, ROW_STU_AXI, of(p, STAMP_EV_STU_AXI), c, idle);
    for (int i = 0; i < 3; i++) {
        if (less(busy[i], held) > low) low = less(busy[i], held);
        high += least(busy[i], idle);
    }
    add(s, ROW_NOBODY, less(idle, high), less(idle, low));
}

/* A unit that bounds the stretch: stalled, the rest of its busy cycles, idle. */
static void add_unit(struct stamp_stalls *s, enum row first, const struct stamp_record_piece *p,
                     enum stamp_event busy, enum stamp_event stall)
{
    const uint64_t c = p->cycles.n, b = least(c, of(p, busy)), w = least(b, of(p, stall));

    add(s, first, c, c);
    add(s, first + 1, w, w);
    add(s, first + 2, b - w, b - w);
    add(s, first + 3, c - b, c - b);
}

static void add_bound(struct stamp_stalls *s, const struct stamp_record_piece *p)
{
    const uint64_t c = p->cycles.n, active = least(c, of(p, STAMP_EV_MXU_ACTIVE)),
                   drain = least(c - active, of(p, STAMP_EV_MXU_DRAIN));

    add(s, ROW_BY, c, c);
    switch (stamp_bound_of(p)) {
    case STAMP_BOUND_MATRIX:
        add(s, ROW_BY_MXU, c, c);
        add(s, ROW_BY_MXU_ACTIVE, active, active);
        add(s, ROW_BY_MXU_DRAIN, drain, drain);
        add(s, ROW_BY_MXU_REST, c - active - drain, c - active - drain);
        break;
    case STAMP_BOUND_VECTOR: add_unit(s, ROW_BY_VXU, p, STAMP_EV_VXU_BUSY, STAMP_EV_VXU_VM); break;
    case STAMP_BOUND_LOAD: add_unit(s, ROW_BY_LDU, p, STAMP_EV_LDU_BUSY, STAMP_EV_LDU_AXI); break;
    case STAMP_BOUND_STORE: add_unit(s, ROW_BY_STU, p, STAMP_EV_STU_BUSY, STAMP_EV_STU_AXI); break;
    default: add(s, ROW_BY_NONE, c, c); add(s, ROW_BY_NONE_MXU + stamp_bound_busiest(p), c, c);
    }
}

static void add_slack(struct stamp_stalls *s, const struct stamp_record_piece *p)
{
    for (int u = 0; u < STAMP_BOUND_UNITS; u++) {
        const uint64_t busy = least(p->cycles.n, of(p, unit[u].busy)), idle = p->cycles.n - busy,
                       wait = of(p, unit[u].wait);
        if (stamp_bound_of(p) == (enum stamp_bound)u) continue;
        s->slack[u].idle += idle;
        s->slack[u].least += least(less(wait, busy), idle);
        s->slack[u].most += least(wait, idle);
    }
}

/* ---- All of them ------------------------------------------------------------------------------------ */

/* Row of what bounds a stretch. */
static enum row by_row(enum stamp_bound b)
{
    static const enum row row[STAMP_BOUNDS] = {ROW_BY_MXU, ROW_BY_VXU, ROW_BY_LDU, ROW_BY_STU,
                                               ROW_BY_NONE};
    return row[b];
}

static void name_part(struct stamp_stall *row, const char *name)
{
    char *at = row->parts;
    const size_t len = strlen(at), more = strlen(name);

    for (const char *c = at; (c = strstr(c, name)); c++) /* once is enough */
        if ((c == at || c[-1] == ' ') && (!c[more] || c[more] == ',')) return;
    if (len + more + 8 < sizeof row->parts)
        snprintf(at + len, sizeof row->parts - len, "%s%s", len ? ", " : "", name);
    else if (len && at[len - 1] != '.')
        snprintf(at + len, sizeof row->parts - len, ", ...");
}

static void find_bound(struct stamp_stalls *s)
{
    int most;

    for (int b = 0; b < STAMP_BOUNDS; b++) {
        const uint64_t c = s->row[by_row((enum stamp_bound)b)].most;
        if (b && c <= s->bound_cycles) continue;
        s->bound = (enum stamp_bound)b;
        s->bound_cycles = c;
    }
    most = (int)by_row(s->bound) + 1;
    for (int i = most; i < ROW_COUNT && rows[i].depth > 1; i++)
        if (s->row[i].most > s->row[most].most) most = i;
    s->row[most].leaf = true;
}

void stamp_stalls_of(const struct stamp_record_program *p, struct stamp_stalls *s)
{
    const struct stamp_record_piece *piece = p->instances ? p->instance : &p->all;
    const uint32_t pieces = p->instances ? p->instances : 1;

    memset(s, 0, sizeof *s);
    s->known = known(&p->all);
    for (uint32_t i = 0; i < pieces; i++) s->known = s->known && known(&piece[i]);
    if (!s->known) return;
    s->cycles = p->all.cycles.n;
    s->rows = ROW_COUNT;
    for (int i = 0; i < ROW_COUNT; i++) {
        s->row[i].depth = rows[i].depth;
        s->row[i].key = rows[i].key;
        s->row[i].what = rows[i].what;
    }
    for (uint32_t i = 0; i < pieces; i++) {
        add_tree(s, &piece[i]);
        add_bound(s, &piece[i]);
        add_slack(s, &piece[i]);
        if (piece[i].name) name_part(&s->row[by_row(stamp_bound_of(&piece[i]))], piece[i].name);
    }
    find_bound(s);
}

void stamp_stalls_verdict(const struct stamp_stalls *s, char *text, size_t size)
{
    const double share = s->cycles ? 100 * (double)s->bound_cycles / (double)s->cycles : 0;

    if (!s->known)
        snprintf(text, size, "What bounds it is not known: the device has no clock.");
    else if (s->bound == STAMP_BOUND_NONE)
        snprintf(text, size,
                 "No unit alone bounds it: in parts of %.1f %% of the cycles none is busy %d %% of "
                 "the time, units wait for one another.",
                 share, STAMP_BOUND_PERCENT);
    else
        snprintf(
            text, size,
            "The %s bounds it: busy at least %d %% of the time in parts that take %.1f %% of the "
            "cycles.",
            stamp_bound_name(s->bound), STAMP_BOUND_PERCENT, share);
}
