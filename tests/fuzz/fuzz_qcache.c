/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_qcache.c - the reader of quantized weights against bent files.
 *
 *     fuzz_qcache [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. Half of the damage is signed with a right
 * checksum, so that it reaches codes and scales; what is accepted then must be usable codes.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/llama2c.h"
#include "compiler/quant/qcache.h"
#include "model/mem.h"
#include "tests/fuzz/bend.h"

static char path[] = "/tmp/stamp-fuzz-XXXXXX";

static bool put(const struct sample *s)
{
    FILE *f = fopen(path, "wb");
    const bool fine = f && fwrite(s->bytes, 1, s->len, f) == s->len;

    return f && !fclose(f) && fine;
}

static bool get(struct sample *s)
{
    FILE *f = fopen(path, "rb");

    s->len = f ? fread(s->bytes, 1, sizeof s->bytes, f) : 0;
    return f && !fclose(f) && s->len > 8 && s->len < sizeof s->bytes;
}

/* FNV-1a of 64 bits as its authors publish it, over all but the last eight bytes, which it becomes. */
static void sign(struct sample *s)
{
    uint64_t h = UINT64_C(14695981039346656037);

    if (s->len < 8) return;
    for (size_t i = 0; i < s->len - 8; i++) h = (h ^ s->bytes[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < 8; i++) s->bytes[s->len - 8 + i] = (unsigned char)(h >> 8 * i);
}

/* Codes within their width, scales finite and not negative. */
static bool usable(const struct stamp_qmodel *q, const struct stamp_network *m)
{
    bool fine = true;

    for (struct stamp_gat at = STAMP_GRAPH_START; stamp_graph_next_linear(m->graph, &at);) {
        const int limit = m->graph->node[at.node].attr.kind == STAMP_GLINEAR_HEAD ? 127 : 7;
        struct stamp_weights w;
        if (stamp_qmodel_weights(q, at, &w, NULL)) continue;
        for (size_t k = 0; k < (size_t)w.n * w.d; k++)
            fine = fine && w.code[k] >= -limit && w.code[k] <= limit;
        for (size_t k = 0; k < (size_t)w.n * w.nb; k++)
            fine = fine && isfinite(w.scale[k]) && w.scale[k] >= 0;
        stamp_weights_free(&w);
    }
    return fine;
}

static bool one(const struct stamp_network *m, const struct stamp_qmodel_options *o, bool *taken)
{
    struct stamp_qmodel *q = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status s = stamp_qmodel_make(m, o, &q, &e);

    stamp_mem_fail_at(0);
    *taken = s == STAMP_OK;
    const bool fine = s ? !q && e.status == s && e.text[0] : usable(q, m);
    if (!fine)
        printf("fuzz_qcache: %s\n", s ? "a failure touched its result or said nothing"
                                      : "codes or scales that are none were accepted");
    stamp_qmodel_free(q);
    return fine;
}

int main(int argc, char **argv)
{
    static struct sample model, good, s;
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    const struct stamp_qmodel_options o = {
        .bits = 4, .head_bits = 8, .quantizer = STAMP_CLIP, .cache = path};
    struct stamp_network *m = NULL;
    unsigned accepted = 0;
    bool taken = false, failed = false;
    const int fd = mkstemp(path);

    if (fd < 0 || close(fd) || unlink(path)) return 1;
    sample_llama2c(&model);
    if (stamp_llama2c_memory("fuzz", model.bytes, model.len, &m, NULL)) return 1;
    if (!one(m, &o, &taken) || !taken || !get(&good)) return 1; /* makes the file */
    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        s = good;
        bend(&s);
        if (bend_draw(2)) sign(&s);
        if (!put(&s)) return 1;
        if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(60));
        failed = !one(m, &o, &taken);
        if (failed) printf("fuzz_qcache: seed %u, iteration %u\n", seed, i);
        accepted += taken;
    }
    unlink(path);
    stamp_network_close(m);
    printf("fuzz_qcache: %7u bent files, %6u accepted\n", iterations, accepted);
    return failed || (iterations >= 1000 && !accepted);
}
