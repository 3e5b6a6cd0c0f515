/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - runs every Check suite; the list of test names reads as the specification. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/skip.h"

/* clang-format off */
/* One suite per source file of tests; a suite missing here fails the link of its users' names. */
#define SUITES(X)                                                                                  \
    X(spec) X(machine) X(control) X(rows) X(codes) X(rules) X(mm) X(lockstep) X(f32) X(fn)         \
    X(norm) X(rope) X(kv) X(attn) X(xform) X(plan) X(quant) X(matmul) X(linear) X(facts) X(net)    \
    X(front) X(image) X(asm) X(tile) X(emit) X(ahead) X(weave) X(compile) X(compile_net) X(stay) \
    X(lines) X(compile_shapes) \
    X(quantizers) X(programs) X(cli) X(cli_net) X(cli_compile) X(sample) X(tensors)            \
    X(netphases) X(starved) X(token) X(keys) X(json_out) X(conform) X(machs) X(picture) X(npz)      \
    X(device) X(node_schemes) X(schemes) X(net_vit) X(vit) X(graph) X(graph_text)                  \
    X(graph_steps) X(graph_lower) X(depthwise) X(linattn) X(net_dit) X(dit) X(dit_config)          \
    X(compile_dit) X(paint_noise) X(paint_sampler) X(paint_words) X(paint_pictures)                \
    X(paint_judge) X(paint_folder) X(paint_table) X(dram) X(dram_params) X(dram_random) X(dram_image) \
    X(memo) X(shape) X(record) X(runs) X(work) X(cover)

#define DECLARE(name) Suite *stamp_suite_##name(void);
SUITES(DECLARE)
/* clang-format on */

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "120", 0); /* two steps run beside each other on slow machines */
    test_skips_begin();
    SRunner *runner = srunner_create(NULL);

#define ADD(name) srunner_add_suite(runner, stamp_suite_##name());
    SUITES(ADD)
    srunner_run_all(runner, CK_ENV);
    const int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    const int skipped = test_skips(); /* what failed beside is counted as failed */
    srunner_free(runner);
    printf("check: %d passed, %d failed, %d skipped\n",
           run - failed > skipped ? run - failed - skipped : 0, failed, skipped);
    return run == 0 || failed != 0;
}
