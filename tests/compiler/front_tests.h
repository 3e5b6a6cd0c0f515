/* SPDX-License-Identifier: Apache-2.0 */
/** @file front_tests.h  The test cases of the front end's suite, one per file. */
#ifndef STAMP_TESTS_FRONT_TESTS_H
#define STAMP_TESTS_FRONT_TESTS_H

#include <check.h>
#include <stddef.h>

#include "tests/compiler/front_samples.h"

TCase *stamp_tcase_npy(void);
TCase *stamp_tcase_npy_types(void);
TCase *stamp_tcase_blocks(void);
TCase *stamp_tcase_gguf_split(void);
TCase *stamp_tcase_safetensors(void);
TCase *stamp_tcase_models(void);
TCase *stamp_tcase_tokenizer(void);
TCase *stamp_tcase_gguf(void);
TCase *stamp_tcase_reference(void);
TCase *stamp_tcase_keys_values(void);

/** Path of a test's own file, removed with its folder at the end of the process; static buffer of
 *  the last four calls. */
const char *front_temp(const char *name);

/** Write bytes to a path, or fail the test. */
void front_write(const char *path, const struct sample *s);

/** Path of a file of the shared real data, or NULL after a loud line that the test is skipped. */
const char *front_shared(const char *file);

#endif
