/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file table.h
 * Schemes of a diffusion transformer side by side, over prompts and seeds, against f32.
 *
 * A picture is a prompt under noise of its own: with that of seed + k prompts + i begins prompt i under seed k.
 *
 * Predictions  The f32 network drives the sampler. At every evaluation, those of the empty prompt included, each
 *              scheme predicts on the same latent, time and text; all that the network gives is held against f32,
 *              signal and noise summed over evaluations and pictures. No scheme sees what it did wrong before.
 * Latents      Each scheme drives a sampler of its own from the same noise; the last latent is held against that of
 *              f32, signal and noise summed over the pictures.
 * Judged       What a classifier (judge.h) says of the pictures of these latents. It stands in for a reward model
 *              such as Image Reward and is none: it knows its own objects and backgrounds and nothing of taste.
 */
#ifndef STAMP_PAINT_TABLE_H
#define STAMP_PAINT_TABLE_H

#include "sim/net/netrun.h"
#include "sim/paint/folder.h"
#include "sim/paint/judge.h"
#include "sim/vision/schemes.h"

enum {
    STAMP_TABLE_HIGH = 8,
    STAMP_TABLE_ROWS = 1 + 2 * (2 + 5 * STAMP_TABLE_HIGH),
    STAMP_TABLE_SHEET = 4 /**< rows whose pictures are kept */
};

/** A row of the table. */
struct stamp_table_row {
    char name[112];
    bool f32;   /**< the network as it is: judged alone */
    bool sheet; /**< its pictures go on the sheet */
    struct stamp_scheme scheme;
    double act_bits; /**< average over the rows of a picture */
    struct stamp_noise predictions, latents;
    uint64_t objects,
        prompts;  /**< pictures whose object, whose object and background are as asked */
    double score; /**< sum of stamp_reward.score */
};

/** Set all before progress, but for row and rows; the rest from zero. */
struct stamp_table {
    const struct stamp_network *network;     /**< borrowed; stamp_network_paints */
    const struct stamp_paint_folder *folder; /**< the same */
    const struct stamp_judge *judge;         /**< the same; NULL: nothing is judged */
    struct stamp_netrun_options net;         /**< scheme and codes are set here; can BITS */
    struct stamp_scheme base; /**< weight bits, high bits, depth, symmetric of every row */
    enum stamp_quantizer quantizer;
    uint32_t high[STAMP_TABLE_HIGH]; /**< rows of 8 bits */
    size_t highs;                    /**< 1 or more */
    const char *const *prompt;
    size_t prompts;
    uint32_t seeds, steps; /**< of each prompt; of the sampler */
    uint64_t seed;         /**< of the first noise */
    float guidance;
    /** Told of evaluations done; may be NULL. */
    void (*progress)(uint64_t done, uint64_t total);
    struct stamp_table_row row[STAMP_TABLE_ROWS];
    size_t rows;
    /** Pictures of the first seed, by prompt, then by row that has sheet set; owned (stamp_table_free). */
    struct stamp_picture *picture;
    size_t columns; /**< such rows */
};

/**
 * Fill row[]: f32; without and with scales of 64 features 8 bits, 4 bits, and for every number of high rows 4 bits with
 * these rows under no transform, Haar, Haar in two dimensions (STaMP on pictures), WHT and DCT along the tokens. Those
 * with the same number of high rows have the same bits. On the sheet, with scales of whole rows: f32, 4 bits, and of
 * the first number no transform and Haar in two dimensions.
 * @return as stamp_plan_build
 */
enum stamp_status stamp_table_list(struct stamp_table *c, struct stamp_err *e);

/**
 * Fill in the figures. Words and objects of all prompts are looked up before anything runs.
 * @return as stamp_words_encode, stamp_judge_prompt, stamp_denoise, stamp_netrun_new, stamp_netrun_inputs
 */
enum stamp_status stamp_table_run(struct stamp_table *c, struct stamp_err *e);

/** Give the pictures back. */
void stamp_table_free(struct stamp_table *c);

#endif
