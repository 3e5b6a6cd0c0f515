/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - the AXI4 port in front of the channels. Contract in model.h. */
#include "model/dram/model.h"

#include <string.h>

#include "model/dram/channel.h"

enum {
    SLOTS = STAMP_DRAM_SLOTS,
    PER_EDGE = 4
}; /* column commands a direction hands over per edge */

/* ---- The two clocks --------------------------------------------------------------------------------- */

static void pass(struct stamp_dram_model *m, uint64_t edges)
{
    const uint64_t sum = m->rest + edges % m->accel_khz * m->khz;
    m->now += edges / m->accel_khz * m->khz + sum / m->accel_khz;
    m->rest = sum % m->accel_khz;
}

/* Edges up to the first one at which @p clock is over. */
static uint64_t edges_to(const struct stamp_dram_model *m, uint64_t clock)
{
    if (clock <= m->now) return 0;
    return ((clock - m->now) * m->accel_khz - m->rest + m->khz - 1) / m->khz;
}

/* Channels up to now. */
static void run(struct stamp_dram_model *m)
{
    uint64_t wake = STAMP_DRAM_NEVER;

    if (m->wake >= m->now) return;
    for (uint32_t i = 0; i < m->p.channels; i++) {
        stamp_dram_channel_run(m, i, m->now);
        if (m->channel[i].wake < wake) wake = m->channel[i].wake;
    }
    m->wake = wake;
}

void stamp_dram_answer(struct stamp_dram_model *m, bool write, uint32_t tag, uint64_t done)
{
    if (!write) {
        m->done[tag % STAMP_DRAM_ORDER] = done;
    } else if (!m->p.posted) {
        m->b_left[tag % SLOTS]--;
        if (m->b_due[tag % SLOTS] < done) m->b_due[tag % SLOTS] = done;
    }
}

/* ---- Bursts and their parts: what one column command moves ------------------------------------------ */

static uint64_t part_of(const struct stamp_dram_model *m, uint64_t addr)
{
    return addr >> m->map.access_log;
}

/* Parts of a burst before that with the last byte of @p beats beats. */
static uint32_t parts_of(const struct stamp_dram_model *m, uint64_t addr, uint32_t beats)
{
    return (uint32_t)(part_of(m, addr + ((uint64_t)beats << m->axi_log) - 1) - part_of(m, addr));
}

static struct stamp_dram_request request_of(const struct stamp_dram_model *m, uint64_t addr,
                                            uint32_t part, uint32_t tag, uint32_t *channel)
{
    const uint64_t at = (part_of(m, addr) + part) << m->map.access_log;
    uint32_t f[STAMP_DRAM_FIELDS];

    stamp_dram_map_at(&m->map, at & m->capacity, f);
    *channel = f[STAMP_DRAM_CH];
    const uint32_t flat =
        (f[STAMP_DRAM_RA] * m->p.groups + f[STAMP_DRAM_BG]) * m->p.banks + f[STAMP_DRAM_BA];
    return (struct stamp_dram_request){.row = f[STAMP_DRAM_RO],
                                       .column = f[STAMP_DRAM_CO],
                                       .tag = tag,
                                       .rank = (uint8_t)f[STAMP_DRAM_RA],
                                       .group = (uint8_t)f[STAMP_DRAM_BG],
                                       .bank = (uint8_t)f[STAMP_DRAM_BA],
                                       .flat = (uint8_t)flat};
}

/* ---- Reads ------------------------------------------------------------------------------------------ */

/* One part to its queue, or answered by a write that waits. False: no room, or nothing to send. */
static bool send_read(struct stamp_dram_model *m)
{
    const uint32_t b = m->ar_sent % SLOTS, place = m->order_in % STAMP_DRAM_ORDER;
    struct stamp_dram_request *r = &m->ar_next;

    if (m->ar_sent == m->ar_in || m->order_in - m->order_out >= STAMP_DRAM_ORDER) return false;
    if (!m->ar_known) *r = request_of(m, m->ar_addr[b], m->sent_part, place, &m->ar_channel);
    m->ar_known = true;
    r->at = m->now + m->p.tFRONT;
    struct stamp_dram_channel *c = &m->channel[m->ar_channel];
    if (!m->p.rowless && stamp_dram_channel_has(c, r)) {
        m->done[place] = r->at + m->p.tBACK;
        m->counts.forwarded++;
    } else if (c->reads.count < m->p.reads) {
        m->done[place] = STAMP_DRAM_NEVER;
        stamp_dram_channel_put(m, m->ar_channel, false, r);
    } else {
        return false;
    }
    m->ar_known = false;
    m->order_in++;
    if (m->sent_part++ == parts_of(m, m->ar_addr[b], m->ar_len[b] + 1u)) {
        m->sent_part = 0;
        m->ar_sent++;
    }
    return true;
}

