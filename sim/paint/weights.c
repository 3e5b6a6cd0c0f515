/* SPDX-License-Identifier: Apache-2.0 */
/* weights.c - tensors of a small network. Contract in weights.h. */
#include "sim/paint/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/hf_folder.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"

/* "2 x 3" */
static const char *shape(size_t rank, const size_t *dim, char text[96])
{
    size_t at = 0;

    text[0] = 0;
    for (size_t i = 0; i < rank && i < 4 && at < 72; i++)
        at += (size_t)snprintf(text + at, 96 - at, "%s%zu", i ? " x " : "", dim[i]);
    return rank ? text : "a single value";
}

static enum stamp_status read(struct stamp_safetensors *st, const char *folder,
                              const struct stamp_weight *w, struct stamp_err *e)
{
    const struct stamp_safetensors_entry *t = stamp_safetensors_find(st, w->name);
    char has[96], wants[96];
    size_t count = 1;

    if (!t) return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", folder, w->name);
    if (t->rank != w->rank || memcmp(t->dim, w->dim, w->rank * sizeof *w->dim))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is %s%s, not %s",
                          stamp_safetensors_file(st, t), w->name, shape(t->rank, t->dim, has),
                          t->rank > 4 ? " x ..." : "", shape(w->rank, w->dim, wants));
    for (size_t i = 0; i < w->rank; i++) count *= w->dim[i]; /* the file holds them: no overflow */
    *w->to = stamp_alloc(count, sizeof **w->to);
    if (!*w->to) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory for %s", folder, w->name);
    const enum stamp_status s = stamp_safetensors_read(st, t, *w->to, e);
    for (size_t i = 0; i < count && !s; i++)
        if (!isfinite((*w->to)[i]))
            return stamp_fail(e, STAMP_EFORMAT, "%s: value %zu of tensor %s is not finite",
                              stamp_safetensors_file(st, t), i, w->name);
    return s;
}

static enum stamp_status no_others(const struct stamp_safetensors *st,
                                   const struct stamp_weight *want, size_t count,
                                   struct stamp_err *e)
{
    size_t entries = 0;
    const struct stamp_safetensors_entry *list = stamp_safetensors_list(st, &entries);

    for (size_t i = 0; i < entries; i++) {
        size_t k = 0;
        while (k < count && strcmp(want[k].name, list[i].name)) k++;
        if (k == count)
            return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.100s has no place in this network",
                              stamp_safetensors_file(st, &list[i]), list[i].name);
    }
    return STAMP_OK;
}

enum stamp_status stamp_weights_read(const char *folder, const struct stamp_weight *want,
                                     size_t count, struct stamp_err *e)
{
    struct stamp_safetensors *st = NULL;
    enum stamp_status s = stamp_hf_tensors(folder, &st, e);

    if (s) return s;
    s = no_others(st, want, count, e);
    for (size_t i = 0; i < count && !s; i++) s = read(st, folder, &want[i], e);
    for (size_t i = 0; i < count && s; i++) {
        stamp_free(*want[i].to);
        *want[i].to = NULL;
    }
    stamp_safetensors_close(st);
    return s;
}
