/* SPDX-License-Identifier: Apache-2.0 */
/* buffers.c - buffers of a run and their files. Contract in buffers.h. */
#include "sim/cli/buffers.h"

#include "model/file/infile.h"
#include "model/file/outfile.h"
#include "model/mem.h"
#include "sim/cli/files.h"

static enum stamp_status fill_raw(struct stamp_run *run, const struct stamp_buffer *b,
                                  const char *file, struct stamp_err *e)
{
    char *bytes = NULL;
    size_t count = 0;
    enum stamp_status s = stamp_infile_text(file, (size_t)b->bytes, &bytes, &count, e);

    if (s) return s;
    s = stamp_run_put_raw(run, b->name, bytes, count, e);
    stamp_free(bytes);
    return s;
}

static enum stamp_status fill_one(struct stamp_run *run, const struct stamp_buffer *b,
                                  const char *file, struct stamp_err *e)
{
    struct stamp_tensor t = {0};

    if (b->fmt == STAMP_FMT_RAW) return fill_raw(run, b, file, e);
    enum stamp_status s = stamp_load_matrix(file, "[rows][columns]", &t, e);
    if (s) return s;
    s = stamp_run_put(run, b->name, t.f32, t.dim[0], t.dim[1], e);
    if (s) stamp_fail_at(e, "%s", file);
    stamp_tensor_free(&t);
    return s;
}

enum stamp_status stamp_buffers_fill(const struct stamp_bindings *in, const struct stamp_image *m,
                                     struct stamp_run *run, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    for (uint32_t i = 0; i < m->buffers && !s; i++) {
        const struct stamp_buffer *b = &m->buffer[i];
        const char *file = stamp_bindings_file(in, b->name);
        if (b->role == STAMP_INPUT && file) s = fill_one(run, b, file, e);
    }
    return s;
}

/* A RAW buffer: its bytes as they are. */
static enum stamp_status save_raw(const char *file, struct stamp_run *run,
                                  const struct stamp_buffer *b, struct stamp_err *e)
{
    struct stamp_outfile out;
    enum stamp_status s = stamp_outfile_open(file, &out, e);

    if (s) return s;
    s = stamp_outfile_write(&out, stamp_run_memory(run) + b->addr, (size_t)b->bytes, e);
    if (!s) return stamp_outfile_commit(&out, e);
    stamp_outfile_discard(&out);
    return s;
}

enum stamp_status stamp_buffers_take(const struct stamp_bindings *out, const struct stamp_image *m,
                                     struct stamp_run *run, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < out->count && !s; i++) {
        const struct stamp_buffer *b = stamp_image_buffer(m, out->at[i].name);
        if (b->fmt == STAMP_FMT_RAW) {
            s = save_raw(out->at[i].file, run, b, e);
            continue;
        }
        float *y = stamp_alloc((size_t)(b->rows * b->cols), sizeof *y);
        if (!y) return stamp_fail(e, STAMP_ENOMEM, "out of memory for buffer '%s'", b->name);
        s = stamp_run_get(run, b->name, y, b->rows, b->cols, e);
        if (!s) s = stamp_save_matrix(out->at[i].file, (size_t)b->rows, (size_t)b->cols, y, e);
        stamp_free(y);
    }
    return s;
}
