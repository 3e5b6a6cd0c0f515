// SPDX-License-Identifier: Apache-2.0
// stamp_array and the first step of stamp_drain_lane: a product of 8 by 8 bits out of four of 4 by 4. Two rows hold the
// nibbles of the activation, two steps those of the weight: what leaves the drain's first adder is the product of the
// integers these stand for. One of the T products of a column is any, the others are 0; Depth says which place.

module prove_nibbles #(
    parameter int unsigned Depth = 0
) (
    input logic       clk_i,
    input logic [3:0] x_hi_i,
    input logic [3:0] x_lo_i,
    input logic [3:0] w_hi_i,
    input logic [3:0] w_lo_i
);

  localparam int unsigned P = 2, L = 4, T = 4;

  // The same operands in all cycles; when a step is issued, and what it reads two cycles later.
  logic [3:0]         cycle_q = 4'd0;
  logic [3:0]         xh_q, xl_q, wh_q, wl_q, xh, xl, wh, wl;
  logic               begun_q = 1'b0;
  logic [P*L*4-1:0]   x;
  logic [L*T*4-1:0]   w;
  logic [L*32-1:0]    row0, row1;
  logic [31:0]        sum, y;
  logic               flag;

  assign {xh, xl, wh, wl} = begun_q ? {xh_q, xl_q, wh_q, wl_q} : {x_hi_i, x_lo_i, w_hi_i, w_lo_i};

  always_ff @(posedge clk_i) begin
    begun_q <= 1'b1;
    {xh_q, xl_q, wh_q, wl_q} <= {xh, xl, wh, wl};
    if (cycle_q != 4'd15) cycle_q <= cycle_q + 4'd1;
  end

  always_comb begin
    x = '0;
    w = '0;
    x[Depth*4 +: 4]         = xh;
    x[(L + Depth)*4 +: 4]   = xl;
    for (int c = 0; c < L; c++) w[(c*T + Depth)*4 +: 4] = cycle_q == 4'd3 ? wh : wl;
  end

  stamp_array #(.P(P), .L(L), .T(T), .XB_LINES(16), .WB_LINES(16)) i_array (
    .clk_i, .rst_ni(begun_q), .issue_i(cycle_q == 4'd1 || cycle_q == 4'd2), .first_i(cycle_q == 4'd1),
    .shift_i(cycle_q == 4'd2), .last_i(cycle_q == 4'd2), .phase_i(1'b0), .x_i(x), .w_i(w), .row0_o(row0),
    .row1_o(row1));

  // The shadow's rows are there in cycle 9, as stamp_drain takes them.
  stamp_drain_lane i_lane (
    .clk_i, .rst_ni(begun_q), .row_i(2'b11), .deq_i('0), .row0_i(row0[31:0]), .row1_i(row1[31:0]), .pair_i(1'b1),
    .keep_i(1'b0), .ac_i(32'd0), .sum_o(sum), .corr_i(15'd0), .colsum_i(32'd0), .extra_i(32'd0), .sx_sig_i(8'd0),
    .sx_i(16'd0), .sw_set_i(1'b0), .sw_i(16'd0), .add_i(1'b0), .old_i(32'd0), .y_o(y), .flag_o(flag));

  // What a pair of signed nibbles stands for: -136..119.
  logic signed [31:0] xv, wv;
  assign xv = 32'sd16 * 32'($signed(xh)) + 32'($signed(xl));
  assign wv = 32'sd16 * 32'($signed(wh)) + 32'($signed(wl));

  always @(posedge clk_i) if (begun_q && cycle_q == 4'd11) assert (sum == xv * wv);

  logic unused;
  assign unused = &{1'b0, y, flag};

endmodule
