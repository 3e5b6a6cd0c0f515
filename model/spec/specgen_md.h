/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file specgen_md.h
 * What specgen prints into documents: tables of model/spec in Markdown.
 */
#ifndef STAMP_SPEC_SPECGEN_MD_H
#define STAMP_SPEC_SPECGEN_MD_H

/** Print table @p what: isa, mach, rule, event, regs, error, cycles. 0, or 1 for another name. */
int specgen_table(const char *what);

/** NULL, or the opcode whose rows of cycles.def are not of its format or leave a case out. */
const char *specgen_check_cycles(void);

#endif
