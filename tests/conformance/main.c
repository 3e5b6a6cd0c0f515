/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - conformance vectors on the machines of the kit.
 *
 *   conform MACHINE model|rtl [FILE [CHAIN]]      FILE: traces/vectors/MACHINE.vec.gz
 *
 * Closing line: "conform_DEVICE MACHINE: N passed, M failed"; exit 0 when all passed, of one or more. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/rtl_open.h"
#include "tests/conformance/devices.h"
#include "tests/conformance/load.h"

/* On one machine of the kit. False with a line on stderr when there is none. */
static bool on(const struct stamp_mach *mach, bool rtl, struct stamp_memory memory,
               const uint8_t *bytes, size_t size, const char *chain, struct conform_result *result)
{
    struct conform_model model = {.mach = mach, .memory = memory};
    struct conform_rtl hard = {.memory = memory};
    struct stamp_err e;

    if (rtl && stamp_rtl_find(NULL, mach, false, &hard.ops, &e)) {
        fprintf(stderr, "conform: %s\n", e.text);
        return false;
    }
    const struct conform_device d = rtl ? conform_rtl_device(&hard) : conform_model_device(&model);
    const bool ok = conform_run(bytes, size, chain, &d, stdout, result);
    conform_model_close(&model);
    conform_rtl_close(&hard);
    return ok;
}

int main(int argc, char **argv)
{
    const struct stamp_mach *mach = argc > 2 ? stamp_mach_find(argv[1]) : NULL;
    const bool rtl = argc > 2 && !strcmp(argv[2], "rtl");
    struct conform_result result = {0};
    struct conform_file f;
    char path[64], why[160];
    size_t size = 0;

    if (!mach || argc > 5 || (!rtl && strcmp(argv[2], "model"))) {
        fprintf(stderr, "usage: conform MACHINE model|rtl [FILE [CHAIN]]\n");
        return 2;
    }
    snprintf(path, sizeof path, "traces/vectors/%s.vec.gz", mach->name);
    uint8_t *bytes = conform_load(argc > 3 ? argv[3] : path, &size, why), *memory = NULL;
    bool ok = bytes && conform_open(&f, bytes, size, why);
    if (!ok) fprintf(stderr, "conform: %s\n", why);
    if (ok && strcmp(f.machine, mach->name)) {
        fprintf(stderr, "conform: vectors of machine %s, not %s\n", f.machine, mach->name);
        ok = false;
    }
    if (ok && (memory = calloc(1, (size_t)f.memory)))
        ok = on(mach, rtl, (struct stamp_memory){memory, f.memory, f.base}, bytes, size,
                argc > 4 ? argv[4] : NULL, &result);
    if (ok)
        printf("conform_%s %s: %" PRIu32 " passed, %" PRIu32 " failed\n", argv[2], mach->name,
               result.passed, result.failed);
    free(memory);
    free(bytes);
    return !ok || result.failed || !result.passed;
}
