/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_report.h
 * What runs of whole networks counted, as text and as JSON.
 */
#ifndef STAMP_CLI_NET_REPORT_H
#define STAMP_CLI_NET_REPORT_H

#include "sim/net/netrun.h"
#include "sim/report/energy.h"

struct cJSON;

enum { STAMP_MHZ = 500 }; /**< clock taken where none is given: an assumption, not a result */

/** A phase and what is needed to read it. */
struct stamp_net_report {
    const struct stamp_netrun_phase *phase;
    const struct stamp_mach *mach;
    const struct stamp_device *on;
    double mhz;                     /**< clock for tokens a second; 0: none are shown */
    const struct stamp_netrun *run; /**< whose phases these are, where it has any */
    bool phases;                    /**< show them */
    struct stamp_energy *energy;    /**< NULL, or where its energy is added when it is shown */
    const struct stamp_dram_params *memory; /**< the DRAM behind it, or NULL */
};

/** Array use: products that the programs need over P L T cycles; NaN without cycles. */
double stamp_net_utilization(const struct stamp_net_report *r);

/** Cycles a token: of the RTL, else what the compiler expects; NaN on the network in C. */
double stamp_net_cycles(const struct stamp_net_report *r);

/** A line or two for people, and the tables of its phases. @p name  "prefill", "decode" */
void stamp_net_print(const char *name, const struct stamp_net_report *r);

/** Object @p name of @p parent. */
void stamp_net_put(struct cJSON *parent, const char *name, const struct stamp_net_report *r);

/** Print the error with what shows a difference again; returns the exit code. */
int stamp_net_fail(const struct stamp_err *e, uint64_t seed);

#endif
