/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bend.h
 * Small damage to valid files, the same for the same seed.
 */
#ifndef STAMP_TESTS_BEND_H
#define STAMP_TESTS_BEND_H

#include "tests/compiler/front_samples.h"

void bend_seed(uint64_t seed);

/** 0 .. below - 1. */
uint32_t bend_draw(uint32_t below);

/** One to three changes: bits, bytes, lengths, numbers that mean something, words, repetition. */
void bend(struct sample *s);

#endif
