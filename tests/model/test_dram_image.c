/* SPDX-License-Identifier: Apache-2.0 */
/* test_dram_image.c - where the image of a memory without rows comes again, all that follows does: at other addresses, so
 * many cycles later, with the counts of what was not run added. */
#include <check.h>
#include <string.h>

#include "model/mem.h"
#include "tests/model/dram_rig.h"

Suite *stamp_suite_dram_image(void);

enum { PERIODS = 24, LATER = 5 };

/* A traffic of @p edges edges that is drawn again from the same seed, @p moved bytes further. */
struct again {
    struct dram_rig rig;
    struct dram_master master;
    uint64_t edges, stream;
};

/* @return a digest of when it answers */
static uint64_t period(struct again *a, uint64_t moved)
{
    struct stamp_clock_axi *p = &a->rig.pins;
    uint64_t digest = 0;

    a->master.rnd = rnd_start(a->stream);
    a->master.last = a->master.idle = 0;
    for (uint64_t i = 0; i < a->edges; i++) {
        if (i >= a->edges - 300 && a->stream % 2) a->master.idle = 2; /* what is under way ends */
        dram_master_drive(&a->master, p);
        const bool last = p->rlast;
        p->araddr += moved;
        p->awaddr += moved;
        const struct stamp_plain_did did = dram_rig_edge(&a->rig);
        p->araddr -= moved;
        p->awaddr -= moved;
        dram_master_see(&a->master, p, last, &did);
        if (did.r_shown || did.b_shown) digest = (digest ^ (4 * i + did.r_shown)) * 0x100000001b3;
    }
    return digest;
}

static void begin(struct again *a, const struct stamp_dram_params *p, uint64_t stream)
{
    memset(a, 0, sizeof *a);
    a->stream = stream;
    a->edges = stream % 3 ? 999 : 1000; /* 333 MHz: a whole number of clocks, or not */
    a->master = (struct dram_master){
        .span = (uint64_t)1 << 20, .axi_bytes = 8u << stream % 4, .writes = 40, .pause = 2};
    dram_rig_new(&a->rig, p, NULL, a->master.axi_bytes);
    a->rig.pins.rready = a->rig.pins.bready = true;
}

/* What the master will do, but for where it last asked. */
static bool same_master(const struct again *a, const struct dram_master *m)
{
    const struct dram_master *b = &a->master;

    return b->idle == m->idle && b->reads_out == m->reads_out && b->writes_out == m->writes_out &&
           b->w_left == m->w_left && b->w_bursts == m->w_bursts;
}

/* The model of @p a, LATER periods later without having run them. */
static struct stamp_dram_model *passed(const struct again *a, const struct stamp_dram_counts *from)
{
    const size_t bytes = stamp_dram_bytes(&a->rig.model->p);
    struct stamp_dram_model *m = stamp_alloc(1, bytes);
    struct stamp_clock_memory memory = stamp_dram_memory(m);
    const uint64_t *before = &from->reads;
    uint32_t n;

    memcpy(m, a->rig.model, bytes);
    uint64_t *count = memory.counts(memory.ctx, &n);
    ck_assert_uint_eq(n * sizeof *count, sizeof *from);
    ck_assert_uint_le(n, STAMP_CLOCK_COUNTS);
    for (uint32_t i = 0; i < n; i++) count[i] += (count[i] - before[i]) * LATER;
    memory.shift(memory.ctx, a->edges * LATER);
    return m;
}

/* @p m goes on as the model that ran. */
static void goes_on(struct again *a, struct stamp_dram_model *m, uint64_t moved)
{
    struct again *own = stamp_alloc(1, sizeof *own);

    m->watch = NULL;
    *own = *a;
    own->rig.model = m;
    for (int i = 0; i < 2; i++) {
        period(a, moved);
        period(own, moved);
        ck_assert_uint_eq(own->rig.beats, a->rig.beats);
        ck_assert_uint_eq(own->rig.r_at, a->rig.r_at);
        ck_assert_uint_eq(own->rig.b_at, a->rig.b_at);
        ck_assert_uint_eq(m->now, a->rig.model->now);
        ck_assert(!memcmp(&m->counts, &a->rig.model->counts, sizeof m->counts));
    }
    stamp_free(own);
}

