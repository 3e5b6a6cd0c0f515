/* SPDX-License-Identifier: Apache-2.0 */
/* layer.c - one linear layer on a machine. Contract in layer.h. */
#include "sim/report/layer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/bf16.h"
#include "model/num/linear.h"
#include "model/num/plan.h"
#include "model/num/sqnr.h"
#include "sim/report/counters.h"

/* What one measurement holds; given back in one place. */
struct job {
    const struct stamp_measure *what;
    size_t inputs, outputs; /* elements of x, of y */
    struct stamp_image *image;
    struct stamp_run *run;
    float *y, *golden, *scratch;
};

enum stamp_status stamp_measure_ref(const struct stamp_compile_layer *l, const float *x, float *y,
                                    struct stamp_err *e)
{
    struct stamp_scheme f32 = stamp_scheme_default();

    f32.transform = STAMP_NONE;
    f32.act_bits = 32;
    f32.weight_bits = 32;
    return stamp_linear_num(&f32, (uint32_t)l->s, (uint32_t)l->d, (uint32_t)l->n, x, l->w, l->bias,
                            y, e);
}

static void round_bf16(float *v, size_t count)
{
    for (size_t i = 0; i < count; i++) v[i] = stamp_bf16_to_f32(stamp_bf16_from_f32(v[i]));
}

/* What the numerics alone say y is, storage formats included. */
static enum stamp_status make_golden(struct job *j, struct stamp_err *e)
{
    const struct stamp_measure *m = j->what;
    const struct stamp_compile_layer *l = &m->layer;
    const float *x = m->x;

    if (m->compile.in_fmt == STAMP_FMT_BF16) {
        j->scratch = stamp_alloc(j->inputs, sizeof *j->scratch);
        if (!j->scratch) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the input");
        memcpy(j->scratch, x, j->inputs * sizeof *x);
        round_bf16(j->scratch, j->inputs);
        x = j->scratch;
    }
    const enum stamp_status s = stamp_linear_num(&l->scheme, (uint32_t)l->s, (uint32_t)l->d,
                                                 (uint32_t)l->n, x, l->w, l->bias, j->golden, e);
    if (!s && m->compile.out_fmt == STAMP_FMT_BF16) round_bf16(j->golden, j->outputs);
    return s;
}

static void compare(const struct job *j, struct stamp_figures *f)
{
    const size_t n = j->what->layer.n;

    for (size_t i = 0; i < j->outputs; i++) {
        uint32_t got, want;
        memcpy(&got, &j->y[i], sizeof got);
        memcpy(&want, &j->golden[i], sizeof want);
        if (got == want) continue;
        if (!f->mismatches++)
            snprintf(f->difference, sizeof f->difference,
                     "y[%zu][%zu]: machine 0x%08" PRIx32 " (%.9g), numerics 0x%08" PRIx32 " (%.9g)",
                     i / n, i % n, got, (double)j->y[i], want, (double)j->golden[i]);
    }
    f->checked += j->outputs;
}

static void begin(const struct job *j, const char *what)
{
    if (j->what->stage) j->what->stage(what);
}

static enum stamp_status compile_and_run(struct job *j, struct stamp_figures *f,
                                         struct stamp_err *e)
{
    const struct stamp_compile_layer *l = &j->what->layer;
    struct stamp_run_options options = j->what->run;
    struct stamp_compile_options how = j->what->compile;
    struct stamp_compile_info info;

    how.memory = (struct stamp_cost_memory){options.read_latency, options.read_rate};
    begin(j, "compiling");
    enum stamp_status s = stamp_compile(l, 1, &how, &j->image, &info, e);
    if (s) return s;
    f->estimate = info.cycles;
    f->products = stamp_image_needed(j->image, j->image->entry, 0);
    f->macs = (uint64_t)l->s * l->d * l->n;
    options.expect = info.cycles;
    s = stamp_run_new(j->image, &j->run, e);
    if (!s) s = stamp_run_put(j->run, "x", j->what->x, l->s, l->d, e);
    begin(j, "running");
    if (!s) s = stamp_run_go(j->run, &options, &f->run, e);
    f->cycles = f->run.cycles;
    f->utilization = stamp_utilization(j->image->mach, f->products, f->cycles);
    f->checked = f->run.checked;
    f->mismatches = f->run.mismatches;
    if (s == STAMP_EMISMATCH) {
        snprintf(f->difference, sizeof f->difference, "%s",
                 f->run.difference[0] ? f->run.difference
                 : e                  ? e->text
                                      : "");
        if (!f->mismatches) f->mismatches = 1;
    }
    return s;
}

/* The machine stopped on NUMERIC: the numerics say where, if they do too. */
static void name_overflow(struct job *j, struct stamp_err *e)
{
    struct stamp_err num = {0};
    char text[sizeof num.text];

    if (!e || make_golden(j, &num) != STAMP_ERANGE) return;
    memcpy(text, e->text, sizeof text);
    stamp_fail(e, e->status, "%.250s; %.140s", text, num.text);
}

static enum stamp_status judge(struct job *j, struct stamp_figures *f, struct stamp_err *e)
{
    const struct stamp_compile_layer *l = &j->what->layer;
    const float *ref = j->what->ref;

    begin(j, "comparing with the numerics");
    enum stamp_status s = stamp_run_get(j->run, "y", j->y, l->s, l->n, e);
    if (!s) s = make_golden(j, e);
    if (s) return s;
    compare(j, f);
    if (!ref) {
        begin(j, "f32 product");
        s = stamp_measure_ref(l, j->what->x, j->golden, e);
        ref = j->golden;
    }
    if (!s) f->sqnr_db = stamp_sqnr_db(j->outputs, ref, j->y);
    return s;
}

enum stamp_status stamp_measure_layer(const struct stamp_measure *what, float *y,
                                      struct stamp_figures *out, struct stamp_err *e)
{
    const struct stamp_compile_layer *l = &what->layer;
    struct job j = {.what = what, .inputs = l->s * l->d, .outputs = l->s * l->n};
    struct stamp_figures f = {0};
    struct stamp_plan plan;

    enum stamp_status s = stamp_plan_build(&l->scheme, (uint32_t)l->s, &plan, e);
    if (s) return s;
    f.avg_act_bits = stamp_plan_average_bits(&plan);
    stamp_plan_free(&plan);

    j.y = y ? y : stamp_alloc(j.outputs, sizeof *j.y);
    j.golden = stamp_alloc(j.outputs, sizeof *j.golden);
    if (!j.y || !j.golden)
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu x %zu outputs", l->s, l->n);
    if (!s) s = compile_and_run(&j, &f, e);
    if (s == STAMP_EMACHINE && f.run.error == STAMP_ERROR_NUMERIC) name_overflow(&j, e);
    if (!s) s = judge(&j, &f, e);
    if (!s || s == STAMP_EMISMATCH) *out = f;
    stamp_run_free(j.run);
    stamp_image_free(j.image);
    stamp_free(j.scratch);
    stamp_free(j.golden);
    if (!y) stamp_free(j.y);
    return s == STAMP_EMISMATCH ? STAMP_OK : s;
}
