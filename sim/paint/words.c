/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - a row for each word. Contract in words.h. */
#include "sim/paint/words.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/json.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/paint/config.h"
#include "sim/paint/weights.h"

static const char SPACES[] = " \t\n\v\f\r";
enum { PAD, START };

struct word {
    char *text; /* owned */
    uint32_t id;
};

struct stamp_words {
    uint32_t vocab, most, width;
    float *embedding, *positions;
    struct word *word; /* [words], by text */
    size_t words;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static const struct word *find(const struct stamp_words *w, char *text)
{
    const struct word key = {.text = text};
    return bsearch(&key, w->word, w->words, sizeof key, by_text);
}

/* ---- Opening ------------------------------------------------------------------------------- */

static enum stamp_status read_sizes(const char *folder, struct stamp_words *w, struct stamp_err *e)
{
    static const char *const keys[] = {"vocab_size", "max_length", "width"};
    struct stamp_config c = {0};
    const char *name = NULL;
    enum stamp_status s = stamp_config_open(folder, "config.json", &c, e);

    if (s) return s;
    s = stamp_config_class(&c, &name, e);
    if (!s && strcmp(name, "WordEmbedding"))
        s = stamp_fail(e, STAMP_EUNSUPPORTED,
                       "%s: this kit does not do the text encoder %.60s, only WordEmbedding",
                       c.name, name);
    if (!s) s = stamp_config_keys(&c, STAMP_PAINT_WORDS, e);
    for (size_t i = 0; i < 3 && !s; i++) s = stamp_config_need(&c, keys[i], e);
    if (!s) s = stamp_config_count(&c, "vocab_size", 2, STAMP_WORDS_VOCAB_MAX, &w->vocab, e);
    if (!s) s = stamp_config_count(&c, "max_length", 1, STAMP_WORDS_LENGTH_MAX, &w->most, e);
    if (!s) s = stamp_config_count(&c, "width", 1, STAMP_WORDS_WIDTH_MAX, &w->width, e);
    stamp_config_close(&c);
    return s;
}

static enum stamp_status read_encoder(const char *folder, struct stamp_words *w,
                                      struct stamp_err *e)
{
    char *const sub = stamp_infile_join(folder, "text_encoder");
    enum stamp_status s =
        sub ? read_sizes(sub, w, e) : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);

    if (!s) {
        const struct stamp_weight want[] = {
            {"embedding.weight", 2, {w->vocab, w->width}, &w->embedding},
            {"positions.weight", 2, {w->most, w->width}, &w->positions}};
        s = stamp_weights_read(sub, want, 2, e);
    }
    stamp_free(sub);
    return s;
}

/* The words of an object; @p seen [vocab] marks their ids. */
static enum stamp_status take_words(const char *path, const cJSON *json, struct stamp_words *w,
                                    bool *seen, struct stamp_err *e)
{
    for (const cJSON *m = json->child; m; m = m->next) {
        uint64_t id = 0;
        if (!stamp_json_u64(m, &id) || id >= w->vocab)
            return stamp_fail(e, STAMP_EFORMAT,
                              "%s: the id of \"%.60s\" is not a whole number below vocab_size %u",
                              path, m->string, w->vocab);
        if (seen[id])
            return stamp_fail(e, STAMP_EFORMAT, "%s: id %u twice, of \"%.60s\" too", path,
                              (unsigned)id, m->string);
        seen[id] = true;
        if (!(w->word[w->words].text = stamp_strdup(m->string)))
            return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
        w->word[w->words++].id = (uint32_t)id;
    }
    qsort(w->word, w->words, sizeof *w->word, by_text);
    const struct word *pad = find(w, (char[]){"<pad>"}), *start = find(w, (char[]){"<start>"});
    if (!pad || pad->id != PAD || !start || start->id != START)
        return stamp_fail(e, STAMP_EFORMAT, "%s: \"<pad>\" must be 0 and \"<start>\" 1", path);
    return STAMP_OK;
}

