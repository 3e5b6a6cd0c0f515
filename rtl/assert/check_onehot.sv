// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_onehot - at most one bit is set; with Exact, exactly one.
module check_onehot #(
    parameter int unsigned Width = 2,
    parameter bit          Exact = 1'b0
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic [Width-1:0] bits_i
);

  always @(posedge clk_i) begin
    if (rst_ni) begin
      a_at_most_one: assert ((bits_i & (bits_i - 1'b1)) == '0);
      if (Exact) begin
        a_one: assert (bits_i != '0);
      end
    end
  end

endmodule
