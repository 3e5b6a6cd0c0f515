/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gguf.c - the tokenizer inside a GGUF file. Contract in parts.h.
 *
 * tokenizer.ggml.model "llama": a SentencePiece vocabulary with scores; "gpt2": byte-level BPE with a
 * list of merges, whose cuts tokenizer.ggml.pre names (pre.def). Tokens of type control and
 * user-defined are taken out of a text whole.
 */
#include "compiler/front/gguf.h"

#include <string.h>

#include "compiler/front/keys.h"
#include "compiler/token/bytelevel.h"
#include "compiler/token/sp.h"
#include "model/file/infile.h"
#include "model/mem.h"

#define KEY "tokenizer.ggml."

struct work {
    const char *name;
    const struct stamp_gguf *g;
    struct stamp_tokenizer *t;
    const struct stamp_gguf_value *tokens, *scores, *types, *merges;
    struct stamp_err *e;
};

/* A string inside an array: length, bytes. */
struct string {
    const char *text;
    size_t len;
};

enum cut {
#define STAMP_PRE_CUT(name, digits, regex) CUT_##name,
#define STAMP_PRE(text, cut, ignore_merges, bos, nfc)
#include "compiler/token/pre.def"
#undef STAMP_PRE_CUT
#undef STAMP_PRE
    CUTS
};

static const struct {
    bool digits;
    const char *regex;
} cuts[CUTS] = {
#define STAMP_PRE_CUT(name, digits, regex) {digits, regex},
#define STAMP_PRE(text, cut, ignore_merges, bos, nfc)
#include "compiler/token/pre.def"
#undef STAMP_PRE_CUT
#undef STAMP_PRE
};

static const struct pre {
    const char *text;
    enum cut cut;
    bool ignore_merges, bos, nfc;
} pres[] = {
#define STAMP_PRE_CUT(name, digits, regex)
#define STAMP_PRE(text, cut, ignore_merges, bos, nfc) {text, CUT_##cut, ignore_merges, bos, nfc},
#include "compiler/token/pre.def"
#undef STAMP_PRE_CUT
#undef STAMP_PRE
};

static const char *ask(const char *key)
{
    return stamp_keys_ask(STAMP_KEYS_GGUF, key);
}

static uint64_t load(const uint8_t *p, size_t width)
{
    uint64_t v = 0;
    while (width-- > 0) v = v << 8 | p[width];
    return v;
}

/* The string at @p *at, which the listing has checked; *at goes behind it. */
static struct string next(const uint8_t **at)
{
    const struct string s = {(const char *)*at + 8, (size_t)load(*at, 8)};
    *at += 8 + s.len;
    return s;
}

/* An array; one of another length than the tokens, or of another type, is refused. */
static enum stamp_status array(const struct work *w, const char *key, enum stamp_gguf_type element,
                               const struct stamp_gguf_value **out)
{
    *out = stamp_gguf_find(w->g, ask(key));
    if (!*out) return stamp_fail(w->e, STAMP_EFORMAT, "%s: no %s", w->name, key);
    if ((*out)->type != STAMP_GGUF_ARRAY || (*out)->element != element)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s is not an array of the right type", w->name,
                          key);
    if (w->tokens && *out != w->merges && (*out)->count != w->tokens->count)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s has %llu elements, tokens %llu", w->name,
                          key, (unsigned long long)(*out)->count,
                          (unsigned long long)w->tokens->count);
    if ((*out)->count > STAMP_VOCAB_MAX && *out != w->merges)
        return stamp_fail(w->e, STAMP_ERANGE, "%s: %s has %llu elements, %d at most", w->name, key,
                          (unsigned long long)(*out)->count, STAMP_VOCAB_MAX);
    return STAMP_OK;
}

static enum stamp_status flag(const struct work *w, const char *key, bool *out)
{
    const struct stamp_gguf_value *v = stamp_gguf_find(w->g, ask(key));

