/* SPDX-License-Identifier: Apache-2.0 */
/* netphases.c - phases over several runs. Contract in netphases.h. */
#include "sim/net/netphases.h"

#include <string.h>

#include "model/mem.h"

static struct stamp_phase_instance *find(const struct stamp_netphases *s,
                                         const struct stamp_phase_instance *i)
{
    for (uint32_t k = 0; k < s->count; k++)
        if (s->list[k].phase == i->phase && s->list[k].iteration == i->iteration)
            return &s->list[k];
    return NULL;
}

/* Room for one more, zero but for its name; NULL when memory is out. */
static struct stamp_phase_instance *append(struct stamp_netphases *s,
                                           const struct stamp_phase_instance *i)
{
    if (s->count == s->room) {
        const uint32_t room = s->room ? 2 * s->room : 64;
        void *more = stamp_grow(s->list, s->count, room, sizeof *s->list);
        if (!more) return NULL;
        s->list = more;
        s->room = room;
    }
    struct stamp_phase_instance *to = &s->list[s->count++];
    memset(to, 0, sizeof *to);
    to->phase = i->phase;
    to->iteration = i->iteration;
    to->start = i->start;
    return to;
}

enum stamp_status stamp_netphases_add(struct stamp_netphases *s, const struct stamp_run_result *r,
                                      struct stamp_err *e)
{
    for (uint32_t k = 0; k < r->instances; k++) {
        const struct stamp_phase_instance *i = &r->instance[k];
        struct stamp_phase_instance *to = find(s, i);
        if (!to) to = append(s, i);
        if (!to) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the phases");
        to->times += i->times;
        to->products += i->products;
        to->cycles += i->cycles;
        for (size_t ev = 0; ev < STAMP_EVENTS; ev++) to->event[ev] += i->event[ev];
    }
    return STAMP_OK;
}

void stamp_netphases_free(struct stamp_netphases *s)
{
    stamp_free(s->list);
    *s = (struct stamp_netphases){0};
}
