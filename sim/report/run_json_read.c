/* SPDX-License-Identifier: Apache-2.0 */
/* run_json_read.c - RUN.json read: every key is there, is of its kind, and is known. Contract in run_json.h. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/json.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/report/keys.h"
#include "sim/report/run_json.h"

enum {
    DRAM_KEYS = 0
#define KEY(name, lo, hi, meaning) +1
#define TIMING(name, lo, meaning)  +1
#include "model/dram/keys.def"
};

/* ---- The pieces of a record ----------------------------------------------------------------------- */

static void read_counts(struct stamp_keys *o, struct stamp_record_piece *p)
{
    const char *keys[STAMP_EVENTS + 1] = {NULL};

    p->times = stamp_keys_known(o, "times");
    p->cycles = stamp_keys_known(o, "cycles");
    p->products = stamp_keys_known(o, "products");
    stamp_keys_real(o, "utilization"); /* follows from the others */
    struct stamp_keys events = stamp_keys_inside(o, "events");
    for (int i = 0; i < STAMP_EVENTS; i++) {
        keys[i] = stamp_record_event((enum stamp_event)i);
        p->event[i] = stamp_keys_known(&events, keys[i]);
    }
    stamp_keys_done(&events, keys);
}

/* Parts are what instances add up to: they are read to be held against these. */
static uint32_t read_pieces(struct stamp_keys *o, const char *key, bool instances,
                            struct stamp_record_piece **out)
{
    static const char *const keys[] = {"part",     "iteration",   "start",  "times", "cycles",
                                       "products", "utilization", "events", NULL};
    uint32_t n = 0, i = 0;
    const cJSON *m =
        stamp_keys_array(o, key, instances ? STAMP_RECORD_PIECES : STAMP_RECORD_PARTS, &n);

    *out = stamp_arena_alloc(o->in->r->arena, n, sizeof **out);
    if (!*out) stamp_keys_no_memory(o->in);
    for (; m && !o->in->s; m = m->next, i++) {
        char where[STAMP_KEYS_WHERE];
        snprintf(where, sizeof where, "%.70s%s[%u].", o->where, key, i);
        struct stamp_keys one = stamp_keys_object(o->in, m, where);
        (*out)[i].name = stamp_keys_name(&one, "part");
        if (instances) (*out)[i].iteration = stamp_keys_known(&one, "iteration");
        if (instances) (*out)[i].start = stamp_keys_known(&one, "start");
        read_counts(&one, &(*out)[i]);
        stamp_keys_done(&one, keys);
    }
    return i;
}

static void read_program(struct stamp_keys *o, struct stamp_record_program *p)
{
    static const char *const keys[] = {"name",    "tokens",     "runs",     "cycles_expected",
                                       "checked", "mismatches", "compared", "seconds",
                                       "times",   "cycles",     "products", "utilization",
                                       "events",  "instances",  "parts",    NULL};

    p->name = stamp_keys_name(o, "name");
    p->tokens = stamp_keys_known(o, "tokens");
    p->runs = stamp_keys_known(o, "runs");
    p->expected = stamp_keys_known(o, "cycles_expected");
    p->checked = stamp_keys_known(o, "checked");
    p->mismatches = stamp_keys_known(o, "mismatches");
    p->compared = stamp_keys_known(o, "compared");
    p->seconds = stamp_keys_real(o, "seconds");
    read_counts(o, &p->all);
    p->instances = read_pieces(o, "instances", true, &p->instance);
    p->parts = read_pieces(o, "parts", false, &p->part);
    stamp_keys_done(o, keys);
}

static void read_machine(struct stamp_keys *root, struct stamp_record *r)
{
    static const char *const keys[] = {"name", "parameters", NULL};
    const char *params[STAMP_PARAMS + 1] = {NULL};
    const cJSON *m = stamp_keys_member(root, "machine");

    if (!m || cJSON_IsNull(m)) return;
    struct stamp_keys o = stamp_keys_object(root->in, m, "machine.");
    r->machine = stamp_keys_name(&o, "name");
    struct stamp_keys list = stamp_keys_inside(&o, "parameters");
    for (int i = 0; i < STAMP_PARAMS; i++) {
        params[i] = stamp_param_name((enum stamp_param)i);
        r->param[i] = (uint32_t)stamp_keys_count(&list, params[i], 1 << 20);
        if (!root->in->s && !r->param[i])
            stamp_keys_bad(root->in, list.where, params[i], "must not be 0");
    }
    stamp_keys_done(&list, params);
    stamp_keys_done(&o, keys);
}

