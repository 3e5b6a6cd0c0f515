/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_vit.c - checkpoints of vision transformers against sound ones that were bent.
 *
 *     fuzz_vit [SEED [ITERATIONS]]
 *
 * Bent are the tensors (safetensors, npz), config.json, or the list of tensors before it is written, so that
 * files are sound and networks are not. What is looked for: crashes, leaks, results touched by a failure,
 * failures without a line of text; an accepted network has to run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/network.h"
#include "compiler/family/vit.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/vit_sample.h"
#include "tests/fuzz/bend.h"

enum { NUMBERS_MAX = 1 << 22 }; /* of the picture of a network that is run */

/* An accepted network must also run. */
static bool run(const struct stamp_network *m)
{
    const struct stamp_gvalue *in = &m->graph->value[0],
                              *out = &m->graph->value[m->graph->values - 1];
    struct stamp_err e = {STAMP_OK, ""};

    if ((size_t)in->rows * in->cols > NUMBERS_MAX) return true;
    float *x = stamp_alloc((size_t)in->rows * in->cols, sizeof *x);
    float *y = stamp_alloc(out->cols, sizeof *y);
    const enum stamp_status s = x && y ? stamp_f32_rows(m, x, NULL, y, &e) : STAMP_OK;
    stamp_free(x);
    stamp_free(y);
    return !s || e.text[0];
}

/* A dimension, a rank, a dtype, or a name of one tensor. */
static void bend_tensors(struct vit_sample *v)
{
    for (uint32_t n = bend_draw(3); n < 3; n++) {
        static const size_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 16, 24, 64};
        struct vit_tensor *t = &v->tensor[bend_draw((uint32_t)v->count)];
        switch (bend_draw(6)) {
        case 0: t->rank = bend_draw(6); break;
        case 1: t->dtype = bend_draw(2) ? "I32" : "U32"; break;
        case 2: t->name = v->tensor[bend_draw((uint32_t)v->count)].name; break;
        case 3: vit_sample_drop(v, t->name); break;
        default: t->dim[bend_draw(4)] = sizes[bend_draw(sizeof sizes / sizeof sizes[0])]; break;
        }
    }
}

static bool put(const char *path, const struct sample *s)
{
    FILE *f = fopen(path, "wb");
    return f && fwrite(s->bytes, 1, s->len, f) == s->len && fclose(f) == 0;
}

static bool attempt(const char *path, uint32_t kind, bool *taken)
{
    static struct sample tensors, config;
    struct vit_sample v = vit_sample();
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const bool npz = bend_draw(2);

    vit_sample_config(&config);
    if (kind == 0) bend_tensors(&v);
    (npz ? vit_sample_npz : vit_sample_safetensors)(&v, &tensors);
    if (kind == 1) bend(&tensors);
    if (kind == 2) bend(&config);
    char *text = malloc(config.len ? config.len : 1); /* of the exact size */
    if (!text || !put(path, &tensors)) return false;
    memcpy(text, config.bytes, config.len);
    if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(200));
    const enum stamp_status s = stamp_vit_open(path, "fuzz", text, config.len, &m, &e);
    bool fine = s ? !m && e.status == s && e.text[0] : m && run(m);
    stamp_mem_fail_at(0);
    if (!fine) printf("fuzz_vit: a failure touched its result or said nothing\n");
    *taken = !s;
    stamp_network_close(m);
    free(text);
    return fine;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"shapes", "tensors", "config.json"};
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned tried[3] = {0}, accepted[3] = {0};
    char path[] = "/tmp/stamp-fuzz-vit-XXXXXX";
    const int fd = mkstemp(path);
    int failed = fd < 0;

    if (fd >= 0) close(fd);
    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        const uint32_t kind = bend_draw(3);
        bool taken = false;
        failed = !attempt(path, kind, &taken);
        if (failed) printf("fuzz_vit: seed %u, iteration %u, %s\n", seed, i, kinds[kind]);
        tried[kind]++;
        accepted[kind] += taken;
    }
    for (int k = 0; k < 3; k++)
        printf("fuzz_vit: %-12s %7u bent, %6u accepted\n", kinds[k], tried[k], accepted[k]);
    unlink(path);
    return failed;
}
