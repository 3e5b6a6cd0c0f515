/* SPDX-License-Identifier: Apache-2.0 */
/* MM - nibble rows x weight columns, and the drain (isa.md; numerics.md section 7). */
#include <assert.h>

#include "model/insn/insn.h"
#include "model/insn/mm_plane.h"
#include "model/num/dequant.h"
#include "model/num/simd.h"

enum { MAX_P = STAMP_MM_ROWS, MAX_L = STAMP_MM_COLUMNS };

/* Walks the loops of one instruction. */
struct walk {
    struct stamp_machine *m;
    const struct stamp_insn_m *i;
    uint64_t n, g;          /* column group, row group */
    uint64_t block, blocks; /* of this chunk */
    uint64_t wline;         /* next WB line */
    uint32_t rows;          /* nibble rows in use, */
    uint8_t row[MAX_P];     /* and which */
    uint32_t acc[MAX_P][MAX_L];
    bool bad;
};

/* Of two WB lines as they are stored, nibbles in bytes, those that differ; at most 255 * 8 bytes. */
static uint32_t moved(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    uint64_t sum = 0; /* of each eighth byte */
    uint32_t n = 0;

    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t x, y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        sum += ((x ^ y) + 0x0f0f0f0f0f0f0f0fu) >> 4 & 0x0101010101010101u;
    }
    for (; sum; sum >>= 8) n += sum & 255;
    return n;
}

/* What values make of the reads of a plane. */
static void count_activity(const struct walk *w, uint64_t k0, uint64_t k1)
{
    struct stamp_machine *m = w->m;
    const size_t line = (size_t)m->mach->L * m->mach->T;
    const uint64_t lines = (k1 - k0) * (m->mach->L / m->mach->T);
    const uint8_t *last = m->wb_last, *wb = m->wb + w->wline * line;

    for (uint64_t i = 0; i < lines; i++, last = wb, wb += line) {
        m->activity[STAMP_ACT_WB_LIVE] += m->wb_live[w->wline + i];
        m->activity[STAMP_ACT_WB_MOVED] += moved(wb, last, line);
    }
    memcpy(m->wb_last, last, line);
    for (uint64_t k = k0; k < k1; k++)
        m->activity[STAMP_ACT_XB_LIVE] += m->xb_live[w->i->xb + w->g * w->i->gstride + k];
}

/* One plane of one block: acc += XB lines x WB lines. */
static void plane(struct walk *w, uint64_t k0, uint64_t k1)
{
    const struct stamp_mach *mach = w->m->mach;
    const uint32_t P = mach->P, L = mach->L, T = mach->T;
    const struct stamp_mm_plane p = {
        .rows = w->rows,
        .row = w->row,
        .columns = L,
        .lines = k1 - k0,
        .x_stride = (uint64_t)P * L,
        .x = w->m->xb + (w->i->xb + w->g * w->i->gstride + k0) * P * L,
        .w = w->m->wb + w->wline * L * T,
        .acc = w->acc,
    };

    stamp_mm_plane(&p);
    count_activity(w, k0, k1);
    w->wline += (k1 - k0) * (L / T);
    w->m->event[STAMP_EV_XB_READ] += k1 - k0;
    w->m->event[STAMP_EV_WB_READ] += (k1 - k0) * (L / T);
    w->m->event[STAMP_EV_MAC_ISSUED] += (k1 - k0) * P * L * L;
}

/* The nibble rows of a group whose sums are drained; the array forms all of them. */
static void choose_rows(struct walk *w)
{
    const uint16_t *nt = w->m->nt + w->i->nt + w->g * w->m->mach->P;
    bool low = false; /* the row before takes this one's sums for its low half */

    w->rows = 0;
    for (uint8_t r = 0; r < w->m->mach->P; r++) {
        const unsigned kind = nt[r] >> 14;
        if (kind == 1 || kind == 2 || low) w->row[w->rows++] = r;
        low = kind == 2;
    }
}

static void block_product(struct walk *w)
{
    const uint64_t blk = w->i->blk ? w->i->blk : w->i->kl;
    const uint64_t k0 = w->block * blk, k1 = k0 + blk < w->i->kl ? k0 + blk : w->i->kl;

    memset(w->acc, 0, sizeof w->acc);
    plane(w, k0, k1);
    if (w->i->w8) {
        for (uint32_t r = 0; r < w->m->mach->P; r++)
            for (uint32_t c = 0; c < w->m->mach->L; c++) w->acc[r][c] *= 16;
        plane(w, k0, k1);
    }
    for (uint32_t r = 0; r < w->m->mach->P; r++)
        if (w->m->nt[w->i->nt + w->g * w->m->mach->P + r] >> 14)
            w->m->event[STAMP_EV_MAC_USED] +=
                (k1 - k0) * w->m->mach->L * w->m->mach->L * (1 + w->i->w8);
}

/* DEQ of a row; NaN of any pattern. */
INLINE void deq(const uint32_t *v, uint32_t corr, uint32_t add, float sx, const struct stamp_cm *cm,
                uint32_t n, float *y)
{
    const double sx8 = (double)stamp_scale8(sx);

    for (uint32_t c = 0; c < n; c++) {
        const uint32_t acc = v[c] + corr * (uint32_t)cm[c].colsum + add;
        y[c] = stamp_deq_raw((int32_t)acc, sx8, (double)stamp_scale8(cm[c].scale));
    }
}

INLINE void deq_row(const struct walk *w, const uint32_t *v, const struct stamp_rm *rm,
                    const struct stamp_cm *cm, float *y)
{
    const uint32_t add = w->i->w8 ? 8 * (uint32_t)rm->rowsum : 0, L = w->m->mach->L;

    deq(v, (uint32_t)rm->corr, add, rm->scale, cm, L, y);
    for (uint32_t c = 0; c < L; c++) y[c] = stamp_simd_canon(y[c]);
}

