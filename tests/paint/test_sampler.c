/* SPDX-License-Identifier: Apache-2.0 */
/* test_sampler.c - schedules and steps: against the oracle, closed forms, and the words of sampler.md. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/sampler.h"
#include "tests/paint/paint_tests.h"

/* ---- Against the oracle -------------------------------------------------------------------- */

#define LIST(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define STAMP_NOISE(...)
#define STAMP_OBJECTS(...)
#define STAMP_BACKGROUNDS(...)
static const struct {
    const char *config;
    uint32_t steps;
    float guidance;
    double time[20], x[3];
} oracle[] = {
#define STAMP_SAMPLER(config, steps, g, time, x) {config, steps, (float)(g), LIST time, LIST x},
#include "tests/paint/oracle.def"
#undef STAMP_SAMPLER
};

/* y_i = 0.8 x_i + 0.1 x_(i+1) + t / 4000 + text / 8, in double */
static enum stamp_status mix(void *ctx, const float *x, float t, const float *text, uint32_t tokens,
                             float *out, struct stamp_err *e)
{
    double *const times = ctx;

    (void)e;
    ck_assert_uint_eq(tokens, 1);
    if (times[0] == 0 || times[(size_t)times[0]] != (double)t)
        times[(size_t)++times[0]] = (double)t;
    for (int i = 0; i < 3; i++)
        out[i] = (float)(0.8 * (double)x[i] + 0.1 * (double)x[(i + 1) % 3] + (double)t / 4000 +
                         (double)text[0] / 8);
    return STAMP_OK;
}

static struct stamp_noise_schedule made(const char *config, uint32_t steps)
{
    struct stamp_scheduler from;
    struct stamp_noise_schedule s = {0};
    struct stamp_err e = {0};

    paint_put("scheduler_config.json", config);
    ck_assert_msg(!stamp_scheduler_read(paint_folder(), &from, &e), "%s: %s", config, e.text);
    ck_assert_msg(!stamp_noise_schedule_make(&from, steps, &s, &e), "%s: %s", config, e.text);
    ck_assert_uint_eq(s.steps, steps);
    return s;
}

START_TEST(timesteps_and_latents_are_those_of_the_oracle)
{
    static const float told = 1, empty = -0.5f;
    int cases = 0;

    for (size_t k = 0; k < sizeof oracle / sizeof oracle[0]; k++, cases++) {
        struct stamp_noise_schedule schedule = made(oracle[k].config, oracle[k].steps);
        float x[3] = {0.5f, -1.25f, 2};
        double times[32] = {0};
        const struct stamp_sampling s = {
            &schedule,  1,           1,   3,     1,    oracle[k].guidance,
            {&told, 1}, {&empty, 1}, mix, times, NULL, NULL};
        struct stamp_err e = {0};
        ck_assert_msg(!stamp_denoise(&s, x, &e), "%s", e.text);
        ck_assert_uint_eq((size_t)times[0], oracle[k].steps);
        for (size_t i = 0; i < oracle[k].steps; i++)
            ck_assert_msg(fabs(times[i + 1] - oracle[k].time[i]) <= 1e-6 * oracle[k].time[i],
                          "%s: step %zu at %g, not %g", oracle[k].config, i, times[i + 1],
                          oracle[k].time[i]);
        for (int i = 0; i < 3; i++)
            ck_assert_msg(fabs((double)x[i] - oracle[k].x[i]) <= 1e-5 * (1 + fabs(oracle[k].x[i])),
                          "%s, %u steps: x[%d] %.9g, not %.9g", oracle[k].config, oracle[k].steps,
                          i, (double)x[i], oracle[k].x[i]);
        stamp_noise_schedule_free(&schedule);
    }
    ck_assert_int_eq(cases, 27);
}
END_TEST

/* ---- Closed forms -------------------------------------------------------------------------- */

struct toy {
    long double keep[1000]; /* A_t */
    long double mean;       /* of the point all pictures are */
    int runs;
};

static void toy_init(struct toy *t)
{
    long double product = 1;

    for (int i = 0; i < 1000; i++) {
        product *= 1 - (0.0001L + (0.02L - 0.0001L) * i / 999);
        t->keep[i] = product;
    }
    t->runs = 0;
}

