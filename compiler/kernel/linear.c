/* SPDX-License-Identifier: Apache-2.0 */
/* linear.c - order of a layer's instructions. Contract in linear.h.
 *
 * Program order is the order of dispatch, and each unit's queue is short, so work of all units is
 * mixed evenly: while the slots of a tile are multiplied, the steps of the next tile's rows are
 * spread between them. */
#include "compiler/kernel/linear.h"

/* A panel whose products are emitted; stored behind the next product, so that nobody waits. */
struct pending {
    const struct stamp_tile_prep *p; /* NULL: none */
    uint32_t panel;
};

static void flush(struct stamp_linear *l, struct pending *f)
{
    if (f->p) stamp_panel_store(l, f->p, f->panel);
    f->p = NULL;
}

/* Whether the slot's panel goes on from what the panel before, of the tile before, leaves. */
static bool takes_part(const struct stamp_linear *l, const struct stamp_tile_prep *now, uint32_t k,
                       const struct pending *f)
{
    return f->p && f->p != now && now->tile->head && f->panel == l->slot[k].panel;
}

/* Steps of the next tile that can be done while this one is multiplied: all if XB holds two tiles,
 * else those before the first that writes XB. */
static uint32_t beside(const struct stamp_linear *l, const struct stamp_tile_prep *next)
{
    uint32_t n = next->steps;

    for (uint32_t i = 0; i < n && !l->t.xb_double; i++)
        if (next->step[i].quant && next->step[i].here) n = i;
    return n;
}

/* Of these, the ones due behind slot @p k: all of them a little before the last slot. */
static uint32_t due(uint32_t steps, uint32_t slots, uint32_t k)
{
    const uint64_t span = slots - slots / 16;

    return k + 1 >= span ? steps : (uint32_t)((uint64_t)steps * (k + 1) / span);
}

static void prepare(struct stamp_linear *l, struct stamp_tile_prep *p, uint32_t until)
{
    while (p->done < until && !l->b->status) {
        stamp_prep_loads(l, p, l->t.nx);
        stamp_prep_step(l, p);
    }
}

/* Lines of K whose codes are in XB, of all rows. */
static uint32_t lines_coded(const struct stamp_linear *l, const struct stamp_tile_prep *p)
{
    uint32_t lines = l->t.kl;

    for (uint32_t i = p->done; i < p->steps; i++)
        if (p->step[i].c0 < lines) lines = p->step[i].c0;
    return lines;
}

/* Codes of the next tile for lines that no product to come reads. */
static void prepare_lines(struct stamp_linear *l, struct stamp_tile_prep *next, uint32_t lines)
{
    while (next->done < next->steps && !l->b->status) {
        const struct stamp_prep *s = &next->step[next->done];
        if (!s->codes || s->c0 + s->cn > lines) return;
        prepare(l, next, next->done + 1);
    }
}

/* The rest of the next tile behind the products of this one. Where its codes come line by line, products of its
 * first columns begin beside it. Returns the slots that are multiplied. */
static uint32_t border(struct stamp_linear *l, struct stamp_tile_prep *next)
{
    uint32_t k = 0;

    if (!l->t.coded || l->t.outs == 1 || l->panels == 1) {
        prepare(l, next, next->steps);
        return 0;
    }
    while (next->done < next->steps && !l->b->status) {
        stamp_prep_loads(l, next, l->t.nx);
        stamp_prep_step(l, next);
        for (; !l->slot[k].last && l->slot[k].k0 + l->slot[k].kn <= lines_coded(l, next); k++) {
            stamp_slot_load(l, k + 1);
            stamp_slot_product(l, next, k, 0, next->tile->groups);
        }
    }
    return k;
}

/* Row groups of the first tile whose rows all have their codes: steps to come may find ranges only. */
static uint32_t groups_coded(struct stamp_linear *l, const struct stamp_tile_prep *p)
{
    const struct stamp_tile *t = p->tile;
    uint32_t row = t->rows;
    uint16_t *rt = stamp_build_alloc(l->b, t->rows + t->rest, sizeof *rt);
    uint16_t *nt = stamp_build_alloc(l->b, (size_t)t->groups * l->work.mach->P, sizeof *nt);
    uint32_t ready = t->groups;

    if (l->b->status) return 0;
    for (uint32_t i = p->steps; i-- > p->done;)
        if (p->step[i].quant && p->step[i].here) row = p->step[i].row0;
    stamp_linear_tables(l, t, rt, nt);
    for (uint32_t r = row; r < t->rows; r++)
        if ((rt[r] & 0xfffu) / l->work.mach->P < ready) ready = (rt[r] & 0xfffu) / l->work.mach->P;
    return ready;
}

/* The first tile: nothing to hide behind, so its first slots multiply row groups as they become
 * ready. Their weights come when the load unit has most to spare: those of slot 0 before the last
 * inputs, those of slot 1 behind them. early[k] gets the row groups done of slot k. */
