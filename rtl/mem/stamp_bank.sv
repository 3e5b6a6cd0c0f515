// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_bank - a memory of whole lines on single ports: one bank, or two by the low bit of the line.
//
// Priority  the reader is always granted; a write to the bank that is read waits. wr_ready_o depends on
//           the reader's request alone, which comes from registers, and on the line to be written; the
//           writer holds line and data until then. A taken line is in the memory.
// Starving  a reader that goes through lines in order leaves each of two banks every other cycle.
// Latency   of a read 2 cycles; rdata_o holds its value until the next read's comes.
module stamp_bank #(
    parameter int unsigned Width = 64, // bits of a line
    parameter int unsigned Depth = 64, // lines, 4 or more
    parameter int unsigned Banks = 1   // 1 or 2
) (
    input  logic                     clk_i,
    input  logic [31:0]              mem_test_i,

    input  logic                     wr_valid_i,
    output logic                     wr_ready_o,
    input  logic [$clog2(Depth)-1:0] waddr_i,
    input  logic [Width-1:0]         wdata_i,

    input  logic                     re_i,
    input  logic [$clog2(Depth)-1:0] raddr_i,
    output logic [Width-1:0]         rdata_o
);

  localparam int unsigned Low   = Banks - 1; // bits that name the bank
  localparam int unsigned Lines = (Depth + Banks - 1) / Banks;
  localparam int unsigned AddrW = $clog2(Depth) - Low;

  logic [Width-1:0] line [Banks];

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic rd, wr;
    assign rd = re_i && (Banks == 1 || raddr_i[0] == 1'(b));
    assign wr = wr_valid_i && (Banks == 1 || waddr_i[0] == 1'(b)) && !rd;

    stamp_ram_sp #(.Width(Width), .Depth(Lines)) i_ram (
      .clk_i, .mem_test_i, .re_i(rd), .we_i(wr),
      .addr_i(($clog2(Lines))'(rd ? raddr_i[Low +: AddrW] : waddr_i[Low +: AddrW])), .mask_i(1'b1),
      .wdata_i, .rdata_o(line[b]));
  end

  if (Banks == 1) begin : g_one
    assign wr_ready_o = !re_i;
    assign rdata_o    = line[0];
  end else begin : g_two
    logic sel;
    assign wr_ready_o = !(re_i && raddr_i[0] == waddr_i[0]);
    assign rdata_o    = line[sel];

    stamp_ram_tag i_sel (.clk_i, .re_i, .tag_i(raddr_i[0]), .tag_o(sel));
  end

endmodule
