/* SPDX-License-Identifier: Apache-2.0 */
/* test_paint_folder.c - whole folders, the table of keys, and a picture from a prompt. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "sim/paint/noise.h"
#include "sim/paint/paint.h"
#include "tests/paint/paint_tests.h"

static struct paint_sample files;

static enum stamp_status written(struct stamp_paint_folder *f, struct stamp_err *e)
{
    ck_assert(paint_sample_write(paint_folder(), &files));
    *f = (struct stamp_paint_folder){0};
    return stamp_paint_folder_open(paint_folder(), f, e);
}

/* ---- Folders ------------------------------------------------------------------------------- */

START_TEST(a_sound_folder_is_read_whole)
{
    struct stamp_paint_folder f;
    struct stamp_err e = {0};

    paint_sample(&files);
    ck_assert_msg(!written(&f, &e), "%s", e.text);
    ck_assert_int_eq(f.pipeline, STAMP_PIPELINE_SANA);
    ck_assert_str_eq(f.pipeline_name, "SanaPipeline");
    ck_assert_str_eq(f.transformer, paint_path("transformer"));
    ck_assert_int_eq(f.scheduler.kind, STAMP_SCHEDULER_FLOW);
    ck_assert_double_eq(f.scheduler.shift, 3);
    ck_assert_uint_eq(f.shuffle.factor, 2);
    ck_assert_uint_eq(stamp_words_width(f.words), PAINT_WIDTH);
    stamp_paint_folder_close(&f);
}
END_TEST

START_TEST(every_file_that_is_missing_is_named)
{
    struct stamp_paint_folder f;
    struct stamp_err e = {0};

    for (int i = 0; i < PAINT_FILES; i++) {
        paint_sample(&files);
        ck_assert(paint_sample_write(paint_folder(), &files));
        ck_assert_int_eq(unlink(paint_path(paint_sample_path((enum paint_file)i))), 0);
        f = (struct stamp_paint_folder){0};
        ck_assert_int_eq(stamp_paint_folder_open(paint_folder(), &f, &e), STAMP_EIO);
        ck_assert_ptr_null(f.words);
        paint_said(&e,
                   (const char *[3]){i == PAINT_TENSORS ? "model.safetensors"
                                                        : paint_sample_path((enum paint_file)i)},
                   "missing");
    }
    ck_assert_int_eq(stamp_paint_folder_open("/nonexistent", &f, &e), STAMP_EIO);
    paint_said(&e, (const char *[3]){"/nonexistent", "no such folder"}, "none");
}
END_TEST

START_TEST(every_file_that_is_cut_short_is_refused_with_its_name)
{
    struct stamp_paint_folder f;
    struct stamp_err e = {0};
    int cases = 0;

    for (int i = 0; i < PAINT_FILES; i++) {
        paint_sample(&files);
        const size_t whole = files.file[i].len - 2; /* without the closing brace */
        for (size_t len = 0; len < whole; len += 1 + whole / 23, cases++) {
            paint_sample(&files);
            files.file[i].len = len;
            ck_assert_int_ne(written(&f, &e), STAMP_OK);
            paint_said(&e, (const char *[3]){paint_sample_path((enum paint_file)i)}, "cut");
        }
    }
    ck_assert_int_gt(cases, 100);
}
END_TEST

#define INDEX(scheduler, encoder, transformer, vae, more)                                          \
    "{\"_class_name\":\"SanaPipeline\",\"scheduler\":[\"d\",\"" scheduler                          \
    "\"],\"text_encoder\":[\"d\",\"" encoder                                                       \
    "\"],\"tokenizer\":[\"d\",\"t\"],\"transformer\":[\"d\",\"" transformer                        \
    "\"],\"vae\":[\"d\",\"" vae "\"]" more "}"
#define FLOW "FlowMatchEulerDiscreteScheduler"
#define SANA "SanaTransformer2DModel"

