// SPDX-License-Identifier: Apache-2.0
// checks_tb_top - one of each check of rtl/assert, driven by nothing but its ports: checks_tb.cpp drives faults.
// At zero, every input is one that all checks take for right: what would be wrong at 0 is inverted here.
module checks_tb_top (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        hs_valid, hs_ready,
    input logic [3:0]  hs_data,
    input logic        st_hold,
    input logic [3:0]  st_value,
    input logic        im_if, im_then,
    input logic [2:0]  oh_bits, oe_bits, // oe_bits: of one that is always set, lowest bit inverted
    input logic        co_clear,
    input logic [3:0]  co_value, co_add, co_sub,
    input logic        pp_push, pp_ready, pp_pop, pp_valid,
    input logic        ri_clear, ri_push, ri_pop,
    input logic [2:0]  ri_in, ri_out,
    input logic        ra_re, ra_we,
    input logic [2:0]  ra_waddr,
    input logic [1:0]  ba_grant, ba_bank,
    input logic        se_clear,
    input logic [29:0] se_wait, se_post,
    input logic [1:0]  se_ok, se_take, se_give, se_overflow,
    input logic        ev_clear, ev_carry,
    input logic [3:0]  ev_hit,
    input logic [15:0] ev_low, ev_inc,
    input logic        fi_push, fi_full, fi_valid, fi_pop,
    input logic [3:0]  fi_in, fi_out,
    input logic        ax_valid, ax_ready,
    input logic [39:0] ax_addr,
    input logic [7:0]  ax_len,
    input logic        aw_awvalid, aw_awready, aw_wvalid, aw_wready, aw_wlast, aw_bvalid, aw_bready,
    input logic [7:0]  aw_awlen, aw_wdata,
    input logic        ar_arvalid, ar_arready, ar_rvalid, ar_rready, ar_rlast,
    input logic [7:0]  ar_arlen, ar_rdata,
    input logic        al_awvalid, al_awbusy, al_wvalid, al_wbusy, al_bvalid, al_bready,
    input logic        al_arvalid, al_arbusy, al_rvalid, al_rready,
    input logic [7:0]  al_data
);

  check_handshake #(.Width(4)) c_hs (
    .clk_i, .rst_ni, .valid_i(hs_valid), .ready_i(hs_ready), .payload_i(hs_data));
  check_stable #(.Width(4)) c_st (.clk_i, .rst_ni, .hold_i(st_hold), .value_i(st_value));
  check_implies c_im (.clk_i, .rst_ni, .if_i(im_if), .then_i(im_then));
  check_onehot #(.Width(3)) c_oh (.clk_i, .rst_ni, .bits_i(oh_bits));
  check_onehot #(.Width(3), .Exact(1'b1)) c_oe (.clk_i, .rst_ni, .bits_i(oe_bits ^ 3'd1));
  check_counter #(.Width(4), .Max(9)) c_co (
    .clk_i, .rst_ni, .clear_i(co_clear), .value_i(co_value), .add_i(co_add), .sub_i(co_sub));
  check_push_pop c_pp (
    .clk_i, .rst_ni, .push_i(pp_push), .ready_i(pp_ready), .pop_i(pp_pop), .valid_i(pp_valid));
  check_ring #(.Width(3), .Depth(4)) c_ri (
    .clk_i, .rst_ni, .clear_i(ri_clear), .in_i(ri_in), .out_i(ri_out), .push_i(ri_push), .pop_i(ri_pop));
  check_ram #(.Depth(5), .One(1'b1)) c_ra (
    .clk_i, .re_i(ra_re), .we_i(ra_we), .waddr_i(ra_waddr));
  check_banks #(.Ports(2), .BankW(1)) c_ba (.clk_i, .grant_i(ba_grant), .bank_i(ba_bank));
  check_sems #(.Units(2)) c_se (
    .clk_i, .rst_ni, .clear_i(se_clear), .wait_i(se_wait), .ok_i(se_ok), .take_i(se_take),
    .give_i(se_give), .post_i(se_post), .overflow_i(se_overflow));
  stamp_counters i_counters (
    .clk_i, .rst_ni, .clear_i(ev_clear), .hit_i(ev_hit), .inc_i({4{ev_inc}}), .low_i(ev_low), .carry_i(ev_carry));
  check_fifo #(.Width(4), .Depth(2)) c_fi (
    .clk_i, .rst_ni, .push_i(fi_push), .ready_i(!fi_full), .in_i(fi_in), .valid_i(fi_valid), .pop_i(fi_pop),
    .out_i(fi_out), .mark_i(1'b1));
  check_axi_address #(.AxiBytes(8), .MaxBeats(16)) c_ax (
    .clk_i, .rst_ni, .valid_i(ax_valid), .ready_i(ax_ready), .addr_i(ax_addr), .len_i(ax_len));
  check_axi_write #(.Width(8), .Depth(2)) c_aw (
    .clk_i, .rst_ni, .awvalid_i(aw_awvalid), .awready_i(aw_awready), .awlen_i(aw_awlen), .wvalid_i(aw_wvalid),
    .wready_i(aw_wready), .wlast_i(aw_wlast), .wdata_i(aw_wdata), .bvalid_i(aw_bvalid), .bready_i(aw_bready),
    .bresp_i(2'd0));
  check_axi_read #(.Width(8), .Depth(2)) c_ar (
    .clk_i, .rst_ni, .arvalid_i(ar_arvalid), .arready_i(ar_arready), .arlen_i(ar_arlen), .rvalid_i(ar_rvalid),
    .rready_i(ar_rready), .rlast_i(ar_rlast), .rresp_i(2'd0), .rdata_i(ar_rdata));
  check_axil #(.Most(4), .Master(1'b1)) c_al (
    .clk_i, .rst_ni, .awvalid_i(al_awvalid), .awready_i(!al_awbusy), .awaddr_i({4'd0, al_data}),
    .wvalid_i(al_wvalid), .wready_i(!al_wbusy), .wdata_i({28'd0, al_data}), .bvalid_i(al_bvalid),
    .bready_i(al_bready), .arvalid_i(al_arvalid), .arready_i(!al_arbusy), .araddr_i({4'd0, al_data}),
    .rvalid_i(al_rvalid), .rready_i(al_rready), .rdata_i({24'd0, al_data}));

endmodule