    if (v && v->type != STAMP_GGUF_BOOL)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s is neither true nor false", w->name, key);
    if (v) *out = v->bytes[0] != 0;
    return STAMP_OK;
}

/* A token id; *out untouched when there is none. */
static enum stamp_status token(const struct work *w, const char *key, int32_t *out)
{
    const struct stamp_gguf_value *v = stamp_gguf_find(w->g, ask(key));
    uint64_t id = 0;

    if (!v) return STAMP_OK;
    if (!stamp_gguf_u64(v, &id) || id >= w->t->shown.count)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s is no token of the %zu", w->name, key,
                          w->t->shown.count);
    *out = (int32_t)id;
    return STAMP_OK;
}

static unsigned type_of(const struct work *w, size_t id)
{
    return w->types ? (unsigned)load(w->types->bytes + 4 * id, 4) : STAMP_SP_NORMAL;
}

/* ---- "llama" ------------------------------------------------------------------------------------ */

static enum stamp_status read_llama(struct work *w)
{
    struct stamp_sp_rule rule = {.space = true};
    enum stamp_status s = array(w, KEY "scores", STAMP_GGUF_F32, &w->scores);
    const uint8_t *at = w->tokens->bytes;

    if (!s) s = flag(w, KEY "add_space_prefix", &rule.space);
    if (!s) s = flag(w, KEY "remove_extra_whitespaces", &rule.collapse);
    if (!s) s = stamp_sp_steps(w->t, rule, w->e);
    for (size_t i = 0; i < w->tokens->count && !s; i++) {
        const struct string p = next(&at);
        const uint32_t bits = (uint32_t)load(w->scores->bytes + 4 * i, 4);
        float score;
        memcpy(&score, &bits, sizeof score);
        s = stamp_sp_piece(w->t, i, p.text, p.len, score, type_of(w, i), true, w->e);
        if (s) stamp_fail_at(w->e, "%s", w->name);
    }
    return s;
}

/* ---- "gpt2" ------------------------------------------------------------------------------------- */

static enum stamp_status read_token(struct work *w, size_t id, struct string p,
                                    struct stamp_bytes *b)
{
    const unsigned type = type_of(w, id);
    struct stamp_added a = {.text = (char *)p.text, .len = p.len, .id = (int32_t)id};
    enum stamp_status s = STAMP_OK;

    if (type < STAMP_SP_NORMAL || type > STAMP_SP_BYTE)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: token %zu has type %u, which does not exist",
                          w->name, id, type);
    if (type == STAMP_SP_CONTROL || type == STAMP_SP_USER) {
        a.special = type == STAMP_SP_CONTROL;
        return p.len ? stamp_tokenizer_add(w->t, &a, w->e) : STAMP_OK;
    }
    bool all = false;
    if (type == STAMP_SP_NORMAL) s = stamp_bytelevel_decode(p.text, p.len, b, &all, w->e);
    if (s) return s;
    if (all && b->len) {
        s = stamp_vocab_set(&w->t->shown, id, b->s, b->len, w->e);
        if (!s) s = stamp_vocab_set(&w->t->bpe.vocab, id, b->s, b->len, w->e);
        return s ? s : stamp_vocab_list(&w->t->bpe.vocab, id, false, w->e);
    }
    return stamp_vocab_set(&w->t->shown, id, p.text, p.len, w->e);
}

static enum stamp_status read_merge(struct work *w, size_t rank, struct string p,
                                    struct stamp_bytes *b)
{
    const struct stamp_vocab *v = &w->t->bpe.vocab;
    const char *space = p.len ? memchr(p.text + 1, ' ', p.len - 1) : NULL;
    enum stamp_status s = STAMP_OK;