/* Pictures of independent values of variance 1: the noise in x is sigma x. */
static enum stamp_status unit(void *ctx, const float *x, float t, const float *text,
                              uint32_t tokens, float *out, struct stamp_err *e)
{
    struct toy *const toy = ctx;
    const long double sigma = sqrtl(1 - toy->keep[(size_t)t]);

    (void)text, (void)tokens, (void)e;
    for (int i = 0; i < 3; i++) out[i] = (float)(sigma * (long double)x[i]);
    toy->runs++;
    return STAMP_OK;
}

/* All pictures are one: the noise is (x - alpha mean) / sigma. */
static enum stamp_status point(void *ctx, const float *x, float t, const float *text,
                               uint32_t tokens, float *out, struct stamp_err *e)
{
    struct toy *const toy = ctx;
    const long double a = sqrtl(toy->keep[(size_t)t]), s = sqrtl(1 - toy->keep[(size_t)t]);

    (void)text, (void)tokens, (void)e;
    for (int i = 0; i < 3; i++) out[i] = (float)(((long double)x[i] - a * toy->mean) / s);
    return STAMP_OK;
}

static void sample(const struct stamp_noise_schedule *schedule, stamp_predict_fn f, void *ctx,
                   float x[3])
{
    static const float none = 0;
    const struct stamp_sampling s = {schedule,   1,          1, 3,   1,    1,
                                     {&none, 1}, {&none, 1}, f, ctx, NULL, NULL};
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_denoise(&s, x, &e), "%s", e.text);
}

START_TEST(ddim_turns_a_gaussian_by_the_angles_between_its_levels)
{
    static struct toy toy;

    toy_init(&toy);
    for (uint32_t n = 1; n <= 50; n++) {
        struct stamp_noise_schedule s =
            made("{\"_class_name\":\"DDIMScheduler\",\"clip_sample\":false}", n);
        float x[3] = {1, -0.75f, 3};
        long double turned = 1;
        for (uint32_t k = 0; k < n; k++) {
            const long double at = acosl(sqrtl(toy.keep[(n - 1 - k) * (1000 / n)]));
            const long double to =
                k + 1 < n ? acosl(sqrtl(toy.keep[(n - 2 - k) * (1000 / n)])) : 0.0L;
            turned *= cosl(at - to);
        }
        sample(&s, unit, &toy, x);
        for (int i = 0; i < 3; i++) {
            const double want = (double)(turned * (long double)((float[]){1, -0.75f, 3})[i]);
            ck_assert_double_eq_tol((double)x[i], want, 2e-6 * (1 + fabs(want)));
        }
        stamp_noise_schedule_free(&s);
    }
}
END_TEST

START_TEST(every_sampler_of_noise_finds_a_single_point)
{
    static const char *const configs[] = {
        "{\"_class_name\":\"DDIMScheduler\"}",
        "{\"_class_name\":\"DPMSolverMultistepScheduler\",\"solver_order\":1}",
        "{\"_class_name\":\"DPMSolverMultistepScheduler\"}",
        "{\"_class_name\":\"DPMSolverMultistepScheduler\",\"solver_type\":\"heun\"}"};
    static struct toy toy = {.mean = 0.625L};

    toy_init(&toy);
    for (size_t c = 0; c < 4; c++)
        for (uint32_t n = 1; n <= 40; n++) {
            struct stamp_noise_schedule s = made(configs[c], n);
            float x[3] = {1, -0.75f, 3};
            sample(&s, point, &toy, x);
            for (int i = 0; i < 3; i++) ck_assert_double_eq_tol((double)x[i], 0.625, 3e-5);
            stamp_noise_schedule_free(&s);
        }
}
END_TEST

static enum stamp_status constant(void *ctx, const float *x, float t, const float *text,
                                  uint32_t tokens, float *out, struct stamp_err *e)
{
    (void)ctx, (void)x, (void)t, (void)text, (void)tokens, (void)e;
    out[0] = 0.5f, out[1] = 0.25f, out[2] = -1;
    return STAMP_OK;
}

