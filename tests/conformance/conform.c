/* SPDX-License-Identifier: Apache-2.0 */
/* conform.c - reads conformance vectors and runs them on a machine. Contract in conform.h. */
#include "tests/conformance/conform.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WHY = 160, HEADER = 88, COUNTER = 24, RECORD = 73, LINES = 20 };

static bool fail(char why[WHY], const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(why, WHY, fmt, args);
    va_end(args);
    return false;
}

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* [addr, addr + bytes) lies in memory. */
static bool inside(const struct conform_file *f, uint64_t addr, uint64_t bytes)
{
    return addr >= f->base && addr - f->base <= f->memory && f->memory - (addr - f->base) >= bytes;
}

/* Printable characters up to the first zero, then zeros. */
static bool get_text(char *to, const uint8_t *p, size_t n)
{
    size_t len = 0;

    while (len < n && p[len]) {
        if (p[len] < ' ' || p[len] > '~') return false;
        len++;
    }
    for (size_t i = len; i < n; i++)
        if (p[i]) return false;
    memcpy(to, p, len);
    to[len] = 0;
    return len > 0;
}

bool conform_open(struct conform_file *f, const uint8_t *bytes, size_t size, char why[WHY])
{
    memset(f, 0, sizeof *f);
    if (size < HEADER || memcmp(bytes, "STAMPVEC", 8)) return fail(why, "not a file of vectors");
    if (get(bytes + 8, 4) != CONFORM_VERSION)
        return fail(why, "version %" PRIu64 ", this reader knows %d", get(bytes + 8, 4),
                    CONFORM_VERSION);
    f->bytes = bytes;
    f->size = size;
    f->base = get(bytes + 32, 8);
    f->memory = get(bytes + 40, 8);
    for (unsigned i = 0; i < 2; i++) {
        f->constant[i] = get(bytes + 48 + 8 * i, 8);
        f->out[i] = get(bytes + 64 + 8 * i, 8);
    }
    f->vectors = (uint32_t)get(bytes + 80, 4);
    f->counters = (uint32_t)get(bytes + 84, 4);
    f->at = (size_t)get(bytes + 12, 4);
    if (f->counters > CONFORM_COUNTERS || f->at != HEADER + COUNTER * f->counters || f->at > size ||
        !get_text(f->machine, bytes + 16, 16))
        return fail(why, "header is cut short or damaged");
    if (!f->memory || f->memory > CONFORM_MEMORY_MAX || f->base % 64 || f->memory % 64 ||
        f->base >> 40)
        return fail(why, "impossible memory: %" PRIu64 " bytes at 0x%" PRIx64, f->memory, f->base);
    for (uint32_t i = 0; i < f->counters; i++) {
        const uint8_t *p = bytes + HEADER + COUNTER * i;
        f->index[i] = (uint32_t)get(p, 4);
        if (f->index[i] >= CONFORM_COUNTERS || !get_text(f->counter[i], p + 4, COUNTER - 4))
            return fail(why, "counter %" PRIu32 " is damaged", i);
    }
    return true;
}

void conform_close(struct conform_file *f)
{
    free(f->run);
    f->run = NULL;
}

/* Every run of the record that ends at @p end, from @p at. */
static bool get_runs(struct conform_file *f, struct conform_vector *v, size_t at, size_t end,
                     char why[WHY])
{
    const uint32_t total = v->runs[0] + v->runs[1] + v->runs[2];

    free(f->run);
    f->run = calloc(total + 1u, sizeof *f->run);
    if (!f->run) return fail(why, "out of memory");
    v->run = f->run;
    for (uint32_t i = 0; i < total; i++) {
        const bool data = i < v->runs[0] + v->runs[1];
        struct conform_run *r = &f->run[i];
        if (end - at < 12) return fail(why, "%s: runs are cut short", v->name);
        r->addr = get(f->bytes + at, 8);
        r->bytes = get(f->bytes + at + 8, 4);
        at += 12;
        if (!inside(f, r->addr, r->bytes))
            return fail(why, "%s: run at 0x%" PRIx64 " leaves memory", v->name, r->addr);
        if (!data) continue;
        if (end - at < r->bytes) return fail(why, "%s: runs are cut short", v->name);
        r->data = f->bytes + at;
        at += (size_t)r->bytes;
    }
    return at == end || fail(why, "%s: bytes behind the last run", v->name);
}

