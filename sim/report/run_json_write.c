/* SPDX-License-Identifier: Apache-2.0 */
/* run_json_write.c - the record of a run as JSON. Contract in run_json.h, keys in run_json.md. */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "model/file/outfile.h"
#include "sim/report/json_out.h"
#include "sim/report/run_json.h"

static void put_known(struct cJSON *o, const char *key, struct stamp_known v)
{
    if (v.known)
        stamp_put_count(o, key, v.n);
    else
        cJSON_AddNullToObject(o, key);
}

static void put_text(struct cJSON *o, const char *key, const char *text)
{
    if (text)
        stamp_put_text(o, key, text);
    else
        cJSON_AddNullToObject(o, key);
}

static void put_counts(struct cJSON *o, const struct stamp_record *r,
                       const struct stamp_record_piece *p)
{
    put_known(o, "times", p->times);
    put_known(o, "cycles", p->cycles);
    put_known(o, "products", p->products);
    stamp_put_real(o, "utilization", stamp_record_use(r, p));
    struct cJSON *events = stamp_put_object(o, "events");
    for (int i = 0; i < STAMP_EVENTS; i++)
        put_known(events, stamp_record_event((enum stamp_event)i), p->event[i]);
}

static void put_pieces(struct cJSON *o, const char *key, const struct stamp_record *r,
                       const struct stamp_record_piece *p, uint32_t count, bool instances)
{
    struct cJSON *list = stamp_put_array(o, key);

    for (uint32_t i = 0; i < count; i++) {
        struct cJSON *one = stamp_put_object(list, NULL);
        stamp_put_text(one, "part", p[i].name);
        if (instances) put_known(one, "iteration", p[i].iteration);
        if (instances) put_known(one, "start", p[i].start);
        put_counts(one, r, &p[i]);
    }
}

static void put_program(struct cJSON *o, const struct stamp_record *r,
                        const struct stamp_record_program *p)
{
    stamp_put_text(o, "name", p->name);
    put_known(o, "tokens", p->tokens);
    put_known(o, "runs", p->runs);
    put_known(o, "cycles_expected", p->expected);
    put_known(o, "checked", p->checked);
    put_known(o, "mismatches", p->mismatches);
    put_known(o, "compared", p->compared);
    stamp_put_real(o, "seconds", p->seconds);
    put_counts(o, r, &p->all);
    put_pieces(o, "instances", r, p->instance, p->instances, true);
    put_pieces(o, "parts", r, p->part, p->parts, false);
}

static void put_machine(struct cJSON *root, const struct stamp_record *r)
{
    if (!r->machine) {
        cJSON_AddNullToObject(root, "machine");
        return;
    }
    struct cJSON *o = stamp_put_object(root, "machine");
    stamp_put_text(o, "name", r->machine);
    struct cJSON *list = stamp_put_object(o, "parameters");
    for (int i = 0; i < STAMP_PARAMS; i++)
        stamp_put_count(list, stamp_param_name((enum stamp_param)i), r->param[i]);
}

static void put_dram(struct cJSON *memory, const struct stamp_record *r)
{
    struct stamp_dram_key key;

    if (!r->has_dram) {
        cJSON_AddNullToObject(memory, "dram");
        return;
    }
    struct cJSON *o = stamp_put_object(memory, "dram");
    stamp_put_text(o, "name", r->dram.name);
    stamp_put_text(o, "map", r->dram.map);
    struct cJSON *list = stamp_put_object(o, "parameters");
    for (size_t i = 0; stamp_dram_key_at(i, &key); i++)
        stamp_put_count(list, key.name, stamp_dram_value(&r->dram, &key));
}

static void put_device(struct cJSON *root, const struct stamp_record *r)
{
    struct cJSON *o = stamp_put_object(root, "device");

    stamp_put_text(o, "name", r->device);
    stamp_put_text(o, "what", r->device_is);
    cJSON_AddBoolToObject(o, "timed", r->timed);
    cJSON_AddBoolToObject(o, "checked", r->checked);
    if (!r->has_memory) {
        cJSON_AddNullToObject(root, "memory");
        return;
    }
    o = stamp_put_object(root, "memory");
    stamp_put_count(o, "read_latency", r->read_latency);
    stamp_put_count(o, "write_latency", r->write_latency);
    stamp_put_count(o, "read_rate", r->read_rate);
    stamp_put_count(o, "write_rate", r->write_rate);
    stamp_put_count(o, "stall", r->stall);
    put_dram(o, r);
    stamp_put_text(o, "seed", r->seed); /* 64 bits: more than a number of JSON holds */
}

enum stamp_status stamp_record_text(const struct stamp_record *r, char **text, struct stamp_err *e)
{
    struct cJSON *root = stamp_json_root();

    stamp_put_text(root, "schema", "stamp-run");
    stamp_put_count(root, "format", STAMP_RECORD_FORMAT);
    stamp_put_text(root, "version", r->version);
    stamp_put_text(root, "command", r->command);
    stamp_put_text(root, "command_line", r->command_line);
    stamp_put_text(root, "subject", r->subject);
    put_text(root, "scheme", r->scheme);
    put_text(root, "network", r->network);
    put_machine(root, r);
    put_device(root, r);
    struct cJSON *list = stamp_put_array(root, "accuracy");
    for (uint32_t i = 0; i < r->figures; i++) {
        struct cJSON *o = stamp_put_object(list, NULL);
        stamp_put_text(o, "figure", r->figure[i].key);
        put_text(o, "of", r->figure[i].of);
        stamp_put_real(o, "value", r->figure[i].value);
    }
    put_program(stamp_put_object(root, "total"), r, &r->total);
    list = stamp_put_array(root, "programs");
    for (uint32_t i = 0; i < r->programs; i++)
        put_program(stamp_put_object(list, NULL), r, &r->program[i]);
    *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (*text && stamp_json_complete()) return STAMP_OK;
    cJSON_free(*text);
    *text = NULL;
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for the record of the run");
}

enum stamp_status stamp_record_write(const struct stamp_record *r, const char *path,
                                     struct stamp_err *e)
{
    struct stamp_outfile out;
    char *text = NULL;
    enum stamp_status s = stamp_record_text(r, &text, e);

    if (!s) s = stamp_outfile_open(path, &out, e);
    if (s) {
        cJSON_free(text);
        return s;
    }
    s = stamp_outfile_write(&out, text, strlen(text), e);
    if (!s) s = stamp_outfile_write(&out, "\n", 1, e);
    cJSON_free(text);
    if (!s) return stamp_outfile_commit(&out, e);
    stamp_outfile_discard(&out);
    return s;
}
