/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file run_json.h
 * The record of a run: what --report writes as RUN.json and stamp report reads. Its keys are in run_json.md.
 *
 * What is not known is unknown, never 0: cycles of a device without a clock, counters of a run that
 * stopped at a difference.
 */
#ifndef STAMP_REPORT_RUN_JSON_H
#define STAMP_REPORT_RUN_JSON_H

#include "model/arena.h"
#include "model/dram/params.h"
#include "model/spec/mach.h"
#include "sim/run/device.h"

enum {
    STAMP_RECORD_FORMAT = 1,       /**< of RUN.json; another one is refused */
    STAMP_RECORD_PROGRAMS = 16,    /**< at most */
    STAMP_RECORD_FIGURES = 160,    /**< at most */
    STAMP_RECORD_PIECES = 1 << 20, /**< instances of a program, at most */
    STAMP_RECORD_PARTS = 1 << 12,  /**< names of these, at most: phases of an image */
    STAMP_RECORD_BYTES = 1 << 28   /**< of a file, at most */
};

/** A count, or that it is not known. */
struct stamp_known {
    bool known;
    uint64_t n;
};

static inline struct stamp_known stamp_known(uint64_t n)
{
    return (struct stamp_known){true, n};
}

/** Figures of accuracy, and of energy where it was asked for: key and what it is. */
#define STAMP_RECORD_FIGURE(X)                                                                     \
    X(ppl_f32, "perplexity in f32")                                                                \
    X(ppl, "perplexity")                                                                           \
    X(nats_f32, "nats a token in f32")                                                             \
    X(nats, "nats a token")                                                                        \
    X(scored, "tokens scored")                                                                     \
    X(avg_act_bits, "bits of an activation row")                                                   \
    X(sqnr_db, "SQNR against f32, dB")                                                             \
    X(differ, "values that differ from the reference")                                             \
    X(energy_j, "joules")                                                                          \
    X(pj_per_mac, "pJ a multiplication of 4x4 bits")

/** What was counted over a stretch of time: an instance of a phase, a part, a program, a run. */
struct stamp_record_piece {
    const char *name;             /**< of the part; NULL of a program and a run */
    struct stamp_known iteration; /**< of an instance: the layer */
    struct stamp_known start;     /**< of an instance of one run, cycles */
    struct stamp_known times;     /**< runs and layers in it */
    struct stamp_known cycles, products;
    struct stamp_known event[STAMP_EVENTS];
};

/** A program, and what its runs add up to. */
struct stamp_record_program {
    const char *name;                          /**< "main", "prefill", "decode" */
    struct stamp_known tokens, runs, expected; /**< expected: cycles, by the compiler */
    struct stamp_known checked, mismatches;    /**< words in lock-step */
    struct stamp_known compared;               /**< logits or outputs with the network in C */
    double seconds;                            /**< of the host; NaN: not known */
    struct stamp_record_piece all;
    struct stamp_record_piece *instance; /**< in the order of time */
    uint32_t instances;
    struct stamp_record_piece *part; /**< instances of one name added up */
    uint32_t parts;
};

struct stamp_record_figure {
    const char *key; /**< of STAMP_RECORD_FIGURE */
    const char *of;  /**< a buffer's name, or NULL */
    double value;    /**< NaN: not known; INFINITY does not come back from JSON */
};

struct stamp_record {
    struct stamp_arena *arena; /**< owns all below */
    const char *version, *command, *command_line, *subject;
    const char *scheme, *network; /**< settings in words, or NULL */
    const char *machine;          /**< NULL: no machine */
    uint32_t param[STAMP_PARAMS];
    const char *device, *device_is;
    bool timed, checked;
    bool
        has_memory; /**< the six below; of a DRAM latency and rate are those of a plain memory like it */
    uint32_t read_latency, write_latency, read_rate, write_rate, stall;
    bool has_dram;
    struct stamp_dram_params dram;
    const char *seed; /**< in digits: JSON holds 53 bits */
    struct stamp_record_figure figure[STAMP_RECORD_FIGURES];
    uint32_t figures;
    struct stamp_record_program program[STAMP_RECORD_PROGRAMS];
    uint32_t programs;
    struct stamp_record_program total; /**< without instances */
};

/** Empty; NULL when memory is out. */
struct stamp_record *stamp_record_new(void);
void stamp_record_free(struct stamp_record *r); /**< NULL is allowed. */

/** Name, parameters. */
void stamp_record_machine(struct stamp_record *r, const struct stamp_mach *mach);

/** Device, and of one that has a clock the memory around it. False when memory is out. */
bool stamp_record_device(struct stamp_record *r, const struct stamp_device *on,
                         const struct stamp_run_options *o);

/** A figure of accuracy; a NaN or an infinity is not known. @p of is copied. False when there are too many or
 *  memory is out. */
bool stamp_record_figure(struct stamp_record *r, const char *key, const char *of, double value);

/**
 * A program with what @p result counted, instances of its phases among them; the caller fills in tokens,
 * runs, expected, compared.
 * @param timed  the device has a clock
 * @return the program, or NULL when there are too many or memory is out
 */
struct stamp_record_program *stamp_record_add(struct stamp_record *r, const char *name,
                                              const struct stamp_image *image,
                                              const struct stamp_run_result *result, bool timed);

/** Whether @p name may name a part, program, machine or device: 1 to STAMP_NAME_MAX of letters, digits and _.+:/- .
 *  Any other character of an image's name becomes _ in a record, so that a name is one on every page. */
bool stamp_record_name_ok(const char *name);

/** Parts of every program from its instances, the total from the programs. False when
 *  memory is out or a program has more than STAMP_RECORD_PARTS. */
bool stamp_record_finish(struct stamp_record *r);

/** As a line of JSON. @return STAMP_ENOMEM */
enum stamp_status stamp_record_text(const struct stamp_record *r, char **text, struct stamp_err *e);

/** The same to a file, whole or not at all. */
enum stamp_status stamp_record_write(const struct stamp_record *r, const char *path,
                                     struct stamp_err *e);

/** @param name  stands in messages. @return STAMP_EFORMAT with the key and what is wrong with it */
enum stamp_status stamp_record_parse(const char *name, const char *text, size_t len,
                                     struct stamp_record **out, struct stamp_err *e);
enum stamp_status stamp_record_read(const char *path, struct stamp_record **out,
                                    struct stamp_err *e);

/** Key of an event in JSON, "ldu_busy"; valid for ever. */
const char *stamp_record_event(enum stamp_event i);

/** Products of 4x4 bits a cycle; 0 without machine. */
uint64_t stamp_record_peak(const struct stamp_record *r);

/** products / (peak x cycles); NaN where one is not known. */
double stamp_record_use(const struct stamp_record *r, const struct stamp_record_piece *p);

#endif
