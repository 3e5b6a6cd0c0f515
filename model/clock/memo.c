/* SPDX-License-Identifier: Apache-2.0 */
/* memo.c - stretches seen before. Contract in memo.h. */
#include "model/clock/memo.h"

#include <string.h>

#include "model/clock/ahead.h"
#include "model/clock/hash.h"
#include "model/clock/packed.h"
#include "model/mem.h"

enum {
    PLACES = 1 << 16, /* of the table of states, a power of 2 */
    FAR = 60,         /* of the 64 code lines of a page: behind them bursts are cut short */
    CODE_LINES = STAMP_BURST_PAGE / 64,
    CONTENTS = 100,  /* a part of the room in so many is for what tables hold */
    CHUNK = 1 << 17, /* words of 8 bytes: the pool is taken 1 MiB at a time */
    CHUNKS = 1 << 10
};

/* Places in the pool are counted in words of 8 bytes, of each chunk in turn; 0: none. */
struct node {
    uint32_t next, first; /* of the same place in the table; stretch that leads on */
    uint32_t hash;
    uint16_t bytes, packed; /* of the state, as it is and as it is kept */
    uint8_t state[];
};

struct stretch {
    uint32_t next, to; /* another from the same state; the state it ends in */
    uint32_t count, pushed;
    int32_t low,
        high;      /* where the program's next burst lay in it, code lines from that of the begin */
    uint32_t line; /* that of the begin in its page, where it counts; else CODE_LINES */
    uint32_t cycles;
    uint64_t shape[]; /* count of them, then what was counted, packed */
};

/* What is counted of a stretch. */
struct counts {
    uint32_t event[STAMP_EVENTS], memory[STAMP_CLOCK_COUNTS];
};

/* The stretch under way. */
struct begun {
    uint32_t node; /* 0: none */
    uint32_t line, count;
    int32_t low, high;
    uint64_t cycle, pushed, event[STAMP_EVENTS], counted[STAMP_CLOCK_COUNTS];
    uint64_t shape[STAMP_CLOCK_AHEAD];
};

struct stamp_clock_memo {
    struct stamp_clock_shapes *shapes;
    struct stamp_clock_ahead *ahead;
    uint64_t *pool[CHUNKS];
    uint32_t words, used, place[PLACES];
    struct begun begun;
    uint8_t state[STAMP_CLOCK_STATE], packed[STAMP_CLOCK_PACKED(STAMP_CLOCK_STATE)];
    struct stamp_clock_passed counts;
};

static struct node *node_at(const struct stamp_clock_memo *m, uint32_t at)
{
    return (struct node *)(void *)&m->pool[at / CHUNK][at % CHUNK];
}

static struct stretch *stretch_at(const struct stamp_clock_memo *m, uint32_t at)
{
    return (struct stretch *)(void *)&m->pool[at / CHUNK][at % CHUNK];
}

struct stamp_clock_memo *stamp_clock_memo_new(const struct stamp_clock_top *t, size_t bytes)
{
    struct stamp_clock_memo *m = stamp_alloc(1, sizeof *m);
    const struct stamp_clock_tables tables = {t->rt, t->nt, t->it};

    if (!m) return NULL;
    m->words = (uint32_t)(bytes / sizeof **m->pool);
    if (m->words > CHUNK * CHUNKS) m->words = CHUNK * CHUNKS;
    m->used = 1;
    m->shapes = stamp_clock_shapes_new(t->mach, t->dispatch.code, t->dispatch.count, &tables,
                                       bytes / CONTENTS);
    m->ahead = stamp_clock_ahead_new(m->shapes);
    if (m->shapes && m->ahead) return m;
    stamp_clock_memo_free(m);
    return NULL;
}

void stamp_clock_memo_free(struct stamp_clock_memo *m)
{
    if (!m) return;
    stamp_clock_shapes_free(m->shapes);
    stamp_clock_ahead_free(m->ahead);
    for (uint32_t i = 0; i < CHUNKS; i++) stamp_free(m->pool[i]);
    stamp_free(m);
}

struct stamp_clock_passed stamp_clock_memo_passed(const struct stamp_clock_memo *m)
{
    struct stamp_clock_passed c = m->counts;

    c.bytes = m->used * sizeof **m->pool;
    return c;
}

static void forget(struct stamp_clock_memo *m)
{
    memset(m->place, 0, sizeof m->place);
    m->used = 1;
    m->begun.node = 0;
    m->counts.states = m->counts.kept = 0;
    m->counts.forgotten++;
}

