/* SPDX-License-Identifier: Apache-2.0 */
/* roof.c - roofline and bytes by level. Contract in roof.h. */
#include "sim/report/roof.h"

#include <math.h>

enum { RATE_ONE = 256 };

bool stamp_roof_of(const struct stamp_record *r, struct stamp_roof *out)
{
    if (!r->machine || !r->has_memory) return false;
    const double bytes = r->param[STAMP_PARAM_AXI_BYTES];
    *out = (struct stamp_roof){(double)stamp_record_peak(r), bytes * r->read_rate / RATE_ONE,
                               bytes * r->write_rate / RATE_ONE};
    return true;
}

const char *stamp_roof_name(enum stamp_roof_by by)
{
    static const char *const name[] = {"array", "reads", "writes"};
    return name[by];
}

static double real(struct stamp_known v)
{
    return v.known ? (double)v.n : (double)NAN;
}

void stamp_roof_point(const struct stamp_roof *roof, const struct stamp_record_piece *p,
                      struct stamp_roof_point *out)
{
    const double cycles = p->cycles.n ? real(p->cycles) : (double)NAN, products = real(p->products),
                 read = real(p->event[STAMP_EV_LOAD_BYTES]) + real(p->event[STAMP_EV_FETCH_BYTES]),
                 write = real(p->event[STAMP_EV_STORE_BYTES]);
    const double of[] = {products / roof->products, read / roof->read, write / roof->write};

    *out = (struct stamp_roof_point){
        .rate = products / cycles, .read = read / cycles, .write = write / cycles};
    for (int i = 1; i < 3; i++)
        if (of[i] > of[out->by]) out->by = (enum stamp_roof_by)i;
    out->cycles = of[0] + of[1] + of[2] >= 0 ? of[out->by] : (double)NAN;
    out->attained = out->cycles / cycles;
    out->intensity = products / (of[1] >= of[2] ? read : write);
}

void stamp_traffic_of(const struct stamp_record *r, const struct stamp_record_piece *p,
                      struct stamp_traffic out[STAMP_LEVELS])
{
    static const struct {
        const char *key, *level, *what;
        enum stamp_event read, write;
        int read_bits, write_bits; /* 0: counted in bytes; -1: none */
    } of[STAMP_LEVELS] = {
        {"dram_data", "DRAM, data", "operands and results", STAMP_EV_LOAD_BYTES,
         STAMP_EV_STORE_BYTES, 0, 0},
        {"dram_code", "DRAM, code", "instructions", STAMP_EV_FETCH_BYTES, STAMP_EV_FETCH_BYTES, 0,
         -1},
        {"vm", "VM", "vector memory", STAMP_EV_VM_READ, STAMP_EV_VM_WRITE, 32, 32},
        {"xb", "XB", "activation operands", STAMP_EV_XB_READ, STAMP_EV_XB_WRITE, 4, 4},
        {"wb", "WB", "weight operands", STAMP_EV_WB_READ, STAMP_EV_WB_WRITE, 4, 4},
        {"ac", "AC", "accumulators", STAMP_EV_AC_READ, STAMP_EV_AC_WRITE, 32, 32},
        {"pb", "PB", "pack buffer", STAMP_EV_PB_READ, STAMP_EV_PB_WRITE, 4, 4},
    };
    const uint64_t l = r->param[STAMP_PARAM_L], t = r->param[STAMP_PARAM_T],
                   rows = r->param[STAMP_PARAM_P];

    for (int i = 0; i < STAMP_LEVELS; i++) {
        const bool wide = of[i].read == STAMP_EV_WB_READ || of[i].read == STAMP_EV_PB_READ;
        uint64_t read = (uint64_t)(of[i].read_bits > 0 ? of[i].read_bits : 8) * (wide ? t : 1),
                 write = (uint64_t)(of[i].write_bits > 0 ? of[i].write_bits : 8);
        if (of[i].read == STAMP_EV_XB_READ) read *= rows; /* written in slices of a nibble row */
        if (of[i].read == STAMP_EV_WB_READ) write *= t;
        if (of[i].read_bits) {
            read *= l;
            write *= l;
        }
        out[i] = (struct stamp_traffic){.key = of[i].key, .level = of[i].level, .what = of[i].what};
        out[i].write_most = of[i].read == STAMP_EV_PB_READ; /* VPACKV L nibbles, VPACKK T of them */
        if (of[i].read_bits && !r->machine) continue;
        out[i].read = p->event[of[i].read];
        out[i].read.n = out[i].read.n * read / 8;
        if (of[i].write_bits < 0) continue;
        out[i].write = p->event[of[i].write];
        out[i].write.n = out[i].write.n * write / 8;
    }
}
