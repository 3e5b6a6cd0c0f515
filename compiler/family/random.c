/* SPDX-License-Identifier: Apache-2.0 */
/* random.c - models with random weights. Contract in random.h. */
#include "compiler/family/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/family/hf.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { CONFIG_MAX = 1 << 20 };

static const char prefix[] = "random:";

struct wish {
    uint64_t layers, seed, vocab; /* layers, vocab 0: as the file says */
};

bool stamp_random_is(const char *path)
{
    return strncmp(path, prefix, sizeof prefix - 1) == 0;
}

/* "key=number" into the wish. */
static enum stamp_status option(const char *path, const char *text, struct wish *w,
                                struct stamp_err *e)
{
    const struct {
        const char *key;
        uint64_t min, max;
        uint64_t *to;
    } keys[] = {{"layers=", 1, 1024, &w->layers},
                {"seed=", 0, UINT32_MAX, &w->seed},
                {"vocab=", 1, 1 << 20, &w->vocab}};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const size_t n = strlen(keys[i].key);
        if (strncmp(text, keys[i].key, n) != 0) continue;
        const size_t digits = strspn(text + n, "0123456789");
        const uint64_t v = strtoull(text + n, NULL, 10);
        if (digits < 1 || digits > 18 || text[n + digits] || v < keys[i].min || v > keys[i].max)
            return stamp_fail(e, STAMP_ERANGE, "%s: %s is not %llu .. %llu", path, text,
                              (unsigned long long)keys[i].min, (unsigned long long)keys[i].max);
        *keys[i].to = v;
        return STAMP_OK;
    }
    return stamp_fail(e, STAMP_ERANGE, "%s: unknown option \"%.40s\"; layers=, seed=, vocab=", path,
                      text);
}

/* Cuts options, which follow the last commas, off @p file. */
static enum stamp_status options(const char *path, char *file, struct wish *w, struct stamp_err *e)
{
    for (char *comma; (comma = strrchr(file, ',')) && strchr(comma, '=');) {
        const enum stamp_status s = option(path, comma + 1, w, e);
        if (s) return s;
        *comma = '\0';
    }
    return STAMP_OK;
}

/* A stamp_part_source; ctx is the seed. Gains get their 1 afterwards. */
static enum stamp_status make(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    (void)e;
    out->kind = STAMP_LAZY_RANDOM;
    out->seed = stamp_lazy_seed(out->name, *(const uint64_t *)ctx);
    out->spread = p->kind == STAMP_PART_MATRIX ? 1.0f / sqrtf((float)out->cols)
                  : p->kind == STAMP_PART_TAPS ? 0.3f
                  : p->kind == STAMP_PART_GAIN ? 0.05f
                                               : 0.02f;
    return STAMP_OK;
}

/* Gains are around 1. */
static void add_ones(struct stamp_network *m)
{
    const struct stamp_graph *g = m->graph;

    for (uint32_t p = 0; p < g->params; p++) {
        const uint32_t b = g->param[p].block, times = b == STAMP_NO_BLOCK ? 1 : g->block[b].repeat;
        if (g->param[p].kind != STAMP_GPARAM_VECTOR || m->part[p].kind != STAMP_PART_GAIN) continue;
        for (uint32_t t = 0; t < times; t++)
            for (uint32_t i = 0; i < g->param[p].cols; i++) m->data[p][t].vector[i] += 1.0f;
    }
}

/* A diffusion transformer; compressed blocks beyond the wish are none. */
static enum stamp_status build_dit(const char *path, struct wish *w, struct stamp_network *m,
                                   struct stamp_err *e)
{
    struct stamp_dit *d = &m->dit;

    if (w->vocab)
        return stamp_fail(e, STAMP_ERANGE, "%s: a %s network has no vocabulary", path,
                          m->family->name);
    m->format = "random";
    if (w->layers) d->layers = (size_t)w->layers;
    if (d->squeeze_first >= d->layers) d->squeeze = 0;
    if (d->squeeze_last >= d->layers) d->squeeze_last = d->layers - 1;
    const enum stamp_status s =
        stamp_family_make(m, path, STAMP_NAMING_DIFFUSERS, make, &w->seed, e);
    if (!s) add_ones(m);
    return s;
}

static enum stamp_status build(const char *path, char *file, struct stamp_dit_grid grid,
                               struct stamp_network *m, struct stamp_err *e)
{
    struct wish w = {0, 1, 0};
    char *text = NULL;
    size_t len = 0;

    enum stamp_status s = options(path, file, &w, e);
    if (!s) s = stamp_infile_slurp(file, CONFIG_MAX, &text, &len, e);
    bool dit = false;
    if (!s) s = stamp_dit_is_config(text, len, &dit, e);
    if (!s)
        s = dit ? stamp_dit_config(file, text, len, grid, m, e)
                : stamp_hf_config(file, text, len, m, e);
    stamp_free(text);
    if (s) return s;
    if (dit) return build_dit(path, &w, m, e);
    m->format = "random";
    if (w.layers) m->dec.layers = (size_t)w.layers;
    if (w.vocab) m->vocab = (size_t)w.vocab;
    s = stamp_decoder_rope(&m->dec, e);
    if (!s) s = stamp_family_make(m, path, STAMP_NAMING_HF, make, &w.seed, e);
    if (!s) add_ones(m);
    return s;
}

enum stamp_status stamp_random_open(const char *path, struct stamp_dit_grid grid,
                                    struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    char *file = stamp_strdup(path + sizeof prefix - 1);
    const enum stamp_status s = m && file ? build(path, file, grid, m, e)
                                          : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);

    stamp_free(file);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}
