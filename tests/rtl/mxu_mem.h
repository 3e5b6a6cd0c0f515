/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu_mem.h
 * Operands and tables of mxu_tb.cpp, which includes this once behind its model, generator and machine.
 */
#ifndef STAMP_TESTS_RTL_MXU_MEM_H
#define STAMP_TESTS_RTL_MXU_MEM_H

/* ---- Memories: packed as the unit reads them, and the same in the C machine ------------------ */

static std::vector<uint8_t> xb, wb, cm;
static std::vector<uint32_t> rm; /* three words an entry: {rowsum, corr, scale} packed to 74 bits */

static uint32_t xb_bytes()
{
    return mach->P * mach->L / 2;
}
static uint32_t wb_bytes()
{
    return mach->L * mach->T / 2;
}

static void copy_operands();

static void fill_operands()
{
    xb.resize(mach->XB_LINES * xb_bytes());
    wb.resize(mach->WB_LINES * wb_bytes());
    const bool extreme = g.one_in(4); /* all nibbles at an end */
    for (auto &b : xb) b = extreme ? (uint8_t)(g.below(2) ? 0x88 : 0x77) : (uint8_t)g.next();
    for (auto &b : wb) b = extreme ? (uint8_t)(g.below(2) ? 0x88 : 0x78) : (uint8_t)g.next();
    copy_operands();
}

static void copy_operands()
{
    for (size_t i = 0; i < xb.size() * 2; i++) model.m->xb[i] = (int8_t)nibble(xb.data(), i);
    for (uint32_t k = 0; k < mach->WB_LINES; k++)
        for (uint32_t c = 0; c < mach->L; c++)
            for (uint32_t d = 0; d < mach->T; d++)
                model.m->wb[((k * (mach->T / 4) + d / 4) * mach->L + c) * 4 + d % 4] =
                    (uint8_t)(nibble(&wb[k * wb_bytes()], c * mach->T + d) + 8);
}

static const uint32_t BigScales = 8; /* CM lines at the start with scales that overflow */

/* Scales of any pattern, infinity or a bit beside it, or such as make numbers of most sums. */
static uint32_t scale_of(bool wild, uint32_t least, uint32_t most)
{
    if (wild && g.one_in(8))
        return g.below(2) << 31 | (0x7f800000 ^ (g.one_in(2) ? 0 : 1u << g.range(16, 30)));
    if (wild && g.one_in(2)) return g.below(2) ? (uint32_t)g.next() : g.below(4) << 29;
    return g.range(least, most) << 23 | g.below(0x800000) | (wild ? (uint32_t)g.below(2) << 31 : 0);
}

static void fill_metadata(bool wild)
{
    cm.resize(mach->CM_LINES * mach->L * 8);
    for (uint32_t i = 0; i < mach->CM_LINES * mach->L; i++) {
        const uint32_t scale = scale_of(wild,
                                        i < BigScales * mach->L ? 254
                                        : wild                  ? 1
                                                                : 113,
                                        i < BigScales * mach->L ? 254 : 119);
        const uint32_t sum = (uint32_t)g.next() >> (wild ? 0 : 18);
        memcpy(&cm[8 * i], &scale, 4);
        memcpy(&cm[8 * i + 4], &sum, 4);
        memcpy(&model.m->cm[i].scale, &scale, 4);
        model.m->cm[i].colsum = (int32_t)sum;
    }
    rm.resize(3 * mach->SM_ENTRIES);
    for (uint32_t i = 0; i < mach->SM_ENTRIES; i++) {
        const uint32_t scale = scale_of(wild, wild ? 1 : 113, 125),
                       rowsum = (uint32_t)g.next() >> 12;
        const int32_t corr = (int32_t)g.range(0, 391) - 255;
        memcpy(&model.m->rm[i].scale, &scale, 4);
        model.m->rm[i].corr = corr;
        model.m->rm[i].rowsum = (int32_t)rowsum;
        rm[3 * i] = scale;
        rm[3 * i + 1] = ((uint32_t)corr & 0x3ff) | rowsum << 10;
        rm[3 * i + 2] = rowsum >> 22;
    }
}

/* Nibble table: single rows, pairs, unused ones. @p wild: tokens beyond the memories, too. */
static void fill_table(bool wild)
{
    for (uint32_t i = 0; i < mach->RT_ENTRIES; i++) {
        const uint32_t token = wild && g.one_in(8) ? g.below(4096) : g.below(40);
        uint32_t kind = g.below(4) ? g.below(3) : 1;
        if (kind == 2 && i % mach->P == mach->P - 1) kind = wild && g.one_in(4) ? 2 : 1;
        model.m->nt[i] = (uint16_t)(kind << 14 | token);
        if (kind == 2 && i % mach->P != mach->P - 1) model.m->nt[++i] = (uint16_t)(3 << 14 | token);
    }
}

#endif
