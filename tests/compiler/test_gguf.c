/* SPDX-License-Identifier: Apache-2.0 */
/* test_gguf.c - GGUF files, rows of every type, random weights. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/gguf_model.h"
#include "compiler/family/random.h"
#include "compiler/front/gguf.h"
#include "compiler/token/tokenizer.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/net_of.h"

static struct stamp_network *open_sample(const char *family)
{
    static struct sample s; /* borrowed by the model */
    struct stamp_network *m = NULL;
    struct stamp_err e;

    sample_gguf(&s, family);
    ck_assert_msg(stamp_gguf_memory("gguf", s.bytes, s.len, &m, &e) == STAMP_OK, "%s", e.text);
    return m;
}

/* Row @p r must be row @p from of the file's tensor. */
static void check_row(const struct stamp_lazy *t, size_t r, unsigned tensor, size_t from)
{
    float row[64];

    ck_assert_uint_le(t->cols, 64);
    ck_assert_int_eq(stamp_lazy_rows(t, r, 1, row, NULL), STAMP_OK);
    for (size_t c = 0; c < t->cols; c++)
        ck_assert_msg(row[c] == sample_gguf_value(tensor, from * t->cols + c),
                      "%s: row %zu, column %zu is %g", t->name, r, c, (double)row[c]);
}

static void check_all(const struct stamp_lazy *t, unsigned tensor)
{
    for (size_t r = 0; r < t->rows; r++) check_row(t, r, tensor, r);
}

START_TEST(every_tensor_type_gives_its_values)
{
    struct stamp_network *m = open_sample("llama");
    const struct net_layer l_of = net_layer(m, 0), *l = &l_of;

    ck_assert_uint_eq(m->dec.dim, GGUF_DIM);
    ck_assert_uint_eq(m->dec.hidden, GGUF_HIDDEN);
    ck_assert_uint_eq(m->vocab, GGUF_VOCAB);
    ck_assert_uint_eq(m->ctx, GGUF_CTX);
    ck_assert(m->dec.tied && m->dec.rms_eps == 1e-5f && m->dec.rope.theta == 10000);
    check_all(net_embed(m), GGUF_EMBED);
    check_all(l->wq, GGUF_Q); /* as it lies: Llama files are interleaved */
    check_all(l->wk, GGUF_K);
    check_all(l->wv, GGUF_V);
    check_all(l->wo, GGUF_O);
    check_all(l->w1, GGUF_GATE);
    check_all(l->w2, GGUF_DOWN);
    check_all(l->w3, GGUF_UP);
    for (size_t i = 0; i < GGUF_DIM; i++)
        ck_assert(l->norm_ffn[i] == sample_gguf_value(GGUF_NORM_FFN, i));
    ck_assert(!l->bias_q && !l->norm_q);
    stamp_network_close(m);
}
END_TEST