static void first_tile(struct stamp_linear *l, struct stamp_tile_prep *p, uint32_t early[2])
{
    const bool two = l->slots > 1 && (l->t.outs > 1 || l->slot[0].panel == l->slot[1].panel);
    const uint32_t slots = l->t.chunks > 1 ? 0 : two ? 2 : 1, mark = p->steps * 5 / 8;

    while (p->done < p->steps && !l->b->status) {
        if (p->loaded < mark) {
            const uint32_t ahead = mark - p->done;
            stamp_prep_loads(l, p, ahead < l->t.nx ? ahead : l->t.nx);
        }
        const uint32_t there = p->loaded < mark ? 0 : p->loaded < p->steps ? 1 : 2;
        if (there) stamp_slot_load(l, 0);
        if (there) stamp_prep_loads(l, p, l->t.nx);
        if (there > 1 && slots > 1) stamp_slot_load(l, 1);
        stamp_prep_step(l, p);
        if (p->done == p->steps) break; /* the rest is for the ordinary slots */
        const uint32_t ready = groups_coded(l, p);
        for (uint32_t k = 0; k < slots && k < there; k++) {
            stamp_slot_product(l, p, k, early[k], ready - early[k]);
            early[k] = ready;
        }
    }
    stamp_slot_load(l, 0);
}

/* Rows 0 .. that are stored once the tiles before @p tile are. */
static uint32_t rows_stored(struct stamp_linear *l, uint32_t tile)
{
    uint32_t least = l->work.s;

    for (uint32_t i = tile; i < l->t.tiles && !l->b->status; i++) {
        const struct stamp_tile *t = &l->t.tile[i];
        uint32_t *row = stamp_build_alloc(l->b, t->rows + t->rest, sizeof *row);
        if (row) stamp_linear_rows(l, t, row);
        for (uint32_t k = 0; k < t->rows && row; k++)
            if (row[k] < least) least = row[k];
    }
    return least;
}

/* Items of the work beside up to number @p until. */
static void beside_until(struct stamp_linear *l, uint32_t until)
{
    for (; l->side && l->side->done < until && !l->b->status; l->side->done++)
        l->side->item(l->side->ctx);
}

void stamp_linear_emit(struct stamp_linear *l, const char *name, const struct stamp_weights *w,
                       const float *bias)
{
    stamp_linear_data(l, name, w, bias);
    stamp_linear_code(l);
}

void stamp_linear_code(struct stamp_linear *l)
{
    struct stamp_tile_prep prep[3]; /* being stored, multiplied, prepared */
    struct pending pending = {NULL, 0};
    uint32_t early[2] = {0, 0}, begun = 0;

    if (l->b->status) return;
    if (l->work.straight) stamp_slots_turn(l);
    stamp_prep_start(l, 0, &prep[0]);
    if (!l->b->status) first_tile(l, &prep[0], early);
    for (uint32_t tile = 0; tile < l->t.tiles && !l->b->status; tile++) {
        const bool more = tile + 1 < l->t.tiles;
        struct stamp_tile_prep *now = &prep[tile % 3], *next = &prep[(tile + 1) % 3];
        if (more) stamp_prep_start(l, tile + 1, next);
        const uint32_t steps = more && !l->b->status ? beside(l, next) : 0;
        const uint32_t from = l->side ? l->side->done : 0;
        const uint32_t items =
            l->side ? l->side->ready(l->side->ctx, rows_stored(l, tile)) - from : 0;
        for (uint32_t k = begun; k < l->slots && !l->b->status; k++) {
            const uint32_t g0 = tile == 0 && k < 2 ? early[k] : 0;
            if (k + 1 < l->slots || more) stamp_slot_load(l, (k + 1) % l->slots);
            if (steps) stamp_prep_loads(l, next, due(steps, l->slots, k + 1) - next->done);
            if (l->t.outs == 1 || takes_part(l, now, k, &pending)) flush(l, &pending);
            stamp_slot_product(l, now, k, g0, now->tile->groups - g0);
            flush(l, &pending);
            if (l->slot[k].last && (k + 1 == l->slots || l->slot[k + 1].panel != l->slot[k].panel))
                pending = (struct pending){now, l->slot[k].panel};
            if (steps) prepare(l, next, due(steps, l->slots, k));
            beside_until(l, from + due(items, l->slots, k));
            /* Behind the weights of the product after the next: those would wait for its codes. */
            if (l->t.coded && more && k && k + l->t.chunks > l->slots)
                prepare_lines(l, next, l->slot[k - 1].k0 + l->slot[k - 1].kn);
        }
        if (!l->t.xb_double && !l->t.coded) flush(l, &pending);
        if (more) begun = border(l, next);
    }
    flush(l, &pending);
    stamp_xops_free(&l->forward.ops);
    stamp_xops_free(&l->inverse.ops);
}
