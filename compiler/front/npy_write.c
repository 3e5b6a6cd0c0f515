/* SPDX-License-Identifier: Apache-2.0 */
/* npy_write.c - writing NumPy arrays. Contract in npy.h. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/npy.h"
#include "model/file/outfile.h"

enum { CHUNK = 65536 };

static size_t format_header(const struct stamp_tensor *t, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (size_t i = 0; i < t->rank; i++)
        n += (size_t)snprintf(text + n, size - n, "%zu%s", t->dim[i],
                              i + 1 < t->rank ? ", "
                              : t->rank == 1  ? ","
                                              : "");
    n += (size_t)snprintf(text + n, size - n, "), }");
    while ((10 + n + 1) % 64) text[n++] = ' '; /* NumPy aligns the data to 64 bytes */
    text[n++] = '\n';
    assert(n < size);
    return n;
}

static enum stamp_status write_values(struct stamp_outfile *o, size_t count, const float *from,
                                      struct stamp_err *e)
{
    unsigned char chunk[CHUNK];

    for (size_t done = 0; done < count;) {
        const size_t n = count - done < CHUNK / 4 ? count - done : CHUNK / 4;
        for (size_t i = 0; i < n; i++) {
            uint32_t bits;
            memcpy(&bits, &from[done + i], sizeof bits);
            for (size_t k = 0; k < 4; k++) chunk[4 * i + k] = (unsigned char)(bits >> 8 * k);
        }
        enum stamp_status s = stamp_outfile_write(o, chunk, 4 * n, e);
        if (s) return s;
        done += n;
    }
    return STAMP_OK;
}

enum stamp_status stamp_npy_write(const char *path, const struct stamp_tensor *t,
                                  struct stamp_err *e)
{
    struct stamp_outfile o;
    char text[256];

    assert(t->rank >= 1 && t->rank <= STAMP_TENSOR_RANK_MAX);
    const size_t len = format_header(t, text, sizeof text);
    const unsigned char front[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)len, 0};

    enum stamp_status s = stamp_outfile_open(path, &o, e);
    if (s) return s;
    s = stamp_outfile_write(&o, front, sizeof front, e);
    if (!s) s = stamp_outfile_write(&o, text, len, e);
    if (!s) s = write_values(&o, stamp_tensor_count(t), t->f32, e);
    if (!s) return stamp_outfile_commit(&o, e);
    stamp_outfile_discard(&o);
    return s;
}
