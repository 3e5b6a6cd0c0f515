/* SPDX-License-Identifier: Apache-2.0 */
/* beside.c - the folder of shared objects. Contract in beside.h. */
#include "sim/run/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DIR_BYTES = 4096 };

/* The folder of the running program, without a final slash. */
static bool program_dir(char *dir)
{
    const ssize_t n = readlink("/proc/self/exe", dir, DIR_BYTES - 1);

    if (n <= 0) return false;
    dir[n] = 0;
    char *slash = strrchr(dir, '/');
    if (!slash) return false;
    *slash = 0;
    return true;
}

bool stamp_beside(const char *dir, const char *name, char path[STAMP_BESIDE_BYTES])
{
    char own[DIR_BYTES];

    if (!dir && !program_dir(own)) return false;
    const int n = snprintf(path, STAMP_BESIDE_BYTES, "%s/%s", dir ? dir : own, name);
    return n > 0 && n < STAMP_BESIDE_BYTES;
}
