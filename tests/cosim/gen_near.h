/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen_near.h
 * Neighbours of a random program: one instruction with one or two fields bent, and what became of it.
 *
 * Bent instructions stand between FENCEs, so that only what they do themselves decides. Either the
 * verifier refuses the program, or C machine and RTL agree on it.
 */
#ifndef STAMP_TESTS_COSIM_GEN_NEAR_H
#define STAMP_TESTS_COSIM_GEN_NEAR_H

#include "tests/cosim/gen.h"

/** Why a program is refused, by the line that refuses it. */
/* clang-format off */
#define GEN_REFUSALS(X)                                                                            \
    X(OWN,       "which it has written before", "needs what it has overwritten itself")            \
    X(PLANES,    "in both planes",              "packs two digits into one place")                 \
    X(UNWRITTEN, "read before",                 "reads what nobody wrote")                         \
    X(TABLE,     "not loaded from constants",   "goes through a table that is not constant")       \
    X(GATHER,    "gathers from",                "gathers from what a STORE may change")            \
    X(BUFFER,    "leaves its buffer",           "transfer outside a buffer")                       \
    X(STORED,    "store into buffer",           "store into constants")                            \
    X(LOADED,    "before it is written",        "load of what nobody stored")                      \
    X(RACE,      "races with",                  "not ordered with another unit")                   \
    X(SIZE,      "touches more than",           "more rows than the verifier follows")             \
    X(ERROR,     "",                            "the machine reports an error")
/* clang-format on */
enum gen_refusal {
#define GEN_REFUSAL(name, text, meaning) GEN_REFUSED_##name,
    GEN_REFUSALS(GEN_REFUSAL)
#undef GEN_REFUSAL
        GEN_REFUSED
};

/** Which of them the verifier's line is. */
enum gen_refusal gen_refusal_of(const char *text);
const char *gen_refusal_meaning(enum gen_refusal r);

/** Bend one piece of @p p. False where it has none that can be. */
bool gen_bend(struct gen_rng *r, struct gen_program *p);

#endif
