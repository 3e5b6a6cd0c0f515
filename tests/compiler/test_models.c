/* SPDX-License-Identifier: Apache-2.0 */
/* test_models.c - llama2.c files and Hugging Face folders become the same struct. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/hf.h"
#include "compiler/family/network.h"
#include "compiler/family/llama2c.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/net_of.h"

static struct stamp_network *open_bin(void)
{
    static struct sample s; /* borrowed by the model */
    struct stamp_network *m = NULL;
    sample_llama2c(&s);
    ck_assert_int_eq(stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL), STAMP_OK);
    return m;
}

/* config.json and model.safetensors in the test's folder; its path. */
static const char *folder(void)
{
    static char path[256];
    struct sample s;
    const char *config = front_temp("config.json");

    sample_config(&s);
    front_write(config, &s);
    sample_safetensors(&s);
    front_write(front_temp("model.safetensors"), &s);
    snprintf(path, sizeof path, "%.*s", (int)(strrchr(config, '/') - config), config);
    return path;
}

/* Element i of a matrix in the order the model shows. */
static float at(const struct stamp_lazy *t, size_t i)
{
    float row[64];
    ck_assert_uint_le(t->cols, 64);
    ck_assert_int_eq(stamp_lazy_rows(t, i / t->cols, 1, row, NULL), STAMP_OK);
    return row[i % t->cols];
}

static void same(const struct stamp_lazy *a, const struct stamp_lazy *b)
{
    ck_assert(a->rows == b->rows && a->cols == b->cols);
    for (size_t i = 0; i < a->rows * a->cols; i++) ck_assert(at(a, i) == at(b, i));
}

static enum stamp_status config(const char *text, struct stamp_network *m, struct stamp_err *e)
{
    return stamp_hf_config("config.json", text, strlen(text), m, e);
}

/* The sample's config with the text @p more in front of its keys; @p renamed is a key of the sample
 * that @p more gives anew, so the sample's own must go by another name. NULL: none. */
static enum stamp_status config_with(const char *more, const char *renamed, struct stamp_network *m)
{
    struct sample s;
    struct stamp_err e;
    char text[1024];

    sample_config(&s);
    s.bytes[s.len] = '\0';
    char *own = renamed ? strstr((char *)s.bytes, renamed) : NULL;
    if (own) own[0] = 'X';
    snprintf(text, sizeof text, "{%.400s %.600s", more, (const char *)s.bytes + 1);
    return config(text, m, &e);
}

START_TEST(a_llama2c_file_is_read_tensor_by_tensor)
{
    struct stamp_network *m = open_bin();

    ck_assert_uint_eq(m->dec.dim, TINY_DIM);
    ck_assert_uint_eq(m->dec.hidden, TINY_HIDDEN);
    ck_assert_uint_eq(m->dec.layers, TINY_LAYERS);
    ck_assert_uint_eq(m->dec.kv_heads, TINY_KV_HEADS);
    ck_assert_uint_eq(m->dec.head_dim, TINY_HEAD_DIM);
    ck_assert_uint_eq(m->vocab, TINY_VOCAB);
    ck_assert_uint_eq(m->ctx, TINY_CTX);
    for (unsigned l = 0; l < TINY_LAYERS; l++) { /* last element of each */
        ck_assert(net_layer(m, l).norm_att[7] == 1.0f + sample_weight(1 + 16 * l, 7));
        ck_assert(at(net_layer(m, l).wq, 63) == sample_weight(2 + 16 * l, 63));
        ck_assert(at(net_layer(m, l).wk, 31) == sample_weight(3 + 16 * l, 31));
        ck_assert(at(net_layer(m, l).wv, 31) == sample_weight(4 + 16 * l, 31));
        ck_assert(at(net_layer(m, l).wo, 63) == sample_weight(5 + 16 * l, 63));
        ck_assert(net_layer(m, l).norm_ffn[7] == 1.0f + sample_weight(6 + 16 * l, 7));
        ck_assert(at(net_layer(m, l).w1, 95) == sample_weight(7 + 16 * l, 95));
        ck_assert(at(net_layer(m, l).w2, 95) == sample_weight(8 + 16 * l, 95));
        ck_assert(at(net_layer(m, l).w3, 95) == sample_weight(9 + 16 * l, 95));
    }
    ck_assert(at(net_embed(m), 47) == sample_weight(0, 47));
    ck_assert(net_vector(m, "norm.out", 0)[7] == 1.0f + sample_weight(10, 7));
    ck_assert(!m->dec.tied && at(net_head(m), 47) == sample_weight(11, 47));
    stamp_network_close(m);
}
END_TEST

