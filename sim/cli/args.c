/* SPDX-License-Identifier: Apache-2.0 */
/* args.c - argp with errors of one line. Contract in args.h. */
#include "sim/cli/args.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/progress.h"
#include "sim/cli/say.h"

enum { KEY_JSON = STAMP_KEY_COMMON, KEY_PROGRESS };

static struct {
    const char *command;
    char text[600]; /* the first mistake */
} parse;

error_t stamp_args_bad(const char *fmt, ...)
{
    va_list list;

    va_start(list, fmt);
    if (!parse.text[0]) vsnprintf(parse.text, sizeof parse.text, fmt, list);
    va_end(list);
    return EINVAL;
}

error_t stamp_args_u64(const char *flag, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
    char *end = NULL;

    errno = 0;
    const unsigned long long v = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    if (!end || *end || errno || v < lo || v > hi)
        return stamp_args_bad("%s %s: must be a whole number of %llu to %llu", flag, text,
                              (unsigned long long)lo, (unsigned long long)hi);
    *out = v;
    return 0;
}

error_t stamp_args_real(const char *flag, const char *text, double lo, double hi, double *out)
{
    char *end = NULL;
    const bool digit = isdigit((unsigned char)text[0]) || text[0] == '.';
    const double v = digit ? strtod(text, &end) : 0;

    if (!end || *end || !isfinite(v) || v < lo || v > hi)
        return stamp_args_bad("%s %s: must be a number of %g to %g", flag, text, lo, hi);
    *out = v;
    return 0;
}

error_t stamp_args_choice(const char *flag, const char *text, const char *const *names,
                          size_t count, unsigned *out)
{
    char all[300] = "";
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        if (!strcmp(text, names[i])) {
            *out = (unsigned)i;
            return 0;
        }
        if (len < sizeof all)
            len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i ? ", " : "", names[i]);
    }
    return stamp_args_bad("%s %s: must be one of %s", flag, text, all);
}

error_t stamp_args_take(struct argp_state *state, char *arg, const char **slots, size_t count)
{
    if (state->arg_num >= count) return stamp_args_bad("one argument too many: '%s'", arg);
    slots[state->arg_num] = arg;
    return 0;
}

/* Options of a parser and its children whose name begins with a word. */
struct match {
    const char *word;
    size_t len;
    const struct argp_option *found; /* the last one, or the one that is the word itself */
    unsigned count;                  /* 1 when it is the word itself */
};

static void match_options(const struct argp *argp, struct match *m)
{
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
        if (!o->name || strncmp(o->name, m->word, m->len)) continue;
        const bool exact = strlen(o->name) == m->len;
        if (m->found && m->count == 1 && strlen(m->found->name) == m->len) return;
        m->found = o;
        m->count = exact ? 1 : m->count + 1;
        if (exact) return;
    }
    for (const struct argp_child *c = argp->children; c && c->argp; c++) match_options(c->argp, m);
}

/* getopt stumbled over the word before state->next and said nothing: say it here. */
static void explain(const struct argp_state *state)
{
    const bool inside = state->next > 0 && state->next <= state->argc;
    const char *word = inside ? state->argv[state->next - 1] : "";
    struct match m = {.word = word + 2, .len = 0};

    if (strncmp(word, "--", 2)) {
        stamp_args_bad("option '%s' is unknown or lacks its value", word);
        return;
    }
    m.len = strcspn(m.word, "=");
    match_options(state->root_argp, &m);
    if (!m.count)
        stamp_args_bad("unknown option '%s'", word);
    else if (m.count > 1)
        stamp_args_bad("option '%s' is short for several", word);
    else if (m.found->arg)
        stamp_args_bad("option '--%s' needs a value: %s", m.found->name, m.found->arg);
    else
        stamp_args_bad("option '--%s' takes no value", m.found->name);
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_common *c = state->input;
    char name[80];

    (void)arg;
    switch (key) {
    case KEY_JSON: c->json = true; return 0;
    case KEY_PROGRESS: c->progress = true; return 0;
    case 'h':
        snprintf(name, sizeof name, "stamp %s", parse.command);
        argp_help(state->root_argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
                  name);
        exit(stamp_say_end(STAMP_EXIT_OK));
    case ARGP_KEY_ERROR:
        if (!parse.text[0]) explain(state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option common_options[] = {
    {.name = "json",
     .key = KEY_JSON,
     .doc = "print one JSON object on standard output, nothing else"},
    {.name = "progress", .key = KEY_PROGRESS, .doc = "show progress even if stderr is no terminal"},
    {.name = "help", .key = 'h', .doc = "this text"},
    {.name = NULL},
};

const struct argp stamp_argp_common = {.options = common_options, .parser = parse_common};

void stamp_args_parse(const struct argp *argp, const char *command, int argc, char **argv,
                      void *input)
{
    parse.command = command;
    parse.text[0] = 0;
    const error_t err = argp_parse(argp, argc, argv, ARGP_SILENT, NULL, input);
    if (!err) return;
    if (!parse.text[0]) stamp_args_bad("%s", strerror(err));
    stamp_say_error("%s: %s; see stamp %s --help", command, parse.text, command);
    exit(STAMP_EXIT_USAGE);
}

error_t stamp_args_size(const char *flag, const char *arg, uint64_t min, uint64_t max, size_t *out)
{
    uint64_t v = 0;
    const error_t err = stamp_args_u64(flag, arg, min, max, &v);

    if (!err) *out = (size_t)v;
    return err;
}
