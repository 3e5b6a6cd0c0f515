/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - what the processor has, and what of it is in use. Contract in path.h. */
#include "model/num/path.h"

#include "model/num/matmul_kernel.h"
#include "model/num/simd.h"

static enum stamp_path widest = STAMP_PATH_AMX;

bool stamp_path_works(enum stamp_path path)
{
#if defined(__x86_64__)
    if (path == STAMP_PATH_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vnni");
    if (path == STAMP_PATH_AMX) return stamp_path_works(STAMP_PATH_AVX512) && stamp_amx_works();
    if (path == STAMP_PATH_AVX2) return __builtin_cpu_supports("avx2");
#endif
    return path == STAMP_PATH_BEST || path == STAMP_PATH_PORTABLE;
}

bool stamp_path_may(enum stamp_path path)
{
    return path <= widest && stamp_path_works(path);
}

/* What BEST stands for. */
static enum stamp_path resolve(enum stamp_path path)
{
    if (path != STAMP_PATH_BEST) return path;
    for (path = STAMP_PATH_AMX; !stamp_path_may(path);) path--;
    return path;
}

const char *stamp_path_name(enum stamp_path path)
{
    static const char *const name[] = {"best", "portable", "avx2", "avx512-vnni", "amx-int8"};
    return name[resolve(path)];
}

enum stamp_status stamp_path_use(enum stamp_path path, struct stamp_err *e)
{
    if (!stamp_path_works(path))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "this processor has no %s, its best is %s",
                          stamp_path_name(path), stamp_path_name(STAMP_PATH_BEST));
    widest = path == STAMP_PATH_BEST ? STAMP_PATH_AMX : path;
    return STAMP_OK;
}
