/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_tb.cpp
 * Bench of the small common modules, each against a few lines of C++ and, where it has one, its timed twin: fifo, memories (lib_mem.h), arbitration
 * of the vector memory, the AXI read multiplexer (with the AXI4 monitor behind it), the registers
 * over AXI4-Lite (with its monitor), the event counters, the semaphores (lib_sems.h).
 *
 * Case     one cycle of one module in which something was compared
 * Args     --seed N   --cases N (cycles of each module)
 * Build    make build/tb/tiny/lib: lib_tb_top without parameters; C++ is this file, axi_monitor.cpp
 *          and libstamp.a
 */
#include "tests/rtl/cover.h"
#include "tests/rtl/lib_mem.h"
#include "tests/rtl/lib_sems.h"

/* ---- fifo ------------------------------------------------------------------------------------ */

static void fifo(uint64_t cycles)
{
    std::deque<uint32_t> want;
    uint32_t eager = 1, full = 0, empty = 0;

    while (cycles-- > 0) {
        if (g.one_in(50)) eager = g.range(0, 2); /* fills, holds, drains */
        top->f_push_i = g.below(3) < 1 + eager;
        top->f_pop_i = g.below(3) < 3 - eager;
        top->f_data_i = (uint32_t)g.next();
        top->eval();
        full += !top->f_ready_o;
        empty += !top->f_valid_o;
        t.check(top->f_ready_o == (want.size() < 4) && top->f_valid_o == !want.empty() &&
                    (want.empty() || top->f_data_o == want.front()),
                "fifo: level or head");
        const bool pop = top->f_pop_i && !want.empty(), push = top->f_push_i && want.size() < 4;
        if (pop) want.pop_front();
        if (push) want.push_back(top->f_data_i);
        tick();
    }
    if (!full || !empty) t.complain("fifo: never full or never empty");
    top->f_push_i = top->f_pop_i = 0;
}

/* ---- Vector memory --------------------------------------------------------------------------- */

static void vm_wishes()
{
    top->v_mx_i = g.below(2), top->v_vw_i = g.below(2), top->v_lw_i = g.below(2);
    top->v_vr_i = g.below(2), top->v_sr_i = g.below(2);
    top->v_mx_addr_i = (uint8_t)g.below(16), top->v_vw_addr_i = (uint8_t)g.below(16);
    top->v_lw_addr_i = (uint8_t)g.below(16), top->v_vr_addr_i = (uint8_t)g.below(16);
    top->v_sr_addr_i = (uint8_t)g.below(16);
    top->v_mx_data_i = g.next(), top->v_vw_data_i = g.next(), top->v_lw_data_i = g.next();
    top->eval();
}

/* Grants by priority per bank: drain, vector unit, load unit; vector unit, store unit. */
static void vm(uint64_t cycles)
{
    uint64_t mem[16] = {}, vr_want = 0, sr_want = 0;
    bool reads = false, stores = false;

    for (int i = 0; i < 16; i++) { /* no read meets what was never written */
        top->v_mx_i = 1, top->v_mx_addr_i = (uint8_t)i, top->v_mx_data_i = 0;
        tick();
    }
    while (cycles-- > 0) {
        vm_wishes();
        const uint32_t mx = top->v_mx_addr_i, vw = top->v_vw_addr_i, lw = top->v_lw_addr_i,
                       vr = top->v_vr_addr_i, sr = top->v_sr_addr_i;
        const bool mx_vw = top->v_mx_i && (mx ^ vw) % 4 == 0,
                   mx_lw = top->v_mx_i && (mx ^ lw) % 4 == 0,
                   vw_lw = top->v_vw_i && (vw ^ lw) % 4 == 0,
                   vr_sr = top->v_vr_i && (vr ^ sr) % 4 == 0;
        t.check((!top->v_vw_i || top->v_vw_o == !mx_vw) &&
                    (!top->v_lw_i || top->v_lw_o == !(mx_lw || vw_lw)) &&
                    (!top->v_sr_i || top->v_sr_o == !vr_sr),
                "vm: wrong grant");
        t.check(vm_as_timed(top), "vm: its twin grants otherwise");
        const bool read_now = top->v_vr_i, store_now = top->v_sr_i && !vr_sr;
        const uint64_t vr_line = mem[vr], sr_line = mem[sr];
        if (top->v_mx_i) mem[mx] = top->v_mx_data_i;
        if (top->v_vw_i && !mx_vw) mem[vw] = top->v_vw_data_i;
        if (top->v_lw_i && !mx_lw && !vw_lw) mem[lw] = top->v_lw_data_i;
        tick();
        t.check((!reads || top->v_vr_data_o == vr_want) && (!stores || top->v_sr_data_o == sr_want),
                "vm: wrong data");
        reads = read_now, stores = store_now; /* what was read comes a cycle later still */
        vr_want = vr_line, sr_want = sr_line;
    }
    top->v_mx_i = top->v_vw_i = top->v_lw_i = top->v_vr_i = top->v_sr_i = 0;
}

