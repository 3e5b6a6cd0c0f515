/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file corpus.h
 * A model, its tokenizer and a text: what eval, capture and demo work on.
 */
#ifndef STAMP_CLI_CORPUS_H
#define STAMP_CLI_CORPUS_H

#include "sim/net/netrun.h"
#include "sim/ref/perplexity.h"
#include "sim/report/tensors.h"

struct stamp_corpus {
    struct stamp_network *model;
    struct stamp_tokenizer *tokenizer;
    char *text; /* all three owned */
    size_t len;
};

/** Read all three. @param tokenizer  NULL: the one in the model's folder or file. Zeroed on failure.
 *  @return STAMP_EUNSUPPORTED (a network that takes no text), or as the files are read */
enum stamp_status stamp_corpus_open(const char *model, const char *tokenizer, const char *text,
                                    struct stamp_corpus *out, struct stamp_err *e);
/** The same with a network that is open, which is the corpus's from then on, or closed by a failure. */
enum stamp_status stamp_corpus_take(struct stamp_network *network, const char *model,
                                    const char *tokenizer, const char *text,
                                    struct stamp_corpus *out, struct stamp_err *e);
void stamp_corpus_close(struct stamp_corpus *c);

/** "; 2 cut to the context of 64 tokens, 90 tokens left out", or nothing; for the end of a line. */
void stamp_corpus_cut_text(const struct stamp_cut *cut, size_t ctx, char *text, size_t size);

/**
 * Tokens of a document, BOS first, cut to @p max (0: no limit) and to the context.
 * @param longest  false: the first document; true: the first if it fills the limit, otherwise the
 *                 longest one
 * @param ids      owned by the caller (stamp_free)
 * @param cut      what the context took away; NULL: not wanted
 */
enum stamp_status stamp_corpus_document(const struct stamp_corpus *c, size_t max, bool longest,
                                        int32_t **ids, size_t *count, struct stamp_cut *cut,
                                        struct stamp_err *e);

/**
 * Perplexity of the text with every linear layer under a scheme, with progress.
 * @param scheme  NULL: the model as it is
 * @param bits    average activation bits; may be NULL
 */
enum stamp_status stamp_corpus_perplexity(const struct stamp_corpus *c,
                                          const struct stamp_ppl_limits *limits,
                                          const struct stamp_scheme *scheme, struct stamp_ppl *out,
                                          double *bits, struct stamp_err *e);

/** What a network scores; goes into its options.run.progress_ctx before it is made. */
struct stamp_net_score {
    struct stamp_netrun *run;          /**< borrowed; set before scoring */
    const struct stamp_scheme *scheme; /**< of its layers */
    uint64_t tokens, total;            /**< run so far, and in all */
    uint64_t doc;                      /**< tokens of the document that runs */
    double row_bits;                   /**< sum of the widths of all rows */
    struct stamp_tensors *tensors;     /**< NULL, or what each document's tensors are held against;
                                        *   the run's see_ctx, with stamp_tensors_compare */
    const struct stamp_network *model; /**< with tensors: the model in f32 */
};

/** A stamp_run_progress_fn that counts tokens; ctx is a struct stamp_net_score. */
bool stamp_net_score_progress(void *ctx, const char *what, uint64_t done, uint64_t total,
                              double per_second);

/** A stamp_forward_fn (sim/ref/network_f32.h); ctx is the struct stamp_net_score. */
enum stamp_status stamp_corpus_score_document(void *ctx, const int32_t *tokens, size_t n,
                                              float *logits, struct stamp_err *e);

/** Tokens that scoring will run, BOS included. */
enum stamp_status stamp_corpus_count(const struct stamp_corpus *c,
                                     const struct stamp_ppl_limits *limits, uint64_t *total,
                                     struct stamp_err *e);

/** Perplexity with the whole network in the numerics of the machine. @param bits  average activation
 *  bits of the linear layers; may be NULL */
enum stamp_status stamp_corpus_net_perplexity(const struct stamp_corpus *c,
                                              const struct stamp_ppl_limits *limits,
                                              struct stamp_net_score *score, struct stamp_ppl *out,
                                              double *bits, struct stamp_err *e);

#endif
