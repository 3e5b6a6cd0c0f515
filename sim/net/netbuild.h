/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netbuild.h
 * A model and its codes as a network in C: the second opinion on compiled programs.
 */
#ifndef STAMP_SIM_NET_NETBUILD_H
#define STAMP_SIM_NET_NETBUILD_H

#include "compiler/quant/qmodel.h"
#include "model/net/net.h"

struct stamp_netbuild; /* opaque */

/**
 * Describe @p m with the codes of @p q, both borrowed for the life of the result. Codes are made when
 * stamp_net_new asks for them, a matrix at a time, and are gone afterwards.
 * @param ctx  longest sequence, 0: the model's
 * @return STAMP_ENOMEM, STAMP_ERANGE (a longer ctx than the model has)
 */
enum stamp_status stamp_netbuild_new(const struct stamp_network *m, const struct stamp_qmodel *q,
                                     uint32_t ctx, struct stamp_netbuild **out,
                                     struct stamp_err *e);

/** After every network made from it is freed; NULL is allowed. */
void stamp_netbuild_free(struct stamp_netbuild *b);

/** For stamp_net_new; owned by @p b. */
const struct stamp_net_model *stamp_netbuild_model(const struct stamp_netbuild *b);

#endif