/* What the beats that are out do not need any more is free. */
static void free_reads(struct stamp_dram_model *m)
{
    const uint32_t b = m->ar_out % SLOTS;

    const uint64_t beat = m->ar_addr[b] + ((uint64_t)m->read_beat << m->axi_log);

    m->order_out = m->ar_out == m->ar_in
                       ? m->order_in
                       : m->ar_first[b] + (uint32_t)(part_of(m, beat) - part_of(m, m->ar_addr[b]));
}

static void take_read(struct stamp_dram_model *m, struct stamp_clock_axi *pins,
                      struct stamp_plain_did *did)
{
    if (pins->arvalid && pins->arready) {
        const uint32_t b = m->ar_in++ % SLOTS;
        m->ar_addr[b] = pins->araddr;
        m->ar_len[b] = pins->arlen;
        m->ar_first[b] = m->ar_parts;
        m->ar_parts += parts_of(m, pins->araddr, pins->arlen + 1u) + 1;
        did->ar = true;
    }
    if (!pins->rvalid || !pins->rready) return;
    did->r = true;
    pins->rvalid = false;
    m->read_beat++;
    if (pins->rlast) {
        m->ar_out++;
        m->read_beat = 0;
    }
    free_reads(m);
}

/* Whether the next beat's data are there: all parts up to its last. */
static bool beat_there(const struct stamp_dram_model *m)
{
    const uint32_t b = m->ar_out % SLOTS;
    const uint32_t need = m->ar_first[b] + parts_of(m, m->ar_addr[b], m->read_beat + 1);

    return (int32_t)(m->order_done - need) > 0;
}

static void drive_read(struct stamp_dram_model *m, struct stamp_clock_axi *pins,
                       struct stamp_plain_did *did)
{
    pins->arready = m->ar_in - m->ar_out < SLOTS;
    while (m->order_done != m->order_in && m->done[m->order_done % STAMP_DRAM_ORDER] <= m->now)
        m->order_done++;
    if (pins->rvalid || m->ar_in == m->ar_out || !beat_there(m)) return;
    did->r_shown = pins->rvalid = true;
    pins->rlast = m->read_beat == m->ar_len[m->ar_out % SLOTS];
}

/* ---- Writes ----------------------------------------------------------------------------------------- */

/* Beats of the burst that is being written, as far as they have come. */
static void see_beats(struct stamp_dram_model *m)
{
    while (m->aw_sent != m->aw_in && !m->w_whole && m->w_seen != m->w_in) {
        m->w_whole = m->w_last[m->w_seen++ % SLOTS];
        m->w_got++;
    }
}

/* One part to its queue once all its beats are there. */
static bool send_write(struct stamp_dram_model *m, struct stamp_plain_did *did)
{
    const uint32_t b = m->aw_sent % SLOTS;
    struct stamp_dram_request *r = &m->aw_next;
    uint32_t beats = m->w_got;

    if (m->aw_sent == m->aw_in) return false;
    see_beats(m);
    const uint64_t addr = m->aw_addr[b], end = (part_of(m, addr) + m->written_part + 1)
                                               << m->map.access_log;
    beats = m->w_got;
    if (!m->w_whole && addr + ((uint64_t)beats << m->axi_log) < end) return false;
    if (!m->aw_known) *r = request_of(m, addr, m->written_part, m->aw_sent, &m->aw_channel);
    m->aw_known = true;
    if (m->channel[m->aw_channel].writes.count >= m->p.writes) return false;
    m->b_left[b]++;
    r->at = m->now + m->p.tFRONT;
    stamp_dram_channel_put(m, m->aw_channel, true, r);
    m->aw_known = false;

    const bool last = m->w_whole && addr + ((uint64_t)beats << m->axi_log) <= end;
    const uint32_t freed = last ? beats : (uint32_t)((end - addr) >> m->axi_log);
    did->written += freed - m->w_freed;
    m->w_out += freed - m->w_freed;
    m->w_freed = freed;
    m->written_part++;
    if (!last) return true;
    if (m->p.posted) m->b_due[b] = r->at + m->p.tBACK;
    m->aw_sent++;
    m->w_whole = false;
    m->w_got = m->w_freed = m->written_part = 0;
    return true;
}

static void take_write(struct stamp_dram_model *m, struct stamp_clock_axi *pins,
                       struct stamp_plain_did *did)
{
    if (pins->awvalid && pins->awready) {
        const uint32_t b = m->aw_in++ % SLOTS;
        m->aw_addr[b] = pins->awaddr;
        m->b_left[b] = 0;
        m->b_due[b] = 0;
        did->aw = true;
    }
    if (pins->wvalid && pins->wready) {
        m->w_last[m->w_in++ % SLOTS] = pins->wlast;
        did->w = true;
    }
    if (pins->bvalid && pins->bready) {
        pins->bvalid = false;
        m->b_out++;
        did->b = true;
    }
}

/* The oldest burst is written, or will be at what is returned; NEVER: nobody knows yet. */
static uint64_t answer_due(const struct stamp_dram_model *m)
{
    const uint32_t b = m->b_out % SLOTS;

    if (m->b_out == m->aw_sent || (!m->p.posted && m->b_left[b])) return STAMP_DRAM_NEVER;
    return m->b_due[b];
}

