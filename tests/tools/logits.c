/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logits.c - what the binary32 reference makes of a model, for tests in other languages.
 *
 *     logits MODEL ID [ID ...]    the logits of every position, [ids][vocab]
 *     logits MODEL embed          the rows of its embedding, [vocab][dim]
 *
 * Written to standard output as little-endian binary32.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/network.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/net_of.h"

/* [n][vocab] logits of the words of argv, or [vocab][dim] rows of the embedding. */
static enum stamp_status work(const struct stamp_network *m, size_t n, char **word, float **out,
                              size_t *count, struct stamp_err *e)
{
    const bool rows = n == 1 && strcmp(word[0], "embed") == 0;
    int32_t *ids = stamp_alloc(n, sizeof *ids);

    *count = rows ? m->vocab * m->dec.dim : n * m->vocab;
    *out = stamp_alloc(*count, sizeof **out);
    enum stamp_status s = ids && *out ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!s && rows) s = stamp_lazy_rows(net_embed(m), 0, m->vocab, *out, e);
    for (size_t i = 0; i < n && !s && !rows; i++) ids[i] = (int32_t)strtol(word[i], NULL, 10);
    if (!s && !rows) s = stamp_f32_forward(m, ids, n, NULL, *out, e);
    stamp_free(ids);
    return s;
}

int main(int argc, char **argv)
{
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    float *out = NULL;
    size_t count = 0;

    if (argc < 3) {
        fprintf(stderr, "logits: MODEL ID [ID ...], or MODEL embed\n");
        return 2;
    }
    enum stamp_status s = stamp_network_open(argv[1], &m, &e);
    if (!s) s = work(m, (size_t)argc - 2, argv + 2, &out, &count, &e);
    if (!s && fwrite(out, sizeof *out, count, stdout) != count)
        s = stamp_fail(&e, STAMP_EIO, "standard output");
    if (s) fprintf(stderr, "logits: %s\n", e.text);
    stamp_free(out);
    stamp_network_close(m);
    return s ? 1 : 0;
}
