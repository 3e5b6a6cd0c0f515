// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ihp_1w1r - body of stamp_ram from single-port macros of IHP SG13G2, equal to the behavioural one
// in every cycle: two copies, and a table of which copy holds a line's newest value.
//
// A read goes to the copy its line is in, so a write of the same cycle goes to the other one and notes
// that the line is there now: neither ever waits, and a read beside a write of its line gives the old
// value. The table is one flip-flop a line; what it holds at first does not matter.
module stamp_ihp_1w1r #(
    parameter int unsigned Width = 64,
    parameter int unsigned Depth = 64
) (
    input  logic                     clk_i,
    input  logic [31:0]              mem_test_i,

    input  logic                     we_i,
    input  logic [$clog2(Depth)-1:0] waddr_i,
    input  logic [Width-1:0]         wdata_i,

    input  logic                     re_i,
    input  logic [$clog2(Depth)-1:0] raddr_i,
    output logic [Width-1:0]         rdata_o
);

  logic             newest_q [Depth];
  logic             from, from_q; // copy that is read, that was read
  logic [Width-1:0] line [2];

  assign from    = newest_q[raddr_i];
  assign rdata_o = line[from_q];

  always_ff @(posedge clk_i) begin
    if (we_i) newest_q[waddr_i] <= !from;
    if (re_i) from_q <= from;
  end

  for (genvar c = 0; c < 2; c++) begin : g_copy
    logic rd, wr;
    assign rd = re_i && from == 1'(c);
    assign wr = we_i && from != 1'(c);

    stamp_ihp_sp #(.Width(Width), .Depth(Depth)) i_copy (
      .clk_i, .mem_test_i, .re_i(rd), .we_i(wr), .addr_i(wr ? waddr_i : raddr_i), .mask_i(1'b1),
      .wdata_i, .rdata_o(line[c]));
  end

endmodule
