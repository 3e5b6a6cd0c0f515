/* SPDX-License-Identifier: Apache-2.0 */
/* test_vit.c - checkpoints of vision transformers: what is read, and what is refused, by name. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/family.h"
#include "compiler/family/vit.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/vit_sample.h"

static struct sample file;

static const char config[] = "{\"architecture\":\"vit\",\"model_args\":{\"num_heads\":2}}";

/* Tensors beside a config, or alone. */
static enum stamp_status opened(const struct vit_sample *v, bool npz, const char *text,
                                struct stamp_network **m, struct stamp_err *e)
{
    const char *path = front_temp(npz ? "v.npz" : "v.safetensors");

    (npz ? vit_sample_npz : vit_sample_safetensors)(v, &file);
    front_write(path, &file);
    *m = NULL;
    return stamp_vit_open(path, "folder", text, text ? strlen(text) : 0, m, e);
}

/* Refused with all the words in one line. */
static void refused(const struct vit_sample *v, bool npz, const char *text,
                    enum stamp_status status, const char *const words[3])
{
    struct stamp_network *m;
    struct stamp_err e = {0};
    const enum stamp_status s = opened(v, npz, text, &m, &e);

    ck_assert_msg(s == status, "status %d, not %d: %s (%s)", (int)s, (int)status, e.text, words[0]);
    ck_assert_ptr_null(m);
    ck_assert(!strchr(e.text, '\n'));
    for (int i = 0; i < 3 && words[i]; i++)
        ck_assert_msg(strstr(e.text, words[i]), "no '%s' in: %s", words[i], e.text);
}

static const float *logits(const struct stamp_network *m)
{
    static float y[2][VIT_CLASSES], x[VIT_SIDE * VIT_SIDE * 3];
    static int turn;
    struct stamp_err e = {0};

    for (int i = 0; i < VIT_SIDE * VIT_SIDE * 3; i++) x[i] = sample_weight(40, (size_t)i);
    turn = !turn;
    ck_assert_msg(!stamp_f32_rows(m, x, NULL, y[turn], &e), "%s", e.text);
    return y[turn];
}

START_TEST(both_formats_give_one_network_of_the_sizes_that_the_shapes_tell)
{
    const struct vit_sample v = vit_sample();
    struct stamp_network *a, *b;
    struct stamp_err e = {0};

    ck_assert_msg(!opened(&v, false, config, &a, &e), "%s", e.text);
    ck_assert_msg(!opened(&v, true, config, &b, &e), "%s", e.text);
    ck_assert_str_eq(a->format, "safetensors");
    ck_assert_str_eq(b->format, "npz");
    ck_assert_str_eq(a->family->name, "ViT");
    const size_t got[8] = {a->vit.dim,     a->vit.heads, a->vit.depth, a->vit.hidden,
                           a->vit.classes, a->vit.side,  a->vit.patch, a->vit.prepare.input},
                 want[8] = {8, 2, 1, 6, 7, 4, 2, 4};
    ck_assert_mem_eq(got, want, sizeof got);
    ck_assert_uint_eq(a->vocab, 7);
    ck_assert_mem_eq(logits(a), logits(b), VIT_CLASSES * sizeof(float));
    stamp_network_close(a);
    stamp_network_close(b);
}
END_TEST

START_TEST(every_tensor_that_is_missing_is_named)
{
    const struct vit_sample all = vit_sample();

    for (size_t i = 0; i < all.count; i++)
        for (int npz = 0; npz < 2; npz++) {
            const char *name = all.tensor[i].name;
            struct vit_sample v = all;
            vit_sample_drop(&v, name);
            refused(&v, npz, config, STAMP_EFORMAT,
                    (const char *[3]){"folder: ", name, "is missing"});
        }
}
END_TEST

START_TEST(a_tensor_too_many_is_named)
{
    static const char *const extra[] = {"blocks.0.ls1.gamma", "blocks.0.attn.q_norm.weight",
                                        "blocks.1.norm2.weight", "norm_pre.weight", "reg_token"};
    for (size_t i = 0; i < sizeof extra / sizeof extra[0]; i++)
        for (int npz = 0; npz < 2; npz++) {
            struct vit_sample v = vit_sample();
            vit_sample_add(&v, (struct vit_tensor){extra[i], "F32", 1, {VIT_DIM}});
            refused(&v, npz, config, STAMP_EFORMAT,
                    (const char *[3]){npz ? "v.npz" : "v.safetensors", extra[i], "has no place"});
        }
}
END_TEST

