/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file params.h
 * What a DRAM is: its numbers, presets with their sources, files, and the rules all of them keep.
 */
#ifndef STAMP_DRAM_PARAMS_H
#define STAMP_DRAM_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STAMP_DRAM_MAP = 64,    /**< bytes of an address map */
    STAMP_DRAM_NAME = 32,   /**< bytes of a preset's name */
    STAMP_DRAM_MHZ = 1250,  /**< accelerator clock when nobody says another */
    STAMP_DRAM_FILE = 65536 /**< bytes of a file, at most */
};

/** Numbers by the names of keys.def. Timings are in clocks of the memory. */
struct stamp_dram_params {
#define KEY(name, lo, hi, meaning) uint32_t name;
#define TIMING(name, lo, meaning)  uint32_t name;
#include "model/dram/keys.def"
    char map[STAMP_DRAM_MAP];   /**< address map, see map.h */
    char name[STAMP_DRAM_NAME]; /**< of the preset, or of the one a file began with */
};

/** One number of a preset: @p clocks, or @p ps in clocks if that is more. */
struct stamp_dram_fact {
    const char *preset, *key;
    uint64_t ps, clocks;
    const char *source;
};

struct stamp_dram_preset {
    const char *name, *what, *map;
};

extern const struct stamp_dram_preset stamp_dram_presets[]; /**< ends with a NULL name */
extern const struct stamp_dram_fact stamp_dram_facts[];     /**< ends with a NULL preset */

/** What is known of a key: its place in keys.def is @p index; false behind the last. */
struct stamp_dram_key {
    const char *name, *meaning;
    uint32_t lo, hi;
    bool timing;
    size_t offset; /**< in struct stamp_dram_params */
};
bool stamp_dram_key_at(size_t index, struct stamp_dram_key *key);
uint32_t stamp_dram_value(const struct stamp_dram_params *p, const struct stamp_dram_key *key);

/** Clocks of @p clock_khz that @p ps take: rounded up, but tREFI, which is a most, down. */
uint64_t stamp_dram_clocks(const char *key, uint64_t ps, uint32_t clock_khz);

/** Sets a number by its name; false: there is no such key. */
bool stamp_dram_put(struct stamp_dram_params *p, const char *key, uint64_t value);

/** Preset of that name in any case of letters, at STAMP_DRAM_MHZ; false: there is none. */
bool stamp_dram_preset(const char *name, struct stamp_dram_params *p);

/**
 * Numbers from a text of lines `key = value`; # begins a comment. `base = NAME` comes first and starts from a
 * preset (without it all keys have to be given). Checked by stamp_dram_check.
 * @param name  stands for the file in messages, which say the line
 * @return STAMP_EFORMAT a line that cannot be read, STAMP_ERANGE a number or a rule, STAMP_OK
 */
enum stamp_status stamp_dram_parse(const char *name, const char *text, struct stamp_dram_params *p,
                                   struct stamp_err *e);

/** Whether they keep every rule; the line says the first that is broken and its values. */
enum stamp_status stamp_dram_check(const struct stamp_dram_params *p, struct stamp_err *e);

/** Bytes per second of all channels' data pins. */
uint64_t stamp_dram_peak(const struct stamp_dram_params *p);

/** A plain memory like it, for estimates: cycles of an idle read, beats of @p axi_bytes per 256 cycles. */
void stamp_dram_plain(const struct stamp_dram_params *p, uint32_t axi_bytes, uint32_t *latency,
                      uint32_t *rate);

#ifdef __cplusplus
}
#endif
#endif
