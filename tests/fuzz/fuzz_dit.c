/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_dit.c - folders of diffusion transformers against sound ones that were bent.
 *
 *     fuzz_dit [SEED [ITERATIONS]]
 *
 * Bent are the weights, config.json, the index of shards, or the list of tensors before it is written, so that files
 * are sound and networks are not. What is looked for: crashes, leaks, results touched by a failure, failures without
 * a line of text; an accepted network has to run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/network.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/dit_sample.h"
#include "tests/fuzz/bend.h"

enum { NUMBERS_MAX = 1 << 20, KINDS = 4, PATH = 200 };

static char folder[] = "/tmp/stamp-fuzz-dit-XXXXXX";

static const char *const files[] = {"config.json", "diffusion_pytorch_model.safetensors",
                                    "diffusion_pytorch_model.safetensors.index.json",
                                    "part-0.safetensors", "part-1.safetensors"};
enum { CONFIG, WHOLE, INDEX, PART, FILES = sizeof files / sizeof files[0] };

/* An accepted network must also run: two rows of text. */
static bool run(const struct stamp_network *m)
{
    const struct stamp_gvalue *in = &m->graph->value[0],
                              *out = &m->graph->value[m->graph->values - 1];
    struct stamp_err e = {STAMP_OK, ""};

    const size_t wide = m->dit.dim > m->dit.hidden ? m->dit.dim : m->dit.hidden;
    if ((in->cols + out->cols + wide) * in->rows > NUMBERS_MAX || m->dit.layers > 8) return true;
    float time[STAMP_DIT_TIME];
    float *x = stamp_alloc((size_t)in->rows * in->cols, sizeof *x),
          *text = stamp_alloc(2 * m->dit.caption, sizeof *text),
          *y = stamp_alloc((size_t)out->rows * out->cols, sizeof *y);
    const float *const rows[] = {x, time, text};
    stamp_dit_time(500, time);
    const enum stamp_status s =
        x && text && y ? stamp_f32_inputs(m, &(struct stamp_ginputs){2, rows}, NULL, y, &e)
                       : STAMP_OK;
    stamp_free(x);
    stamp_free(text);
    stamp_free(y);
    return !s || e.text[0];
}

/* A dimension, a rank, a dtype, or a name of one tensor. */
static void bend_tensors(struct dit_sample *v)
{
    static const char *const types[] = {"F16", "BF16", "F32", "I32"};

    for (uint32_t n = bend_draw(3); n < 3; n++) {
        static const size_t sizes[] = {0, 1, 2, 3, 5, 6, 8, 16, 40, 48};
        struct dit_tensor *t = &v->tensor[bend_draw((uint32_t)v->count)];
        char name[80];
        switch (bend_draw(8)) {
        case 0: t->rank = bend_draw(5); break;
        case 1:
        case 2:
        case 3: t->dtype = types[bend_draw(4)]; break;
        case 4:
            memmove(t->name, v->tensor[bend_draw((uint32_t)v->count)].name, sizeof t->name);
            break;
        case 5:
            strcpy(name, t->name);
            dit_sample_drop(v, name);
            break;
        default:
            if (t->dim[0] < 100)
                t->dim[bend_draw(2)] = sizes[bend_draw(sizeof sizes / sizeof sizes[0])];
            break;
        }
    }
}

static const char *path_of(int i)
{
    static char path[PATH];

    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    return path;
}

static bool put(int i, const struct sample *s)
{
    FILE *f = fopen(path_of(i), "wb");
    return f && fwrite(s->bytes, 1, s->len, f) == s->len && fclose(f) == 0;
}

static void clear(void)
{
    for (int i = 0; i < FILES; i++) unlink(path_of(i));
}

static bool fits(const struct dit_sample *v)
{
    size_t all = 0;

    for (size_t i = 0; i < v->count; i++) {
        size_t n = 1;
        for (size_t k = 0; k < v->tensor[i].rank; k++) n *= v->tensor[i].dim[k];
        all += n;
    }
    return 4 * all + 14000 < SAMPLE_BYTES;
}

static bool write_files(uint32_t kind, bool sana, bool shards)
{
    static struct sample s;
    struct dit_sample v = dit_sample(sana);

    if (kind == 0) bend_tensors(&v);
    if (!fits(&v)) v = dit_sample(sana);
    clear();
    dit_sample_config(sana, &s);
    if (kind == 2) bend(&s);
    bool ok = put(CONFIG, &s);
    for (size_t i = 0; i < (shards ? 2 : 1); i++) {
        dit_sample_safetensors(&v, i, shards ? 2 : 1, &s);
        if (kind == 1 && (!shards || bend_draw(2))) bend(&s);
        ok = ok && put(shards ? PART + (int)i : WHOLE, &s);
    }
    if (!shards) return ok;
    dit_sample_index(&v, 2, &s);
    if (kind == 3) bend(&s);
    return ok && put(INDEX, &s);
}

static bool attempt(uint32_t kind, bool *taken)
{
    const bool sana = bend_draw(2), shards = kind == 3 || bend_draw(4) == 0;
    const struct stamp_dit_grid grid = {2 * (1 + bend_draw(2)), 2 * (1 + bend_draw(2))};
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    if (!write_files(kind, sana, shards)) return false;
    if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(400));
    const enum stamp_status s = stamp_network_open_grid(folder, grid, &m, &e);
    const bool fine = s ? !m && e.status == s && e.text[0] : m && run(m);
    stamp_mem_fail_at(0);
    if (!fine) printf("fuzz_dit: a failure touched its result or said nothing: %s\n", e.text);
    *taken = !s;
    stamp_network_close(m);
    return fine;
}

int main(int argc, char **argv)
{
    static const char *const kinds[KINDS] = {"shapes", "tensors", "config.json", "index"};
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned tried[KINDS] = {0}, accepted[KINDS] = {0};
    int failed = !mkdtemp(folder);

    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        const uint32_t kind = bend_draw(KINDS);
        bool taken = false;
        failed = !attempt(kind, &taken);
        if (failed) printf("fuzz_dit: seed %u, iteration %u, %s\n", seed, i, kinds[kind]);
        tried[kind]++;
        accepted[kind] += taken;
    }
    for (int k = 0; k < KINDS; k++)
        printf("fuzz_dit: %-12s %7u bent, %6u accepted\n", kinds[k], tried[k], accepted[k]);
    clear();
    rmdir(folder);
    return failed;
}
