/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file points.h
 * The points of functional coverage of a machine, derived from the tables of model/spec and from what dispatch
 * refuses: a new instruction, field, code or counter makes its points by itself. README.md says what each kind asks.
 */
#ifndef STAMP_TESTS_COVER_POINTS_H
#define STAMP_TESTS_COVER_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    COVER_FIELDS = 32, /**< of a format, at most */
    COVER_SETS = 160,  /**< instructions, and variants of them */
    COVER_PARTS = 96,  /**< lines PART and CASE of parts.def */
    COVER_ENUMS = 2,   /**< fields of a format whose codes have names, at most */
    COVER_CHANNELS = 5
};

/** What of a field is asked. */
#define COVER_EDGES(X)                                                                             \
    X(ZERO, "0")                                                                                   \
    X(ONE, "1")                                                                                    \
    X(ODD, "odd")                                                                                  \
    X(LAST, "last")                                                                                \
    X(BEYOND, "one beyond, refused")                                                               \
    X(UNALIGNED, "unaligned, refused")                                                             \
    X(SET, "set, refused")                                                                         \
    X(NEGATIVE, "negative")                                                                        \
    X(TINY, "subnormal")
enum cover_edge {
#define EDGE(name, text) COVER_##name,
    COVER_EDGES(EDGE)
#undef EDGE
        COVER_EDGE_COUNT
};

enum cover_kind { COVER_NUMBER, COVER_BIT, COVER_FLOAT };

struct cover_field {
    const struct stamp_field *f;
    uint32_t at;   /**< its place among the fields of the format */
    uint32_t step; /**< 1, or what its values are multiples of */
    enum cover_kind kind;
    bool count;                      /* has to be 1 or more */
    int32_t point[COVER_EDGE_COUNT]; /**< -1: not asked */
};

/** An instruction, with the fields every format has and reserved bits; or a variant of it, with its other fields. */
struct cover_set {
    const struct stamp_op *op;
    bool variant;
    uint64_t code[COVER_ENUMS]; /**< of a variant: its named fields */
    char name[40];
    struct cover_field field[COVER_FIELDS];
    uint32_t fields;
    int32_t part[COVER_PARTS]; /**< first point of each line of parts.def, -1: not of this set */
};

/** Neighbours in a unit: modes are its variants; where there is one only, what its one-bit fields make of it. */
struct cover_pairs {
    uint32_t first, modes, bits; /**< point of modes 0, 0; how many; one-bit fields that count */
    uint32_t set[COVER_SETS];    /**< of mode k >> bits */
};

/** What is asked of an AXI channel and of a unit's queue (handshake.cpp). */
#define COVER_CHANNEL(X)                                                                           \
    X(MOVES, "moves")                                                                              \
    X(AGAIN, "moves again at once")                                                                \
    X(WAITS, "valid waits for ready")                                                              \
    X(LONG, "valid waits 4 cycles for ready")                                                      \
    X(IDLE, "ready waits for valid")
#define COVER_QUEUE(X)                                                                             \
    X(FULL, "is full")                                                                             \
    X(REFILL, "is full, one leaves, the next comes at once")                                       \
    X(BOTH, "one comes and one leaves")                                                            \
    X(THROUGH, "one comes and leaves as soon as it can")                                           \
    X(UNIT, "the next waits for its unit")                                                         \
    X(SEMAPHORE, "the next waits for a semaphore, its unit idle")                                  \
    X(BEHIND, "the next waits for a semaphore, its unit at work")                                  \
    X(TAKES, "the next waits for semaphores that are there")
enum cover_channel {
#define NAME(name, text) COVER_AXI_##name,
    COVER_CHANNEL(NAME) COVER_CHANNEL_COUNT
};
enum cover_queue {
#undef NAME
#define NAME(name, text) COVER_QUEUE_##name,
    COVER_QUEUE(NAME) COVER_QUEUE_COUNT
#undef NAME
};

struct cover_points {
    const struct stamp_mach *mach;
    uint32_t count;
    char **name; /**< [count], each "class<TAB>what"; owned */
    struct cover_set set[COVER_SETS];
    uint32_t sets;
    struct cover_pairs pairs[STAMP_UNITS];
    uint32_t channel, queue, wake, held,
        stall;        /**< first points of each: COVER_CHANNELS, queues, pairs of units .. */
    uint32_t unknown; /**< an opcode without meaning */
    int32_t nameless[COVER_SETS]
                    [COVER_ENUMS];    /**< by the set of the instruction: a code without a name */
    int32_t other[COVER_SETS][16][4]; /**< codes that have names, together refused */
};

/** The named fields of a format, as places in it; -1: no such. */
const int *cover_enums(enum stamp_format format);

/** "last", "one beyond, refused", ... */
const char *cover_edge_text(enum cover_edge edge);

/** All points of @p mach; NULL when memory is out. */
struct cover_points *cover_points_new(const struct stamp_mach *mach);
void cover_points_free(struct cover_points *p);

/** The set of an instruction and that of its variant; false where its named fields together are refused. */
bool cover_find(const struct cover_points *p, const struct stamp_op *op, const union stamp_insn *i,
                uint32_t *whole, uint32_t *variant);

#ifdef __cplusplus
}
#endif
#endif
