/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file random.h
 * Models of true shapes with random weights: "random:PATH[,layers=N][,seed=S][,vocab=V]", PATH a
 * config.json of Hugging Face.
 *
 * A value depends on seed, name of the tensor (as Hugging Face has it), row and column alone. Near
 * Gaussian: matrices with deviation 1/sqrt(columns), gains 1 + 0.05 of it, biases 0.02 of it; all of
 * them (gains less their 1) bfloat16.
 */
#ifndef STAMP_FAMILY_RANDOM_H
#define STAMP_FAMILY_RANDOM_H

#include "compiler/family/network.h"

/** Whether @p path is of this kind. */
bool stamp_random_is(const char *path);

/** @return STAMP_ERANGE for an option that is unknown or out of range, else as stamp_hf_config */
enum stamp_status stamp_random_open(const char *path, struct stamp_dit_grid grid,
                                    struct stamp_network **out, struct stamp_err *e);

#endif
