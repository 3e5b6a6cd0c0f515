/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file schemes.h
 * Schemes of a network of pictures side by side: its linear layers one by one, and the whole of it.
 *
 * Of the linear layers: each gets the input it has in the f32 network; its product, without bias, is held
 * against the f32 product of that input with the weights as they are. What one layer does wrong is not counted in
 * those behind it. Layers of kind BODY only.
 * Of the whole: all such layers are quantized at once, and the last value is held against that of f32.
 */
#ifndef STAMP_SIM_VISION_SCHEMES_H
#define STAMP_SIM_VISION_SCHEMES_H

#include "sim/net/netrun.h"

enum { STAMP_SCHEMES_HIGH = 8, STAMP_SCHEMES_MAX = 2 * (2 + 5 * STAMP_SCHEMES_HIGH) };

/** A sum of squares of a reference and of what differs from it. */
struct stamp_noise {
    double signal, noise;
};

/** A row of the table. */
struct stamp_schemes_row {
    char name[112];
    struct stamp_scheme scheme;
    double act_bits;           /**< average over the rows of a picture */
    size_t agree;              /**< pictures whose first class is that of f32 */
    struct stamp_noise logits; /**< of all pictures */
    struct stamp_noise linear; /**< of the products of all linear layers and pictures */
    /** Mean of their SQNR over layers and pictures, dB; layers that read one value (q, k, v) count as one. */
    double mean_db;
};

/** Set network, net, base, high and highs; the rest from zero. */
struct stamp_schemes {
    const struct stamp_network *network; /**< borrowed; takes pictures */
    struct stamp_netrun_options net;     /**< of the whole network; scheme and codes are set here */
    struct stamp_scheme base; /**< weight bits (32: f32), high bits, sink, symmetric of every row */
    enum stamp_quantizer quantizer; /**< of weights of 4 and 8 bits, without calibration */
    /** Rows of 8 bits; highs 0: as many as the coarsest band of one 2-D level has, and token 0. */
    uint32_t high[STAMP_SCHEMES_HIGH];
    size_t highs, pictures;
    struct stamp_schemes_row row[STAMP_SCHEMES_MAX];
    size_t rows;
    uint64_t layers; /**< linear layers that are measured */
    /** Told of pictures and schemes done; may be NULL. */
    void (*progress)(uint64_t done, uint64_t total);
};

/** Fill row[] with names and schemes. @return STAMP_EUNSUPPORTED (no network of pictures) */
enum stamp_status stamp_schemes_list(struct stamp_schemes *c, struct stamp_err *e);

/**
 * Fill in the figures, over @p count PNG files.
 * @return as stamp_prepare_file, stamp_f32_rows, stamp_netrun_new, stamp_netrun_rows
 */
enum stamp_status stamp_schemes_run(struct stamp_schemes *c, const char *const *file, size_t count,
                                    struct stamp_err *e);

/** What the rows of such a table are called: "W4A4, haar, 64 rows, blocks of 64". */
void stamp_schemes_name(const struct stamp_scheme *q, char *text, size_t size);

/** Count the values @p y of a reference in. */
void stamp_noise_add(struct stamp_noise *a, size_t n, const float *ref, const float *y);

/** dB; infinite without noise. */
double stamp_noise_db(const struct stamp_noise *a);

#endif
