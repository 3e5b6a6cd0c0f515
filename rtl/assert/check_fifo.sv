// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_fifo - a queue hands out all that was put in, in order, once: flags count, one element of any is followed.
//
// Exact: valid_i and ready_i say empty and full; else they only never say more than is so.
// mark_i chooses the element that is followed, whenever none is: free in a proof, anything in a simulation.
module check_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 4,
    parameter bit          Exact = 1'b1
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             push_i,
    input logic             ready_i,
    input logic [Width-1:0] in_i,
    input logic             valid_i,
    input logic             pop_i,
    input logic [Width-1:0] out_i,
    input logic             mark_i
);

  localparam int unsigned CountW = $clog2(Depth + 1);

  logic [CountW-1:0] count_q, ahead_q;
  logic              seen_q;
  logic [Width-1:0]  want_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      ahead_q <= '0;
      seen_q  <= 1'b0;
    end else begin
      count_q <= count_q + CountW'(push_i && ready_i) - CountW'(pop_i && valid_i);
      if (!seen_q && mark_i && push_i && ready_i) begin
        seen_q  <= 1'b1;
        want_q  <= in_i;
        ahead_q <= count_q - CountW'(pop_i && valid_i);
      end else if (seen_q && pop_i && valid_i) begin
        ahead_q <= ahead_q - 1'b1;
        if (ahead_q == '0) seen_q <= 1'b0;
      end
    end
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      if (valid_i || Exact) begin
        a_valid_says_not_empty: assert (valid_i == (count_q != '0));
      end
      if (ready_i || Exact) begin
        a_ready_says_not_full: assert (ready_i == (count_q != CountW'(Depth)));
      end
      if (seen_q && ahead_q == '0 && valid_i) begin
        a_order: assert (out_i == want_q);
      end
    end
  end

endmodule
