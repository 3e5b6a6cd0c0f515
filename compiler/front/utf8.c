/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - characters and bytes. Contract in utf8.h. */
#include "compiler/front/utf8.h"

#include <string.h>

#include "model/mem.h"

static const char broken[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Bytes that a first byte asks for, 0: it begins no character; and the range of the second byte. */
static size_t shape(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return 2;
    if (first >= 0xe0 && first <= 0xef) {
        if (first == 0xe0) *low = 0xa0;
        if (first == 0xed) *high = 0x9f; /* surrogates */
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (first == 0xf0) *low = 0x90;
        if (first == 0xf4) *high = 0x8f;
        return 4;
    }
    return 0;
}

/* Bytes at the front of @p s that fit the shape, up to *want. */
static size_t fitting(const char *s, size_t len, size_t *want)
{
    unsigned char low, high;
    size_t n = 1;

    *want = shape((unsigned char)s[0], &low, &high);
    while (n < *want && n < len && (unsigned char)s[n] >= low && (unsigned char)s[n] <= high) {
        low = 0x80;
        high = 0xbf;
        n++;
    }
    return n;
}

size_t stamp_utf8_next(const char *s, size_t len, uint32_t *code, bool *good)
{
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t want;
    const size_t n = fitting(s, len, &want);

    *good = n == want;
    *code = 0xfffd;
    if (!*good) return n;
    *code = (unsigned char)s[0] & mask[n];
    for (size_t i = 1; i < n; i++) *code = *code << 6 | ((unsigned char)s[i] & 0x3f);
    return n;
}

size_t stamp_utf8_valid(const char *s, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t want;
        if ((unsigned char)s[at] < 0x80) {
            at++;
            continue;
        }
        const size_t n = fitting(s + at, len - at, &want);
        if (n != want) break;
        at += n;
    }
    return at;
}

bool stamp_utf8_cut(const char *s, size_t len)
{
    size_t want;
    return len && fitting(s, len, &want) == len && len < want;
}

size_t stamp_utf8_put(uint32_t code, char to[STAMP_UTF8_MAX])
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    const size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; code >>= 6) to[i] = (char)(0x80 | (code & 0x3f));
    to[0] = (char)(lead[n] | code);
    return n;
}

char *stamp_utf8_mend(const char *s, size_t len, size_t *out_len)
{
    size_t size = 0, at;
    uint32_t code;
    bool good;

    for (at = 0; at < len;) {
        const size_t n = stamp_utf8_next(s + at, len - at, &code, &good);
        size += good ? n : sizeof broken - 1;
        at += n;
    }
    char *to = stamp_alloc(size + 1, 1);
    if (!to) return NULL;
    if (out_len) *out_len = size;
    for (size = at = 0; at < len;) {
        const size_t n = stamp_utf8_next(s + at, len - at, &code, &good);
        const size_t m = good ? n : sizeof broken - 1;
        memcpy(to + size, good ? s + at : broken, m);
        size += m;
        at += n;
    }
    return to;
}
