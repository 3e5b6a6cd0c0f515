// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_push_pop - who uses a queue: pushes only into one that has room, pops only what is there.
module check_push_pop (
    input logic clk_i,
    input logic rst_ni,
    input logic push_i,
    input logic ready_i,
    input logic pop_i,
    input logic valid_i
);

  always @(posedge clk_i) begin
    if (rst_ni) begin
      a_no_overflow: assert (!push_i || ready_i);
      a_no_underflow: assert (!pop_i || valid_i);
    end
  end

endmodule
