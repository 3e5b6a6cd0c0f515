/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file specgen_rows.h
 * Of specgen: the tables it prints in more than one form, as rows. What a table has no column for is "" or 0.
 */
#ifndef STAMP_SPEC_SPECGEN_ROWS_H
#define STAMP_SPEC_SPECGEN_ROWS_H

#include "model/spec/mach.h"

struct row {
    const char *name, *kind, *unit, *meaning;
    unsigned code;
};
static const struct row errors[] = {
#define ERROR(name, code, meaning) {#name, "", "", meaning, code},
#include "model/spec/error.def"
};
static const struct row events[] = {
#define EVENT(name, kind, unit, meaning) {#name, #kind, #unit, meaning, STAMP_EV_##name},
#include "model/spec/event.def"
};
static const struct row regs[] = {
#define REG(name, offset, access, meaning) {#name, #access, "", meaning, offset},
#include "model/spec/regs.def"
};
static const struct row units[] = {
#define UNIT(name, code, meaning) {#name, "", "", meaning, code},
#include "model/spec/isa.def"
};
static const struct row spaces[] = {
#define SPACE(name, code, line, meaning) {#name, "", line, meaning, code},
#include "model/spec/isa.def"
};
static const struct row fmts[] = {
#define FMT(name, code, meaning) {#name, "", "", meaning, code},
#include "model/spec/isa.def"
};
static const struct row kinds[] = {
#define KIND(name, code, meaning) {#name, "", "", meaning, code},
#include "model/spec/isa.def"
};
static const struct row fns[] = {
#define FN(set, name, code, meaning) {#set "_" #name, "", "", meaning, code},
#include "model/spec/isa.def"
};
static const struct row fixed[] = {
#define FIXED(name, value, meaning) {#name, "", "", meaning, value},
#include "model/spec/mach.def"
};
static const struct row params[] = {
#define PARAM(name, meaning) {#name, "", "", meaning, 0},
#include "model/spec/mach.def"
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#endif
