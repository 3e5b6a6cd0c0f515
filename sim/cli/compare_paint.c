/* SPDX-License-Identifier: Apache-2.0 */
/* compare_paint.c - stamp compare of a network that paints. Contract in compare_paint.h. */
#include "sim/cli/compare_paint.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/family/random.h"
#include "compiler/front/labels.h"
#include "model/mem.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/paint/png_out.h"
#include "sim/paint/sheet.h"
#include "sim/paint/table.h"
#include "sim/report/json_out.h"

/* ---- Flags ------------------------------------------------------------------------------------- */

enum {
    KEY_PROMPT = STAMP_KEY_PAINT,
    KEY_PROMPTS,
    KEY_SEEDS,
    KEY_STEPS,
    KEY_GUIDANCE,
    KEY_JUDGE,
    KEY_SHEET
};

static const struct argp_option options[] = {
    {.doc = "Networks that paint:", .group = 15},
    {.name = "prompt",
     .key = KEY_PROMPT,
     .arg = "TEXT",
     .doc = "what is to be seen; may be given again"},
    {.name = "prompts", .key = KEY_PROMPTS, .arg = "FILE", .doc = "prompts, one a line"},
    {.name = "seeds",
     .key = KEY_SEEDS,
     .arg = "N",
     .doc = "pictures of each prompt, each with noise of its own (default 2)"},
    {.name = "steps", .key = KEY_STEPS, .arg = "N", .doc = "of the sampler (default 20)"},
    {.name = "guidance",
     .key = KEY_GUIDANCE,
     .arg = "G",
     .doc = "how far from the picture of no prompt; 1: the prompt alone (default 2.5)"},
    {.name = "judge",
     .key = KEY_JUDGE,
     .arg = "FOLDER",
     .doc = "a classifier that says what the pictures show, a stand-in for Image Reward"},
    {.name = "sheet",
     .key = KEY_SHEET,
     .arg = "X.png",
     .doc = "pictures of the first seed: a prompt a row; f32, 4 bits, with rows of 8 bits, STaMP"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_compare_paint *a = state->input;

    for (const struct argp_option *o = options; o->name || o->doc; o++)
        if (o->name && o->key == key) a->given = o->name;
    switch (key) {
    case KEY_PROMPT:
        if (a->prompts == STAMP_PAINT_PROMPTS)
            return stamp_args_bad("more than %d prompts", STAMP_PAINT_PROMPTS);
        a->prompt[a->prompts++] = arg;
        return 0;
    case KEY_PROMPTS: a->file = arg; return 0;
    case KEY_SEEDS: return stamp_args_u64("--seeds", arg, 1, 1024, &a->seeds);
    case KEY_STEPS: return stamp_args_u64("--steps", arg, 1, 1000, &a->steps);
    case KEY_GUIDANCE: return stamp_args_real("--guidance", arg, 0, 100, &a->guidance);
    case KEY_JUDGE: a->judge = arg; return 0;
    case KEY_SHEET: a->sheet = arg; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp stamp_argp_compare_paint = {.options = options, .parser = parse};

struct stamp_compare_paint stamp_compare_paint_default(void)
{
    return (struct stamp_compare_paint){.seeds = 2, .steps = 20, .guidance = 2.5};
}

bool stamp_compare_paint_is(const struct stamp_compare_paint *a)
{
    return a->prompts || a->file;
}

/* ---- What came of it --------------------------------------------------------------------------- */

static const char stand_in[] =
    "a caption classifier that stands in for Image Reward, no reward model";

static void quant_text(const struct stamp_compare_paint *a, char *text, size_t size)
{
    char quant[64];

    stamp_args_quant_text(a->quant, quant, sizeof quant);
    snprintf(text, size, "%s, head of %u bits, on %s", quant, a->net->head_bits, a->on->name);
}

static void print_row(const struct stamp_table *c, const struct stamp_table_row *r)
{
    const uint64_t pictures = c->prompts * c->seeds;
    char db[2][24] = {"-", "-"};

    if (!r->f32) {
        snprintf(db[0], sizeof db[0], "%.2f", stamp_noise_db(&r->predictions));
        snprintf(db[1], sizeof db[1], "%.2f", stamp_noise_db(&r->latents));
    }
    printf("%-40s %9.3f %11s %11s", r->name, r->act_bits, db[0], db[1]);
    if (c->judge)
        printf(" %10.1f %10.1f %9.3f", 100 * (double)r->objects / (double)pictures,
               100 * (double)r->prompts / (double)pictures, r->score / (double)pictures);
    puts("");
}

static void print(const struct stamp_compare_paint *a, const struct stamp_table *c)
{
    char quant[120];

    quant_text(a, quant, sizeof quant);
    printf("checkpoint %s, %zu prompts, %" PRIu64
           " pictures, %u steps, guidance %g, %zu tokens; %s\n",
           a->model, c->prompts, (uint64_t)c->prompts * c->seeds, c->steps, (double)c->guidance,
           c->network->dit.grid_h * c->network->dit.grid_w, quant);
    if (c->judge) printf("judged by %s: %s\n", a->judge, stand_in);
    printf("\n%-40s %9s %11s %11s", "", "", "prediction", "picture");
    if (c->judge) printf(" %10s %10s %9s", "object", "and ground", "");
    printf("\n%-40s %9s %11s %11s", "", "act bits", "SQNR, dB", "SQNR, dB");
    if (c->judge) printf(" %10s %10s %9s", "named, %", "named, %", "score");
    puts("");
    for (size_t i = 0; i < c->rows; i++) print_row(c, &c->row[i]);
    if (a->sheet) printf("\n%s: f32, 4 bits, rows of 8 bits, STaMP\n", a->sheet);
}

static void put_row(struct cJSON *v, const struct stamp_table *c, const struct stamp_table_row *r)
{
    const double pictures = (double)c->prompts * c->seeds, none = (double)NAN;

    stamp_put_text(v, "name", r->name);
    if (r->f32)
        cJSON_AddNullToObject(v, "transform");
    else
        stamp_put_text(v, "transform", stamp_transform_name(r->scheme.transform));
    stamp_put_count(v, "block", r->scheme.block);
    stamp_put_count(v, "high_rows", r->scheme.high_rows);
    stamp_put_real(v, "avg_act_bits", r->act_bits);
    stamp_put_real(v, "sqnr_db", r->f32 ? none : stamp_noise_db(&r->predictions));
    stamp_put_real(v, "picture_db", r->f32 ? none : stamp_noise_db(&r->latents));
    if (!c->judge) return;
    stamp_put_count(v, "objects_named", r->objects);
    stamp_put_count(v, "prompts_named", r->prompts);
    stamp_put_real(v, "score", r->score / pictures);
}

static void put(const struct stamp_compare_paint *a, const struct stamp_table *c)
{
    struct cJSON *o = stamp_json_root();
    char quant[120];

    quant_text(a, quant, sizeof quant);
    stamp_put_text(o, "model", a->model);
    stamp_put_text(o, "network", quant);
    stamp_put_text(o, "on", a->on->name);
    stamp_put_count(o, "tokens", c->network->dit.grid_h * c->network->dit.grid_w);
    stamp_put_count(o, "steps", c->steps);
    stamp_put_real(o, "guidance", (double)c->guidance);
    stamp_put_count(o, "seed", c->seed);
    stamp_put_count(o, "seeds", c->seeds);
    stamp_put_count(o, "pictures", (uint64_t)c->prompts * c->seeds);
    struct cJSON *list = stamp_put_array(o, "prompts");
    for (size_t i = 0; i < c->prompts; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(c->prompt[i]));
    if (c->judge) stamp_put_text(o, "judge", a->judge);
    if (c->judge) stamp_put_text(o, "judge_is", stand_in);
    list = stamp_put_array(o, "rows");
    for (size_t i = 0; i < c->rows; i++) put_row(stamp_put_object(list, NULL), c, &c->row[i]);
    stamp_say_json(o);
}

/* ---- The whole --------------------------------------------------------------------------------- */

/* What a comparison holds. */
struct held {
    struct stamp_table c;
    struct stamp_paint_folder folder;
    struct stamp_labels *lines;
    struct stamp_judge *judge;
    const char *prompt[STAMP_PAINT_PROMPTS];
};

enum {
    SHOWN = 128,
    MARGIN = 2
}; /* pixels: small pictures are enlarged to it, whole pixels; around each */

static void progress(uint64_t done, uint64_t total)
{
    stamp_progress_show(done, total, "evaluations");
}

/* Those of the command line, then a line of the file each; an empty line is the empty prompt. */
static enum stamp_status read_prompts(const struct stamp_compare_paint *a, struct held *h,
                                      struct stamp_err *e)
{
    static char number[STAMP_LABELS_NUMBER];
    const enum stamp_status s = a->file ? stamp_labels_open(a->file, &h->lines, e) : STAMP_OK;

    if (s) return s;
    const size_t lines = a->file ? stamp_labels_count(h->lines) : 0;
    if (a->prompts + lines > STAMP_PAINT_PROMPTS)
        return stamp_fail(e, STAMP_ERANGE, "%s: %zu prompts, at most %d", a->file,
                          a->prompts + lines, STAMP_PAINT_PROMPTS);
    if (a->prompts + lines == 0) return stamp_fail(e, STAMP_EFORMAT, "%s: no prompts", a->file);
    memcpy(h->prompt, a->prompt, a->prompts * sizeof *a->prompt);
    for (size_t i = 0; i < lines; i++) {
        const char *line = stamp_labels_name(h->lines, i, number);
        h->prompt[a->prompts + i] = line == number ? "" : line;
    }
    h->c.prompts = a->prompts + lines;
    h->c.prompt = h->prompt;
    return STAMP_OK;
}

static size_t scale(const struct held *h)
{
    const struct stamp_dit *d = &h->c.network->dit;
    const size_t high = d->grid_h * d->patch * h->folder.shuffle.factor,
                 wide = d->grid_w * d->patch * h->folder.shuffle.factor,
                 most = high > wide ? high : wide;
    return most < SHOWN ? SHOWN / most : 1;
}

/* Said before the work: a sheet that cannot be. */
static enum stamp_status check_sheet(const struct stamp_compare_paint *a, const struct held *h,
                                     struct stamp_err *e)
{
    const struct stamp_dit *d = &h->c.network->dit;
    const char *const inputs[] = {a->model, a->file, NULL};
    const size_t side = scale(h) * d->patch * h->folder.shuffle.factor,
                 high = h->c.prompts * (d->grid_h * side + MARGIN) + MARGIN,
                 wide = STAMP_TABLE_SHEET * (d->grid_w * side + MARGIN) + MARGIN;

    if (!a->sheet) return STAMP_OK;
    if (high > STAMP_PICTURE_SIDE_MAX || wide > STAMP_PICTURE_SIDE_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%s: a sheet of %zu x %zu pixels, at most %d", a->sheet,
                          wide, high, STAMP_PICTURE_SIDE_MAX);
    return stamp_check_output(a->sheet, inputs, e);
}

static enum stamp_status write_sheet(const struct stamp_compare_paint *a, const struct held *h,
                                     struct stamp_err *e)
{
    const struct stamp_sheet layout = {
        .columns = h->c.columns, .scale = scale(h), .margin = MARGIN, .paper = {255, 255, 255}};
    struct stamp_picture all = {0};

    if (!a->sheet) return STAMP_OK;
    enum stamp_status s =
        stamp_sheet_make(&layout, h->c.picture, h->c.prompts * h->c.columns, &all, e);
    if (!s) s = stamp_png_write(a->sheet, &all, e);
    stamp_picture_free(&all);
    return s;
}

static enum stamp_status open_all(const struct stamp_compare_paint *a, struct held *h,
                                  struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    if (!stamp_network_paints(a->network))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a %s network does not paint: no prompts",
                          a->model, a->network->family->name);
    if (stamp_random_is(a->model))
        return stamp_fail(e, STAMP_ERANGE, "%s: a random network has no words: no prompts",
                          a->model);
    s = read_prompts(a, h, e);
    if (!s) s = stamp_paint_folder_open(a->model, &h->folder, e);
    if (!s) s = stamp_paint_fits(&h->folder, a->network, a->model, e);
    if (!s && a->judge) s = stamp_judge_open(a->judge, &h->judge, e);
    return s;
}

static void set(const struct stamp_compare_paint *a, struct held *h)
{
    struct stamp_table *c = &h->c;

    c->network = a->network;
    c->folder = &h->folder;
    c->net = stamp_args_netrun(a->net, a->base, a->machine, a->on);
    c->net.run.progress = NULL;
    c->net.stage = NULL;
    c->base = *a->base;
    c->quantizer = a->quant->quantizer;
    c->highs = a->highs ? a->highs : 1;
    c->high[0] = 64;
    if (a->highs) memcpy(c->high, a->high, a->highs * sizeof *a->high);
    c->seeds = (uint32_t)a->seeds;
    c->steps = (uint32_t)a->steps;
    c->seed = a->machine->run.seed;
    c->guidance = (float)a->guidance;
    c->progress = progress;
}

enum stamp_status stamp_compare_paint(const struct stamp_compare_paint *a, struct stamp_err *e)
{
    struct held *h = stamp_alloc(1, sizeof *h);

    if (!h) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    set(a, h);
    enum stamp_status s = open_all(a, h, e);
    h->c.judge = h->judge;
    if (!s) s = check_sheet(a, h, e);
    stamp_progress_task("schemes on %s", a->on->name);
    if (!s) s = stamp_table_list(&h->c, e);
    if (!s) s = stamp_table_run(&h->c, e);
    stamp_progress_end();
    if (!s) s = write_sheet(a, h, e);
    if (!s && a->json)
        put(a, &h->c);
    else if (!s)
        print(a, &h->c);
    stamp_table_free(&h->c);
    stamp_judge_close(h->judge);
    stamp_labels_close(h->lines);
    stamp_paint_folder_close(&h->folder);
    stamp_free(h);
    return s;
}
