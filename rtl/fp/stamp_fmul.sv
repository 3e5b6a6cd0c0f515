// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fmul - binary32 a * b.
//
// Rule        model/spec/numerics.md, section 3: MUL.
// Latency     MulLatency (4) enabled cycles: partial products, their sum, shift to the exponent, round.
//             Throughput 1 per cycle.
// Stream      en_i low holds every stage and the outputs. valid_i may have gaps.
// Simulation  every stage works only when it holds a value.
module stamp_fmul #(
    parameter bit OwnValid = 1'b1 // 0: lanes that move together share stage_valid_i from outside
) (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bits only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    input  logic [stamp_fp_pkg::MulLatency-2:0] stage_valid_i, // !OwnValid: stages 1 to 3 hold a value

    output logic        valid_o,
    output logic [31:0] result_o,
    output logic        flag_o // result_o is infinity or NaN; with valid_o
);

  logic [2:0] stage_valid;

  if (OwnValid) begin : g_own
    logic [3:0] valid_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni)   valid_q <= 4'd0;
      else if (en_i) valid_q <= {valid_q[2:0], valid_i};
    end
    assign stage_valid = valid_q[2:0];
    assign valid_o     = valid_q[3];
    logic unused;
    assign unused = &{1'b0, stage_valid_i};
  end else begin : g_shared
    assign stage_valid = stage_valid_i;
    assign valid_o     = 1'b0;
    logic unused;
    assign unused = &{1'b0, rst_ni};
  end

  // Stage 1: products of the halves of one raw significand with the quarters of the other: short, as what chooses
  // the operands is in front of it. l3: the lower half with the highest quarter.
  logic [17:0]       s1_l0_q, s1_l1_q, s1_l2_q, s1_l3_q, s1_h0_q, s1_h1_q, s1_h2_q, s1_h3_q;
  logic signed [9:0] s1_base_q; // exponent of bit 46 of the product, less 1: -126..380
  logic [4:0]        s1_lz_q;
  logic              s1_sign_q, s1_zero_q, s1_inf_q, s1_nan_q;

  always_ff @(posedge clk_i) begin : stage1
    logic a_sub, b_sub, a_zero, b_zero;
    if (en_i && valid_i) begin
      a_sub  = a_i[30:23] == 8'd0;
      b_sub  = b_i[30:23] == 8'd0;
      a_zero = a_i[30:0] == 31'd0;
      b_zero = b_i[30:0] == 31'd0;

      s1_l0_q <= {6'd0, a_i[11:0]} * {12'd0, b_i[5:0]};
      s1_l1_q <= {6'd0, a_i[11:0]} * {12'd0, b_i[11:6]};
      s1_l2_q <= {6'd0, a_i[11:0]} * {12'd0, b_i[17:12]};
      s1_l3_q <= {6'd0, a_i[11:0]} * {12'd0, !b_sub, b_i[22:18]};
      s1_h0_q <= {6'd0, !a_sub, a_i[22:12]} * {12'd0, b_i[5:0]};
      s1_h1_q <= {6'd0, !a_sub, a_i[22:12]} * {12'd0, b_i[11:6]};
      s1_h2_q <= {6'd0, !a_sub, a_i[22:12]} * {12'd0, b_i[17:12]};
      s1_h3_q <= {6'd0, !a_sub, a_i[22:12]} * {12'd0, !b_sub, b_i[22:18]};
      s1_base_q <= {2'd0, a_i[30:23]} + {2'd0, b_i[30:23]} + {9'd0, a_sub || b_sub} - 10'd128;
      s1_lz_q   <= 5'd0;
      if (a_sub || b_sub) begin // of two subnormals the product rounds to zero whatever is counted
        s1_lz_q <= stamp_fp_pkg::lzc32({1'b0, a_sub ? a_i[22:0] : b_i[22:0], 8'd0});
      end
      s1_sign_q <= a_i[31] ^ b_i[31];
      s1_zero_q <= a_zero || b_zero;
      s1_inf_q  <= a_i[30:23] == 8'hff || b_i[30:23] == 8'hff;
      s1_nan_q  <= a_i[30:0] > stamp_fp_pkg::Inf[30:0] || b_i[30:0] > stamp_fp_pkg::Inf[30:0]
                   || (a_zero && b_i[30:23] == 8'hff) || (b_zero && a_i[30:23] == 8'hff);
    end
  end

  // Stage 2: their sum, from bit 6 on, the upper half for either carry; how far it goes left: by lz, by what the
  // exponent allows, -27..23.
  function automatic logic [83:0] three_two(input logic [41:0] a, input logic [41:0] b, input logic [41:0] c);
    three_two = {((a & b) | (a & c) | (b & c)) << 1, a ^ b ^ c};
  endfunction

  logic [47:0] s2_prod_q;
  logic [5:0]  s2_right_q; // 23 less that
  logic [8:0]  s2_base_q;  // after the shift, 0..380
  logic        s2_sign_q, s2_zero_q, s2_inf_q, s2_nan_q;

  always_ff @(posedge clk_i) begin : stage2
    logic [41:0]       a, b, c, d, e, f; // e, f: sums and carries
    logic [21:0]       low;
    logic [20:0]       hi;
    logic              unused_hi;
    logic signed [9:0] left;
    if (en_i && stage_valid[0]) begin
      a = {12'd0, s1_l3_q, s1_l0_q[17:6]};
      b = {6'd0, s1_h2_q, s1_l1_q};
      c = {s1_h3_q, s1_l2_q, 6'd0};
      {f, e} = three_two(a, b, c);
      d = {18'd0, s1_h0_q, 6'd0};
      {d, c} = three_two(e, f, d);
      {f, e} = three_two(c, d, {12'd0, s1_h1_q, 12'd0});
      low = {1'b0, e[20:0]} + {1'b0, f[20:0]};
      {hi, unused_hi} = low[21] ? {e[41:21], 1'b1} + {f[41:21], 1'b1} : {e[41:21], 1'b0} + {f[41:21], 1'b0};
      s2_prod_q <= {hi, low[20:0], s1_l0_q[5:0]};

      left = (s1_base_q < $signed({5'd0, s1_lz_q})) ? s1_base_q : $signed({5'd0, s1_lz_q});
      s2_base_q  <= 9'(s1_base_q - left);
      if (left < -10'sd27) left = -10'sd27;
      s2_right_q <= 6'(10'sd23 - left);
      s2_sign_q  <= s1_sign_q;
      s2_zero_q  <= s1_zero_q;
      s2_inf_q   <= s1_inf_q;
      s2_nan_q   <= s1_nan_q;
    end
  end

  // Stage 3: the shift, one place right where the product is 2 or more. A significand below 1 has
  // exponent 0.
  logic [31:0] s3_mag_q; // one bit more than a magnitude has
  logic        s3_up_q, s3_sign_q, s3_zero_q, s3_inf_q, s3_nan_q;

  always_ff @(posedge clk_i) begin : stage3
    logic [49:0] x; // from here on a significand from bit 25, round bit 1, sticky below
    logic        sticky;
    if (en_i && stage_valid[1]) begin
      x      = {s2_prod_q, 2'd0};
      sticky = 1'b0;
      if (s2_right_q[5]) begin sticky = x[31:0] != 32'd0;             x = x >> 32; end
      if (s2_right_q[4]) begin sticky = sticky || x[15:0] != 16'd0; x = x >> 16; end
      if (s2_right_q[3]) begin sticky = sticky || x[7:0] != 8'd0;   x = x >> 8;  end
      if (s2_right_q[2]) begin sticky = sticky || x[3:0] != 4'd0;   x = x >> 4;  end
      if (s2_right_q[1]) begin sticky = sticky || x[1:0] != 2'd0;   x = x >> 2;  end
      if (s2_right_q[0]) begin sticky = sticky || x[0];             x = x >> 1;  end
      sticky = sticky || x[0];

      s3_mag_q  <= x[26] ? {s2_base_q + 9'd2, x[25:3]}
                         : {x[25] ? s2_base_q + 9'd1 : s2_base_q, x[24:2]};
      s3_up_q   <= x[26] ? x[2] && (x[3] || x[1] || sticky) : x[1] && (x[2] || sticky);
      s3_sign_q <= s2_sign_q;
      s3_zero_q <= s2_zero_q;
      s3_inf_q  <= s2_inf_q;
      s3_nan_q  <= s2_nan_q;
    end
  end

  // Stage 4: round, limit to infinity. The carry goes by bytes: as one sum it becomes a chain.
  always_ff @(posedge clk_i) begin : stage4
    logic [30:0] mag;
    logic        c8, c16, c23, over;
    if (en_i && stage_valid[2]) begin
      c8   = s3_up_q && s3_mag_q[7:0] == 8'hff;
      c16  = s3_up_q && s3_mag_q[15:0] == 16'hffff;
      c23  = s3_up_q && s3_mag_q[22:0] == 23'h7f_ffff;
      mag  = {s3_mag_q[30:23] + {7'd0, c23}, s3_mag_q[22:16] + {6'd0, c16},
              s3_mag_q[15:8] + {7'd0, c8}, s3_mag_q[7:0] + {7'd0, s3_up_q}};
      over = s3_inf_q || s3_mag_q[31:23] >= 9'd255 || (c23 && s3_mag_q[30:23] == 8'd254);
      if (over) mag = stamp_fp_pkg::Inf[30:0];
      if (s3_zero_q) mag = 31'd0;
      result_o <= s3_nan_q ? stamp_fp_pkg::Nan : {s3_sign_q, mag};
      flag_o   <= s3_nan_q || (over && !s3_zero_q);
    end
  end

endmodule
