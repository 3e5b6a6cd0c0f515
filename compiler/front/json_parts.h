/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file json_parts.h
 * The gate in pieces, shared by json.c (whole texts) and json_members.c (member by member) only.
 */
#ifndef STAMP_FRONT_JSON_PARTS_H
#define STAMP_FRONT_JSON_PARTS_H

#include "compiler/front/json.h"

/** What no JSON may have inside, whatever its form: a zero byte, bytes that are no UTF-8, \u0000.
 *  @return STAMP_EFORMAT */
enum stamp_status stamp_json_text(const char *name, const char *text, size_t len,
                                  struct stamp_err *e);

/** cJSON over a text that passed: one value and nothing behind it.
 *  @param end  out, on STAMP_EFORMAT: the byte near which it is none
 *  @return STAMP_EFORMAT, STAMP_ENOMEM */
enum stamp_status stamp_json_parse(const char *name, const char *text, size_t len,
                                   struct cJSON **out, size_t *end, struct stamp_err *e);

#endif