/* A chain begins with a reset, and its name with what stands before the '/'. */
static bool check_chain(struct conform_file *f, const struct conform_vector *v, char why[WHY])
{
    char chain[CONFORM_NAME];
    const size_t n = strcspn(v->name, "/");

    memcpy(chain, v->name, n);
    chain[n] = 0;
    if (!v->name[n] || !n) return fail(why, "%s: the name has no chain", v->name);
    if (strcmp(chain, f->chain) && !(v->flags & (CONFORM_RESET | CONFORM_REFUSE)))
        return fail(why, "%s: a chain begins with a reset", v->name);
    memcpy(f->chain, chain, n + 1);
    return true;
}

int conform_next(struct conform_file *f, struct conform_vector *v, char why[WHY])
{
    const uint8_t *p = f->bytes + f->at;
    const size_t left = f->size - f->at;

    if (!f->vectors) return left ? (fail(why, "%zu bytes behind the last vector", left), -1) : 0;
    memset(v, 0, sizeof *v);
    const size_t bytes = left < RECORD ? 0 : (size_t)get(p, 4), name = left < RECORD ? 0 : p[72];
    if (bytes > left || bytes < RECORD + name || name >= CONFORM_NAME ||
        !get_text(v->name, p + RECORD, name) || strlen(v->name) != name)
        return fail(why, "%" PRIu32 " vectors from the end: cut short or damaged", f->vectors), -1;
    v->flags = (uint32_t)get(p + 4, 4);
    v->code_addr = get(p + 8, 8);
    v->win_lo = get(p + 16, 8);
    v->win_hi = get(p + 24, 8);
    v->code_count = (uint32_t)get(p + 32, 4);
    v->watchdog = (uint32_t)get(p + 36, 4);
    for (unsigned i = 0; i < CONFORM_ARGS; i++) v->arg[i] = (uint32_t)get(p + 40 + 4 * i, 4);
    v->status = (uint32_t)get(p + 56, 4);
    v->error_pc = (uint32_t)get(p + 60, 4);
    for (unsigned i = 0; i < 3; i++) v->runs[i] = (uint32_t)get(p + 64 + 2 * i, 2);
    size_t at = RECORD + name;
    if (v->flags & CONFORM_COUNTED) {
        v->counter = p + at;
        at += 8 * (size_t)f->counters;
    }
    if (get(p + 70, 2) || v->code_addr % 64 || at > bytes || v->flags > 15)
        return fail(why, "%s: damaged", v->name), -1;
    if (!check_chain(f, v, why) || !get_runs(f, v, f->at + at, f->at + bytes, why)) return -1;
    f->at += bytes;
    f->vectors--;
    return 1;
}

/* ---- Running ------------------------------------------------------------------------------------ */

struct runner {
    struct conform_file file;
    struct conform_vector v;
    const struct conform_device *device;
    uint8_t *want, *got, *any; /* memory as it has to be, as it is, and where it does not matter */
    bool astray;               /* memory is not as the vectors left it */
    char why[WHY];
};

static void put_runs(struct runner *r, const struct conform_run *run, uint32_t runs)
{
    for (uint32_t i = 0; i < runs; i++)
        memcpy(r->want + (run[i].addr - r->file.base), run[i].data, (size_t)run[i].bytes);
}

static bool check_end(struct runner *r, const struct conform_end *end)
{
    const struct conform_vector *v = &r->v;

    if (end->status != v->status)
        return fail(r->why,
                    "ended with error %" PRIu32 " at instruction %" PRIu32 ", expected %" PRIu32
                    " at %" PRIu32 " (0: done)",
                    end->status, end->error_pc, v->status, v->error_pc);
    if (v->status && end->error_pc != v->error_pc)
        return fail(r->why, "error %" PRIu32 " at instruction %" PRIu32 ", expected at %" PRIu32,
                    v->status, end->error_pc, v->error_pc);
    for (uint32_t i = 0; v->counter && i < r->file.counters; i++) {
        const uint64_t want = get(v->counter + 8 * (size_t)i, 8);
        const uint64_t got = end->counter[r->file.index[i]];
        if (got != want)
            return fail(r->why, "counter %s is %" PRIu64 ", expected %" PRIu64, r->file.counter[i],
                        got, want);
    }
    return true;
}

