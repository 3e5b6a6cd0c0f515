/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_graph.c - stamp graph: the graph of a checkpoint's network. */
#include <stdio.h>

#include "compiler/family/family.h"
#include "model/mem.h"

#include "sim/cli/args_grid.h"
#include "sim/cli/commands.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum { KEY_DOT = STAMP_KEY_COMMAND };

struct graph_args {
    struct stamp_args_common common;
    const char *file[1];
    bool dot;
    struct stamp_dit_grid grid;
};

static const struct argp_option options[] = {
    {.name = "dot",
     .key = KEY_DOT,
     .doc = "for Graphviz: stamp graph CHECKPOINT --dot | dot -Tsvg"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct graph_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->grid;
        return 0;
    case KEY_DOT: a->dot = true; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->file, 1);
    case ARGP_KEY_END:
        return a->file[0] ? 0 : stamp_args_bad("needs a checkpoint: a folder or a file");
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_common}, {.argp = &stamp_argp_grid}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "CHECKPOINT",
    .children = children,
    .doc = "The operations of a network on its values, in an order in which they can be run; a "
           "block is "
           "repeated, the first time on what it goes on from, then on what it hands on. Values "
           "that are "
           "probes are those --tensors shows. Checkpoints are what eval, classify and paint take."};

int stamp_cmd_graph(int argc, char **argv)
{
    struct graph_args a = {.file = {NULL}};
    struct stamp_network *m = NULL;
    struct stamp_text text = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "graph", argc, argv, &a);
    if (stamp_say_open_grid(a.file[0], &a.grid, &m, &e)) return stamp_say_fail(&e);
    if (a.dot)
        stamp_graph_dot(m->graph, &text);
    else
        stamp_graph_print(m->graph, &text);
    if (a.common.json) {
        struct cJSON *o = stamp_json_root();
        stamp_put_text(o, "family", m->family->name);
        stamp_put_count(o, "nodes", m->graph->nodes);
        stamp_put_count(o, "parameters", stamp_graph_parameters(m->graph));
        stamp_put_text(o, "graph", text.s ? text.s : "");
        stamp_say_json(o);
        stamp_free(text.s);
    } else {
        stamp_say_text(&text);
    }
    stamp_network_close(m);
    return STAMP_EXIT_OK;
}
