// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_ring - pointers of a ring, each a lap bit above an index: out_i never passes in_i, nor in_i out_i by more
// than Depth places; each moves by one place where its move bit is set.
module check_ring #(
    parameter int unsigned Width = 4, // of a pointer: $clog2(Depth) + 1
    parameter int unsigned Depth = 8  // a power of two
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             clear_i,
    input logic [Width-1:0] in_i,
    input logic [Width-1:0] out_i,
    input logic             push_i,
    input logic             pop_i
);

  logic             up_q;
  logic [Width-1:0] held, in_q, out_q;

  assign held = in_i - out_i;

  always_ff @(posedge clk_i) begin
    up_q  <= rst_ni;
    in_q  <= (rst_ni && !clear_i) ? in_i + Width'(push_i) : '0;
    out_q <= (rst_ni && !clear_i) ? out_i + Width'(pop_i) : '0;
  end

  always @(posedge clk_i) begin
    if (rst_ni && up_q) begin
      a_no_overrun: assert (32'(held) <= Depth);
      a_in_steps: assert (in_i == in_q);
      a_out_steps: assert (out_i == out_q);
    end
  end

endmodule
