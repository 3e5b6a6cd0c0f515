/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tensors.h
 * How far every tensor of a network is from the one in f32 over the same tokens.
 *
 * Document by document: begin, a run in f32 that stamp_tensors_keep sees, a run of the network that
 * stamp_tensors_compare sees. Signal and noise add up over the documents.
 */
#ifndef STAMP_REPORT_TENSORS_H
#define STAMP_REPORT_TENSORS_H

#include "compiler/family/network.h"
#include "model/text.h"
#include "model/graph/see.h"

struct cJSON;
struct stamp_tensors; /* opaque */

enum { STAMP_TENSORS_BYTES = 1 << 30 }; /**< of one document in f32, at most */

/** Sums of one tensor; rows 0: never seen. */
struct stamp_tensor_sum {
    uint64_t rows, cols; /**< rows of all documents */
    double signal, noise;
};

/** NULL when memory is out. */
struct stamp_tensors *stamp_tensors_new(const struct stamp_network *m);
void stamp_tensors_free(struct stamp_tensors *t); /**< NULL is allowed. */

/** A document of @p n tokens. @return STAMP_ERANGE when its tensors take more than
 *  STAMP_TENSORS_BYTES, by how much */
enum stamp_status stamp_tensors_begin(struct stamp_tensors *t, size_t n, struct stamp_err *e);

/** stamp_see_fn of the run in f32 and of the network; ctx is the struct stamp_tensors. The second
 *  returns STAMP_ERANGE for a tensor the first did not see in that shape. */
enum stamp_status stamp_tensors_keep(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                     size_t cols, const float *x, struct stamp_err *e);
enum stamp_status stamp_tensors_compare(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                        size_t cols, const float *x, struct stamp_err *e);

/** Sums of a tensor so far; borrowed. */
const struct stamp_tensor_sum *stamp_tensors_sum(const struct stamp_tensors *t, uint32_t value,
                                                 uint32_t time);

/** 10 log10(signal / noise), dB; infinite without noise. */
double stamp_tensor_db(const struct stamp_tensor_sum *s);

/** Member "tensors" of @p object: [{layer, name, rows, columns, sqnr_db}] in the order in which a
 *  network makes them; layer null for a tensor of no layer. */
void stamp_put_tensors(struct cJSON *object, const struct stamp_tensors *t);

/** A line a name: the mean over the layers, the least, where it is, and up to 12 layers one by one. */
void stamp_text_tensors(struct stamp_text *text, const struct stamp_tensors *t);

#endif