/* ---- Read multiplexer ------------------------------------------------------------------------ */

struct burst {
    bool fetch;
    uint64_t addr;
    uint32_t beats;
};

/* A master that raises a request and keeps it. */
static void ask(uint8_t &valid, uint64_t &addr, uint8_t &len)
{
    if (valid || !g.one_in(3)) return;
    valid = 1;
    len = (uint8_t)g.below(g.one_in(20) ? 256 : 5);
    addr = (uint64_t)g.below(1 << 28) * 4096 + 8 * g.below(512 - len);
}

static void rmux(uint64_t cycles)
{
    stamp_axi_monitor monitor(8);
    std::deque<burst> due, asked; /* on their way; granted, not on the port yet */
    uint32_t beat = 0, first = 0, waits_f = 0;
    stamp_axi p = {};
    stamp_clock_rmux twin;

    stamp_clock_rmux_init(&twin, 4);
    p.arsize = 3, p.arburst = 1;
    monitor.edge(p, false);
    monitor.edge(p, false);
    while (cycles-- > 0) {
        ask(top->x_f_arvalid_i, top->x_f_araddr_i, top->x_f_arlen_i);
        ask(top->x_l_arvalid_i, top->x_l_araddr_i, top->x_l_arlen_i);
        top->x_arready_i = g.below(3) != 0;
        top->x_l_rready_i = g.below(4) != 0;
        if (!top->x_rvalid_i && !due.empty() && g.below(3)) {
            top->x_rvalid_i = 1;
            top->x_rlast_i = beat + 1 == due.front().beats;
        }
        top->eval();
        p.arvalid = top->x_arvalid_o, p.arready = top->x_arready_i, p.araddr = top->x_araddr_o;
        p.arlen = top->x_arlen_o, p.rvalid = top->x_rvalid_i, p.rlast = top->x_rlast_i;
        p.rready = top->x_rready_o;
        monitor.edge(p, true);
        t.check(rmux_as_timed(twin, top), "rmux: its twin differs");
        const bool f_go = top->x_f_arvalid_i && top->x_f_arready_o,
                   l_go = top->x_l_arvalid_i && top->x_l_arready_o;
        const bool take = top->x_rvalid_i && top->x_rready_o,
                   fetch = !due.empty() && due.front().fetch;
        const bool right = top->x_f_rvalid_o == (take && fetch) &&
                           top->x_l_rvalid_o == (top->x_rvalid_i && !fetch) &&
                           top->x_rready_o == top->x_l_rready_i;
        t.check(right && !(f_go && l_go) && due.size() + asked.size() <= 4 && asked.size() <= 2 &&
                    p.arvalid == !asked.empty(),
                "rmux: a beat or a grant went wrong");
        if (p.arvalid && p.arready && !asked.empty()) { /* what was granted leaves a cycle later */
            const burst b = asked.front();
            if (p.araddr != b.addr || p.arlen + 1u != b.beats) t.complain("rmux: wrong address");
            due.push_back(b);
            asked.pop_front();
        }
        if (f_go || l_go) {
            asked.push_back({f_go, f_go ? top->x_f_araddr_i : top->x_l_araddr_i,
                             (f_go ? top->x_f_arlen_i : top->x_l_arlen_i) + 1u});
            if (f_go && waits_f) first++;
        }
        waits_f = top->x_f_arvalid_i && !f_go && top->x_l_arvalid_i;
        tick();
        if (f_go) top->x_f_arvalid_i = 0;
        if (l_go) top->x_l_arvalid_i = 0;
        if (take) {
            top->x_rvalid_i = 0;
            if (++beat == due.front().beats) due.pop_front(), beat = 0;
        }
    }
    t.check(monitor.ok() && monitor.reads > 10 && first > 0, monitor.first.c_str());
}

int main(int argc, char **argv)
{
    const args a(argc, argv, 20000);

    g.s = a.seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    if (a.cases) {
        reset();
        counters(a.cases); /* first: of many gates, a record of it is replayed for few cycles */
        reset();
        fifo(a.cases);
        memories(a.cases);
        vm(a.cases);
        reset();
        rmux(a.cases);
        reset();
        csr(a.cases);
        reset();
        sems(a.cases);
    }
    finish(top);
    return t.close("lib_tb");
}
