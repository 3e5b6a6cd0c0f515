/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file make.h
 * Building conformance vectors: programs as text, memory, and what the maker says must come of them.
 *
 * A mistake here (text that does not assemble, a program that ends otherwise than said) ends the
 * maker with a line. Expected bytes and counters are the C machine's; expected errors and their
 * instructions are said by hand.
 */
#ifndef STAMP_TESTS_CONFORMANCE_MAKE_H
#define STAMP_TESTS_CONFORMANCE_MAKE_H

#include "model/image/image.h"
#include "tests/conformance/devices.h"

/** Where things lie, from MK_BASE: addresses beyond 32 bits. */
#define MK_BASE UINT64_C(0x3000000000)
enum {
    MK_CODE = 0,
    MK_CODE_MAX = 1024, /* instructions */
    MK_CONST = 0x8000,  /* the window begins here */
    MK_OUT = 0x20000,
    MK_FREE = 0x3c000, /* what stores that fail may write to */
    MK_END = 0x40000,
    MK_MEMORY = 1 << 20, /* bytes: a network has to fit */
    MK_NAME = 64
};

/** Constants as lines of VM. */
struct mk_rows {
    uint64_t addr;
    uint32_t lines;
};

struct maker {
    const struct stamp_mach *mach;
    bool large;
    struct conform_model model;
    uint64_t memory;     /**< bytes */
    uint8_t *was, *want; /**< memory as the vector before left it; scratch */
    uint8_t *file;       /**< records so far */
    size_t bytes, room;
    uint32_t vectors;

    /* The chain, and the vector being built. */
    char chain[MK_NAME];
    bool reset;
    struct stamp_word code[MK_CODE_MAX];
    uint32_t count, fault; /**< instructions; the one that is to stop the machine */
    uint64_t code_at, win_lo, win_hi, free_bytes;
    uint32_t arg[STAMP_ARGS], watchdog;
    uint32_t longer;          /**< instructions the program is said to have beyond count */
    uint64_t data_at, out_at; /**< next free byte */
    struct mk_rows plain;     /**< a line of ordinary numbers, in every chain */
    uint64_t table;           /**< of mk_small: RT, then NT */
    int64_t x;                /**< value of X in the text of instructions */
};

/** Print and exit. */
void mk_die(const struct maker *m, const char *fmt, ...) STAMP_PRINTF(2, 3);

/** An empty vector with ordinary window, no arguments. */
void mk_begin(struct maker *m);

/** A new chain: its vectors begin with a reset. With @p poison its first vector writes odd values
 *  to every scratchpad. */
void mk_chain(struct maker *m, const char *name, bool poison);

/**
 * Append an instruction: printf, then assembly text in which {EXPRESSION} stands for its value: the
 * parameters of mach.def, X, PLAIN (m->plain), OUT and FREE (where stores may go), WINDOW and WINDOW_END,
 * numbers, + - * and / from left to right, * and / first. LOAD and STORE have n0=1 n1=1, VBFLY n1=1
 * unless given.
 */
void mk_line(struct maker *m, const char *fmt, ...) STAMP_PRINTF(2, 3);
void mk_word(struct maker *m, struct stamp_word word);
/** Text as a word, not appended. */
struct stamp_word mk_asm(struct maker *m, const char *text);

/** Value of an expression, as in braces. */
int64_t mk_value(const struct maker *m, const char *expression);

/** Constants: copied to the next free 64 bytes in the window. The address. */
uint64_t mk_data(struct maker *m, const void *bytes, size_t n);
/** Words of 32 bits, filled up to whole lines of VM with @p fill. */
struct mk_rows mk_words(struct maker *m, const uint32_t *word, size_t n, uint32_t fill);
/** Their first lines. */
struct mk_rows mk_part(struct mk_rows rows, uint32_t lines);
/** Entries of 16 bits (RT, NT), filled up to whole table lines with zeros. */
uint64_t mk_table(struct maker *m, const uint16_t *entry, size_t n);

/** Room for results, 64-byte aligned; comes round when it is used up. */
uint64_t mk_out(struct maker *m, size_t n);

/** LOAD of VM lines as F32, FENCE not included. */
void mk_load(struct maker *m, uint32_t line, struct mk_rows rows);
/** STORE of VM lines as bits, to new room. */
void mk_store(struct maker *m, uint32_t line, uint32_t lines);
void mk_fence(struct maker *m);

/** What comes next is to stop the machine. */
void mk_mark(struct maker *m);

/** HALT; the vector: legal, done, with counters. */
void mk_done(struct maker *m, const char *fmt, ...) STAMP_PRINTF(2, 3);
/** The same without HALT and without a promise that the program is legal. */
void mk_ends(struct maker *m, const char *fmt, ...) STAMP_PRINTF(2, 3);
/** The vector stops with @p error at the marked instruction. */
void mk_error(struct maker *m, enum stamp_error error, const char *fmt, ...) STAMP_PRINTF(3, 4);
/** A program a verifier has to refuse, for its marked instruction. */
void mk_refuse(struct maker *m, const char *fmt, ...) STAMP_PRINTF(2, 3);

/** xorshift64*, the same everywhere. */
uint32_t mk_random(uint64_t *state);

/** A legal instruction of each opcode over what mk_small wrote; text. */
const char *mk_example(enum stamp_opcode op);
/** VM lines 0 .. 59, a group of XB and its tables, weights and columns for it; FENCE. */
void mk_small(struct maker *m);

/** Every line of a memory from the same address: LOAD space=@p space, as often as it takes. */
void mk_fill(struct maker *m, const char *space, const char *lines, uint64_t addr);
/** An instruction over 0 .. @p end - 1, at most @p most at once: X is where it begins, field @p what
 *  how many it takes. */
void mk_over(struct maker *m, const char *text, int64_t end, int64_t most, const char *what);
/** The least of two expressions and a number. */
int64_t mk_least(const struct maker *m, const char *a, const char *b, int64_t c);

/** Constants and code of an image to memory, at their addresses; @p offset is added to the addresses of
 *  LOAD and STORE, which are sums, so that one summand moves a program. */
void mk_image(const struct stamp_image *image, uint8_t *memory, uint64_t offset);

/** The file: header and records. */
void mk_write(struct maker *m, const char *path);

/* The chains, a file each. */
void mk_poison(struct maker *m); /**< the vector that begins a chain */
void mk_values(struct maker *m);
void mk_quant(struct maker *m);
void mk_control(struct maker *m);
void mk_bounds(struct maker *m);
void mk_dispatch(struct maker *m);
void mk_faults(struct maker *m);
void mk_order(struct maker *m);
void mk_network(struct maker *m);
void mk_negative(struct maker *m);
void mk_random_programs(struct maker *m);

#endif
