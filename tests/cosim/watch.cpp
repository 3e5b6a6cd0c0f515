/* SPDX-License-Identifier: Apache-2.0 */
/* watch.cpp - observers of a run together. Contract in watch.h. */
#include "tests/cosim/watch.h"

#include <cstdio>

extern "C" bool watch_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    const auto *w = static_cast<const watch *>(ctx);

    return cover_cycle(w->cover, cycle) && timing_cycle(w->timing, cycle);
}

extern "C" void watch_run(struct watch *w, struct stamp_run_options *o)
{
    o->on_cycle = watch_cycle;
    o->on_cycle_ctx = w;
    o->on_insn = w->cover ? cover_insn : nullptr;
    o->on_insn_ctx = w->cover;
    cover_begin(w->cover);
}

extern "C" void watch_end(struct watch *w, enum stamp_status s, const struct stamp_run_result *r)
{
    if (!s || (s == STAMP_EMACHINE && !r->difference[0])) cover_end(w->cover, r->error, r->event);
}

extern "C" bool watch_keep(const struct cover *c, const char *file)
{
    stamp_err e = {};

    if (c && !cover_write(c, file, &e)) return true;
    fprintf(stderr, "error: %s\n", c ? e.text : "out of memory for coverage");
    return false;
}
