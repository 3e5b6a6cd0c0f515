/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file zip_samples.h
 * Small archives and pictures, built byte by byte without the kit's code (CRC and deflate are
 * zlib's). Used by the tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_ZIP_SAMPLES_H
#define STAMP_TESTS_ZIP_SAMPLES_H

#include <stdbool.h>

#include "tests/compiler/front_samples.h"

enum { ZIP_PARTS = 32 };

/** A member of an archive. */
struct zip_part {
    const char *name;
    const void *bytes;
    size_t len;
    bool deflated;
    bool wide; /**< its sizes stand in zip64 extras, in front of it and in the directory */
};

/** Offsets that a test may want to change. */
struct zip_places {
    size_t local[ZIP_PARTS],
        entry[ZIP_PARTS]; /**< of the member's record in front of it and in the directory */
    size_t end;           /**< of the record behind the directory */
};

enum { ZIP_LOCAL = 30, ZIP_ENTRY = 46, ZIP_END = 22 /* bytes of the records */ };

/** @param wide  with a zip64 record and its locator  @param at  may be NULL  @pre count <= ZIP_PARTS */
void sample_zip(struct sample *s, const struct zip_part *part, size_t count, bool wide,
                struct zip_places *at);

/** a: 2 x 3 of 1 .. 6, <f4, stored. b: the same, >i8 in Fortran order, deflated. c: -2 and 0.5,
 *  <f2, deflated. d: 3 x 1 x 2 x 1, <f8, stored, of zip64. And a text, "notes". */
void sample_npz(struct sample *s, struct zip_places *at);

/** 9 x 6 pixels, RGB; byte i of its rows is sample_png_byte(i). */
void sample_png(struct sample *s);
unsigned char sample_png_byte(size_t i);

/** 8 x 3 pixels of 2 bits of a palette of three colours, interlaced. */
void sample_png_palette(struct sample *s);

/** Set the CRCs of the chunks of a picture right, as far as its lengths lead. */
void sample_png_sign(struct sample *s);

#endif