static void drive_write(struct stamp_dram_model *m, struct stamp_clock_axi *pins,
                        struct stamp_plain_did *did)
{
    pins->awready = m->aw_in - m->b_out < SLOTS - 1;
    pins->wready = m->w_in - m->w_out < SLOTS - 1;
    if (pins->bvalid || answer_due(m) > m->now) return;
    did->b_shown = pins->bvalid = true;
}

/* ---- Edges ------------------------------------------------------------------------------------------ */

static void send(struct stamp_dram_model *m, struct stamp_plain_did *did)
{
    for (int i = 0; i < PER_EDGE && send_read(m); i++) {}
    for (int i = 0; i < PER_EDGE && send_write(m, did); i++) {}
}

struct stamp_plain_did stamp_dram_edge(struct stamp_dram_model *m, struct stamp_clock_axi *pins)
{
    struct stamp_plain_did did = {0};

    pass(m, 1);
    run(m);
    take_read(m, pins, &did);
    take_write(m, pins, &did);
    send(m, &did);
    drive_read(m, pins, &did);
    drive_write(m, pins, &did);
    return did;
}

/* Whether a write's part could go to its queue at the next edge. */
static bool writes_move(const struct stamp_dram_model *m)
{
    return m->aw_sent != m->aw_in && (m->w_seen != m->w_in || m->w_whole || m->w_got);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The clock before which a part of a read is not there: known, or what the next RD would bring. */
static uint64_t part_due(const struct stamp_dram_model *m, uint32_t part)
{
    const bool sent = (int32_t)(m->order_in - part) > 0;
    const uint64_t done = m->done[part % STAMP_DRAM_ORDER];

    if (!sent) return m->now;
    if (done != STAMP_DRAM_NEVER) return done;
    return m->wake + m->p.tRL + m->burst_clocks + m->p.tBACK;
}

/* But for beats taken. */
static bool handshake(const struct stamp_clock_axi *pins)
{
    return (pins->arvalid && pins->arready) || (pins->awvalid && pins->awready) ||
           (pins->wvalid && pins->wready) || (pins->bvalid && pins->bready);
}

/* Beats behind the one shown that are there already, but for a last one. */
static uint64_t beats_behind(const struct stamp_dram_model *m)
{
    const uint32_t b = m->ar_out % SLOTS;
    uint32_t n = 0;

    while (m->read_beat + n + 1 < m->ar_len[b] &&
           (int32_t)(m->order_done - m->ar_first[b] -
                     parts_of(m, m->ar_addr[b], m->read_beat + n + 2)) > 0)
        n++;
    return n;
}

/* The clock before which the next beat is not there: that of its last part, and of all before it. */
static uint64_t beat_due(const struct stamp_dram_model *m)
{
    const uint32_t b = m->ar_out % SLOTS;
    const uint32_t need = m->ar_first[b] + parts_of(m, m->ar_addr[b], m->read_beat + 1) + 1;
    uint64_t due = m->now;

    for (uint32_t i = m->order_done; (int32_t)(need - i) > 0; i++) {
        const uint64_t from = part_due(m, i);
        if (from > due) due = from;
    }
    return due;
}

uint64_t stamp_dram_still(const struct stamp_dram_model *m, const struct stamp_clock_axi *pins)
{
    uint64_t until = STAMP_DRAM_NEVER;

    if (handshake(pins) || writes_move(m)) return 0;
    if (pins->arready != (m->ar_in - m->ar_out < SLOTS) ||
        pins->awready != (m->aw_in - m->b_out < SLOTS - 1) ||
        pins->wready != (m->w_in - m->w_out < SLOTS - 1))
        return 0;
    const bool stream = pins->rvalid && pins->rready;
    const uint64_t beats = stream ? beats_behind(m) : STAMP_DRAM_NEVER;
    if (!beats) return 0;
    if (!pins->rvalid && m->ar_in != m->ar_out) until = beat_due(m);
    if (!pins->bvalid && m->b_out != m->aw_sent) {
        uint64_t due = answer_due(m);
        if (due == STAMP_DRAM_NEVER) due = m->wake + m->p.tWL + m->burst_clocks + m->p.tBACK;
        until = least(until, due);
    }
    if (until == STAMP_DRAM_NEVER) return beats;
    const uint64_t edges = edges_to(m, until);
    return least(edges ? edges - 1 : 0, beats);
}

void stamp_dram_skip(struct stamp_dram_model *m, const struct stamp_clock_axi *pins,
                     uint64_t cycles)
{
    struct stamp_plain_did did = {0};
    struct stamp_clock_axi own = *pins;

    for (; cycles && own.rvalid && own.rready; cycles--) stamp_dram_edge(m, &own);
    for (; cycles && m->ar_sent != m->ar_in; cycles--) {
        pass(m, 1);
        run(m);
        send(m, &did);
    }
    pass(m, cycles);
    run(m);
}
