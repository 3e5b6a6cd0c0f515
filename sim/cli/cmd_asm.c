/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_asm.c - stamp asm and stamp dis: assembly text to a program file and back. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/dis.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/cli/args.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum { KEY_NO_DATA = STAMP_KEY_COMMAND, KEY_NOTES, KEY_NO_VERIFY };
enum { SOURCE_MAX = 1 << 30 };

struct asm_args {
    struct stamp_args_common common;
    const char *file[1], *out;
    struct stamp_dis_options dis;
    bool no_verify;
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
    struct asm_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case 'o': a->out = arg; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->file, 1);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_asm(int key, char *arg, struct argp_state *state)
{
    struct asm_args *a = state->input;

    if (key == KEY_NO_VERIFY) return a->no_verify = true, 0;
    if (key != ARGP_KEY_END) return parse_common(key, arg, state);
    if (!a->file[0]) return stamp_args_bad("needs a source, F.s");
    if (!a->out) return stamp_args_bad("needs -o P.stamp");
    return 0;
}

static error_t parse_dis(int key, char *arg, struct argp_state *state)
{
    struct asm_args *a = state->input;

    switch (key) {
    case KEY_NO_DATA: a->dis.no_data = true; return 0;
    case KEY_NOTES: a->dis.notes = true; return 0;
    case ARGP_KEY_END: return a->file[0] ? 0 : stamp_args_bad("needs a program, P.stamp");
    default: return parse_common(key, arg, state);
    }
}

static const struct argp_option asm_options[] = {
    {.name = "output", .key = 'o', .arg = "P.stamp", .doc = "the program file"},
    {.name = "no-verify",
     .key = KEY_NO_VERIFY,
     .doc = "write instructions that dispatch would refuse, too"},
    {.name = NULL},
};

static const struct argp_option dis_options[] = {
    {.name = "output", .key = 'o', .arg = "F.s", .doc = "write to a file, not standard output"},
    {.name = "notes", .key = KEY_NOTES, .doc = "comments: index, address, buffers touched"},
    {.name = "no-data",
     .key = KEY_NO_DATA,
     .doc = "leave constant data out; such text cannot be assembled"},
    {.name = NULL},
};

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp asm_argp = {
    .options = asm_options,
    .parser = parse_asm,
    .args_doc = "F.s -o P.stamp",
    .children = children,
    .doc =
        "Assemble. The syntax is what stamp dis writes; model/spec/isa.md has the instructions."};
static const struct argp dis_argp = {
    .options = dis_options,
    .parser = parse_dis,
    .args_doc = "P.stamp",
    .children = children,
    .doc = "Disassemble. stamp asm turns the text back into the same program, bit for bit."};

static void print(const struct asm_args *a, const struct stamp_image *m)
{
    if (!a->common.json) {
        printf("%s: machine %s, %" PRIu32 " instructions, %" PRIu32 " buffers\n", a->out,
               m->mach->name, m->code_count, m->buffers);
        return;
    }
    struct cJSON *o = stamp_json_root();
    stamp_put_text(o, "machine", m->mach->name);
    stamp_put_count(o, "instructions", m->code_count);
    stamp_put_count(o, "buffers", m->buffers);
    stamp_put_count(o, "dram_bytes", m->dram_bytes);
    stamp_say_json(o);
}

int stamp_cmd_asm(int argc, char **argv)
{
    struct asm_args a = {.out = NULL};
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};
    char *source = NULL;
    size_t len = 0;

    stamp_args_parse(&asm_argp, "asm", argc, argv, &a);
    const char *inputs[] = {a.file[0], NULL};
    enum stamp_status s = stamp_check_output(a.out, inputs, &e);
    if (!s) s = stamp_infile_slurp(a.file[0], SOURCE_MAX, &source, &len, &e);
    if (!s) {
        s = stamp_asm(source, len, true, &image, &e);
        if (!s && !a.no_verify) s = stamp_image_check_code(image, &e);
        if (s) stamp_fail_at(&e, "%s", a.file[0]);
    }
    if (!s) s = stamp_image_write(image, a.out, &e);
    if (!s) print(&a, image);
    stamp_image_free(image);
    stamp_free(source);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}

static void print_text(const struct asm_args *a, const struct stamp_image *m,
                       const struct stamp_text *text)
{
    if (!a->common.json) {
        if (!a->out) fputs(text->s ? text->s : "", stdout);
        return;
    }
    struct cJSON *o = stamp_json_root();
    stamp_put_text(o, "machine", m->mach->name);
    stamp_put_count(o, "instructions", m->code_count);
    if (!a->out) stamp_put_text(o, "text", text->s ? text->s : "");
    stamp_say_json(o);
}

int stamp_cmd_dis(int argc, char **argv)
{
    struct asm_args a = {.out = NULL};
    struct stamp_image *image = NULL;
    struct stamp_text text = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&dis_argp, "dis", argc, argv, &a);
    const char *inputs[] = {a.file[0], NULL};
    enum stamp_status s = stamp_check_output(a.out, inputs, &e);
    if (!s) s = stamp_image_read(a.file[0], &image, &e);
    if (!s) s = stamp_dis(image, a.dis, &text, &e);
    if (!s && a.out) s = stamp_save_text(a.out, &text, &e);
    if (!s) print_text(&a, image, &text);
    stamp_image_free(image);
    stamp_free(text.s);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