static const struct {
    const char *text, *words[3];
} bad[] = {
    {INDEX(FLOW, "WordEmbedding", SANA, "PixelShuffle", ",\"safety_checker\":null"), {0}},
    {INDEX("DDIMScheduler", "WordEmbedding", SANA, "PixelShuffle", ""),
     {"scheduler is DDIMScheduler, not " FLOW}},
    {INDEX(FLOW, "T5EncoderModel", SANA, "PixelShuffle", ""), {"text_encoder is T5EncoderModel"}},
    {INDEX(FLOW, "WordEmbedding", "PixArtTransformer2DModel", "PixelShuffle", ""),
     {"transformer is PixArtTransformer2DModel", SANA}},
    {INDEX(FLOW, "WordEmbedding", SANA, "AutoencoderDC", ""), {"vae is AutoencoderDC"}},
    {INDEX(FLOW, "WordEmbedding", SANA, "PixelShuffle", ",\"safety_checker\":[\"d\",\"S\"]"),
     {"safety_checker", "not known"}},
    {"{\"_class_name\":\"FluxPipeline\"}", {"model_index.json", "FluxPipeline", "SanaPipeline"}},
    {"{\"_class_name\":\"SanaPipeline\"}", {"no transformer"}},
    {"{\"_class_name\":\"SanaPipeline\",\"transformer\":[\"d\"]}", {"transformer is no pair"}},
    {"{\"_class_name\":\"SanaPipeline\",\"transformer\":\"" SANA "\"}", {"transformer is no pair"}},
    {"{\"_class_name\":\"SanaPipeline\",\"transformer\":[\"d\",\"" SANA "\"]}", {"no tokenizer"}},
    {"{\"scheduler\":1}", {"_class_name"}},
};

START_TEST(an_index_that_names_other_classes_is_refused_by_them)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stamp_paint_folder f;
        struct stamp_err e = {0};
        paint_sample(&files);
        paint_sample_say(&files, PAINT_INDEX, bad[i].text);
        const enum stamp_status s = written(&f, &e);
        ck_assert_msg((s == STAMP_OK) == !bad[i].words[0], "%s: %s", bad[i].text, e.text);
        if (s) paint_said(&e, bad[i].words, bad[i].text);
        stamp_paint_folder_close(&f);
    }
}
END_TEST

/* ---- Schedulers and keys ------------------------------------------------------------------- */