START_TEST(a_shared_head_is_the_embedding)
{
    struct sample s;
    struct stamp_network *m = NULL;
    sample_llama2c(&s);
    s.bytes[20] = TINY_VOCAB; /* the sign of the vocabulary */
    memset(s.bytes + 21, 0, 3);
    s.len -= 4 * TINY_VOCAB * TINY_DIM;
    ck_assert_int_eq(stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL), STAMP_OK);
    ck_assert(m->dec.tied);
    ck_assert_ptr_eq(net_head(m)->bytes, net_embed(m)->bytes);
    stamp_network_close(m);
}
END_TEST

START_TEST(a_folder_gives_the_same_weights_as_the_file)
{
    struct stamp_network *a = open_bin(), *b = NULL;
    struct stamp_err e;

    ck_assert_msg(stamp_network_open(folder(), &b, &e) == STAMP_OK, "%s", e.text);
    ck_assert_uint_eq(b->dec.head_dim, a->dec.head_dim);
    ck_assert_uint_eq(b->ctx, a->ctx);
    same(net_embed(a), net_embed(b));
    same(net_head(a), net_head(b));
    for (size_t l = 0; l < TINY_LAYERS; l++) { /* q and k among them: the pairing is hidden */
        const struct net_layer x_of = net_layer(a, l), y_of = net_layer(b, l), *x = &x_of,
                               *y = &y_of;
        same(x->wq, y->wq);
        same(x->wk, y->wk);
        same(x->wv, y->wv);
        same(x->wo, y->wo);
        same(x->w1, y->w1);
        same(x->w2, y->w2);
        same(x->w3, y->w3);
    }
    ck_assert_mem_eq(a->dec.frequency, b->dec.frequency, 2 * sizeof(double));
    ck_assert_uint_eq(net_layer(b, 0).wk->pair, TINY_HEAD_DIM);
    stamp_network_close(a);
    stamp_network_close(b);
}
END_TEST

START_TEST(every_truncation_of_a_llama2c_file_is_refused)
{
    struct sample s;
    struct stamp_network *m = NULL;
    sample_llama2c(&s);
    for (size_t len = 0; len < s.len; len++)
        ck_assert_int_eq((int)stamp_llama2c_memory("bin", s.bytes, len, &m, NULL),
                         (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)stamp_llama2c_memory("bin", s.bytes, s.len + 1, &m, NULL),
                     (int)STAMP_EFORMAT);
}
END_TEST

START_TEST(llama2c_headers_that_lie_are_refused)
{
    struct sample s;
    struct stamp_network *m = NULL;
    static const struct {
        size_t field;
        uint32_t value;
        enum stamp_status want;
    } lies[] = {{0, 0, STAMP_EFORMAT},           {0, 0x80000000u, STAMP_EFORMAT},
                {0, 0x7fffffffu, STAMP_EFORMAT}, {1, 0x7fffffffu, STAMP_ERANGE},
                {2, 1000, STAMP_EFORMAT},        {2, 0x7fffffffu, STAMP_ERANGE},
                {3, 3, STAMP_EFORMAT},           {3, 8, STAMP_ERANGE}, /* head of 1: odd */
                {4, 0, STAMP_EFORMAT},           {4, 3, STAMP_ERANGE},
                {5, 0x80000000u, STAMP_ERANGE},  {6, 0xffffffffu, STAMP_EFORMAT}};

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct stamp_err e = {STAMP_OK, ""};
        sample_llama2c(&s);
        for (size_t k = 0; k < 4; k++)
            s.bytes[4 * lies[i].field + k] = (unsigned char)(lies[i].value >> 8 * k);
        ck_assert_msg(stamp_llama2c_memory("bin", s.bytes, s.len, &m, &e) == lies[i].want,
                      "case %zu: %s", i, e.text);
    }
    sample_llama2c(&s);
    memcpy(s.bytes, "GGUF", 4);
    ck_assert_int_eq((int)stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL),
                     (int)STAMP_EUNSUPPORTED);
}
END_TEST

