// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ram_mask - memory wrapper with a write enable for every nibble: one write port, one read
// port, registered read.
//
// Latency   1 cycle, 2 with OutReg; rdata_o holds its value until the next read's comes.
// Ports     1W 1R. Reading the line written in the same cycle gives the old line; no unit relies
//           on it. Replace the body by a macro of the same contract.
module stamp_ram_mask #(
    parameter int unsigned Nibbles = 64, // of a line
    parameter int unsigned Depth   = 64, // lines
    parameter bit          OutReg  = 1'b0 // a register behind the memory
) (
    input  logic                     clk_i,

    input  logic                     we_i,
    input  logic [$clog2(Depth)-1:0] waddr_i,
    input  logic [Nibbles-1:0]       mask_i, // nibbles that are written
    input  logic [Nibbles*4-1:0]     wdata_i,

    input  logic                     re_i,
    input  logic [$clog2(Depth)-1:0] raddr_i,
    output logic [Nibbles*4-1:0]     rdata_o
);

  logic [Nibbles*4-1:0] mem [Depth];
  logic [Nibbles*4-1:0] line;

  always_ff @(posedge clk_i) begin
    if (we_i) begin
      for (int unsigned n = 0; n < Nibbles; n++)
        if (mask_i[n]) mem[waddr_i][n*4 +: 4] <= wdata_i[n*4 +: 4];
    end
    if (re_i) line <= mem[raddr_i];
  end

  if (OutReg) begin : g_out
    logic re_q;
    always_ff @(posedge clk_i) begin
      re_q <= re_i;
      if (re_q) rdata_o <= line;
    end
  end else begin : g_direct
    assign rdata_o = line;
  end

endmodule
