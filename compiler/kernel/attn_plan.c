/* SPDX-License-Identifier: Apache-2.0 */
/* attn_plan.c - where attention keeps what. Contract in attn.h. */
#include "compiler/kernel/attn.h"
#include "compiler/tile/need.h"
#include "model/num/attn.h"

uint32_t stamp_attn_scalars(const struct stamp_attn_plan *a)
{
    return (a->R + a->n->L - 1) / a->n->L;
}

static uint32_t place(uint32_t *at, uint32_t lines)
{
    *at += lines;
    return *at - lines;
}

/* Keys that can be brought at once where @p room fit: whole records, or a part that divides one (a
 * record is a power of two); 0 where no column group fits. */
static uint32_t whole_keys(const struct stamp_attend *n, uint32_t room)
{
    uint32_t keys = n->kv.rec;

    if (room > STAMP_KEY_BLOCK) room = STAMP_KEY_BLOCK;
    if (room >= keys) return room / keys * keys;
    while (keys > room) keys /= 2;
    return keys / n->L * n->L;
}

/* What fits twice is loaded at once, the next beside products. Parts of a block of values are summed in AC. */
static void plan_keys(struct stamp_attn_plan *a)
{
    const struct stamp_attend *n = a->n;
    const uint32_t half = n->mach->WB_LINES / 2, k = n->kv.group, v = 2 * n->hl, T = n->mach->T;
    const bool sums = 2 * a->R * n->hl <= n->mach->AC_LINES;

    a->wb_k = 0;
    a->wb_v = half;
    if (!a->places) a->places = 2;
    a->k_places = a->v_places = a->places;
    a->kk = whole_keys(n, half / a->places / k * n->L);
    if (!a->kk) a->kk = whole_keys(n, half / k * n->L), a->k_places = 1;
    a->vk = whole_keys(n, half / a->places / v * T);
    if (!a->vk || (a->vk < STAMP_KEY_BLOCK && !sums))
        a->vk = whole_keys(n, half / v * T), a->v_places = 1;
}

static bool plan(struct stamp_attn_plan *a)
{
    struct stamp_attend *n = a->n;
    const struct stamp_mach *m = n->mach;
    const uint32_t groups = 2 * a->R / m->P, scalars = stamp_attn_scalars(a);
    uint32_t vm = 0, xb = 0, rm = 0;

    a->SL = STAMP_KEY_BLOCK / n->L;
    a->live = a->R;
    a->table = place(&vm, n->rope ? a->R * 2 * n->hl : 0);
    a->gain = place(&vm, n->hl);
    a->eps = place(&vm, 1);
    a->mb = place(&vm, scalars);
    for (int i = 0; i < 2; i++) {
        a->s[i] = place(&vm, a->R * a->SL);
        a->q[i] = place(&vm, a->R * n->hl);
        a->ob[i] = place(&vm, a->R * n->hl);
        a->sv[i] = place(&vm, a->SL);
        a->a[i] = place(&vm, scalars);
        a->xp[i] = place(&xb, groups * a->SL);
        a->rmp[i] = place(&rm, a->R);
        a->cm[i] = (uint32_t)i * a->SL;
    }
    if (!a->slots) a->slots = 2;
    for (uint32_t i = 0; i < a->slots; i++) {
        a->o[i] = place(&vm, a->R * n->hl);
        a->m[i] = place(&vm, scalars);
        a->l[i] = place(&vm, scalars);
        a->xq[i] = place(&xb, groups * n->hl);
        a->rmq[i] = place(&rm, a->R);
    }
    a->smp = a->R; /* behind smq, 0 */
    a->cm_one = 2 * a->SL;
    plan_keys(a);
    a->vm_end = vm;
    a->xb_end = xb;
    a->rm_end = rm;
    return vm <= m->VM_LINES && xb <= m->XB_LINES && rm <= m->SM_ENTRIES &&
           2 * a->SL < m->CM_LINES && a->kk && a->vk &&
           (a->vk >= STAMP_KEY_BLOCK || groups * m->P * n->hl <= m->AC_LINES);
}

/* The plan of a->R rows on another machine of the same shape. */
static bool fits(void *ctx, const struct stamp_mach *m)
{
    struct stamp_attn_plan *a = ctx;
    const struct stamp_mach *own = a->n->mach;

    a->n->mach = m;
    const bool ok = plan(a);
    a->n->mach = own;
    return ok;
}

bool stamp_attn_plan_exact(struct stamp_attn_plan *a, struct stamp_attend *n, uint32_t rows,
                           uint32_t more, uint32_t *end)
{
    a->n = n;
    a->scale = stamp_attn_scale((uint32_t)n->head_dim);
    a->R = rows;
    if (rows % (n->mach->P / 2) || !plan(a) || a->vm_end + more > n->mach->VM_LINES) return false;
    *end = a->vm_end;
    return true;
}

bool stamp_attn_plan_rows(struct stamp_attn_plan *a, struct stamp_attend *n, uint32_t rows,
                          uint32_t fewest)
{
    const uint32_t unit = n->mach->P / 2;
    char need[STAMP_NEED_TEXT];

    a->n = n;
    a->scale = stamp_attn_scale((uint32_t)n->head_dim);
    for (a->R = rows / unit * unit; a->R && a->R >= fewest; a->R = a->R / 2 / unit * unit)
        if (plan(a)) return true;
    a->R = fewest > unit ? fewest : unit;
    stamp_need(n->mach, fits, a, need);
    stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                     "attention of %u rows, head_dim %u, does not fit machine %s: %s", a->R,
                     n->head_dim, n->mach->name, need);
    return false;
}
