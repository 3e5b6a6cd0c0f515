// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fadd - binary32 a + b or a - b, optionally halved.
//
// Rule        model/spec/numerics.md, section 3: ADD, SUB, HALF. half_i is HALF(ADD(a, b)), which rounds
//             once: a sum whose half is subnormal is exact.
// Latency     AddLatency (4) enabled cycles: order, align, add, normalise and round. Throughput 1 per cycle.
// Stream      en_i low holds every stage and the outputs. valid_i may have gaps.
// Simulation  every stage works only when it holds a value.
module stamp_fadd #(
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
    input  logic [stamp_fp_pkg::AddLatency-2:0] stage_valid_i, // !OwnValid: stages 1 to 3 hold a value

    output logic        valid_o,
    output logic [31:0] result_o,
    output logic        flag_o  // result_o is infinity or NaN; with valid_o
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

  // Stage 1: order by magnitude.
  logic [30:0] s1_hi_q, s1_lo_q;
  logic        s1_sign_q, s1_sub_q, s1_half_q;

  always_ff @(posedge clk_i) begin : stage1
    if (en_i && valid_i) begin
      if (a_i[30:0] >= b_i[30:0]) begin
        s1_hi_q   <= a_i[30:0];
        s1_lo_q   <= b_i[30:0];
        s1_sign_q <= a_i[31];
      end else begin
        s1_hi_q   <= b_i[30:0];
        s1_lo_q   <= a_i[30:0];
        s1_sign_q <= b_i[31] ^ sub_i;
      end
      s1_sub_q  <= a_i[31] ^ b_i[31] ^ sub_i;
      s1_half_q <= half_i;
    end
  end

  // Stage 2: align the smaller. Significands carry guard, round and sticky.
  logic [23:0] s2_hi_q;
  logic [26:0] s2_lo_q;   // inverted where it is subtracted
  logic [7:0]  s2_base_q; // exponent of the larger, subnormal as 1, less 1, halved 2: -1..254
  logic        s2_sign_q, s2_sub_q, s2_half_q, s2_inf_q, s2_nan_q;

  always_ff @(posedge clk_i) begin : stage2
    logic [26:0] x;
    logic [7:0]  d;
    logic        hi_normal, lo_normal, far, sticky, unused_d;
    if (en_i && stage_valid[0]) begin
      hi_normal = s1_hi_q[30:23] != 8'd0;
      lo_normal = s1_lo_q[30:23] != 8'd0;
      {d, unused_d} = {s1_hi_q[30:23], 1'b1} + {~s1_lo_q[30:23], lo_normal || !hi_normal};
      far    = d[7:5] != 3'd0; // shifted by 28 or more, all is lost
      x      = {lo_normal, s1_lo_q[22:0], 3'd0};
      sticky = 1'b0;
      if (d[0]) x = x >> 1;
      if (d[1]) x = x >> 2;
      if (d[2] || far) begin sticky = x[3:0] != 4'd0;            x = x >> 4;  end
      if (d[3] || far) begin sticky = sticky || x[7:0] != 8'd0;   x = x >> 8;  end
      if (d[4] || far) begin sticky = sticky || x[15:0] != 16'd0; x = x >> 16; end

      s2_hi_q   <= {hi_normal, s1_hi_q[22:0]};
      s2_lo_q   <= {x[26:1], x[0] || sticky} ^ {27{s1_sub_q}};
      s2_base_q <= s1_hi_q[30:23] + {{7{hi_normal || s1_half_q}}, hi_normal ^ s1_half_q};
      s2_sign_q <= s1_sign_q;
      s2_sub_q  <= s1_sub_q;
      s2_half_q <= s1_half_q;
      s2_inf_q  <= s1_hi_q[30:23] == 8'hff;
      s2_nan_q  <= s1_hi_q[30:0] > stamp_fp_pkg::Inf[30:0]
                   || (s1_sub_q && s1_lo_q[30:23] == 8'hff);
    end
  end

  // Stage 3: add; where much cancels, left by 16 as far as the exponent allows.
  logic [27:0] s3_sum_q;
  logic [7:0]  s3_base_q;
  logic        s3_left_q, s3_sign_q, s3_sub_q, s3_half_q, s3_inf_q, s3_nan_q;

  always_ff @(posedge clk_i) begin : stage3
    logic [27:0] sum;
    logic [7:0]  base;
    logic        unused_sum;
    if (en_i && stage_valid[1]) begin
      {sum, unused_sum} = {1'b0, s2_hi_q, 4'd1} + {s2_sub_q, s2_lo_q, s2_sub_q};
      base = s2_base_q;
      s3_left_q <= 1'b0;
      if (sum[27:11] == 17'd0 && base[7:4] != 4'd0 && base != 8'hff) begin
        sum       = sum << 16;
        base[7:4] = base[7:4] - 4'd1;
        s3_left_q <= 1'b1;
      end

      s3_sum_q  <= sum;
      s3_base_q <= base;
      s3_sign_q <= s2_sign_q;
      s3_sub_q  <= s2_sub_q;
      s3_half_q <= s2_half_q;
      s3_inf_q  <= s2_inf_q;
      s3_nan_q  <= s2_nan_q;
    end
  end

  // Stage 4: what cancelled by two places or more is exact and goes left, on by 8, 4, 2 and 1; beside
  // it the rounding of what stays, goes one place right, or left. Then limited to infinity.
  always_ff @(posedge clk_i) begin : stage4
    logic [26:0] x;
    logic [7:0]  base;
    logic [25:0] sig; // significand from bit 25, round bit 1, sticky bit 0
    logic [30:0] mag;
    logic        right, left, over;
    if (en_i && stage_valid[2]) begin
      right = s3_sum_q[27] || s3_base_q == 8'hff;
      x    = s3_sum_q[26:0];
      base = s3_base_q;
      left = s3_left_q;
      if (x[26:19] == 8'd0 && base[7:3] != 5'd0) begin
        x         = x << 8;
        base[7:3] = base[7:3] - 5'd1;
        left      = 1'b1;
      end
      if (x[26:23] == 4'd0 && base[7:2] != 6'd0) begin
        x         = x << 4;
        base[7:2] = base[7:2] - 6'd1;
        left      = 1'b1;
      end
      if (x[26:25] == 2'd0 && base[7:1] != 7'd0) begin
        x         = x << 2;
        base[7:1] = base[7:1] - 7'd1;
        left      = 1'b1;
      end

      if (right)                                  sig = {s3_sum_q[27:3], s3_sum_q[2:0] != 3'd0};
      else if (s3_sum_q[26] || s3_base_q == 8'd0) sig = {s3_sum_q[26:2], s3_sum_q[1:0] != 2'd0};
      else                                        sig = s3_sum_q[25:0];
      mag = {s3_base_q + {6'd0, s3_sum_q[27], s3_sum_q[26] && !s3_sum_q[27]}, sig[24:2]};
      if (!sig[25]) mag[30:23] = 8'd0; // subnormal
      if (sig[1] && (sig[2] || sig[0])) mag = mag + 31'd1;
      over = s3_inf_q || (mag[30:24] == 7'h7f && (mag[23] || s3_half_q));
      if (left && !right) begin
        over = s3_inf_q;
        mag  = x[26] ? {base + 8'd1, x[25:3]} : base == 8'd0 ? {8'd0, x[25:3]}
                : {x[25] ? base : 8'd0, x[24:2]};
      end
      if (over) mag = stamp_fp_pkg::Inf[30:0];
      result_o <= s3_nan_q ? stamp_fp_pkg::Nan
                  : {s3_sign_q && !(s3_sub_q && s3_sum_q == 28'd0), mag}; // x - x is +0
      flag_o   <= over || s3_nan_q;
    end
  end

endmodule
