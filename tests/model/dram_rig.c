/* SPDX-License-Identifier: Apache-2.0 */
/* dram_rig.c - a DRAM model and its master. Contract in dram_rig.h. */
#include "tests/model/dram_rig.h"

#include <string.h>

#include "model/mem.h"

static void watch(void *ctx, const struct stamp_dram_issue *i)
{
    struct dram_rig *r = ctx;
    const uint64_t part[] = {i->at,   i->what, i->channel, i->rank, i->group,
                             i->bank, i->row,  i->column,  i->close};

    for (unsigned k = 0; k < sizeof part / sizeof part[0]; k++)
        r->digest = (r->digest ^ part[k]) * UINT64_C(0x100000001b3);
    if (r->issues < RIG_ISSUES) r->issue[r->issues] = *i;
    r->issues++;
    if (!r->model->p.rowless) dram_watch_see(&r->watch, i);
}

void dram_rig_new(struct dram_rig *r, const struct stamp_dram_params *p,
                  const struct stamp_dram_params *model_of, uint32_t axi_bytes)
{
    memset(r, 0, sizeof *r);
    if (!model_of) model_of = p;
    r->model = stamp_alloc(1, stamp_dram_bytes(model_of));
    stamp_dram_new(r->model, model_of, axi_bytes);
    r->model->watch = watch;
    r->model->watch_ctx = r;
    dram_watch_new(&r->watch, p);
}

void dram_rig_free(struct dram_rig *r)
{
    stamp_free(r->model);
}

struct stamp_plain_did dram_rig_edge(struct dram_rig *r)
{
    const struct stamp_plain_did did = stamp_dram_edge(r->model, &r->pins);

    r->edge++;
    if (did.r) r->r_at = r->edge;
    if (did.b) r->b_at = r->edge;
    r->beats += did.r;
    r->answers += did.b;
    return did;
}

void dram_rig_until(struct dram_rig *r, uint64_t edge)
{
    r->pins.rready = r->pins.bready = true;
    while (r->edge < edge) dram_rig_edge(r);
}

void dram_rig_read(struct dram_rig *r, uint64_t edge, uint64_t addr, uint8_t len)
{
    dram_rig_until(r, edge - 1);
    r->pins.arvalid = true;
    r->pins.araddr = addr;
    r->pins.arlen = len;
    while (!dram_rig_edge(r).ar) {}
    r->pins.arvalid = false;
}

void dram_rig_write(struct dram_rig *r, uint64_t edge, uint64_t addr, uint8_t len)
{
    unsigned beat = 0;

    dram_rig_until(r, edge - 1);
    r->pins.awvalid = r->pins.wvalid = true;
    r->pins.awaddr = addr;
    r->pins.awlen = len;
    while (beat <= len) {
        r->pins.wlast = beat == len;
        const struct stamp_plain_did did = dram_rig_edge(r);
        if (did.aw) r->pins.awvalid = false;
        beat += did.w;
    }
    r->pins.wvalid = false;
}

/* ---- A master that asks at random ------------------------------------------------------------------- */

/* A burst of up to 64 beats within 4 KiB, often behind the last one. */
static uint64_t draw_burst(struct dram_master *a, uint8_t *len)
{
    uint64_t addr = a->last;

    if (rnd_below(&a->rnd, 4) == 0) addr = rnd_next(&a->rnd) % a->span;
    addr = addr / 64 * 64 % a->span;
    const uint32_t room = (uint32_t)(4096 - addr % 4096) / a->axi_bytes;
    uint32_t beats = 1 + rnd_below(&a->rnd, rnd_below(&a->rnd, 2) ? 64 : 4);
    if (beats > room) beats = room;
    *len = (uint8_t)(beats - 1);
    a->last = addr + (uint64_t)beats * a->axi_bytes;
    return addr;
}

void dram_master_drive(struct dram_master *a, struct stamp_clock_axi *pins)
{
    uint8_t len;

    pins->rready = rnd_below(&a->rnd, 8) != 0;
    pins->bready = rnd_below(&a->rnd, 8) != 0;
    if (a->idle)
        a->idle--;
    else if (rnd_below(&a->rnd, 256) < a->pause)
        a->idle = rnd_below(&a->rnd, rnd_below(&a->rnd, 4) ? 60 : 8000);
    const bool quiet = a->idle != 0;
    if (!pins->arvalid && !quiet && a->reads_out < 32 && rnd_below(&a->rnd, 256) >= a->writes) {
        pins->araddr = draw_burst(a, &len);
        pins->arlen = len;
        pins->arvalid = true;
    }
    if (!pins->awvalid && !quiet && a->writes_out < 32 && rnd_below(&a->rnd, 256) < a->writes) {
        pins->awaddr = draw_burst(a, &len);
        pins->awlen = len;
        pins->awvalid = true;
        a->w_len[a->w_in++ % RIG_BURSTS] = len + 1u;
        a->w_bursts++;
    }
    if (pins->wvalid || (!a->w_left && !a->w_bursts) || rnd_below(&a->rnd, 8) == 0) return;
    if (!a->w_left) {
        a->w_left = a->w_len[(a->w_in - a->w_bursts) % RIG_BURSTS];
        a->w_bursts--;
    }
    pins->wvalid = true;
    pins->wlast = a->w_left == 1;
}

void dram_master_see(struct dram_master *a, struct stamp_clock_axi *p, bool rlast,
                     const struct stamp_plain_did *did)
{
    if (did->ar) {
        p->arvalid = false;
        a->reads_out++;
    }
    if (did->aw) {
        p->awvalid = false;
        a->writes_out++;
    }
    if (did->w) {
        p->wvalid = false;
        a->w_left--;
    }
    if (did->r && rlast) a->reads_out--;
    if (did->b) a->writes_out--;
}
