// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_counter - a count is never beyond Max, grows by add_i and falls by sub_i of the cycle before, and is what
// clear_i says, 0, behind a cycle with it. It never falls below 0 nor, unless Wraps, passes what its bits hold.
module check_counter #(
    parameter int unsigned Width = 8, // of the count, 31 or less
    parameter int unsigned Max   = 255,
    parameter bit          Wraps = 1'b0
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             clear_i,
    input logic [Width-1:0] value_i,
    input logic [Width-1:0] add_i,
    input logic [Width-1:0] sub_i
);

  logic             up_q;
  logic [Width:0]   next;
  logic [Width-1:0] want_q;

  assign next = {1'b0, value_i} + {1'b0, add_i} - {1'b0, sub_i};

  always_ff @(posedge clk_i) begin
    up_q   <= rst_ni;
    want_q <= (rst_ni && !clear_i) ? next[Width-1:0] : '0;
  end

  always @(posedge clk_i) begin
    if (rst_ni && up_q) begin
      a_within_bounds: assert (32'(value_i) <= Max);
      a_steps: assert (value_i == want_q);
      if (!Wraps && !clear_i) begin
        a_no_wrap: assert (!next[Width]);
      end
    end
  end

endmodule
