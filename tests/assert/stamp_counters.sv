// SPDX-License-Identifier: Apache-2.0
// stamp_counters - in place of the real one for checks_tb.cpp: counts are inputs, the check reads them as it does there.
module stamp_counters (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        clear_i,
    input logic [3:0]  hit_i,
    input logic [63:0] inc_i,
    input logic [15:0] low_i,
    input logic        carry_i
);

  logic [15:0] low_q [4];
  logic [47:0] high_q [4];
  logic [3:0]  carry_q;

  assign carry_q = {4{carry_i}};
  for (genvar e = 0; e < 4; e++) begin : g_count
    assign low_q[e]  = low_i;
    assign high_q[e] = '0;
  end

  check_event #(.Events(4)) c_ev (.clk_i, .rst_ni, .clear_i, .hit_i, .inc_i);

endmodule