START_TEST(every_tensor_of_a_wrong_shape_is_named)
{
    const struct vit_sample all = vit_sample();
    int cases = 0;

    for (size_t i = 0; i < all.count; i++)
        for (int how = 0; how < 4; how++) { /* longer, shorter, a dimension more, turned */
            struct vit_sample v = all;
            struct vit_tensor *t = &v.tensor[i];
            if (how == 0) t->dim[t->rank - 1]++;
            if (how == 1) t->dim[t->rank - 1]--;
            if (how == 2) t->dim[t->rank++] = 1;
            if (how == 3) {
                const size_t k = t->dim[0];
                if (t->rank < 2 || k == t->dim[t->rank - 1]) continue;
                t->dim[0] = t->dim[t->rank - 1];
                t->dim[t->rank - 1] = k;
            }
            struct stamp_network *m;
            struct stamp_err e = {0};
            const enum stamp_status s = opened(&v, i % 2, config, &m, &e);
            ck_assert_msg(s == STAMP_EFORMAT || s == STAMP_EUNSUPPORTED, "%s, %d: %d %s", t->name,
                          how, (int)s, e.text);
            /* Where the sizes come from: others do not fit it, then. */
            const bool tells = !strcmp(t->name, "patch_embed.proj.weight") ||
                               !strcmp(t->name, "head.weight") ||
                               !strcmp(t->name, "blocks.0.mlp.fc1.weight");
            ck_assert_msg(strstr(e.text, "tensor ") && strstr(e.text, ": ") && !m, "%s", e.text);
            ck_assert_msg(tells || strstr(e.text, t->name), "%s, %d: %s", t->name, how, e.text);
            cases++;
        }
    ck_assert_int_ge(cases, 60);
}
END_TEST

START_TEST(a_dtype_that_holds_no_numbers_is_refused_with_its_tensor)
{
    for (int npz = 0; npz < 2; npz++) {
        struct vit_sample v = vit_sample();
        vit_sample_find(&v, "norm.weight")->dtype = "C32";
        struct stamp_network *m;
        struct stamp_err e = {0};
        ck_assert_int_ne((int)opened(&v, npz, config, &m, &e), STAMP_OK);
        ck_assert_msg(strstr(e.text, npz ? "v.npz" : "v.safetensors") &&
                          strstr(e.text, "norm.weight"),
                      "%s", e.text);
    }
}
END_TEST

START_TEST(pictures_and_tokens_of_another_kind_are_refused_by_name)
{
    struct vit_sample v = vit_sample();

    vit_sample_find(&v, "pos_embed")->dim[1] = 7; /* 2 x 3 */
    refused(&v, false, config, STAMP_EUNSUPPORTED,
            (const char *[3]){"folder: ", "pos_embed", "7 positions"});
    vit_sample_find(&v, "pos_embed")->dim[1] = 4; /* no class token among them */
    refused(&v, true, config, STAMP_EUNSUPPORTED,
            (const char *[3]){"pos_embed", "4 positions", NULL});

    v = vit_sample();
    vit_sample_find(&v, "patch_embed.proj.weight")->dim[1] = 1; /* grey */
    refused(&v, false, config, STAMP_EUNSUPPORTED,
            (const char *[3]){"patch_embed.proj.weight", "1 channels", NULL});
    v = vit_sample();
    vit_sample_find(&v, "patch_embed.proj.weight")->dim[3] = 4;
    refused(&v, false, config, STAMP_EUNSUPPORTED,
            (const char *[3]){"patch_embed.proj.weight", "2 x 4 pixels", NULL});

    v = vit_sample(); /* DeiT, distilled */
    vit_sample_find(&v, "pos_embed")->dim[1] = 6;
    vit_sample_add(&v, (struct vit_tensor){"dist_token", "F32", 3, {1, 1, VIT_DIM}});
    vit_sample_add(&v, (struct vit_tensor){"head_dist.bias", "F32", 1, {VIT_CLASSES}});
    refused(&v, false, config, STAMP_EUNSUPPORTED,
            (const char *[3]){"folder: ", "dist_token", "distilled"});

    v = vit_sample();
    vit_sample_drop(&v, "blocks.0.attn.qkv.bias");
    refused(&v, false, config, STAMP_EFORMAT,
            (const char *[3]){"folder: ", "blocks.0.attn.qkv.bias", "missing"});
}
END_TEST

