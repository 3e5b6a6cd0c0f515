/* SPDX-License-Identifier: Apache-2.0 */
/* test_dit.c - folders of diffusion transformers: what is read, and what is refused, by name. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/dit.h"
#include "compiler/family/family.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/dit_sample.h"
#include "tests/compiler/keys_rig.h"
#include "tests/compiler/net_of.h"

Suite *stamp_suite_dit(void);

static struct sample file;

static const struct stamp_dit_grid own = {0, 0};

/* Files of a folder, weights in @p parts. */
static void write_folder(const struct dit_sample *v, size_t parts, const char *config)
{
    char name[40];

    if (config)
        put("config.json", config);
    else {
        dit_sample_config(v->sana, &file);
        front_write(front_temp("config.json"), &file);
    }
    unlink(front_temp("diffusion_pytorch_model.safetensors"));
    unlink(front_temp("diffusion_pytorch_model.safetensors.index.json"));
    for (size_t i = 0; i < parts; i++) {
        snprintf(name, sizeof name, "part-%zu.safetensors", i);
        dit_sample_safetensors(v, i, parts, &file);
        front_write(front_temp(parts > 1 ? name : "diffusion_pytorch_model.safetensors"), &file);
    }
    if (parts < 2) return;
    dit_sample_index(v, parts, &file);
    front_write(front_temp("diffusion_pytorch_model.safetensors.index.json"), &file);
}

static enum stamp_status opened(const struct dit_sample *v, size_t parts,
                                struct stamp_dit_grid grid, struct stamp_network **m,
                                struct stamp_err *e)
{
    write_folder(v, parts, NULL);
    *m = NULL;
    *e = (struct stamp_err){0};
    return stamp_network_open_grid(folder(), grid, m, e);
}

static void refused(const struct dit_sample *v, enum stamp_status status,
                    const char *const words[3])
{
    struct stamp_network *m;
    struct stamp_err e;
    const enum stamp_status s = opened(v, 1, own, &m, &e);

    ck_assert_msg(s == status, "status %d, not %d: %s (%s)", (int)s, (int)status, e.text, words[0]);
    ck_assert_ptr_null(m);
    ck_assert(!strchr(e.text, '\n'));
    for (int i = 0; i < 3 && words[i]; i++)
        ck_assert_msg(strstr(e.text, words[i]), "no '%s' in: %s", words[i], e.text);
}

/* What the network makes of numbers that are always the same. */
static const float *prediction(const struct stamp_network *m, size_t *count)
{
    enum { MOST = DIT_GRID * DIT_GRID * 16 };
    static float y[2][MOST], x[MOST], time[STAMP_DIT_TIME], text[3 * DIT_CAPTION];
    const float *const in[] = {x, time, text};
    const struct stamp_gvalue *out = &m->graph->value[m->graph->values - 1];
    static int turn;
    struct stamp_err e = {0};

    *count = (size_t)out->rows * out->cols;
    ck_assert_uint_le(*count, MOST);
    for (int i = 0; i < MOST; i++) x[i] = sample_weight(40, (size_t)i);
    for (int i = 0; i < 3 * DIT_CAPTION; i++) text[i] = sample_weight(41, (size_t)i);
    stamp_dit_time(321, time);
    turn = !turn;
    ck_assert_msg(!stamp_f32_inputs(m, &(struct stamp_ginputs){3, in}, NULL, y[turn], &e), "%s",
                  e.text);
    return y[turn];
}

/* ---- What is read ------------------------------------------------------------------------------ */