START_TEST(rows_of_qwen_heads_are_put_side_by_side)
{
    static const char *const family[] = {"qwen2", "qwen3"};

    for (size_t f = 0; f < 2; f++) {
        struct stamp_network *m = open_sample(family[f]);
        const struct net_layer l_of = net_layer(m, 0), *l = &l_of;
        const float *biases[] = {l->bias_q, l->bias_k, l->norm_q, l->norm_k};
        const unsigned numbers[] = {GGUF_BIAS_Q, GGUF_BIAS_K, GGUF_NORM_Q, GGUF_NORM_K};

        for (size_t r = 0; r < 32; r++) { /* 2i and 2i+1 are i and i+8 of a head of 16 */
            const size_t from = r / 16 * 16 + r % 16 / 2 + r % 2 * 8;
            check_row(l->wq, r, GGUF_Q, from);
            if (r < 16) check_row(l->wk, r, GGUF_K, from);
            for (size_t k = 0; k < 4; k++)
                if (biases[k] && r < (k ? 16 : 32))
                    ck_assert(biases[k][r] == sample_gguf_value(numbers[k], from));
        }
        check_all(l->wv, GGUF_V);
        ck_assert(!l->bias_q == (f == 1) && !l->norm_q == (f == 0));
        if (l->bias_v)
            for (size_t i = 0; i < 16; i++)
                ck_assert(l->bias_v[i] == sample_gguf_value(GGUF_BIAS_V, i));
        stamp_network_close(m);
    }
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    static struct sample s;
    struct stamp_network *m = NULL;

    sample_gguf(&s, "qwen2");
    for (size_t len = 0; len < s.len - 32; len += len < 3000 || len > s.len - 200 ? 1 : 37) {
        struct stamp_err e = {STAMP_OK, ""};
        ck_assert_msg(stamp_gguf_memory("gguf", s.bytes, len, &m, &e) == STAMP_EFORMAT,
                      "%zu bytes: %s", len, e.text);
    }
    ck_assert_ptr_null(m);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    static struct sample s;
    size_t n = 1;

    sample_gguf(&s, "qwen3");
    for (;; n++) {
        struct stamp_network *m = NULL;
        struct stamp_tokenizer *t = NULL;
        stamp_mem_fail_at(n);
        const enum stamp_status a = stamp_gguf_memory("gguf", s.bytes, s.len, &m, NULL);
        const enum stamp_status b =
            a ? a
              : stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "gguf", s.bytes, s.len, GGUF_VOCAB, &t,
                                       NULL);
        stamp_mem_fail_at(0);
        stamp_network_close(m);
        stamp_tokenizer_close(t);
        if (!a && !b) break;
        ck_assert_int_eq((int)(a ? a : b), (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 70);
}
END_TEST

START_TEST(its_tokenizer_is_that_of_the_bin_file)
{
    static const char text[] = "aab dcabab\xc3\xa9\n<0x41> abc  dd";
    static struct sample s, bin;
    struct stamp_tokenizer *a = NULL, *b = NULL;
    struct stamp_err e;
    int32_t *x = NULL, *y = NULL;
    size_t n = 0, m = 0;

    sample_gguf(&s, "llama");
    sample_tokenizer(&bin);
    ck_assert_msg(stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "gguf", s.bytes, s.len, GGUF_VOCAB,
                                         &a, &e) == STAMP_OK,
                  "%s", e.text);
    ck_assert_int_eq(stamp_tokenizer_memory(STAMP_TOKENIZER_BIN, "bin", bin.bytes, bin.len,
                                            SAMPLE_TOKENS, &b, NULL),
                     STAMP_OK);
    ck_assert_int_eq(stamp_tokenizer_encode(a, text, sizeof text - 1, true, &x, &n, NULL), 0);
    ck_assert_int_eq(stamp_tokenizer_encode(b, text, sizeof text - 1, true, &y, &m, NULL), 0);
    ck_assert_uint_eq(n, m);
    ck_assert_uint_gt(n, 10);
    ck_assert_mem_eq(x, y, n * sizeof *x);
    stamp_free(x);
    stamp_free(y);
    stamp_tokenizer_close(a);
    stamp_tokenizer_close(b);
}
END_TEST

START_TEST(a_control_token_is_taken_out_of_a_text_whole)
{
    /* 259 " ", 273 " ab"; behind a token that was taken out a text gets its space again. */
    static const int32_t want[] = {1, 273, 1, 273, 2};
    static struct sample s;
    struct stamp_tokenizer *t = NULL;
    int32_t *ids = NULL;
    size_t n = 0;

    sample_gguf(&s, "llama");
    ck_assert_int_eq(
        stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "gguf", s.bytes, s.len, GGUF_VOCAB, &t, NULL),
        0);
    ck_assert_int_eq(stamp_tokenizer_encode(t, "ab<s>ab</s>", 11, true, &ids, &n, NULL), 0);
    ck_assert_uint_eq(n, 5);
    ck_assert_mem_eq(ids, want, sizeof want);
    ck_assert(stamp_tokenizer_special(t, 1) && stamp_tokenizer_special(t, 2));
    stamp_free(ids);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(stories260K_is_the_same_model_in_both_formats)
{
    const char *gguf = front_shared("llm/stories260K-f32.v3.gguf");
    const char *bin = front_shared("llm/stories260K.bin"), *tok = front_shared("llm/tok512.bin");
    const char *text = front_shared("text/tinystories.txt");
    struct stamp_network *m[2] = {NULL};
    struct stamp_tokenizer *t[2] = {NULL};
    int32_t *ids[2] = {NULL};
    float *logits[2];
    size_t n[2], len = 0;
    char *bytes = NULL;
    struct stamp_err e;

    if (!gguf || !bin || !tok || !text) return;
    ck_assert_int_eq(stamp_infile_slurp(text, 1 << 24, &bytes, &len, &e), STAMP_OK);
    for (size_t i = 0; i < 2; i++) {
        const char *path = i ? bin : gguf;
        ck_assert_msg(stamp_network_open(path, &m[i], &e) == STAMP_OK, "%s", e.text);
        ck_assert_msg(stamp_tokenizer_for(path, i ? tok : NULL, 512, &t[i], &e) == STAMP_OK, "%s",
                      e.text);
        ck_assert_int_eq(stamp_tokenizer_encode(t[i], bytes, len, true, &ids[i], &n[i], &e), 0);
        logits[i] = stamp_alloc(128 * 512, sizeof(float));
        ck_assert_int_eq(stamp_f32_forward(m[i], ids[i], 128, NULL, logits[i], &e), STAMP_OK);
    }
    ck_assert_uint_eq(n[0], n[1]);
    ck_assert_mem_eq(ids[0], ids[1], n[0] * sizeof(int32_t));
    ck_assert_mem_eq(logits[0], logits[1], 128 * 512 * sizeof(float));
    for (size_t i = 0; i < 2; i++) {
        stamp_network_close(m[i]);
        stamp_tokenizer_close(t[i]);
        stamp_free(ids[i]);
        stamp_free(logits[i]);
    }
    stamp_free(bytes);
}
END_TEST

