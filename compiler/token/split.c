/* SPDX-License-Identifier: Apache-2.0 */
/* split.c - steps that cut a text into pieces. Contract in step.h. */
#include <assert.h>

#include "compiler/token/step.h"
#include "compiler/front/utf8.h"

/* Pieces on their way out: those that a behaviour joins are held back. */
struct cutter {
    const struct stamp_step *step;
    stamp_piece_fn *fn;
    void *ctx;
    size_t at, len; /* held; len 0: nothing */
    bool matched;   /* CONTIGUOUS, NEXT: the held piece is a match; PREVIOUS: the last one was */
};

static enum stamp_status release(struct cutter *c, struct stamp_err *e)
{
    const size_t len = c->len;

    c->len = 0;
    return len ? c->fn(c->ctx, c->at, len, e) : STAMP_OK;
}

static enum stamp_status hold(struct cutter *c, size_t at, size_t len, bool join,
                              struct stamp_err *e)
{
    if (join && c->len) {
        c->len += len;
        return STAMP_OK;
    }
    const enum stamp_status s = release(c, e);
    c->at = at;
    c->len = len;
    return s;
}

/* The next stretch of the text, a match or what lies between two. */
static enum stamp_status stretch(struct cutter *c, size_t at, size_t len, bool match,
                                 struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    if (c->step->invert) match = !match;
    if (!len) return STAMP_OK;
    switch (c->step->behavior) {
    case STAMP_SPLIT_ISOLATED: return c->fn(c->ctx, at, len, e);
    case STAMP_SPLIT_REMOVED: return match ? STAMP_OK : c->fn(c->ctx, at, len, e);
    case STAMP_SPLIT_CONTIGUOUS: s = hold(c, at, len, match == c->matched, e); break;
    case STAMP_SPLIT_PREVIOUS: s = hold(c, at, len, match && !c->matched, e); break;
    case STAMP_SPLIT_NEXT: s = hold(c, at, len, !match && c->matched, e); break;
    }
    c->matched = match;
    return s;
}

enum stamp_status stamp_step_split(const struct stamp_step *step, const char *text, size_t len,
                                   stamp_piece_fn *fn, void *ctx, struct stamp_err *e)
{
    struct cutter c = {step, fn, ctx, 0, 0, false};
    size_t at = 0, from = 0, begin, end;
    enum stamp_status s = STAMP_OK;
    bool found, good;
    uint32_t code;

    assert(step->kind == STAMP_STEP_SPLIT);
    while (!s && from < len) {
        s = stamp_regex_find(step->regex, text, len, from, &found, &begin, &end, e);
        if (s || !found) break;
        s = stretch(&c, at, begin - at, false, e);
        if (!s) s = stretch(&c, begin, end - begin, true, e);
        at = from = end;
        if (begin == end && end < len) /* an empty match cuts, and the search goes on behind it */
            from += stamp_utf8_next(text + end, len - end, &code, &good);
    }
    if (!s) s = stretch(&c, at, len - at, false, e);
    return s ? s : release(&c, e);
}
