// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fmul_2 - binary32 a * b.
//
// Rule        model/spec/numerics.md, section 3: MUL.
// Latency     2 enabled cycles. Throughput 1 per cycle.
// Stream      en_i low holds every stage and the outputs. valid_i may have gaps.
// Until the drain, the function lanes and stamp_qpar count in MulLatency.
// Simulation  every stage works only when it holds a value.
module stamp_fmul_2 #(
    parameter bit OwnValid = 1'b1 // 0: lanes that move together share stage_valid_i from outside
) (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bits only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    input  logic        stage_valid_i, // !OwnValid: stage 1 holds a value

    output logic        valid_o,
    output logic [31:0] result_o,
    output logic        flag_o // result_o is infinity or NaN; with valid_o
);

  logic stage_valid;

  if (OwnValid) begin : g_own
    logic [1:0] valid_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni)   valid_q <= 2'd0;
      else if (en_i) valid_q <= {valid_q[0], valid_i};
    end
    assign stage_valid = valid_q[0];
    assign valid_o     = valid_q[1];
    logic unused;
    assign unused = &{1'b0, stage_valid_i};
  end else begin : g_shared
    assign stage_valid = stage_valid_i;
    assign valid_o     = 1'b0;
    logic unused;
    assign unused = &{1'b0, rst_ni};
  end

  // Stage 1: product of the raw significands. With one subnormal operand of lz leading zeros
  // 2^(46-lz) <= product < 2^(48-lz). Two subnormals round to zero whatever lz says.
  logic [47:0]       s1_prod_q;
  logic signed [9:0] s1_base_q; // exponent of bit 46, less 1: -126..380
  logic [4:0]        s1_lz_q;
  logic              s1_sign_q, s1_zero_q, s1_inf_q, s1_nan_q;

  always_ff @(posedge clk_i) begin : stage1
    logic a_sub, b_sub, a_zero, b_zero;
    if (en_i && valid_i) begin
      a_sub  = a_i[30:23] == 8'd0;
      b_sub  = b_i[30:23] == 8'd0;
      a_zero = a_i[30:0] == 31'd0;
      b_zero = b_i[30:0] == 31'd0;

      s1_prod_q <= {24'd0, !a_sub, a_i[22:0]} * {24'd0, !b_sub, b_i[22:0]};
      s1_base_q <= {2'd0, a_i[30:23]} + {2'd0, b_i[30:23]} + {9'd0, a_sub} + {9'd0, b_sub}
                   - 10'd128;
      s1_lz_q   <= 5'd0;
      if (a_sub || b_sub) begin // at most one count matters: see above
        s1_lz_q <= stamp_fp_pkg::lzc32({1'b0, a_sub ? a_i[22:0] : b_i[22:0], 8'd0});
      end
      s1_sign_q <= a_i[31] ^ b_i[31];
      s1_zero_q <= a_zero || b_zero;
      s1_inf_q  <= a_i[30:23] == 8'hff || b_i[30:23] == 8'hff;
      s1_nan_q  <= a_i[30:0] > stamp_fp_pkg::Inf[30:0] || b_i[30:0] > stamp_fp_pkg::Inf[30:0]
                   || (a_zero && b_i[30:23] == 8'hff) || (b_zero && a_i[30:23] == 8'hff);
    end
  end

  // Stage 2: shift to the exponent, round. The hidden bit adds the 1 missing from base.
  always_ff @(posedge clk_i) begin : stage2
    logic [63:0]       p;
    logic [31:0]       sig; // significand from bit 25, round bit 1, sticky bit 0
    logic signed [9:0] base;
    logic [9:0]        n;
    logic [30:0]       mag;
    logic              sticky;
    if (en_i && stage_valid) begin
      p    = {16'd0, s1_prod_q};
      base = s1_base_q;
      if (base < 10'sd0) begin // subnormal result: right, the lost bits into bit 0
        n = -base;
        if (n > 10'd48) p = 64'd1;
        else p = (p >> n[5:0]) | {63'd0, (p & ~(64'hffff_ffff_ffff_ffff << n[5:0])) != 64'd0};
        base = 10'sd0;
      end else if (s1_lz_q != 5'd0) begin
        n    = ({5'd0, s1_lz_q} > base) ? base : {5'd0, s1_lz_q};
        p    = p << n[4:0];
        base = base - n;
      end

      // Below 4: one place right if 2 or more.
      sig    = {5'd0, p[47:22], p[21:0] != 22'd0};
      sticky = sig[0] || (sig[26] && sig[1]);
      base   = base + {9'd0, sig[26]};
      sig    = sig >> sig[26];
      mag    = {base[7:0], 23'd0} + {7'd0, sig[25:2]} + {30'd0, sig[1] && (sig[2] || sticky)};
      if (s1_inf_q || base >= 10'sd254 || mag[30:23] == 8'hff) mag = stamp_fp_pkg::Inf[30:0];
      if (s1_zero_q) mag = 31'd0;
      result_o <= s1_nan_q ? stamp_fp_pkg::Nan : {s1_sign_q, mag};
      flag_o   <= s1_nan_q || mag[30:23] == 8'hff;
    end
  end

endmodule
