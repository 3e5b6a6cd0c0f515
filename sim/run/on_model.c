/* SPDX-License-Identifier: Apache-2.0 */
/* on_model.c - the C machine as a device. Contract in device.h. */
#include <string.h>

#include "sim/run/runtime_parts.h"

static enum stamp_status run_model(struct stamp_run *run, const struct stamp_run_options *o,
                                   struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_machine *m = stamp_run_machine(run, o, run->memory);
    struct stamp_retire retire;
    struct stamp_run_clock clock = stamp_run_clock_now();
    struct stamp_cutter *own = NULL; /* when phases are only told of */
    bool go_on = true;

    if (o->on_phase && !run->cutter)
        own = stamp_cutter_new(run->image, stamp_image_entry(run->image, o->entry), run->arg[0]);
    struct stamp_run_teller teller = {o, own ? own : run->cutter, STAMP_OK, e};
    if (!m || (o->on_phase && !teller.cutter)) {
        stamp_machine_free(m);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the machine");
    }
    do {
        if (teller.cutter || o->on_insn) stamp_run_see(&teller, m);
        if (m->ctl.seq % 64 == 0)
            go_on = stamp_run_report(&clock, o, "model instructions", m->ctl.seq);
    } while (go_on && !teller.status && stamp_machine_step(m, &retire));
    if (teller.cutter && m->ctl.done) stamp_run_tell(&teller, m);
    r->error = m->error;
    r->error_pc = m->error_pc;
    r->instructions = m->event[STAMP_EV_INSNS];
    memcpy(r->event, m->event, sizeof r->event);
    memcpy(r->activity, m->activity, sizeof r->activity);
    stamp_machine_free(m);
    stamp_cutter_free(own);
    if (teller.status) return teller.status;
    return go_on ? stamp_run_stopped(run, o, r, e) : stamp_fail(e, STAMP_EINTR, "interrupted");
}

const struct stamp_device stamp_on_model = {.name = "model",
                                            .what = "the C machine",
                                            .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS |
                                                   STAMP_CAN_SEE | STAMP_CAN_VALUES,
                                            .go = run_model};
