// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fn_core - EXP2, SIGMOID or the sigmoid of GELU, of one element in fixed point: a parabola out
// of a table.
//
// Rule        model/spec/numerics.md section 8. C twin: model/num/fn.c.
// Latency     6 enabled cycles. Throughput 1 per cycle.
// Stages      1 fixed point   2 segment, step   3 table, square of the step   4 products   5 sum
//             6 binary32
// Simulation  every stage works only when it holds a value.
module stamp_fn_core (
    input  logic        clk_i,
    input  logic        en_i,

    input  logic        set_i,  // exp_i and gelu_i say which function; never while a value is inside
    input  logic        exp_i,
    input  logic        gelu_i,

    input  logic        valid_i,
    input  logic [4:0]  stage_valid_i, // stages 1 to 5 hold a value
    input  logic [31:0] x_i,
    input  logic [31:0] x_exp_i, // the argument of EXP2

    output logic [31:0] y_o,
    output logic [31:0] x_o    // its argument, not of EXP2
);

  // Each core holds for itself what all do: a register for each is less than a tree of buffers.
  logic        exp_q, gelu_q;
  logic [31:0] arg;

  always_ff @(posedge clk_i) if (en_i && set_i) {exp_q, gelu_q} <= {exp_i, gelu_i};

  assign arg = exp_q ? x_exp_i : x_i;

  // Stage 1: |x| in steps of 2^-22, 2^-20 (SIGMOID) or 2^-21. EXP2 rounds by the last bit.
  logic [28:0] s1_fix_q;
  logic [31:0] s1_x_q;
  logic [1:0]  s1_lim_q; // EXP2 of: 1 too low, 2 too high, 3 NaN

  always_ff @(posedge clk_i) begin : stage1
    logic [7:0]  shift;
    if (en_i && valid_i) begin
      shift = (exp_q ? 8'd134 : gelu_q ? 8'd135 : 8'd136) - arg[30:23];
      s1_fix_q <= (shift[7:5] != 3'd0) ? 29'd0 : 29'({1'b1, arg[22:0], 6'd0} >> shift[4:0]);
      s1_x_q   <= arg;
      s1_lim_q <= (arg[30:0] > stamp_fp_pkg::Inf[30:0]) ? 2'd3
                : (arg[31] && arg[30:0] > 31'h42fc_0000) ? 2'd1 // below -126
                : (!arg[31] && arg[30:23] >= 8'd134)     ? 2'd2 : 2'd0; // 128 or more
    end
  end

  // Stage 2: segment i and step d in it. EXP2: of the fraction of x, whose integer goes beside. The others:
  // down from the segment's right edge; segments double their length twice.
  logic [6:0]  s2_i_q;
  logic [14:0] s2_d_q;
  logic [31:0] s2_x_q; // EXP2: limits and biased exponent

  always_ff @(posedge clk_i) begin : stage2
    logic        minus;
    logic [28:0] fix;
    if (en_i && stage_valid_i[0]) begin
      minus  = exp_q && s1_x_q[31];
      fix    = ({1'b0, s1_fix_q[28:1]} ^ {29{minus}}) + {28'd0, exp_q && (s1_fix_q[0] ^ minus)};
      s2_x_q <= exp_q ? {22'd0, s1_lim_q, fix[28:21] + 8'd127} : s1_x_q;
      if (exp_q)        begin s2_i_q <= {1'b0, fix[20:15]};   s2_d_q <= fix[14:0];  end
      else if (fix[22]) begin s2_i_q <= {2'b11, fix[21:17]};  s2_d_q <= ~fix[16:2]; end
      else if (fix[21]) begin s2_i_q <= {2'b10, fix[20:16]};  s2_d_q <= ~fix[15:1]; end
      else              begin s2_i_q <= {1'b0, fix[20:15]};   s2_d_q <= ~fix[14:0]; end
    end
  end

  // Stage 3: the segment's parabola.
  logic [21:0] s3_c0_q;
  logic [16:0] s3_c1_q;
  logic [9:0]  s3_c2_q, s3_dd_q;
  logic [14:0] s3_d_q;
  logic [31:0] s3_x_q;

  always_ff @(posedge clk_i) begin : stage3
    if (en_i && stage_valid_i[1]) begin
      {s3_c0_q, s3_c1_q, s3_c2_q} <= exp_q  ? stamp_fn_pkg::exp_c(s2_i_q[5:0])
                                   : gelu_q ? stamp_fn_pkg::gelu_c(s2_i_q)
                                            : stamp_fn_pkg::sig_c(s2_i_q);
      s3_dd_q <= 10'(({10'd0, s2_d_q[14:5]} * {10'd0, s2_d_q[14:5]}) >> 10);
      s3_d_q  <= s2_d_q;
      s3_x_q  <= s2_x_q;
    end
  end

  // Stage 4: c1 d in two parts, of which the lower loses its last 7 bits, c2 dd its last 10.
  logic [21:0] s4_c0_q;
  logic [24:0] s4_high_q;
  logic [16:0] s4_low_q;
  logic [9:0]  s4_bend_q;
  logic [31:0] s4_x_q;

  always_ff @(posedge clk_i) begin : stage4
    if (en_i && stage_valid_i[2]) begin
      s4_high_q <= {8'd0, s3_c1_q} * {17'd0, s3_d_q[14:7]};
      s4_low_q  <= 17'(({7'd0, s3_c1_q} * {17'd0, s3_d_q[6:0]}) >> 7);
      s4_bend_q <= 10'(({10'd0, s3_c2_q} * {10'd0, s3_dd_q}) >> 10);
      s4_c0_q   <= s3_c0_q;
      s4_x_q    <= s3_x_q;
    end
  end

  // Stage 5: the sum, in steps of 2^-22. Sums and carries of the four terms, then one addition.
  logic [22:0] s5_sum_q;
  logic [31:0] s5_x_q;

  always_ff @(posedge clk_i) begin : stage5
    logic [30:0] a, b, c, d, s, t;
    if (en_i && stage_valid_i[3]) begin
      a = {1'b0, s4_c0_q, 8'd0};
      b = {6'd0, s4_high_q};
      c = {13'd0, s4_bend_q, 8'd0};
      d = {14'd0, s4_low_q};
      s = a ^ b ^ c;
      t = {(a[29:0] & b[29:0]) | (a[29:0] & c[29:0]) | (b[29:0] & c[29:0]), 1'b0};
      a = s ^ t ^ d;
      b = {(s[29:0] & t[29:0]) | (s[29:0] & d[29:0]) | (t[29:0] & d[29:0]), 1'b0};
      s = a + b;
      s5_sum_q <= s[30:8];
      s5_x_q   <= s4_x_q;
    end
  end

  // Stage 6. EXP2: fraction to exponent; one that came out as 1 carries. The others: the sum q or, of
  // x >= 0, 1 - q, which needs no shift.
  always_ff @(posedge clk_i) begin : stage6
    logic [31:0] x, sum, q;
    logic [4:0]  lz;
    logic        big, nan;
    if (en_i && stage_valid_i[4]) begin
      x   = s5_x_q;
      big = x[30:23] >= (gelu_q ? 8'd130 : 8'd131); // 8 or 16
      nan = x[30:0] > stamp_fp_pkg::Inf[30:0];
      q   = (big && !exp_q) ? 32'd0 : {9'd0, s5_sum_q};
      sum = {1'b0, exp_q ? x[7:0] : 8'd127, 23'd0}
            + (exp_q ? {q[30:0], 1'b0} : ~{q[29:0], 2'd0}) + {31'd0, !exp_q};
      lz  = stamp_fp_pkg::lzc32({q[21:0], 10'd0});
      q   = q << lz;

      if (exp_q) begin
        y_o <= (x[9:8] == 2'd0) ? sum : (x[9:8] == 2'd1) ? 32'd0
             : (x[9:8] == 2'd2) ? stamp_fp_pkg::Inf : stamp_fp_pkg::Nan;
      end else if (nan) begin
        y_o <= stamp_fp_pkg::Nan;
      end else if (!x[31]) begin
        y_o <= sum;
      end else begin
        y_o <= q[21] ? {1'b0, 8'd126 - {3'd0, lz}, q[20:0], 2'd0} : 32'd0;
      end
      x_o <= x;
    end
  end

endmodule
