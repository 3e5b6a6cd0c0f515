/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c - latency, rate and random stalls of a memory behind AXI4. Contract in plain.h. */
#include "model/clock/plain.h"

#include <string.h>

enum { SLOTS = STAMP_PLAIN_SLOTS, FULL = 256 };

static bool chance(struct stamp_plain *p, uint32_t per_256)
{
    if (per_256 == 0) return false;
    p->rng ^= p->rng << 13;
    p->rng ^= p->rng >> 7;
    p->rng ^= p->rng << 17;
    return ((p->rng >> 24) & 255) < per_256;
}

void stamp_plain_new(struct stamp_plain *p, const struct stamp_plain_config *c)
{
    memset(p, 0, sizeof *p);
    p->rng = c->seed * 2 + 1;
}

bool stamp_plain_idle(const struct stamp_plain *p)
{
    return p->ar_in == p->ar_out && p->aw_in == p->aw_out && p->w_in == p->w_out &&
           p->b_in == p->b_out;
}

void stamp_plain_reset(struct stamp_plain *p, struct stamp_clock_axi *pins)
{
    p->ar_out = p->ar_in;
    p->aw_out = p->aw_in;
    p->w_out = p->w_in;
    p->b_out = p->b_in;
    p->w_lasts = p->aw_seen;
    p->read_beat = 0;
    pins->arready = pins->rvalid = pins->rlast = false;
    pins->awready = pins->wready = pins->bvalid = false;
}

static void take_read(struct stamp_plain *p, const struct stamp_plain_config *c,
                      struct stamp_clock_axi *pins, struct stamp_plain_did *did)
{
    if (pins->arvalid && pins->arready) {
        p->ar_due[p->ar_in % SLOTS] = p->cycles + c->read_latency;
        p->ar_len[p->ar_in++ % SLOTS] = pins->arlen;
        did->ar = true;
    }
    if (!pins->rvalid || !pins->rready) return;
    did->r = true;
    pins->rvalid = false;
    if (pins->rlast) {
        p->ar_out++;
        p->read_beat = 0;
    } else
        p->read_beat++;
}

static void drive_read(struct stamp_plain *p, const struct stamp_plain_config *c,
                       struct stamp_clock_axi *pins, struct stamp_plain_did *did)
{
    if (p->read_credit < FULL) p->read_credit += c->read_rate;
    pins->arready = p->ar_in - p->ar_out < SLOTS && !chance(p, c->stall_ar);
    if (pins->rvalid || p->ar_in == p->ar_out || p->read_credit < FULL) return;
    if (p->cycles + 1 < p->ar_due[p->ar_out % SLOTS] || chance(p, c->stall_r)) return;
    did->r_shown = pins->rvalid = true;
    pins->rlast = p->read_beat == p->ar_len[p->ar_out % SLOTS];
    p->read_credit -= FULL;
}

static void take_write(struct stamp_plain *p, struct stamp_clock_axi *pins,
                       struct stamp_plain_did *did)
{
    if (pins->awvalid && pins->awready) {
        p->aw_in++;
        p->aw_seen++;
        did->aw = true;
    }
    if (pins->wvalid && pins->wready) {
        p->w_last[p->w_in++ % SLOTS] = pins->wlast;
        p->w_lasts += pins->wlast;
        p->write_credit -= FULL;
        did->w = true;
    }
    if (pins->bvalid && pins->bready) {
        pins->bvalid = false;
        p->b_out++;
        did->b = true;
    }
}

/* Beats whose address is known go to memory, one burst's response at its last beat. */
static void apply_write(struct stamp_plain *p, const struct stamp_plain_config *c,
                        struct stamp_plain_did *did)
{
    while (p->w_in != p->w_out && p->aw_in != p->aw_out && p->b_in - p->b_out < SLOTS) {
        did->written++;
        if (!p->w_last[p->w_out++ % SLOTS]) continue;
        p->b_due[p->b_in++ % SLOTS] = p->cycles + c->write_latency;
        p->aw_out++;
    }
}

static void drive_write(struct stamp_plain *p, const struct stamp_plain_config *c,
                        struct stamp_clock_axi *pins, struct stamp_plain_did *did)
{
    /* A burst's AW is due once its first beat is here: complete bursts, or one begun. */
    const bool begun = p->w_in != p->w_out || (int32_t)(p->w_lasts - p->aw_seen) > 0;

    if (p->write_credit < 2 * FULL) p->write_credit += c->write_rate;
    pins->awready = p->aw_in - p->aw_out < SLOTS - 1 && (!c->aw_waits_for_w || begun) &&
                    !chance(p, c->stall_aw);
    pins->wready =
        p->w_in - p->w_out < SLOTS - 1 && p->write_credit >= FULL && !chance(p, c->stall_w);
    if (pins->bvalid || p->b_in == p->b_out) return;
    if (p->cycles + 1 < p->b_due[p->b_out % SLOTS] || chance(p, c->stall_b)) return;
    did->b_shown = pins->bvalid = true;
}

struct stamp_plain_did stamp_plain_edge(struct stamp_plain *p, const struct stamp_plain_config *c,
                                        struct stamp_clock_axi *pins)
{
    struct stamp_plain_did did = {0};

    p->cycles++;
    take_read(p, c, pins, &did);
    take_write(p, pins, &did);
    if (p->w_in != p->w_out) apply_write(p, c, &did);
    drive_read(p, c, pins, &did);
    drive_write(p, c, pins, &did);
    return did;
}

/* ---- Behind the pins of a timed machine ------------------------------------------------------------- */

static void edge(void *ctx, struct stamp_clock_axi *pins)
{
    struct stamp_clock_plain *m = ctx;
    stamp_plain_edge(&m->plain, &m->config, pins);
}