START_TEST(the_levels_of_a_flow_add_up_to_one)
{
    for (uint32_t n = 1; n <= 100; n++) {
        struct stamp_noise_schedule s =
            made("{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\",\"shift\":3.0}", n);
        float x[3] = {1, -0.75f, 3};
        double sum = 0;
        for (uint32_t k = 0; k < n; k++) {
            const float next = k + 1 < n ? s.step[k + 1].sigma : 0;
            ck_assert(s.step[k].b ==
                      next - s.step[k].sigma); /* exact in binary32 or rounded once */
            ck_assert(next < s.step[k].sigma);
            sum += (double)s.step[k].b;
        }
        ck_assert_double_eq_tol(sum, -1, 1e-7);
        sample(&s, constant, NULL, x);
        ck_assert_double_eq_tol((double)x[0], 0.5, 1e-5);
        ck_assert_double_eq_tol((double)x[1], -1, 1e-5);
        ck_assert_double_eq_tol((double)x[2], 4, 1e-5);
        stamp_noise_schedule_free(&s);
    }
}
END_TEST

/* ---- What is run, and how often ------------------------------------------------------------ */

struct seen {
    int told, empty, steps;
    enum stamp_status at_told, at_see;
    uint32_t when;
    bool broken;
};

/* The text's value: its prediction, in twice the channels if the second half is there. */
static enum stamp_status values(void *ctx, const float *x, float t, const float *text,
                                uint32_t tokens, float *out, struct stamp_err *e)
{
    struct seen *const s = ctx;

    (void)x, (void)t;
    ck_assert_uint_eq(tokens, text[0] > 0 ? 2 : 1);
    if (text[0] > 0 && s->at_told) return stamp_fail(e, s->at_told, "the network broke");
    s->told += text[0] > 0;
    s->empty += text[0] < 0;
    for (int i = 0; i < 3; i++) out[i] = s->broken && i == 1 ? NAN : text[0];
    for (int i = 3; i < 6; i++) out[i] = NAN; /* a learned variance nobody may look at */
    return STAMP_OK;
}

static enum stamp_status see(void *ctx, uint32_t done, uint32_t steps, const float *latent,
                             struct stamp_err *e)
{
    struct seen *const s = ctx;

    ck_assert_ptr_nonnull(latent);
    ck_assert_uint_eq(steps, 4);
    ck_assert_uint_eq(done, (uint32_t)++s->steps);
    return done == s->when ? stamp_fail(e, s->at_see, "enough") : STAMP_OK;
}

static enum stamp_status run(float guidance, struct seen *seen, float x[3], struct stamp_err *e)
{
    static const float told[2] = {0.3f, 0}, empty = -0.7f;
    struct stamp_noise_schedule schedule =
        made("{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\"}", 4);
    const struct stamp_sampling s = {&schedule, 3,           1,      1,    6,   guidance,
                                     {told, 2}, {&empty, 1}, values, seen, see, seen};
    const enum stamp_status status = stamp_denoise(&s, x, e);

    stamp_noise_schedule_free(&schedule);
    return status;
}

START_TEST(guidance_of_one_runs_the_prompt_alone_and_others_both)
{
    static const float gs[] = {0, 0.5f, 1, 2, 4.5f};

    for (size_t i = 0; i < 5; i++) {
        struct seen seen = {0};
        struct stamp_err e = {0};
        float x[3] = {0, 0, 0};
        const volatile float apart = 0.3f - -0.7f, more = gs[i] * apart, guided = -0.7f + more;
        const double want = gs[i] == 1 ? 0.3f : guided;
        ck_assert_msg(!run(gs[i], &seen, x, &e), "%s", e.text);
        ck_assert_int_eq(seen.told, 4);
        ck_assert_int_eq(seen.empty, gs[i] == 1 ? 0 : 4);
        ck_assert_int_eq(seen.steps, 4);
        ck_assert_double_eq_tol((double)x[0], -want, 3e-7 * (1 + fabs(want)));
    }
}
END_TEST

