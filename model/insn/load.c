/* SPDX-License-Identifier: Apache-2.0 */
/* LOAD - DRAM rows to lines of VM, WB, CM, RT, NT or IT (isa.md). */
#include "model/insn/insn.h"
#include "model/num/bf16.h"

static uint32_t get_u32(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool load_vm(struct stamp_machine *m, uint64_t fmt, uint64_t line, const uint8_t *src)
{
    float *v = stamp_vm_line(m, line);

    for (uint32_t l = 0; l < m->mach->L; l++) {
        const uint32_t bits = fmt == STAMP_FMT_BF16
                                  ? (uint32_t)(src[2 * l] | src[2 * l + 1] << 8) << 16
                                  : get_u32(src + 4 * l);
        memcpy(&v[l], &bits, sizeof bits);
    }
    return stamp_vm_written(m, line) && fmt != STAMP_FMT_RAW;
}

/* WB keeps quads of depth: depth t of column c at [t / 4][c][t % 4], plus 8. */
static void load_wb(struct stamp_machine *m, uint64_t line, const uint8_t *src)
{
    const uint32_t L = m->mach->L, T = m->mach->T;
    uint8_t *w = m->wb + line * L * T;
    uint32_t live = 0;

    for (uint32_t h = 0; h < T / 4; h++)
        for (uint32_t c = 0; c < L; c++) { /* four nibbles to four bytes */
            const uint8_t *from = src + c * (T / 2) + 2 * h;
            uint32_t x = from[0] | (uint32_t)from[1] << 16;
            x = (x | x << 4) & 0x0f0f0f0fu;
            live += ((x + 0x0f0f0f0fu) >> 4 & 0x01010101u) * 0x01010101u >> 24;
            x ^= 0x08080808u;
            uint8_t *to = w + (h * L + c) * 4;
            to[0] = (uint8_t)x;
            to[1] = (uint8_t)(x >> 8);
            to[2] = (uint8_t)(x >> 16);
            to[3] = (uint8_t)(x >> 24);
        }
    m->wb_live[line] = (uint16_t)live;
    m->activity[STAMP_ACT_WB_WRITE_LIVE] += live;
    m->event[STAMP_EV_WB_WRITE]++;
    stamp_tell(m, STAMP_SPACE_WB, line, src, L * T / 2);
}

static void load_cm(struct stamp_machine *m, uint64_t line, const uint8_t *src)
{
    const uint32_t L = m->mach->L;

    for (uint32_t l = 0; l < L; l++) {
        struct stamp_cm *c = &m->cm[line * L + l];
        const uint32_t scale = get_u32(src + 8 * l);
        memcpy(&c->scale, &scale, sizeof scale);
        c->colsum = (int32_t)get_u32(src + 8 * l + 4);
    }
    stamp_tell(m, STAMP_SPACE_CM, line, src, (size_t)L * 8);
}

static void load_table(struct stamp_machine *m, enum stamp_space space, uint64_t line,
                       const uint8_t *src)
{
    uint16_t *t = (space == STAMP_SPACE_RT ? m->rt : m->nt) + line * STAMP_TABLE_LINE;

    for (int i = 0; i < STAMP_TABLE_LINE; i++) t[i] = (uint16_t)(src[2 * i] | src[2 * i + 1] << 8);
    stamp_tell(m, space, line, src, STAMP_TABLE_LINE * 2);
}

static void load_index(struct stamp_machine *m, uint64_t line, const uint8_t *src)
{
    for (uint32_t i = 0; i < STAMP_INDEX_LINE; i++)
        m->it[line * STAMP_INDEX_LINE + i] = get_u32(src + 4 * i);
    stamp_tell(m, STAMP_SPACE_IT, line, src, STAMP_INDEX_LINE * 4);
}

/* Where row @p row begins. */
static uint64_t row_addr(const struct stamp_machine *m, const struct stamp_insn_d *i, uint64_t row)
{
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

    if (i->gather) return (i->dram + m->it[i->it + row] * i->d0) & mask;
    return i->dram + row / i->n0 * i->d1 + row % i->n0 * i->d0;
}

enum stamp_error stamp_do_load(struct stamp_machine *m, const struct stamp_insn_d *i)
{
    const enum stamp_space space = (enum stamp_space)i->space;
    const uint32_t bytes = stamp_line_bytes(m->mach, space, (enum stamp_fmt)i->fmt);
    bool bad = false;

    for (uint64_t row = 0; row < i->n0 * i->n1; row++) {
        const uint64_t addr = row_addr(m, i, row);
        if (addr < m->win_lo || addr > m->win_hi || m->win_hi - addr < i->lines * bytes)
            return STAMP_ERROR_DRAM_RANGE;
        for (uint64_t j = 0; j < i->lines; j++) {
            const uint64_t line = i->line + row * i->lstride + j;
            const uint8_t *src = m->dram.bytes + (addr - m->dram.base) + j * bytes;
            if (space == STAMP_SPACE_VM)
                bad |= load_vm(m, i->fmt, line, src);
            else if (space == STAMP_SPACE_WB)
                load_wb(m, line, src);
            else if (space == STAMP_SPACE_CM)
                load_cm(m, line, src);
            else if (space == STAMP_SPACE_IT)
                load_index(m, line, src);
            else
                load_table(m, space, line, src);
        }
        m->event[STAMP_EV_LOAD_BYTES] += i->lines * bytes;
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
