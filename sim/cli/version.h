/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file version.h
 * The kit's version; that of the machine's interface is ISA_MAJOR and ISA_MINOR of mach.def.
 */
#ifndef STAMP_CLI_VERSION_H
#define STAMP_CLI_VERSION_H

#define STAMP_VERSION "1.0.0"

#endif
