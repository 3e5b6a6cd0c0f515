/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file demo.h
 * The main job, in parts: every linear layer under three schemes, then the perplexity of five.
 */
#ifndef STAMP_CLI_DEMO_H
#define STAMP_CLI_DEMO_H

#include <stdbool.h>

#include "sim/cli/corpus.h"
#include "sim/run/runtime.h"
#include "sim/report/inputs.h"
#include "sim/report/layer.h"

/** Schemes a layer runs under, and those of the perplexity table. */
enum stamp_demo_scheme {
    STAMP_DEMO_PLAIN,
    STAMP_DEMO_ROWS,
    STAMP_DEMO_STAMP,
    STAMP_DEMO_LAYER,
    STAMP_DEMO_W4A8 = STAMP_DEMO_LAYER,
    STAMP_DEMO_F32,
    STAMP_DEMO_SCHEMES
};

struct stamp_demo_layer {
    const struct stamp_layer_input *input;
    struct stamp_figures f[STAMP_DEMO_LAYER];
};

struct stamp_demo {
    const char *model, *text; /**< paths, for the report */
    const struct stamp_mach *mach;
    struct stamp_run_options run;
    size_t tokens;                  /**< of the document the layers run on */
    struct stamp_demo_layer *layer; /**< [layers], owned */
    size_t layers;
    uint64_t checked, mismatches, cycles, products; /**< of all layers and schemes */
    double seconds;                                 /**< host time in the machines */
    struct stamp_ppl ppl[STAMP_DEMO_SCHEMES];
    double bits[STAMP_DEMO_SCHEMES];   /**< average activation bits */
    bool scored;                       /**< ppl and bits are filled in */
    const struct stamp_figures *first; /**< the first layer run that differs, or NULL */
    const char *first_name;
};

/** What each one is: "W4A4", "W4A4 + 64 rows of 8 bits", "STaMP (haar), same bits", ... */
const char *stamp_demo_name(enum stamp_demo_scheme which);

struct stamp_scheme stamp_demo_scheme(enum stamp_demo_scheme which);

/** Run layer @p in under the three schemes and add it up. */
enum stamp_status stamp_demo_run(struct stamp_demo *d, const struct stamp_layer_input *in,
                                 struct stamp_demo_layer *out, struct stamp_err *e);

/** The five perplexities over the whole text. */
enum stamp_status stamp_demo_score(struct stamp_demo *d, const struct stamp_corpus *c,
                                   struct stamp_err *e);

void stamp_demo_print_head(const struct stamp_demo *d);
void stamp_demo_print_layer(const struct stamp_demo *d, const struct stamp_demo_layer *l);
void stamp_demo_print_tail(const struct stamp_demo *d);
void stamp_demo_print_json(const struct stamp_demo *d);

#endif
