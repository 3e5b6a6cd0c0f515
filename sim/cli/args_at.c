/* SPDX-License-Identifier: Apache-2.0 */
/* args_at.c - schemes of single layers. Contract in args_at.h. */
#include "sim/cli/args_at.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/args_scheme.h"

enum { KEY_AT = STAMP_KEY_AT, TEXT_MAX = 255 };

static const struct argp_option options[] = {
    {.name = "at",
     .key = KEY_AT,
     .arg = "NAME:FLAG=VALUE[,...]",
     .doc = "flags of the scheme for the linear layer that makes value NAME (stamp graph) and "
            "those that "
            "share its input, as down:act-bits=8,high-rows=0; may be repeated",
     .group = 20},
    {.name = NULL},
};

/* The flags of one --at into @p q; @p name: of the value. */
static error_t apply(const char *text, char name[TEXT_MAX + 1], struct stamp_scheme *q)
{
    char *rest, *save = NULL;

    if (strlen(text) > TEXT_MAX || !(rest = strchr(strcpy(name, text), ':')) || rest == name)
        return stamp_args_bad("--at %.*s: must be NAME:FLAG=VALUE, as down:act-bits=8", TEXT_MAX,
                              text);
    *rest++ = 0;
    if (!*rest) return stamp_args_bad("--at %s: no flag behind the colon", text);
    for (char *flag = strtok_r(rest, ",", &save); flag; flag = strtok_r(NULL, ",", &save)) {
        char *value = strchr(flag, '=');
        if (value) *value++ = 0;
        const error_t err = stamp_args_scheme_set(flag, value, q);
        if (err) return err;
    }
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_at *a = state->input;
    struct stamp_scheme q = stamp_scheme_default();
    char name[TEXT_MAX + 1];

    if (key != KEY_AT) return ARGP_ERR_UNKNOWN;
    if (a->count == STAMP_AT_MAX) return stamp_args_bad("--at: at most %d of them", STAMP_AT_MAX);
    a->text[a->count++] = arg;
    return apply(arg, name, &q);
}

const struct argp stamp_argp_at = {.options = options, .parser = parse};

enum stamp_status stamp_args_at(const struct stamp_args_at *a, const struct stamp_graph *g,
                                const struct stamp_scheme *body, struct stamp_scheme **node,
                                struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    char name[TEXT_MAX + 1];

    *node = NULL;
    if (!a->count) return STAMP_OK;
    if (!(*node = stamp_alloc(g->nodes, sizeof **node)))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for schemes");
    for (uint32_t i = 0; i < g->nodes; i++) (*node)[i] = *body;
    for (unsigned i = 0; i < a->count && !s; i++) {
        struct stamp_scheme q = *body;
        (void)apply(a->text[i], name, &q);
        s = stamp_scheme_check_any(&q, e);
        if (s) (void)stamp_fail_at(e, "--at %s", a->text[i]);
        if (!s) s = stamp_scheme_set(g, *node, name, &q, e);
    }
    if (!s) return STAMP_OK;
    stamp_free(*node);
    *node = NULL;
    return s;
}

void stamp_args_at_text(const struct stamp_args_at *a, char *text, size_t size)
{
    for (unsigned i = 0; i < a->count; i++) {
        const size_t len = strlen(text);
        snprintf(text + len, size - len, "; %s", a->text[i]);
    }
}
