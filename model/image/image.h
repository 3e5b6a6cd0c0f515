/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file image.h
 * A program image: everything a machine needs to run a compiled program, and what a host needs to
 * give it input and take its output.
 *
 * How a host runs an image
 * 1. Get dram_bytes of zeroed memory; copy every segment to its address and the code (32 bytes an
 *    instruction, little endian) to code_addr.
 * 2. Fill each INPUT buffer: row r starts at addr + r * row_bytes; element c follows at c * 4 (F32)
 *    or c * 2 bytes (BF16). What lies behind the cols elements of a row stays zero: the machine
 *    reads whole lines.
 *    RAW buffers are bytes as the program wants them.
 * 3. Start the machine with the program of an entry (first * 32 bytes behind code_addr, count
 *    instructions), the window [0, dram_bytes) and the arguments. STATE buffers keep what they hold
 *    from one start to the next.
 * 4. Read each OUTPUT buffer in the same layout; what lies behind its cols elements is padding.
 *
 * File: header, section table, sections, all little endian, without a gap. Each section and the
 * header with the table carry a CRC-32 (docs in image_file.c). A reader accepts only what
 * stamp_image_check accepts.
 */
#ifndef STAMP_IMAGE_IMAGE_H
#define STAMP_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/arena.h"
#include "model/spec/spec.h"
#include "model/status.h"

enum {
    STAMP_NAME_MAX = 63,             /**< bytes of a name, without the terminator */
    STAMP_SCHEME_MAX = 1023,         /**< bytes of the scheme text */
    STAMP_IMAGE_ITEMS_MAX = 1 << 12, /**< buffers, segments, layers, phases: each at most */
    STAMP_IMAGE_ENTRIES_MAX = 256,
    STAMP_IMAGE_CODE_MAX = 1 << 26 /**< instructions */
};

/** STATE: zero at first, then kept from run to run; loads need no store before them. */
enum stamp_role { STAMP_INPUT, STAMP_OUTPUT, STAMP_CONST, STAMP_TEMP, STAMP_STATE, STAMP_ROLES };

/** A named piece of DRAM; buffers are disjoint. CONST and RAW ones are one row of bytes. */
struct stamp_buffer {
    char name[STAMP_NAME_MAX + 1];
    enum stamp_role role;
    enum stamp_fmt fmt;  /**< of the elements */
    uint64_t addr;       /**< bytes, multiple of 64 */
    uint64_t bytes;      /**< rows * row_bytes <= bytes, multiple of 64 */
    uint64_t rows, cols; /**< elements in use; cols * element size <= row_bytes */
    uint64_t row_bytes;  /**< from row to row, multiple of 64 */
};

/** Constant data; segments are disjoint, rising, and each lies inside one CONST buffer. */
struct stamp_segment {
    uint64_t addr, bytes; /**< multiples of 64 */
    uint8_t *data;
};

/** What a layer of the program computes. */
struct stamp_layer_info {
    char name[STAMP_NAME_MAX + 1];
    uint64_t s, d, n;
    uint64_t products; /**< 4x4-bit products it needs, numerics.md section 11 */
};

/** One of the programs an image holds. They follow each other in code, each at an even index (64
 *  bytes); a NOP fills the gap. Loops and error indices count from first. */
struct stamp_entry {
    char name[STAMP_NAME_MAX + 1];
    uint32_t first, count;
};

/** A part of a program, for reports: instructions first .. first + count - 1 of an entry (counted
 *  from the entry's first). Phases rise and are disjoint; what lies between them belongs to none. */
struct stamp_phase {
    char name[STAMP_NAME_MAX + 1]; /**< several may share it */
    uint32_t entry, first, count;
    uint64_t products; /**< 4x4-bit products it needs each time it runs, below 2^63 */
    bool per_key; /**< at arg[0] of the image: they are for arg[0] + 1 keys, and a run at another
                        *   position has others */
};

