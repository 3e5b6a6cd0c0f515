/* SPDX-License-Identifier: Apache-2.0 */
/* on_tlm.c - the SystemC platform as a device, with the clock or the RTL inside. Contract in device.h. */
#include <dlfcn.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sim/run/behind.h"
#include "sim/run/beside.h"
#include "sim/run/rtl_open.h"
#include "sim/run/runtime_parts.h"
#include "sim/run/tlm.h"

enum { MHZ = 1250 /* of simulated time, where no DRAM says another */ };

static enum stamp_status find(const struct stamp_run_options *o, const struct stamp_tlm_ops **ops,
                              struct stamp_err *e)
{
    char path[STAMP_BESIDE_BYTES];

    if (!stamp_beside(o->rtl_dir, "stamp_tlm.so", path))
        return stamp_fail(e, STAMP_EIO, "cannot find the folder of the running program");
    if (access(path, R_OK))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s is not built: run `make tlm` in the kit",
                          path);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return stamp_fail(e, STAMP_EIO, "%s", dlerror());
    *ops = dlsym(handle, STAMP_TLM_SYMBOL);
    if (!*ops)
        return stamp_fail(e, STAMP_EFORMAT, "%s is of another version: run `make tlm`", path);
    return STAMP_OK;
}

/* Progress, as the platform asks for it. */
struct teller {
    struct stamp_run_clock clock;
    const struct stamp_run_options *o;
    uint64_t cycles;
};

static bool tell(void *ctx, uint64_t cycles)
{
    struct teller *t = ctx;

    t->cycles = cycles;
    if (t->o->max_cycles && cycles >= t->o->max_cycles) return false;
    return stamp_run_report(&t->clock, t->o, "cycles", cycles);
}

static struct stamp_tlm_job job_of(const struct stamp_run *run, const struct stamp_run_options *o)
{
    const struct stamp_image *im = run->image;
    const struct stamp_entry *entry = stamp_image_entry(im, o->entry);
    struct stamp_tlm_job j = {
        .mach = im->mach,
        .code = im->code + entry->first,
        .count = entry->count,
        .code_addr = o->dram_base + stamp_image_entry_addr(im, entry),
        .watchdog = o->watchdog,
        .mhz = o->has_dram ? o->dram.accel_mhz : MHZ,
        .dram = run->memory,
        .dram_bytes = im->dram_bytes,
        .dram_base = o->dram_base,
        .like = {.memory = o->has_dram ? &o->dram : NULL,
                 .read_latency = o->read_latency,
                 .write_latency = o->write_latency,
                 .read_rate = o->read_rate,
                 .write_rate = o->write_rate,
                 .stall = o->stall,
                 .seed = o->seed},
        .clock = {stamp_clock_new, stamp_clock_run, stamp_clock_events, stamp_clock_free},
        .progress = tell};

    memcpy(j.arg, run->arg, sizeof j.arg);
    return j;
}

/* Registers that say which machine it is. */
static enum stamp_status same_machine(const struct stamp_mach *m, const struct stamp_tlm_result *r,
                                      struct stamp_err *e)
{
    const uint32_t param0 = m->P | m->L << 8 | m->T << 16 | m->AXI_BYTES << 24;
    const uint32_t version = STAMP_ISA_MAJOR << 16 | STAMP_ISA_MINOR;

    if (r->id == STAMP_ID && r->version == version && r->param0 == param0) return STAMP_OK;
    return stamp_fail(e, STAMP_EMISMATCH,
                      "the accelerator's registers say it is 0x%08" PRIx32 ", 0x%08" PRIx32
                      ", 0x%08" PRIx32 ", not %s",
                      r->id, r->version, r->param0, m->name);
}

static enum stamp_status go(struct stamp_run *run, const struct stamp_run_options *o,
                            const struct stamp_rtl_ops *rtl, struct stamp_run_result *r,
                            struct stamp_err *e)
{
    struct stamp_tlm_job j = job_of(run, o);
    struct teller t = {stamp_run_clock_now(), o, 0};
    struct stamp_tlm_result out = {0};
    const struct stamp_tlm_ops *ops;
    struct stamp_behind b;
    enum stamp_status s = find(o, &ops, e);

    if (s) return s;
    if (!stamp_behind_new(&b, o, run->image->mach->AXI_BYTES, &j.memory))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the DRAM's state");
    j.rtl = rtl;
    j.progress_ctx = &t;
    s = ops->run(&j, &out, e);
    stamp_behind_free(&b);
    memcpy(r->event, out.event, sizeof r->event);
    memcpy(r->activity, out.activity, sizeof r->activity);
    r->error = out.error;
    r->error_pc = out.error_pc;
    r->cycles = r->event[STAMP_EV_CYCLES];
    r->instructions = r->event[STAMP_EV_INSNS];
    if (out.stopped)
        return stamp_fail(e, STAMP_EINTR, "stopped after %" PRIu64 " cycles", t.cycles);
    if (!s) s = same_machine(run->image->mach, &out, e);
    if (!s && !out.error && !out.irq) s = stamp_fail(e, STAMP_EMISMATCH, "done without interrupt");
    return s ? s : stamp_run_stopped(run, o, r, e);
}

/* The clock inside; values as on cycle. */
static enum stamp_status run_tlm(struct stamp_run *run, const struct stamp_run_options *o,
                                 struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_run_result values = {0};
    enum stamp_status s = o->no_values ? STAMP_OK : stamp_on_model.go(run, o, &values, e);

    r->error = values.error;
    r->error_pc = values.error_pc;
    if (!s) s = go(run, o, NULL, r, e);
    stamp_run_activity(run, o, &values, r);
    return s || o->no_values ? s : stamp_run_agree(values.event, r, e);
}

static enum stamp_status run_tlm_rtl(struct stamp_run *run, const struct stamp_run_options *o,
                                     struct stamp_run_result *r, struct stamp_err *e)
{
    const struct stamp_rtl_ops *rtl;
    const enum stamp_status s = stamp_rtl_find(o->rtl_dir, run->image->mach, false, &rtl, e);

    return s ? s : go(run, o, rtl, r, e);
}

static enum stamp_status ready(const struct stamp_run_options *o, const struct stamp_mach *mach,
                               struct stamp_err *e)
{
    const struct stamp_tlm_ops *ops;

    (void)mach;
    return find(o, &ops, e);
}

static enum stamp_status ready_rtl(const struct stamp_run_options *o, const struct stamp_mach *mach,
                                   struct stamp_err *e)
{
    const struct stamp_rtl_ops *rtl;
    const enum stamp_status s = ready(o, mach, e);

    return s ? s : stamp_rtl_find(o->rtl_dir, mach, false, &rtl, e);
}

const struct stamp_device stamp_on_tlm = {
    .name = "tlm",
    .what =
        "the SystemC platform with the clock inside; values, where it has any, are the C machine's",
    .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS | STAMP_CAN_TIMED | STAMP_CAN_VALUES |
           STAMP_CAN_UNVALUED,
    .ready = ready,
    .go = run_tlm};
const struct stamp_device stamp_on_tlm_rtl = {.name = "tlm-rtl",
                                              .what = "the SystemC platform with the RTL inside",
                                              .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS |
                                                     STAMP_CAN_TIMED | STAMP_CAN_VALUES,
                                              .ready = ready_rtl,
                                              .go = run_tlm_rtl};
