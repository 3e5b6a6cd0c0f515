/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netrun.h
 * A whole network, run: prefill, then token by token, on the network in C or through
 * compiled programs on the C machine, the RTL, or both in lock-step.
 *
 * A program is compiled for each length of prompt; the last two are kept. Logits are the same to the
 * bit wherever it runs.
 */
#ifndef STAMP_SIM_NET_NETRUN_H
#define STAMP_SIM_NET_NETRUN_H

#include "compiler/family/network.h"
#include "compiler/quant/qmodel.h"
#include "model/graph/see.h"
#include "model/num/kv.h"
#include "model/num/scheme.h"
#include "sim/run/device.h"

struct stamp_netrun_options {
    const struct stamp_mach *mach;      /**< of a device that runs programs */
    struct stamp_scheme scheme;         /**< of the layers; weight_bits 4 or 8 */
    const struct stamp_scheme *of_node; /**< NULL, or as in model/graph/schemes.h; borrowed */
    struct stamp_kv_scheme kv;          /**< block and plain count with bits 4 only */
    unsigned head_bits;
    const struct stamp_qmodel *codes; /**< of the weights, borrowed; NULL: round to nearest */
    uint32_t threads;                 /**< of the network in C */
    uint32_t ctx; /**< tokens the cache holds when decoding, 0: the model's context */
    const struct stamp_device *on; /**< can BITS; one that is CHECKED compares every logit with the
                                    *   network in C too */
    bool decode;                   /**< steps follow a prefill */
    bool last;                     /**< a prefill gives the logits of its last position only */
    bool check;        /**< compare logits with the network in C; a CHECKED device does so anyway */
    stamp_see_fn *see; /**< NULL, or told of every tensor of a prefill; on a machine those in its
                        *   memory; a device that can SEE */
    void *see_ctx;
    struct stamp_run_options run;    /**< on, entry, expect and on_phase are filled in here */
    void (*stage)(const char *what); /**< told what begins ("compiling"); NULL: nobody */
};

enum stamp_netrun_which { STAMP_PREFILL, STAMP_DECODE, STAMP_NETRUN_PHASES };

/** What the runs of a phase add up to. */
struct stamp_netrun_phase {
    uint64_t tokens;
    uint64_t runs;               /**< programs started, recoding of cache blocks included */
    uint64_t expected;           /**< cycles the compiler expects of them */
    uint64_t compared;           /**< logits compared with those of the network in C */
    struct stamp_run_result sum; /**< counts and seconds added up; error and difference: the last;
                                  *   with options.run.phases the instances of all runs, added up
                                  *   by phase and layer (sim/net/netphases.h) */
};

struct stamp_netrun; /* opaque */

/**
 * @param m  borrowed
 * @return STAMP_EUNSUPPORTED (the device is not built), or as stamp_qmodel_new, stamp_net_new
 */
enum stamp_status stamp_netrun_new(const struct stamp_network *m,
                                   const struct stamp_netrun_options *options,
                                   struct stamp_netrun **out, struct stamp_err *e);
void stamp_netrun_free(struct stamp_netrun *r); /**< NULL is allowed. */

/**
 * Forget everything and run tokens[n] from position 0.
 * @param logits  [n][vocab], with options.last [vocab]
 * @return as stamp_compile_net, stamp_run_go, stamp_net_prefill; STAMP_EMISMATCH for a logit that
 *         differs, by position and token
 */
enum stamp_status stamp_netrun_prefill(struct stamp_netrun *r, const int32_t *tokens, uint32_t n,
                                       float *logits, struct stamp_err *e);

/** One token at the next position; needs options.decode. logits[vocab]. @return as above */
enum stamp_status stamp_netrun_step(struct stamp_netrun *r, int32_t token, float *logits,
                                    struct stamp_err *e);

/**
 * A network that takes rows.
 * @param in  of each input; with another number of rows of the run a program is compiled
 * @param y   its last value [rows][cols]
 * @return as above
 */
enum stamp_status stamp_netrun_inputs(struct stamp_netrun *r, const struct stamp_ginputs *in,
                                      float *y, struct stamp_err *e);

/** The same of one input, a picture's patches. */
enum stamp_status stamp_netrun_rows(struct stamp_netrun *r, const float *x, float *y,
                                    struct stamp_err *e);

/** Compile for @p n tokens without running; may follow stamp_netrun_new only. Cycles the compiler
 *  expects of the prefill. Of a device that runs programs. */
enum stamp_status stamp_netrun_compile(struct stamp_netrun *r, uint32_t n, uint64_t *expected,
                                       struct stamp_err *e);

/** The programs that ran last, for the names of phases; NULL before the first and where none run. Borrowed until
 *  the next prefill. */
const struct stamp_image *stamp_netrun_image(const struct stamp_netrun *r);

/** Sums since stamp_netrun_new; borrowed. */
const struct stamp_netrun_phase *stamp_netrun_phase(const struct stamp_netrun *r,
                                                    enum stamp_netrun_which which);

#endif
