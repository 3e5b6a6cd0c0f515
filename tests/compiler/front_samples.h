/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file front_samples.h
 * Small valid files of every kind the front end reads, built byte by byte without its code. Used by
 * the tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_FRONT_SAMPLES_H
#define STAMP_TESTS_FRONT_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

enum { SAMPLE_BYTES = 32768 };

struct sample {
    unsigned char bytes[SAMPLE_BYTES];
    size_t len;
};

/** The model of all samples: two heads of 4 share one key-value head. */
enum {
    TINY_DIM = 8,
    TINY_HIDDEN = 12,
    TINY_LAYERS = 2,
    TINY_HEADS = 2,
    TINY_KV_HEADS = 1,
    TINY_HEAD_DIM = 4,
    TINY_VOCAB = 6,
    TINY_CTX = 16
};

/** Value @p i of the tensor numbered @p tensor: within -0.5 .. 0.5, a multiple of 1/64. */
float sample_weight(unsigned tensor, size_t i);

/** 2 x 3 array 1 2 3 4 5 6 as .npy, <f4, version 1.0. */
void sample_npy(struct sample *s);

/** .npy of any header text and data; the header is padded as NumPy does. */
void sample_npy_of(struct sample *s, int version, const char *header, const void *data, size_t len);

/** The model as llama2.c .bin with a head of its own. */
void sample_llama2c(struct sample *s);

/** The same weights as .safetensors, rows of wq and wk reordered to the half-split pairing. */
void sample_safetensors(struct sample *s);

/** .safetensors of any header text and data. */
void sample_safetensors_of(struct sample *s, const char *header, const void *data, size_t len);

/** config.json of the model. */
void sample_config(struct sample *s);

/** tokenizer.bin of SAMPLE_TOKENS tokens: bytes, the letters a to d, space, and merges of them. */
enum { SAMPLE_TOKENS = 276 };
void sample_tokenizer(struct sample *s);

/** Append raw bytes, a little-endian 32-bit word, a float. */
void sample_put(struct sample *s, const void *bytes, size_t len);
void sample_put_u32(struct sample *s, uint32_t v);
void sample_put_f32(struct sample *s, float v);

#endif
