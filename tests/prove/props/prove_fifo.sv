// SPDX-License-Identifier: Apache-2.0
// stamp_fifo as check_fifo says, whatever comes; reset in any cycle.
module prove_fifo #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 4
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             push_i,
    input logic             pop_i,
    input logic [Width-1:0] data_i,
    input logic             mark_i
);

  logic             up, ready, valid;
  logic [Width-1:0] data;
  logic             begun_q = 1'b0;

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up = begun_q && rst_ni;

  stamp_fifo #(.Width(Width), .Depth(Depth)) i_dut (
    .clk_i, .rst_ni(up), .push_i, .ready_o(ready), .data_i, .valid_o(valid), .pop_i, .data_o(data));

  check_fifo #(.Width(Width), .Depth(Depth)) i_check (
    .clk_i, .rst_ni(up), .push_i, .ready_i(ready), .in_i(data_i), .valid_i(valid), .pop_i, .out_i(data), .mark_i);

endmodule
