// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_top - a small design of modules of rtl/lib in place of the machine, for the tests of
// `make timing`: 4 x 8 + 2 x 3 flip-flops in the queue, 8 of its own, a memory of 32 lines and 8 + 1 behind it.
module stamp_top #(
    parameter int unsigned P, L, T, VM_LINES, XB_LINES, WB_LINES, CM_LINES, SM_ENTRIES, RT_ENTRIES, AC_LINES,
    parameter int unsigned IT_ENTRIES, PB_LINES, F, Q, AXI_BYTES, QUEUE, IM_WORDS
) (
    input  logic       clk_i,
    input  logic       rst_ni,
    input  logic       push_i,
    input  logic [7:0] data_i,
    output logic [7:0] sum_o,
    output logic       valid_o
);

  logic [7:0] head, line, sum_q;
  logic       ready, valid;

  stamp_pair i_pair (.clk_i, .rst_ni, .push_i(push_i && ready), .data_i, .ready_o(ready), .valid_o(valid), .data_o(head));

  stamp_ram #(.Width(8), .Depth(32)) i_mem (
    .clk_i, .we_i(valid), .waddr_i(head[4:0]), .wdata_i(sum_q), .re_i(valid), .raddr_i(head[7:3]), .rdata_o(line));

  always_ff @(posedge clk_i) begin
    if (!rst_ni)    sum_q <= '0;
    else if (valid) sum_q <= sum_q + line;
  end

  assign sum_o   = sum_q;
  assign valid_o = valid;

endmodule
