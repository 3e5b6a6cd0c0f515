/* SPDX-License-Identifier: Apache-2.0 */
/* make_main.c - makes the conformance vectors of one machine.
 *
 *   make_vectors MACHINE FILE [large] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/make.h"

int main(int argc, char **argv)
{
    struct maker m = {.mach = argc > 2 ? stamp_mach_find(argv[1]) : NULL, .memory = MK_MEMORY};

    if (!m.mach || argc > 4 || (argc == 4 && strcmp(argv[3], "large"))) {
        fprintf(stderr, "usage: make_vectors MACHINE FILE [large]\n");
        return 2;
    }
    m.large = argc == 4;
    if (m.large) m.memory *= 4;

    m.was = calloc(1, (size_t)m.memory);
    m.want = calloc(1, (size_t)m.memory);
    m.model.mach = m.mach;
    m.model.memory = (struct stamp_memory){calloc(1, (size_t)m.memory), m.memory, MK_BASE};
    if (!m.was || !m.want || !m.model.memory.bytes) mk_die(&m, "out of memory");
    mk_begin(&m);
    mk_values(&m);
    mk_quant(&m);
    mk_control(&m);
    mk_bounds(&m);
    mk_dispatch(&m);
    mk_faults(&m);
    mk_order(&m);
    mk_network(&m);
    mk_negative(&m);
    if (m.large) mk_random_programs(&m);
    mk_write(&m, argv[2]);
    printf("%s: %" PRIu32 " vectors, %zu bytes\n", argv[2], m.vectors, m.bytes);
    conform_model_close(&m.model);
    free(m.was);
    free(m.want);
    free(m.model.memory.bytes);
    free(m.file);
    return 0;
}