/* What follows takes memory as the machine left it where the vector does not say. */
static bool check_memory(struct runner *r)
{
    const struct conform_vector *v = &r->v;
    const struct conform_run *after = v->run + v->runs[0], *any = after + v->runs[1];

    memset(r->any, 0, (size_t)r->file.memory);
    put_runs(r, after, v->runs[1]);
    for (uint32_t i = 0; i < v->runs[2]; i++)
        memset(r->any + (any[i].addr - r->file.base), 1, (size_t)any[i].bytes);
    for (size_t i = 0; i < r->file.memory; i++) {
        if (r->any[i]) r->want[i] = r->got[i];
        if (r->got[i] == r->want[i]) continue;
        const size_t word = i & ~(size_t)3;
        return fail(r->why,
                    "byte 0x%" PRIx64 " is 0x%02x, expected 0x%02x (word 0x%08" PRIx64
                    ", expected 0x%08" PRIx64 ")",
                    r->file.base + i, r->got[i], r->want[i], get(r->got + word, 4),
                    get(r->want + word, 4));
    }
    return true;
}

static bool run_one(struct runner *r)
{
    const struct conform_device *d = r->device;
    struct conform_end end = {0};
    const bool reset = r->v.flags & CONFORM_RESET;
    const char *said = NULL;

    if (reset) memset(r->want, 0, (size_t)r->file.memory);
    if (!reset && r->astray) { /* a vector failed: go on from where it should have ended */
        const struct conform_run all = {r->file.base, r->file.memory, r->want};
        said = d->load(d->ctx, false, &all, 1);
    }
    put_runs(r, r->v.run, r->v.runs[0]);
    if (!said) said = d->load(d->ctx, reset, r->v.run, r->v.runs[0]);
    if (!said) said = d->start(d->ctx, &r->v);
    if (!said) said = d->wait(d->ctx, &end);
    if (!said) said = d->read(d->ctx, r->file.base, r->got, (size_t)r->file.memory);
    if (said)
        fail(r->why, "%s", said);
    else if (check_end(r, &end) && check_memory(r))
        return r->astray = false, true;
    put_runs(r, r->v.run + r->v.runs[0], r->v.runs[1]);
    r->astray = true;
    return false;
}

/* A line for the chain that is over, if any of it was run. */
static void chain_over(FILE *out, const char *name, struct conform_result *sum,
                       struct conform_result *total)
{
    if (sum->passed + sum->failed)
        fprintf(out, "  %-12s %5" PRIu32 " vectors, %" PRIu32 " failed\n", name,
                sum->passed + sum->failed, sum->failed);
    total->passed += sum->passed;
    total->failed += sum->failed;
    *sum = (struct conform_result){0};
}

static int run_all(struct runner *r, const char *chain, FILE *out, struct conform_result *total)
{
    struct conform_result sum = {0};
    char now[CONFORM_NAME] = "";
    int more;

    while ((more = conform_next(&r->file, &r->v, r->why)) > 0) {
        if (strcmp(now, r->file.chain)) chain_over(out, now, &sum, total);
        memcpy(now, r->file.chain, sizeof now);
        if (r->v.flags & CONFORM_REFUSE || (chain && strcmp(chain, now))) continue;
        if (run_one(r)) {
            sum.passed++;
        } else if (++sum.failed + total->failed <= LINES) {
            fprintf(out, "%s: %s\n", r->v.name, r->why);
        }
    }
    chain_over(out, now, &sum, total);
    return more;
}

bool conform_run(const uint8_t *bytes, size_t size, const char *chain,
                 const struct conform_device *d, FILE *out, struct conform_result *result)
{
    struct runner r = {.device = d};
    int end = -1;

    *result = (struct conform_result){0};
    if (conform_open(&r.file, bytes, size, r.why)) {
        r.want = calloc(1, (size_t)r.file.memory);
        r.got = calloc(1, (size_t)r.file.memory);
        r.any = calloc(1, (size_t)r.file.memory);
        if (r.want && r.got && r.any)
            end = run_all(&r, chain, out, result);
        else
            fail(r.why, "out of memory");
    }
    if (end) fprintf(out, "%s\n", r.why);
    free(r.want);
    free(r.got);
    free(r.any);
    conform_close(&r.file);
    return end == 0;
}
