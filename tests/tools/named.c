/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named.c - named tensors of a .npz or .safetensors file, for tests in other languages.
 *
 *     named FILE         a line a tensor: "name kind rows cols dim ..."; unreadable: "name - why"
 *     named FILE NAME    its rows as little-endian binary32
 */
#include <stdio.h>
#include <string.h>

#include "compiler/front/named.h"
#include "model/mem.h"

static void list(struct stamp_named *t)
{
    for (size_t i = 0; i < stamp_named_count(t); i++) {
        const struct stamp_shape shape = stamp_named_shape(t, i);
        struct stamp_lazy lazy;
        struct stamp_err e;
        if (stamp_named_lazy(t, i, &lazy, &e)) {
            printf("%s - %s\n", stamp_named_name(t, i), e.text);
            continue;
        }
        printf("%s %s %zu %zu", stamp_named_name(t, i), stamp_lazy_kind_name(lazy.kind), lazy.rows,
               lazy.cols);
        for (size_t k = 0; k < shape.rank; k++) printf(" %zu", shape.dim[k]);
        printf("\n");
    }
}

static enum stamp_status put(struct stamp_named *t, const char *name, struct stamp_err *e)
{
    const size_t i = stamp_named_find(t, name);
    struct stamp_lazy lazy;

    if (i == stamp_named_count(t)) return stamp_fail(e, STAMP_ERANGE, "no tensor %s", name);
    enum stamp_status s = stamp_named_lazy(t, i, &lazy, e);
    float *row = s ? NULL : stamp_alloc(lazy.cols, sizeof *row);
    if (!s && !row) s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t r = 0; !s && r < lazy.rows; r++) {
        s = stamp_lazy_rows(&lazy, r, 1, row, e);
        if (!s && fwrite(row, sizeof *row, lazy.cols, stdout) != lazy.cols)
            s = stamp_fail(e, STAMP_EIO, "standard output");
    }
    stamp_free(row);
    return s;
}

int main(int argc, char **argv)
{
    struct stamp_named *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    if (argc < 2) {
        fprintf(stderr, "named: FILE [NAME]\n");
        return 2;
    }
    enum stamp_status s = stamp_named_open(argv[1], &t, &e);
    if (!s && argc > 2) s = put(t, argv[2], &e);
    if (!s && argc == 2) list(t);
    if (s) fprintf(stderr, "named: %s\n", e.text);
    stamp_named_close(t);
    return s ? 1 : 0;
}
