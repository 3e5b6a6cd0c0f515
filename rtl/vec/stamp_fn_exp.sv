// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fn_exp - EXP of F elements that move together; on the way ADD(x, b) for RSQRT.
//
// Rule     model/spec/numerics.md section 8, EXP. C twin: model/num/fn.c.
// Latency  23 enabled cycles to z_o, 9 to sum_o. Throughput F elements per cycle.
// Stages   0 x K   2 k   3 kf   4 kf C1, kf C2   6 x - kf C1   9 - kf C2: r   12 r r   14 r + rr/2: p
//          17 T p   19 T + Tp: y   22 exponent   (the cycle in which the operation starts)
module stamp_fn_exp #(
    parameter int unsigned F // lanes, 1 or more
) (
    input  logic            clk_i,
    input  logic            rst_ni, // synchronous, active low; clears the valid bits only
    input  logic            en_i,

    input  logic            valid_i, // EXP(x_i)
    input  logic            sum_i,   // instead: ADD(x_i, b_i); never with valid_i
    input  logic [F*32-1:0] x_i,
    input  logic [F*32-1:0] b_i,     // 6 enabled cycles after its x_i

    output logic            sum_valid_o,
    output logic [F*32-1:0] sum_o,   // 9 cycles after sum_i
    output logic            valid_o,
    output logic [F*32-1:0] z_o
);

  // v[t]: an element that entered t cycles ago. sv: the same for sums.
  logic [23:1] v_q;
  logic [23:0] v;
  logic [9:1]  sv_q;
  logic [9:0]  sv;
  logic        run;

  assign v           = {v_q, valid_i};
  assign sv          = {sv_q, sum_i};
  assign run         = en_i && (v[22:0] != 23'd0 || sv[8:0] != 9'd0);
  assign valid_o     = v[23];
  assign sum_valid_o = sv[9];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      v_q  <= '0;
      sv_q <= '0;
    end else if (en_i) begin
      v_q  <= v[22:0];
      sv_q <= sv[8:0];
    end
  end

  // What an element needs again later.
  logic [F*32-1:0] x3, x6, r12, r14, t17, t19, kc2_6, kc2_9;
  logic [F*16-1:0] k3, k16, k22;
  logic [F*2-1:0]  lim3, lim16, lim22; // of x: 1 too low, 2 too high, 3 NaN

  stamp_delay #(.Width(F*32), .Depth(3)) i_x3 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[0] || sv[0]), .data_i(x_i),
    .take_i(v[2] || sv[2]), .data_o(x3));
  stamp_delay #(.Width(F*32), .Depth(3)) i_x6 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[3] || sv[3]), .data_i(x3),
    .take_i(v[5] || sv[5]), .data_o(x6));
  stamp_delay #(.Width(F*32), .Depth(3)) i_kc2 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[6]), .data_i(kc2_6), .take_i(v[8]), .data_o(kc2_9));
  stamp_delay #(.Width(F*32), .Depth(2)) i_r (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[12]), .data_i(r12), .take_i(v[13]), .data_o(r14));
  stamp_delay #(.Width(F*18), .Depth(13)) i_k16 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[3]), .data_i({lim3, k3}),
    .take_i(v[15]), .data_o({lim16, k16}));
  stamp_delay #(.Width(F*18), .Depth(6)) i_k22 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[16]), .data_i({lim16, k16}),
    .take_i(v[21]), .data_o({lim22, k22}));
  stamp_delay #(.Width(F*32), .Depth(2)) i_t (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[17]), .data_i(t17), .take_i(v[18]), .data_o(t19));

  logic [F-1:0] unused_v0, unused_v1, unused_v2, unused_v3, unused_v4, unused_w0, unused_w1,
                unused_w2, unused_w3, unused_f0, unused_f1, unused_f2, unused_f3, unused_f4,
                unused_g0, unused_g1, unused_g2, unused_g3;

  for (genvar l = 0; l < F; l++) begin : g_lane
    logic [31:0] x, xk2, kf4, kc1_6, rr14, p17, tp19, y22;

    assign x = x3[l*32 +: 32];

    stamp_fmul_2 #(.OwnValid(1'b0)) i_xk (
      .clk_i, .rst_ni, .en_i, .valid_i(v[0]), .stage_valid_i(v[1]),
      .a_i(x_i[l*32 +: 32]), .b_i(stamp_fn_pkg::EXP_K),
      .valid_o(unused_v0[l]), .result_o(xk2), .flag_o(unused_f0[l]));

    // Where lim is not 0 neither k nor what follows matters.
    assign lim3[l*2 +: 2] = (x[30:0] > stamp_fp_pkg::Inf[30:0])         ? 2'd3
                          : ( x[31] && x[30:0] > stamp_fn_pkg::EXP_LO[30:0]) ? 2'd1
                          : (!x[31] && x[30:0] > stamp_fn_pkg::EXP_HI[30:0]) ? 2'd2 : 2'd0;

    always_ff @(posedge clk_i) begin
      if (en_i && v[2])  k3[l*16 +: 16] <= stamp_fp_pkg::int16(xk2);
      if (en_i && v[3])  kf4 <= stamp_fp_pkg::s32_f32({{16{k3[l*16 + 15]}}, k3[l*16 +: 16]});
      if (en_i && v[16]) t17[l*32 +: 32] <= stamp_fn_pkg::exp_t(k16[l*16 +: 7]);
    end

    stamp_fmul_2 #(.OwnValid(1'b0)) i_kc1 (
      .clk_i, .rst_ni, .en_i, .valid_i(v[4]), .stage_valid_i(v[5]),
      .a_i(kf4), .b_i(stamp_fn_pkg::EXP_C1),
      .valid_o(unused_v1[l]), .result_o(kc1_6), .flag_o(unused_f1[l]));
    stamp_fmul_2 #(.OwnValid(1'b0)) i_kc2 (
      .clk_i, .rst_ni, .en_i, .valid_i(v[4]), .stage_valid_i(v[5]),
      .a_i(kf4), .b_i(stamp_fn_pkg::EXP_C2),
      .valid_o(unused_v2[l]), .result_o(kc2_6[l*32 +: 32]), .flag_o(unused_f2[l]));

    stamp_fadd_3 #(.OwnValid(1'b0)) i_sub (
      .clk_i, .rst_ni, .en_i, .valid_i(v[6] || sv[6]),
      .stage_valid_i({v[8] || sv[8], v[7] || sv[7]}),
      .a_i(x6[l*32 +: 32]), .b_i(sv[6] ? b_i[l*32 +: 32] : kc1_6), .sub_i(!sv[6]), .half_i(1'b0),
      .valid_o(unused_w0[l]), .result_o(sum_o[l*32 +: 32]), .flag_o(unused_g0[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_r (
      .clk_i, .rst_ni, .en_i, .valid_i(v[9]), .stage_valid_i(v[11:10]),
      .a_i(sum_o[l*32 +: 32]), .b_i(kc2_9[l*32 +: 32]), .sub_i(1'b1), .half_i(1'b0),
      .valid_o(unused_w1[l]), .result_o(r12[l*32 +: 32]), .flag_o(unused_g1[l]));

    stamp_fmul_2 #(.OwnValid(1'b0)) i_rr (
      .clk_i, .rst_ni, .en_i, .valid_i(v[12]), .stage_valid_i(v[13]),
      .a_i(r12[l*32 +: 32]), .b_i(r12[l*32 +: 32]),
      .valid_o(unused_v3[l]), .result_o(rr14), .flag_o(unused_f3[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_p (
      .clk_i, .rst_ni, .en_i, .valid_i(v[14]), .stage_valid_i(v[16:15]),
      .a_i(r14[l*32 +: 32]), .b_i(stamp_fp_pkg::half(rr14)), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_w2[l]), .result_o(p17), .flag_o(unused_g2[l]));

    stamp_fmul_2 #(.OwnValid(1'b0)) i_tp (
      .clk_i, .rst_ni, .en_i, .valid_i(v[17]), .stage_valid_i(v[18]),
      .a_i(t17[l*32 +: 32]), .b_i(p17),
      .valid_o(unused_v4[l]), .result_o(tp19), .flag_o(unused_f4[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_y (
      .clk_i, .rst_ni, .en_i, .valid_i(v[19]), .stage_valid_i(v[21:20]),
      .a_i(t19[l*32 +: 32]), .b_i(tp19), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_w3[l]), .result_o(y22), .flag_o(unused_g3[l]));

    // Within the limits y * 2^floor(k / 128) is a normal number: its exponent field is a sum.
    always_ff @(posedge clk_i) begin
      if (en_i && v[22]) begin
        unique case (lim22[l*2 +: 2])
          2'd0:    z_o[l*32 +: 32] <= {1'b0, y22[30:23] + k22[l*16 + 7 +: 8], y22[22:0]};
          2'd1:    z_o[l*32 +: 32] <= 32'd0;
          2'd2:    z_o[l*32 +: 32] <= stamp_fp_pkg::Inf;
          default: z_o[l*32 +: 32] <= stamp_fp_pkg::Nan;
        endcase
      end
    end

    logic unused;
    assign unused = &{1'b0, y22[31], k22[l*16 + 15], k22[l*16 +: 7]};
  end

  logic unused_all;
  assign unused_all = &{1'b0, unused_v0, unused_v1, unused_v2, unused_v3, unused_v4, unused_w0,
                        unused_w1, unused_w2, unused_w3, unused_f0, unused_f1, unused_f2,
                        unused_f3, unused_f4, unused_g0, unused_g1, unused_g2, unused_g3};

endmodule
