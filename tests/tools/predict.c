/* SPDX-License-Identifier: Apache-2.0 */
/*
 * predict.c - one evaluation of a diffusion transformer in f32, for tests in other languages.
 *
 *     predict FOLDER LATENT.npy T TEXT.npy OUT.npy [HxW]
 *
 * HxW: the grid, patches. LATENT [channels][height][width]; TEXT [tokens][caption]; OUT [channels][height][width].
 */
#include <stdio.h>
#include <stdlib.h>

#include "compiler/front/npy.h"
#include "model/mem.h"
#include "sim/paint/predict.h"

/* "HxW", or none. */
static struct stamp_dit_grid grid_of(const char *text)
{
    char *end = NULL;
    struct stamp_dit_grid g = {0, 0};

    if (!text) return g;
    g.height = (size_t)strtoul(text, &end, 10);
    g.width = *end == 'x' ? (size_t)strtoul(end + 1, NULL, 10) : 0;
    return g;
}

static enum stamp_status open_for(char **arg, const struct stamp_tensor *latent,
                                  const struct stamp_tensor *text, struct stamp_network **m,
                                  struct stamp_err *e)
{
    const enum stamp_status s = stamp_network_open_grid(arg[0], grid_of(arg[5]), m, e);

    if (s) return s;
    if (!stamp_network_paints(*m))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: no painter", arg[0]);
    const struct stamp_dit *d = &(*m)->dit;
    if (latent->rank != 3 || latent->dim[0] != d->channels ||
        latent->dim[1] != d->grid_h * d->patch || latent->dim[2] != d->grid_w * d->patch)
        return stamp_fail(e, STAMP_EFORMAT, "%s: does not fit the network", arg[1]);
    if (text->rank != 2 || text->dim[1] != d->caption)
        return stamp_fail(e, STAMP_EFORMAT, "%s: does not fit the network", arg[3]);
    return STAMP_OK;
}

static enum stamp_status predict(char **arg, struct stamp_err *e)
{
    const struct stamp_netrun_options o = {.on = &stamp_on_f32};
    struct stamp_tensor latent = {0}, text = {0}, out = {0};
    struct stamp_network *m = NULL;
    struct stamp_predict p = {0};

    enum stamp_status s = stamp_npy_read(arg[1], &latent, e);
    if (!s) s = stamp_npy_read(arg[3], &text, e);
    if (!s) s = open_for(arg, &latent, &text, &m, e);
    if (!s) s = stamp_predict_open(&p, m, &o, false, e);
    if (!s) {
        out =
            (struct stamp_tensor){3, {m->dit.out_channels, latent.dim[1], latent.dim[2], 1}, NULL};
        out.f32 = stamp_alloc(stamp_tensor_count(&out), sizeof *out.f32);
        if (!out.f32) s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    }
    if (!s)
        s = stamp_predict(&p, latent.f32, strtof(arg[2], NULL), text.f32, (uint32_t)text.dim[0],
                          out.f32, e);
    if (!s) s = stamp_npy_write(arg[4], &out, e);
    stamp_predict_close(&p);
    stamp_network_close(m);
    stamp_tensor_free(&latent);
    stamp_tensor_free(&text);
    stamp_tensor_free(&out);
    return s;
}

int main(int argc, char **argv)
{
    struct stamp_err e = {STAMP_OK, ""};

    if (argc != 6 && argc != 7) {
        fprintf(stderr, "predict: FOLDER LATENT.npy T TEXT.npy OUT.npy [HxW]\n");
        return 2;
    }
    const enum stamp_status s = predict(argv + 1, &e);
    if (s) fprintf(stderr, "predict: %s\n", e.text);
    return s ? 1 : 0;
}