static bool stalls(const struct stamp_plain_config *c)
{
    return c->stall_ar || c->stall_r || c->stall_aw || c->stall_w || c->stall_b;
}

/* Edges up to the one that shows what is due at @p due. */
static uint64_t until(const struct stamp_plain *p, uint64_t due)
{
    return p->cycles + 2 < due ? due - p->cycles - 2 : 0;
}

/* A beat in every cycle: those behind the one shown, but for a last one. */
static uint64_t stream(const struct stamp_clock_plain *m, const struct stamp_clock_axi *pins)
{
    const struct stamp_plain *p = &m->plain;
    const uint32_t behind = p->ar_len[p->ar_out % SLOTS] - p->read_beat;

    if (m->config.read_rate != FULL || pins->rlast || behind < 2) return 0;
    return behind - 1;
}

/* Handshakes are told by the pins: but for beats none is under way, all readies are up, all credit is there. */
static uint64_t still(const void *ctx, const struct stamp_clock_axi *pins)
{
    const struct stamp_clock_plain *m = ctx;
    const struct stamp_plain *p = &m->plain;
    uint64_t n = UINT64_MAX;

    if (stalls(&m->config) || m->config.aw_waits_for_w) return 0;
    if (p->write_credit < 2 * FULL || p->w_in != p->w_out) return 0;
    if (!pins->arready || !pins->awready || !pins->wready) return 0;
    if (pins->arvalid || pins->awvalid || pins->wvalid || (pins->bvalid && pins->bready)) return 0;
    if (pins->rvalid && pins->rready)
        n = stream(m, pins);
    else if (p->read_credit < FULL)
        return 0;
    else if (!pins->rvalid && p->ar_in != p->ar_out)
        n = until(p, p->ar_due[p->ar_out % SLOTS]);
    if (!pins->bvalid && p->b_in != p->b_out) {
        const uint64_t b = until(p, p->b_due[p->b_out % SLOTS]);
        n = b < n ? b : n;
    }
    return n;
}

static void skip(void *ctx, const struct stamp_clock_axi *pins, uint64_t cycles)
{
    struct stamp_plain *p = &((struct stamp_clock_plain *)ctx)->plain;

    p->cycles += cycles;
    if (!cycles || !pins->rvalid || !pins->rready) return;
    p->read_beat += (uint32_t)cycles;
    p->read_credit = 0;
}

/* When what is due at @p due is shown, counted from now; 0: in the next edge. */
static uint64_t in(const struct stamp_plain *p, uint64_t due)
{
    return due > p->cycles + 1 ? due - p->cycles : 0;
}

static size_t image(const void *ctx, uint8_t *room)
{
    const struct stamp_clock_plain *m = ctx;
    const struct stamp_plain *p = &m->plain;
    const uint32_t reads = p->ar_in - p->ar_out, answers = p->b_in - p->b_out;
    uint64_t word[8 + 3 * SLOTS];
    size_t n = 0;

    if (stalls(&m->config)) return 0;
    word[n++] = p->read_credit;
    word[n++] = p->write_credit;
    word[n++] = p->read_beat;
    word[n++] = reads;
    word[n++] = p->aw_in - p->aw_out;
    word[n++] = p->w_in - p->w_out;
    word[n++] = p->w_lasts - p->aw_seen;
    word[n++] = answers;
    if (p->w_in != p->w_out) return 0;
    for (uint32_t i = 0; i < reads; i++) {
        word[n++] = in(p, p->ar_due[(p->ar_out + i) % SLOTS]);
        word[n++] = p->ar_len[(p->ar_out + i) % SLOTS];
    }
    for (uint32_t i = 0; i < answers; i++) word[n++] = in(p, p->b_due[(p->b_out + i) % SLOTS]);
    memcpy(room, word, n * sizeof *word);
    return n * sizeof *word;
}

static void shift(void *ctx, uint64_t cycles)
{
    struct stamp_plain *p = &((struct stamp_clock_plain *)ctx)->plain;

    p->cycles += cycles;
    for (uint32_t i = 0; i < SLOTS; i++) {
        p->ar_due[i] += cycles;
        p->b_due[i] += cycles;
    }
}

static void restore(void *ctx, const uint8_t *room)
{
    struct stamp_plain *p = &((struct stamp_clock_plain *)ctx)->plain;
    uint64_t word[8 + 3 * SLOTS];
    size_t n = 8;

    memcpy(word, room, n * sizeof *word);
    p->ar_out = p->aw_out = p->w_out = p->b_out = p->aw_seen = 0;
    p->read_credit = (uint32_t)word[0];
    p->write_credit = (uint32_t)word[1];
    p->read_beat = (uint32_t)word[2];
    p->ar_in = (uint32_t)word[3];
    p->aw_in = (uint32_t)word[4];
    p->w_in = (uint32_t)word[5];
    p->w_lasts = (uint32_t)word[6];
    p->b_in = (uint32_t)word[7];
    memcpy(word + n, room + n * sizeof *word, (2 * p->ar_in + p->b_in) * sizeof *word);
    for (uint32_t i = 0; i < p->ar_in; i++) {
        p->ar_due[i] = p->cycles + word[n++];
        p->ar_len[i] = (uint8_t)word[n++];
    }
    for (uint32_t i = 0; i < p->b_in; i++) p->b_due[i] = p->cycles + word[n++];
}

struct stamp_clock_memory stamp_clock_plain(struct stamp_clock_plain *m,
                                            const struct stamp_plain_config *c)
{
    m->config = *c;
    stamp_plain_new(&m->plain, c);
    return (struct stamp_clock_memory){m, edge, still, skip, image, shift, restore, NULL};
}
