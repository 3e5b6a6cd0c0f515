/* SPDX-License-Identifier: Apache-2.0 */
/* test_dit_config.c - config.json of diffusion transformers, their positions and times. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/dit.h"
#include "compiler/family/network.h"
#include "model/mem.h"

Suite *stamp_suite_dit_config(void);

static const struct stamp_dit_grid own = {0, 0};

struct key_case {
    const char *more; /* behind a sound config, whose keys it may not repeat */
    enum stamp_status status;
    const char *say;
};

#define PIX_SIZES                                                                                  \
    "{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":2,"                     \
    "\"attention_head_dim\":4"
#define SANA_SIZES                                                                                 \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":2,"                       \
    "\"attention_head_dim\":4"
#define CROSS ",\"num_cross_attention_heads\":4,\"cross_attention_head_dim\":2"
#define TEXT  ",\"caption_channels\":6"

static const struct key_case keys[] = {
    {PIX_SIZES TEXT, STAMP_OK, NULL},
    {SANA_SIZES CROSS TEXT, STAMP_OK, NULL},
    {"[]", STAMP_EFORMAT, "config.json"},
    {"{", STAMP_EFORMAT, "config.json"},
    {"{\"_class_name\":7", STAMP_EFORMAT, "no _class_name"},
    {"{\"num_layers\":7", STAMP_EFORMAT, "no _class_name"},
    {"{\"_class_name\":\"FluxTransformer2DModel\"", STAMP_EUNSUPPORTED, "FluxTransformer2DModel"},
    {PIX_SIZES, STAMP_EFORMAT, "no caption_channels"},
    {PIX_SIZES TEXT ",\"caption_channels\":7", STAMP_EFORMAT, "caption_channels"},
    {PIX_SIZES ",\"caption_channels\":0", STAMP_ERANGE, "caption_channels"},
    {PIX_SIZES ",\"caption_channels\":1.5", STAMP_ERANGE, "caption_channels"},
    {PIX_SIZES ",\"caption_channels\":\"6\"", STAMP_ERANGE, "caption_channels"},
    {PIX_SIZES ",\"caption_channels\":65537", STAMP_ERANGE, "caption_channels"},
    {PIX_SIZES TEXT ",\"num_layers\":0", STAMP_ERANGE, "num_layers"},
    {PIX_SIZES TEXT ",\"in_channels\":65", STAMP_ERANGE, "65 channels"},
    {PIX_SIZES TEXT ",\"patch_size\":3", STAMP_ERANGE, "patches of 3 in a latent of 128"},
    {PIX_SIZES TEXT ",\"patch_size\":256", STAMP_ERANGE, "patches of 256"},
    {PIX_SIZES TEXT ",\"cross_attention_dim\":16", STAMP_EUNSUPPORTED, "cross_attention_dim 16"},
    {PIX_SIZES TEXT ",\"mlp_ratio\":0", STAMP_ERANGE, "mlp_ratio"},
    {PIX_SIZES TEXT ",\"mlp_ratio\":0.1", STAMP_ERANGE, "rows of 8 and 0"},
    {PIX_SIZES TEXT ",\"mlp_ratio\":\"4\"", STAMP_ERANGE, "mlp_ratio"},
    {PIX_SIZES TEXT ",\"norm_eps\":1", STAMP_ERANGE, "norm_eps"},
    {PIX_SIZES TEXT ",\"norm_eps\":-1e-6", STAMP_ERANGE, "norm_eps"},
    {PIX_SIZES TEXT ",\"interpolation_scale\":0", STAMP_ERANGE, "interpolation_scale"},
    {PIX_SIZES TEXT ",\"interpolation_scale\":true", STAMP_ERANGE, "interpolation_scale"},
    {PIX_SIZES TEXT ",\"model_max_length\":0", STAMP_ERANGE, "model_max_length"},
    {PIX_SIZES TEXT ",\"sample_size\":8,\"kv_compress\":3", STAMP_EFORMAT, "kv_compress"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[1]}", STAMP_EFORMAT, "kv_compress"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"factor\":2}", STAMP_EFORMAT, "kv_compress"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[1],\"factor\":1}", STAMP_EFORMAT, "2 to 8"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[1],\"factor\":9}", STAMP_EFORMAT, "2 to 8"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[28],\"factor\":2}", STAMP_EUNSUPPORTED,
     "not a run of the 28 blocks"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[3,5],\"factor\":2}", STAMP_EUNSUPPORTED,
     "not a run"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[5,4],\"factor\":2}", STAMP_EUNSUPPORTED,
     "not a run"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[5,5],\"factor\":2}", STAMP_EUNSUPPORTED,
     "not a run"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[\"5\"],\"factor\":2}", STAMP_EUNSUPPORTED,
     "not a run"},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[],\"factor\":2}", STAMP_OK, NULL},
    {PIX_SIZES TEXT ",\"kv_compress\":{\"layers\":[5],\"factor\":3}", STAMP_EUNSUPPORTED,
     "a grid of 64 x 64 is not whole squares of 3"},
    {"{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":3,"
     "\"attention_head_dim\":2" TEXT,
     STAMP_EFORMAT, "positions need a width of fours, not 6"},
    {"{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":65536,"
     "\"attention_head_dim\":65536" TEXT ",\"cross_attention_dim\":65536",
     STAMP_EUNSUPPORTED, "attention to the text is 4294967296 wide"},
    {SANA_SIZES TEXT, STAMP_EUNSUPPORTED, "attention to the text is 2240 wide"},
    {SANA_SIZES CROSS TEXT ",\"qk_norm\":\"layer_norm\"", STAMP_EUNSUPPORTED,
     "qk_norm is \"layer_norm\""},
    {SANA_SIZES CROSS TEXT ",\"qk_norm\":true", STAMP_EUNSUPPORTED, "qk_norm is"},
    {SANA_SIZES CROSS TEXT ",\"attention_bias\":1", STAMP_EFORMAT, "attention_bias"},
    {SANA_SIZES CROSS TEXT ",\"guidance_embeds\":true", STAMP_EUNSUPPORTED, "guidance_embeds"},
    {SANA_SIZES CROSS TEXT ",\"timestep_scale\":1000", STAMP_EUNSUPPORTED, "timestep_scale"},
    {SANA_SIZES CROSS TEXT ",\"timestep_scale\":1.0", STAMP_OK, NULL},
    {PIX_SIZES TEXT ",\"use_additional_conditions\":true", STAMP_EUNSUPPORTED,
     "use_additional_conditions"},
    {PIX_SIZES TEXT ",\"attention_bias\":false", STAMP_EUNSUPPORTED, "attention_bias"},
    {PIX_SIZES TEXT ",\"activation_fn\":\"gelu\"", STAMP_EUNSUPPORTED, "activation_fn"},
};
enum { KEY_CASES = sizeof keys / sizeof keys[0] };

