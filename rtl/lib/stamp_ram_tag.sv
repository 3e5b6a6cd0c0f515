// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ram_tag - what was asked with a read of a memory, arriving with its data: which part of the line,
// which bank.
//
// Latency 2 cycles, as of the memories; tag_o holds until the next read's comes.
module stamp_ram_tag #(
    parameter int unsigned Width = 1 // bits
) (
    input  logic             clk_i,

    input  logic             re_i,
    input  logic [Width-1:0] tag_i,
    output logic [Width-1:0] tag_o
);

  logic             re_q;
  logic [Width-1:0] tag_q;

  always_ff @(posedge clk_i) begin
    re_q <= re_i;
    if (re_i) tag_q <= tag_i;
    if (re_q) tag_o <= tag_q;
  end

endmodule
