/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile_dit.c - diffusion transformers compiled: every number of the prediction as the network in C has it. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/network.h"
#include "model/mem.h"
#include "sim/net/netrun.h"
#include "tests/compiler/keys_rig.h"

Suite *stamp_suite_compile_dit(void);

struct case_of {
    const char *config;
    struct stamp_dit_grid grid;
    uint32_t tokens;
};

#define PIX(more)                                                                                  \
    "{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":2,"                     \
    "\"attention_head_dim\":36,\"mlp_ratio\":2,\"patch_size\":2,\"sample_size\":128,"              \
    "\"caption_channels\":21" more "}"
#define SAN(more)                                                                                  \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":3,"                       \
    "\"attention_head_dim\":16,\"num_cross_attention_heads\":2,\"cross_attention_head_dim\":24,"   \
    "\"cross_attention_dim\":48,\"in_channels\":5,\"sample_size\":16,\"caption_channels\":21" more \
    "}"

/* Heads of 64 lie as they are, also in blocks of features. */
#define NORMED                                                                                     \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":1,"                       \
    "\"attention_head_dim\":64,\"num_cross_attention_heads\":1,\"cross_attention_head_dim\":64,"   \
    "\"cross_attention_dim\":64,\"in_channels\":5,\"sample_size\":16,\"caption_channels\":21,"     \
    "\"num_layers\":2,\"qk_norm\":\"rms_norm_across_heads\"}"

/* Heads shorter than wide's lines, or than two, which the norm of a whole row counts one behind the other. */
#define PARTED(heads, head, cross, cross_head, width)                                              \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":" heads                   \
    ",\"attention_head_dim\":" head ",\"num_cross_attention_heads\":" cross                        \
    ",\"cross_attention_head_dim\":" cross_head ",\"cross_attention_dim\":" width                  \
    ",\"in_channels\":5,\"sample_size\":16,\"caption_channels\":21,\"num_layers\":2,"              \
    "\"qk_norm\":\"rms_norm_across_heads\"}"

static const struct case_of cases[] = {
    {PIX(",\"num_layers\":2"), {5, 7}, 5},
    {PIX(",\"num_layers\":1,\"norm_eps\":1e-3"), {1, 9}, 300},
    {PIX(",\"num_layers\":3,\"kv_compress\":{\"layers\":[1],\"factor\":2}"), {4, 6}, 5},
    {PIX(",\"num_layers\":1"), {1, 1}, 1},
    {SAN(",\"num_layers\":2"), {8, 8}, 5},
    {SAN(",\"num_layers\":1"), {5, 7}, 1},
    {SAN(",\"num_layers\":1,\"attention_bias\":true,\"interpolation_scale\":1.5"), {1, 9}, 300},
    {SAN(",\"num_layers\":1"), {17, 16}, 3},
    {SAN(",\"num_layers\":2"), {1, 1}, 5},
    {NORMED, {3, 5}, 4},
    {PARTED("7", "32", "2", "112", "224"), {3, 5}, 4},
    {PARTED("7", "16", "1", "112", "112"), {8, 9}, 70},
    {PARTED("1", "48", "3", "16", "48"), {1, 1}, 1},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static const enum stamp_transform transforms[] = {STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT,
                                                  STAMP_DCT};

static float *some(unsigned tensor, size_t n)
{
    float *x = stamp_alloc(n, sizeof *x);

    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++) x[i] = 4 * sample_weight(tensor, i);
    return x;
}

static void run(const struct stamp_network *m, const struct case_of *c,
                const struct stamp_netrun_options *o)
{
    const struct stamp_gvalue *in = &m->graph->value[0],
                              *out = &m->graph->value[m->graph->values - 1];
    const size_t numbers = (size_t)out->rows * out->cols;
    float *x = some(1, (size_t)in->rows * in->cols), *text = some(2, c->tokens * m->dit.caption),
          *y = some(3, numbers), *want = some(3, numbers), time[STAMP_DIT_TIME];
    const float *const rows[] = {x, time, text};
    const struct stamp_ginputs inputs = {c->tokens, rows};
    struct stamp_netrun_options in_c = *o;
    struct stamp_netrun *run = NULL;
    struct stamp_err e = {0};

    in_c.on = &stamp_on_net;
    stamp_dit_time(417, time);
    for (int device = 0; device < 2; device++) {
        ck_assert_msg(!stamp_netrun_new(m, device ? o : &in_c, &run, &e), "%s", e.text);
        ck_assert_msg(!stamp_netrun_inputs(run, &inputs, device ? y : want, &e), "%s", e.text);
        stamp_netrun_free(run);
    }
    for (size_t i = 0; i < numbers; i++)
        ck_assert_msg(!memcmp(&y[i], &want[i], sizeof *y),
                      "case %d, %s on %s: number %zu is %a, not %a", (int)(c - cases),
                      stamp_transform_name(o->scheme.transform), o->mach->name, i, (double)y[i],
                      (double)want[i]);
    stamp_free(x), stamp_free(text), stamp_free(y), stamp_free(want);
}

START_TEST(programs_give_what_the_network_in_c_gives)
{
    static const char *const machines[] = {"tiny", "base", "wide"};
    static const uint32_t high[] = {0, 3, 64};
    const struct case_of *c = &cases[_i];
    const int count =
        strstr(c->config, "kv_compress") ? 2 : 3; /* wide parts no heads for a LAYER norm */
    struct stamp_network *m = NULL;
    struct stamp_err e = {0};
    char path[300];

    put("config.json", c->config);
    snprintf(path, sizeof path, "random:%s", front_temp("config.json"));
    ck_assert_msg(!stamp_network_open_grid(path, c->grid, &m, &e), "%s", e.text);
    for (int i = 0; i < 6; i++) {
        struct stamp_netrun_options o = {.mach = stamp_mach_find(machines[i % count]),
                                         .scheme = stamp_scheme_default(),
                                         .kv = {8, 0, false},
                                         .head_bits = i % 4 < 2 ? 8 : 4,
                                         .threads = 1,
                                         .on = &stamp_on_model,
                                         .run = stamp_run_options_default()};
        o.scheme.transform = transforms[(i + _i) % 5];
        o.scheme.high_rows = high[i % 3];
        /* neither blocks of features nor norms of whole rows go over heads that are padded */
        o.scheme.block = i < 3 || m->dit.head_dim != 64 ? 0 : STAMP_BLOCK;
        o.scheme.sink = false;
        o.scheme.grid_h = (uint32_t)c->grid.height;
        o.scheme.grid_w = (uint32_t)c->grid.width;
        run(m, c, &o);
    }
    stamp_network_close(m);
}
END_TEST

Suite *stamp_suite_compile_dit(void)
{
    Suite *s = suite_create("compile_dit");
    TCase *c = tcase_create("compile_dit");

    tcase_set_timeout(c, 200);
    tcase_add_loop_test(c, programs_give_what_the_network_in_c_gives, 0, CASES);
    suite_add_tcase(s, c);
    return s;
}
