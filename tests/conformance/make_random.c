/* SPDX-License-Identifier: Apache-2.0 */
/* make_random.c - random legal programs (tests/cosim/gen.h), for the large set only. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/make.h"
#include "tests/cosim/gen.h"

enum { PROGRAMS = 10 };

static struct stamp_image *image_of(const struct maker *m, struct gen_program *p)
{
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    p->dram_base = MK_BASE;
    if (gen_image(p, &image, &e)) mk_die(m, "%s", e.text);
    if (image->dram_bytes > m->memory)
        mk_die(m, "a program needs %" PRIu64 " bytes", image->dram_bytes);
    return image;
}

/* Whether the C machine runs it without an error: what overflows cannot be known before. */
static bool runs(const struct maker *m, struct gen_program *p)
{
    struct stamp_image *image = image_of(m, p);
    struct stamp_machine *machine = stamp_machine_new(m->mach);
    struct stamp_memory memory = {calloc(1, (size_t)m->memory), m->memory, MK_BASE};
    struct stamp_retire last;

    if (!machine || !memory.bytes) mk_die(m, "out of memory");
    mk_image(image, memory.bytes, 0);
    stamp_machine_start(machine, memory, MK_BASE + image->code_addr, image->code_count, MK_BASE,
                        MK_BASE + image->dram_bytes);
    memcpy(machine->ctl.arg, image->arg, sizeof machine->ctl.arg);
    while (stamp_machine_step(machine, &last)) {}
    const bool ok = machine->ctl.done;
    stamp_machine_free(machine);
    stamp_image_free(image);
    free(memory.bytes);
    return ok;
}

/* Without the pieces that end in an error. */
static void settle(const struct maker *m, struct gen_program *p)
{
    for (uint32_t n = 1; n <= p->pieces; n++) {
        struct gen_program part = *p;
        part.pieces = n;
        if (!runs(m, &part)) gen_drop(p, --n);
    }
}

void mk_random_programs(struct maker *m)
{
    static struct gen_program p;

    mk_chain(m, "random", true);
    for (uint32_t seed = 1; seed <= PROGRAMS; seed++) {
        gen_make(m->mach, seed, UINT64_MAX, &p);
        settle(m, &p);
        struct stamp_image *image = image_of(m, &p);
        memset(m->model.memory.bytes, 0, (size_t)m->memory);
        mk_image(image, m->model.memory.bytes, 0);
        m->code_at = MK_BASE + image->code_addr;
        m->longer = image->code_count; /* the code is there */
        m->win_lo = MK_BASE;
        m->win_hi = MK_BASE + image->dram_bytes;
        memcpy(m->arg, image->arg, sizeof m->arg);
        mk_ends(m, "seed %" PRIu32, seed);
        stamp_image_free(image);
    }
}