START_TEST(types_and_shards_give_one_network)
{
    static const char *const types[] = {"F32", "F16", "BF16"};
    struct dit_sample v = dit_sample(_i);
    struct stamp_network *m;
    struct stamp_err e;
    float want[DIT_GRID * DIT_GRID * 16];
    size_t count = 0, n = 0;

    ck_assert_msg(!opened(&v, 1, own, &m, &e), "%s", e.text);
    ck_assert_str_eq(m->family->name, _i ? "SANA" : "PixArt");
    ck_assert_str_eq(m->format, "safetensors");
    ck_assert_uint_eq(m->notes.count, 0);
    ck_assert(stamp_network_paints(m));
    const float *y = prediction(m, &count);
    memcpy(want, y, count * sizeof *want);
    for (size_t i = 0; i < count; i++) ck_assert(isfinite(want[i]));
    stamp_network_close(m);
    for (size_t type = 0; type < 4; type++)
        for (size_t parts = 1; parts < 4; parts++) {
            for (size_t i = 0; i < v.count; i++) v.tensor[i].dtype = types[type < 3 ? type : i % 3];
            ck_assert_msg(!opened(&v, parts, own, &m, &e), "%s", e.text);
            ck_assert_mem_eq(prediction(m, &n), want, count * sizeof *want);
            stamp_network_close(m);
        }
}
END_TEST

/* A number of tensor @p tensor, at [row][col] of a matrix of @p cols. */
static float at(const char *tensor, size_t cols, size_t row, size_t col)
{
    return dit_sample_number(tensor, row * cols + col);
}

static void vector_is(const struct stamp_network *m, const char *param, uint32_t time,
                      const char *tensor, size_t first, float plus, size_t n)
{
    const uint32_t p = stamp_network_param(m, param);

    ck_assert_msg(p != UINT32_MAX, "no %s", param);
    const float *x = stamp_network_vector(m, p, time);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(x[i] == dit_sample_number(tensor, first + i) + plus, "%s[%zu]", param, i);
}

static void matrix_is(const struct stamp_network *m, const char *param, const char *tensor,
                      size_t first, size_t rows, size_t cols)
{
    const uint32_t p = stamp_network_param(m, param);
    float row[300];
    struct stamp_err e = {0};

    ck_assert_msg(p != UINT32_MAX, "no %s", param);
    const struct stamp_lazy *t = stamp_network_matrix(m, p, 0);
    ck_assert_uint_eq(t->rows, rows);
    ck_assert_uint_eq(t->cols, cols);
    for (size_t r = 0; r < rows; r++) {
        ck_assert(!stamp_lazy_rows(t, r, 1, row, &e));
        for (size_t c = 0; c < cols; c++)
            ck_assert_msg(row[c] == at(tensor, cols, first + r, c), "%s[%zu][%zu]", param, r, c);
    }
}

static void taps_are(const struct stamp_network *m, const char *param, const char *tensor,
                     size_t first, size_t cols, size_t taps)
{
    const float *x = stamp_network_vector(m, stamp_network_param(m, param), 0);

    for (size_t t = 0; t < taps; t++)
        for (size_t c = 0; c < cols; c++)
            ck_assert_msg(x[t * cols + c] == at(tensor, taps, first + c, t), "%s[%zu][%zu]", param,
                          t, c);
}