static enum stamp_status read_vocab(const char *folder, struct stamp_words *w, struct stamp_err *e)
{
    char *const path = stamp_infile_join(folder, "tokenizer/vocab.json");
    char *text = NULL;
    size_t len = 0;
    cJSON *json = NULL;

    if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    enum stamp_status s = stamp_infile_slurp(path, STAMP_VOCAB_BYTES_MAX, &text, &len, e);
    if (!s) s = stamp_json_object(path, text, len, &json, e);
    if (!s) {
        bool *const seen = stamp_alloc(w->vocab, sizeof *seen);
        w->word = stamp_alloc((size_t)cJSON_GetArraySize(json), sizeof *w->word);
        s = seen && w->word ? take_words(path, json, w, seen, e)
                            : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
        stamp_free(seen);
    }
    stamp_json_free(json);
    stamp_free(text);
    stamp_free(path);
    return s;
}

enum stamp_status stamp_words_open(const char *folder, struct stamp_words **out,
                                   struct stamp_err *e)
{
    struct stamp_words *w = stamp_alloc(1, sizeof *w);

    if (!w) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    enum stamp_status s = read_encoder(folder, w, e);
    if (!s) s = read_vocab(folder, w, e);
    if (s)
        stamp_words_close(w);
    else
        *out = w;
    return s;
}

void stamp_words_close(struct stamp_words *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->words; i++) stamp_free(w->word[i].text);
    stamp_free(w->word);
    stamp_free(w->embedding);
    stamp_free(w->positions);
    stamp_free(w);
}

uint32_t stamp_words_width(const struct stamp_words *w)
{
    return w->width;
}

uint32_t stamp_words_most(const struct stamp_words *w)
{
    return w->most;
}

/* ---- Encoding ------------------------------------------------------------------------------ */

/* @p text is cut up. */
static enum stamp_status ids(const struct stamp_words *w, char *text, struct stamp_text_rows *t,
                             struct stamp_err *e)
{
    t->id[t->tokens++] = START;
    for (char *at = text + strspn(text, SPACES); *at;) {
        const size_t n = strcspn(at, SPACES), gap = strspn(at + n, SPACES);
        at[n] = '\0'; /* a space, or the end */
        const struct word *word = find(w, at);
        if (!word || word->id <= START)
            return stamp_fail(e, STAMP_ERANGE, "the word \"%.100s\" is not in the vocabulary", at);
        if (t->tokens == w->most)
            return stamp_fail(e, STAMP_ERANGE,
                              "a prompt has at most %u words: \"%.100s\" is too many", w->most - 1,
                              at);
        t->id[t->tokens++] = word->id;
        at += n + gap;
    }
    return STAMP_OK;
}

enum stamp_status stamp_words_encode(const struct stamp_words *w, const char *text,
                                     struct stamp_text_rows *out, struct stamp_err *e)
{
    struct stamp_text_rows t = {.id = stamp_alloc(w->most, sizeof *t.id)};
    char *const copy = stamp_strdup(text);
    enum stamp_status s = STAMP_OK;

    for (char *c = copy; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    if (copy && t.id) s = ids(w, copy, &t, e);
    if (copy && t.id && !s) t.row = stamp_alloc((size_t)t.tokens * w->width, sizeof *t.row);
    if (!s && !t.row) s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a prompt");
    for (size_t k = 0; k < t.tokens && !s; k++)
        for (size_t i = 0; i < w->width; i++)
            t.row[k * w->width + i] =
                w->embedding[(size_t)t.id[k] * w->width + i] + w->positions[k * w->width + i];
    stamp_free(copy);
    if (s)
        stamp_text_rows_free(&t);
    else
        *out = t;
    return s;
}

void stamp_text_rows_free(struct stamp_text_rows *t)
{
    stamp_free(t->row);
    stamp_free(t->id);
    *t = (struct stamp_text_rows){0};
}
