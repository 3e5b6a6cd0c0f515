/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logits.c - what the binary32 reference makes of a model, for tests in other languages.
 *
 *     logits MODEL ID [ID ...]
 *
 * Writes [ids][vocab] little-endian binary32 to standard output, the logits of every position.
 */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/front/llama.h"
#include "model/mem.h"
#include "sim/ref/llama_f32.h"

int main(int argc, char **argv)
{
    struct stamp_llama *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const size_t n = argc > 2 ? (size_t)argc - 2 : 0;
    int32_t *ids = stamp_alloc(n, sizeof *ids);
    float *out = NULL;

    if (!n) {
        fprintf(stderr, "logits: MODEL ID [ID ...]\n");
        stamp_free(ids);
        return 2;
    }
    enum stamp_status s = stamp_llama_open(argv[1], &m, &e);
    for (size_t i = 0; i < n; i++) ids[i] = (int32_t)strtol(argv[i + 2], NULL, 10);
    if (!s) out = stamp_alloc(n * m->vocab, sizeof *out);
    if (!s && !out) s = stamp_fail(&e, STAMP_ENOMEM, "out of memory");
    if (!s) s = stamp_llama_forward(m, ids, n, NULL, out, &e);
    if (!s && fwrite(out, sizeof *out, n * m->vocab, stdout) != n * m->vocab)
        s = stamp_fail(&e, STAMP_EIO, "standard output");
    if (s) fprintf(stderr, "logits: %s\n", e.text);
    stamp_free(ids);
    stamp_free(out);
    stamp_llama_close(m);
    return s ? 1 : 0;
}