struct stamp_image {
    struct stamp_arena *arena; /**< owns everything below */
    uint8_t *file; /**< NULL, or the bytes of the file in which the segments lie, owned */
    const struct stamp_mach *mach;
    struct stamp_word *code;
    uint32_t code_count;
    struct stamp_entry *entry; /**< the first is the default */
    uint32_t entries;          /**< 1 or more */
    uint32_t arg[STAMP_ARGS];  /**< arguments the programs are verified and by default run with */
    uint64_t code_addr;        /**< multiple of 64; code lies in no buffer */
    struct stamp_buffer *buffer;
    uint32_t buffers;
    struct stamp_segment *segment;
    uint32_t segments;
    struct stamp_layer_info *layer;
    uint32_t layers;
    struct stamp_phase *phase;
    uint32_t phases;
    uint64_t dram_bytes; /**< multiple of 64, below 2^40: the end of the window is an address */
    char *scheme;        /**< free text about the scheme, printable */
};

/** An empty image for @p mach with its own arena, or NULL when memory is out. */
struct stamp_image *stamp_image_new(const struct stamp_mach *mach);

/** NULL is allowed. */
void stamp_image_free(struct stamp_image *image);

/** STAMP_OK when the image is one a machine may run; STAMP_EFORMAT and a line that says what is
 *  wrong. What the code words say is stamp_image_check_code's and verify.h's affair. */
enum stamp_status stamp_image_check(const struct stamp_image *image, struct stamp_err *e);

/** Whether dispatch would refuse an instruction by its fields alone (isa.md section 3), executed or not.
 *  A file may hold such words; the verifier refuses a program that reaches one.
 *  @return STAMP_EFORMAT naming the first */
enum stamp_status stamp_image_check_code(const struct stamp_image *image, struct stamp_err *e);

/** All the code as one entry "main". False when memory is out. */
bool stamp_image_single(struct stamp_image *image);

/** The entry of that name (NULL: the first), or NULL. */
const struct stamp_entry *stamp_image_entry(const struct stamp_image *image, const char *name);

/** DRAM address of an entry's first instruction. */
uint64_t stamp_image_entry_addr(const struct stamp_image *image, const struct stamp_entry *entry);

/** The buffer of that name, or NULL. */
const struct stamp_buffer *stamp_image_buffer(const struct stamp_image *image, const char *name);

/** The buffer that holds [addr, addr + bytes), or NULL. */
const struct stamp_buffer *stamp_image_buffer_at(const struct stamp_image *image, uint64_t addr,
                                                 uint64_t bytes);

/** Constant bytes [addr, addr + bytes), or NULL when no segment holds them all. */
const uint8_t *stamp_image_bytes(const struct stamp_image *image, uint64_t addr, uint64_t bytes);

/** Sum of products over the linear layers. */
uint64_t stamp_image_products(const struct stamp_image *image);
/** Products that phase @p p needs in one pass, with @p position in argument 0. */
uint64_t stamp_image_phase_products(const struct stamp_image *image, const struct stamp_phase *p,
                                    uint32_t position);
/** Products that a run of @p entry needs, numerics.md section 11: those of its phases as often as LOOPs repeat
 *  them; of a program without phases those of the layers. What every report of use divides. */
uint64_t stamp_image_needed(const struct stamp_image *image, const struct stamp_entry *entry,
                            uint32_t position);

/** Bytes of an element in DRAM: 4, 2 or (RAW) 1. */
uint32_t stamp_fmt_bytes(enum stamp_fmt fmt);

/** "INPUT", ...; "?" for a number without meaning. */
const char *stamp_role_name(enum stamp_role role);

/** Whether @p name may name a buffer, layer or entry: 1 to STAMP_NAME_MAX printable ASCII characters
 *  without space, quote, semicolon and backslash. */
int stamp_image_name_ok(const char *name);

/** The file's bytes, owned by the caller (stamp_free). The image must pass stamp_image_check. */
enum stamp_status stamp_image_encode(const struct stamp_image *image, uint8_t **bytes,
                                     size_t *count, struct stamp_err *e);

/** The image in @p bytes; STAMP_EFORMAT for anything but a whole, intact, legal image. */
enum stamp_status stamp_image_decode(const uint8_t *bytes, size_t count, struct stamp_image **out,
                                     struct stamp_err *e);

/** The same with a file; written atomically (outfile.h). */
enum stamp_status stamp_image_write(const struct stamp_image *image, const char *path,
                                    struct stamp_err *e);
enum stamp_status stamp_image_read(const char *path, struct stamp_image **out, struct stamp_err *e);

/** CRC-32 (reflected, polynomial 0xedb88320) of @p n bytes, going on from @p crc (0 to start). */
uint32_t stamp_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
