/* SPDX-License-Identifier: Apache-2.0 */
/* step.c - steps that change a text. Contract in step.h. */
#include "compiler/token/step.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

#include "compiler/front/utf8.h"
#include "model/mem.h"

static void step_free(struct stamp_step *s)
{
    stamp_regex_free(s->regex);
    stamp_free(s->text);
}

enum stamp_status stamp_steps_add(struct stamp_steps *l, const struct stamp_step *step,
                                  struct stamp_err *e)
{
    struct stamp_step own = *step, *grown = NULL;
    enum stamp_status s = STAMP_OK;

    if (l->count == STAMP_STEPS_MAX)
        s = stamp_fail(e, STAMP_EUNSUPPORTED, "more than %d steps before the vocabulary",
                       STAMP_STEPS_MAX);
    else if (!(grown = stamp_grow(l->step, l->count, l->count + 1, sizeof *grown)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for the steps of a tokenizer");
    if (s) {
        step_free(&own);
        return s;
    }
    l->step = grown;
    l->step[l->count++] = own;
    return STAMP_OK;
}

void stamp_steps_free(struct stamp_steps *l)
{
    for (size_t i = 0; i < l->count; i++) step_free(&l->step[i]);
    stamp_free(l->step);
    *l = (struct stamp_steps){0};
}

static bool inert(uint32_t code)
{
    static const uint32_t ranges[][2] = {
#define STAMP_UNICODE_NEWER(category, ranges)
#define STAMP_UNICODE_INERT(first, last) {first, last},
#include "compiler/token/unicode.def"
#undef STAMP_UNICODE_NEWER
#undef STAMP_UNICODE_INERT
    };
    size_t low = 0, high = sizeof ranges / sizeof ranges[0];

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (code > ranges[mid][1])
            low = mid + 1;
        else
            high = mid;
    }
    return low < sizeof ranges / sizeof ranges[0] && code >= ranges[low][0];
}

/* A normalization form of a text without inert characters; ASCII is all of them. */
static enum stamp_status normalize_run(int options, const char *text, size_t len,
                                       struct stamp_bytes *out, struct stamp_err *e)
{
    size_t ascii = 0;

    while (ascii < len && (unsigned char)text[ascii] < 0x80) ascii++;
    if (ascii == len) return stamp_bytes_add(out, text, len, e);
    if (ascii) ascii--; /* what follows may combine with the last one */
    enum stamp_status s = stamp_bytes_add(out, text, ascii, e);
    if (s) return s;

    const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)text + ascii;
    const utf8proc_ssize_t size = (utf8proc_ssize_t)(len - ascii);
    utf8proc_ssize_t n = utf8proc_decompose(from, size, NULL, 0, (utf8proc_option_t)options);
    if (n < 0) return stamp_fail(e, STAMP_ERANGE, "text: %s", utf8proc_errmsg(n));
    utf8proc_int32_t *code = stamp_alloc((size_t)n + 1, sizeof *code); /* reencode adds a zero */
    if (!code) return stamp_fail(e, STAMP_ENOMEM, "out of memory to normalize %zu bytes", len);
    n = utf8proc_decompose(from, size, code, n, (utf8proc_option_t)options);
    if (n >= 0) n = utf8proc_reencode(code, n, (utf8proc_option_t)options);
    if (n < 0)
        s = stamp_fail(e, STAMP_ERANGE, "text: %s", utf8proc_errmsg(n));
    else
        s = stamp_bytes_add(out, (const char *)code, (size_t)n, e);
    stamp_free(code);
    return s;
}

/* To the library that defines this, inert characters are not assigned: nothing joins across them. */
static enum stamp_status normalize(int options, const char *text, size_t len,
                                   struct stamp_bytes *out, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    size_t done = 0, at = 0;
    uint32_t code;
    bool good;

    while (at < len && !s) {
        if ((unsigned char)text[at] < 0x80) {
            at++;
            continue;
        }
        const size_t n = stamp_utf8_next(text + at, len - at, &code, &good);
        if (inert(code)) {
            s = normalize_run(options, text + done, at - done, out, e);
            if (!s) s = stamp_bytes_add(out, text + at, n, e);
            done = at + n;
        }
        at += n;
    }
    return s ? s : normalize_run(options, text + done, len - done, out, e);
}