/* @return a place of so many bytes, 0: no room */
static uint32_t take(struct stamp_clock_memo *m, size_t bytes)
{
    const uint32_t words = (uint32_t)((bytes + 7) / 8), left = CHUNK - m->used % CHUNK;
    const uint32_t at = words > left ? m->used + left : m->used, chunk = at / CHUNK;

    if (words > CHUNK || at + words > m->words) return 0;
    if (!m->pool[chunk]) m->pool[chunk] = stamp_alloc(CHUNK, sizeof **m->pool);
    if (!m->pool[chunk]) return 0;
    m->used = at + words;
    return at;
}

/* ---- States ----------------------------------------------------------------------------------------- */

/* The state the machine is in, kept; 0: it cannot be. */
static uint32_t node_of(struct stamp_clock_memo *m, struct stamp_clock_top *t)
{
    if (stamp_clock_shapes_full(m->shapes)) { /* states and stretches have its numbers */
        forget(m);
        stamp_clock_shapes_forget(m->shapes);
    }
    const size_t n = stamp_clock_state_save(t, m->shapes, m->state);
    if (!n) return 0;
    const size_t packed = stamp_clock_pack(m->state, n, m->packed);
    const uint32_t hash = (uint32_t)stamp_clock_hash(m->packed, packed);
    m->counts.looked++;
    for (uint32_t at = m->place[hash % PLACES]; at; at = node_at(m, at)->next)
        if (node_at(m, at)->hash == hash && node_at(m, at)->packed == packed &&
            node_at(m, at)->bytes == n && !memcmp(node_at(m, at)->state, m->packed, packed))
            return at;
    uint32_t at = take(m, sizeof(struct node) + packed);
    if (!at) {
        forget(m);
        at = take(m, sizeof(struct node) + packed);
    }
    if (!at) return 0;
    *node_at(m, at) =
        (struct node){m->place[hash % PLACES], 0, hash, (uint16_t)n, (uint16_t)packed};
    memcpy(node_at(m, at)->state, m->packed, packed);
    m->place[hash % PLACES] = at;
    m->counts.states++;
    return at;
}

/* ---- The stretch under way -------------------------------------------------------------------------- */

static uint32_t counted(const struct stamp_clock_top *t, uint64_t **out)
{
    uint32_t n = 0;

    *out = t->memory.counts ? t->memory.counts(t->memory.ctx, &n) : NULL;
    return n;
}

static void begin(struct stamp_clock_memo *m, const struct stamp_clock_top *t, uint32_t node)
{
    struct begun *b = &m->begun;
    uint64_t *memory;
    const uint32_t n = counted(t, &memory);

    b->node = node;
    b->count = 0;
    b->line = stamp_clock_state_code(t);
    b->low = b->high = 0;
    b->cycle = t->cycle;
    b->pushed = t->pushed;
    memcpy(b->event, t->event, sizeof b->event);
    for (uint32_t i = 0; i < n; i++) b->counted[i] = memory[i];
}

/* An instruction is over, or given to a queue. */
static void note(struct stamp_clock_memo *m, const struct stamp_clock_top *t)
{
    struct begun *b = &m->begun;
    const struct stamp_issue *issue = &t->dispatch.issue;

    if (!b->node) return;
    const uint64_t shape =
        stamp_clock_ahead_may(&t->dispatch, issue) ? stamp_clock_shape(m->shapes, issue) : 0;
    if (!shape || b->count == STAMP_CLOCK_AHEAD)
        b->node = 0;
    else
        b->shape[b->count++] = shape;
}

/* No burst of the program is cut short for the end of a page, wherever in one it begins as @p line says. */
static bool clear_of_page(uint32_t line, int32_t low, int32_t high)
{
    const int64_t at = line % CODE_LINES;
    return at + low >= 0 && at + high <= FAR;
}

/* It led from where it began to @p to. */
static void end(struct stamp_clock_memo *m, const struct stamp_clock_top *t, uint32_t to)
{
    struct begun *b = &m->begun;
    const size_t shapes = b->count * sizeof *b->shape;
    uint8_t packed[STAMP_CLOCK_PACKED(sizeof(struct counts))];
    struct counts c = {{0}, {0}};
    uint64_t *memory;
    const uint32_t n = counted(t, &memory);

    for (int i = 0; i < STAMP_EVENTS; i++) c.event[i] = (uint32_t)(t->event[i] - b->event[i]);
    for (uint32_t i = 0; i < n; i++) c.memory[i] = (uint32_t)(memory[i] - b->counted[i]);
    const size_t bytes = stamp_clock_pack((const uint8_t *)&c, sizeof c, packed);
    const uint32_t at = take(m, sizeof(struct stretch) + shapes + bytes);
    if (!at) return;
    struct stretch *s = stretch_at(m, at);
    *s = (struct stretch){.next = node_at(m, b->node)->first,
                          .to = to,
                          .count = b->count,
                          .pushed = (uint32_t)(t->pushed - b->pushed),
                          .low = b->low,
                          .high = b->high,
                          .line = clear_of_page(b->line, b->low, b->high) ? CODE_LINES
                                                                          : b->line % CODE_LINES,
                          .cycles = (uint32_t)(t->cycle - b->cycle)};
    memcpy(s->shape, b->shape, shapes);
    memcpy(s->shape + b->count, packed, bytes);
    node_at(m, b->node)->first = at;
    m->counts.kept++;
}

