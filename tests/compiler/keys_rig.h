/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file keys_rig.h
 * What the tests of keys.def share: a config.json from its text, files of a folder of the test's own.
 */
#ifndef STAMP_TESTS_KEYS_RIG_H
#define STAMP_TESTS_KEYS_RIG_H

#include <stdio.h>
#include <string.h>

#include "compiler/family/hf.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/token_samples.h"

/** Dimensions that every family takes. */
#define DIMS                                                                                       \
    "\"hidden_size\":8,\"intermediate_size\":12,\"num_hidden_layers\":2,\"num_attention_heads\":"  \
    "2,"                                                                                           \
    "\"num_key_value_heads\":1,\"vocab_size\":6,\"max_position_embeddings\":16"

static inline enum stamp_status config(const char *text, struct stamp_network *m,
                                       struct stamp_err *e)
{
    *m = (struct stamp_network){0};
    return stamp_hf_config("config.json", text, strlen(text), m, e);
}

/** A diffusion transformer of each kind, but for the closing brace. */
#define PIXART                                                                                     \
    "{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":2,"                     \
    "\"attention_head_dim\":4,\"caption_channels\":6,\"num_layers\":2,\"sample_size\":8"
#define SANA                                                                                       \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":2,"                       \
    "\"attention_head_dim\":4,\"num_cross_attention_heads\":4,\"cross_attention_head_dim\":2,"     \
    "\"cross_attention_dim\":8,\"caption_channels\":6,\"num_layers\":2,\"sample_size\":8"

static inline enum stamp_status dit_config(const char *text, struct stamp_network *m,
                                           struct stamp_err *e)
{
    *m = (struct stamp_network){0};
    return stamp_dit_config("config.json", text, strlen(text), (struct stamp_dit_grid){0, 0}, m, e);
}

static inline void put(const char *name, const char *text)
{
    struct sample s = {.len = 0};
    sample_put_text(&s, text);
    front_write(front_temp(name), &s);
}

static inline const char *folder(void)
{
    static char path[256];
    const char *file = front_temp("x");
    snprintf(path, sizeof path, "%.*s", (int)(strrchr(file, '/') - file), file);
    return path;
}

#endif
