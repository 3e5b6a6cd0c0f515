/* SPDX-License-Identifier: Apache-2.0 */
/* binding.c - buffers and files. Contract in binding.h. */
#include "sim/cli/binding.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/sqnr.h"
#include "sim/cli/args.h"
#include "sim/cli/files.h"
#include "sim/report/json_out.h"

error_t stamp_bindings_add(struct stamp_bindings *list, const char *flag, const char *arg)
{
    const char *eq = strchr(arg, '=');

    if (!eq || eq == arg || !eq[1] || eq - arg > STAMP_NAME_MAX)
        return stamp_args_bad("%s %s: must be NAME=FILE, as x=X.npy", flag, arg);
    if (list->count == STAMP_BINDINGS_MAX)
        return stamp_args_bad("%s: more than %d", flag, STAMP_BINDINGS_MAX);
    struct stamp_binding *b = &list->at[list->count];
    snprintf(b->name, sizeof b->name, "%.*s", (int)(eq - arg), arg);
    b->file = eq + 1;
    if (stamp_bindings_file(list, b->name))
        return stamp_args_bad("%s %s: given twice", flag, b->name);
    list->count++;
    return 0;
}

const char *stamp_bindings_file(const struct stamp_bindings *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->at[i].name, name)) return list->at[i].file;
    return NULL;
}

enum stamp_status stamp_bindings_check(const struct stamp_bindings *list, const char *path,
                                       const struct stamp_image *image, enum stamp_role role,
                                       struct stamp_err *e)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct stamp_buffer *b = stamp_image_buffer(image, list->at[i].name);
        if (!b || b->role != role)
            return stamp_fail(e, STAMP_ERANGE, "%s has no %s buffer '%s'", path,
                              role == STAMP_INPUT ? "input" : "output", list->at[i].name);
    }
    return STAMP_OK;
}

/* ---- References ------------------------------------------------------------------------------- */

enum stamp_status stamp_references_load(struct stamp_references *r, const char *path,
                                        const struct stamp_image *image, struct stamp_err *e)
{
    enum stamp_status s = stamp_bindings_check(&r->list, path, image, STAMP_OUTPUT, e);

    for (size_t i = 0; i < r->list.count && !s; i++) {
        const struct stamp_buffer *b = stamp_image_buffer(image, r->list.at[i].name);
        s = stamp_load_matrix(r->list.at[i].file, "[rows][columns]", &r->y[i], e);
        if (!s && (r->y[i].dim[0] != b->rows || r->y[i].dim[1] != b->cols))
            s = stamp_fail(e, STAMP_ERANGE, "%s: %zu x %zu, buffer '%s' is %" PRIu64 " x %" PRIu64,
                           r->list.at[i].file, r->y[i].dim[0], r->y[i].dim[1], b->name, b->rows,
                           b->cols);
    }
    return s;
}

enum stamp_status stamp_references_compare(struct stamp_references *r, const struct stamp_run *run,
                                           struct stamp_err *e)
{
    for (size_t i = 0; i < r->list.count; i++) {
        const struct stamp_tensor *t = &r->y[i];
        const size_t count = t->dim[0] * t->dim[1];
        float *y = stamp_alloc(count, sizeof *y);
        if (!y)
            return stamp_fail(e, STAMP_ENOMEM, "out of memory for buffer '%s'", r->list.at[i].name);
        const enum stamp_status s =
            stamp_run_get(run, r->list.at[i].name, y, t->dim[0], t->dim[1], e);
        if (!s) r->sqnr_db[i] = stamp_sqnr_db(count, t->f32, y);
        for (size_t k = 0; k < count && !s; k++) r->differ[i] += y[k] != t->f32[k];
        stamp_free(y);
        if (s) return s;
    }
    return STAMP_OK;
}

void stamp_references_put(struct cJSON *object, const struct stamp_references *r)
{
    struct cJSON *list = r->list.count ? stamp_put_array(object, "references") : NULL;

    for (size_t i = 0; i < r->list.count; i++) {
        struct cJSON *o = stamp_put_object(list, NULL);
        stamp_put_text(o, "name", r->list.at[i].name);
        stamp_put_real(o, "sqnr_db", r->sqnr_db[i]);
        stamp_put_count(o, "differ", r->differ[i]);
    }
}

void stamp_references_print(const struct stamp_references *r)
{
    for (size_t i = 0; i < r->list.count; i++) {
        const double db = r->sqnr_db[i];
        printf("reference     %s: ", r->list.at[i].name);
        if (isfinite(db)) printf("SQNR %.2f dB, ", db);
        printf("%" PRIu64 " of %zu values differ\n", r->differ[i], r->y[i].dim[0] * r->y[i].dim[1]);
    }
}

void stamp_references_free(struct stamp_references *r)
{
    for (size_t i = 0; i < r->list.count; i++) stamp_tensor_free(&r->y[i]);
}
