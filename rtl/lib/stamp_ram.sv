// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ram - memory wrapper with two ports: one to write, one to read, registered read.
//
// For what must read and write in one cycle and cannot wait: VM, SM, RM, AC, IM. Everything else is a
// stamp_ram_sp, which costs half on a foundry's single-port macros (rtl/microarchitecture.md, section 2).
// Latency   2 cycles: a register stands behind the macro, so that what the macro takes to give a line is
//           all that cycle holds. rdata_o holds its value until the next read's comes.
// Ports     1W 1R, whole lines. Reading the line written in the same cycle gives the old line;
//           no unit relies on it.
// Body      behavioural, or with STAMP_IHP the macros of IHP SG13G2. Another macro of the contract
//           replaces it here and nowhere else.
module stamp_ram #(
    parameter int unsigned Width = 64, // bits of a line
    parameter int unsigned Depth = 64  // lines, 2 or more
) (
    input  logic                     clk_i,
    input  logic [31:0]              mem_test_i, // fields: rtl/mem/ihp/stamp_ihp_macro.sv

    input  logic                     we_i,
    input  logic [$clog2(Depth)-1:0] waddr_i,
    input  logic [Width-1:0]         wdata_i,

    input  logic                     re_i,
    input  logic [$clog2(Depth)-1:0] raddr_i,
    output logic [Width-1:0]         rdata_o
);

  logic [Width-1:0] line;

`ifdef STAMP_IHP
  stamp_ihp_1w1r #(.Width(Width), .Depth(Depth)) i_macros (
    .clk_i, .mem_test_i, .we_i, .waddr_i, .wdata_i, .re_i, .raddr_i, .rdata_o(line));
`else
  logic [Width-1:0] mem [Depth];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
    if (re_i) line <= mem[raddr_i];
  end

  logic unused;
  assign unused = &{1'b0, mem_test_i};
`endif

  logic re_q;
  always_ff @(posedge clk_i) begin
    re_q <= re_i;
    if (re_q) rdata_o <= line;
  end

endmodule
