/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compare.h
 * Schemes of whole networks side by side: perplexity, SQNR of the logits, bits, cycles of a prefill.
 */
#ifndef STAMP_CLI_COMPARE_H
#define STAMP_CLI_COMPARE_H

#include "sim/cli/args_net.h"
#include "sim/cli/corpus.h"

enum { STAMP_COMPARE_HIGH = 8, STAMP_COMPARE_ROWS = 3 + 4 * STAMP_COMPARE_HIGH };

/** A row of the table. */
struct stamp_compare_row {
    char name[64];
    bool f32; /**< the model as it is: only ppl and bits count */
    struct stamp_scheme scheme;
    struct stamp_kv_scheme kv;
    struct stamp_ppl ppl;
    double sqnr_db;           /**< of the logits against f32, mean over the documents */
    double act_bits, kv_bits; /**< average */
    uint64_t cycles;          /**< of the RTL; 0: not run */
    uint64_t expected;        /**< cycles the compiler expects */
};

/** What to compare, and the result. Everything borrowed but row[]. */
struct stamp_compare {
    const struct stamp_corpus *corpus;
    struct stamp_ppl_limits limits;
    struct stamp_scheme base; /**< weight bits, block, high bits, sink, symmetric of every row */
    uint32_t high[STAMP_COMPARE_HIGH];
    size_t highs;
    struct stamp_args_net net;
    struct stamp_args_machine machine;
    const struct stamp_qmodel *codes; /**< of the weights, for every row */
    const struct stamp_device *on;    /**< of the prefill; TIMED: its cycles, else those expected */
    int32_t *ids;                     /**< of the prefill, owned */
    size_t prefill;                   /**< how many */
    struct stamp_compare_row row[STAMP_COMPARE_ROWS];
    size_t rows;
};

/** Fill row[] with names, schemes and caches: a row without transform of its activations has a cache
 *  without one, unless net says which. */
void stamp_compare_list(struct stamp_compare *c);

/** Fill in the figures of every row. */
enum stamp_status stamp_compare_run(struct stamp_compare *c, struct stamp_err *e);

#endif
