/* SPDX-License-Identifier: Apache-2.0 */
/* count_device.c - a device that only counts: the smallest there can be, as an example. It dispatches the
 * program and executes nothing, so buffers stay as they are.
 *
 * Linked into a program it is in the table, and every command has --on count. */
#include "model/dispatch/walk.h"
#include "sim/run/device.h"
#include "sim/run/runtime_parts.h"

static enum stamp_status count(struct stamp_run *run, const struct stamp_run_options *o,
                               struct stamp_run_result *r, struct stamp_err *e)
{
    const struct stamp_entry *entry = stamp_image_entry(run->image, o->entry);
    struct stamp_walk w;
    struct stamp_issue step;
    enum stamp_status s = STAMP_OK;

    stamp_walk_start(&w, run->image->code + entry->first, entry->count, run->arg, STAMP_WALK_LIMIT);
    while (!s && !w.ctl.done) s = stamp_walk_next(&w, &step, e);
    r->instructions = r->event[STAMP_EV_INSNS] = w.ctl.seq;
    return s;
}

static const struct stamp_device device = {
    .name = "count", .what = "a counter of instructions", .can = STAMP_CAN_PROGRAMS, .go = count};

__attribute__((constructor)) static void add(void)
{
    stamp_device_add(&device);
}
