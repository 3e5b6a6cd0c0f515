/* SPDX-License-Identifier: Apache-2.0 */
/* order.c - whether steps find what they read. Contract in steps.h. */
#include <string.h>

#include "model/graph/steps.h"
#include "model/mem.h"

struct walk {
    const struct stamp_graph *g;
    const struct stamp_gstep *s; /* the step looked at */
    uint32_t time;
    uint32_t *place; /* [values]: the first value of the same place; owned */
    uint32_t *holds; /* [values], by place: the value in it, STAMP_NO_OPERAND: none yet; owned */
    struct stamp_err *e;
};

static const char *place_of(const struct stamp_gvalue *v)
{
    return *v->place ? v->place : v->name;
}

/* The value whose memory is read: rows that are picked are a part of another's. */
static enum stamp_status reads(const struct walk *w, uint32_t v)
{
    const struct stamp_graph *g = w->g;

    if (v & STAMP_PARAM) return STAMP_OK; /* or no operand */
    for (;;) {
        v = stamp_graph_read(g, w->s->node, w->time, v);
        if (g->node[g->value[v].node].op != STAMP_GOP_PICK) break;
        v = g->node[g->value[v].node].in[0];
    }
    if (g->node[g->value[v].node].op == STAMP_GOP_IDS) return STAMP_OK; /* not in a place */
    const uint32_t in = w->holds[w->place[v]];
    if (in == v) return STAMP_OK;
    return stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s is made of %s, which is %s in place %s then",
                      g->value[w->s->out].name, g->value[v].name,
                      in == STAMP_NO_OPERAND ? "not yet" : "no longer", place_of(&g->value[v]));
}

static enum stamp_status look(struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    enum stamp_status st = STAMP_OK;
    const uint32_t read[] = {s->x, s->add, s->k, s->v, s->gate, s->gain, s->bias};

    w->s = s;
    w->time = time;
    for (uint32_t i = 0; i < sizeof read / sizeof *read && !st && s->kind != STAMP_STEP_INPUT; i++)
        st = reads(w, read[i]);
    for (uint32_t i = 0; i < s->made; i++) {
        const uint32_t out = s->outs[i];
        if (w->g->node[w->g->value[out].node].op != STAMP_GOP_PICK) w->holds[w->place[out]] = out;
    }
    return st;
}

/* Two products made at once do not share a place. */
static enum stamp_status apart(struct walk *w, const struct stamp_gstep *s)
{
    for (uint32_t i = 0; i < s->made; i++)
        for (uint32_t k = 0; k < i; k++) {
            const uint32_t a = s->outs[i], b = s->outs[k];
            if (w->place[a] == w->place[b])
                return stamp_fail(
                    w->e, STAMP_EUNSUPPORTED, "%s and %s are made at once and share place %s",
                    w->g->value[b].name, w->g->value[a].name, place_of(&w->g->value[a]));
        }
    return STAMP_OK;
}

/* What reads its neighbours does not write where they lie. */
static enum stamp_status beside(struct walk *w, const struct stamp_gstep *s)
{
    const uint32_t read[] = {s->x, s->k};

    for (uint32_t i = 0; i < 2 && s->kind == STAMP_STEP_DEPTHWISE; i++)
        if (read[i] != STAMP_NO_OPERAND && w->place[read[i]] == w->place[s->out])
            return stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s is made of its neighbours in place %s",
                              w->g->value[s->out].name, place_of(&w->g->value[s->out]));
    return STAMP_OK;
}

/* Steps of a block twice: what holds of the second repetition holds of those behind. */
static enum stamp_status walk(struct walk *w, const struct stamp_gsteps *s)
{
    enum stamp_status st = STAMP_OK;

    for (uint32_t from = 0, to; from < s->steps && !st; from = to) {
        const uint32_t b = s->step[from].block;
        const uint32_t times = b != STAMP_NO_BLOCK && w->g->block[b].repeat > 1 ? 2 : 1;
        for (to = from; to < s->steps && s->step[to].block == b;) to++;
        for (uint32_t t = 0; t < times; t++)
            for (uint32_t i = from; i < to && !st; i++) {
                st = apart(w, &s->step[i]);
                if (!st) st = beside(w, &s->step[i]);
                if (!st) st = look(w, &s->step[i], t);
            }
    }
    return st;
}

enum stamp_status stamp_gsteps_check(const struct stamp_graph *g, const struct stamp_gsteps *s,
                                     struct stamp_err *e)
{
    uint32_t *room = stamp_alloc(2 * (size_t)g->values, sizeof *room);
    struct walk w = {.g = g, .place = room, .holds = room ? room + g->values : NULL, .e = e};

    if (!room) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %u values", g->values);
    for (uint32_t i = 0; i < g->values; i++) {
        while (strcmp(place_of(&g->value[w.place[i]]), place_of(&g->value[i]))) w.place[i]++;
        w.holds[i] = STAMP_NO_OPERAND;
    }
    const enum stamp_status st = walk(&w, s);
    stamp_free(room);
    return st;
}