    if (!space || memchr(space + 1, ' ', p.len - (size_t)(space + 1 - p.text)))
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: merge %zu is not two tokens", w->name, rank);
    const size_t left = (size_t)(space - p.text);
    const struct string side[] = {{p.text, left}, {space + 1, p.len - left - 1}};
    int32_t id[2] = {-1, -1};
    for (size_t i = 0; i < 2; i++) {
        bool all;
        s = stamp_bytelevel_decode(side[i].text, side[i].len, b, &all, w->e);
        if (s || !all) return s; /* no text comes to that */
        id[i] = stamp_vocab_find(v, b->s ? b->s : "", b->len);
    }
    const int32_t joined = id[0] < 0 || id[1] < 0
                               ? -1
                               : stamp_vocab_find2(v, v->piece[id[0]].bytes, v->piece[id[0]].len,
                                                   v->piece[id[1]].bytes, v->piece[id[1]].len);
    if (joined < 0)
        return stamp_fail(w->e, STAMP_EFORMAT,
                          "%s: merge %zu (\"%.*s\") is of tokens the vocabulary does not have",
                          w->name, rank, (int)(p.len < 60 ? p.len : 60), p.text);
    stamp_merges_put(&w->t->bpe.merges, id[0], id[1], (uint32_t)rank, joined);
    return STAMP_OK;
}

static enum stamp_status put_cut(struct work *w, const char *regex)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT, .behavior = STAMP_SPLIT_ISOLATED};
    const enum stamp_status s = stamp_regex_new(regex, strlen(regex), &step.regex, w->e);

    return s ? s : stamp_steps_add(&w->t->cut, &step, w->e);
}

static enum stamp_status read_pre(struct work *w, bool *bos)
{
    const struct stamp_gguf_value *v = stamp_gguf_find(w->g, ask(KEY "pre"));
    const struct pre *p = NULL;
    enum stamp_status s = STAMP_OK;
    char shown[64];

    for (size_t i = 0; i < sizeof pres / sizeof pres[0]; i++)
        if (stamp_gguf_text_is(v, pres[i].text)) p = &pres[i];
    if (!p)
        return stamp_fail(w->e, STAMP_EUNSUPPORTED,
                          v ? "%s: " KEY "pre \"%s\": how it cuts a text is not known here; name "
                              "the model's tokenizer.json with --tokenizer"
                            : "%s: no " KEY
                              "pre%s: how a text is cut is not said; name the model's "
                              "tokenizer.json with --tokenizer",
                          w->name, v ? stamp_gguf_text(v, shown, sizeof shown) : "");
    w->t->bpe.ignore_merges = p->ignore_merges;
    *bos = p->bos;
    if (p->nfc)
        s = stamp_steps_add(&w->t->normal, &(struct stamp_step){.kind = STAMP_STEP_NFC}, w->e);
    if (!s && cuts[p->cut].digits) s = put_cut(w, "\\p{N}");
    return s ? s : put_cut(w, cuts[p->cut].regex);
}

static enum stamp_status read_gpt2(struct work *w, bool *bos)
{
    struct stamp_bytes b = {0};
    bool space = false;
    const uint8_t *at = w->tokens->bytes;

    w->t->bpe.byte_level = w->t->mend = true;
    enum stamp_status s = read_pre(w, bos);
    if (!s) s = flag(w, KEY "add_space_prefix", &space);
    if (!s && space)
        s = stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s: " KEY "add_space_prefix with model gpt2",
                       w->name);
    w->merges = stamp_gguf_find(w->g, ask(KEY "merges"));
    if (!s) s = array(w, KEY "merges", STAMP_GGUF_STRING, &w->merges);
    if (!s) s = stamp_merges_make(&w->t->bpe.merges, (size_t)w->merges->count, w->e);
    for (size_t i = 0; !s && i < w->tokens->count; i++) s = read_token(w, i, next(&at), &b);
    at = s ? NULL : w->merges->bytes;
    for (size_t i = 0; !s && i < w->merges->count; i++) s = read_merge(w, i, next(&at), &b);
    stamp_free(b.s);
    return s;
}

/* ---- Both --------------------------------------------------------------------------------------- */

