/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file merge.h
 * Byte-pair merging: of all neighbouring symbols that join into a token, the pair that comes first
 * by the vocabulary's order, leftmost on ties, becomes that token; again and again.
 *
 * The order is a pair's rank in the list of merges (byte-level BPE and its kind), or the joined
 * token's score, falling (SentencePiece).
 */
#ifndef STAMP_TOKEN_MERGE_H
#define STAMP_TOKEN_MERGE_H

#include "compiler/token/vocab.h"

/** What a ranked pair becomes. */
struct stamp_merge {
    uint64_t pair; /**< left << 32 | right, plus 1; 0: empty */
    uint32_t rank; /**< lower first */
    int32_t joined;
};

struct stamp_merges {
    struct stamp_merge *slot; /**< [mask + 1], owned; NULL: by score */
    size_t mask;
};

/** Room for @p count pairs. @return STAMP_ENOMEM */
enum stamp_status stamp_merges_make(struct stamp_merges *m, size_t count, struct stamp_err *e);

/** Enter a pair; one that is there gets the new rank and token. @pre no more than there is room for */
void stamp_merges_put(struct stamp_merges *m, int32_t left, int32_t right, uint32_t rank,
                      int32_t joined);

void stamp_merges_free(struct stamp_merges *m);

/** One token of the sequence; a merge keeps the left one and takes the right one out. */
struct stamp_symbol {
    int32_t id; /**< -1: taken out */
    int32_t prev, next;
};

struct stamp_pair;

/** A sequence and its candidates; start from zero, it grows and is used again. */
struct stamp_merger {
    struct stamp_symbol *symbol; /**< [count] */
    size_t count, room;
    struct stamp_pair *heap;
    size_t pairs, heap_room;
    size_t taken; /**< pairs taken from the heap by the last run, stale ones too: what it cost */
};

/** Append a symbol. @return STAMP_ENOMEM */
enum stamp_status stamp_merger_add(struct stamp_merger *w, int32_t id, struct stamp_err *e);

/** Merge what was added, in O(n log n); what is left are the symbols whose id is not -1.
 *  @param m  m->slot NULL: by the scores of @p v; -1e10 and below never merge */
enum stamp_status stamp_merger_run(struct stamp_merger *w, const struct stamp_vocab *v,
                                   const struct stamp_merges *m, struct stamp_err *e);

void stamp_merger_free(struct stamp_merger *w);

#endif
