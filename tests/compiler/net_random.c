/* SPDX-License-Identifier: Apache-2.0 */
/* net_random.c - small models of random weights. Contract in net_random.h. */
#include "tests/compiler/net_random.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char net_random_llama[] =
    "{\"model_type\":\"llama\",\"architectures\":[\"LlamaForCausalLM\"],\"hidden_size\":48,"
    "\"intermediate_size\":80,\"num_hidden_layers\":2,\"num_attention_heads\":6,"
    "\"num_key_value_heads\":2,\"vocab_size\":70,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
    "\"max_position_embeddings\":700,\"hidden_act\":\"silu\",\"tie_word_embeddings\":false}";
const char net_random_qwen2[] =
    "{\"model_type\":\"qwen2\",\"architectures\":[\"Qwen2ForCausalLM\"],\"hidden_size\":56,"
    "\"intermediate_size\":72,\"num_hidden_layers\":3,\"num_attention_heads\":7,"
    "\"num_key_value_heads\":1,\"vocab_size\":33,\"rms_norm_eps\":1e-6,\"rope_theta\":1000000.0,"
    "\"max_position_embeddings\":700,\"hidden_act\":\"silu\",\"tie_word_embeddings\":true}";
const char net_random_qwen3[] =
    "{\"model_type\":\"qwen3\",\"architectures\":[\"Qwen3ForCausalLM\"],\"hidden_size\":40,"
    "\"intermediate_size\":96,\"num_hidden_layers\":1,\"num_attention_heads\":4,"
    "\"num_key_value_heads\":2,\"head_dim\":24,\"vocab_size\":50,\"rms_norm_eps\":1e-6,"
    "\"rope_theta\":1000000.0,\"max_position_embeddings\":700,\"hidden_act\":\"silu\","
    "\"tie_word_embeddings\":true}";

const char *net_random_heads(const char *family, unsigned head_dim, unsigned heads, unsigned kv)
{
    static char text[600];

    snprintf(text, sizeof text,
             "{\"model_type\":\"%s\",\"hidden_size\":40,\"intermediate_size\":56,"
             "\"num_hidden_layers\":1,\"num_attention_heads\":%u,\"num_key_value_heads\":%u,"
             "\"head_dim\":%u,\"vocab_size\":50,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
             "\"max_position_embeddings\":700,\"tie_word_embeddings\":true}",
             family, heads, kv, head_dim);
    return text;
}

struct stamp_network *net_random_open(const char *config)
{
    char path[64] = "/tmp/stamp_net_XXXXXX", name[80];
    struct stamp_err e = {0};
    struct stamp_network *m = NULL;
    const int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, config, strlen(config)), (ssize_t)strlen(config));
    close(fd);
    snprintf(name, sizeof name, "random:%s,seed=7", path);
    ck_assert_msg(!stamp_network_open(name, &m, &e), "%s", e.text);
    unlink(path);
    return m;
}
