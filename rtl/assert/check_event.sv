// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_event - event counters: one of them, another after each clear, is what its hits since then make.
// Bound into stamp_counters alone, whose counts it reads.
module check_event #(
    parameter int unsigned Events = 34
) (
    input logic                 clk_i,
    input logic                 rst_ni,
    input logic                 clear_i,
    input logic [Events-1:0]    hit_i,
    input logic [Events*16-1:0] inc_i
);

  localparam int unsigned AtW = Events > 1 ? $clog2(Events) : 1;

  logic [AtW-1:0] at_q; // which is followed; it begins anywhere
  logic           up_q;
  logic [63:0]    want_q, count;

  assign count = {stamp_counters.high_q[at_q] + 48'(stamp_counters.carry_q[at_q]), stamp_counters.low_q[at_q]};

  always_ff @(posedge clk_i) begin
    up_q <= rst_ni && !clear_i;
    if (!rst_ni || clear_i) begin
      want_q <= '0;
      at_q   <= at_q >= AtW'(Events - 1) ? '0 : at_q + 1'b1;
    end else if (hit_i[at_q]) begin
      want_q <= want_q + 64'(inc_i[at_q*16 +: 16]);
    end
  end

  always @(posedge clk_i) begin
    if (rst_ni && up_q) begin
      a_counts_its_hits: assert (count == want_q);
    end
  end

endmodule
