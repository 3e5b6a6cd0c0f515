/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netrun_parts.h
 * What the files of netrun share; used by netrun*.c only.
 */
#ifndef STAMP_SIM_NET_NETRUN_PARTS_H
#define STAMP_SIM_NET_NETRUN_PARTS_H

#include "compiler/lower/net.h"
#include "sim/net/netbuild.h"
#include "sim/net/netphases.h"
#include "sim/net/netrun.h"

/* Programs for prompts of s tokens. */
struct compiled {
    struct stamp_image *image; /* owned, or NULL */
    struct stamp_views views;
    uint32_t s;
};

struct stamp_netrun {
    const struct stamp_network *m; /* borrowed */
    struct stamp_netrun_options o;
    uint32_t ctx;
    struct stamp_qmodel *own;         /* made here, or NULL */
    const struct stamp_qmodel *codes; /* own, or the caller's */
    struct stamp_netbuild *build;
    struct stamp_net *net;       /* NULL: nobody needs it */
    struct compiled now, before; /* before: of another number of tokens */
    struct stamp_run *run;       /* NULL before the first prefill */
    uint32_t position, prompt;
    int32_t *ids; /* [position] tokens run so far, owned */
    struct stamp_netrun_phase phase[STAMP_NETRUN_PHASES];
    struct stamp_netphases phases[STAMP_NETRUN_PHASES];
};

/** Whether the device runs programs. */
bool stamp_netrun_on_machine(const struct stamp_netrun *r);
/** The image for @p n rows of the run is r->now's. */
enum stamp_status stamp_netrun_need(struct stamp_netrun *r, uint32_t n, struct stamp_err *e);
/** Run one entry at position @p at and add it up. */
enum stamp_status stamp_netrun_go(struct stamp_netrun *r, const char *name, uint32_t at,
                                  enum stamp_netrun_which which, struct stamp_err *e);
/** The last value's rows first .. first + n - 1, @p got, against the network in C's, @p want. */
enum stamp_status stamp_netrun_compare(const struct stamp_netrun *r,
                                       struct stamp_netrun_phase *phase, uint32_t first, uint32_t n,
                                       const float *got, const float *want, struct stamp_err *e);

#endif