START_TEST(weights_that_are_not_finite_are_refused)
{
    struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_err e;
    float row[2 * TINY_DIM];
    sample_llama2c(&s);
    s.bytes[28 + 4 * TINY_DIM + 2] = 0x80;
    s.bytes[28 + 4 * TINY_DIM + 3] = 0x7f; /* first value of the second row of the embedding */
    ck_assert_int_eq(stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_lazy_rows(net_embed(m), 0, 1, row, &e), STAMP_OK);
    ck_assert_int_eq((int)stamp_lazy_rows(net_embed(m), 0, 2, row, &e), (int)STAMP_ERANGE);
    ck_assert_ptr_nonnull(strstr(e.text, "embedding: row 1, column 0"));
    stamp_network_close(m);

    sample_llama2c(&s); /* a norm is read at once: the first follows the embedding */
    s.bytes[28 + 4 * TINY_DIM * TINY_VOCAB + 2] = 0x80;
    s.bytes[28 + 4 * TINY_DIM * TINY_VOCAB + 3] = 0x7f;
    m = NULL;
    ck_assert_int_eq((int)stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL), (int)STAMP_ERANGE);
    ck_assert_ptr_null(m);
}
END_TEST

START_TEST(other_models_are_refused_by_name)
{
    struct stamp_network m;
    struct stamp_err e;

    ck_assert_int_eq((int)config("{\"model_type\": \"gemma2\"}", &m, &e), (int)STAMP_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.text, "gemma2"));
    ck_assert_int_eq((int)config("{}", &m, &e), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)config("{\"model_type\": \"llama\"}", &m, &e), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)config_with("\"attention_bias\": true,", NULL, &m),
                     (int)STAMP_EUNSUPPORTED);
    ck_assert_int_eq((int)config_with("\"quantization_config\": {},", NULL, &m),
                     (int)STAMP_EUNSUPPORTED);
    ck_assert_int_eq((int)config_with("\"rope_scaling\": {\"rope_type\": \"yarn\"},", NULL, &m),
                     (int)STAMP_EUNSUPPORTED);
    ck_assert_int_eq((int)config_with("\"hidden_size\": 8,", NULL, &m), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)config_with("\"hidden_size\": -8,", "hidden_size", &m),
                     (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)config_with("\"hidden_size\": 1e99,", "hidden_size", &m),
                     (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)config_with("\"rms_norm_eps\": 2,", "rms_norm_eps", &m),
                     (int)STAMP_ERANGE);
    ck_assert_int_eq((int)config_with("\"head_dim\": 3,", NULL, &m), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)config_with("\"rope_scaling\": null,", NULL, &m), (int)STAMP_OK);
}
END_TEST

