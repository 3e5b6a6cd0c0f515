/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file attn.h
 * Parts of attention, shared by prefill and decode: rows of queries against one block of keys.
 */
#ifndef STAMP_KERNEL_ATTN_H
#define STAMP_KERNEL_ATTN_H

#include "compiler/kernel/attend.h"
#include "compiler/kernel/constants.h"

enum { STAMP_ATTN_SLOTS = 16 }; /**< heads under way at most */

/** Places of everything; [2]: buffers that take turns; [SLOTS]: a head has its own while it is under way. */
struct stamp_attn_plan {
    struct stamp_attend *n;
    uint32_t R,
        SL; /**< rows at once, 2 R a multiple of P, whole lines of L or less than one; lines of a block's scores */
    uint32_t live;  /**< rows of these that hold queries: R, in decode those of a key head */
    uint32_t slots; /**< heads under way; set before the plan is made, 0: two */
    uint32_t s[2], q[2], ob[2], sv[2], a[2];                                /**< VM lines */
    uint32_t o[STAMP_ATTN_SLOTS], m[STAMP_ATTN_SLOTS], l[STAMP_ATTN_SLOTS]; /**< VM lines */
    uint32_t mb, table, gain, eps;                                          /**< VM lines */
    uint32_t xq[STAMP_ATTN_SLOTS], rmq[STAMP_ATTN_SLOTS];
    uint32_t xp[2], rmp[2], smq, smp, cm[2], cm_one;
    uint32_t kk, vk; /**< keys of K, of V loaded at once: whole records, or a part of one */
    uint32_t places; /**< of them at most; set before the plan is made, 0: two */
    uint32_t k_places, v_places; /**< that half of WB holds of them: two, or one */
    float scale;
    uint32_t vm_end, xb_end, rm_end; /**< lines of VM and XB, entries of RM it takes */
    /* Rows of queries and results in DRAM. */
    uint64_t q_pitch, out_pitch; /**< bytes from row to row */
    uint32_t rope_rep;           /**< rows that share a row of the table, 0: all */
    uint32_t lim_step;           /**< keys that one row sees more than the row before */
    /* What lies where: tags plus 1. */
    uint32_t wb_k, wb_v; /**< first WB lines of keys and of values */
    uint64_t in_k[2], in_v[2], in_cm[2], in_sv[2];
    uint32_t k_turn, v_turn, cm_turn, sv_turn;
};

/** Address registers of a block of keys whose number is known at run time; all 0: none. */
struct stamp_attn_regs {
    uint32_t keys, lim; /**< records of operands; elements seen */
};

/** One item of work. */
struct stamp_attn_item {
    uint32_t t0, h, kb;      /**< first row; query head; block of keys */
    uint32_t kv;             /**< key-value head */
    uint64_t q_dram, o_dram; /**< first row of queries and results */
    uint32_t q_vm, o_vm; /**< their first VM line plus 1 where they stay there, and no DRAM; or 0 */
    uint32_t rows;       /**< results to store */
    int32_t lim;         /**< keys of the block the first row sees */
    uint32_t nk; /**< keys of the block that some row sees: whole records, or whole groups of one */
    bool first, last; /**< block of its head */
    uint32_t head;    /**< heads before it: picks q; modulo slots xq, m, l, o */
    uint32_t index;   /**< items before it: picks s, xp */
    struct stamp_attn_regs reg;
};

/** Largest plan of at most @p rows and at least @p fewest rows (0: any); false (with a sticky error that names
 *  the memory) when none fits. */
bool stamp_attn_plan_rows(struct stamp_attn_plan *a, struct stamp_attend *n, uint32_t rows,
                          uint32_t fewest);
/** Whether so many rows fit, with @p more VM lines behind them; the plan is made. *end: lines it takes without
 *  those. */
bool stamp_attn_plan_exact(struct stamp_attn_plan *a, struct stamp_attend *n, uint32_t rows,
                           uint32_t more, uint32_t *end);
/** Lines of a scalar of every row. */
uint32_t stamp_attn_scalars(const struct stamp_attn_plan *a);
/** Row and nibble tables of so many rows. */
void stamp_attn_tables(const struct stamp_attn_plan *a, uint32_t rows);
/** VM line of the scales of an item's values. */
uint32_t stamp_attn_value_scales(struct stamp_attn_plan *a, const struct stamp_attn_item *i);
/** Tables that stay: rows, nibbles, the column of ones, gains. */
void stamp_attn_constants(struct stamp_attn_plan *a);
/** The parts, in the order in which one item needs them. */
void stamp_attn_query(struct stamp_attn_plan *a, const struct stamp_attn_item *i);
void stamp_attn_product(struct stamp_attn_plan *a, const struct stamp_attn_item *i);
/** Weights @p v times the scales of their values at line @p sv, as operands @p x. */
void stamp_attn_weights(struct stamp_attn_plan *a, uint32_t x, struct stamp_vec v, uint32_t sv);
void stamp_attn_softmax(struct stamp_attn_plan *a, const struct stamp_attn_item *i);
void stamp_attn_sum(struct stamp_attn_plan *a, const struct stamp_attn_item *i);
/** The item's share of the result; @p end: the last block, divide and store. */
void stamp_attn_finish(struct stamp_attn_plan *a, const struct stamp_attn_item *i, bool end);

#endif
