/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file axi.h
 * The pins of the machine's AXI4 port that decide when something happens, and what stands behind them.
 *
 * A memory is clocked once a cycle, with what the master drives in that cycle; what it drives itself comes out
 * of registers and changes at the edge alone.
 */
#ifndef STAMP_CLOCK_AXI_H
#define STAMP_CLOCK_AXI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** INCR bursts of full beats, one ID. Addresses as the memory counts them: its first byte is 0. */
struct stamp_clock_axi {
    /* driven by the master */
    uint64_t araddr, awaddr;
    uint8_t arlen, awlen; /**< beats, less one */
    bool arvalid, rready, awvalid, wvalid, wlast, bready;
    /* driven by the memory */
    bool arready, rvalid, rlast, awready, wready, bvalid;
};

enum { STAMP_CLOCK_IMAGE = 4096, STAMP_CLOCK_COUNTS = 16 };

/** A memory behind the pins. */
struct stamp_clock_memory {
    void *ctx;
    /** The edge: takes what the master drives, changes what the memory drives. */
    void (*edge)(void *ctx, struct stamp_clock_axi *pins);
    /** Edges to come in which, the master driving what it drives now, the memory's pins stay as they are
     *  and nothing but counting happens; beats taken behind each other, none of them a burst's last, are
     *  counting. 0 when unsure. */
    uint64_t (*still)(const void *ctx, const struct stamp_clock_axi *pins);
    /** The same as that many edges, no more than still() said. */
    void (*skip)(void *ctx, const struct stamp_clock_axi *pins, uint64_t cycles);
    /** All that decides when it answers from now on, counted from now: where that is the same, so are its pins, the
     *  master driving the same; addresses may be others, by multiples of 4 KiB. Written to @p room of
     *  STAMP_CLOCK_IMAGE bytes. @return how many, 0: it cannot be said. NULL: it never can */
    size_t (*image)(const void *ctx, uint8_t *room);
    /** So many cycles later, all counted from now as it is: a time between two images that are the same. */
    void (*shift)(void *ctx, uint64_t cycles);
    /** All that decides when it answers becomes that of an image, of STAMP_CLOCK_IMAGE bytes with what lies behind
     *  it; NULL: it cannot. */
    void (*restore)(void *ctx, const uint8_t *image);
    /** What it counts, @p n numbers of STAMP_CLOCK_COUNTS at most: whoever passes over cycles adds to them what it
     *  would. NULL: nothing */
    uint64_t *(*counts)(void *ctx, uint32_t *n);
};

#ifdef __cplusplus
}
#endif
#endif
