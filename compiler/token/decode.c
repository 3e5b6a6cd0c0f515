/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - tokens to text, a token at a time. Contract in tokenizer.h. */
#include <string.h>

#include "compiler/token/parts.h"
#include "compiler/front/utf8.h"
#include "model/mem.h"

static const char broken[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Whole characters of held + @p bytes; what may become one is held. */
static enum stamp_status push(struct stamp_detokenizer *d, const char *bytes, size_t len,
                              struct stamp_bytes *out, struct stamp_err *e)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        bool good;
        if (!d->count) { /* nothing held: all that is whole at once */
            const size_t n = stamp_utf8_valid(bytes + i, len - i);
            const enum stamp_status s = stamp_bytes_add(out, bytes + i, n, e);
            if (s) return s;
            i += n;
            if (i == len) break;
        }
        d->held[d->count++] = bytes[i++];
        while (d->count && !stamp_utf8_cut(d->held, d->count)) {
            const size_t n = stamp_utf8_next(d->held, d->count, &code, &good);
            const enum stamp_status s =
                stamp_bytes_add(out, good ? d->held : broken, good ? n : sizeof broken - 1, e);
            if (s) return s;
            d->count -= n;
            memmove(d->held, d->held + n, d->count);
        }
    }
    return STAMP_OK;
}

enum stamp_status stamp_detokenize(struct stamp_detokenizer *d, int32_t id, struct stamp_bytes *out,
                                   struct stamp_err *e)
{
    const struct stamp_vocab *added = &d->t->names;
    size_t len, strip = d->done ? 0 : d->t->strip;
    const char *p = stamp_tokenizer_piece(d->t, id, &len);
    enum stamp_status s = STAMP_OK;

    if (stamp_tokenizer_special(d->t, id)) return STAMP_OK;
    if (strip == STAMP_STRIP_ALL && (size_t)id < added->count && added->piece[id].bytes) strip = 0;
    if (d->done++ && d->t->joined) s = push(d, " ", 1, out, e);
    if (s) return s;
    for (; strip && len && *p == ' '; len--, p++)
        if (strip != STAMP_STRIP_ALL) strip--;
    return push(d, p, len, out, e);
}

enum stamp_status stamp_detokenize_end(struct stamp_detokenizer *d, struct stamp_bytes *out,
                                       struct stamp_err *e)
{
    const size_t held = d->count;

    d->count = 0; /* a broken character is one U+FFFD */
    return held ? stamp_bytes_add(out, broken, sizeof broken - 1, e) : STAMP_OK;
}