START_TEST(keys_are_taken_or_refused_by_name)
{
    const struct key_case *c = &keys[_i];
    struct stamp_network m = {.vocab = 77};
    struct stamp_err e = {0};
    char text[600];

    const bool object = c->more[0] == '{' && c->more[1];
    snprintf(text, sizeof text, "%s%s", c->more, object ? "}" : "");
    const enum stamp_status s = stamp_dit_config("config.json", text, strlen(text), own, &m, &e);
    ck_assert_msg(s == c->status, "%s: status %d: %s", c->more, (int)s, e.text);
    if (c->say) ck_assert_msg(strstr(e.text, c->say), "%s: %s", c->more, e.text);
    ck_assert_uint_eq(m.vocab, s ? 77 : 0); /* a failure touches nothing */
}
END_TEST

START_TEST(what_is_absent_is_as_diffusers_has_it)
{
    struct stamp_network m = {0};
    struct stamp_err e = {0};
    static const char pixart[] = PIX_SIZES TEXT "}", sana[] = SANA_SIZES CROSS TEXT "}";
    static const char as_in[] = PIX_SIZES TEXT ",\"out_channels\":null,\"sample_size\":192}";

    ck_assert_msg(!stamp_dit_config("c", pixart, strlen(pixart), own, &m, &e), "%s", e.text);
    const struct stamp_dit *d = &m.dit;
    ck_assert(d->channels == 4 && d->out_channels == 8 && d->layers == 28 && d->patch == 2);
    ck_assert(d->sample == 128 && d->hidden == 32 && d->eps == 1e-6 && d->interpolation == 2);
    ck_assert(d->grid_h == 64 && d->grid_w == 64 && !d->squeeze && m.ctx == 300);
    ck_assert_msg(!stamp_dit_config("c", as_in, strlen(as_in), own, &m, &e), "%s", e.text);
    ck_assert(d->out_channels == 4 && d->interpolation == 3 && d->grid_h == 96);
    ck_assert_msg(!stamp_dit_config("c", sana, strlen(sana), own, &m, &e), "%s", e.text);
    ck_assert(d->channels == 32 && d->out_channels == 32 && d->layers == 20 && d->patch == 1);
    ck_assert(d->sample == 32 && d->hidden == 20 && d->interpolation == 0);
    ck_assert(!d->attention_bias && !d->qk_norm && m.ctx == 300);
}
END_TEST

