/* SPDX-License-Identifier: Apache-2.0 */
/* rtl_open.c - shared objects of the Verilated machines. Contract in rtl_open.h. */
#include "sim/core/rtl_open.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* The folder of the running program, without a final slash. */
static bool program_dir(char *dir)
{
    const ssize_t n = readlink("/proc/self/exe", dir, PATH_BYTES - 1);

    if (n <= 0) return false;
    dir[n] = 0;
    char *slash = strrchr(dir, '/');
    if (!slash) return false;
    *slash = 0;
    return true;
}

enum stamp_status stamp_rtl_find(const char *dir, const char *mach, bool waves,
                                 const struct stamp_rtl_ops **ops, struct stamp_err *e)
{
    char own[PATH_BYTES], path[PATH_BYTES + 80];
    const char *kind = waves ? "_waves" : "";

    if (!dir && !program_dir(own))
        return stamp_fail(e, STAMP_EIO, "cannot find the folder of the running program");
    snprintf(path, sizeof path, "%s/stamp_rtl_%s%s.so", dir ? dir : own, mach, kind);
    if (access(path, R_OK))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s is not built: run `make rtl-%s%s` in the kit",
                          path, mach, waves ? "-waves" : "");
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return stamp_fail(e, STAMP_EIO, "%s", dlerror());
    const struct stamp_rtl_ops *found = dlsym(handle, STAMP_RTL_SYMBOL);
    if (!found || strcmp(found->mach, mach))
        return stamp_fail(e, STAMP_EFORMAT, "%s is not a machine of configuration '%s'", path,
                          mach);
    *ops = found;
    return STAMP_OK;
}