#define DPM  "{\"_class_name\":\"DPMSolverMultistepScheduler\","
#define DDIM "{\"_class_name\":\"DDIMScheduler\","
static const struct {
    const char *text, *words[3];
} says[] = {
    /* PixArt-Sigma-XL-2-1024-MS, as published: -Infinity is what Python writes */
    {DPM
     "\"_diffusers_version\":\"0.27.0.dev0\",\"algorithm_type\":\"dpmsolver++\",\"beta_end\":0.02,"
     "\"beta_schedule\":\"linear\",\"beta_start\":0.0001,\"dynamic_thresholding_ratio\":0.995,"
     "\"euler_at_final\":false,\"final_sigmas_type\":\"zero\",\"lambda_min_clipped\":-Infinity,"
     "\"lower_order_final\":true,\"num_train_timesteps\":1000,\"prediction_type\":\"epsilon\","
     "\"sample_max_value\":1.0,\"solver_order\":2,\"solver_type\":\"midpoint\",\"steps_offset\":0,"
     "\"thresholding\":false,\"timestep_spacing\":\"linspace\",\"trained_betas\":null,"
     "\"use_karras_sigmas\":false,\"use_lu_lambdas\":false,\"variance_type\":null}",
     {0}},
    {DPM "\"lambda_min_clipped\":-1e+30}", {0}},
    {DPM "\"lambda_min_clipped\":-5.1}", {"lambda_min_clipped is -5.1"}},
    {DPM "\"lambda_min_clipped\":NaN}", {"not JSON"}},
    {DPM "\"use_flow_sigmas\":true,\"prediction_type\":\"flow_prediction\",\"flow_shift\":3.0}",
     {0}},
    {DPM "\"use_flow_sigmas\":true}", {"use_flow_sigmas", "flow_prediction"}},
    {DPM "\"prediction_type\":\"flow_prediction\"}", {"use_flow_sigmas"}},
    {DPM "\"prediction_type\":\"sample\"}", {"prediction_type is \"sample\"", "epsilon"}},
    {DPM "\"algorithm_type\":\"sde-dpmsolver++\"}", {"algorithm_type", "dpmsolver++"}},
    {DPM "\"solver_order\":3}", {"solver_order is 3", "1 to 2"}},
    {DPM "\"solver_type\":\"bh2\"}", {"bh2", "midpoint|heun"}},
    {DPM "\"beta_schedule\":\"squaredcos_cap_v2\"}", {"squaredcos_cap_v2"}},
    {DPM "\"beta_start\":0}", {"beta_start is 0"}},
    {DPM "\"beta_end\":1}", {"beta_end is 1"}},
    {DPM "\"beta_end\":Infinity}", {"beta_end is inf"}},
    {DPM "\"trained_betas\":[0.1]}", {"trained_betas", "does not do"}},
    {DPM "\"use_karras_sigmas\":true}", {"use_karras_sigmas is true"}},
    {DPM "\"variance_type\":\"learned_range\"}", {"variance_type is learned_range"}},
    {DPM "\"num_train_timesteps\":0}", {"num_train_timesteps is 0"}},
    {DPM "\"num_train_timesteps\":1e9}", {"num_train_timesteps is 1e+09"}},
    {DPM "\"steps_offset\":1000}", {"steps_offset is 1000"}},
    {DPM "\"lower_order_final\":1}", {"lower_order_final"}},
    {DPM "\"skip_prk_steps\":true}", {"skip_prk_steps", "not known"}},
    {DDIM "\"clip_sample\":false,\"clip_sample_range\":2.5}", {0}},
    {DDIM "\"prediction_type\":\"sample\"}", {"prediction_type is \"sample\""}},
    {DDIM "\"rescale_betas_zero_snr\":true}", {"rescale_betas_zero_snr"}},
    {DDIM "\"clip_sample_range\":0}", {"clip_sample_range is 0"}},
    {DDIM "\"timestep_spacing\":\"logarithmic\"}", {"logarithmic"}},
    {DDIM "\"solver_order\":2}", {"solver_order", "not known"}},
    {"{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\",\"shift\":0}", {"shift is 0"}},
    {"{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\",\"use_dynamic_shifting\":true}",
     {"use_dynamic_shifting is true"}},
    {"{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\",\"shift_terminal\":0.1}",
     {"shift_terminal is 0.1"}},
    {"{\"_class_name\":\"SCMScheduler\"}",
     {"scheduler_config.json", "SCMScheduler", "DDIMScheduler"}},
    {"{}", {"_class_name"}},
    {"{\"_class_name\":\"DDIMScheduler\",\"_class_name\":\"DDIMScheduler\"}", {"twice"}},
};

START_TEST(what_a_scheduler_says_is_honoured_or_refused)
{
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        struct stamp_scheduler s;
        struct stamp_err e = {0};
        paint_put("scheduler_config.json", says[i].text);
        const enum stamp_status status = stamp_scheduler_read(paint_folder(), &s, &e);
        ck_assert_msg((status == STAMP_OK) == !says[i].words[0], "%s: %s", says[i].text, e.text);
        if (status) paint_said(&e, says[i].words, says[i].text);
    }
}
END_TEST

