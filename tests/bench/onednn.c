/* SPDX-License-Identifier: Apache-2.0 */
/* onednn.c - the neighbour's product. Contract in onednn.h. */
#include "tests/bench/onednn.h"

#ifdef HAVE_DNNL
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    dnnl_primitive_t prim;
    dnnl_stream_t stream;
    dnnl_exec_arg_t arg[3];
} onednn;

static void ok(dnnl_status_t st)
{
    if (st != dnnl_success) {
        fprintf(stderr, "bench: oneDNN refused a call\n");
        exit(1);
    };
}

static dnnl_memory_t memory(const dnnl_memory_desc_t *md, dnnl_engine_t eng, void *at)
{
    dnnl_memory_t m;
    ok(dnnl_memory_create(&m, md, eng, at));
    return m;
}

/* u8 x s8 -> s32, weights reordered once into the layout the primitive asks for. */
bool onednn_open(const struct onednn_product *p)
{
    const dnnl_dim_t s = p->s, d = p->d, n = p->n;
    const dnnl_dims_t xs = {s, d}, ws = {d, n}, ys = {s, n}, transposed = {1, d};
    dnnl_memory_desc_t x, w, w_any, y;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t pd, rd;
    dnnl_primitive_t reorder;
    dnnl_engine_t eng;

    ok(dnnl_engine_create(&eng, dnnl_cpu, 0));
    ok(dnnl_stream_create(&onednn.stream, eng, dnnl_stream_default_flags));
    ok(dnnl_memory_desc_init_by_tag(&x, 2, xs, dnnl_u8, dnnl_ab));
    ok(dnnl_memory_desc_init_by_strides(&w, 2, ws, dnnl_s8, transposed));
    ok(dnnl_memory_desc_init_by_tag(&w_any, 2, ws, dnnl_s8, dnnl_format_tag_any));
    ok(dnnl_memory_desc_init_by_tag(&y, 2, ys, dnnl_s32, dnnl_ab));
    ok(dnnl_matmul_desc_init(&desc, &x, &w_any, NULL, &y));
    ok(dnnl_primitive_desc_create(&pd, &desc, NULL, eng, NULL));

    const dnnl_memory_desc_t *want = dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
    dnnl_memory_t plain = memory(&w, eng, p->w);
    dnnl_memory_t packed = memory(want, eng, DNNL_MEMORY_ALLOCATE);
    const dnnl_exec_arg_t arg[2] = {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, packed}};
    ok(dnnl_reorder_primitive_desc_create(&rd, &w, eng, want, eng, NULL));
    ok(dnnl_primitive_create(&reorder, rd));
    ok(dnnl_primitive_execute(reorder, onednn.stream, 2, arg));
    ok(dnnl_stream_wait(onednn.stream));

    ok(dnnl_primitive_create(&onednn.prim, pd));
    onednn.arg[0] = (dnnl_exec_arg_t){DNNL_ARG_SRC, memory(&x, eng, p->x)};
    onednn.arg[1] = (dnnl_exec_arg_t){DNNL_ARG_WEIGHTS, packed};
    onednn.arg[2] = (dnnl_exec_arg_t){DNNL_ARG_DST, memory(&y, eng, p->y)};
    return true;
}

void onednn_run(void)
{
    ok(dnnl_primitive_execute(onednn.prim, onednn.stream, 3, onednn.arg));
    ok(dnnl_stream_wait(onednn.stream));
}

#else

bool onednn_open(const struct onednn_product *p)
{
    (void)p;
    return false;
}

void onednn_run(void)
{
}

#endif
