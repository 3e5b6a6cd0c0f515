/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_cases.h
 * Of ldu_tb: what memory and the index table hold, random loads, and loads that fail. What comes of them the bench
 * computes apart from this.
 */
#ifndef STAMP_TESTS_RTL_LDU_CASES_H
#define STAMP_TESTS_RTL_LDU_CASES_H

/* Part 0: finite as bf16 and f32. Part 1: finite as f32. Part 2: anything. Part 3: errors. Part 4:
 * entries of the index table, which holds others of their kind. */
static void fill()
{
    for (uint64_t i = 0; i < 4 * Part; i += 2) {
        uint16_t v = (uint16_t)g.next();
        const bool high = i % 4 == 2, part1 = i / Part == 1;
        if ((v & 0x7f80) == 0x7f80 && i / Part != 2 && (high || !part1)) v ^= 0x0100;
        if (part1 && !high && g.one_in(4)) v |= 0x7f80;
        memcpy(&mem[i], &v, 2);
    }
    index_high = g.one_in(2) ? 0 : g.next() % (1ull << 32) / 64 * 64;
    for (uint64_t i = 4 * Part; i < Size; i += 4) {
        const uint32_t v = (uint32_t)(index_high + g.below(64));
        memcpy(&mem[i], &v, 4);
    }
    for (uint32_t &v : it_memory) v = (uint32_t)(index_high + g.below(64));
    table = it_memory;
    dram->faults.clear();
    move_memory();
    win_lo = Base;
    win_hi = Base + Size;
}

/* Rows of one part, in the order of the table. Base and products pass 2^40 on their way. */
static void make_gather(transfer &t)
{
    const uint64_t part = (t.dram - Base) / Part * Part, row64 = (t.row_bytes() + 63) / 64 * 64;

    if (t.rows() > mach.IT) t.n1 = 1;
    t.gather = 1;
    t.d1 = 0;
    t.d0 = 64 * g.below((Part - row64) / 63 / 64 + 1);
    t.dram = Base + part + 64 * g.below((Part - 63 * t.d0 - row64) / 64 + 1);
    t.dram = (t.dram - index_high * t.d0) % (1ull << 40);
    const uint64_t room = mach.IT - t.rows();
    t.it = g.one_in(4) ? room : g.below(room + 1);
}

static transfer random_load(uint64_t max_beats)
{
    static const uint64_t spaces[] = {VM, VM, VM, WB, CM, RT, NT, IT, IT};
    const uint64_t space = spaces[g.below(9)];
    const uint64_t fmt = space != VM ? (uint64_t)RAW : g.below(3);
    const uint64_t part = space == IT ? 4 : fmt == RAW ? 2 : fmt == F32 ? 1 : 0;
    transfer t = random_transfer(g, space, fmt, part, max_beats);

    if (space == VM && g.one_in(2)) make_gather(t);
    return t;
}

/* Beyond the table, or a row that leaves the window. */
static void break_gather(transfer &t)
{
    switch (g.below(4)) {
    case 0: t.it = mach.IT - t.rows() + 1 + (g.one_in(2) ? 0 : g.below(100)); break;
    case 1: t.n0 = t.n1 = 4095, t.lstride = 0; break;
    case 2: t.it = 4095; break;
    default:
        t.d0 = t.d0 ? t.d0 : 64;
        it_memory[t.it + g.below(t.rows())] ^= 1u << (14 + g.below(18));
        table = it_memory;
    }
}

/* A transfer that fails, mostly; the expectation finds out how. */
static transfer bad_load()
{
    transfer t = random_load(100);
    const uint64_t kind = g.below(6);

    if (kind == 5 || (kind < 2 && t.gather)) {
        t = random_transfer(g, VM, F32, 1, 100);
        make_gather(t);
        break_gather(t);
    } else if (kind == 0)
        break_range(g, t);
    else if (kind == 1)
        break_window(g, t);
    else {
        const bool numeric = kind == 2;
        const uint64_t space = numeric ? (uint64_t)VM : t.space;
        t = random_transfer(g, space, space == VM ? F32 + g.below(2) : (uint64_t)RAW, 3, 100);
        const uint64_t at = t.row_addr(g.below(t.rows())) - Base + g.below(t.row_bytes() / 4) * 4;
        const uint64_t e = at + (t.fmt == BF16 && g.one_in(2) ? 0 : 2);
        if (numeric)
            mem[e] |= 0x80, mem[e + 1] |= 0x7f;
        else if (space == IT) /* what it writes before stays of use */
            t.dram = Base + 4 * Part, t.d0 = t.d1 = 0,
            dram->faults.push_back(
                {4 * Part + g.below(t.row_bytes()), 4 * Part + t.row_bytes(), true, false});
        else
            dram->faults.push_back({at, at + 1, true, false});
    }
    return t;
}

#endif
