/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file perplexity.h
 * How well a model predicts a text.
 *
 * The text is split at "<|endoftext|>"; white space around each document is cut off and empty
 * documents are skipped. Each is scored alone: BOS and the document's tokens, cut to the context
 * length; every token after BOS is scored, given those before it.
 */
#ifndef STAMP_REF_PERPLEXITY_H
#define STAMP_REF_PERPLEXITY_H

#include "compiler/token/tokenizer.h"
#include "sim/ref/network_f32.h"

/** How much of the text; 0 means all of it. */
struct stamp_ppl_limits {
    size_t docs;   /**< first documents only */
    size_t tokens; /**< stop after this many scored tokens */
};

/** What the context left out. */
struct stamp_cut {
    size_t docs;   /**< documents longer than the context */
    size_t tokens; /**< their tokens behind it */
};

struct stamp_ppl {
    double nats;   /**< sum of -ln p over the scored tokens */
    size_t tokens; /**< scored tokens */
    size_t docs;   /**< documents that have at least one of them */
    double ppl;    /**< exp(nats / tokens) */
    struct stamp_cut cut;
};

/**
 * The next document of a text.
 * @param at   where to go on, 0 at first; moved behind the document
 * @return false when there is none left, then the results are untouched
 */
bool stamp_text_next(const char *text, size_t len, size_t *at, const char **doc, size_t *doc_len);

/** Of a document of @p n tokens, of which @p wanted would be used: min(both, ctx); counts in @p cut what the
 *  context takes away. */
size_t stamp_cut_to(size_t n, size_t wanted, size_t ctx, struct stamp_cut *cut);

/**
 * Sum of -ln p of tokens 1 .. n - 1 of one document whose first token is BOS.
 * @param scored how many were
 */
enum stamp_status stamp_score(const struct stamp_network *m, const int32_t *tokens, size_t n,
                              const struct stamp_f32_hooks *hooks, double *nats, size_t *scored,
                              struct stamp_err *e);

/**
 * Score a text.
 * @param limits  NULL: all of it  @param hooks  NULL: none; progress is per document layer
 * @return STAMP_ERANGE when there is no document to score or a loss is not finite, else as
 * stamp_f32_forward
 */
enum stamp_status stamp_perplexity(const struct stamp_network *m, const struct stamp_tokenizer *t,
                                   const char *text, size_t len,
                                   const struct stamp_ppl_limits *limits,
                                   const struct stamp_f32_hooks *hooks, struct stamp_ppl *out,
                                   struct stamp_err *e);

#endif
