/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file state.h
 * What a machine holds: the state that the instructions of isa.md read and write, and who hears of
 * the writes. Everything an instruction may touch, and no more.
 */
#ifndef STAMP_INSN_STATE_H
#define STAMP_INSN_STATE_H

#include "model/dispatch/dispatch.h"
#include "model/spec/activity.h"
#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Quantizer state of a row or block. */
struct stamp_sm {
    float lo, hi;   /**< range; after VQPAR inverse scale and scale */
    int32_t zero;   /**< 0 .. 255 */
    int32_t rowsum; /**< sum of x' */
};

/** Row metadata for the drain. */
struct stamp_rm {
    float scale;
    int32_t corr; /**< ox - zero, -255 .. 136 */
    int32_t rowsum;
};

/** Column metadata. */
struct stamp_cm {
    float scale;
    int32_t colsum;
};

/**
 * A write to a memory. addr: VM, WB, CM, RT, NT, IT, AC, PB a line (PB: the whole line after the
 * write), SM, RM an entry, XB line * P + row, DRAM a byte address (one AXI beat). data: the line as in memory, little endian; XB: L nibbles;
 * SM: {lo, hi, zero, rowsum} and RM: {scale, corr, rowsum} as 32-bit words. Borrowed.
 */
typedef void stamp_write_fn(void *ctx, enum stamp_space space, uint64_t addr, const void *data,
                            size_t bytes);

/** Memory behind the AXI port. Owned by the host. */
struct stamp_memory {
    uint8_t *bytes;
    uint64_t size;
    uint64_t base; /**< address of bytes[0] */
};

struct stamp_machine {
    const struct stamp_mach *mach;
    struct stamp_memory dram;
    uint64_t code_addr, win_lo, win_hi;
    uint32_t code_count;

    struct stamp_dispatch ctl; /* ctl.arg: set by the host after stamp_machine_start */
    uint32_t sem[STAMP_SEMAPHORES];
    enum stamp_error error;
    uint32_t error_pc;

    /* Memories, one element per stored number; nibbles unpacked to signed bytes. */
    float *vm;           /* [VM_LINES][L] */
    int8_t *xb;          /* [XB_LINES][P][L] */
    uint8_t *wb;         /* [WB_LINES][T / 4][L][4] nibble + 8: quads of depth (insn/mm_plane.h) */
    struct stamp_cm *cm; /* [CM_LINES][L] */
    uint16_t *rt, *nt;
    uint32_t *it; /* [IT_ENTRIES] */
    int8_t *pb;   /* [PB_LINES][L][T] as WB lies in DRAM: column major, nibbles */
    struct stamp_sm *sm;
    struct stamp_rm *rm;
    uint32_t *ac; /* [AC_LINES][L] bits */

    uint64_t event[STAMP_EVENTS]; /* VALUE events only */
    uint64_t activity[STAMP_ACTIVITIES];
    uint16_t *wb_live;    /* [WB_LINES] of each line as written: codes that are not 0 */
    uint8_t *wb_last;     /* the WB line last read, as in wb */
    uint8_t *vm_live;     /* [VM_LINES] words that are not 0 */
    uint16_t *xb_live;    /* [XB_LINES] codes other than -8, */
    uint8_t *xb_row_live; /* [XB_LINES][P] and of each row */

    stamp_write_fn *on_write; /* NULL: nobody listens */
    void *on_write_ctx;
};

#ifdef __cplusplus
}
#endif
#endif
