/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file runtime.h
 * Runs a program image on a machine: load, set buffers, start, wait, read counters, take results.
 * It does so on a device (device.h); in lock-step the run stops at the first difference.
 */
#ifndef STAMP_SIM_RUN_RUNTIME_H
#define STAMP_SIM_RUN_RUNTIME_H

#include "model/dram/counts.h"
#include "model/image/image.h"
#include "model/spec/activity.h"
#include "model/spec/spec.h"
#include "model/status.h"
#include "sim/run/difference.h"
#include "sim/run/rtl.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_device;  /* device.h: what it runs on */
struct stamp_machine; /* model/machine/machine.h */

/** Called about twice a second. @p total is an estimate, 0 if unknown. Return false to stop. */
typedef bool stamp_run_progress_fn(void *ctx, const char *what, uint64_t done, uint64_t total,
                                   double per_second);

/**
 * A phase of the image is over on the C machine, which executes in program order: @p memory (as
 * stamp_run_memory) is what all instructions up to its end have left, and nothing behind it.
 * @param iteration  how often the phase had begun before
 * @return a status other than STAMP_OK ends the run with it
 */
typedef enum stamp_status stamp_run_phase_fn(void *ctx, uint32_t phase, uint32_t iteration,
                                             const uint8_t *memory, struct stamp_err *e);

struct stamp_run_result;
typedef void stamp_run_difference_fn(void *ctx, const struct stamp_image *image,
                                     const struct stamp_entry *entry,
                                     const struct stamp_run_result *result);

struct stamp_dram_issue; /* model/dram/model.h */

/** A command of a DRAM's channel. RD, WR: from the first to behind the last cycle of the data bus; others: of the
 *  command bus; REF of a channel with one rank: to when it answers again. Both in cycles of the machine, of which CK are fractions. */
struct stamp_run_command {
    const struct stamp_dram_issue *issue;
    double from, to;
};

/** Told of a run on a device that can TRACE; cycles count from START. */
struct stamp_run_tracer {
    void *ctx;
    void (*begin)(void *ctx, const struct stamp_image *image, const struct stamp_entry *entry);
    /** Instruction @p pc, from the cycle its unit takes it to the one it is over in; of a unit in order.
     *  @param queued  cycles it was in its unit's queue before */
    void (*span)(void *ctx, enum stamp_unit unit, uint32_t pc, uint64_t queued, uint64_t from,
                 uint64_t to);
    /** Instructions in a unit's queue, from @p cycle on. */
    void (*queue)(void *ctx, enum stamp_unit unit, uint32_t fill, uint64_t cycle);
    /** Value of semaphore @p n, from @p cycle on. */
    void (*semaphore)(void *ctx, uint32_t n, uint32_t value, uint64_t cycle);
    /** In the order of time, channel by channel. */
    void (*command)(void *ctx, const struct stamp_run_command *command);
    /** All counters now and then. */
    void (*counters)(void *ctx, uint64_t cycle, const uint64_t event[STAMP_EVENTS]);
    /** The run is over as it should; with options.phases its parts are there. */
    void (*end)(void *ctx, const struct stamp_run_result *result);
};

struct stamp_run_options {
    const struct stamp_device *on;        /**< can run programs */
    const char *entry;                    /**< which program; NULL: the first */
    const char *rtl_dir;                  /**< where stamp_rtl_NAME.so lie */
    uint32_t read_latency, write_latency; /**< cycles */
    uint32_t read_rate, write_rate;       /**< beats per 256 cycles */
    uint32_t stall;                       /**< 1/256 per cycle and channel */
    bool has_dram;                        /**< memory has these times, not those */
    struct stamp_dram_params dram;        /**< checked */
    uint64_t seed;
    uint32_t watchdog;   /**< cycles without retirement that are an error */
    uint64_t dram_base;  /**< where the memory lies; the program must add it (address registers) */
    uint64_t max_cycles; /**< 0: no limit */
    uint64_t poison;     /**< not 0: the C machine's scratchpads start with noise of this seed, so
                          *   that a program that reads what it did not write differs in lock-step */
    uint64_t initial; /**< what registers and memories of the RTL begin with: 0 zeros, 1 ones, else
                          *   drawn by this seed; no run may depend on it */
    bool no_values;   /**< of a device that counts without them: results are not there */
    bool phases;      /**< cut the run into instances of the image's phases */
    /** NULL, or told of the C machine before each of its instructions; a device that can SEE. */
    void (*on_insn)(void *ctx, const struct stamp_machine *m);
    void *on_insn_ctx;
    stamp_run_phase_fn *on_phase; /**< NULL, or told of each phase; a device that can SEE */
    void *on_phase_ctx;
    const struct stamp_run_tracer *tracer; /**< or NULL */
    uint64_t expect;                       /**< estimate of the cycles, for progress */
    const char *wave;                      /**< FST file or NULL */
    uint64_t wave_start, wave_stop;
    uint64_t
        wave_last; /**< not 0: run without waves; where it ends otherwise than it should, run it
                         *   again and write these many cycles before that, and 16 behind */
    uint64_t fault_lo, fault_hi; /**< memory that answers with an error */
    bool fault_read, fault_write, dead;
    stamp_run_progress_fn *progress;
    void *progress_ctx;
    /** NULL, or told of a difference in lock-step when the run is over. */
    stamp_run_difference_fn *on_difference;
    void *on_difference_ctx;
    bool (*on_edge)(void *ctx, const struct stamp_axi *pins, bool reset_n); /**< RTL pins */
    void *on_edge_ctx;
    bool (*on_cycle)(void *ctx, const struct stamp_rtl_cycle *cycle); /**< RTL clocks */
    void *on_cycle_ctx;
};

