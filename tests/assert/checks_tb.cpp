/* SPDX-License-Identifier: Apache-2.0 */
/* checks_tb.cpp - each assertion of rtl/assert/check_*.sv fails at the fault it is for, in that clock, and none at
 * what is right.
 *
 * A case is a fault as text: inputs that change ("name=value"), clocks apart by "/", "*N" for N of them alike. The
 * assertion named has to be the first that fails, in the last clock. Closing line: "checks: N passed, M failed";
 * before it, "saw CHECK.ASSERTION" for each, which assertions.py holds against the sources. */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "Vtop.h"
#include "sim/verilator/stop.h"
#include "verilated.h"

namespace {

struct fault {
    const char *check, *assertion; /* assertion: NULL where all is right; below the top */
    const char *text;
};

const fault faults[] = {
    {"check_handshake", "c_hs.a_valid_stays", "hs_valid=1 / hs_valid=0"},
    {"check_handshake", "c_hs.a_valid_stays", "hs_valid=1 *9 / hs_valid=0"},
    {"check_handshake", "c_hs.a_payload_stays", "hs_valid=1 hs_data=5 / hs_data=6"},
    {"check_handshake", "c_hs.a_payload_stays", "hs_valid=1 hs_data=5 / hs_data=6 hs_ready=1"},
    {"check_handshake", nullptr,
     "hs_valid=1 hs_data=5 / / hs_ready=1 / hs_data=6 / hs_valid=0 hs_ready=0 hs_data=7 / "
     "hs_data=1"},
    {"check_stable", "c_st.a_holds", "st_hold=1 st_value=1"},
    {"check_stable", nullptr, "st_value=1 / st_hold=1 / st_hold=0 st_value=2"},
    {"check_implies", "c_im.a_then", "im_if=1"},
    {"check_implies", nullptr, "im_if=1 im_then=1 / im_if=0 / im_then=0"},
    {"check_onehot", "c_oh.a_at_most_one", "oh_bits=4 / oh_bits=5"},
    {"check_onehot", "c_oe.a_at_most_one", "oe_bits=7"},
    {"check_onehot", "c_oe.a_one", "oe_bits=5 / oe_bits=1"},
    {"check_onehot", nullptr, "oh_bits=4 oe_bits=3 / oh_bits=0 oe_bits=5"},
    {"check_counter", "c_co.a_steps", "co_value=1"},
    {"check_counter", "c_co.a_steps", "co_add=3 / co_add=0 co_value=3 / co_clear=1 / co_clear=0"},
    {"check_counter", "c_co.a_within_bounds", "co_add=10 / co_add=0 co_value=10"},
    {"check_counter", "c_co.a_no_wrap", "co_add=1 / co_add=0 co_value=1 co_sub=2"},
    {"check_counter", "c_co.a_no_wrap", "co_add=9 / co_add=7 co_value=9"},
    {"check_counter", nullptr,
     "co_add=9 / co_value=9 co_add=0 co_sub=9 / co_value=0 co_sub=0 co_add=2 / co_value=2 "
     "co_clear=1 / "
     "co_value=0 co_add=0"},
    {"check_push_pop", "c_pp.a_no_overflow", "pp_push=1 pp_valid=1"},
    {"check_push_pop", "c_pp.a_no_underflow", "pp_pop=1 pp_ready=1"},
    {"check_push_pop", nullptr, "pp_push=1 pp_ready=1 / pp_push=0 pp_ready=0 pp_pop=1 pp_valid=1"},
    {"check_ring", "c_ri.a_in_steps", "ri_in=1"},
    {"check_ring", "c_ri.a_out_steps", "ri_push=1 / ri_push=0 ri_in=1 ri_out=1"},
    {"check_ring", "c_ri.a_no_overrun",
     "ri_push=1 / ri_in=1 / ri_in=2 / ri_in=3 / ri_in=4 / ri_in=5"},
    {"check_ring", "c_ri.a_no_overrun", "ri_pop=1 / ri_out=1"},
    {"check_ring", nullptr,
     "ri_push=1 / ri_in=1 / ri_in=2 / ri_in=3 / ri_in=4 ri_push=0 ri_pop=1 / ri_out=1 ri_pop=0 "
     "ri_clear=1 / "
     "ri_in=0 ri_out=0"},
    {"check_ram", "c_ra.a_write_in_range", "ra_we=1 ra_waddr=4 / ra_waddr=5"},
    {"check_ram", "c_ra.a_one_port", "ra_re=1 / ra_we=1"},
    {"check_ram", nullptr, "ra_re=1 ra_waddr=7 / ra_re=0 ra_we=1 ra_waddr=4"},
    {"check_banks", "c_ba.a_one_a_bank", "ba_grant=3"},
    {"check_banks", "c_ba.a_one_a_bank", "ba_grant=3 ba_bank=2 / ba_bank=3"},
    {"check_banks", nullptr, "ba_grant=3 ba_bank=1 / ba_bank=2 / ba_grant=2 ba_bank=3"},
    {"check_sems", "c_se.count.a_one_takes", "se_ok=3 se_take=3"},
    {"check_sems", "c_se.count.a_takes_what_is_there", "se_ok=1 se_take=2"},
    {"check_sems", "c_se.count.a_waits_after_a_take",
     "se_give=3 se_post=0x8001 / se_give=0 / se_ok=3 se_take=1 se_wait=0x8001 / se_take=2"},
    {"check_sems", "c_se.count.a_not_below_zero", "se_ok=1 se_take=1 se_wait=1"},
    {"check_sems", "c_se.count.a_not_below_zero",
     "se_give=1 se_post=9 / se_give=0 / se_ok=1 se_take=1 se_wait=0x129"},
    {"check_sems", "c_se.count.a_overflow_is_said", "se_overflow=2"},
    {"check_sems", "c_se.count.a_overflow_is_said",
     "se_give=1 se_post=0x421 *85 / se_post=1 / se_give=0 / "},
    {"check_sems", nullptr,
     "se_give=1 se_post=0x421 *85 / se_post=1 / se_give=0 / se_overflow=1 / se_overflow=0 "
     "se_clear=1 / se_clear=0 "
     "se_give=2 se_post=0x18000 / se_give=0 / se_ok=2 se_take=2 se_wait=0x18000 / se_ok=0 "
     "se_take=0"},
    {"check_event", "c_ev.a_counts_its_hits", "ev_inc=3 ev_hit=15 / ev_low=2"},
    {"check_event", "c_ev.a_counts_its_hits", "ev_low=1"},
    {"check_event", nullptr,
     "ev_inc=3 ev_hit=15 / ev_low=3 / ev_low=6 ev_hit=0 / ev_clear=1 / ev_clear=0 ev_low=0"},
    {"check_fifo", "c_fi.a_valid_says_not_empty", "fi_valid=1"},
    {"check_fifo", "c_fi.a_valid_says_not_empty", "fi_push=1 / fi_push=0"},
    {"check_fifo", "c_fi.a_ready_says_not_full", "fi_full=1"},
    {"check_fifo", "c_fi.a_ready_says_not_full", "fi_push=1 / fi_valid=1 / "},
    {"check_fifo", "c_fi.a_order", "fi_push=1 fi_in=5 / fi_push=0 fi_valid=1 fi_out=6"},
    {"check_fifo", nullptr,
     "fi_push=1 fi_in=5 / fi_in=6 fi_valid=1 fi_out=5 / fi_push=0 fi_full=1 fi_pop=1 / fi_full=0 "
     "fi_out=6 / "
     "fi_valid=0 fi_pop=0"},
    {"check_axi_address", "c_ax.a_length", "ax_valid=1 ax_len=16"},
    {"check_axi_address", "c_ax.a_in_a_page", "ax_valid=1 ax_addr=0x7ff8 ax_len=1"},
    {"check_axi_address", "c_ax.a_whole_beats", "ax_valid=1 ax_addr=0x8004"},
    {"check_axi_address", "c_ax.i_held.a_payload_stays", "ax_valid=1 ax_addr=8 / ax_addr=16"},
    {"check_axi_address", nullptr,
     "ax_valid=1 ax_addr=0x7f80 ax_len=15 / ax_ready=1 / ax_addr=0x8000 / ax_valid=0"},
    {"check_axi_write", "c_aw.a_bursts", "aw_awvalid=1 aw_awready=1 / / / aw_awvalid=0"},
    {"check_axi_write", "c_aw.a_behind_its_address", "aw_wvalid=1 aw_wlast=1"},
    {"check_axi_write", "c_aw.a_last",
     "aw_awvalid=1 aw_awready=1 aw_awlen=1 / aw_awvalid=0 aw_wvalid=1 aw_wready=1 aw_wlast=1"},
    {"check_axi_write", "c_aw.a_last", "aw_awvalid=1 aw_wvalid=1 aw_wready=1"},
    {"check_axi_write", "c_aw.a_response_to_a_burst", "aw_bvalid=1"},
    {"check_axi_write", "c_aw.a_response_to_a_burst",
     "aw_awvalid=1 aw_wvalid=1 aw_wready=1 aw_wlast=1 / aw_wvalid=0 aw_bvalid=1"},
    {"check_axi_write", "c_aw.i_data.a_payload_stays",
     "aw_awvalid=1 aw_wvalid=1 aw_wlast=1 / aw_wdata=1"},
    {"check_axi_write", "c_aw.i_response.a_valid_stays",
     "aw_awvalid=1 aw_awready=1 aw_wvalid=1 aw_wready=1 aw_wlast=1 / aw_awvalid=0 aw_wvalid=0 "
     "aw_bvalid=1 / "
     "aw_bvalid=0"},
    {"check_axi_write", nullptr,
     "aw_awvalid=1 aw_awlen=1 aw_wvalid=1 aw_wready=1 / aw_wlast=1 / aw_wvalid=0 aw_awready=1 / "
     "aw_awvalid=0 "
     "aw_bvalid=1 / aw_bready=1 / aw_bvalid=0"},
    {"check_axi_read", "c_ar.a_bursts", "ar_arvalid=1 ar_arready=1 / / / ar_arvalid=0"},
    {"check_axi_read", "c_ar.a_of_a_burst", "ar_rvalid=1 ar_rlast=1"},
    {"check_axi_read", "c_ar.a_last",
     "ar_arvalid=1 ar_arready=1 ar_arlen=1 / ar_arvalid=0 ar_rvalid=1 ar_rready=1 ar_rlast=1"},
    {"check_axi_read", "c_ar.a_last", "ar_arvalid=1 ar_arready=1 / ar_arvalid=0 ar_rvalid=1"},
    {"check_axi_read", "c_ar.i_data.a_payload_stays",
     "ar_arvalid=1 ar_arready=1 / ar_arvalid=0 ar_rvalid=1 ar_rlast=1 / ar_rdata=1"},
    {"check_axi_read", nullptr,
     "ar_arvalid=1 ar_arready=1 ar_arlen=1 / ar_arlen=0 / ar_arvalid=0 ar_rvalid=1 ar_rready=1 / "
     "ar_rlast=1 / "
     "ar_rready=0 / ar_rready=1 / ar_rvalid=0"},
    {"check_axil", "c_al.a_takes_address", "al_awbusy=1"},
    {"check_axil", "c_al.a_takes_data", "al_wbusy=1"},
    {"check_axil", "c_al.a_takes_read", "al_arbusy=1"},
    {"check_axil", "c_al.a_write_answers", "al_wvalid=1 / al_wvalid=0 al_bvalid=1"},
    {"check_axil", "c_al.a_read_answers", "al_rvalid=1"},
    {"check_axil", "c_al.a_one_request", "al_awvalid=1 / / "},
    {"check_axil", "c_al.a_in_time", "al_arvalid=1 / al_arvalid=0 al_arbusy=1 *6"},
    {"check_axil", "c_al.a_in_time", "al_awvalid=1 al_wvalid=1 / al_awvalid=0 al_wvalid=0 *6"},
    {"check_axil", "c_al.i_aw.a_valid_stays", "al_awvalid=1 / al_awbusy=1 / al_awvalid=0"},
    {"check_axil", "c_al.i_w.a_payload_stays", "al_wvalid=1 / al_wbusy=1 / al_data=1"},
    {"check_axil", "c_al.i_ar.a_payload_stays", "al_arvalid=1 / al_arbusy=1 / al_data=1"},
    {"check_axil", "c_al.i_b.a_valid_stays",
     "al_awvalid=1 al_wvalid=1 / al_awvalid=0 al_wvalid=0 al_bvalid=1 / al_bvalid=0"},
    {"check_axil", "c_al.i_r.a_payload_stays",
     "al_arvalid=1 / al_arvalid=0 al_rvalid=1 / al_data=1"},
    {"check_axil", nullptr,
     "al_awvalid=1 / al_awvalid=0 al_awbusy=1 al_wvalid=1 / al_wvalid=0 al_wbusy=1 / al_bvalid=1 "
     "al_bready=1 / "
     "al_bvalid=0 al_awbusy=0 al_wbusy=0 al_arvalid=1 / al_arvalid=0 al_arbusy=1 *4 / al_rvalid=1 "
     "al_rready=1 / "
     "al_rvalid=0 al_arbusy=0"},
};

#define INPUTS(X)                                                                                  \
    X(hs_valid)                                                                                    \
    X(hs_ready)                                                                                    \
    X(hs_data)                                                                                     \
    X(st_hold)                                                                                     \
    X(st_value)                                                                                    \
    X(im_if)                                                                                       \
    X(im_then)                                                                                     \
    X(oh_bits)                                                                                     \
    X(oe_bits)                                                                                     \
    X(co_clear)                                                                                    \
    X(co_value)                                                                                    \
    X(co_add)                                                                                      \
    X(co_sub)                                                                                      \
    X(pp_push)                                                                                     \
    X(pp_ready)                                                                                    \
    X(pp_pop)                                                                                      \
    X(pp_valid)                                                                                    \
    X(ri_clear)                                                                                    \
    X(ri_push)                                                                                     \
    X(ri_pop)                                                                                      \
    X(ri_in)                                                                                       \
    X(ri_out)                                                                                      \
    X(ra_re)                                                                                       \
    X(ra_we)                                                                                       \
    X(ra_waddr)                                                                                    \
    X(ba_grant)                                                                                    \
    X(ba_bank)                                                                                     \
    X(se_clear)                                                                                    \
    X(se_wait)                                                                                     \
    X(se_post)                                                                                     \
    X(se_ok)                                                                                       \
    X(se_take)                                                                                     \
    X(se_give)                                                                                     \
    X(se_overflow)                                                                                 \
    X(ev_clear)                                                                                    \
    X(ev_carry)                                                                                    \
    X(ev_hit)                                                                                      \
    X(ev_low)                                                                                      \
    X(ev_inc)                                                                                      \
    X(fi_push)                                                                                     \
    X(fi_full)                                                                                     \
    X(fi_valid)                                                                                    \
    X(fi_pop)                                                                                      \
    X(fi_in)                                                                                       \
    X(fi_out)                                                                                      \
    X(ax_valid)                                                                                    \
    X(ax_ready)                                                                                    \
    X(ax_addr)                                                                                     \
    X(ax_len)                                                                                      \
    X(aw_awvalid)                                                                                  \
    X(aw_awready)                                                                                  \
    X(aw_wvalid)                                                                                   \
    X(aw_wready)                                                                                   \
    X(aw_wlast)                                                                                    \
    X(aw_bvalid)                                                                                   \
    X(aw_bready)                                                                                   \
    X(aw_awlen)                                                                                    \
    X(aw_wdata)                                                                                    \
    X(ar_arvalid)                                                                                  \
    X(ar_arready)                                                                                  \
    X(ar_rvalid)                                                                                   \
    X(ar_rready)                                                                                   \
    X(ar_rlast)                                                                                    \
    X(ar_arlen)                                                                                    \
    X(ar_rdata)                                                                                    \
    X(al_awvalid)                                                                                  \
    X(al_awbusy)                                                                                   \
    X(al_wvalid)                                                                                   \
    X(al_wbusy)                                                                                    \
    X(al_bvalid)                                                                                   \
    X(al_bready)                                                                                   \
    X(al_arvalid)                                                                                  \
    X(al_arbusy)                                                                                   \
    X(al_rvalid)                                                                                   \
    X(al_rready)                                                                                   \
    X(al_data)

bool set(Vtop *top, const std::string &name, uint64_t value)
{
#define SET(input)                                                                                 \
    if (name == #input) return top->input = value, true;
    INPUTS(SET)
    return false;
}

struct bench {
    VerilatedContext context;
    Vtop top{&context, "TOP"};
    uint64_t clock = 0, failed_at = 0;

    void step()
    {
        context.time(++clock);
        top.clk_i = 1;
        top.eval();
        top.clk_i = 0;
        top.eval();
        if (stamp_stop_seen && !failed_at) failed_at = clock;
    }
};

/* Empty, or what is wrong. */
std::string run(const fault &f)
{
    bench b;
    std::istringstream words{f.text};
    uint64_t last, times = 1;

    stamp_stop_seen = false;
    stamp_stop_text[0] = 0;
    for (int i = 0; i < 2; i++) b.step();
    b.top.rst_ni = 1;
    for (int i = 0; i < 6; i++) b.step();
    for (std::string w; words >> w;) {
        const size_t at = w.find('=');
        if (w == "/") {
            for (; times; times--) b.step();
            times = 1;
        } else if (w[0] == '*') {
            times = strtoull(w.c_str() + 1, nullptr, 0);
        } else if (at == w.npos ||
                   !set(&b.top, w.substr(0, at), strtoull(w.c_str() + at + 1, nullptr, 0))) {
            return "no input " + w;
        }
    }
    for (; times; times--) b.step();
    last = b.clock;
    if (!f.assertion)
        return b.failed_at ? std::string("what is right fails: ") + stamp_stop_text : "";
    if (!b.failed_at) return "nothing fails";
    const std::string want =
        std::string(f.assertion) + " fails in clock " + std::to_string(last) + " ";
    return strstr(stamp_stop_text, want.c_str()) ? "" : "want " + want + "got: " + stamp_stop_text;
}

} // namespace

int main()
{
    int passed = 0, failed = 0;

    for (const fault &f : faults) {
        const std::string wrong = run(f);
        if (!wrong.empty()) printf("FAIL: %s, %s: %s\n", f.check, f.text, wrong.c_str());
        (wrong.empty() ? passed : failed)++;
        if (f.assertion) printf("saw %s.%s\n", f.check, strrchr(f.assertion, '.') + 1);
    }
    printf("checks: %d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
