/* SPDX-License-Identifier: Apache-2.0 */
/* runtime.c - an image in memory and its buffers. Contract in runtime.h. */
#include "sim/run/runtime.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "model/mem.h"
#include "model/clock/estimate.h"
#include "model/num/bf16.h"
#include "sim/run/device.h"
#include "sim/run/runtime_parts.h"

struct stamp_run_options stamp_run_options_default(void)
{
    return (struct stamp_run_options){
        .on = &stamp_on_model,
        .read_latency = 60,
        .write_latency = 60,
        .read_rate = 256,
        .write_rate = 256,
        .seed = 1,
        .watchdog = 1000000,
        .wave_stop = UINT64_MAX,
    };
}

enum stamp_status stamp_run_new(const struct stamp_image *image, struct stamp_run **out,
                                struct stamp_err *e)
{
    struct stamp_run *run = stamp_alloc(1, sizeof *run);

    if (run) run->memory = stamp_map(image->dram_bytes);
    if (!run || !run->memory) {
        stamp_free(run);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a program of %" PRIu64 " bytes",
                          image->dram_bytes);
    }
    run->image = image;
    run->bytes = image->dram_bytes;
    memcpy(run->arg, image->arg, sizeof run->arg);
    for (uint32_t i = 0; i < image->segments; i++)
        memcpy(run->memory + image->segment[i].addr, image->segment[i].data,
               image->segment[i].bytes);
    for (uint32_t i = 0; i < image->code_count; i++)
        for (unsigned b = 0; b < 32; b++)
            run->memory[image->code_addr + 32 * (uint64_t)i + b] =
                (uint8_t)(image->code[i].w[b / 4] >> 8 * (b % 4));
    *out = run;
    return STAMP_OK;
}

void stamp_run_free(struct stamp_run *run)
{
    if (!run) return;
    stamp_cutter_free(run->cutter);
    stamp_unmap(run->memory, run->bytes);
    stamp_free(run);
}

uint8_t *stamp_run_memory(struct stamp_run *run)
{
    return run->memory;
}

static const struct stamp_buffer *find(const struct stamp_run *run, const char *name, uint64_t rows,
                                       uint64_t cols, struct stamp_err *e)
{
    const struct stamp_buffer *b = stamp_image_buffer(run->image, name);

    if (!b) {
        stamp_fail(e, STAMP_ERANGE, "the program has no buffer '%s'", name);
    } else if (b->fmt == STAMP_FMT_RAW) {
        stamp_fail(e, STAMP_ERANGE, "buffer '%s' is RAW, not a matrix", name);
        b = NULL;
    } else if (b->rows != rows || b->cols != cols) {
        stamp_fail(e, STAMP_ERANGE,
                   "buffer '%s' is %" PRIu64 " x %" PRIu64 ", not %" PRIu64 " x %" PRIu64, name,
                   b->rows, b->cols, rows, cols);
        b = NULL;
    }
    return b;
}

enum stamp_status stamp_run_put(struct stamp_run *run, const char *name, const float *values,
                                uint64_t rows, uint64_t cols, struct stamp_err *e)
{
    const struct stamp_buffer *b = find(run, name, rows, cols, e);

    if (!b) return STAMP_ERANGE;
    for (uint64_t r = 0; r < rows; r++) {
        uint8_t *row = run->memory + b->addr + r * b->row_bytes;
        for (uint64_t c = 0; c < cols; c++) {
            const float x = values[r * cols + c];
            uint32_t bits;
            memcpy(&bits, &x, sizeof bits);
            if (b->fmt == STAMP_FMT_BF16) bits = stamp_bf16_from_f32(x);
            for (unsigned i = 0; i < stamp_fmt_bytes(b->fmt); i++)
                row[c * stamp_fmt_bytes(b->fmt) + i] = (uint8_t)(bits >> 8 * i);
        }
    }
    return STAMP_OK;
}

enum stamp_status stamp_run_put_raw(struct stamp_run *run, const char *name, const void *bytes,
                                    uint64_t count, struct stamp_err *e)
{
    const struct stamp_buffer *b = stamp_image_buffer(run->image, name);

    if (!b || b->fmt != STAMP_FMT_RAW)
        return stamp_fail(e, STAMP_ERANGE, "the program has no RAW buffer '%s'", name);
    if (count > b->bytes)
        return stamp_fail(e, STAMP_ERANGE, "buffer '%s' has %" PRIu64 " bytes, not %" PRIu64, name,
                          b->bytes, count);
    if (count) memcpy(run->memory + b->addr, bytes, (size_t)count);
    return STAMP_OK;
}

void stamp_run_set_arg(struct stamp_run *run, uint32_t index, uint32_t value)
{
    assert(index < STAMP_ARGS);
    run->arg[index] = value;
}

enum stamp_status stamp_run_get(const struct stamp_run *run, const char *name, float *values,
                                uint64_t rows, uint64_t cols, struct stamp_err *e)
{
    const struct stamp_buffer *b = find(run, name, rows, cols, e);

    if (!b) return STAMP_ERANGE;
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t c = 0; c < cols; c++) {
            const uint32_t n = stamp_fmt_bytes(b->fmt);
            const uint8_t *p = run->memory + b->addr + r * b->row_bytes + c * n;
            uint32_t bits = 0;
            for (uint32_t i = 0; i < n; i++) bits |= (uint32_t)p[i] << 8 * i;
            if (b->fmt == STAMP_FMT_BF16) bits <<= 16;
            memcpy(&values[r * cols + c], &bits, sizeof bits);
        }
    return STAMP_OK;
}

enum stamp_status stamp_run_expect(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, const struct stamp_run_options *options,
                                   uint64_t *cycles, struct stamp_err *e)
{
    const struct stamp_cost_memory memory = {options->read_latency, options->read_rate};
    struct stamp_cost cost = {0};
    const enum stamp_status s = stamp_cost_entry(image, entry, arg, memory, &cost, e);

    *cycles = cost.cycles;
    return s;
}