/** Defaults: model, 60 cycles latency, full rate, no stalls, watchdog of a million cycles. */
struct stamp_run_options stamp_run_options_default(void);

/**
 * A time a phase of the image ran. It begins with the first retirement of one of its instructions by
 * a unit (control retires ahead of the units and begins none) and ends where the next begins; units
 * overlap, so late work of one phase is counted where it happens, in the next. A phase that comes
 * again, or one that lies before the last one, begins only after a FENCE outside all phases. What
 * was counted before the first retirement belongs to the first instance, what comes after the last
 * to the last one: the sums over all instances are the run's totals.
 */
struct stamp_phase_instance {
    uint32_t phase;         /**< index into image->phase */
    uint32_t iteration;     /**< how often this phase had begun before, in this run */
    uint32_t times;         /**< 1; more where instances of several runs are added up */
    uint64_t products;      /**< 4x4-bit products it needs */
    uint64_t start, cycles; /**< 0 on the model */
    uint64_t event[STAMP_EVENTS];
};

struct stamp_run_result {
    enum stamp_error error; /**< NONE when HALT was reached */
    uint32_t error_pc;
    uint64_t cycles;              /**< RTL: start to done; 0 on the model */
    uint64_t instructions;        /**< retired */
    uint64_t products;            /**< 4x4-bit products the program needs, numerics.md section 11 */
    uint64_t checked, mismatches; /**< lock-step: 32-bit words and retirements */
    uint64_t event[STAMP_EVENTS]; /**< those of VALUE alone on the model */
    uint64_t activity[STAMP_ACTIVITIES]; /**< without values: the most there can be */
    struct stamp_dram_counts dram;       /**< of options.dram, on a device that is timed */
    double seconds, cpu_seconds;         /**< host time of the run: wall, processor */
    char difference[320];                /**< lock-step: the first difference, */
    struct stamp_difference at;          /**< and what is known of it */
    uint64_t dram_base;                  /**< of the options: its DRAM addresses count from there */
    const struct stamp_phase_instance *instance; /**< with options.phases and when the machine
                                                  *   reached its end; the run's, until it goes
                                                  *   again or is freed */
    uint32_t instances;
};

struct stamp_run; /* an image in memory, ready to run */

/** Memory with code and constants loaded, everything else zero; arguments those of the image.
 *  @p image is borrowed. */
enum stamp_status stamp_run_new(const struct stamp_image *image, struct stamp_run **out,
                                struct stamp_err *e);
void stamp_run_free(struct stamp_run *run);

/** Fill buffer @p name (F32 or BF16, rounded BF16) from values[rows][cols]; the shape must be the
 *  buffer's. */
enum stamp_status stamp_run_put(struct stamp_run *run, const char *name, const float *values,
                                uint64_t rows, uint64_t cols, struct stamp_err *e);

/** Fill RAW buffer @p name with @p count bytes from its start; the rest keeps what it holds. */
enum stamp_status stamp_run_put_raw(struct stamp_run *run, const char *name, const void *bytes,
                                    uint64_t count, struct stamp_err *e);

/** Argument register @p index is @p value from the next start on. */
void stamp_run_set_arg(struct stamp_run *run, uint32_t index, uint32_t value);

/** Take values[rows][cols] out of buffer @p name. */
enum stamp_status stamp_run_get(const struct stamp_run *run, const char *name, float *values,
                                uint64_t rows, uint64_t cols, struct stamp_err *e);

/**
 * Run to the end. Each call starts afresh on the memory as it is; scratchpads start undefined.
 * @return STAMP_OK (then result->error is NONE), STAMP_EMACHINE (the machine stopped on
 *         result->error), STAMP_EMISMATCH, STAMP_EINTR, STAMP_EUNSUPPORTED (the device is not built, runs no programs, shows no phases),
 *         STAMP_ERANGE (no such entry), STAMP_ENOMEM; @p result is filled in all of these but the
 *         last three
 */
enum stamp_status stamp_run_go(struct stamp_run *run, const struct stamp_run_options *options,
                               struct stamp_run_result *result, struct stamp_err *e);

/** Cycles an entry takes behind a plain memory of the options' latency and rate, by the compiler's clock. @return errors
 *  of stamp_cost_entry */
enum stamp_status stamp_run_expect(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, const struct stamp_run_options *options,
                                   uint64_t *cycles, struct stamp_err *e);

/** The memory, dram_bytes long; for tests. */
uint8_t *stamp_run_memory(struct stamp_run *run);

#ifdef __cplusplus
}
#endif
#endif