START_TEST(heads_are_told_or_follow_from_a_width_of_timms)
{
    static struct stamp_network *m;
    struct vit_sample v = vit_sample();
    struct stamp_err e = {0};

    refused(&v, false, NULL, STAMP_EUNSUPPORTED,
            (const char *[3]){"width 8", "number of heads", "model_args.num_heads"});
    refused(&v, false, "{\"architecture\":\"vit\"}", STAMP_EUNSUPPORTED,
            (const char *[3]){"folder: ", "number of heads", NULL});
    refused(&v, false, "{\"architecture\":\"vit\",\"model_args\":{\"num_heads\":3}}", STAMP_ERANGE,
            (const char *[3]){"width 8", "3 heads", NULL});
    ck_assert_msg(
        !opened(&v, false, "{\"architecture\":\"vit\",\"model_args\":{\"num_heads\":8}}", &m, &e),
        "%s", e.text);
    ck_assert_uint_eq(m->vit.heads, 8);
    stamp_network_close(m);
}
END_TEST

/* What config.json may say, and words of its refusal. */
static const struct {
    const char *text;     /* behind "architecture" */
    const char *words[3]; /* of the refusal; none: taken */
} says[] = {
    {"", {0}},
    {",\"num_classes\":7,\"num_features\":8", {0}},
    {",\"num_classes\":8", {"number of classes is 8", "7"}},
    {",\"num_features\":16", {"width is 16", "8"}},
    {",\"num_classes\":7.5", {"num_classes", "whole"}},
    {",\"num_classes\":\"7\"", {"num_classes", "number"}},
    {",\"global_pool\":\"avg\"", {"global_pool", "avg"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,4,4]}", {0}},
    {",\"pretrained_cfg\":{\"input_size\":[3,8,8]}", {"4 pixels", "input_size says 8"}},
    {",\"input_size\":[3,8,8]", {"4 pixels", "input_size says 8"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,4,8]}", {"input_size", "square"}},
    {",\"pretrained_cfg\":{\"input_size\":[1,4,4]}", {"input_size", "three channels"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,-4,-4]}", {"input_size"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,0,0]}", {"input_size"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,4.5,4.5]}", {"input_size"}},
    {",\"pretrained_cfg\":{\"input_size\":[3,1e30,1e30]}", {"input_size"}},
    {",\"pretrained_cfg\":{\"input_size\":224}", {"input_size", "three numbers"}},
    {",\"pretrained_cfg\":{\"mean\":[0.5,0.5]}", {"mean", "three numbers"}},
    {",\"pretrained_cfg\":{\"std\":[0.5,0.5,0]}", {"std"}},
    {",\"pretrained_cfg\":{\"mean\":[1e999,0,0]}", {"mean"}},
    {",\"pretrained_cfg\":{\"crop_pct\":0}", {"crop_pct"}},
    {",\"pretrained_cfg\":{\"crop_pct\":1.5}", {"crop_pct"}},
    {",\"pretrained_cfg\":{\"crop_mode\":\"squash\"}", {"crop_mode", "squash"}},
    {",\"pretrained_cfg\":{\"interpolation\":\"lanczos\"}", {"interpolation", "lanczos"}},
    {",\"pretrained_cfg\":7", {"pretrained_cfg", "object"}},
};
static const struct {
    const char *text; /* behind "num_heads" */
    const char *words[3];
} args[] = {
    {",\"depth\":1,\"embed_dim\":8,\"patch_size\":2,\"img_size\":4,\"mlp_ratio\":0.75", {0}},
    {",\"qkv_bias\":true,\"class_token\":true,\"drop_rate\":0.1,\"init_values\":null", {0}},
    {",\"act_layer\":\"gelu\",\"pos_embed\":\"learn\",\"dynamic_img_size\":false", {0}},
    {",\"depth\":2", {"depth is 2", "1"}},
    {",\"embed_dim\":16", {"width is 16", "8"}},
    {",\"patch_size\":4", {"patch is 4", "2"}},
    {",\"img_size\":8", {"picture is 8", "4"}},
    {",\"mlp_ratio\":4", {"hidden width is 32", "6"}},
    {",\"in_chans\":1", {"channels is 1", "3"}},
    {",\"qkv_bias\":false", {"model_args.qkv_bias"}},
    {",\"class_token\":false", {"model_args.class_token"}},
    {",\"qk_norm\":true", {"model_args.qk_norm"}},
    {",\"init_values\":1e-5", {"model_args.init_values"}},
    {",\"act_layer\":\"quick_gelu\"", {"act_layer", "quick_gelu"}},
    {",\"global_pool\":\"map\"", {"global_pool", "map"}},
    {",\"num_classes\":5", {"number of classes is 5", "7"}},
    {",\"something\":1", {"model_args.something"}},
};

