/* SPDX-License-Identifier: Apache-2.0 */
/* work.c - the work of a program as JSON. Contract in work.h. */
#include "sim/report/work.h"

#include <cjson/cJSON.h>
#include <ctype.h>

#include "model/energy/work.h"
#include "model/mem.h"
#include "sim/report/json_out.h"

enum { KEY_BYTES = 32 };

void stamp_put_work(struct cJSON *object, const struct stamp_image *image,
                    const struct stamp_entry *entry, const uint32_t arg[STAMP_ARGS])
{
    uint64_t *times = stamp_alloc(entry->count, sizeof *times), work[STAMP_WORKS] = {0};
    struct stamp_err e;

    if (!times || stamp_work_times(image, entry, arg, times, &e)) {
        cJSON_AddNullToObject(object, "work");
        stamp_free(times);
        return;
    }
    stamp_work_add(image, entry, 0, entry->count, times, work);
    stamp_free(times);
    struct cJSON *o = cJSON_AddObjectToObject(object, "work");
    for (size_t i = 0; i < STAMP_WORKS; i++) {
        const char *name = stamp_work_info((enum stamp_work)i)->name;
        char key[KEY_BYTES] = {0};

        for (size_t c = 0; name[c] && c + 1 < sizeof key; c++)
            key[c] = (char)tolower((unsigned char)name[c]);
        stamp_put_count(o, key, work[i]);
    }
}
