/* SPDX-License-Identifier: Apache-2.0 */
/* signals.cpp - every port that sim/verilator/build.sh makes visible, by the list it prints (SIGNALS_DEF). */
#include VROOT_H

#include "sim/verilator/record.h"

std::vector<stamp_signal> stamp_signals(const void *root)
{
    const auto *r = static_cast<const VROOT *>(root);

    return {
#define SIGNAL(member, name, width) {name, width, &r->member},
#include SIGNALS_DEF
    };
}
