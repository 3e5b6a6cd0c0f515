/* SPDX-License-Identifier: Apache-2.0 */
/* see.c - names of a network's tensors. Contract in see.h. */
#include "model/net/see.h"

const char *const stamp_see_name[STAMP_SEES] = {
    [STAMP_SEE_EMBEDDING] = "embedding",
    [STAMP_SEE_NORM_ATT] = "norm_att",
    [STAMP_SEE_Q] = "q",
    [STAMP_SEE_K] = "k",
    [STAMP_SEE_V] = "v",
    [STAMP_SEE_ATTENTION] = "attention",
    [STAMP_SEE_RESIDUAL_ATT] = "residual_att",
    [STAMP_SEE_NORM_FFN] = "norm_ffn",
    [STAMP_SEE_HIDDEN] = "hidden",
    [STAMP_SEE_RESIDUAL_FFN] = "residual_ffn",
    [STAMP_SEE_NORM] = "norm",
    [STAMP_SEE_LOGITS] = "logits",
};
