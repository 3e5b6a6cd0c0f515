/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file path.h
 * Which of the processor's vector units compute. Every one gives the same bits.
 */
#ifndef STAMP_NUM_PATH_H
#define STAMP_NUM_PATH_H

#include <stdbool.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** From the narrowest to the widest, after the one that stands for the widest there is. */
enum stamp_path {
    STAMP_PATH_BEST,
    STAMP_PATH_PORTABLE, /**< C as the compiler makes it for any processor of the kind */
    STAMP_PATH_AVX2,
    STAMP_PATH_AVX512,
    STAMP_PATH_AMX, /**< products by AMX, the rest by AVX-512 */
    STAMP_PATHS
};

/** Whether this host can take a path. */
bool stamp_path_works(enum stamp_path path);

/** "portable", "avx2", "avx512-vnni", "amx-int8"; of BEST the one it stands for. */
const char *stamp_path_name(enum stamp_path path);

/**
 * From now on the whole process takes no wider path than @p path where it has a choice, and BEST stands
 * for it; BEST gives back what the host has. Not while another thread computes.
 * @return STAMP_EUNSUPPORTED, and nothing changes: this host cannot take it
 */
enum stamp_status stamp_path_use(enum stamp_path path, struct stamp_err *e);

/** Whether work without a path of its own may take this one: it works, and no narrower one is in use. */
bool stamp_path_may(enum stamp_path path);

#ifdef __cplusplus
}
#endif
#endif
