// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_implies - where if_i is high, then_i is.
module check_implies (
    input logic clk_i,
    input logic rst_ni,
    input logic if_i,
    input logic then_i
);

  always @(posedge clk_i) begin
    if (rst_ni && if_i) begin
      a_then: assert (then_i);
    end
  end

endmodule