START_TEST(steps_that_a_sampler_has_not_are_refused)
{
    static const struct {
        const char *text;
        uint32_t steps;
        const char *words[3];
    } cases[] = {
        {DDIM "\"num_train_timesteps\":50}", 0, {"0 steps", "1 to 50"}},
        {DDIM "\"num_train_timesteps\":50}", 51, {"51 steps"}},
        {DDIM "\"num_train_timesteps\":50}", 50, {0}},
        {DDIM "\"num_train_timesteps\":50,\"steps_offset\":1}", 50, {"steps_offset 1", "49"}},
        {DPM "\"num_train_timesteps\":50}", 49, {0}},
        {DPM "\"num_train_timesteps\":50}", 50, {"50 steps: too many"}},
        {DPM "\"num_train_timesteps\":50,\"timestep_spacing\":\"leading\"}", 50, {"too many"}},
        {DPM "\"num_train_timesteps\":50,\"timestep_spacing\":\"trailing\"}", 50, {0}},
        {DPM "\"num_train_timesteps\":1}", 1, {0}},
        {DPM "\"num_train_timesteps\":1,\"use_flow_sigmas\":true,"
             "\"prediction_type\":\"flow_prediction\"}",
         1,
         {"noise level 1"}},
        {DPM "\"num_train_timesteps\":100000,\"beta_end\":0.9}", 5, {"beta_end 0.9", "nothing"}},
        {"{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\",\"num_train_timesteps\":1}", 1, {0}},
        {"{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\"}", UINT32_MAX, {"4294967295 steps"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_scheduler from;
        struct stamp_noise_schedule s = {0};
        struct stamp_err e = {0};
        paint_put("scheduler_config.json", cases[i].text);
        ck_assert_msg(!stamp_scheduler_read(paint_folder(), &from, &e), "%s", e.text);
        const enum stamp_status status = stamp_noise_schedule_make(&from, cases[i].steps, &s, &e);
        ck_assert_msg((status == STAMP_OK) == !cases[i].words[0], "%s, %u: %s", cases[i].text,
                      cases[i].steps, e.text);
        if (status) paint_said(&e, cases[i].words, cases[i].text);
        stamp_noise_schedule_free(&s);
    }
}
END_TEST

enum kind { USED, MOOT, ONLY };
static const struct {
    const char *file, *key;
    enum kind kind;
    const char *text;
} rows[] = {
#define STAMP_PAINT_KEY(file, key, kind, text) {#file, key, kind, text},
#include "sim/paint/keys.def"
#undef STAMP_PAINT_KEY
};

/* A scheduler's text with one key more. */
static enum stamp_status with(const char *class, const char *key, const char *value,
                              struct stamp_err *e)
{
    struct stamp_scheduler s;
    char text[300];

    snprintf(text, sizeof text, "{\"_class_name\":\"%s\",\"%s\":%s}", class, key, value);
    paint_put("scheduler_config.json", text);
    return stamp_scheduler_read(paint_folder(), &s, e);
}

START_TEST(every_row_of_the_table_does_what_it_says)
{
    int cases = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *class = !strcmp(rows[i].file, "DPM")    ? "DPMSolverMultistepScheduler"
                            : !strcmp(rows[i].file, "DDIM") ? "DDIMScheduler"
                            : !strcmp(rows[i].file, "FLOW") ? "FlowMatchEulerDiscreteScheduler"
                                                            : NULL;
        struct stamp_err e = {0};
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(rows[i].key, rows[k].key) || strcmp(rows[i].file, rows[k].file),
                          "%s twice", rows[i].key);
        if (!class) continue;
        ck_assert_msg(!with(class, rows[i].key, "null", &e), "%s: %s", rows[i].key, e.text);
        const enum stamp_status s = with(class, rows[i].key, "{\"a\":1}", &e);
        if (rows[i].kind == MOOT)
            ck_assert_msg(!s, "%s: %s", rows[i].key, e.text);
        else
            paint_said(&e, (const char *[3]){rows[i].key}, rows[i].key);
        ck_assert_msg((s == STAMP_OK) == (rows[i].kind == MOOT), "%s %s", class, rows[i].key);
        cases++;
    }
    ck_assert_int_gt(cases, 50);
}
END_TEST

/* ---- From a prompt to a picture ------------------------------------------------------------ */

enum { SIDE = 3 };

/* Turns the latent towards the text's first value. */
static enum stamp_status predict(void *ctx, const float *x, float t, const float *text,
                                 uint32_t tokens, float *out, struct stamp_err *e)
{
    (void)e;
    ++*(int *)ctx;
    for (size_t i = 0; i < PAINT_CHANNELS * SIDE * SIDE; i++)
        out[i] = (x[i] - text[(tokens - 1) * PAINT_WIDTH]) * 1000 / (t + 1);
    return STAMP_OK;
}

