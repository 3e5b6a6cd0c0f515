/* SPDX-License-Identifier: Apache-2.0 */
/* test_reference.c - the binary32 forward pass, its hook, and the known losses. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/hf.h"
#include "compiler/family/llama2c.h"
#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/ref/attention_f32.h"
#include "sim/ref/matmul_f32.h"
#include "sim/ref/perplexity.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/net_of.h"

static struct stamp_network *tiny_bin(void)
{
    static struct sample s; /* borrowed by the model */
    struct stamp_network *m = NULL;
    sample_llama2c(&s);
    ck_assert_int_eq(stamp_llama2c_memory("bin", s.bytes, s.len, &m, NULL), STAMP_OK);
    return m;
}

static struct stamp_network *tiny_hf(void)
{
    static struct sample s; /* borrowed by the model */
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    struct stamp_safetensors *st = NULL;
    sample_config(&s);
    ck_assert_int_eq(stamp_hf_config("config", (const char *)s.bytes, s.len, m, NULL), STAMP_OK);
    sample_safetensors(&s);
    ck_assert_int_eq(stamp_safetensors_memory("st", s.bytes, s.len, &st, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_hf_weights("st", st, m, NULL), STAMP_OK);
    return m;
}

START_TEST(the_product_is_one_running_sum_per_element)
{
    static float x[9 * 33], w[19 * 33], y[9 * 19];
    for (size_t i = 0; i < 9 * 33; i++) x[i] = sample_weight(1, i) * 1.37f;
    for (size_t i = 0; i < 19 * 33; i++) w[i] = sample_weight(2, i) * 0.73f;
    for (size_t s = 1; s <= 9; s++)
        for (size_t n = 1; n <= 19; n++) {
            ck_assert_int_eq(stamp_ref_matmul(s, 33, n, x, w, y, NULL), STAMP_OK);
            for (size_t i = 0; i < s; i++)
                for (size_t j = 0; j < n; j++) {
                    volatile float sum = 0, product; /* every rounding made visible */
                    for (size_t k = 0; k < 33; k++) {
                        product = x[i * 33 + k] * w[j * 33 + k];
                        sum = sum + product;
                    }
                    ck_assert(y[i * n + j] == sum);
                }
        }
}
END_TEST

START_TEST(rotary_embedding_turns_neighbours)
{
    const double freq[2] = {1.0, 0.5};
    float a[8] = {9, 9, 9, 9, 1, 0, 0, 2};

    stamp_rope_f32(2, 1, 4, freq, a);
    for (size_t i = 0; i < 4; i++) ck_assert(a[i] == 9); /* position 0 stays */
    /* cos 1 = 0.540302, sin 1 = 0.841471, cos 0.5 = 0.877583, sin 0.5 = 0.479426 */
    const double want[4] = {0.540302, 0.841471, -0.958851, 1.755165};
    for (size_t i = 0; i < 4; i++) ck_assert_double_eq_tol((double)a[4 + i], want[i], 1e-6);
}
END_TEST

START_TEST(both_layouts_of_the_same_model_give_the_same_logits)
{
    const int32_t tokens[16] = {1, 3, 5, 0, 2, 4, 4, 1, 3, 3, 0, 5, 2, 1, 0, 4};
    struct stamp_network *a = tiny_bin(), *b = tiny_hf();
    float x[16 * TINY_VOCAB], y[16 * TINY_VOCAB];

    ck_assert_int_eq(stamp_f32_forward(a, tokens, 16, NULL, x, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_f32_forward(b, tokens, 16, NULL, y, NULL), STAMP_OK);
    for (size_t i = 0; i < 16 * TINY_VOCAB; i++)
        ck_assert_double_eq_tol((double)x[i], (double)y[i], 1e-4);
    for (size_t l = 0; l < TINY_LAYERS; l++)
        net_layer(b, l).wq->pair = 0; /* the wrong layout must show */
    ck_assert_int_eq(stamp_f32_forward(b, tokens, 16, NULL, y, NULL), STAMP_OK);
    double worst = 0;
    for (size_t i = 0; i < 16 * TINY_VOCAB; i++)
        worst = fmax(worst, fabs((double)x[i] - (double)y[i]));
    ck_assert_double_gt(worst, 1e-2);
    stamp_network_close(a);
    stamp_network_close(b);
}
END_TEST

START_TEST(the_past_does_not_see_the_future)
{
    const int32_t a[4] = {1, 3, 5, 0}, b[4] = {1, 3, 5, 2};
    struct stamp_network *m = tiny_bin();
    float x[4 * TINY_VOCAB], y[4 * TINY_VOCAB], z[3 * TINY_VOCAB];

    ck_assert_int_eq(stamp_f32_forward(m, a, 4, NULL, x, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_f32_forward(m, b, 4, NULL, y, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_f32_forward(m, a, 3, NULL, z, NULL), STAMP_OK);
    ck_assert_mem_eq(x, y, 3 * TINY_VOCAB * sizeof *x);
    ck_assert_mem_ne(x + 3 * TINY_VOCAB, y + 3 * TINY_VOCAB, TINY_VOCAB * sizeof *x);
    for (size_t i = 0; i < 3 * TINY_VOCAB; i++)
        ck_assert_double_eq_tol((double)x[i], (double)z[i], 1e-5);
    stamp_network_close(m);
}
END_TEST

struct seen {
    size_t calls, steps, stop_at;
    bool right;
};

static enum stamp_status watch(void *ctx, struct stamp_gat at, const char *layer, size_t s,
                               size_t d, size_t n, const float *x, const float *w, float *y,
                               struct stamp_err *e)
{
    static const struct {
        const char *part;
        size_t d, n;
    } order[7] = {{"q", 8, 8},     {"k", 8, 4},   {"v", 8, 4},    {"o", 8, 8},
                  {"gate", 8, 12}, {"up", 8, 12}, {"down", 12, 8}};
    struct seen *seen = ctx;
    char name[32];
    const size_t i = seen->calls++;

    (void)at;
    snprintf(name, sizeof name, "layers.%zu.%s", i / 7, order[i % 7].part);
    if (s != 5 || d != order[i % 7].d || n != order[i % 7].n || strcmp(name, layer) != 0)
        seen->right = false;
    return stamp_ref_matmul(s, d, n, x, w, y, e);
}

static enum stamp_status step(void *ctx, size_t done, size_t total, struct stamp_err *e)
{
    struct seen *seen = ctx;
    seen->steps++;
    if (done != seen->steps || total != TINY_LAYERS + 1) seen->right = false;
    return seen->steps == seen->stop_at ? stamp_fail(e, STAMP_EINTR, "stopped") : STAMP_OK;
}

START_TEST(the_hook_sees_every_linear_layer_in_order_with_its_shape)
{
    const int32_t tokens[5] = {1, 3, 5, 0, 2};
    struct stamp_network *m = tiny_bin();
    struct seen seen = {0, 0, 0, true};
    const struct stamp_f32_hooks hooks = {
        .linear = watch, .linear_ctx = &seen, .progress = step, .progress_ctx = &seen};
    float x[5 * TINY_VOCAB], y[5 * TINY_VOCAB];

    ck_assert_int_eq(stamp_f32_forward(m, tokens, 5, &hooks, x, NULL), STAMP_OK);
    ck_assert_int_eq(stamp_f32_forward(m, tokens, 5, NULL, y, NULL), STAMP_OK);
    ck_assert_uint_eq(seen.calls, 14);
    ck_assert_uint_eq(seen.steps, 3);
    ck_assert(seen.right);
    ck_assert_mem_eq(x, y, sizeof x);

    seen = (struct seen){0, 0, 1, true};
    ck_assert_int_eq((int)stamp_f32_forward(m, tokens, 5, &hooks, x, NULL), (int)STAMP_EINTR);
    ck_assert_uint_eq(seen.calls, 7);
    ck_assert_mem_eq(x, y, sizeof x); /* untouched */
    stamp_network_close(m);
}
END_TEST

START_TEST(capture_gives_the_input_and_weight_of_a_layer)
{
    const int32_t tokens[3] = {1, 3, 5};
    struct stamp_network *m = tiny_bin();
    struct stamp_tensor x, w;
    struct stamp_err e;

    ck_assert_int_eq(stamp_f32_capture(m, tokens, 3, "layers.0.q", &x, &w, &e), STAMP_OK);
    ck_assert_uint_eq(x.dim[0], 3);
    ck_assert_uint_eq(x.dim[1], TINY_DIM);
    float row[TINY_DIM], wq[64];
    ck_assert_int_eq(stamp_lazy_rows(net_layer(m, 0).wq, 0, 8, wq, NULL), STAMP_OK);
    ck_assert_mem_eq(w.f32, wq, sizeof wq);
    for (size_t i = 0; i < 3; i++) { /* the first norm, in double */
        double sum = 0;
        ck_assert_int_eq(stamp_lazy_rows(net_embed(m), (size_t)tokens[i], 1, row, NULL), STAMP_OK);
        for (size_t k = 0; k < 8; k++) sum += pow((double)row[k], 2);
        for (size_t k = 0; k < 8; k++)
            ck_assert_double_eq_tol(
                (double)x.f32[i * 8 + k],
                (double)row[k] / sqrt(sum / 8 + 1e-5) * (double)net_layer(m, 0).norm_att[k], 1e-6);
    }
    stamp_tensor_free(&x);
    stamp_tensor_free(&w);
    ck_assert_int_eq(stamp_f32_capture(m, tokens, 3, "layers.1.down", &x, NULL, &e), STAMP_OK);
    ck_assert_uint_eq(x.dim[1], TINY_HIDDEN);
    stamp_tensor_free(&x);
    ck_assert_int_eq((int)stamp_f32_capture(m, tokens, 3, "layers.2.q", &x, &w, &e),
                     (int)STAMP_ERANGE);
    stamp_network_close(m);
}
END_TEST

START_TEST(tokens_out_of_range_are_refused)
{
    struct stamp_network *m = tiny_bin();
    int32_t tokens[TINY_CTX + 1] = {0};
    float x[(TINY_CTX + 1) * TINY_VOCAB];

    ck_assert_int_eq((int)stamp_f32_forward(m, tokens, 0, NULL, x, NULL), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_f32_forward(m, tokens, TINY_CTX + 1, NULL, x, NULL),
                     (int)STAMP_ERANGE);
    tokens[1] = TINY_VOCAB;
    ck_assert_int_eq((int)stamp_f32_forward(m, tokens, 2, NULL, x, NULL), (int)STAMP_ERANGE);
    tokens[1] = -1;
    ck_assert_int_eq((int)stamp_f32_forward(m, tokens, 2, NULL, x, NULL), (int)STAMP_ERANGE);
    stamp_network_close(m);
}
END_TEST

START_TEST(a_text_is_split_into_trimmed_documents)
{
    const char text[] = "<|endoftext|>\n one \n<|endoftext|> \t\n<|endoftext|>two <| x<|endoftext|";
    const char *want[] = {"one", "two <| x<|endoftext|"}, *doc = NULL;
    size_t at = 0, n = 0, i = 0;

    for (; stamp_text_next(text, sizeof text - 1, &at, &doc, &n); i++) {
        ck_assert_uint_lt(i, 2);
        ck_assert_uint_eq(n, strlen(want[i]));
        ck_assert_mem_eq(doc, want[i], n);
    }
    ck_assert_uint_eq(i, 2);
}
END_TEST

/* Perplexity of a text file under a model; limits as for stamp_perplexity. */
static struct stamp_ppl score(const char *model, const char *tokenizer, const char *text,
                              size_t docs, size_t tokens)
{
    const struct stamp_ppl_limits limits = {docs, tokens};
    struct stamp_network *m = NULL;
    struct stamp_tokenizer *t = NULL;
    struct stamp_ppl p = {0};
    struct stamp_err e;
    char *bytes = NULL;
    size_t len = 0;

    ck_assert_msg(stamp_network_open(model, &m, &e) == STAMP_OK, "%s", e.text);
    ck_assert_msg(stamp_tokenizer_for(model, tokenizer, m->vocab, &t, &e) == STAMP_OK, "%s",
                  e.text);
    ck_assert_msg(stamp_infile_slurp(text, 1 << 24, &bytes, &len, &e) == STAMP_OK, "%s", e.text);
    ck_assert_msg(stamp_perplexity(m, t, bytes, len, &limits, NULL, &p, &e) == STAMP_OK, "%s",
                  e.text);
    ck_assert_int_eq((int)stamp_perplexity(m, t, " \n", 2, &limits, NULL, &p, &e),
                     (int)STAMP_ERANGE); /* p stays */
    stamp_free(bytes);
    stamp_tokenizer_close(t);
    stamp_network_close(m);
    return p;
}

START_TEST(stories260K_has_its_known_loss)
{
    const char *model = front_shared("llm/stories260K.bin"), *tok = front_shared("llm/tok512.bin");
    const char *text = front_shared("text/tinystories.txt");
    if (!model || !tok || !text) return;

    const struct stamp_ppl few = score(model, tok, text, 60, 0);
    ck_assert_uint_eq(few.tokens, 21616);
    ck_assert_double_eq_tol(few.ppl, 3.547, 0.0005);
#ifndef __SANITIZE_ADDRESS__ /* more of the same reads nothing else, and takes ten minutes there */
    const struct stamp_ppl p = score(model, tok, text, 300, 0);
    ck_assert_uint_eq(p.docs, 300);
    ck_assert_uint_eq(p.tokens, 108717);
    ck_assert_double_eq_tol(p.nats / (double)p.tokens, 1.2962, 0.00005);
#endif
    const struct stamp_ppl cut = score(model, tok, text, 0, 1000);
    ck_assert_uint_eq(cut.tokens, 1000);
}
END_TEST

START_TEST(the_shipped_model_has_the_loss_pytorch_gives_it)
{
    const struct stamp_ppl p =
        score("traces/model/stamp-stories", NULL, "traces/model/eval.txt", 0, 0);

    ck_assert_uint_eq(p.docs, 11);
    ck_assert_uint_eq(p.tokens, 4528);
    ck_assert_double_eq_tol(p.nats / (double)p.tokens, 3.340496, 1e-5); /* PyTorch 1.13, float32 */
    ck_assert_double_lt(p.nats / (double)p.tokens, 4.0357); /* a bigram on the same tokens */
}
END_TEST

TCase *stamp_tcase_reference(void)
{
    TCase *c = tcase_create("reference");
    tcase_set_timeout(c, 1200);
    tcase_add_test(c, the_product_is_one_running_sum_per_element);
    tcase_add_test(c, rotary_embedding_turns_neighbours);
    tcase_add_test(c, both_layouts_of_the_same_model_give_the_same_logits);
    tcase_add_test(c, the_past_does_not_see_the_future);
    tcase_add_test(c, the_hook_sees_every_linear_layer_in_order_with_its_shape);
    tcase_add_test(c, capture_gives_the_input_and_weight_of_a_layer);
    tcase_add_test(c, tokens_out_of_range_are_refused);
    tcase_add_test(c, a_text_is_split_into_trimmed_documents);
    tcase_add_test(c, stories260K_has_its_known_loss);
    tcase_add_test(c, the_shipped_model_has_the_loss_pytorch_gives_it);
    return c;
}
