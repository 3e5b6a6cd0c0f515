/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gguf.h
 * GGUF files, versions 2 and 3: the container, and the models and tokenizers kept in it.
 *
 * Little endian: "GGUF", u32 version, u64 tensors, u64 keys; per key a string (u64 length, bytes),
 * u32 type, value; per tensor a string, u32 rank, u64 dimensions (innermost first), u32 type, u64
 * offset; zeros up to a multiple of general.alignment (32); the data, each tensor at such a multiple.
 * Everything is checked when opening: no tensor read later can leave the file.
 */
#ifndef STAMP_FRONT_GGUF_H
#define STAMP_FRONT_GGUF_H

#include "compiler/front/lazy.h"

enum { STAMP_GGUF_RANK_MAX = 4 };

/** Types of values, by their codes in the file. */
enum stamp_gguf_type {
    STAMP_GGUF_U8,
    STAMP_GGUF_S8,
    STAMP_GGUF_U16,
    STAMP_GGUF_S16,
    STAMP_GGUF_U32,
    STAMP_GGUF_S32,
    STAMP_GGUF_F32,
    STAMP_GGUF_BOOL,
    STAMP_GGUF_STRING,
    STAMP_GGUF_ARRAY,
    STAMP_GGUF_U64,
    STAMP_GGUF_S64,
    STAMP_GGUF_F64,
    STAMP_GGUF_TYPES
};

/** One key. Bytes are borrowed from the file and have been checked. */
struct stamp_gguf_value {
    char *key; /**< owned */
    enum stamp_gguf_type type;
    enum stamp_gguf_type element; /**< ARRAY; never ARRAY itself */
    uint64_t count;               /**< ARRAY: elements; else bytes */
    const uint8_t *bytes;         /**< first byte of value, string or elements */
};

struct stamp_gguf_tensor {
    char *name;       /**< owned */
    uint32_t type;    /**< as in the file */
    const char *text; /**< its name, static; "?" when unknown */
    bool readable;    /**< then kind holds, and bytes up to the end are in the file */
    enum stamp_lazy_kind kind;
    uint32_t rank;
    uint64_t dim[STAMP_GGUF_RANK_MAX]; /**< innermost first, 1 past rank */
    const uint8_t *bytes;              /**< borrowed from the file */
};

/** The listing of a file, sorted by name. */
struct stamp_gguf {
    uint32_t version;
    struct stamp_gguf_value *value; /**< [values], owned */
    size_t values;
    struct stamp_gguf_tensor *tensor; /**< [tensors], owned */
    size_t tensors;
};

struct stamp_infile;

/** Whether the file begins as GGUF does; false when it cannot be read. */
bool stamp_gguf_is(const char *path);

/**
 * List a file, which is mapped and borrowed.
 * @return STAMP_EUNSUPPORTED (version 1, nested arrays), STAMP_EFORMAT (counts, lengths or offsets
 * that leave the file, a name twice), STAMP_EIO, STAMP_ENOMEM
 */
enum stamp_status stamp_gguf_read(struct stamp_infile *in, struct stamp_gguf *out,
                                  struct stamp_err *e);
void stamp_gguf_free(struct stamp_gguf *g);

/** By name, or NULL. */
const struct stamp_gguf_value *stamp_gguf_find(const struct stamp_gguf *g, const char *key);
const struct stamp_gguf_tensor *stamp_gguf_tensor(const struct stamp_gguf *g, const char *name);

/** Bytes of a scalar; 0 for strings and arrays. */
size_t stamp_gguf_width(enum stamp_gguf_type type);

/** An integer of any width that is not negative. @return false when it is something else */
bool stamp_gguf_u64(const struct stamp_gguf_value *v, uint64_t *out);
/** F32 or F64. */
bool stamp_gguf_real(const struct stamp_gguf_value *v, double *out);
/** Whether @p v is the string @p text. */
bool stamp_gguf_text_is(const struct stamp_gguf_value *v, const char *text);
/** A string to show, cut to @p size; "?" when it is none. */
const char *stamp_gguf_text(const struct stamp_gguf_value *v, char *to, size_t size);

#endif
