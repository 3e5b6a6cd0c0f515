/* SPDX-License-Identifier: Apache-2.0 */
/* load.c - files of vectors. Contract in load.h. */
#include "tests/conformance/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { FIRST = 1 << 16, FILE_MAX = 1 << 28 };

uint8_t *conform_load(const char *path, size_t *size, char why[160])
{
    gzFile f = gzopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t n = 0, room = FIRST;
    int got = -1;

    while (f && room <= FILE_MAX) {
        uint8_t *more = realloc(bytes, room);
        if (!more) break;
        bytes = more;
        got = gzread(f, bytes + n, (unsigned)(room - n));
        if (got < 0) break;
        n += (size_t)got;
        if (n < room) break; /* the end */
        room *= 2;
    }
    const int end = f ? gzclose(f) : Z_ERRNO;
    if (got >= 0 && n < room && end == Z_OK) {
        *size = n;
        return bytes;
    }
    snprintf(why, 160, "cannot read %s", path);
    free(bytes);
    return NULL;
}