/* @return whether an image came again */
static bool comes_again(struct again *a)
{
    uint8_t image[STAMP_CLOCK_IMAGE], before[STAMP_CLOCK_IMAGE];
    size_t bytes = 0;

    for (uint64_t i = 0; i < PERIODS; i++) {
        const struct dram_master master = a->master;
        const struct stamp_dram_counts counts = a->rig.model->counts;
        const struct stamp_clock_axi pins = a->rig.pins;
        memcpy(before, image, bytes);
        const size_t was = bytes;
        const uint64_t answers = period(a, i * 4096);
        bytes = stamp_dram_image(a->rig.model, image);
        if (!was || bytes != was || memcmp(image, before, bytes) || !same_master(a, &master) ||
            pins.rvalid != a->rig.pins.rvalid || pins.bvalid != a->rig.pins.bvalid)
            continue;
        struct stamp_dram_model *m = passed(a, &counts);
        for (uint64_t k = 1; k <= LATER; k++) ck_assert_uint_eq(period(a, (i + k) * 4096), answers);
        goes_on(a, m, (i + LATER + 1) * 4096);
        stamp_free(m);
        return true;
    }
    return false;
}

static void variant(struct stamp_dram_params *p, uint64_t stream)
{
    ck_assert(stamp_dram_preset("ideal", p));
    if (stream % 5 == 1) p->accel_mhz = 333;
    if (stream % 5 == 2) p->posted = 0;
    if (stream % 5 == 3) p->clock_khz = 300000;
    if (stream % 5 == 4) p->burst *= 4; /* an access keeps the bus for longer than its command */
    if (stream % 7 == 4) p->tFRONT = 3, p->tBACK = 2;
}

START_TEST(an_image_that_comes_again_is_all_that_decides)
{
    static struct again a;
    unsigned found = 0;

    for (uint64_t stream = 0; stream < 60; stream++) {
        struct stamp_dram_params p;
        variant(&p, stream);
        begin(&a, &p, stream);
        found += comes_again(&a);
        dram_rig_free(&a.rig);
    }
    ck_assert_uint_ge(found, 12);
}
END_TEST

/* Another that had other traffic, put into the state of @p a, answers as it does. */
static void goes_on_elsewhere(struct again *a, const struct stamp_dram_params *p)
{
    struct again *b = stamp_alloc(1, sizeof *b);
    uint8_t image[STAMP_CLOCK_IMAGE] = {0};

    begin(b, p, a->stream);
    b->edges = 12345; /* longer than a request waits */
    period(b, 0);
    ck_assert(stamp_dram_image(a->rig.model, image));
    stamp_dram_restore(b->rig.model, image);
    b->rig.pins = a->rig.pins;
    b->master = a->master;
    b->edges = a->edges;
    for (int i = 0; i < 3; i++) ck_assert_uint_eq(period(a, 0), period(b, 0));
    dram_rig_free(&b->rig);
    stamp_free(b);
}

START_TEST(an_image_put_into_another_goes_on_there)
{
    static struct again a;

    for (uint64_t stream = 0; stream < 60; stream++) {
        struct stamp_dram_params p;
        variant(&p, stream);
        begin(&a, &p, stream);
        for (uint64_t k = 0; k < 12; k++) {
            a.edges = 101 + 37 * k + stream; /* wherever it is then */
            period(&a, 0);
            goes_on_elsewhere(&a, &p);
        }
        dram_rig_free(&a.rig);
    }
}
END_TEST

START_TEST(of_rows_refreshes_and_channels_nothing_is_said)
{
    uint8_t image[STAMP_CLOCK_IMAGE];

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++) {
        struct stamp_dram_params p;
        struct dram_rig r;
        ck_assert(stamp_dram_preset(s->name, &p));
        dram_rig_new(&r, &p, NULL, 32);
        dram_rig_until(&r, 10);
        ck_assert((stamp_dram_image(r.model, image) != 0) == !strcmp(s->name, "ideal"));
        r.model->p.channels = 2;
        ck_assert_uint_eq(stamp_dram_image(r.model, image), 0);
        dram_rig_free(&r);
    }
}
END_TEST

Suite *stamp_suite_dram_image(void)
{
    Suite *s = suite_create("dram_image");
    TCase *t = tcase_create("image");

    tcase_add_test(t, an_image_that_comes_again_is_all_that_decides);
    tcase_add_test(t, an_image_put_into_another_goes_on_there);
    tcase_add_test(t, of_rows_refreshes_and_channels_nothing_is_said);
    suite_add_tcase(s, t);
    return s;
}
