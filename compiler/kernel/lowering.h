/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lowering.h
 * A graph on its way to a program: its steps with what their kernels decided, and places in memory.
 *
 * Repetitions of a block lie in DRAM one behind the other at equal distances; code is emitted for the first
 * inside a LOOP, and transfers into the block's region go through address register STAMP_REG_LAYER.
 */
#ifndef STAMP_KERNEL_LOWERING_H
#define STAMP_KERNEL_LOWERING_H

#include "compiler/kernel/attend.h"
#include "compiler/kernel/constants.h"
#include "compiler/kernel/conv.h"
#include "compiler/kernel/linear.h"
#include "compiler/kernel/spec.h"
#include "model/graph/steps.h"

/** What a part of a step works in. */
struct stamp_room {
    struct stamp_mach mach;      /**< the machine, or what of it is left beside others */
    uint32_t base[STAMP_SPACES]; /**< first line or entry of each memory */
    bool beside;                 /**< one order with the part before it (weave.h) */
};

/** A step and what its kernel knows of it. */
struct stamp_lstep {
    const struct stamp_gstep *s;
    struct stamp_room first, room; /**< of the kernel's first and of its emit */
    /* LINEARS */
    struct stamp_plan plan;
    struct stamp_linear l;
    uint64_t weights, columns; /**< packed bytes */
    uint64_t w_at, columns_at; /**< of the first repetition */
    struct stamp_mach less;    /**< the machine without what is done beside it */
    bool back;  /**< products go to z; the norm behind transforms them back, adds, and goes on */
    bool apart; /**< transform in passes of its own, post-processing too */
    struct stamp_place t, z, u; /**< apart: transformed input, output, output transformed back */
    /* NORM, GATHER, PREPEND, ADD */
    uint64_t gain, bias; /**< bias: LINEARS and NORM; 0 none */
    uint64_t over;       /**< LAYER: a line of 1 / columns */
    uint64_t mask; /**< LAYER of padded groups: a row of ones, zeros where nothing is; 0 none */
    struct stamp_place table;
    /* ATTEND */
    struct stamp_attend attend;
    /* DEPTHWISE */
    struct stamp_conv conv;
    bool
        beside; /**< its items are emitted among the products of the step before, as far as they go */
    uint64_t taps[2],
        tap_row; /**< weights of the first and the second, kernel^2 rows and a bias; bytes of a row */
};

enum { STAMP_EPS_MOST = 8 };

/** A line of an epsilon. */
struct stamp_eps_line {
    float eps;
    uint64_t addr;
};

struct stamp_lower {
    struct stamp_build *b;
    const struct stamp_net_spec *spec;
    const struct stamp_graph *g;
    const struct stamp_mach *mach;
    uint32_t L;
    uint32_t rows;                  /**< of values whose rows are the run's: spec->s, or 1 */
    bool decode;                    /**< the program is one row behind others */
    const char *prefix;             /**< of buffers: "", or "step." */
    const struct stamp_lower *like; /**< the program whose packed weights are used, or NULL */
    struct stamp_gsteps steps;      /**< owned; a decode program's are its like's */
    struct stamp_lstep *step;       /**< [steps] */
    struct stamp_place *place;      /**< [values]; row_bytes 0: not in memory */
    uint64_t ids;                   /**< token ids */
    uint64_t constants;
    struct stamp_eps_line eps[STAMP_EPS_MOST]; /**< other than that of the first norm */
    uint32_t epsilons;
    uint64_t *block_lo, *block_bytes; /**< [blocks] of the first repetition */
    uint32_t stay,
        stay_most; /**< VM lines, from the last down, of rows that stay there; at most (stay.h) */
};

/** The convolution of a DEPTHWISE step; its constants and values have their places when it is emitted.
 *  (k_depthwise.c) */
struct stamp_conv stamp_depthwise_conv(struct stamp_lower *n, const struct stamp_lstep *s);

/** Whether a NORM step reads heads one behind the other, as REDUCE counts them, and writes each from a line on: where these are
 *  longer than heads. Its rows are in DRAM. (places.c) */
bool stamp_norm_parts(const struct stamp_lower *n, const struct stamp_lstep *s);
/** VM lines that the rows of a NORM step need at least. (k_norm.c) */
uint32_t stamp_norm_lines(const struct stamp_lower *n, const struct stamp_lstep *s);

/** A step that does not fit beside others gets the whole machine; false: it had it. (share.c) */
bool stamp_lower_alone(struct stamp_lower *n, struct stamp_lstep *s);

/* places.c */

/** Rows of a value in this program. */
uint32_t stamp_lower_rows(const struct stamp_lower *n, uint32_t value);
struct stamp_layout stamp_lower_layout(const struct stamp_lower *n, uint32_t value);
/** Elements of a row of a value as it lies in memory. */
uint32_t stamp_lower_width(const struct stamp_lower *n, uint32_t value);
/** Values of one name share a place. */
const char *stamp_lower_place_name(const struct stamp_gvalue *v);
/** Where value @p v is read; rows that are picked are a part of another value. */
struct stamp_place stamp_lower_place(const struct stamp_lower *n, uint32_t v);
/** Address of a line of @p eps; laid when it is asked for first, which must be before code is emitted. */
uint64_t stamp_lower_eps(struct stamp_lower *n, float eps);
/** Address of an operand: of its value's row, or of parameter constant @p param. */
uint64_t stamp_lower_operand(const struct stamp_lower *n, uint32_t operand, uint64_t param);
/** @p count floats as they lie in DRAM. */
void stamp_put_floats(uint8_t *to, const float *x, size_t count);
/** A constant row of @p count elements, groups of unit padded; its address. */
uint64_t stamp_lower_vector(struct stamp_lower *n, const char *name, const float *x, size_t count,
                            uint32_t unit, uint32_t padded);
/** A constant matrix of binary32 rows. */
struct stamp_place stamp_lower_rows_const(struct stamp_lower *n, const char *name, const float *x,
                                          uint32_t rows, uint32_t cols);
/** "3.name" in a block, "name" outside: what a constant is called. @return @p text */
char *stamp_lower_name(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t time,
                       const char *name, char text[STAMP_NAME_MAX + 1]);
/** The numbers of operand @p i of node @p node, or NULL. */
const float *stamp_lower_vector_of(const struct stamp_lower *n, uint32_t node, uint32_t i,
                                   uint32_t time);

/** stamp_build_const, or, where shapes alone are compiled, stamp_build_hollow and NULL. */
uint8_t *stamp_lower_room(struct stamp_lower *n, const char *name, enum stamp_fmt fmt,
                          uint64_t bytes, uint64_t *at);

#endif