/* Per token: integer sums meet in AC, the last chunk dequantizes to the VM line @p out. */
INLINE void drain_token(struct walk *w, uint32_t *v, uint32_t *ac, const struct stamp_rm *rm,
                        float *out)
{
    const struct stamp_cm *cm = w->m->cm + (w->i->cm + w->n * w->i->cmstride) * w->m->mach->L;
    const uint32_t L = w->m->mach->L;

    for (uint32_t c = 0; c < L && !w->i->first; c++) v[c] += ac[c];
    if (w->i->last)
        deq_row(w, v, rm, cm, out);
    else
        memcpy(ac, v, L * sizeof *ac);
}

/* In blocks: dequantized sums meet in AC as f32, in rising block order. */
INLINE void drain_block(struct walk *w, uint32_t *v, uint32_t *ac, const struct stamp_rm *rm,
                        float *out)
{
    const uint64_t line = w->i->cm + w->n * w->i->cmstride + w->block;
    const struct stamp_cm *cm = w->m->cm + line * w->m->mach->L;
    const bool end = w->i->last && w->block == w->blocks - 1;
    const uint32_t L = w->m->mach->L;
    uint32_t bad = 0;
    float y[MAX_L];

    deq_row(w, v, rm, cm, y);
    if (!(w->i->first && w->block == 0))
        for (uint32_t c = 0; c < L; c++) y[c] = stamp_simd_canon(stamp_f32_from_bits(ac[c]) + y[c]);
    for (uint32_t c = 0; c < L; c++) bad |= (stamp_f32_bits(y[c]) & 0x7f800000u) == 0x7f800000u;
    w->bad |= bad != 0;
    memcpy(end ? (void *)out : ac, y, L * sizeof *y);
}

/* The drain of one row, compiled for either vector unit. */
INLINE void drain(struct walk *w, uint32_t *v, uint32_t *ac, const struct stamp_rm *rm, float *out)
{
    if (w->i->blk)
        drain_block(w, v, ac, rm, out);
    else
        drain_token(w, v, ac, rm, out);
}

AVX2 static void drain_avx2(struct walk *w, uint32_t *v, uint32_t *ac, const struct stamp_rm *rm,
                            float *out)
{
    drain(w, v, ac, rm, out);
}

static enum stamp_error drain_row(struct walk *w, uint32_t r)
{
    struct stamp_machine *m = w->m;
    const struct stamp_insn_m *i = w->i;
    const uint32_t P = m->mach->P, L = m->mach->L;
    const uint16_t q = m->nt[i->nt + w->g * P + r];
    const uint64_t kind = q >> 14, token = q & 0xfff;
    uint32_t v[MAX_L];

    if (kind == 0 || kind == 3) return STAMP_ERROR_NONE;
    if (kind == 2 && r == P - 1) return STAMP_ERROR_RESERVED;
    for (uint32_t c = 0; c < L; c++)
        v[c] = kind == 2 ? 16 * w->acc[r][c] + w->acc[r + 1][c] : w->acc[r][c];

    const bool end = i->last && w->block == w->blocks - 1;
    const bool need_rm = i->blk || end, start = i->first && w->block == 0;
    const uint64_t rm = i->rm + token * i->rmstride + (i->blk ? w->block : 0);
    const uint64_t line = i->vm + token * i->vstride + w->n;
    const uint64_t ac = i->ac + (w->n * i->groups + w->g) * P + r;
    if (need_rm && rm >= m->mach->SM_ENTRIES) return STAMP_ERROR_RANGE;
    if (end && line >= m->mach->VM_LINES) return STAMP_ERROR_RANGE;

    uint32_t *acl = m->ac + (start && end ? 0 : ac * L);
    float *out = stamp_vm_line(m, end ? line : 0);
    if (HAS_AVX2)
        drain_avx2(w, v, acl, &m->rm[need_rm ? rm : 0], out);
    else
        drain(w, v, acl, &m->rm[need_rm ? rm : 0], out);
    m->event[STAMP_EV_DRAIN_LINES]++;
    if (!start) m->event[STAMP_EV_AC_READ]++;
    if (end) {
        w->bad |= stamp_vm_written(m, line);
        m->activity[STAMP_ACT_DRAIN_LIVE] += m->vm_live[line];
    } else {
        m->event[STAMP_EV_AC_WRITE]++;
        for (uint32_t c = 0; c < L; c++) m->activity[STAMP_ACT_DRAIN_LIVE] += acl[c] << 1 != 0;
        stamp_tell(m, STAMP_SPACE_AC, ac, acl, (size_t)L * 4);
    }
    return STAMP_ERROR_NONE;
}

enum stamp_error stamp_do_mm(struct stamp_machine *m, const struct stamp_insn_m *i)
{
    struct walk w = {.m = m, .i = i, .blocks = i->blk ? (i->kl + i->blk - 1) / i->blk : 1};

    assert(m->mach->P <= MAX_P && m->mach->L <= MAX_L);
    for (w.n = 0; w.n < i->ng; w.n++)
        for (w.g = 0; w.g < i->groups; w.g++) {
            w.wline = i->wb + w.n * i->wstride;
            choose_rows(&w);
            for (w.block = 0; w.block < w.blocks; w.block++) {
                block_product(&w);
                for (uint32_t r = 0; r < m->mach->P; r++) {
                    const enum stamp_error e = drain_row(&w, r);
                    if (e) return e;
                }
            }
        }
    return w.bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
