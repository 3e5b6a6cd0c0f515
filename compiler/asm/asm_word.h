/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file asm_word.h
 * One instruction from the rest of a line; used by asm.c.
 */
#ifndef STAMP_ASM_WORD_H
#define STAMP_ASM_WORD_H

#include "compiler/asm/lex.h"
#include "model/spec/spec.h"

/** MNEMONIC field=value ... to the end of the line. The word is written only on success. */
enum stamp_status stamp_asm_line(struct stamp_lex *x, struct stamp_word *out);

#endif
