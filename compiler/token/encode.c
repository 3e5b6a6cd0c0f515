/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - text to token ids. Contract in tokenizer.h.
 *
 * The order is that of the library that defines tokenizer.json: added tokens that are looked for in
 * the text as it is; normalizers on what lies between; added tokens that are looked for in normalized
 * text; cuts; the vocabulary. SentencePiece files go the same way with steps of their own.
 */
#include <string.h>

#include "compiler/token/parts.h"
#include "compiler/front/utf8.h"
#include "model/mem.h"

struct encoding {
    const struct stamp_tokenizer *t;
    struct stamp_ids out;
};

/* A text on its way through the cuts: the step that comes next and whether it is the text's front. */
struct piece {
    struct encoding *w;
    const char *text;
    size_t step;
    bool first;
};

static enum stamp_status cut(const struct piece *p, size_t len, struct stamp_err *e);

static enum stamp_status on_cut(void *ctx, size_t at, size_t len, struct stamp_err *e)
{
    const struct piece *p = ctx;
    const struct piece next = {p->w, p->text + at, p->step + 1, p->first && at == 0};
    return cut(&next, len, e);
}

/* All steps from p->step on; as deep as there are steps. */
static enum stamp_status cut(const struct piece *p, size_t len, struct stamp_err *e)
{
    const struct stamp_tokenizer *t = p->w->t;

    if (p->step == t->cut.count)
        return stamp_word_encode(&t->bpe, t->work, p->text, len, &p->w->out, e);
    const struct stamp_step *step = &t->cut.step[p->step];
    if (step->kind == STAMP_STEP_SPLIT)
        return stamp_step_split(step, p->text, len, on_cut, (void *)p, e);
    struct stamp_bytes changed = {0};
    enum stamp_status s = stamp_step_change(step, p->text, len, p->first, &changed, e);
    const struct piece next = {p->w, changed.s, p->step + 1, p->first};
    if (!s && changed.len) s = cut(&next, changed.len, e);
    stamp_free(changed.s);
    return s;
}

/* The normalized text between two added tokens. */
struct section {
    struct encoding *w;
    const char *text;
    bool first;
};

static enum stamp_status on_normalized(void *ctx, const struct stamp_added *token, size_t at,
                                       size_t len, struct stamp_err *e)
{
    const struct section *c = ctx;
    const struct piece p = {c->w, c->text + at, 0, c->first && at == 0};

    return token ? stamp_ids_add(&c->w->out, token->id, e) : cut(&p, len, e);
}

enum stamp_status stamp_tokenizer_normalize(const struct stamp_tokenizer *t, const char *text,
                                            size_t len, bool first, struct stamp_bytes *out,
                                            struct stamp_err *e)
{
    struct stamp_bytes from = {0};
    enum stamp_status s = stamp_bytes_add(out, text, len, e);

    for (size_t i = 0; i < t->normal.count && !s; i++) {
        const struct stamp_bytes was = *out;
        *out = from;
        from = was;
        out->len = 0;
        s = stamp_step_change(&t->normal.step[i], from.s, from.len, first, out, e);
    }
    stamp_free(from.s);
    return s;
}

static enum stamp_status on_raw(void *ctx, const struct stamp_added *token, size_t at, size_t len,
                                struct stamp_err *e)
{
    const struct section *raw = ctx;
    struct section c = {raw->w, raw->text + at, at == 0};
    struct stamp_bytes normal = {0};
    enum stamp_status s = STAMP_OK;

    if (token) return stamp_ids_add(&c.w->out, token->id, e);
    if (c.w->t->normal.count) {
        s = stamp_tokenizer_normalize(c.w->t, c.text, len, c.first, &normal, e);
        c.text = normal.s;
        len = normal.len;
    }
    if (!s && len) s = stamp_added_split(&c.w->t->normalized, c.text, len, on_normalized, &c, e);
    stamp_free(normal.s);
    return s;
}

static enum stamp_status add_all(struct stamp_ids *out, const int32_t *id, size_t count,
                                 struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    for (size_t i = 0; i < count && !s; i++) s = stamp_ids_add(out, id[i], e);
    return s;
}

/* A tokenizer may know tokens that the model has no row for. */
static enum stamp_status check_rows(const struct stamp_tokenizer *t, const struct stamp_ids *ids,
                                    struct stamp_err *e)
{
    for (size_t i = 0; i < ids->count && t->rows; i++)
        if ((size_t)ids->id[i] >= t->rows) {
            size_t len;
            const char *piece = stamp_tokenizer_piece(t, ids->id[i], &len);
            return stamp_fail(
                e, STAMP_ERANGE,
                "token %d (\"%.*s\") of the text: the network's embedding has %zu rows",
                (int)ids->id[i], (int)(len < 40 ? len : 40), piece, t->rows);
        }
    return STAMP_OK;
}

enum stamp_status stamp_tokenizer_encode(const struct stamp_tokenizer *t, const char *text,
                                         size_t len, bool special, int32_t **ids, size_t *count,
                                         struct stamp_err *e)
{
    struct encoding w = {t, {0}};
    struct section all = {&w, text, true};
    char *mended = NULL;
    enum stamp_status s = STAMP_OK;

    if (len >= (size_t)1 << 30)
        return stamp_fail(e, STAMP_ERANGE, "a document of %zu bytes is too long", len);
    if (t->mend && stamp_utf8_valid(text, len) < len) {
        mended = stamp_utf8_mend(text, len, &len);
        if (!mended) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu bytes of text", len);
        all.text = mended;
    }
    if (special) s = add_all(&w.out, t->front, t->fronts, e);
    if (!s && len) s = stamp_added_split(&t->raw, all.text, len, on_raw, &all, e);
    if (!s && special) s = add_all(&w.out, t->back, t->backs, e);
    stamp_free(mended);
    if (!s) s = check_rows(t, &w.out, e);
    if (!s && !w.out.id && !(w.out.id = stamp_alloc(1, sizeof *w.out.id)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for tokens");
    if (s) {
        stamp_free(w.out.id);
        return s;
    }
    *ids = w.out.id;
    *count = w.out.count;
    return STAMP_OK;
}