START_TEST(what_breaks_on_the_way_ends_the_sampling_with_its_line)
{
    struct stamp_err e = {0};
    float x[3] = {0, 0, 0};

    ck_assert_int_eq(run(2, &(struct seen){.at_told = STAMP_EMACHINE}, x, &e), STAMP_EMACHINE);
    ck_assert_str_eq(e.text, "the network broke");
    ck_assert_int_eq(run(2, &(struct seen){.when = 3, .at_see = STAMP_EINTR}, x, &e), STAMP_EINTR);
    ck_assert_str_eq(e.text, "enough");
    ck_assert_int_eq(run(1, &(struct seen){.broken = true}, x, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"step 1 of 4", "value 1"}, "NaN");
    ck_assert_int_eq(run(-1, &(struct seen){0}, x, &e), STAMP_ERANGE);
    ck_assert_int_eq(run(NAN, &(struct seen){0}, x, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"guidance"}, "guidance");
    for (size_t n = 1;; n++) {
        struct seen seen = {0};
        x[0] = x[1] = x[2] = 0;
        struct stamp_noise_schedule schedule =
            made("{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\"}", 4);
        const float told[2] = {0.3f, 0}, empty = -0.7f;
        const struct stamp_sampling s = {&schedule, 3,           1,      1,     6,   2,
                                         {told, 2}, {&empty, 1}, values, &seen, see, &seen};
        stamp_mem_fail_at(n);
        const enum stamp_status status = stamp_denoise(&s, x, &e);
        stamp_mem_fail_at(0);
        stamp_noise_schedule_free(&schedule);
        if (!status) break;
        ck_assert_int_eq(status, STAMP_ENOMEM);
    }
}
END_TEST

START_TEST(sizes_of_a_latent_are_checked)
{
    static const uint32_t sizes[][4] = {{0, 4, 4, 0},        {3, 0, 4, 3},       {3, 4, 0, 3},
                                        {3, 4, 4, 4},        {3, 4, 4, 5},       {3, 4, 4, 9},
                                        {1, 1u << 31, 2, 1}, {1u << 31, 1, 1, 0}};
    struct stamp_noise_schedule schedule = made("{\"_class_name\":\"DDIMScheduler\"}", 1);

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct stamp_sampling s = {.schedule = &schedule,
                                         .channels = sizes[i][0],
                                         .height = sizes[i][1],
                                         .width = sizes[i][2],
                                         .out_channels = sizes[i][3],
                                         .guidance = 1};
        struct stamp_err e = {0};
        ck_assert_int_eq(stamp_denoise(&s, NULL, &e), STAMP_ERANGE);
        paint_said(&e, (const char *[3]){i > 2 && i < 6 ? "channels" : "latent"}, "sizes");
    }
    stamp_noise_schedule_free(&schedule);
}
END_TEST

START_TEST(one_order_of_operations_is_the_one_written_down)
{
    struct stamp_noise_schedule s = made("{\"_class_name\":\"DPMSolverMultistepScheduler\"}", 20);
    static struct toy toy;
    float x[3] = {1, -0.75f, 3}, v[3] = {1, -0.75f, 3}, old[3] = {0, 0, 0};

    toy_init(&toy);
    sample(&s, unit, &toy, x);
    for (uint32_t k = 0; k < 20; k++) {
        const struct stamp_noise_step *t = &s.step[k];
        float y[3];
        unit(&toy, v, t->timestep, NULL, 0, y, NULL);
        ck_assert(t->second == (k > 0 && k < 19));
        for (int i = 0; i < 3; i++) { /* volatile: one rounding each, whatever the flags */
            const volatile float noise = t->sigma * y[i], rest = v[i] - noise, d = rest / t->alpha;
            const volatile float kept = t->a * v[i], new = t->b *d, first = kept + new;
            const volatile float turn = d - old[i], bend = t->c * turn, second = first + bend;
            v[i] = t->second ? second : first;
            old[i] = d;
        }
    }
    ck_assert_mem_eq(x, v, sizeof x);
    stamp_noise_schedule_free(&s);
}
END_TEST

Suite *stamp_suite_paint_sampler(void);

Suite *stamp_suite_paint_sampler(void)
{
    Suite *s = suite_create("paint_sampler");
    TCase *c = tcase_create("sampler");
    tcase_add_test(c, timesteps_and_latents_are_those_of_the_oracle);
    tcase_add_test(c, ddim_turns_a_gaussian_by_the_angles_between_its_levels);
    tcase_add_test(c, every_sampler_of_noise_finds_a_single_point);
    tcase_add_test(c, the_levels_of_a_flow_add_up_to_one);
    tcase_add_test(c, guidance_of_one_runs_the_prompt_alone_and_others_both);
    tcase_add_test(c, what_breaks_on_the_way_ends_the_sampling_with_its_line);
    tcase_add_test(c, sizes_of_a_latent_are_checked);
    tcase_add_test(c, one_order_of_operations_is_the_one_written_down);
    suite_add_tcase(s, c);
    return s;
}
