/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file qcache.h
 * Codes of a model in a file that names what they were made from.
 *
 * Little endian: magic "STAMPQC\n"; u32 version, quantizer, bits, head bits, block, layers; u64 hash
 * of the weights as they lie in their file, hash of the calibration tokens, their count; per matrix, in
 * the order of running (layers: repetitions of the blocks): codes s8 [n][d], scales f32 [n][nb];
 * u64 FNV-1a of everything before.
 */
#ifndef STAMP_QUANT_QCACHE_H
#define STAMP_QUANT_QCACHE_H

#include "compiler/quant/qmodel.h"

enum { STAMP_QCACHE_VERSION = 3 }; /**< 2: random weights are bfloat16; 3: scales of 8 bits */

/** What codes were made from. */
struct stamp_qcache {
    uint32_t quantizer, bits, head_bits, block, layers;
    uint64_t weights, calib, tokens;
};

/** FNV-1a of 64 bits, @p h so far; start with STAMP_FNV. */
#define STAMP_FNV UINT64_C(0xcbf29ce484222325)
uint64_t stamp_fnv(uint64_t h, const void *bytes, size_t len);

/** Names the codes of @p m under the options; reads all weights. */
struct stamp_qcache stamp_qcache_of(const struct stamp_network *m,
                                    const struct stamp_qmodel_options *o);

/** Whole or not at all. @return STAMP_EIO, STAMP_ERANGE as stamp_outfile_open */
enum stamp_status stamp_qcache_write(const char *path, const struct stamp_qcache *c,
                                     const struct stamp_weights *w, size_t count,
                                     struct stamp_err *e);

/**
 * @param w  [LINEAR nodes, repetitions counted] zeroed; filled, owned by the caller also on failure
 * @return STAMP_ERANGE when the file is of other codes than @p c, saying which; STAMP_EFORMAT when
 *         it is no such file or damaged; STAMP_EIO, STAMP_ENOMEM
 */
enum stamp_status stamp_qcache_read(const char *path, const struct stamp_qcache *c,
                                    const struct stamp_network *m,
                                    const struct stamp_qmodel_options *o, struct stamp_weights *w,
                                    struct stamp_err *e);

#endif
