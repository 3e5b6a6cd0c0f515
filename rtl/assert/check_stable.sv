// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_stable - a value is in a cycle in which hold_i is high what it was in the cycle before.
module check_stable #(
    parameter int unsigned Width = 1
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             hold_i,
    input logic [Width-1:0] value_i
);

  logic             up_q;
  logic [Width-1:0] value_q;

  always_ff @(posedge clk_i) begin
    up_q    <= rst_ni;
    value_q <= value_i;
  end

  always @(posedge clk_i) begin
    if (rst_ni && up_q && hold_i) begin
      a_holds: assert (value_i == value_q);
    end
  end

endmodule
