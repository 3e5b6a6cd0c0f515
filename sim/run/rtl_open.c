/* SPDX-License-Identifier: Apache-2.0 */
/* rtl_open.c - shared objects of the Verilated machines. Contract in rtl_open.h. */
#include "sim/run/rtl_open.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/run/beside.h"

/* Whether the object was built for this machine as the table has it now. */
static enum stamp_status same_machine(const struct stamp_rtl_ops *found,
                                      const struct stamp_mach *mach, bool waves, const char *path,
                                      struct stamp_err *e)
{
    if (strcmp(found->mach, mach->name))
        return stamp_fail(e, STAMP_EFORMAT, "%s is not a machine of configuration '%s'", path,
                          mach->name);
    for (enum stamp_param p = 0; p < STAMP_PARAMS; p++) {
        const uint32_t want = stamp_param_of(mach, p);
        if (found->params == STAMP_PARAMS && found->param[p] == want) continue;
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s is stale: built with %s = %u, %s has %u; run `make rtl-%s%s`", path,
                          stamp_param_name(p), found->params == STAMP_PARAMS ? found->param[p] : 0,
                          mach->name, want, mach->name, waves ? "-waves" : "");
    }
    return STAMP_OK;
}

enum stamp_status stamp_rtl_find(const char *dir, const struct stamp_mach *mach, bool waves,
                                 const struct stamp_rtl_ops **ops, struct stamp_err *e)
{
    char name[80], path[STAMP_BESIDE_BYTES];

    snprintf(name, sizeof name, "stamp_rtl_%s%s.so", mach->name, waves ? "_waves" : "");
    if (!stamp_beside(dir, name, path))
        return stamp_fail(e, STAMP_EIO, "cannot find the folder of the running program");
    if (access(path, R_OK))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s is not built: run `make rtl-%s%s` in the kit",
                          path, mach->name, waves ? "-waves" : "");
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return stamp_fail(e, STAMP_EIO, "%s", dlerror());
    const struct stamp_rtl_ops *found = dlsym(handle, STAMP_RTL_SYMBOL);
    enum stamp_status s = STAMP_OK;
    if (!found)
        s = stamp_fail(e, STAMP_EFORMAT, "%s is no RTL of this version: run `make rtl-%s%s`", path,
                       mach->name, waves ? "-waves" : "");
    else
        s = same_machine(found, mach, waves, path, e);
    if (s) {
        dlclose(handle);
        return s;
    }
    *ops = found;
    return STAMP_OK;
}