static enum stamp_status read_ends(struct work *w)
{
    static const char *const ends[] = {KEY "eos_token_id", KEY "eot_token_id", KEY "eom_token_id"};
    struct stamp_tokenizer *t = w->t;
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && !s; i++) {
        int32_t id = i ? -1 : t->eos;
        s = token(w, ends[i], &id);
        if (!i) t->eos = id;
        if (!s && id >= 0) s = stamp_tokenizer_end_at(t, id, w->e);
    }
    return s;
}

/* What stands around a text, and what ends one. */
static enum stamp_status read_special(struct work *w, bool bos, bool llama)
{
    struct stamp_tokenizer *t = w->t;
    bool eos = false;

    /* What the format means where it says nothing, if the file has such tokens. */
    if (llama && w->tokens->count > 2) {
        if (!w->types || type_of(w, 1) == STAMP_SP_CONTROL) t->bos = 1;
        if (!w->types || type_of(w, 2) == STAMP_SP_CONTROL) t->eos = 2;
    }
    enum stamp_status s = token(w, KEY "bos_token_id", &t->bos);
    if (!s) s = read_ends(w);
    if (!s) s = flag(w, KEY "add_bos_token", &bos);
    if (!s) s = flag(w, KEY "add_eos_token", &eos);
    if (!s && ((bos && t->bos < 0) || (eos && t->eos < 0)))
        s = stamp_fail(w->e, STAMP_EFORMAT,
                       "%s: it puts a token around a text that it does not name", w->name);
    if (s) return s;
    if (bos) t->front[t->fronts++] = t->bos;
    if (eos) t->back[t->backs++] = t->eos;
    return STAMP_OK;
}

static enum stamp_status read_all(struct work *w)
{
    const struct stamp_gguf_value *model = stamp_gguf_find(w->g, ask(KEY "model"));
    const bool llama = stamp_gguf_text_is(model, "llama");
    bool bos = llama;
    char shown[48];

    if (!model)
        return stamp_fail(w->e, STAMP_EFORMAT,
                          "%s: has no tokenizer inside; name one with --tokenizer", w->name);
    if (!llama && !stamp_gguf_text_is(model, "gpt2"))
        return stamp_fail(w->e, STAMP_EUNSUPPORTED,
                          "%s: " KEY "model \"%s\"; \"llama\" and \"gpt2\" are read, or name a "
                          "file with --tokenizer",
                          w->name, stamp_gguf_text(model, shown, sizeof shown));
    w->t->format = llama ? "GGUF llama" : "GGUF gpt2";
    enum stamp_status s = array(w, KEY "tokens", STAMP_GGUF_STRING, &w->tokens);
    if (!s && stamp_gguf_find(w->g, ask(KEY "token_type")))
        s = array(w, KEY "token_type", STAMP_GGUF_S32, &w->types);
    if (!s) s = llama ? read_llama(w) : read_gpt2(w, &bos);
    return s ? s : read_special(w, bos, llama);
}

enum stamp_status stamp_tokenizer_gguf(struct stamp_infile *in, size_t rows,
                                       struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_gguf g = {0};
    struct work w = {.name = stamp_infile_name(in), .g = &g, .e = e};

    w.t = stamp_tokenizer_new("GGUF", rows);
    if (!w.t) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", w.name);
    enum stamp_status s = stamp_gguf_read(in, &g, e);
    if (!s) s = read_all(&w);
    stamp_gguf_free(&g);
    if (s)
        stamp_tokenizer_close(w.t);
    else
        *out = w.t;
    return s;
}

enum stamp_status stamp_tokenizer_gguf_ids(struct stamp_tokenizer *t, struct stamp_infile *in,
                                           struct stamp_err *e)
{
    struct stamp_gguf g = {0};
    struct work w = {.name = stamp_infile_name(in), .g = &g, .t = t, .e = e};

    enum stamp_status s = stamp_gguf_read(in, &g, e);
    if (s) return s;
    if (stamp_gguf_find(&g, ask(KEY "eos_token_id"))) {
        t->ends = 0;
        s = read_ends(&w);
    }
    if (!s) s = token(&w, KEY "bos_token_id", &t->bos);
    stamp_gguf_free(&g);
    return s;
}
