// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fadd_3 - binary32 a + b or a - b, optionally halved.
//
// Rule        model/spec/numerics.md, section 3: ADD, SUB, HALF. half_i rounds twice, as
//             HALF(ADD(a, b)) does: the sum first, then its half.
// Latency     3 enabled cycles. Throughput 1 per cycle.
// Stream      en_i low holds every stage and the outputs. valid_i may have gaps.
// Until the drain, the function lanes and stamp_qpar count in AddLatency.
// Simulation  every stage works only when it holds a value.
module stamp_fadd_3 #(
    parameter bit OwnValid = 1'b1 // 0: lanes that move together share stage_valid_i from outside
) (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bits only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    input  logic        sub_i,  // a - b
    input  logic        half_i, // half of the rounded result
    input  logic [1:0]  stage_valid_i, // !OwnValid: stages 1 and 2 hold a value

    output logic        valid_o,
    output logic [31:0] result_o,
    output logic        flag_o  // result_o is infinity or NaN; with valid_o
);

  logic [1:0] stage_valid;

  if (OwnValid) begin : g_own
    logic [2:0] valid_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni)   valid_q <= 3'd0;
      else if (en_i) valid_q <= {valid_q[1:0], valid_i};
    end
    assign stage_valid = valid_q[1:0];
    assign valid_o     = valid_q[2];
    logic unused;
    assign unused = &{1'b0, stage_valid_i};
  end else begin : g_shared
    assign stage_valid = stage_valid_i;
    assign valid_o     = 1'b0;
    logic unused;
    assign unused = &{1'b0, rst_ni};
  end

  // Stage 1: order by magnitude, align the smaller. Significands carry guard, round and sticky.
  logic [26:0] s1_hi_q, s1_lo_q;
  logic [7:0]  s1_base_q; // exponent of the larger, subnormal as 1, less 1
  logic        s1_sign_q, s1_sub_q, s1_half_q, s1_inf_q, s1_nan_q;

  always_ff @(posedge clk_i) begin : stage1
    logic [31:0] y, hi, lo, aligned;
    logic [7:0]  eb, es, d;
    if (en_i && valid_i) begin
      y = {b_i[31] ^ sub_i, b_i[30:0]};
      if (a_i[30:0] >= y[30:0]) begin hi = a_i; lo = y;   end
      else                      begin hi = y;   lo = a_i; end
      eb      = (hi[30:23] == 8'd0)   ? 8'd1 : hi[30:23];
      es      = (lo[30:23] == 8'd0) ? 8'd1 : lo[30:23];
      d       = eb - es;
      aligned = {5'd0, lo[30:23] != 8'd0, lo[22:0], 3'd0};
      if (d[7:5] != 3'd0) aligned = {31'd0, aligned != 32'd0};
      else aligned = (aligned >> d[4:0]) | {31'd0, stamp_fp_pkg::lost32(aligned, d[4:0])};

      s1_hi_q   <= {hi[30:23] != 8'd0, hi[22:0], 3'd0};
      s1_lo_q <= aligned[26:0];
      s1_base_q  <= eb - 8'd1;
      s1_sign_q  <= hi[31];
      s1_sub_q   <= hi[31] ^ lo[31];
      s1_half_q  <= half_i;
      s1_inf_q   <= eb == 8'hff;
      s1_nan_q   <= eb == 8'hff
                    && (hi[22:0] != 23'd0 || (es == 8'hff && hi[31] != lo[31]));
    end
  end

  // Stage 2: add, normalise as far as the exponent allows.
  logic [26:0] s2_sum_q;
  logic [7:0]  s2_base_q; // 0..254
  logic        s2_sign_q, s2_half_q, s2_inf_q, s2_nan_q;

  always_ff @(posedge clk_i) begin : stage2
    logic [31:0] sum;
    logic [7:0]  base, lz;
    if (en_i && stage_valid[0]) begin
      sum  = s1_sub_q ? {5'd0, s1_hi_q} - {5'd0, s1_lo_q}
                      : {5'd0, s1_hi_q} + {5'd0, s1_lo_q};
      base = s1_base_q;
      if (sum[27]) begin
        sum  = {1'b0, sum[31:2], sum[1] | sum[0]};
        base = base + 8'd1;
      end else if (!sum[26]) begin
        lz = {3'd0, stamp_fp_pkg::lzc32({sum[26:0], 5'd0})};
        if (lz > base || sum == 32'd0) lz = base;
        sum  = sum << lz[4:0];
        base = base - lz;
      end

      s2_sum_q  <= sum[26:0];
      s2_base_q <= base;
      s2_sign_q <= s1_sign_q && !(s1_sub_q && sum == 32'd0); // x - x is +0
      s2_half_q <= s1_half_q;
      s2_inf_q  <= s1_inf_q;
      s2_nan_q  <= s1_nan_q;
    end
  end

  // Stage 3: round, limit to infinity, halve. The hidden bit adds the 1 missing from base.
  always_ff @(posedge clk_i) begin : stage3
    logic [30:0] mag;
    logic [31:0] r;
    if (en_i && stage_valid[1]) begin
      mag = {s2_base_q, 23'd0} + {7'd0, s2_sum_q[26:3]}
            + {30'd0, s2_sum_q[2] && (s2_sum_q[3] || s2_sum_q[1:0] != 2'd0)};
      if (s2_inf_q || mag[30:23] == 8'hff) mag = stamp_fp_pkg::Inf[30:0];
      r = {s2_sign_q, mag};
      if (s2_nan_q)  r = stamp_fp_pkg::Nan;
      if (s2_half_q) r = stamp_fp_pkg::half(r);

      result_o <= r;
      flag_o   <= r[30:23] == 8'hff;
    end
  end

endmodule
