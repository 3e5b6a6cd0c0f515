/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file memories.h
 * Who gets a port of a scratchpad memory: banks of lines, tables, VM. Contents play no part.
 *
 * RTL twins rtl/mem/stamp_bank.sv, rtl/lib/stamp_table.sv, rtl/vec/stamp_vm.sv, held to them in
 *           tests/rtl/lib_tb.cpp.
 */
#ifndef STAMP_CLOCK_MEMORIES_H
#define STAMP_CLOCK_MEMORIES_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/** stamp_bank of one bank, or of two by the low bit of the line: whether a write of @p waddr is let in. */
static inline bool stamp_clock_bank_ready(bool two, bool re, uint32_t raddr, uint32_t waddr)
{
    return !re || (two && ((raddr ^ waddr) & 1));
}

/** stamp_table: the reader is always granted, a line is written word by word beside it. */
struct stamp_clock_table {
    uint8_t words;    /**< of a line */
    uint8_t word_log; /**< entries of a word, log2 */
    uint8_t pos;      /**< word of the line that is written next */
    bool kept_valid;
    uint32_t kept; /**< the word read last */
};

/** A table of entries of @p bits. */
void stamp_clock_table_init(struct stamp_clock_table *t, const struct stamp_mach *mach,
                            uint32_t bits);
void stamp_clock_table_reset(struct stamp_clock_table *t);

/** wr_ready in a cycle that reads @p entry if @p re. */
bool stamp_clock_table_ready(const struct stamp_clock_table *t, bool re, uint32_t entry);
void stamp_clock_table_edge(struct stamp_clock_table *t, bool re, uint32_t entry, bool wr_valid,
                            uint32_t line);

/** stamp_vm: four banks; priority of writes: drain, vector unit, load unit; of reads: vector unit, store unit. */
struct stamp_clock_vm_pins {
    bool mx_we, vw_valid, lw_valid, vr_re;                /**< in */
    uint16_t mx_addr, vw_addr, lw_addr, vr_addr, sr_addr; /**< in */
    bool vw_ready, lw_ready, sr_ready;                    /**< out */
};
static inline void stamp_clock_vm_see(struct stamp_clock_vm_pins *p)
{
    p->vw_ready = !(p->mx_we && !((p->mx_addr ^ p->vw_addr) & 3));
    p->lw_ready = !(p->mx_we && !((p->mx_addr ^ p->lw_addr) & 3)) &&
                  !(p->vw_valid && !((p->vw_addr ^ p->lw_addr) & 3));
    p->sr_ready = !(p->vr_re && !((p->vr_addr ^ p->sr_addr) & 3));
}

#ifdef __cplusplus
}
#endif
#endif
