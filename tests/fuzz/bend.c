/* SPDX-License-Identifier: Apache-2.0 */
/* bend.c - small damage to valid files. Contract in bend.h. */
#include "tests/fuzz/bend.h"

#include <string.h>

static uint64_t state;

void bend_seed(uint64_t seed)
{
    state = seed;
}

uint32_t bend_draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % below;
}

/* Words that mean something to some reader; put over or into the text. */
static const char *const words[] = {"-1",
                                    "0",
                                    "1e999",
                                    "9007199254740993",
                                    "18446744073709551616",
                                    "4294967296",
                                    "null",
                                    "true",
                                    "[]",
                                    "{}",
                                    "[[[[[[[[",
                                    "\"\"",
                                    "\\u0000",
                                    "F32",
                                    "BF16",
                                    "I64",
                                    "shape",
                                    "data_offsets",
                                    "<f2",
                                    "<f8",
                                    ">i8",
                                    "|b1",
                                    "[(",
                                    "|u1",
                                    "(),",
                                    "(0,)",
                                    "True",
                                    "hidden_size",
                                    "rope_scaling",
                                    "llama3",
                                    ",",
                                    "1.5e0",
                                    "dtype",
                                    "}",
                                    "{\"type\":\"linear\",\"factor\":0}",
                                    "ByteLevel",
                                    "Metaspace",
                                    "Replace",
                                    "Sequence",
                                    "Removed",
                                    "\"invert\":true,",
                                    "\"lstrip\":true,",
                                    "\"fuse_unk\":true,",
                                    "(a*)*b",
                                    "[[a]&&",
                                    "{2}?",
                                    "\\\\p{^Lu}",
                                    "\\\\b"};

static void put_word(struct sample *s)
{
    const char *w = words[bend_draw(sizeof words / sizeof words[0])];
    const size_t n = strlen(w), at = bend_draw((uint32_t)s->len + 1);

    if (bend_draw(2)) { /* in place of a run of digits or letters */
        size_t end = at;
        while (end < s->len && (s->bytes[end] > '/' && s->bytes[end] < '{')) end++;
        if (end - at > n || s->len + n - (end - at) > SAMPLE_BYTES) return;
        memmove(s->bytes + at + n, s->bytes + end, s->len - end);
        s->len += n - (end - at);
        memcpy(s->bytes + at, w, n);
    } else if (at + n <= s->len) {
        memcpy(s->bytes + at, w, n);
    }
}

static void put_number(struct sample *s)
{
    static const uint32_t values[] = {0,           1,          0x7fffffff, 0x80000000u,
                                      0xffffffffu, 0x7fc00000, 65536};
    const uint32_t v = bend_draw(2) ? values[bend_draw(7)] : (uint32_t)s->len + bend_draw(9) - 4;
    const size_t area = bend_draw(2) ? 64 : s->len, at = bend_draw((uint32_t)area + 1) & ~3u;

    for (size_t k = 0; k < 4 && at + k < s->len; k++)
        s->bytes[at + k] = (unsigned char)(v >> 8 * k);
}

void bend(struct sample *s)
{
    for (uint32_t n = 1 + bend_draw(3); n > 0 && s->len > 0; n--) {
        const size_t at = bend_draw((uint32_t)s->len);
        switch (bend_draw(7)) {
        case 0: s->bytes[at] ^= (unsigned char)(1u << bend_draw(8)); break;
        case 1: s->bytes[at] = (unsigned char)bend_draw(256); break;
        case 2: s->len = at; break;
        case 3: put_number(s); break;
        case 4: /* repeat a stretch further on */
            if (s->len + 64 <= SAMPLE_BYTES && at + 64 <= s->len) {
                memmove(s->bytes + at + 64, s->bytes + at, s->len - at);
                s->len += 64;
            }
            break;
        default: put_word(s);
        }
    }
}
