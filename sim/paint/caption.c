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

/* One place of the prompt: the longest name that begins here. */
struct found {
    size_t kind, index, words; /* words 0: none */
};

/* Longest name at every place; of equals the earlier kind, then the earlier name. */
static bool look(const struct text *prompt, const struct stamp_names *names, size_t kind,
                 struct found *at)
{
    for (size_t n = 0; n < names->count; n++) {
        struct text t;
        const bool opened = open_text(names->name[n], &t);
        for (size_t p = 0; opened && t.words && p + t.words <= prompt->words; p++) {
            size_t same = 0;
            while (same < t.words && !strcmp(t.word[same], prompt->word[p + same])) same++;
            if (same == t.words && same > at[p].words) at[p] = (struct found){kind, n, same};
        }
        close_text(&t);
        if (!opened) return false;
    }
    return true;
}

static bool before(const struct found *a, const struct found *b)
{
    return a->words > b->words || (a->words == b->words && a->kind < b->kind);
}

/* The longest one stays, of equals an object, then the earlier one, and what it overlaps goes; then the next
 * longest of those left. @p kept [places] is false. */
static void settle(struct found *at, bool *kept, size_t places)
{
    for (;;) {
        size_t best = places;
        for (size_t p = 0; p < places; p++)
            if (at[p].words && !kept[p] && (best == places || before(&at[p], &at[best]))) best = p;
        if (best == places) return;
        kept[best] = true;
        for (size_t p = 0; p < places; p++)
            if (p != best && p < best + at[best].words && best < p + at[p].words) at[p].words = 0;
    }
}

enum stamp_status stamp_caption_of(const struct stamp_names *objects,
                                   const struct stamp_names *backgrounds, const char *prompt,
                                   struct stamp_caption *out, struct stamp_err *e)
{
    const struct stamp_names *const list[2] = {objects, backgrounds};
    size_t seen[2] = {0, 0}, index[2] = {0, 0};
    struct found *at = NULL;
    bool *kept = NULL;
    struct text t;
    enum stamp_status s = STAMP_OK;

    if (!open_text(prompt, &t) || !(at = stamp_alloc(t.words + 1, sizeof *at)) ||
        !(kept = stamp_alloc(t.words + 1, sizeof *kept)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a prompt");
    else if (t.words > STAMP_PROMPT_WORDS_MAX)
        s = stamp_fail(e, STAMP_ERANGE, "a prompt of %zu words, more than %d", t.words,
                       STAMP_PROMPT_WORDS_MAX);
    for (size_t k = 0; k < 2 && !s; k++)
        if (!look(&t, list[k], k, at))
            s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a prompt");
    if (!s) settle(at, kept, t.words);
    for (size_t p = 0; p < t.words && !s; p++)
        if (at[p].words) {
            const size_t k = at[p].kind;
            seen[k] += seen[k] == 0 || index[k] != at[p].index; /* one name twice is one */
            index[k] = at[p].index;
        }
    if (!s)
        *out = (struct stamp_caption){seen[0] == 1 ? index[0] : objects->count,
                                      seen[1] == 1 ? index[1] : backgrounds->count};
    stamp_free(at);
    stamp_free(kept);
    close_text(&t);
    return s;
}

void stamp_names_free(struct stamp_names *n)
{
    for (size_t i = 0; i < n->count; i++) stamp_free(n->name[i]);
    stamp_free(n->name);
    *n = (struct stamp_names){0};
}