START_TEST(parts_of_tensors_are_where_they_belong)
{
    static const char *const six[] = {"shift_att", "scale_att", "gate_att",
                                      "shift_ffn", "scale_ffn", "gate_ffn"};
    const struct dit_sample v = dit_sample(_i);
    const char *time = _i ? "time_embed.linear" : "adaln_single.linear";
    struct stamp_network *m;
    struct stamp_err e;
    char name[80], tensor[80];

    ck_assert_msg(!opened(&v, 1, own, &m, &e), "%s", e.text);
    for (size_t i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "time.%s.weight", six[i]);
        snprintf(tensor, sizeof tensor, "%s.weight", time);
        matrix_is(m, name, tensor, i * DIT_DIM, DIT_DIM, DIT_DIM);
        snprintf(name, sizeof name, "time.%s.bias", six[i]);
        snprintf(tensor, sizeof tensor, "%s.bias", time);
        vector_is(m, name, 0, tensor, i * DIT_DIM, 0, DIT_DIM);
        snprintf(name, sizeof name, "%s.table", six[i]);
        vector_is(m, name, 0, "transformer_blocks.0.scale_shift_table", i * DIT_DIM, i % 3 == 1,
                  DIT_DIM);
        snprintf(name, sizeof name, "s_%s.table", six[i]);
        if (!_i)
            vector_is(m, name, 0, "transformer_blocks.1.scale_shift_table", i * DIT_DIM, i % 3 == 1,
                      DIT_DIM);
    }
    vector_is(m, "shift_out.table", 0, "scale_shift_table", 0, 0, DIT_DIM);
    vector_is(m, "scale_out.table", 0, "scale_shift_table", DIT_DIM, 1, DIT_DIM);
    if (_i) {
        matrix_is(m, "value_up.weight", "transformer_blocks.0.ff.conv_inverted.weight", 0, 20, 8);
        matrix_is(m, "gate_up.weight", "transformer_blocks.0.ff.conv_inverted.weight", 20, 20, 8);
        vector_is(m, "value_up.bias", 0, "transformer_blocks.0.ff.conv_inverted.bias", 0, 0, 20);
        vector_is(m, "gate_up.bias", 0, "transformer_blocks.0.ff.conv_inverted.bias", 20, 0, 20);
        taps_are(m, "value_conv.weight", "transformer_blocks.0.ff.conv_depth.weight", 0, 20, 9);
        taps_are(m, "gate_conv.weight", "transformer_blocks.0.ff.conv_depth.weight", 20, 20, 9);
        vector_is(m, "gate_conv.bias", 0, "transformer_blocks.0.ff.conv_depth.bias", 20, 0, 20);
    } else {
        taps_are(m, "s_squeeze.weight", "transformer_blocks.1.attn1.sr.weight", 0, 8, 4);
        vector_is(m, "s_squeeze.gain", 0, "transformer_blocks.1.attn1.norm.weight", 0, 0, 8);
    }
    stamp_network_close(m);
}
END_TEST

/* ---- Tensors ----------------------------------------------------------------------------------- */

START_TEST(every_tensor_that_is_missing_is_named)
{
    const struct dit_sample all = dit_sample(_i);

    for (size_t i = 0; i < all.count; i++) {
        const char *name = all.tensor[i].name;
        struct dit_sample v = all;
        dit_sample_drop(&v, name);
        refused(&v, STAMP_EFORMAT, (const char *[3]){folder(), name, "is missing"});
    }
}
END_TEST

START_TEST(a_tensor_too_many_is_named)
{
    static const char *const extra[] = {"transformer_blocks.2.attn1.to_q.weight",
                                        "transformer_blocks.0.norm1.weight",
                                        "transformer_blocks.0.attn1.sr.weight",
                                        "transformer_blocks.0.ff.conv_point.bias",
                                        "adaln_single.emb.resolution_embedder.linear_1.weight",
                                        "guidance_embedder.weight",
                                        "x"};

    for (size_t i = 0; i < sizeof extra / sizeof extra[0]; i++) {
        struct dit_sample v = dit_sample(_i);
        struct dit_tensor t = {"", "F32", 1, {DIT_DIM}};
        snprintf(t.name, sizeof t.name, "%s", extra[i]);
        dit_sample_add(&v, t);
        refused(&v, STAMP_EFORMAT,
                (const char *[3]){"diffusion_pytorch_model.safetensors", extra[i], "has no place"});
    }
    struct dit_sample v = dit_sample(_i); /* which is made, not read */
    struct stamp_network *m;
    struct stamp_err e;
    dit_sample_add(&v, (struct dit_tensor){"pos_embed.pos_embed", "F32", 3, {1, 16, DIT_DIM}});
    ck_assert_msg(!opened(&v, 1, own, &m, &e), "%s", e.text);
    stamp_network_close(m);
}
END_TEST

