/* SPDX-License-Identifier: Apache-2.0 */
/* net_linattn.c - linear attention, head by head. Contract in net_parts.h, value by value linattn.h. */
#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/linattn.h"

struct job {
    struct stamp_net *net;
    const struct stamp_net_rows *r;
};

/* Item: a head. */
static void attend(void *ctx, uint32_t head, uint32_t worker)
{
    const struct job *j = ctx;
    const struct stamp_net_rows *r = j->r;
    const uint32_t hd = r->a->head_dim, pitch = r->a->q_width;
    const size_t work = stamp_linattn_work(r->keys, hd) + 3 * (size_t)hd, at = (size_t)head * hd;
    float *room = stamp_alloc(work + 2 * (size_t)hd + ((size_t)hd * hd + 3) / 4, sizeof *room);

    (void)worker;
    if (!room) {
        atomic_store(&j->net->no_memory, true);
        return;
    }
    struct stamp_linattn s = {hd, room + work, room + work + hd,
                              (int8_t *)(room + work + 2 * (size_t)hd)};
    bool ok = stamp_linattn_sum(r->keys, r->a->kv_width, r->k + at, r->v + at, room, &s);
    for (uint32_t i = 0; i < r->n; i++)
        ok &= stamp_linattn_row(&s, r->a->eps, r->q + (size_t)i * pitch + at, room,
                                r->out + (size_t)i * pitch + at);
    stamp_net_note(j->net, !ok);
    stamp_free(room);
}

void stamp_net_linear_attend(struct stamp_net *net, const struct stamp_net_rows *r)
{
    struct job job = {net, r};

    stamp_pool_run(net->pool, r->a->heads, attend, &job);
}
