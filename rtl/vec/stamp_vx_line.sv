// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_line - VM lines that no adder makes: maxima, packed codes, and lines filled lane by lane.
//
// Rule     model/spec/isa.md VBIN MAX, VCODE, VSMRD, VRED. C twins: model/insn/v*.c.
// Latency  1 enabled cycle from the last part of a line to valid_o. At most one part a cycle; en_i
//          low holds everything.
module stamp_vx_line #(
    parameter int unsigned L,
    parameter int unsigned AddrW = 11
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic               en_i,

    // A whole line: the larger of a and b, lane by lane; a where neither is.
    input  logic               max_i,
    input  logic [L*32-1:0]    a_i,
    input  logic [L*32-1:0]    b_i,
    input  logic [AddrW-1:0]   max_addr_i,

    // One code of every word; field 0 clears the others.
    input  logic               word_i,
    input  logic [L*8-1:0]     code_i,
    input  logic               bits8_i,
    input  logic [2:0]         field_i,
    input  logic               word_flush_i, // the line is complete
    input  logic [AddrW-1:0]   word_addr_i,

    // One lane, or two (lane_i is even then); lane 0 clears the others.
    input  logic               lane_i,
    input  logic               pair_i,
    input  logic [$clog2(L)-1:0] at_i,
    input  logic [31:0]        x_i,
    input  logic [31:0]        y_i, // lane at_i + 1
    input  logic               lane_flush_i,
    input  logic [AddrW-1:0]   lane_addr_i,

    // Results of rows in order: lane r mod L of line first_i + r / L.
    input  logic               start_i,
    input  logic [11:0]        rows_i, // with start_i
    input  logic [AddrW-1:0]   first_i,
    input  logic               red_i,
    input  logic [31:0]        red_data_i,

    output logic               valid_o,
    output logic [AddrW-1:0]   addr_o,
    output logic [L*32-1:0]    data_o
);

  localparam int unsigned LaneW = $clog2(L);

  logic [11:0]          left_q;
  logic [LaneW-1:0]     lane_q;
  logic [AddrW-1:0]     red_addr_q;
  logic                 red_flush;

  assign red_flush = left_q == 12'd1 || lane_q == '1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_o <= 1'b0;
    else if (en_i) valid_o <= max_i || (word_i && word_flush_i) || (lane_i && lane_flush_i)
                              || (red_i && red_flush);
    if (start_i) begin
      left_q     <= rows_i;
      lane_q     <= '0;
      red_addr_q <= first_i;
    end else if (en_i && red_i) begin
      left_q <= left_q - 12'd1;
      lane_q <= lane_q + 1'b1;
      if (lane_q == '1) red_addr_q <= red_addr_q + 1'b1;
    end
    if (en_i) begin
      if (max_i) addr_o <= max_addr_i;
      if (word_i) addr_o <= word_addr_i;
      if (lane_i) addr_o <= lane_addr_i;
      if (red_i) addr_o <= red_addr_q;
    end
  end

  always_ff @(posedge clk_i) begin : parts
    logic [L*32-1:0] n;
    if (en_i && (max_i || word_i || lane_i || red_i)) begin
      n = data_o;
      if ((word_i && field_i == '0) || (lane_i && at_i == '0) || (red_i && lane_q == '0)) n = '0;
      if (max_i) begin
        for (int l = 0; l < L; l++)
          n[l*32 +: 32] = stamp_fp_pkg::lt(a_i[l*32 +: 32], b_i[l*32 +: 32]) ? b_i[l*32 +: 32]
                                                                             : a_i[l*32 +: 32];
      end
      // Compared, not indexed: a part written at a computed place costs a shifter of the whole line.
      for (int l = 0; l < L; l++) begin
        for (int f = 0; f < 4; f++)
          if (word_i && bits8_i && field_i[1:0] == 2'(f)) n[l*32 + 8*f +: 8] = code_i[l*8 +: 8];
        for (int f = 0; f < 8; f++)
          if (word_i && !bits8_i && field_i == 3'(f)) n[l*32 + 4*f +: 4] = code_i[l*8 +: 4];
        if (lane_i && at_i == LaneW'(l)) n[l*32 +: 32] = x_i;
        if (lane_i && pair_i && (at_i | LaneW'(1)) == LaneW'(l)) n[l*32 +: 32] = y_i;
        if (red_i && lane_q == LaneW'(l)) n[l*32 +: 32] = red_data_i;
      end
      data_o <= n;
    end
  end

endmodule
