/* SPDX-License-Identifier: Apache-2.0 */
/* compare_pictures.c - stamp compare of a network of pictures. Contract in compare_pictures.h. */
#include "sim/cli/compare_pictures.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"
#include "sim/vision/schemes.h"

static void print(const struct stamp_compare_pictures *a, const struct stamp_schemes *c,
                  const char *weights)
{
    printf("checkpoint %s, %zu pictures, %" PRIu64 " linear layers; %s\n\n", a->model, c->pictures,
           c->layers, weights);
    printf("%-40s %10s %10s %12s %12s %9s\n", "", "top 1 as", "logits", "linear", "linear", "");
    printf("%-40s %10s %10s %12s %12s %9s\n", "", "f32", "SQNR, dB", "sums, dB", "mean, dB",
           "act bits");
    for (size_t i = 0; i < c->rows; i++) {
        const struct stamp_schemes_row *r = &c->row[i];
        char agree[48];
        snprintf(agree, sizeof agree, "%zu of %zu", r->agree, c->pictures);
        printf("%-40s %10s %10.2f %12.2f %12.2f %9.3f\n", r->name, agree,
               stamp_noise_db(&r->logits), stamp_noise_db(&r->linear), r->mean_db, r->act_bits);
    }
}

static void put(const struct stamp_compare_pictures *a, const struct stamp_schemes *c,
                const char *weights)
{
    struct cJSON *o = stamp_json_root();

    stamp_put_text(o, "model", a->model);
    stamp_put_text(o, "network", weights);
    stamp_put_count(o, "pictures", c->pictures);
    stamp_put_count(o, "linear_layers", c->layers);
    struct cJSON *list = stamp_put_array(o, "rows");
    for (size_t i = 0; i < c->rows; i++) {
        const struct stamp_schemes_row *r = &c->row[i];
        struct cJSON *v = stamp_put_object(list, NULL);
        stamp_put_text(v, "name", r->name);
        stamp_put_text(v, "transform", stamp_transform_name(r->scheme.transform));
        stamp_put_count(v, "block", r->scheme.block);
        stamp_put_count(v, "high_rows", r->scheme.high_rows);
        stamp_put_real(v, "avg_act_bits", r->act_bits);
        stamp_put_count(v, "agree", r->agree);
        stamp_put_real(v, "sqnr_db", stamp_noise_db(&r->logits));
        stamp_put_real(v, "linear_sqnr_db", stamp_noise_db(&r->linear));
        stamp_put_real(v, "linear_mean_db", r->mean_db);
    }
    stamp_say_json(o);
}

static void progress(uint64_t done, uint64_t total)
{
    stamp_progress_show(done, total, "pictures");
}

static void weights_text(const struct stamp_compare_pictures *a, char *text, size_t size)
{
    char quant[64];

    stamp_args_quant_text(a->quant, quant, sizeof quant);
    if (a->base->weight_bits == 32)
        snprintf(text, size, "weights f32");
    else
        snprintf(text, size, "%s, head of %u bits", quant, a->net->head_bits);
}

enum stamp_status stamp_compare_pictures(const struct stamp_compare_pictures *a,
                                         struct stamp_err *e)
{
    struct stamp_schemes *c = stamp_alloc(1, sizeof *c);
    char weights[120];

    if (!c) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    c->network = a->network;
    c->net = stamp_args_netrun(a->net, a->base, a->machine, &stamp_on_net);
    c->base = *a->base;
    c->quantizer = a->quant->quantizer;
    memcpy(c->high, a->high, a->highs * sizeof *a->high);
    c->highs = a->highs;
    c->progress = progress;
    c->net.run.progress = NULL;
    stamp_progress_task("schemes");
    enum stamp_status s = stamp_schemes_list(c, e);
    if (!s) s = stamp_schemes_run(c, a->file, a->count, e);
    stamp_progress_end();
    weights_text(a, weights, sizeof weights);
    if (!s && a->json)
        put(a, c, weights);
    else if (!s)
        print(a, c, weights);
    stamp_free(c);
    return s;
}