START_TEST(version_1_is_refused_by_its_version)
{
    const char *old = front_shared("llm/tinyllamas-stories-260k-f32.gguf");
    struct stamp_network *m = NULL;
    struct stamp_err e;

    if (!old) return;
    ck_assert_int_eq((int)stamp_network_open(old, &m, &e), (int)STAMP_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.text, "version 1"));
}
END_TEST

/* A random model of the sample's shape, with options; NULL when it is refused as @p want says. */
static struct stamp_network *random_model(const char *options, enum stamp_status want)
{
    struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_err e;
    char path[300];
    const char *config = front_temp("config.json");

    sample_config(&s);
    front_write(config, &s);
    snprintf(path, sizeof path, "random:%s%s", config, options);
    ck_assert_msg(stamp_network_open(path, &m, &e) == want, "%s", e.text);
    return m;
}

START_TEST(random_rows_depend_on_seed_name_and_row_alone)
{
    struct stamp_network *a = random_model("", STAMP_OK);
    struct stamp_network *b = random_model(",seed=1,layers=5,vocab=300", STAMP_OK);
    struct stamp_network *c = random_model(",seed=2", STAMP_OK);
    float x[2 * TINY_DIM], y[2 * TINY_DIM];

    ck_assert_uint_eq(b->dec.layers, 5);
    ck_assert_uint_eq(b->vocab, 300);
    stamp_lazy_rows(net_layer(a, 1).wq, 3, 2, x, NULL);
    stamp_lazy_rows(net_layer(b, 1).wq, 3, 2, y, NULL); /* other shape elsewhere, two at once */
    ck_assert_mem_eq(x, y, sizeof x);
    stamp_lazy_rows(net_layer(a, 1).wq, 4, 1, y, NULL);
    ck_assert_mem_eq(x + TINY_DIM, y, sizeof x / 2);
    stamp_lazy_rows(net_layer(c, 1).wq, 3, 2, y, NULL);
    ck_assert_mem_ne(x, y, sizeof x);
    stamp_lazy_rows(net_layer(a, 0).wq, 3, 2, y, NULL);
    ck_assert_mem_ne(x, y, sizeof x);
    ck_assert_mem_eq(net_vector(a, "norm.out", 0), net_vector(b, "norm.out", 0),
                     TINY_DIM * sizeof(float));
    for (size_t i = 0; i < TINY_DIM; i++)
        ck_assert_double_eq_tol((double)net_vector(a, "norm.out", 0)[i], 1, 0.25);
    stamp_network_close(a);
    stamp_network_close(b);
    stamp_network_close(c);
    ck_assert_ptr_null(random_model(",seed=x", STAMP_ERANGE));
    ck_assert_ptr_null(random_model(",layers=0", STAMP_ERANGE));
    ck_assert_ptr_null(random_model(",color=1", STAMP_ERANGE));
}
END_TEST