START_TEST(every_tensor_of_a_wrong_shape_or_type_is_named)
{
    const struct dit_sample all = dit_sample(_i);
    int cases = 0;

    for (size_t i = 0; i < all.count; i++)
        for (int how = 0; how < 6; how++) { /* longer, shorter, in one dimension, turned, types */
            struct dit_sample v = all;
            struct dit_tensor *t = &v.tensor[i];
            const size_t first = t->dim[0];
            if (how == 0) t->dim[t->rank - 1]++;
            if (how == 1) t->dim[0]--;
            if (how == 2 && t->rank == 1) continue;
            if (how == 2)
                t->dim[0] *= t->dim[1] * (t->rank > 2 ? t->dim[2] * t->dim[3] : 1), t->rank = 1;
            if (how == 3 && (t->rank != 2 || t->dim[0] == t->dim[1])) continue;
            if (how == 3) t->dim[0] = t->dim[1], t->dim[1] = first;
            if (how >= 4) t->dtype = how == 4 ? "I32" : "U32";
            refused(
                &v, how < 4 ? STAMP_EFORMAT : STAMP_EUNSUPPORTED,
                (const char *[3]){"diffusion_pytorch_model.safetensors", t->name,
                                  how < 4 ? "config.json needs" : "F32, F16 or BF16 is needed"});
            cases++;
        }
    ck_assert_int_gt(cases, 150);
}
END_TEST

START_TEST(folders_without_a_file_are_told)
{
    const struct dit_sample v = dit_sample(_i);
    struct stamp_network *m = NULL;
    struct stamp_err e = {0};

    write_folder(&v, 1, NULL);
    unlink(front_temp("diffusion_pytorch_model.safetensors"));
    ck_assert_int_eq((int)stamp_dit_open(folder(), own, &m, &e), (int)STAMP_EIO);
    ck_assert_msg(strstr(e.text, "no diffusion_pytorch_model.safetensors"), "%s", e.text);
    write_folder(&v, 3, NULL);
    unlink(front_temp("part-1.safetensors"));
    ck_assert_int_ne((int)stamp_dit_open(folder(), own, &m, &e), (int)STAMP_OK);
    ck_assert_msg(strstr(e.text, "part-1.safetensors"), "%s", e.text);
    unlink(front_temp("config.json"));
    ck_assert_int_eq((int)stamp_dit_open(folder(), own, &m, &e), (int)STAMP_EIO);
    ck_assert_ptr_null(m);
}
END_TEST

/* ---- Grids -------------------------------------------------------------------- */

START_TEST(grids_are_chosen_or_refused)
{
    static const struct {
        struct stamp_dit_grid grid;
        size_t h, w; /* 0: refused */
    } cases[] = {{{0, 0}, 4, 4}, {{2, 6}, 2, 6},    {{6, 0}, 6, 4},    {{0, 2}, 4, 2},
                 {{3, 4}, 0, 0}, {{4097, 2}, 0, 0}, {{2, 4098}, 0, 0}, {{1, 1}, 0, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct dit_sample v = dit_sample(false);
        struct stamp_network *m;
        struct stamp_err e;
        const enum stamp_status s = opened(&v, 1, cases[i].grid, &m, &e);
        ck_assert_msg(!s == (cases[i].h > 0), "%zu: %s", i, e.text);
        if (s) continue;
        ck_assert(m->dit.grid_h == cases[i].h && m->dit.grid_w == cases[i].w);
        ck_assert_uint_eq(m->graph->value[0].rows, cases[i].h * cases[i].w);
        stamp_network_close(m);
    }
}
END_TEST

Suite *stamp_suite_dit(void)
{
    Suite *s = suite_create("dit");
    TCase *c = tcase_create("dit");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, types_and_shards_give_one_network, 0, 2);
    tcase_add_loop_test(c, parts_of_tensors_are_where_they_belong, 0, 2);
    tcase_add_loop_test(c, every_tensor_that_is_missing_is_named, 0, 2);
    tcase_add_loop_test(c, a_tensor_too_many_is_named, 0, 2);
    tcase_add_loop_test(c, every_tensor_of_a_wrong_shape_or_type_is_named, 0, 2);
    tcase_add_loop_test(c, folders_without_a_file_are_told, 0, 2);
    tcase_add_test(c, grids_are_chosen_or_refused);
    suite_add_tcase(s, c);
    return s;
}
