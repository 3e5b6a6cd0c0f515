/* SPDX-License-Identifier: Apache-2.0 */
/* json_out.c - numbers into JSON. Contract in json_out.h. */
#include "sim/report/json_out.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void stamp_put_real(struct cJSON *object, const char *key, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.9g", value);
    if (isfinite(value))
        cJSON_AddRawToObject(object, key, text);
    else
        cJSON_AddNullToObject(object, key);
}

void stamp_put_count(struct cJSON *object, const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    cJSON_AddRawToObject(object, key, text);
}

void stamp_put_text(struct cJSON *object, const char *key, const char *text)
{
    cJSON_AddStringToObject(object, key, text);
}

struct cJSON *stamp_put_object(struct cJSON *parent, const char *key)
{
    if (key) return cJSON_AddObjectToObject(parent, key);
    struct cJSON *item = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(parent, item)) cJSON_Delete(item);
    return item;
}

struct cJSON *stamp_put_array(struct cJSON *object, const char *key)
{
    return cJSON_AddArrayToObject(object, key);
}