static void copy_name(struct stamp_keys *o, const char *key, char *to, size_t size)
{
    const char *s = stamp_keys_text(o, key, false);

    if (s && (strlen(s) >= size || (*s && !stamp_record_name_ok(s))))
        stamp_keys_bad(o->in, o->where, key, "must be short, of letters, digits and _.+:/-");
    else if (s)
        snprintf(to, size, "%s", s);
}

static void read_dram(struct stamp_keys *memory, struct stamp_record *r)
{
    static const char *const keys[] = {"name", "map", "parameters", NULL};
    const char *params[DRAM_KEYS + 1] = {NULL};
    struct stamp_dram_key key;
    const cJSON *m = stamp_keys_member(memory, "dram");

    if (!m || cJSON_IsNull(m)) return;
    struct stamp_keys o = stamp_keys_object(memory->in, m, "memory.dram.");
    r->has_dram = true;
    copy_name(&o, "name", r->dram.name, sizeof r->dram.name);
    copy_name(&o, "map", r->dram.map, sizeof r->dram.map);
    struct stamp_keys list = stamp_keys_inside(&o, "parameters");
    for (size_t i = 0; i < DRAM_KEYS && stamp_dram_key_at(i, &key); i++) {
        params[i] = key.name;
        stamp_dram_put(&r->dram, key.name, stamp_keys_count(&list, key.name, key.hi));
    }
    stamp_keys_done(&list, params);
    stamp_keys_done(&o, keys);
}

static void read_device(struct stamp_keys *root, struct stamp_record *r)
{
    static const char *const keys[] = {"name", "what", "timed", "checked", NULL};
    static const char *const memory[] = {"read_latency", "write_latency", "read_rate", "write_rate",
                                         "stall",        "dram",          "seed",      NULL};
    struct stamp_keys o = stamp_keys_inside(root, "device");

    r->device = stamp_keys_name(&o, "name");
    r->device_is = stamp_keys_text(&o, "what", false);
    r->timed = stamp_keys_flag(&o, "timed");
    r->checked = stamp_keys_flag(&o, "checked");
    stamp_keys_done(&o, keys);
    const cJSON *m = stamp_keys_member(root, "memory");
    if (!m || cJSON_IsNull(m)) return;
    o = stamp_keys_object(root->in, m, "memory.");
    r->has_memory = true;
    r->read_latency = (uint32_t)stamp_keys_count(&o, "read_latency", UINT32_MAX);
    r->write_latency = (uint32_t)stamp_keys_count(&o, "write_latency", UINT32_MAX);
    r->read_rate = (uint32_t)stamp_keys_count(&o, "read_rate", 256);
    r->write_rate = (uint32_t)stamp_keys_count(&o, "write_rate", 256);
    r->stall = (uint32_t)stamp_keys_count(&o, "stall", 255);
    read_dram(&o, r);
    r->seed = stamp_keys_name(&o, "seed");
    stamp_keys_done(&o, memory);
    if (!root->in->s && (!r->read_rate || !r->write_rate))
        stamp_keys_bad(root->in, o.where, "read_rate, write_rate", "must not be 0");
}

static void read_accuracy(struct stamp_keys *root, struct stamp_record *r)
{
#define KEY(key, what) #key,
    static const char *const figures[] = {STAMP_RECORD_FIGURE(KEY)};
    static const char *const keys[] = {"figure", "of", "value", NULL};
    enum { FIGURES = sizeof figures / sizeof figures[0] };
    uint32_t n = 0;

    for (const cJSON *m = stamp_keys_array(root, "accuracy", STAMP_RECORD_FIGURES, &n);
         m && !root->in->s; m = m->next) {
        struct stamp_keys o = stamp_keys_object(root->in, m, "accuracy[].");
        struct stamp_record_figure *f = &r->figure[r->figures];
        size_t k = 0;
        f->key = stamp_keys_text(&o, "figure", false);
        f->of = stamp_keys_text(&o, "of", true);
        f->value = stamp_keys_real(&o, "value");
        while (f->key && k < FIGURES && strcmp(figures[k], f->key)) k++;
        if (!root->in->s && k == FIGURES)
            stamp_keys_bad(root->in, o.where, "figure", "is none of this format");
        stamp_keys_done(&o, keys);
        r->figures++;
    }
}

static bool same(struct stamp_known a, struct stamp_known b)
{
    return a.known == b.known && a.n == b.n;
}

static bool same_piece(const struct stamp_record_piece *a, const struct stamp_record_piece *b)
{
    bool equal =
        same(a->cycles, b->cycles) && same(a->products, b->products) && same(a->times, b->times);

    for (int i = 0; i < STAMP_EVENTS; i++) equal = equal && same(a->event[i], b->event[i]);
    return equal && (!a->name || !strcmp(a->name, b->name));
}

