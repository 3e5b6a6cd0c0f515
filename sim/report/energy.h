/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file energy.h
 * Energy of a run for reports (model/energy/energy.h): by unit, by class of work, by part of the program and layer.
 */
#ifndef STAMP_REPORT_ENERGY_H
#define STAMP_REPORT_ENERGY_H

#include "model/energy/energy.h"
#include "model/text.h"
#include "sim/run/runtime.h"

struct cJSON;

/**
 * Add a run to @p sum.
 * @param entry   its program; @p arg its arguments, NULL: the image's
 * @param expect  cycles to charge where the device had no clock (@p timed false)
 * @param memory  the DRAM behind it, NULL: none
 * @return errors of stamp_energy_shares_of
 */
enum stamp_status stamp_energy_run(struct stamp_energy *sum, const struct stamp_image *image,
                                   const struct stamp_entry *entry, const uint32_t *arg,
                                   const struct stamp_run_result *r, uint64_t expect, bool timed,
                                   const struct stamp_dram_params *memory, struct stamp_err *e);

/** Member "energy" of @p object: library, machine, corner, volt, mhz, total_j, pj_per_mac, tops_per_watt, watt,
 *  complete, units{}, classes{} (joules), residual{}, left_out. */
void stamp_put_energy(struct cJSON *object, const struct stamp_energy *sum);

/** The same for people. */
void stamp_text_energy(struct stamp_text *text, const struct stamp_energy *sum);

/** Joules of each part and layer of a run cut into phases: array "layers" of @p object, {part, layer, j}; nothing where
 *  there are none. */
void stamp_put_energy_layers(struct cJSON *object, const struct stamp_energy_library *library,
                             const struct stamp_image *image, const struct stamp_run_result *r,
                             bool timed);

#endif