/* Counts of a stretch are kept in 32 bits: a cycle has less than 2^16 of any. */
static bool short_enough(const struct stamp_clock_memo *m, const struct stamp_clock_top *t)
{
    return t->cycle - m->begun.cycle < STAMP_CLOCK_MEMO_LONGEST;
}

/* ---- Passing over ----------------------------------------------------------------------------------- */

/* The stretch from @p node the program goes on with, 0: none is known. */
static uint32_t next_of(struct stamp_clock_memo *m, uint32_t node, uint32_t line)
{
    for (uint32_t at = node_at(m, node)->first; at; at = stretch_at(m, at)->next) {
        const struct stretch *s = stretch_at(m, at);
        if (s->line == CODE_LINES ? !clear_of_page(line, s->low, s->high)
                                  : s->line != line % CODE_LINES)
            continue;
        if (stamp_clock_ahead_is(m->ahead, s->shape, s->count)) return at;
    }
    return 0;
}

static void add(struct stamp_clock_memo *m, struct stamp_clock_top *t, const struct stretch *s)
{
    uint64_t *memory;
    const uint32_t n = counted(t, &memory);
    struct counts c;

    stamp_clock_unpack((const uint8_t *)(s->shape + s->count), sizeof c, (uint8_t *)&c);
    t->cycle += s->cycles;
    t->pushed += s->pushed;
    for (int i = 0; i < STAMP_EVENTS; i++) t->event[i] += c.event[i];
    for (uint32_t i = 0; i < n; i++) memory[i] += c.memory[i];
    m->counts.stretches++;
    m->counts.cycles += s->cycles;
}

/* From @p node on as far as stretches are known. @return the last node */
static uint32_t pass(struct stamp_clock_memo *m, struct stamp_clock_top *t, uint32_t node,
                     uint64_t most)
{
    const uint64_t until = most < UINT64_MAX - t->cycle ? t->cycle + most : UINT64_MAX;
    uint32_t line = stamp_clock_state_code(t);

    stamp_clock_ahead_from(m->ahead, &t->dispatch);
    for (;;) {
        const uint32_t at = next_of(m, node, line);
        const struct stretch *s = stretch_at(m, at);
        if (!at || t->cycle + s->cycles > until) break;
        add(m, t, s);
        stamp_clock_ahead_go(m->ahead, s->count);
        node = s->to;
        stamp_clock_unpack(node_at(m, node)->state, 8, m->state); /* where that is said */
        line = stamp_clock_state_code_of(m->state, t->code_addr, stamp_clock_ahead_pc(m->ahead));
    }
    return node;
}

static bool look(struct stamp_clock_memo *m, struct stamp_clock_top *t, uint64_t most)
{
    const uint64_t from = t->cycle;

    stamp_clock_top_settle(t);
    const uint64_t forgotten = m->counts.forgotten;
    const uint32_t node = node_of(m, t);
    if (node && m->begun.node && forgotten == m->counts.forgotten && short_enough(m, t))
        end(m, t, node);
    m->begun.node = 0;
    if (!node) return false;
    const uint32_t last = pass(m, t, node, most);
    if (t->cycle != from) {
        stamp_clock_ahead_put(m->ahead, &t->dispatch);
        stamp_clock_unpack(node_at(m, last)->state, node_at(m, last)->bytes, m->state);
        stamp_clock_state_load(t, m->shapes, m->state, node_at(m, last)->bytes);
    }
    begin(m, t, last);
    return t->cycle != from;
}

bool stamp_clock_memo(struct stamp_clock_memo *m, struct stamp_clock_top *t, uint64_t most)
{
    const struct stamp_clock_dispatch_pins *p = &t->pins.dispatch;
    struct begun *b = &m->begun;

    if (t->filled) {
        t->filled = false;
        b->node = 0;
        stamp_clock_shapes_filled(m->shapes);
    }
    if (b->node && !t->nap.fetch) {
        const int32_t at = (int32_t)(stamp_clock_state_code(t) - b->line);
        if (at < b->low) b->low = at;
        if (at > b->high) b->high = at;
    }
    if (!p->push && !p->ev_control) return false;
    note(m, t);
    return p->push && look(m, t, most);
}
