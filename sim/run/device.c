/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - the table of devices. Contract in device.h. */
#include "sim/run/device.h"

#include <string.h>

enum { ROOM = 16 };

/* The two that run no programs are the network's own (sim/net/netrun.h, sim/ref). */
const struct stamp_device stamp_on_f32 = {
    .name = "f32", .what = "the network in f32", .can = STAMP_CAN_VALUES};
const struct stamp_device stamp_on_net = {.name = "net",
                                          .what = "the network in C",
                                          .can = STAMP_CAN_BITS | STAMP_CAN_SEE | STAMP_CAN_VALUES};

static const struct stamp_device *table[ROOM + 1] = {
    &stamp_on_f32, &stamp_on_net,     &stamp_on_model, &stamp_on_cycle,
    &stamp_on_tlm, &stamp_on_tlm_rtl, &stamp_on_rtl,   &stamp_on_all};

const struct stamp_device *stamp_device_at(size_t i)
{
    return i < ROOM ? table[i] : NULL;
}

const struct stamp_device *stamp_device_find(const char *name, unsigned need)
{
    for (size_t i = 0; table[i]; i++)
        if (!strcmp(table[i]->name, name)) return (table[i]->can & need) == need ? table[i] : NULL;
    return NULL;
}

bool stamp_device_add(const struct stamp_device *device)
{
    size_t n = 0;

    while (table[n])
        if (!strcmp(table[n++]->name, device->name)) return false;
    if (n == ROOM) return false;
    table[n] = device;
    return true;
}

const char *stamp_can_name(unsigned bit)
{
    static const char *const names[] = {"BITS",  "PROGRAMS", "SEE",    "TIMED",    "WRITES", "PINS",
                                        "WAVES", "CHECKED",  "VALUES", "UNVALUED", "TRACE"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bit == 1u << i) return names[i];
    return NULL;
}