START_TEST(a_prompt_becomes_a_picture_the_same_each_time)
{
    static float latent[2][PAINT_CHANNELS * SIDE * SIDE];
    struct stamp_paint_folder f;
    struct stamp_picture p = {0};
    struct stamp_err e = {0};
    int runs = 0;

    paint_sample(&files);
    ck_assert_msg(!written(&f, &e), "%s", e.text);
    struct stamp_painter painter = {&f, PAINT_CHANNELS, SIDE, SIDE, PAINT_CHANNELS, predict, &runs};
    const struct stamp_paint_options o = {.steps = 5, .seed = 3, .guidance = 2};
    for (int i = 0; i < 2; i++)
        ck_assert_msg(!stamp_paint_latent(&painter, &o, "red fox", latent[i], &e), "%s", e.text);
    ck_assert_int_eq(runs, 20);
    ck_assert_mem_eq(latent[0], latent[1], sizeof latent[0]);
    ck_assert_msg(!stamp_paint_picture(&painter, &o, "red fox", &p, &e), "%s", e.text);
    ck_assert(p.width == 2 * SIDE && p.height == 2 * SIDE);
    ck_assert_uint_eq(p.rgb[0], stamp_pixel(latent[0][0]));
    stamp_picture_free(&p);

    ck_assert_int_eq(stamp_paint_picture(&painter, &o, "green fox", &p, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"\"green\""}, "word");
    painter.channels = 3;
    ck_assert_int_eq(stamp_paint_picture(&painter, &o, "fox", &p, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"3 channels", "decoder's 12"}, "channels");
    painter.height = 0;
    ck_assert_int_eq(stamp_paint_picture(&painter, &o, "fox", &p, &e), STAMP_ERANGE);
    stamp_paint_folder_close(&f);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    size_t n = 1;

    paint_sample(&files);
    ck_assert(paint_sample_write(paint_folder(), &files));
    for (;; n++) {
        struct stamp_paint_folder f = {0};
        struct stamp_picture p = {0};
        struct stamp_err e = {0};
        int runs = 0;
        const struct stamp_paint_options o = {.steps = 2, .seed = 3, .guidance = 2};
        stamp_mem_fail_at(n);
        enum stamp_status s = stamp_paint_folder_open(paint_folder(), &f, &e);
        const struct stamp_painter painter = {&f,      PAINT_CHANNELS, SIDE, SIDE, PAINT_CHANNELS,
                                              predict, &runs};
        if (!s) s = stamp_paint_picture(&painter, &o, "red fox", &p, &e);
        stamp_mem_fail_at(0);
        stamp_picture_free(&p);
        stamp_paint_folder_close(&f);
        if (!s) break;
        ck_assert_msg(s == STAMP_ENOMEM, "%zu: %d %s", n, (int)s, e.text);
    }
    ck_assert_uint_gt(n, 60);
}
END_TEST

Suite *stamp_suite_paint_folder(void);

Suite *stamp_suite_paint_folder(void)
{
    Suite *s = suite_create("paint_folder");
    TCase *c = tcase_create("folder");
    tcase_add_test(c, a_sound_folder_is_read_whole);
    tcase_add_test(c, every_file_that_is_missing_is_named);
    tcase_add_test(c, every_file_that_is_cut_short_is_refused_with_its_name);
    tcase_add_test(c, an_index_that_names_other_classes_is_refused_by_them);
    tcase_add_test(c, what_a_scheduler_says_is_honoured_or_refused);
    tcase_add_test(c, steps_that_a_sampler_has_not_are_refused);
    tcase_add_test(c, every_row_of_the_table_does_what_it_says);
    tcase_add_test(c, a_prompt_becomes_a_picture_the_same_each_time);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    suite_add_tcase(s, c);
    return s;
}