START_TEST(what_a_config_says_is_honoured_or_refused)
{
    const struct vit_sample v = vit_sample();
    char text[400];

    for (size_t i = 0; i < sizeof says / sizeof says[0] + sizeof args / sizeof args[0]; i++) {
        const size_t n = sizeof says / sizeof says[0];
        const char *const *words = i < n ? says[i].words : args[i - n].words;
        struct stamp_network *m;
        struct stamp_err e = {0};
        snprintf(text, sizeof text,
                 "{\"architecture\":\"vit\"%s,\"model_args\":{\"num_heads\":2%s}}",
                 i < n ? says[i].text : "", i < n ? "" : args[i - n].text);
        const enum stamp_status s = opened(&v, false, text, &m, &e);
        ck_assert_msg((s == STAMP_OK) == !words[0], "%s: %d %s", text, (int)s, e.text);
        for (int k = 0; k < 3 && words[k]; k++)
            ck_assert_msg(strstr(e.text, words[k]) && strstr(e.text, "folder: ") == e.text,
                          "no '%s' in: %s", words[k], e.text);
        if (!s) stamp_network_close(m);
    }
}
END_TEST

START_TEST(a_folder_of_timms_is_told_from_one_of_transformers)
{
    static const char *const no[] = {"{\"architecture\":\"vit\",\"model_type\":\"llama\"}",
                                     "{}",
                                     "[\"architecture\"]",
                                     "{\"architecture\":7}",
                                     "{\"arch",
                                     ""};
    struct stamp_err e = {0};
    bool is = false;

    ck_assert(!stamp_vit_is_config(config, strlen(config), &is, &e) && is);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        ck_assert_msg(!stamp_vit_is_config(no[i], strlen(no[i]), &is, &e) && !is, "%s", no[i]);
    front_write(front_temp("x.safetensors"), (sample_safetensors(&file), &file));
    ck_assert(!stamp_vit_is(front_temp("x.safetensors"), &is, &e) && !is);
    ck_assert(!stamp_vit_is("/nonexistent", &is, &e) && !is);
    const struct vit_sample v = vit_sample();
    vit_sample_npz(&v, &file);
    front_write(front_temp("x.npz"), &file);
    ck_assert(!stamp_vit_is(front_temp("x.npz"), &is, &e) && is);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    const struct vit_sample v = vit_sample();
    size_t n = 1;

    for (;; n++) {
        struct stamp_network *m = NULL;
        struct stamp_err e = {0};
        vit_sample_npz(&v, &file);
        const char *path = front_temp("v.npz");
        front_write(path, &file);
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_vit_open(path, "folder", config, strlen(config), &m, &e);
        stamp_mem_fail_at(0);
        if (s == STAMP_OK) {
            stamp_network_close(m);
            break;
        }
        ck_assert_msg(s == STAMP_ENOMEM && !m, "%zu: %d %s", n, (int)s, e.text);
    }
    ck_assert_uint_gt(n, 30);
}
END_TEST

START_TEST(deit_tiny_is_read_with_its_sizes)
{
    const char *path = front_shared("vision/deit_tiny_patch16_224_f32.npz");
    struct stamp_network *m;
    struct stamp_err e = {0};

    if (!path) return;
    ck_assert_msg(!stamp_network_open(path, &m, &e), "%s", e.text);
    const size_t got[8] = {m->vit.dim,     m->vit.heads, m->vit.depth, m->vit.hidden,
                           m->vit.classes, m->vit.side,  m->vit.patch, m->vit.prepare.input},
                 want[8] = {192, 3, 12, 768, 1000, 224, 16, 224};
    ck_assert_mem_eq(got, want, sizeof got);
    ck_assert_uint_eq(stamp_graph_parameters(m->graph), 5717416);
    stamp_network_close(m);
}
END_TEST

Suite *stamp_suite_vit(void);

Suite *stamp_suite_vit(void)
{
    Suite *s = suite_create("vit");
    TCase *c = tcase_create("vit");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, both_formats_give_one_network_of_the_sizes_that_the_shapes_tell);
    tcase_add_test(c, every_tensor_that_is_missing_is_named);
    tcase_add_test(c, a_tensor_too_many_is_named);
    tcase_add_test(c, every_tensor_of_a_wrong_shape_is_named);
    tcase_add_test(c, a_dtype_that_holds_no_numbers_is_refused_with_its_tensor);
    tcase_add_test(c, pictures_and_tokens_of_another_kind_are_refused_by_name);
    tcase_add_test(c, heads_are_told_or_follow_from_a_width_of_timms);
    tcase_add_test(c, what_a_config_says_is_honoured_or_refused);
    tcase_add_test(c, a_folder_of_timms_is_told_from_one_of_transformers);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    tcase_add_test(c, deit_tiny_is_read_with_its_sizes);
    suite_add_tcase(s, c);
    return s;
}