static uint64_t size_of(const struct stamp_lazy *t)
{
    return (uint64_t)t->rows * t->cols;
}

/* Weights of a model, vectors included. */
static uint64_t weights(const struct stamp_network *m)
{
    uint64_t n = m->dec.dim + size_of(net_embed(m)) + (m->dec.tied ? 0 : size_of(net_head(m)));

    for (size_t i = 0; i < m->dec.layers; i++) {
        const struct net_layer l_of = net_layer(m, i), *l = &l_of;
        n += size_of(l->wq) + size_of(l->wk) + size_of(l->wv) + size_of(l->wo);
        n += size_of(l->w1) + size_of(l->w2) + size_of(l->w3) + 2 * m->dec.dim;
        if (l->bias_q) n += l->wq->rows + l->wk->rows + l->wv->rows;
        if (l->norm_q) n += 2 * m->dec.head_dim;
    }
    return n;
}

START_TEST(true_configs_have_as_many_weights_as_published)
{
    static const struct {
        const char *file;
        uint64_t weights; /* "total_parameters" of the models' pages */
    } models[] = {{"Llama-3.1-8B", 8030261248}, {"Llama-3.2-1B", 1235814400},
                  {"Llama-3.2-3B", 3212749824}, {"Qwen2.5-0.5B", 494032768},
                  {"Qwen2.5-7B", 7615616512},   {"Qwen3-0.6B", 596049920},
                  {"Qwen3-4B", 4022468096}};
    char path[600];

    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct stamp_network *m = NULL;
        struct stamp_err e;
        snprintf(path, sizeof path, "configs/%s.json", models[i].file);
        const char *config = front_shared(path);
        if (!config) return;
        snprintf(path, sizeof path, "random:%s", config);
        ck_assert_msg(stamp_network_open(path, &m, &e) == STAMP_OK, "%s", e.text);
        ck_assert_msg(weights(m) == models[i].weights, "%s: %llu", models[i].file,
                      (unsigned long long)weights(m));
        stamp_network_close(m);
    }
}
END_TEST

START_TEST(random_values_are_near_gaussian)
{
    enum { ROWS = 64, COLS = 4096 };
    const struct stamp_lazy t = {.kind = STAMP_LAZY_RANDOM,
                                 .rows = ROWS,
                                 .cols = COLS,
                                 .seed = stamp_lazy_seed("x", 7),
                                 .spread = 1.0f};
    static float v[ROWS * COLS];
    double sum = 0, square = 0, fourth = 0, next = 0, below = 0;
    const double n = ROWS * COLS;

    ck_assert_int_eq(stamp_lazy_rows(&t, 0, ROWS, v, NULL), STAMP_OK);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        const double x = (double)v[i];
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
        next += x * (double)v[(i + COLS + 1) % (ROWS * COLS)];
        below += fabs(x) < 1;
    }
    /* Five standard errors each; kurtosis of a sum of 8 is 3 - 1.2/8. */
    ck_assert_double_eq_tol(sum / n, 0, 5 / sqrt(n));
    ck_assert_double_eq_tol(square / n, 1, 5 * sqrt(2 / n));
    ck_assert_double_eq_tol(fourth / n, 3 - 1.2 / 8, 5 * sqrt(96 / n));
    ck_assert_double_eq_tol(next / n, 0, 5 / sqrt(n));
    ck_assert_double_eq_tol(below / n, 0.6827, 0.01);
}
END_TEST

TCase *stamp_tcase_gguf(void)
{
    TCase *c = tcase_create("gguf");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, every_tensor_type_gives_its_values);
    tcase_add_test(c, rows_of_qwen_heads_are_put_side_by_side);
    tcase_add_test(c, every_truncation_is_refused);
    tcase_add_test(c, a_failing_allocation_is_reported);
    tcase_add_test(c, its_tokenizer_is_that_of_the_bin_file);
    tcase_add_test(c, a_control_token_is_taken_out_of_a_text_whole);
    tcase_add_test(c, stories260K_is_the_same_model_in_both_formats);
    tcase_add_test(c, version_1_is_refused_by_its_version);
    tcase_add_test(c, random_rows_depend_on_seed_name_and_row_alone);
    tcase_add_test(c, true_configs_have_as_many_weights_as_published);
    tcase_add_test(c, random_values_are_near_gaussian);
    return c;
}
