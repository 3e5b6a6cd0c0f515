/* SPDX-License-Identifier: Apache-2.0 */
/* shapes.c - programs of a config.json, without weights. Contract in shapes.h. */
#include "sim/cli/shapes.h"

#include <stdio.h>
#include <string.h>

#include "compiler/family/random.h"
#include "compiler/lower/net.h"
#include "sim/cli/args_grid.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/say.h"

enum { KEY_TOKENS = STAMP_KEY_SHAPES, KEY_POSITION, KEY_LAYERS };
enum { TOKENS_MAX = 1 << 20, PATH_MAX_BYTES = 4096 };

static const struct argp_option options[] = {
    {.doc = "Shapes without weights, of a config.json:", .group = 20},
    {.name = "tokens",
     .key = KEY_TOKENS,
     .arg = "S",
     .doc = "prefill of S tokens; of a network that paints, one evaluation with S rows of text"},
    {.name = "position",
     .key = KEY_POSITION,
     .arg = "P",
     .doc = "decode one token at position P instead; with --tokens S its cache has room for S"},
    {.name = "layers", .key = KEY_LAYERS, .arg = "N", .doc = "that many layers, not the file's"},
    {.name = NULL},
};

struct stamp_args_shapes stamp_args_shapes_default(void)
{
    return (struct stamp_args_shapes){.scheme = stamp_scheme_default(),
                                      .net = stamp_args_net_default()};
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_shapes *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->grid;
        return 0;
    case KEY_TOKENS: return stamp_args_u64("--tokens", arg, 1, TOKENS_MAX, &a->tokens);
    case KEY_POSITION:
        a->decode = true;
        return stamp_args_u64("--position", arg, 0, TOKENS_MAX - 1, &a->position);
    case KEY_LAYERS: return stamp_args_u64("--layers", arg, 1, 1024, &a->layers);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_scheme},
                                             {.argp = &stamp_argp_net},
                                             {.argp = &stamp_argp_grid},
                                             {.argp = NULL}};
const struct argp stamp_argp_shapes = {.options = options, .parser = parse, .children = children};

bool stamp_shapes_is(const char *path)
{
    const size_t n = strlen(path);

    return stamp_random_is(path) || (n > 5 && !strcmp(path + n - 5, ".json"));
}

error_t stamp_args_shapes_check(const struct stamp_args_shapes *a, const char *path)
{
    const bool any = a->tokens || a->decode || a->layers || a->net.any || a->grid.height;

    if (!stamp_shapes_is(path))
        return any ? stamp_args_bad("%s: --tokens, --position and what describes a network are of "
                                    "a config.json, not of a program",
                                    path)
                   : 0;
    if (!a->tokens && !a->decode)
        return stamp_args_bad("%s: needs --tokens S or --position P", path);
    return stamp_args_integer_scheme(&a->scheme);
}

const char *stamp_shapes_entry(const struct stamp_args_shapes *a)
{
    return a->decode ? "step" : "main";
}

static enum stamp_status open_config(const struct stamp_args_shapes *a, const char *path,
                                     struct stamp_network **m, struct stamp_err *e)
{
    char name[PATH_MAX_BYTES], layers[32] = "";

    if (a->layers) snprintf(layers, sizeof layers, ",layers=%u", (unsigned)a->layers);
    const int n =
        snprintf(name, sizeof name, "%s%s%s", stamp_random_is(path) ? "" : "random:", path, layers);
    if (n < 0 || (size_t)n >= sizeof name)
        return stamp_fail(e, STAMP_ERANGE, "%.60s...: the path is too long", path);
    return stamp_say_open_grid(name, &a->grid, m, e);
}

/* Tokens that the cache holds: what was asked for, and all up to the one decoded. */
static uint64_t room_of(const struct stamp_args_shapes *a)
{
    return a->decode && a->tokens <= a->position ? a->position + 1 : a->tokens;
}

enum stamp_status stamp_shapes_compile(const struct stamp_args_shapes *a, const char *path,
                                       const struct stamp_args_machine *machine,
                                       struct stamp_image **out, struct stamp_err *e)
{
    struct stamp_network *m = NULL;
    const struct stamp_compile_options how = {
        .mach = stamp_args_mach(machine),
        .memory = {machine->run.read_latency, machine->run.read_rate},
        .spread = machine->run.has_dram,
        .in_fmt = STAMP_FMT_F32,
        .out_fmt = STAMP_FMT_F32};
    enum stamp_status s = open_config(a, path, &m, e);

    if (s) return s;
    const struct stamp_net_spec spec = {.model = m,
                                        .scheme = a->scheme,
                                        .kv = a->net.kv,
                                        .s = a->decode ? 1 : (uint32_t)a->tokens,
                                        .ctx = (uint32_t)room_of(a),
                                        .last_logits = true,
                                        .decode = a->decode};
    s = stamp_compile_net(&spec, &how, out, NULL, NULL, e);
    stamp_network_close(m);
    return s ? stamp_fail_at(e, "%s", path) : STAMP_OK;
}
