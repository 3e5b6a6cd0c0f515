/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file work.h
 * The work of a program for reports (model/energy/work.h).
 */
#ifndef STAMP_REPORT_WORK_H
#define STAMP_REPORT_WORK_H

#include "model/image/image.h"

struct cJSON;

/** Member "work" of @p object: amounts by the names of work.def in small letters; null where the program cannot be
 *  walked (it would stop on an error) or memory is out. @param arg  its arguments */
void stamp_put_work(struct cJSON *object, const struct stamp_image *image,
                    const struct stamp_entry *entry, const uint32_t arg[STAMP_ARGS]);

#endif
