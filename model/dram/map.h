/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file map.h
 * Where an address lies: channel, rank, group, bank, row, column.
 *
 * A map is a text of parts, the most significant bits of the address first. A part is a field
 *     ro row   ra rank   bg bank group   ba bank   co column command of a row   ch channel
 * and how many of its bits stand there: "rorabacobgch", or "ro ra ba co4 bg ch co1". A part without a number
 * takes the bits of its field that no other part has. Of a field in several parts, the last one has the low bits.
 * Every field's bits stand there exactly once. Below the map are the bytes of a column command.
 */
#ifndef STAMP_DRAM_MAP_H
#define STAMP_DRAM_MAP_H

#include "model/dram/params.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_dram_field {
    STAMP_DRAM_RO,
    STAMP_DRAM_RA,
    STAMP_DRAM_BG,
    STAMP_DRAM_BA,
    STAMP_DRAM_CO,
    STAMP_DRAM_CH,
    STAMP_DRAM_FIELDS
};

struct stamp_dram_map {
    uint8_t parts, access_log;
    struct {
        uint8_t field, low, width, at; /**< low: bit of the access number; at: bit of the field */
    } part[16];
};

/** @return STAMP_ERANGE with a line that says which field, STAMP_EFORMAT for a text that is no map */
enum stamp_status stamp_dram_map_read(struct stamp_dram_map *m, const struct stamp_dram_params *p,
                                      struct stamp_err *e);

/** Fields of a byte address; what is beyond the capacity begins again at 0. */
void stamp_dram_map_at(const struct stamp_dram_map *m, uint64_t addr,
                       uint32_t field[STAMP_DRAM_FIELDS]);

#ifdef __cplusplus
}
#endif
#endif