static enum stamp_status lower(const char *text, size_t len, struct stamp_bytes *out,
                               struct stamp_err *e)
{
    enum { DOTTED_I = 0x130, DOT = 0x307 };
    enum stamp_status s = STAMP_OK;
    uint32_t code;
    bool good;

    for (size_t at = 0; at < len && !s;) {
        char to[2 * STAMP_UTF8_MAX];
        at += stamp_utf8_next(text + at, len - at, &code, &good);
        size_t n;
        if (code == DOTTED_I) { /* the one character that becomes two */
            n = stamp_utf8_put('i', to);
            n += stamp_utf8_put(DOT, to + n);
        } else {
            n = stamp_utf8_put((uint32_t)utf8proc_tolower((utf8proc_int32_t)code), to);
        }
        s = stamp_bytes_add(out, to, n, e);
    }
    return s;
}

static enum stamp_status strip(const struct stamp_step *step, const char *text, size_t len,
                               struct stamp_bytes *out, struct stamp_err *e)
{
    size_t begin = 0, end = 0, at = 0;
    bool leading = step->left, good;
    uint32_t code;

    while (at < len) {
        const size_t n = stamp_utf8_next(text + at, len - at, &code, &good);
        const bool space = stamp_is_space(code);
        if (leading && space) begin = at + n;
        if (!space) leading = false;
        at += n;
        if (!space || !step->right) end = at;
    }
    return begin < end ? stamp_bytes_add(out, text + begin, end - begin, e) : STAMP_OK;
}

static enum stamp_status replace(const struct stamp_step *step, const char *text, size_t len,
                                 struct stamp_bytes *out, struct stamp_err *e)
{
    size_t at = 0, from = 0, begin, end;
    bool found, good, any = false;
    uint32_t code;

    while (from <= len) {
        enum stamp_status s =
            stamp_regex_find(step->regex, text, len, from, &found, &begin, &end, e);
        if (s) return s;
        if (!found) break;
        from = end;
        if (begin == end)
            from += end == len ? 1 : stamp_utf8_next(text + end, len - end, &code, &good);
        if (begin == end && any && at == end) continue; /* an empty one right behind another */
        s = stamp_bytes_add(out, text + at, begin - at, e);
        if (!s) s = stamp_bytes_add(out, step->text, step->len, e);
        if (s) return s;
        at = end;
        any = true;
    }
    return stamp_bytes_add(out, text + at, len - at, e);
}

static enum stamp_status collapse(const char *text, size_t len, struct stamp_bytes *out,
                                  struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    for (bool blank = true; blank;) { /* at the back a U+2581 of the text counts too */
        blank = len && text[len - 1] == ' ';
        const bool mark = len >= 3 && memcmp(text + len - 3, "\xe2\x96\x81", 3) == 0;
        len -= mark ? 3 : blank;
        blank = blank || mark;
    }
    for (size_t i = 0; i < len && !s; i++)
        if (text[i] != ' ' || (out->len && text[i - 1] != ' '))
            s = stamp_bytes_add(out, text + i, 1, e);
    return s;
}

enum stamp_status stamp_step_change(const struct stamp_step *step, const char *text, size_t len,
                                    bool first, struct stamp_bytes *out, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    switch (step->kind) {
    case STAMP_STEP_NFC: return normalize(UTF8PROC_STABLE | UTF8PROC_COMPOSE, text, len, out, e);
    case STAMP_STEP_NFD: return normalize(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, text, len, out, e);
    case STAMP_STEP_NFKC:
        return normalize(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, text, len, out, e);
    case STAMP_STEP_NFKD:
        return normalize(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, text, len, out, e);
    case STAMP_STEP_LOWER: return lower(text, len, out, e);
    case STAMP_STEP_STRIP: return strip(step, text, len, out, e);
    case STAMP_STEP_REPLACE: return replace(step, text, len, out, e);
    case STAMP_STEP_COLLAPSE: return collapse(text, len, out, e);
    case STAMP_STEP_PREFIX:
        if (len && !(step->first && !first) &&
            !(step->absent && len >= step->len && memcmp(text, step->text, step->len) == 0))
            s = stamp_bytes_add(out, step->text, step->len, e);
        return s ? s : stamp_bytes_add(out, text, len, e);
    case STAMP_STEP_SPLIT: break;
    }
    assert(!"a step that changes text");
    return STAMP_OK;
}