START_TEST(llama3_scaling_keeps_fast_pairs_and_divides_slow_ones)
{
    struct stamp_network m;
    const char *scaling = "\"rope_theta\": 500000.0, \"rope_scaling\": {\"factor\": 8.0, "
                          "\"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                          "\"original_max_position_embeddings\": 8192, \"rope_type\": \"llama3\"},";

    ck_assert_int_eq((int)config_with(scaling, "rope_theta", &m), (int)STAMP_OK);
    m.dec.head_dim = 128;
    ck_assert_int_eq(stamp_decoder_rope(&m.dec, NULL), STAMP_OK);
    /* 500000^(-i/64), worked out apart: i = 10 makes 167.8 turns in 8192 tokens, i = 63
     * 0.0032; i = 30 makes 2.779, so 0.5928 of it is kept and the rest divided by 8. */
    ck_assert_double_eq_tol(m.dec.frequency[0], 1.0, 1e-7);
    ck_assert_double_eq_tol(m.dec.frequency[10], 0.128687, 1e-6);
    ck_assert_double_eq_tol(m.dec.frequency[30], 0.00137189, 1e-8);
    ck_assert_double_eq_tol(m.dec.frequency[63], 3.068926e-07, 1e-12);
    stamp_free(m.dec.frequency);
    stamp_notes_free(&m.notes); /* the key by another name is noted */
}
END_TEST

START_TEST(a_folder_that_lacks_or_bends_a_tensor_is_refused)
{
    struct stamp_network *m = NULL;
    struct stamp_err e;
    struct sample s;
    const char *path = folder(), *lies[] = {"model.norm.weight", "[6,8]", "\"F32\""};
    const char *become[] = {"model.morn.weight", "[8,6]", "\"I32\""};

    for (size_t i = 0; i < 3; i++) {
        sample_safetensors(&s);
        for (size_t at = 8; at < 4000; at++)
            if (memcmp(s.bytes + at, lies[i], strlen(lies[i])) == 0)
                memcpy(s.bytes + at, become[i], strlen(become[i]));
        front_write(front_temp("model.safetensors"), &s);
        ck_assert_int_ne((int)stamp_network_open(path, &m, &e), (int)STAMP_OK);
        ck_assert_int_eq((int)e.status, (int)(i == 2 ? STAMP_EUNSUPPORTED : STAMP_EFORMAT));
    }
    folder();
    sample_config(&s);
    *strstr((char *)s.bytes, "6, \"max") = '7'; /* a vocabulary of 7, an embedding of 6 rows */
    front_write(front_temp("config.json"), &s);
    ck_assert_int_eq((int)stamp_network_open(path, &m, &e), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)stamp_network_open("/nowhere", &m, &e), (int)STAMP_EIO);
    ck_assert_int_eq((int)stamp_network_open("/dev/null", &m, &e), (int)STAMP_EIO);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    const char *path = folder();
    struct sample s;
    size_t n[2] = {1, 1};
    sample_llama2c(&s);

    for (size_t kind = 0; kind < 2; kind++)
        for (;; n[kind]++) {
            struct stamp_network *m = NULL;
            stamp_mem_fail_at(n[kind]);
            const enum stamp_status got = kind
                                              ? stamp_network_open(path, &m, NULL)
                                              : stamp_llama2c_memory("b", s.bytes, s.len, &m, NULL);
            stamp_mem_fail_at(0);
            stamp_network_close(m);
            if (got == STAMP_OK) break;
            ck_assert_int_eq((int)got, (int)STAMP_ENOMEM);
        }
    ck_assert_uint_gt(n[0], 10);
    ck_assert_uint_gt(n[1], 200);
}
END_TEST

TCase *stamp_tcase_models(void)
{
    TCase *c = tcase_create("models");
    tcase_add_test(c, a_llama2c_file_is_read_tensor_by_tensor);
    tcase_add_test(c, a_shared_head_is_the_embedding);
    tcase_add_test(c, a_folder_gives_the_same_weights_as_the_file);
    tcase_add_test(c, every_truncation_of_a_llama2c_file_is_refused);
    tcase_add_test(c, llama2c_headers_that_lie_are_refused);
    tcase_add_test(c, weights_that_are_not_finite_are_refused);
    tcase_add_test(c, other_models_are_refused_by_name);
    tcase_add_test(c, llama3_scaling_keeps_fast_pairs_and_divides_slow_ones);
    tcase_add_test(c, a_folder_that_lacks_or_bends_a_tensor_is_refused);
    tcase_add_test(c, a_failing_allocation_is_reported);
    return c;
}
