/* SPDX-License-Identifier: Apache-2.0 */
/* bytelevel.c - bytes as printable characters. Contract in bytelevel.h. */
#include "compiler/token/bytelevel.h"

#include "compiler/front/utf8.h"

enum { SHIFTED = 0x100, DELETE = 127, SOFT_HYPHEN = 173 };

/* The bytes that are no character of their own: 0-32, 127-160, 173. */
int stamp_bytelevel_byte(uint32_t code)
{
    if (code < SHIFTED)
        return code <= ' ' || (code >= DELETE && code <= 160) || code == SOFT_HYPHEN ? -1
                                                                                     : (int)code;
    code -= SHIFTED;
    if (code <= ' ') return (int)code;
    code -= ' ' + 1;
    if (code <= 160 - DELETE) return (int)code + DELETE;
    return code == 160 - DELETE + 1 ? SOFT_HYPHEN : -1;
}

uint32_t stamp_bytelevel_code(unsigned char byte)
{
    if (byte <= ' ') return SHIFTED + (uint32_t)byte;
    if (byte >= DELETE && byte <= 160) return SHIFTED + ' ' + 1 + (uint32_t)byte - DELETE;
    return byte == SOFT_HYPHEN ? SHIFTED + ' ' + 1 + 160 - DELETE + 1 : byte;
}

enum stamp_status stamp_bytelevel_decode(const char *text, size_t len, struct stamp_bytes *out,
                                         bool *all, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    uint32_t code;

    *all = true;
    out->len = 0;
    for (size_t at = 0; at < len && *all && !s;) {
        bool good;
        at += stamp_utf8_next(text + at, len - at, &code, &good);
        const int byte = good ? stamp_bytelevel_byte(code) : -1;
        const char c = (char)byte;
        *all = byte >= 0;
        if (*all) s = stamp_bytes_add(out, &c, 1, e);
    }
    return s;
}
