/* SPDX-License-Identifier: Apache-2.0 */
/* caption.c - what a prompt asks for. Contract in caption.h. */
#include "sim/paint/caption.h"

#include <stdbool.h>
#include <string.h>

#include "model/mem.h"

static const char SPACES[] = " \t\n\v\f\r";

/* Words of a text, cut in place. */
struct text {
    char *copy;  /* owned */
    char **word; /* [words], into copy, owned */
    size_t words;
};

static void close_text(struct text *t)
{
    stamp_free(t->copy);
    stamp_free(t->word);
}

static bool open_text(const char *from, struct text *t)
{
    *t = (struct text){.copy = stamp_strdup(from)};
    t->word = t->copy ? stamp_alloc(strlen(from) / 2 + 1, sizeof *t->word) : NULL;
    if (!t->word) return false;
    for (char *c = t->copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    for (char *at = t->copy + strspn(t->copy, SPACES); *at;) {
        const size_t n = strcspn(at, SPACES), gap = strspn(at + n, SPACES);
        t->word[t->words++] = at;
        at[n] = '\0';
        at += n + gap;
    }
    return true;
}

/* Both lists, cut into words: objects in front. */
struct lists {
    struct text *name; /* [count], owned */
    size_t count, objects;
};

static bool open_lists(const struct stamp_names *objects, const struct stamp_names *backgrounds,
                       struct lists *l)
{
    *l = (struct lists){.objects = objects->count};
    l->name = stamp_alloc(objects->count + backgrounds->count, sizeof *l->name);
    if (!l->name) return false;
    for (const size_t all = objects->count + backgrounds->count; l->count < all; l->count++) {
        const size_t i = l->count, b = i - objects->count;
        if (!open_text(i < objects->count ? objects->name[i] : backgrounds->name[b], &l->name[i])) {
            close_text(&l->name[i]);
            return false;
        }
    }
    return true;
}

static void close_lists(struct lists *l)
{
    for (size_t i = 0; i < l->count; i++) close_text(&l->name[i]);
    stamp_free(l->name);
}

static bool stands(const struct text *name, const struct text *prompt, const bool *taken, size_t at)
{
    if (!name->words || at + name->words > prompt->words) return false;
    for (size_t i = 0; i < name->words; i++)
        if (taken[at + i] || strcmp(name->word[i], prompt->word[at + i])) return false;
    return true;
}

/* The name of most words among those not taken, of as many the first of the lists, at its first place: takes
 * them. @return its index, or the count when there is none */
static size_t take(const struct lists *l, const struct text *prompt, bool *taken)
{
    size_t best = l->count, where = 0;

    for (size_t n = 0; n < l->count; n++)
        for (size_t at = 0; at < prompt->words; at++)
            if ((best == l->count || l->name[n].words > l->name[best].words) &&
                stands(&l->name[n], prompt, taken, at))
                best = n, where = at;
    if (best < l->count) memset(taken + where, true, l->name[best].words * sizeof *taken);
    return best;
}

/* One name, or another than before: none. */
static void note(size_t *to, size_t found, size_t none, bool *any)
{
    if (!*any)
        *to = found;
    else if (*to != found)
        *to = none;
    *any = true;
}

enum stamp_status stamp_caption_of(const struct stamp_names *objects,
                                   const struct stamp_names *backgrounds, const char *prompt,
                                   struct stamp_caption *out, struct stamp_err *e)
{
    struct stamp_caption got = {objects->count, backgrounds->count};
    bool object = false, background = false, *taken = NULL;
    struct text t = {0};
    struct lists l = {0};
    enum stamp_status s = STAMP_OK;

    if (!open_text(prompt, &t) || !open_lists(objects, backgrounds, &l) ||
        !(taken = stamp_alloc(t.words + 1, sizeof *taken)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a prompt");
    else if (t.words > STAMP_PROMPT_WORDS_MAX)
        s = stamp_fail(e, STAMP_ERANGE, "a prompt of %zu words, more than %d", t.words,
                       STAMP_PROMPT_WORDS_MAX);
    for (size_t n = s ? l.count : take(&l, &t, taken); n < l.count; n = take(&l, &t, taken)) {
        if (n < l.objects)
            note(&got.object, n, objects->count, &object);
        else
            note(&got.background, n - l.objects, backgrounds->count, &background);
    }
    if (!s) *out = got;
    stamp_free(taken);
    close_lists(&l);
    close_text(&t);
    return s;
}

void stamp_names_free(struct stamp_names *n)
{
    for (size_t i = 0; i < n->count; i++) stamp_free(n->name[i]);
    stamp_free(n->name);
    *n = (struct stamp_names){0};
}
