/* SPDX-License-Identifier: Apache-2.0 */
/* cutter.c - a run cut into instances of phases. Contract in cutter.h. */
#include "sim/run/cutter.h"

#include <string.h>

#include "model/mem.h"

/* What an instruction says: phase + 1, or nothing, or that everything before it is over. */
enum { NOTHING = 0, BORDER = UINT16_MAX };

struct stamp_cutter {
    const struct stamp_image *image;   /* borrowed */
    uint16_t *says;                    /* [count], owned */
    uint32_t count, position;          /* position: argument 0 of the run */
    uint32_t *times;                   /* [phases] begun so far, owned */
    uint32_t now;                      /* phase + 1 of the last instance, 0 none */
    bool border;                       /* crossed since it began */
    bool failed;                       /* memory is out */
    struct stamp_phase_instance *list; /* owned */
    uint32_t used, room;
};

/* Control instructions retire ahead of the units, so they begin no phase; a FENCE outside the phases
 * retires when all before it is over. */
static uint16_t sense(const struct stamp_word *w, uint32_t phase)
{
    const struct stamp_op *known = stamp_op_find(w->w[0] & 0xff);
    const uint32_t op = w->w[0] & 0xff;

    if (known && known->unit != STAMP_UNIT_CTL) return (uint16_t)phase;
    return op == STAMP_OP_FENCE && !phase ? BORDER : NOTHING;
}

struct stamp_cutter *stamp_cutter_new(const struct stamp_image *image,
                                      const struct stamp_entry *entry, uint32_t position)
{
    struct stamp_cutter *s = stamp_alloc(1, sizeof *s);
    const uint32_t number = (uint32_t)(entry - image->entry);

    if (!s) return NULL;
    s->image = image;
    s->count = entry->count;
    s->position = position;
    s->says = stamp_alloc(entry->count, sizeof *s->says);
    s->times = stamp_alloc(image->phases + 1, sizeof *s->times);
    if (!s->says || !s->times) {
        stamp_cutter_free(s);
        return NULL;
    }
    for (uint32_t i = 0; i < image->phases; i++)
        for (uint32_t k = 0; k < image->phase[i].count && image->phase[i].entry == number; k++)
            s->says[image->phase[i].first + k] = (uint16_t)(i + 1);
    for (uint32_t k = 0; k < s->count; k++)
        s->says[k] = sense(&image->code[entry->first + k], s->says[k]);
    return s;
}

void stamp_cutter_free(struct stamp_cutter *s)
{
    if (!s) return;
    stamp_free(s->says);
    stamp_free(s->times);
    stamp_free(s->list);
    stamp_free(s);
}

bool stamp_cutter_see(struct stamp_cutter *s, uint32_t pc)
{
    const uint16_t says = pc < s->count ? s->says[pc] : NOTHING;

    if (says == BORDER) s->border = true;
    if (says == NOTHING || says == BORDER) return false;
    if (says <= s->now && !s->border) return false; /* the same, or late work of an earlier one */
    s->now = says;
    s->border = false;
    return true;
}

/* The instance that began last ends with these counts. */
static void end(struct stamp_cutter *s, const uint64_t event[STAMP_EVENTS])
{
    struct stamp_phase_instance *last = &s->list[s->used - 1];

    for (size_t i = 0; i < STAMP_EVENTS; i++) last->event[i] = event[i] - last->event[i];
    last->cycles = last->event[STAMP_EV_CYCLES];
}

void stamp_cutter_begin(struct stamp_cutter *s, const uint64_t event[STAMP_EVENTS])
{
    if (s->failed) return;
    if (s->used == s->room) {
        const uint32_t room = s->room ? 2 * s->room : 64;
        struct stamp_phase_instance *more = stamp_alloc(room, sizeof *more);
        if (!more) {
            s->failed = true;
            return;
        }
        if (s->used) memcpy(more, s->list, s->used * sizeof *more);
        stamp_free(s->list);
        s->list = more;
        s->room = room;
    }
    if (s->used) end(s, event);
    struct stamp_phase_instance *i = &s->list[s->used++];
    memset(i, 0, sizeof *i); /* the first has all that was counted before it */
    i->phase = s->now - 1;
    i->times = 1;
    i->products = stamp_image_phase_products(s->image, &s->image->phase[i->phase], s->position);
    i->iteration = s->times[s->now - 1]++;
    if (s->used == 1) return;
    i->start = event[STAMP_EV_CYCLES];
    memcpy(i->event, event, sizeof i->event);
}

const struct stamp_phase_instance *stamp_cutter_now(const struct stamp_cutter *s)
{
    return s->used && !s->failed ? &s->list[s->used - 1] : NULL;
}

bool stamp_cutter_finish(struct stamp_cutter *s, struct stamp_run_result *r)
{
    if (s->failed) return false;
    if (s->used) end(s, r->event);
    r->instance = s->list;
    r->instances = s->used;
    return true;
}
