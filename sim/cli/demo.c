/* SPDX-License-Identifier: Apache-2.0 */
/* demo.c - the work of the demo. Contract in demo.h. */
#include "sim/cli/demo.h"

#include "model/mem.h"
#include "sim/cli/args_machine.h"
#include "sim/cli/progress.h"

const char *stamp_demo_name(enum stamp_demo_scheme which)
{
    static const char *const names[] = {"W4A4", "W4A4, 64 rows of 8 bits",
                                        "STaMP (haar), the same bits", "W4A8", "f32"};
    return names[which];
}

struct stamp_scheme stamp_demo_scheme(enum stamp_demo_scheme which)
{
    struct stamp_scheme q = stamp_scheme_default();

    if (which != STAMP_DEMO_STAMP) q.transform = STAMP_NONE;
    if (which == STAMP_DEMO_PLAIN) q.high_rows = 0;
    if (which == STAMP_DEMO_W4A8) q.act_bits = 8;
    if (which == STAMP_DEMO_F32) q.act_bits = q.weight_bits = 32;
    return q;
}

enum stamp_status stamp_demo_run(struct stamp_demo *d, const struct stamp_layer_input *in,
                                 struct stamp_demo_layer *out, struct stamp_err *e)
{
    float *ref = stamp_alloc(in->s * in->n, sizeof *ref);
    struct stamp_measure m = {
        .layer = {.name = in->name, .s = in->s, .d = in->d, .n = in->n, .w = in->w},
        .compile = {.mach = d->mach, .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_F32},
        .run = d->run,
        .x = in->x,
        .ref = ref};

    if (!ref)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu x %zu outputs", in->s, in->n);
    out->input = in;
    m.run.progress = stamp_progress_run;
    m.stage = stamp_progress_stage;
    enum stamp_status s = stamp_measure_ref(&m.layer, in->x, ref, e);
    for (int i = 0; i < STAMP_DEMO_LAYER && !s; i++) {
        struct stamp_figures *f = &out->f[i];
        m.layer.scheme = stamp_demo_scheme((enum stamp_demo_scheme)i);
        stamp_progress_task("%s, %s, on %s", in->name, stamp_demo_name((enum stamp_demo_scheme)i),
                            d->run.on->name);
        s = stamp_measure_layer(&m, NULL, f, e);
        stamp_progress_end();
        if (s) break;
        d->checked += f->checked;
        d->mismatches += f->mismatches;
        d->cycles += f->cycles;
        d->products += f->products;
        d->seconds += f->run.seconds;
        if (f->mismatches && !d->first) {
            d->first = f;
            d->first_name = in->name;
        }
    }
    stamp_free(ref);
    return s ? stamp_fail_at(e, "%s", in->name) : STAMP_OK;
}

enum stamp_status stamp_demo_score(struct stamp_demo *d, const struct stamp_corpus *c,
                                   struct stamp_err *e)
{
    const struct stamp_ppl_limits all = {0, 0};
    enum stamp_status s = STAMP_OK;

    for (int i = 0; i < STAMP_DEMO_SCHEMES && !s; i++) {
        const struct stamp_scheme q = stamp_demo_scheme((enum stamp_demo_scheme)i);
        s = stamp_corpus_perplexity(c, &all, i == STAMP_DEMO_F32 ? NULL : &q, &d->ppl[i],
                                    &d->bits[i], e);
    }
    d->scored = !s;
    return s;
}
