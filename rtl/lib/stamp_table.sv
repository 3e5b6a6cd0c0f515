// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_table - a table of small entries, written a line of 64 bytes at a time, read one at a time.
//
// Latency 1 cycle, 2 with OutReg; entry_o holds until the next read's comes.
module stamp_table #(
    parameter int unsigned Bits    = 16, // of an entry, a power of two, 256 or less
    parameter int unsigned Entries = 512, // a multiple of two lines
    parameter bit          OutReg  = 1'b0 // a register behind the memory
) (
    input  logic                       clk_i,

    input  logic                       we_i,
    input  logic [$clog2(Entries*Bits/512)-1:0] line_i,
    input  logic [511:0]               data_i, // entry 0 lowest

    input  logic                       re_i,
    input  logic [$clog2(Entries)-1:0] entry_i,
    output logic [Bits-1:0]            entry_o
);

  localparam int unsigned SelW = $clog2(512 / Bits);

  logic [511:0]    line;
  logic [SelW-1:0] sel_q;

  if (OutReg) begin : g_out
    logic            re_q;
    logic [SelW-1:0] sel1_q;
    always_ff @(posedge clk_i) begin
      re_q <= re_i;
      if (re_i) sel1_q <= entry_i[SelW-1:0];
      if (re_q) sel_q <= sel1_q;
    end
  end else begin : g_direct
    always_ff @(posedge clk_i) if (re_i) sel_q <= entry_i[SelW-1:0];
  end

  stamp_ram #(.Width(512), .Depth(Entries * Bits / 512), .OutReg(OutReg)) i_ram (
    .clk_i, .we_i, .waddr_i(line_i), .wdata_i(data_i),
    .re_i, .raddr_i(entry_i[$clog2(Entries)-1:SelW]), .rdata_o(line));

  assign entry_o = line[sel_q*Bits +: Bits];

endmodule
