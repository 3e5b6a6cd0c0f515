/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file work.h
 * The work of a program, in the units energy is charged by: model/spec/work.def, counted.
 *
 * It follows from the instructions alone. Devices need not count it, and all have the same.
 */
#ifndef STAMP_ENERGY_WORK_H
#define STAMP_ENERGY_WORK_H

#include "model/image/image.h"

enum stamp_class {
#define CLASS(name, meaning) STAMP_CLASS_##name,
#include "model/spec/work.def"
    STAMP_CLASSES
};

enum stamp_work {
#define WORK(name, class, unit, meaning) STAMP_WORK_##name,
#include "model/spec/work.def"
    STAMP_WORKS
};

struct stamp_work_info {
    const char *name; /**< "LOAD_F32" */
    enum stamp_class class;
    const char *unit, *meaning;
};

const struct stamp_work_info *stamp_work_info(enum stamp_work w);

/** "ROWS8"; what it is. */
const char *stamp_class_name(enum stamp_class class);
const char *stamp_class_meaning(enum stamp_class class);

/** Add the work of @p insn, once executed, to @p work. */
void stamp_work_of(const struct stamp_mach *m, const struct stamp_op *op,
                   const union stamp_insn *insn, uint64_t work[STAMP_WORKS]);

/**
 * How often each instruction of an entry is executed with these arguments (NULL: the image's). The fields that
 * make work are changed by no register, so an instruction does the same each time.
 * @param times  [entry->count]; control instructions but FENCE and HALT stay 0
 * @return errors of stamp_walk_next
 */
enum stamp_status stamp_work_times(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, uint64_t *times, struct stamp_err *e);

/** Add the work of instructions first .. first + count - 1 of the entry, executed so often. */
void stamp_work_add(const struct stamp_image *image, const struct stamp_entry *entry,
                    uint32_t first, uint32_t count, const uint64_t *times,
                    uint64_t work[STAMP_WORKS]);

#endif
