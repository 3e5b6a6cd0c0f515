/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file paint_sample.h
 * A small diffusion model's folder and a small caption classifier, as files that a test may change. Used by
 * the tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_PAINT_SAMPLE_H
#define STAMP_TESTS_PAINT_SAMPLE_H

#include <stdbool.h>

#include "tests/compiler/front_samples.h"

enum {
    PAINT_VOCAB = 7, /* <pad> <start> blue fox on red small */
    PAINT_MOST = 6,
    PAINT_WIDTH = 4,
    PAINT_FACTOR = 2,
    PAINT_CHANNELS = 12,
    JUDGE_SIZE = 8,
    JUDGE_OBJECTS = 3,    /* red apple, fox, apple */
    JUDGE_BACKGROUNDS = 2 /* red, blue */
};

/** The files of the folder, in the order in which they are read. */
enum paint_file {
    PAINT_INDEX,
    PAINT_SCHEDULER,
    PAINT_ENCODER,
    PAINT_TENSORS,
    PAINT_WORDS,
    PAINT_VAE,
    PAINT_FILES
};

struct paint_sample {
    struct sample file[PAINT_FILES];
};

/** The sound folder, of SanaPipeline with the flow sampler. */
void paint_sample(struct paint_sample *p);
const char *paint_sample_path(enum paint_file file);

/** Put a text in a file's place. */
void paint_sample_say(struct paint_sample *p, enum paint_file file, const char *text);

/** Write to a folder that is there. */
bool paint_sample_write(const char *folder, const struct paint_sample *p);

/** The classifier's config.json, and its tensors with values of sample_weight, divided by 4. The
 *  tensors are larger than a sample: @p head has the header with the length in front, the numbers follow. */
void judge_sample(struct sample *config, struct sample *head);
bool judge_sample_write(const char *folder, const struct sample *config, const struct sample *head);

/** A folder of its own below /tmp; and away with it and what is in it, two folders deep. */
enum { PAINT_TEMP = 40 };
bool paint_temp(char path[PAINT_TEMP]);
void paint_temp_remove(const char *path);

/** Value @p i of tensor @p tensor of the classifier: 0 conv1.weight, 1 conv1.bias, 2 conv2.weight, ..., 6
 *  objects.weight, 7 its bias, 8 backgrounds.weight, 9. */
float judge_sample_value(unsigned tensor, size_t i);
size_t judge_sample_count(unsigned tensor);

#endif
