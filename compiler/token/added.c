/* SPDX-License-Identifier: Apache-2.0 */
/* added.c - tokens taken out of a text whole. Contract in added.h. */
#include "compiler/token/added.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/front/utf8.h"
#include "model/mem.h"

enum { FIRST = 16 };

enum stamp_status stamp_added_put(struct stamp_added_list *l, const struct stamp_added *token,
                                  struct stamp_err *e)
{
    struct stamp_added own = *token;

    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : FIRST;
        struct stamp_added *grown = stamp_grow(l->token, l->room, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for added tokens");
        l->token = grown;
        l->room = room;
    }
    own.text = stamp_alloc_raw(own.len);
    if (!own.text) return stamp_fail(e, STAMP_ENOMEM, "out of memory for added tokens");
    memcpy(own.text, token->text, own.len);
    own.turn = l->count;
    l->token[l->count++] = own;
    l->first_byte[(unsigned char)own.text[0]] = true;
    return STAMP_OK;
}

static int order(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const int d = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return d ? d : (a_len > b_len) - (a_len < b_len);
}

static int by_text(const void *a, const void *b)
{
    const struct stamp_added *x = a, *y = b;
    const int d = order(x->text, x->len, y->text, y->len);
    return d ? d : (x->turn > y->turn) - (x->turn < y->turn);
}

void stamp_added_ready(struct stamp_added_list *l)
{
    struct stamp_added *t = l->token;
    size_t kept = 0;

    if (l->count) qsort(t, l->count, sizeof *t, by_text);
    for (size_t i = 0; i < l->count; i++) { /* the later one of two equal texts goes */
        if (kept && order(t[kept - 1].text, t[kept - 1].len, t[i].text, t[i].len) == 0)
            stamp_free(t[i].text);
        else
            t[kept++] = t[i];
    }
    l->count = kept;
}

void stamp_added_free(struct stamp_added_list *l)
{
    for (size_t i = 0; i < l->count; i++) stamp_free(l->token[i].text);
    stamp_free(l->token);
    *l = (struct stamp_added_list){0};
}

/* First token of [low, high) whose byte @p at is not below (above: not above) @p byte. All share the
 * bytes before; a token that ends there comes first. */
static size_t bound(const struct stamp_added_list *l, size_t low, size_t high, size_t at,
                    unsigned char byte, bool above)
{
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const struct stamp_added *t = &l->token[mid];
        const int have = t->len > at ? (unsigned char)t->text[at] : -1;
        if (above ? have <= byte : have < byte)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The longest token at the front of @p text, or NULL. */
static const struct stamp_added *longest(const struct stamp_added_list *l, const char *text,
                                         size_t len)
{
    const struct stamp_added *best = NULL;
    size_t low = 0, high = l->count;

    for (size_t i = 0; i < len && low < high; i++) {
        high = bound(l, low, high, i, (unsigned char)text[i], true);
        low = bound(l, low, high, i, (unsigned char)text[i], false);
        if (low < high && l->token[low].len == i + 1) best = &l->token[low];
    }
    return best;
}

static bool word_before(const char *text, size_t at)
{
    size_t begin = at;
    uint32_t code;
    bool good;

    if (!at) return false;
    do begin--;
    while (begin && ((unsigned char)text[begin] & 0xc0) == 0x80);
    stamp_utf8_next(text + begin, at - begin, &code, &good);
    return stamp_is_word(code);
}

static bool word_behind(const char *text, size_t len, size_t at)
{
    uint32_t code;
    bool good;

    if (at == len) return false;
    stamp_utf8_next(text + at, len - at, &code, &good);
    return stamp_is_word(code);
}

/* Where the white space that ends at @p at begins, not before @p least. */
static size_t spaces_before(const char *text, size_t at, size_t least)
{
    uint32_t code;
    bool good;

    while (at > least) {
        size_t begin = at;
        do begin--;
        while (begin > least && ((unsigned char)text[begin] & 0xc0) == 0x80);
        stamp_utf8_next(text + begin, at - begin, &code, &good);
        if (!stamp_is_space(code)) break;
        at = begin;
    }
    return at;
}

static size_t spaces_behind(const char *text, size_t len, size_t at)
{
    uint32_t code;
    bool good;

    while (at < len) {
        const size_t n = stamp_utf8_next(text + at, len - at, &code, &good);
        if (!stamp_is_space(code)) break;
        at += n;
    }
    return at;
}

enum stamp_status stamp_added_split(const struct stamp_added_list *l, const char *text, size_t len,
                                    stamp_stretch_fn *fn, void *ctx, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    size_t done = 0;

    for (size_t at = 0; at < len && !s;) {
        const struct stamp_added *t = NULL;
        if (l->first_byte[(unsigned char)text[at]]) t = longest(l, text + at, len - at);
        if (!t) {
            at++;
            continue;
        }
        size_t begin = at, end = at + t->len;
        at = end;
        if (t->single_word && (word_before(text, begin) || word_behind(text, len, end))) continue;
        /* A token that took white space behind it along leaves none for the next one. */
        if (t->lstrip) begin = done > begin ? begin : spaces_before(text, begin, done);
        if (t->rstrip) end = spaces_behind(text, len, end);
        if (done < begin) s = fn(ctx, NULL, done, begin - done, e);
        if (!s) s = fn(ctx, t, begin, end - begin, e);
        done = end;
    }
    if (!s && done < len) s = fn(ctx, NULL, done, len - done, e);
    return s;
}
