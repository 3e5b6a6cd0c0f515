// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_drain_lane - one column of the drain: join, correct, scale once, add.
//
// Rule     model/spec/numerics.md section 7 (DEQ). C twin: model/insn/mm.c, drain_token and drain_block.
// Pipeline cycles are those of stamp_drain: 6 join the nibble pair, 7 add the integer AC word (sum_o in
//          8), 8 and 9 correct: eight addends to two to one, 10 magnitude, 11 times the row's eight bits,
//          12 times the column's, 13 leading zeros, 14 normalise, 15 round, 16 .. add; y_o after that.
// Widths   |acc| < 2^32, times 8 and 8 bits: 48 hold the product of the significands exactly.
// Throughput one value per cycle.
module stamp_drain_lane (
    input  logic        clk_i,
    input  logic        rst_ni,

    // Which stages hold a value, shared by all lanes: bit n for cycle n.
    input  logic [7:6]  row_i, // a row is here
    input  logic [15 + stamp_fp_pkg::AddLatency:8] deq_i, // it is to be dequantized

    // Cycle 6: the shadow's row and the one behind it. 7: AC word, where there is one to add. What is said of
    // them comes a cycle before, to a register of the lane's own: each bit has 32 loads here.
    input  logic [31:0] row0_i,
    input  logic [31:0] row1_i,
    input  logic        pair_i, // cycle 5: row0_i is the high half
    input  logic        keep_i, // cycle 6: ac_i counts
    input  logic [31:0] ac_i,
    output logic [31:0] sum_o,  // cycle 8

    // Cycle 8: corr as digits of base 4, {neg, two, one} each; colsum; 8*rowsum with 8-bit weights.
    input  logic [14:0] corr_i,
    input  logic [31:0] colsum_i,
    input  logic [31:0] extra_i,

    // Scales, upper halves: of the row at 10, 12; of the column at 11, where sw_set_i begins a tile.
    input  logic [7:0]  sx_sig_i,  // cycle 10
    input  logic [15:0] sx_i,      // cycle 12
    input  logic        sw_set_i,  // cycle 11
    input  logic [15:0] sw_i,

    // Cycle 16: the AC word as f32, if it counts.
    input  logic        add_i, // cycle 15
    input  logic [31:0] old_i,

    output logic [31:0] y_o,   // cycle 16 + AddLatency
    output logic        flag_o // y_o is infinity or NaN
);

  // ---- 6, 7: modulo 2^32 from here to the accumulator, so the order of additions is irrelevant --------
  logic [31:0] pair_q;
  logic        two_q, keep_q, add_q;

  always_ff @(posedge clk_i) begin
    {two_q, keep_q, add_q} <= {pair_i, keep_i, add_i};
    if (row_i[6]) pair_q <= two_q ? (row0_i << 4) + row1_i : row0_i;
    if (row_i[7]) sum_o  <= pair_q + (keep_q ? ac_i : 32'd0);
  end

  // ---- 8, 9: sum + extra + corr * colsum ---------------------------------------------------------------
  function automatic logic [63:0] three_two(input logic [31:0] a, input logic [31:0] b,
                                            input logic [31:0] c);
    three_two = {((a & b) | (a & c) | (b & c)) << 1, a ^ b ^ c};
  endfunction

  // colsum times a digit, less the one that a negative digit lacks in its last place.
  function automatic logic [31:0] times(input logic [2:0] digit, input logic [31:0] x);
    times = ((digit[0] ? x : 32'd0) | (digit[1] ? x << 1 : 32'd0)) ^ {32{digit[2]}};
  endfunction

  logic [31:0] save_q, carry_q, acc_q;

  always_ff @(posedge clk_i) begin : correct
    logic [31:0] ones, a0, b0, a1, b1, a2, b2, a3, b3, a4, b4;
    if (deq_i[8]) begin
      ones = {23'd0, corr_i[14], 1'b0, corr_i[11], 1'b0, corr_i[8], 1'b0, corr_i[5], 1'b0, corr_i[2]};
      {b0, a0} = three_two(times(corr_i[2:0], colsum_i), times(corr_i[5:3], colsum_i) << 2,
                           times(corr_i[8:6], colsum_i) << 4);
      {b1, a1} = three_two(times(corr_i[11:9], colsum_i) << 6, times(corr_i[14:12], colsum_i) << 8, ones);
      {b2, a2} = three_two(a0, b0, sum_o);
      {b3, a3} = three_two(a1, b1, extra_i);
      {b4, a4} = three_two(a2, b2, a3);
      {carry_q, save_q} <= three_two(a4, b4, b3);
    end
    if (deq_i[9]) acc_q <= save_q + carry_q;
  end

  // ---- 10 to 12: the product of the significands, exactly -----------------------------------------------
  logic        neg_q, neg11_q, neg12_q, inf13_q, nan13_q;
  logic [15:0] sw_q;
  logic [31:0] mag_q;
  logic [7:0]  sx11_q; // a lane's own: each bit has 40 loads here
  logic [39:0] half_q;
  logic [47:0] prod_q;
  logic signed [9:0] base_q; // exponent of bit 47 of the product, less 1: -93..413

  always_ff @(posedge clk_i) begin
    if (sw_set_i) sw_q <= sw_i;
    if (deq_i[10]) begin
      neg11_q <= acc_q[31];
      sx11_q  <= sx_sig_i;
      mag_q   <= (acc_q ^ {32{acc_q[31]}}) + {31'd0, acc_q[31]};
    end
    if (deq_i[11]) begin
      neg12_q <= neg11_q;
      half_q  <= {8'd0, mag_q} * {32'd0, sx11_q};
    end
    if (deq_i[12]) begin
      prod_q  <= {8'd0, half_q} * {40'd0, sw_q[14:7] != 8'd0, sw_q[6:0]};
      neg_q   <= neg12_q ^ sx_i[15] ^ sw_q[15];
      base_q  <= {2'd0, sx_i[14:7]} + {2'd0, sw_q[14:7]} + {9'd0, sx_i[14:7] == 8'd0}
                 + {9'd0, sw_q[14:7] == 8'd0} - 10'd95;
      inf13_q <= sx_i[14:7] == 8'hff || sw_q[14:7] == 8'hff;
      nan13_q <= sx_i[14:0] > stamp_fp_pkg::Inf[30:16] || sw_q[14:0] > stamp_fp_pkg::Inf[30:16];
    end
  end

  // ---- 13 to 15: left as far as the exponent allows, right where it is below all exponents; round --------
  logic [5:0]  left_q;           // a product of 0 goes anywhere
  logic [4:0]  right_q, right15_q; // 25 or more leaves less than half of the last place
  logic [8:0]  field_q, field15_q; // exponent of the result, less 1
  logic [47:0] prod14_q;
  logic [25:0] sig_q;            // significand, round bit, sticky bit
  logic        neg14_q, neg15_q, inf14_q, inf15_q, nan14_q, nan15_q, zero14_q, zero15_q;
  logic [31:0] f_q;

  function automatic logic [5:0] lzc48(input logic [47:0] x);
    lzc48 = x[47:16] != 32'd0 ? {1'b0, stamp_fp_pkg::lzc32(x[47:16])}
                              : {1'b1, stamp_fp_pkg::lzc32({x[15:0], 16'd0})};
  endfunction

  always_ff @(posedge clk_i) begin : normalise
    logic signed [9:0] room, down;
    logic [5:0]        lz;
    logic [47:0]       p;
    if (deq_i[13]) begin
      lz       = lzc48(prod_q);
      room     = base_q - {4'd0, lz};
      down     = -base_q;
      left_q   <= room >= 0 ? lz : base_q < 0 ? 6'd0 : base_q[5:0];
      right_q  <= base_q >= 0 ? 5'd0 : down > 10'sd31 ? 5'd31 : down[4:0];
      field_q  <= room >= 0 ? room[8:0] : 9'd0;
      prod14_q <= prod_q;
      neg14_q  <= neg_q;
      zero14_q <= prod_q == 48'd0;
      inf14_q  <= inf13_q;
      nan14_q  <= nan13_q || (inf13_q && prod_q == 48'd0);
    end
    if (deq_i[14]) begin
      p         = prod14_q << left_q;
      sig_q     <= {p[47:23], p[22:0] != 23'd0};
      right15_q <= right_q;
      field15_q <= field_q;
      neg15_q   <= neg14_q;
      zero15_q  <= zero14_q;
      inf15_q   <= inf14_q;
      nan15_q   <= nan14_q;
    end
  end

  always_ff @(posedge clk_i) begin : round
    logic [25:0] s;
    logic [30:0] mag;
    if (deq_i[15]) begin
      s    = sig_q >> right15_q;
      s[0] = s[0] || stamp_fp_pkg::lost32({6'd0, sig_q}, right15_q);
      mag = {field15_q[7:0], 23'd0} + {7'd0, s[25:2]} + {30'd0, s[1] && (s[2] || s[0])};
      if (inf15_q || field15_q >= 9'd254 || mag[30:23] == 8'hff) mag = stamp_fp_pkg::Inf[30:0];
      else if (zero15_q) mag = 31'd0;
      f_q <= nan15_q ? stamp_fp_pkg::Nan : {neg15_q, mag};
    end
  end

  // ---- 16 on: what has nothing to be added to is added to -0, which changes no value --------------------
  logic unused_valid;

  stamp_fadd #(.OwnValid(1'b0)) i_add (
    .clk_i, .rst_ni, .en_i(1'b1), .valid_i(deq_i[16]),
    .stage_valid_i(deq_i[15 + stamp_fp_pkg::AddLatency:17]), .a_i(add_q ? old_i : 32'h8000_0000),
    .b_i(f_q), .sub_i(1'b0), .half_i(1'b0), .valid_o(unused_valid), .result_o(y_o), .flag_o);

  logic unused;
  assign unused = &{1'b0, unused_valid};

endmodule
