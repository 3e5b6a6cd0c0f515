/* SPDX-License-Identifier: Apache-2.0 */
/* cover.c - points of runs, and their file. Contract in cover.h. */
#include "tests/cover/cover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "tests/cover/cover_parts.h"

struct cover *cover_new(const struct stamp_mach *mach)
{
    struct cover *c = stamp_alloc(1, sizeof *c);

    if (!c) return NULL;
    c->p = cover_points_new(mach);
    if (c->p) c->now = stamp_alloc(c->p->count, sizeof *c->now);
    if (c->p) c->all = stamp_alloc(c->p->count, sizeof *c->all);
    if (c->now && c->all) return c;
    cover_free(c);
    return NULL;
}

void cover_free(struct cover *c)
{
    if (!c) return;
    cover_points_free(c->p);
    stamp_free(c->now);
    stamp_free(c->all);
    stamp_free(c);
}

void cover_begin(struct cover *c)
{
    if (!c) return;
    memset(c->now, 0, c->p->count * sizeof *c->now);
    memset(&c->clocks, 0, sizeof c->clocks);
    memset(c->last, 0, sizeof c->last);
    c->has_pending = false;
}

static void settle(struct cover *c)
{
    for (uint32_t k = 0; c->has_pending && k < c->pendings; k++) cover_hit(c, c->pending[k]);
    c->has_pending = false;
}

void cover_insn(void *ctx, const struct stamp_machine *m)
{
    struct cover *c = ctx;

    if (!c) return;
    settle(c); /* the one before was executed */
    cover_classify(c, m);
    c->has_pending = true;
}

void cover_end(struct cover *c, enum stamp_error error, const uint64_t event[STAMP_EVENTS])
{
    uint32_t stall;

    if (!c) return;
    if (c->has_pending && c->expected == error) settle(c);
    stall = c->p->stall;
    for (int e = 0; e < STAMP_EVENTS; e++) {
        if (stamp_event_kind((enum stamp_event)e) != STAMP_EVENT_STALL) continue;
        if (event && event[e]) cover_hit(c, stall);
        stall++;
    }
    for (uint32_t k = 0; k < c->p->count; k++) c->all[k] += c->now[k];
    c->runs++;
    cover_begin(c);
}

const struct cover_points *cover_points_of(const struct cover *c)
{
    return c->p;
}

bool cover_reached(const struct cover *c, int32_t point)
{
    return c->all[point] != 0;
}

uint64_t cover_runs(const struct cover *c)
{
    return c->runs;
}

static uint64_t hash(const struct cover_points *p)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (uint32_t k = 0; k < p->count; k++)
        for (const char *s = p->name[k];; s++) {
            h = (h ^ (uint8_t)(*s ? *s : '\n')) * UINT64_C(0x100000001b3);
            if (!*s) break;
        }
    return h;
}

enum stamp_status cover_write(const struct cover *c, const char *path, struct stamp_err *e)
{
    char fresh[4096];
    FILE *f;

    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return stamp_fail(e, STAMP_EIO, "%s: name too long", path);
    f = fopen(fresh, "w");
    if (!f) return stamp_fail(e, STAMP_EIO, "%s: %s", fresh, strerror(errno));
    fprintf(f, "stamp-cover 1 %s %" PRIu32 " %" PRIu64 " %016" PRIx64 "\n", c->p->mach->name,
            c->p->count, c->runs, hash(c->p));
    for (uint32_t k = 0; k < c->p->count; k++)
        fprintf(f, "%" PRIu64 "\t%s\n", c->all[k], c->p->name[k]);
    fprintf(f, "end %" PRIu32 "\n", c->p->count);
    const bool bad = ferror(f);
    if (fclose(f) || bad || rename(fresh, path)) {
        remove(fresh);
        return stamp_fail(e, STAMP_EIO, "%s: not written: %s", path, strerror(errno));
    }
    return STAMP_OK;
}
