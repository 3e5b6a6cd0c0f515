/* SPDX-License-Identifier: Apache-2.0 */
/* phases.c - where the cycles of a run went. Contract in phases.h. */
#include "sim/report/phases.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#include "sim/report/counters.h"
#include "sim/report/json_out.h"

/* A line of a table: an instance, or the sum over those of one name. */
struct row {
    const char *name;
    uint32_t instances, times;
    uint64_t products;
    const struct stamp_phase_instance *at; /* of a sum: the first */
    struct stamp_run_result sum;           /* cycles and events */
};

static void add(struct row *row, const struct stamp_image *image,
                const struct stamp_phase_instance *i)
{
    row->name = image->phase[i->phase].name;
    row->products += i->products;
    if (!row->at) row->at = i;
    row->instances++;
    row->times += i->times;
    row->sum.cycles += i->cycles;
    for (size_t e = 0; e < STAMP_EVENTS; e++) row->sum.event[e] += i->event[e];
    row->sum.instructions = row->sum.event[STAMP_EV_INSNS];
}

static const char *name_of(const struct stamp_image *image, const struct stamp_run_result *r,
                           uint32_t i)
{
    return image->phase[r->instance[i].phase].name;
}

/* The sum over all instances with the name of the @p k-th; false if an earlier one has that name. */
static bool part(const struct stamp_image *image, const struct stamp_run_result *r, uint32_t k,
                 struct row *row)
{
    const char *name = name_of(image, r, k);

    memset(row, 0, sizeof *row);
    for (uint32_t i = 0; i < k; i++)
        if (!strcmp(name_of(image, r, i), name)) return false;
    for (uint32_t i = k; i < r->instances; i++)
        if (!strcmp(name_of(image, r, i), name)) add(row, image, &r->instance[i]);
    return true;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_row(struct cJSON *list, const struct stamp_image *image, const struct row *row,
                    bool timed)
{
    struct cJSON *o = stamp_put_object(list, NULL);

    stamp_put_text(o, "part", row->name);
    stamp_put_count(o, "times", row->times);
    if (timed)
        stamp_put_count(o, "cycles", row->sum.cycles);
    else
        cJSON_AddNullToObject(o, "cycles");
    stamp_put_count(o, "products", row->products);
    stamp_put_real(o, "utilization",
                   stamp_utilization(image->mach, row->products, row->sum.cycles));
    if (row->instances == 1) {
        stamp_put_count(o, "phase", row->at->phase);
        stamp_put_count(o, "iteration", row->at->iteration);
        if (timed && row->times == 1) stamp_put_count(o, "start", row->at->start);
    }
    stamp_put_events(o, &row->sum, timed);
}

void stamp_put_phases(struct cJSON *object, const struct stamp_image *image,
                      const struct stamp_run_result *r, bool timed)
{
    struct cJSON *o = stamp_put_object(object, "phases");
    struct cJSON *list = stamp_put_array(o, "instances");
    struct row row;

    for (uint32_t i = 0; i < r->instances; i++) {
        memset(&row, 0, sizeof row);
        add(&row, image, &r->instance[i]);
        put_row(list, image, &row, timed);
    }
    list = stamp_put_array(o, "parts");
    for (uint32_t i = 0; i < r->instances; i++)
        if (part(image, r, i, &row)) put_row(list, image, &row, timed);
}

/* ---- Text ----------------------------------------------------------------------------------- */

/* Columns of cycles: busy, then waits for semaphores, then other stalls. */
static const struct {
    const char *head;
    enum stamp_event event;
} column[] = {
    {"ldu", STAMP_EV_LDU_BUSY},    {"stu", STAMP_EV_STU_BUSY},     {"vxu", STAMP_EV_VXU_BUSY},
    {"mxu", STAMP_EV_MXU_BUSY},    {"array", STAMP_EV_MXU_ACTIVE}, {"ldu-w", STAMP_EV_LDU_WAIT},
    {"stu-w", STAMP_EV_STU_WAIT},  {"vxu-w", STAMP_EV_VXU_WAIT},   {"mxu-w", STAMP_EV_MXU_WAIT},
    {"ldu-axi", STAMP_EV_LDU_AXI}, {"stu-axi", STAMP_EV_STU_AXI},  {"vxu-vm", STAMP_EV_VXU_VM},
    {"drain", STAMP_EV_MXU_DRAIN},
};
enum { COLUMNS = sizeof column / sizeof column[0] };

static void text_head(struct stamp_text *t, const char *first, bool timed)
{
    stamp_text_add(t, "%-10s %5s", "part", first);
    if (timed) stamp_text_add(t, " %11s %6s", "cycles", "use %");
    stamp_text_add(t, " %13s %13s %11s %11s", "products", "macs", "loaded", "stored");
    for (int c = 0; c < COLUMNS && timed; c++) stamp_text_add(t, " %9s", column[c].head);
    stamp_text_add(t, "\n");
}

static void text_row(struct stamp_text *t, const struct stamp_image *image, const struct row *row,
                     uint32_t first, bool timed)
{
    const uint64_t *e = row->sum.event;

    stamp_text_add(t, "%-10s %5" PRIu32, row->name, first);
    if (timed)
        stamp_text_add(t, " %11" PRIu64 " %6.2f", row->sum.cycles,
                       100 * stamp_utilization(image->mach, row->products, row->sum.cycles));
    stamp_text_add(t, " %13" PRIu64 " %13" PRIu64 " %11" PRIu64 " %11" PRIu64, row->products,
                   e[STAMP_EV_MAC_USED], e[STAMP_EV_LOAD_BYTES], e[STAMP_EV_STORE_BYTES]);
    for (int c = 0; c < COLUMNS && timed; c++) stamp_text_add(t, " %9" PRIu64, e[column[c].event]);
    stamp_text_add(t, "\n");
}

void stamp_text_phases(struct stamp_text *text, const struct stamp_image *image,
                       const struct stamp_run_result *r, bool timed)
{
    struct row row;

    if (!r->instances) {
        stamp_text_add(text, "phases        none in this program\n");
        return;
    }
    if (timed)
        stamp_text_add(text, "cycles by unit: busy; -w waits for a semaphore; -axi, -vm, drain: "
                             "waits for memory, a port, the drain\n");
    text_head(text, "layer", timed);
    for (uint32_t i = 0; i < r->instances; i++) {
        memset(&row, 0, sizeof row);
        add(&row, image, &r->instance[i]);
        text_row(text, image, &row, row.at->iteration, timed);
    }
    stamp_text_add(text, "\n");
    text_head(text, "times", timed);
    for (uint32_t i = 0; i < r->instances; i++)
        if (part(image, r, i, &row)) text_row(text, image, &row, row.times, timed);
}
