/* SPDX-License-Identifier: Apache-2.0 */
/* args_net.c - the flags of whole networks. Contract in args_net.h. */
#include "sim/cli/args_net.h"

#include <stdio.h>

#include "model/net/pool.h"
#include "model/num/path.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/progress.h"

enum {
    KEY_KV = STAMP_KEY_NET,
    KEY_KV_BLOCK,
    KEY_KV_TRANSFORM,
    KEY_HEAD_BITS,
    KEY_THREADS,
    KEY_PATH
};

static const struct argp_option options[] = {
    {.doc = "Whole networks:", .group = 22},
    {.name = "kv",
     .key = KEY_KV,
     .arg = "4|8|f32",
     .doc = "width of the key-value cache, bits (default 4); attention itself multiplies 8-bit "
            "integers"},
    {.name = "kv-block",
     .key = KEY_KV_BLOCK,
     .arg = "M",
     .doc = "blocks of 2^M tokens in a cache of 4 bits, 0 to 8 (default 5)"},
    {.name = "kv-transform",
     .key = KEY_KV_TRANSFORM,
     .arg = "haar|none",
     .doc = "along the tokens of a block, in a cache of 4 bits (default haar); the first row of a "
            "block has 8 bits either way"},
    {.name = "head-bits",
     .key = KEY_HEAD_BITS,
     .arg = "4|8",
     .doc = "width of the output head's weights, bits (default 8)"},
    {.name = "threads",
     .key = KEY_THREADS,
     .arg = "N",
     .doc = "threads of the network in C (default 1); the result is the same for any number"},
    {.name = "path",
     .key = KEY_PATH,
     .arg = "best|portable|avx2|avx512|amx",
     .doc = "vector unit of the network in C (default best); the result is the same for any"},
    {.name = NULL},
};

struct stamp_args_net stamp_args_net_default(void)
{
    return (struct stamp_args_net){
        .kv = {.bits = 4, .block = 5}, .head_bits = 8, .threads = 1, .any = false};
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const widths[] = {"4", "8", "f32"};
    static const char *const transforms[] = {"haar", "none"};
    static const unsigned width[] = {4, 8, 32};
    static const char *const paths[STAMP_PATHS] = {"best", "portable", "avx2", "avx512", "amx"};
    struct stamp_args_net *a = state->input;
    struct stamp_err e;
    uint64_t v = 0;
    unsigned i = 0;
    error_t err;

    switch (key) {
    case KEY_KV:
        err = stamp_args_choice("--kv", arg, widths, 3, &i);
        if (!err) a->kv.bits = width[i];
        break;
    case KEY_KV_BLOCK:
        err = stamp_args_u64("--kv-block", arg, 0, STAMP_KV_BLOCK_MAX, &v);
        if (!err) a->kv.block = (uint32_t)v;
        break;
    case KEY_KV_TRANSFORM:
        err = stamp_args_choice("--kv-transform", arg, transforms, 2, &i);
        a->kv.plain = i == 1;
        a->kv_transform = true;
        break;
    case KEY_HEAD_BITS:
        err = stamp_args_choice("--head-bits", arg, widths, 2, &i);
        if (!err) a->head_bits = width[i];
        break;
    case KEY_THREADS:
        err = stamp_args_u64("--threads", arg, 1, STAMP_POOL_MAX, &v);
        if (!err) a->threads = (uint32_t)v;
        break;
    case KEY_PATH:
        err = stamp_args_choice("--path", arg, paths, STAMP_PATHS, &i);
        if (!err && stamp_path_use((enum stamp_path)i, &e))
            return stamp_args_bad("--path %s: %s", arg, e.text);
        break;
    case ARGP_KEY_END:
        if (a->kv_transform && a->kv.bits != 4)
            return stamp_args_bad("--kv-transform is of a cache of 4 bits, --kv 4");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
    a->any = true;
    return err;
}

const struct argp stamp_argp_net = {.options = options, .parser = parse};

struct stamp_netrun_options stamp_args_netrun(const struct stamp_args_net *a,
                                              const struct stamp_scheme *scheme,
                                              const struct stamp_args_machine *machine,
                                              const struct stamp_device *on)
{
    struct stamp_netrun_options o = {.mach = stamp_args_mach(machine),
                                     .scheme = *scheme,
                                     .kv = a->kv,
                                     .head_bits = a->head_bits,
                                     .threads = a->threads,
                                     .on = on,
                                     .run = machine->run,
                                     .stage = stamp_progress_stage};

    o.run.progress = stamp_progress_run;
    return o;
}

error_t stamp_args_net_check(const struct stamp_scheme *scheme, struct stamp_args_machine *machine,
                             const struct stamp_device *on)
{
    const bool programs = on->can & STAMP_CAN_PROGRAMS;

    if (!programs && machine->any)
        return stamp_args_device_needs("--machine and the flags of the memory", on,
                                       STAMP_CAN_PROGRAMS);
    if (programs && stamp_args_machine_memory(machine, on)) return EINVAL;
    if (stamp_args_machine_watch(machine, on)) return EINVAL;
    if (machine->run.wave && !machine->run.wave_last)
        return stamp_args_bad(
            "--wave: a network is many runs; with --wave-last N, of the one that differs");
    if (programs) return stamp_args_integer_scheme(scheme);
    if (scheme->weight_bits == 32)
        return stamp_args_bad("--weight-bits f32: a network has weights of 4 or 8 bits");
    return 0;
}

const char *stamp_kv_transform_name(struct stamp_kv_scheme kv)
{
    return kv.bits == 4 && !kv.plain ? "haar" : "none";
}

void stamp_args_net_text(const struct stamp_args_net *a, char *text, size_t size)
{
    char kv[48] = "KV f32";

    if (a->kv.bits == 4)
        snprintf(kv, sizeof kv, "KV4 in blocks of %u%s", 1u << a->kv.block,
                 a->kv.plain ? " without transform" : "");
    else if (a->kv.bits == 8)
        snprintf(kv, sizeof kv, "KV8");
    snprintf(text, size, "%s, head of %u bits", kv, a->head_bits);
}
