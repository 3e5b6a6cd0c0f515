/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_info.c - stamp info: what a program or model holds; stamp machines, stamp devices: the tables. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>

#include "compiler/prove/verify.h"
#include "sim/cli/args_grid.h"
#include "sim/cli/args_memory.h"
#include "sim/cli/commands.h"
#include "sim/cli/info_model.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"
#include "sim/run/device.h"

enum { KEY_MEMORY = STAMP_KEY_COMMAND };
struct info_args {
    struct stamp_args_common common;
    const char *file[1];
    struct stamp_dit_grid grid;
    bool memory;
};

static error_t parse_info(int key, char *arg, struct argp_state *state)
{
    struct info_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->grid;
        return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->file, 1);
    case ARGP_KEY_END:
        return a->file[0] ? 0 : stamp_args_bad("needs a program, P.stamp, or a checkpoint");
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_machines(int key, char *arg, struct argp_state *state)
{
    struct info_args *a = state->input;

    if (key == ARGP_KEY_INIT) state->child_inputs[0] = &a->common;
    if (key == ARGP_KEY_ARG) return stamp_args_bad("one argument too many: '%s'", arg);
    if (key == KEY_MEMORY) a->memory = true;
    if (key == KEY_MEMORY) return 0;
    return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp_child info_children[] = {
    {.argp = &stamp_argp_common}, {.argp = &stamp_argp_grid}, {.argp = NULL}};
static const struct argp info_argp = {
    .parser = parse_info,
    .args_doc = "P.stamp|CHECKPOINT",
    .children = info_children,
    .doc =
        "Machine, code, buffers and layers of a program, and what the verifier says of it; exit is "
        "1 when the verifier refuses it. Or family, shape, rotary embedding and weight types of "
        "a checkpoint, as eval takes it."};
static const struct argp_option machines_options[] = {
    {.name = "memory",
     .key = KEY_MEMORY,
     .doc = "the memories of --memory instead: every number of theirs and where it is from"},
    {.name = NULL},
};
static const struct argp machines_argp = {.options = machines_options,
                                          .parser = parse_machines,
                                          .children = children,
                                          .doc = "The machine configurations (mach.def)."};
static const struct argp devices_argp = {
    .parser = parse_machines,
    .children = children,
    .doc = "What a network or program can run on, for --on: BITS, in the machine's numerics; "
           "PROGRAMS, "
           "runs compiled programs; SEE, shows the tensors of a network; TIMED, counts cycles; "
           "WRITES, tells every write and retirement; PINS, shows its AXI pins; WAVES, writes "
           "waves; CHECKED, everything is compared with the C machine; VALUES, has results; "
           "UNVALUED, counts without them too; TRACE, tells --trace."};

static void print_info(const struct stamp_image *m, const struct stamp_verify_info *v)
{
    printf("machine       %s\nscheme        %s\n", m->mach->name, m->scheme ? m->scheme : "");
    printf("memory        %" PRIu64 " bytes, code at 0x%" PRIx64 "\n", m->dram_bytes, m->code_addr);
    printf("code          %" PRIu32 " words, %" PRIu64 " instructions dispatched\n", m->code_count,
           v->dispatched);
    for (uint32_t i = 0; i < m->entries && m->entries > 1; i++)
        printf("entry         %s: words %" PRIu32 " to %" PRIu32 "\n", m->entry[i].name,
               m->entry[i].first, m->entry[i].first + m->entry[i].count - 1);
    printf("traffic       %" PRIu64 " bytes loaded, %" PRIu64 " stored\n", v->load_bytes,
           v->store_bytes);
    for (uint32_t i = 0; i < m->layers; i++)
        printf("layer         %s: %" PRIu64 " x %" PRIu64 " -> %" PRIu64 ", %" PRIu64
               " 4x4-bit products\n",
               m->layer[i].name, m->layer[i].s, m->layer[i].d, m->layer[i].n, m->layer[i].products);
    for (uint32_t i = 0; i < m->phases; i++) {
        const struct stamp_phase *p = &m->phase[i];
        printf("phase         %s %s: words %" PRIu32 " to %" PRIu32 ", %" PRIu64
               " 4x4-bit products\n",
               m->entry[p->entry].name, p->name, m->entry[p->entry].first + p->first,
               m->entry[p->entry].first + p->first + p->count - 1, p->products);
    }
    for (uint32_t i = 0; i < m->buffers; i++)
        printf("buffer        %-16s %-6s %8" PRIu64 " x %-8" PRIu64 " at 0x%" PRIx64 ", %" PRIu64
               " bytes\n",
               m->buffer[i].name, stamp_role_name(m->buffer[i].role), m->buffer[i].rows,
               m->buffer[i].cols, m->buffer[i].addr, m->buffer[i].bytes);
}

static void put_info(const struct stamp_image *m, const struct stamp_verify_info *v)
{
    struct cJSON *o = stamp_json_root();

    stamp_put_text(o, "machine", m->mach->name);
    stamp_put_text(o, "scheme", m->scheme ? m->scheme : "");
    stamp_put_count(o, "dram_bytes", m->dram_bytes);
    stamp_put_count(o, "code", m->code_count);
    stamp_put_count(o, "code_addr", m->code_addr);
    stamp_put_count(o, "instructions", v->dispatched);
    struct cJSON *list = stamp_put_array(o, "entries");
    for (uint32_t i = 0; i < m->entries; i++) {
        struct cJSON *n = stamp_put_object(list, NULL);
        stamp_put_text(n, "name", m->entry[i].name);
        stamp_put_count(n, "first", m->entry[i].first);
        stamp_put_count(n, "count", m->entry[i].count);
    }
    list = stamp_put_array(o, "args");
    for (int i = 0; i < STAMP_ARGS; i++) cJSON_AddItemToArray(list, cJSON_CreateNumber(m->arg[i]));
    stamp_put_count(o, "load_bytes", v->load_bytes);
    stamp_put_count(o, "store_bytes", v->store_bytes);
    list = stamp_put_array(o, "layers");
    for (uint32_t i = 0; i < m->layers; i++) {
        struct cJSON *l = stamp_put_object(list, NULL);
        stamp_put_text(l, "name", m->layer[i].name);
        stamp_put_count(l, "s", m->layer[i].s);
        stamp_put_count(l, "d", m->layer[i].d);
        stamp_put_count(l, "n", m->layer[i].n);
        stamp_put_count(l, "products", m->layer[i].products);
    }
    list = stamp_put_array(o, "phases");
    for (uint32_t i = 0; i < m->phases; i++) {
        struct cJSON *p = stamp_put_object(list, NULL);
        stamp_put_text(p, "name", m->phase[i].name);
        stamp_put_text(p, "entry", m->entry[m->phase[i].entry].name);
        stamp_put_count(p, "first", m->phase[i].first);
        stamp_put_count(p, "count", m->phase[i].count);
        stamp_put_count(p, "products", m->phase[i].products);
    }
    list = stamp_put_array(o, "buffers");
    for (uint32_t i = 0; i < m->buffers; i++) {
        struct cJSON *b = stamp_put_object(list, NULL);
        stamp_put_text(b, "name", m->buffer[i].name);
        stamp_put_text(b, "role", stamp_role_name(m->buffer[i].role));
        stamp_put_count(b, "addr", m->buffer[i].addr);
        stamp_put_count(b, "bytes", m->buffer[i].bytes);
        stamp_put_count(b, "rows", m->buffer[i].rows);
        stamp_put_count(b, "cols", m->buffer[i].cols);
        stamp_put_count(b, "row_bytes", m->buffer[i].row_bytes);
    }
    stamp_say_json(o);
}

int stamp_cmd_info(int argc, char **argv)
{
    struct info_args a = {.file = {NULL}};
    struct stamp_verify_info v = {0};
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    stamp_args_parse(&info_argp, "info", argc, argv, &a);
    if (stamp_info_is_model(a.file[0]))
        return stamp_info_model(a.file[0], &a.grid, a.common.json, &e) ? stamp_say_fail(&e)
                                                                       : STAMP_EXIT_OK;
    if (a.grid.height) {
        stamp_say_error("%s: a program has its grid: no --grid", a.file[0]);
        return STAMP_EXIT_FAIL;
    }
    if (stamp_image_read(a.file[0], &image, &e)) return stamp_say_fail(&e);
    const enum stamp_status s = stamp_verify(image, &v, &e);
    if (s)
        stamp_fail_at(&e, "%s", a.file[0]);
    else if (a.common.json)
        put_info(image, &v);
    else
        print_info(image, &v);
    stamp_image_free(image);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}

static void put_machines(void)
{
    struct cJSON *o = stamp_json_root(), *list = stamp_put_array(o, "machines");

    for (const struct stamp_mach *m = stamp_machs; m->name; m++) {
        struct cJSON *c = stamp_put_object(list, NULL);
        stamp_put_text(c, "name", m->name);
        stamp_put_text(c, "intent", m->intent);
        stamp_put_count(c, "macs_per_cycle", (uint64_t)m->P * m->L * m->T);
#define PARAM(name, meaning) stamp_put_count(c, #name, m->name);
#include "model/spec/mach.def"
    }
    stamp_say_json(o);
}

static void print_machines(void)
{
    for (const struct stamp_mach *m = stamp_machs; m->name; m++)
        printf("%-13s %s; %" PRIu32 " 4x4-bit products per cycle\n", m->name, m->intent,
               m->P * m->L * m->T);
    fputs("\nparameter    ", stdout);
    for (const struct stamp_mach *m = stamp_machs; m->name; m++) printf(" %7s", m->name);
    puts("");
#define PARAM(name, meaning)                                                                       \
    printf("%-13s", #name);                                                                        \
    for (const struct stamp_mach *m = stamp_machs; m->name; m++) printf(" %7" PRIu32, m->name);    \
    puts("  " meaning);
#include "model/spec/mach.def"
}

int stamp_cmd_machines(int argc, char **argv)
{
    struct info_args a = {.file = {NULL}};

    stamp_args_parse(&machines_argp, "machines", argc, argv, &a);
    if (a.memory)
        stamp_print_memories(a.common.json);
    else if (a.common.json)
        put_machines();
    else
        print_machines();
    return STAMP_EXIT_OK;
}

static void put_devices(void)
{
    struct cJSON *o = stamp_json_root(), *list = stamp_put_array(o, "devices");

    for (size_t i = 0; stamp_device_at(i); i++) {
        const struct stamp_device *d = stamp_device_at(i);
        struct cJSON *row = stamp_put_object(list, NULL);
        stamp_put_text(row, "name", d->name);
        stamp_put_text(row, "what", d->what);
        struct cJSON *can = stamp_put_array(row, "can");
        for (unsigned bit = 1; stamp_can_name(bit); bit <<= 1)
            if (d->can & bit) cJSON_AddItemToArray(can, cJSON_CreateString(stamp_can_name(bit)));
    }
    stamp_say_json(o);
}

static void print_devices(void)
{
    for (size_t i = 0; stamp_device_at(i); i++) {
        const struct stamp_device *d = stamp_device_at(i);
        printf("%-8s %-40s", d->name, d->what);
        for (unsigned bit = 1; stamp_can_name(bit); bit <<= 1)
            if (d->can & bit) printf(" %s", stamp_can_name(bit));
        puts("");
    }
}

int stamp_cmd_devices(int argc, char **argv)
{
    struct info_args a = {.file = {NULL}};

    stamp_args_parse(&devices_argp, "devices", argc, argv, &a);
    if (a.common.json)
        put_devices();
    else
        print_devices();
    return STAMP_EXIT_OK;
}
