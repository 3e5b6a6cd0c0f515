/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_quant.h
 * The flags of the weights' quantizer, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_QUANT_H
#define STAMP_CLI_ARGS_QUANT_H

#include "compiler/token/tokenizer.h"
#include "compiler/quant/qmodel.h"
#include "sim/cli/args.h"

struct stamp_args_quant {
    enum stamp_quantizer quantizer;
    const char *calib, *cache; /**< files, or NULL */
    size_t tokens;             /**< of calibration */
    bool any;                  /**< one of the flags was given */
};

extern const struct argp
    stamp_argp_quant; /**< input: struct stamp_args_quant, set to the default */

/** RTN; 4096 tokens of calibration. */
struct stamp_args_quant stamp_args_quant_default(void);

/** Flags that do not go together; called at ARGP_KEY_END. */
error_t stamp_args_quant_check(const struct stamp_args_quant *a);

/** The codes of a model as the flags say, with progress; stamp_qmodel_free. @param m borrowed */
enum stamp_status stamp_args_qmodel(const struct stamp_args_quant *a, unsigned bits,
                                    unsigned head_bits, uint32_t block,
                                    const struct stamp_network *m, const struct stamp_tokenizer *t,
                                    struct stamp_qmodel **out, struct stamp_err *e);

/** "rtn", "gptq on 4096 tokens": at most @p size bytes. */
void stamp_args_quant_text(const struct stamp_args_quant *a, char *text, size_t size);

#endif