/* ---- Positions and time ------------------------------------------------------------------------ */

/* The first half of a row is of the place along the width, the second of that along the height: sines, then
 * cosines of place / 10000^(4 i / width), places stretched to the side it was trained at. */
START_TEST(positions_are_sinusoids_of_the_stretched_grid)
{
    static const struct stamp_dit cases[] = {
        {.dim = 8, .sample = 8, .patch = 2, .interpolation = 1, .grid_h = 4, .grid_w = 4},
        {.dim = 72, .sample = 128, .patch = 2, .interpolation = 2, .grid_h = 3, .grid_w = 7},
        {.dim = 20, .sample = 32, .patch = 1, .interpolation = 0.75, .grid_h = 1, .grid_w = 50},
        {.dim = 4, .sample = 256, .patch = 4, .interpolation = 4, .grid_h = 64, .grid_w = 1}};

    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const struct stamp_dit *d = &cases[k];
        const size_t half = d->dim / 2, quarter = d->dim / 4, n = d->grid_h * d->grid_w;
        float *x = stamp_alloc(n * d->dim, sizeof *x);
        ck_assert_ptr_nonnull(x);
        stamp_dit_positions(d, x);
        for (size_t r = 0; r < n; r++)
            for (size_t i = 0; i < d->dim; i++) {
                const bool tall = i >= half;
                const long double stretch = (long double)(d->sample / d->patch) /
                                            (tall ? d->grid_h : d->grid_w) / d->interpolation;
                const long double place = (tall ? r / d->grid_w : r % d->grid_w) * stretch;
                const size_t j = i % half % quarter;
                const long double angle = place / powl(10000, (long double)j / quarter);
                const long double want = i % half < quarter ? sinl(angle) : cosl(angle);
                ck_assert_msg(fabsl(x[r * d->dim + i] - want) <= 0x1.01p-25L,
                              "case %zu: [%zu][%zu]", k, r, i);
            }
        stamp_free(x);
    }
}
END_TEST

START_TEST(a_time_step_is_cosines_then_sines)
{
    static const float steps[] = {0, 1, 0.5f, 357.25f, 998.999f, 999, 1000, 10000};
    float row[STAMP_DIT_TIME];

    for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
        stamp_dit_time(steps[k], row);
        for (int i = 0; i < 128; i++) {
            const long double angle = steps[k] * powl(10000, -i / 128.0L);
            ck_assert_msg(fabsl(row[i] - cosl(angle)) <= 0x1.01p-25L, "%g: %d", (double)steps[k],
                          i);
            ck_assert_msg(fabsl(row[128 + i] - sinl(angle)) <= 0x1.01p-25L, "%g: %d",
                          (double)steps[k], i);
        }
    }
}
END_TEST

Suite *stamp_suite_dit_config(void)
{
    Suite *s = suite_create("dit_config");
    TCase *c = tcase_create("dit_config");

    tcase_add_loop_test(c, keys_are_taken_or_refused_by_name, 0, KEY_CASES);
    tcase_add_test(c, what_is_absent_is_as_diffusers_has_it);
    tcase_add_test(c, positions_are_sinusoids_of_the_stretched_grid);
    tcase_add_test(c, a_time_step_is_cosines_then_sines);
    suite_add_tcase(s, c);
    return s;
}