/* But for seconds, which are no whole number. */
static bool same_program(const struct stamp_record_program *a, const struct stamp_record_program *b)
{
    return same(a->tokens, b->tokens) && same(a->runs, b->runs) && same(a->expected, b->expected) &&
           same(a->checked, b->checked) && same(a->mismatches, b->mismatches) &&
           same(a->compared, b->compared) && same_piece(&a->all, &b->all);
}

/* Parts and total are sums: a file in which they are not was bent. */
static void hold_sums(struct stamp_keys_reader *in)
{
    struct stamp_record *r = in->r;
    const struct stamp_record_program total = r->total;
    const struct stamp_record_piece *part[STAMP_RECORD_PROGRAMS];
    uint32_t parts[STAMP_RECORD_PROGRAMS];

    if (in->s) return;
    for (uint32_t i = 0; i < r->programs; i++) {
        part[i] = r->program[i].part;
        parts[i] = r->program[i].parts;
    }
    const bool summed = stamp_record_finish(r);
    if (!summed && stamp_arena_failed(r->arena)) stamp_keys_no_memory(in);
    for (uint32_t i = 0; i < r->programs; i++) {
        bool equal = summed && r->program[i].parts == parts[i];
        for (uint32_t k = 0; equal && k < parts[i]; k++)
            equal = same_piece(&part[i][k], &r->program[i].part[k]);
        if (!equal) stamp_keys_bad(in, "programs[].", "parts", "are not the sums of the instances");
    }
    if (!same_program(&total, &r->total))
        stamp_keys_bad(in, "total", "", "is not the sum over the programs");
}

static void read_root(struct stamp_keys_reader *in, const cJSON *json)
{
    static const char *const keys[] = {"schema",  "format",   "version", "command",  "command_line",
                                       "subject", "scheme",   "network", "machine",  "device",
                                       "memory",  "accuracy", "total",   "programs", NULL};
    struct stamp_keys root = stamp_keys_object(in, json, "");
    struct stamp_record *r = in->r;
    uint32_t n = 0;

    if (!in->s && !cJSON_HasObjectItem(json, "schema"))
        stamp_keys_bad(in, "", "schema", "missing: no record of a run, which --report writes");
    const char *schema = stamp_keys_text(&root, "schema", false);
    if (!in->s && strcmp(schema, "stamp-run"))
        stamp_keys_bad(in, "", "schema", "must be \"stamp-run\": a file that --report wrote");
    if (stamp_keys_count(&root, "format", UINT32_MAX) != STAMP_RECORD_FORMAT)
        stamp_keys_bad(in, "", "format", "of another version of stamp; run again with --report");
    r->version = stamp_keys_name(&root, "version");
    r->command = stamp_keys_name(&root, "command");
    r->command_line = stamp_keys_text(&root, "command_line", false);
    r->subject = stamp_keys_text(&root, "subject", false);
    r->scheme = stamp_keys_text(&root, "scheme", true);
    r->network = stamp_keys_text(&root, "network", true);
    read_machine(&root, r);
    read_device(&root, r);
    read_accuracy(&root, r);
    struct stamp_keys total = stamp_keys_inside(&root, "total");
    read_program(&total, &r->total);
    for (const cJSON *m = stamp_keys_array(&root, "programs", STAMP_RECORD_PROGRAMS, &n);
         m && !in->s; m = m->next) {
        char where[STAMP_KEYS_WHERE];
        snprintf(where, sizeof where, "programs[%u].", r->programs);
        struct stamp_keys o = stamp_keys_object(in, m, where);
        read_program(&o, &r->program[r->programs++]);
    }
    stamp_keys_done(&root, keys);
    hold_sums(in);
}

enum stamp_status stamp_record_parse(const char *name, const char *bytes, size_t len,
                                     struct stamp_record **out, struct stamp_err *e)
{
    struct cJSON *json = NULL;
    enum stamp_status s = stamp_json_object(name, bytes, len, &json, e);

    if (s) return s;
    struct stamp_keys_reader in = {.name = name, .r = stamp_record_new(), .e = e};
    if (in.r)
        read_root(&in, json);
    else
        stamp_keys_no_memory(&in);
    stamp_json_free(json);
    if (!in.s)
        *out = in.r;
    else
        stamp_record_free(in.r);
    return in.s;
}

enum stamp_status stamp_record_read(const char *path, struct stamp_record **out,
                                    struct stamp_err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    enum stamp_status s = stamp_infile_text(path, STAMP_RECORD_BYTES, &bytes, &len, e);

    if (s) return s;
    s = stamp_record_parse(path, bytes, len, out, e);
    stamp_free(bytes);
    return s;
}
