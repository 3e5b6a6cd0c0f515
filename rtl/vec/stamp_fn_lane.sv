// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fn_lane - F function lanes that move together: EXP, EXPM, SIGMOID, SILU, GELU; of RSQRT the
// sum ADD(MUL(c, a), b), by units the others leave idle.
//
// Rule     model/spec/numerics.md section 8. C twin: model/num/fn.c.
// Latency  52 enabled cycles for every function, 18 to sum_o. Throughput F elements per cycle.
// Stages   0 a a   2 G2   4 G1 + aa, a - s   7 a (G1 + aa), c a, c (a - s): x or u
//          9 stamp_fn_exp   32 stamp_fn_sig   50 a sigmoid   (the cycle in which it starts)
// Simulation  an operation works only on elements whose function contains it.
module stamp_fn_lane #(
    parameter int unsigned F // lanes, 1 or more
) (
    input  logic            clk_i,
    input  logic            rst_ni, // synchronous, active low; clears the valid bits only
    input  logic            en_i,   // low holds everything

    input  logic            valid_i,
    input  logic [3:0]      fn_i,   // FN_ONE_*, not RECIP
    input  logic [F*32-1:0] a_i,
    input  logic [31:0]     s_i,    // EXPM; 4 enabled cycles after its a_i
    input  logic [31:0]     c_i,    // EXP, EXPM, RSQRT; 7 enabled cycles after its a_i
    input  logic [F*32-1:0] b_i,    // RSQRT; 15 enabled cycles after its a_i

    output logic            sum_valid_o,
    output logic [F*32-1:0] sum_o,    // RSQRT, after 18
    output logic [F*32-1:0] result_o, // the others, after 52
    output logic [F-1:0]    flag_o    // result_o is infinity or NaN
);

  logic is_gelu, is_expm, is_rsqrt, is_sig, is_prod;

  assign is_gelu  = fn_i == stamp_isa_pkg::FN_ONE_GELU;
  assign is_expm  = fn_i == stamp_isa_pkg::FN_ONE_EXPM;
  assign is_rsqrt = fn_i == stamp_isa_pkg::FN_ONE_RSQRT;
  assign is_prod  = is_gelu || fn_i == stamp_isa_pkg::FN_ONE_SILU;
  assign is_sig   = is_prod || fn_i == stamp_isa_pkg::FN_ONE_SIGMOID;

  // v[t]: an element that entered t cycles ago. gelu, expm, sum: one of that function; sig: one that
  // contains SIGMOID; prod: SILU or GELU.
  logic [51:1] v_q, prod_q;
  logic [51:0] v, prod;
  logic [50:1] sig_q;
  logic [50:0] sig;
  logic [9:1]  gelu_q, sum_q;
  logic [9:0]  gelu, sum;
  logic [7:1]  expm_q;
  logic [7:0]  expm;
  logic        run;

  assign v    = {v_q,    valid_i && !is_rsqrt};
  assign sig  = {sig_q,  valid_i && is_sig};
  assign prod = {prod_q, valid_i && is_prod};
  assign gelu = {gelu_q, valid_i && is_gelu};
  assign expm = {expm_q, valid_i && is_expm};
  assign sum  = {sum_q,  valid_i && is_rsqrt};
  assign run  = en_i && (v != 52'd0 || sum != 10'd0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      v_q    <= '0;
      sig_q  <= '0;
      prod_q <= '0;
      gelu_q <= '0;
      expm_q <= '0;
      sum_q  <= '0;
    end else if (en_i) begin
      v_q    <= v[50:0];
      sig_q  <= sig[49:0];
      prod_q <= prod[50:0];
      gelu_q <= gelu[8:0];
      expm_q <= expm[6:0];
      sum_q  <= sum[8:0];
    end
  end

  // a on its way; from 9 only where a sigmoid wants it: its sign is that of u.
  logic [F*32-1:0] a4, a7, a9, a50, x9, z32, z50, q50, zq50, pick50, pick52, product52;
  logic            prod52_q, valid32;

  stamp_delay #(.Width(F*32), .Depth(4)) i_a4 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[0] || sum[0]), .data_i(a_i),
    .take_i(v[3] || sum[3]), .data_o(a4));
  stamp_delay #(.Width(F*32), .Depth(3)) i_a7 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[4] || sum[4]), .data_i(a4),
    .take_i(v[6] || sum[6]), .data_o(a7));
  stamp_delay #(.Width(F*32), .Depth(2)) i_a9 (
    .clk_i, .rst_ni, .en_i(run), .put_i(sig[7]), .data_i(a7), .take_i(sig[8]), .data_o(a9));
  stamp_delay #(.Width(F*32), .Depth(41)) i_a50 (
    .clk_i, .rst_ni, .en_i(run), .put_i(sig[9]), .data_i(a9), .take_i(sig[49]), .data_o(a50));

  logic use_add, use_mul, mul8;
  assign use_add = gelu[4] || expm[4];
  assign use_mul = v[7] && (!sig[7] || gelu[7]) || sum[7];
  assign mul8    = v[8] && (!sig[8] || gelu[8]) || sum[8];

  logic [F-1:0] unused_v0, unused_v1, unused_v2, unused_v3, unused_w0, unused_f0, unused_f1,
                unused_f2, unused_f3, unused_g0;

  for (genvar l = 0; l < F; l++) begin : g_lane
    logic [31:0] aa2, gaa4, t7, u9, arg9;

    stamp_fmul_2 #(.OwnValid(1'b0)) i_aa (
      .clk_i, .rst_ni, .en_i, .valid_i(gelu[0]), .stage_valid_i(gelu[1]),
      .a_i(a_i[l*32 +: 32]), .b_i(a_i[l*32 +: 32]),
      .valid_o(unused_v0[l]), .result_o(aa2), .flag_o(unused_f0[l]));
    stamp_fmul_2 #(.OwnValid(1'b0)) i_gaa (
      .clk_i, .rst_ni, .en_i, .valid_i(gelu[2]), .stage_valid_i(gelu[3]),
      .a_i(stamp_fn_pkg::GELU_G2), .b_i(aa2),
      .valid_o(unused_v1[l]), .result_o(gaa4), .flag_o(unused_f1[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_t (
      .clk_i, .rst_ni, .en_i, .valid_i(use_add),
      .stage_valid_i({gelu[6] || expm[6], gelu[5] || expm[5]}),
      .a_i(gelu[4] ? stamp_fn_pkg::GELU_G1 : a4[l*32 +: 32]), .b_i(gelu[4] ? gaa4 : s_i),
      .sub_i(expm[4]), .half_i(1'b0),
      .valid_o(unused_w0[l]), .result_o(t7), .flag_o(unused_g0[l]));
    stamp_fmul_2 #(.OwnValid(1'b0)) i_u (
      .clk_i, .rst_ni, .en_i, .valid_i(use_mul), .stage_valid_i(mul8),
      .a_i(gelu[7] ? a7[l*32 +: 32] : c_i), .b_i((gelu[7] || expm[7]) ? t7 : a7[l*32 +: 32]),
      .valid_o(unused_v2[l]), .result_o(u9), .flag_o(unused_f2[l]));

    // The argument of EXP: -|a| or -|u| under a sigmoid.
    assign arg9 = (sig[9] && !gelu[9]) ? a9[l*32 +: 32] : u9;
    assign x9[l*32 +: 32] = {arg9[31] || sig[9], arg9[30:0]};

    assign pick50[l*32 +: 32] = !sig[50] ? z50[l*32 +: 32]
                              : a50[l*32 + 31] ? zq50[l*32 +: 32] : q50[l*32 +: 32];

    stamp_fmul_2 #(.OwnValid(1'b0)) i_product (
      .clk_i, .rst_ni, .en_i, .valid_i(prod[50]), .stage_valid_i(prod[51]),
      .a_i(a50[l*32 +: 32]), .b_i(pick50[l*32 +: 32]),
      .valid_o(unused_v3[l]), .result_o(product52[l*32 +: 32]), .flag_o(unused_f3[l]));

    assign flag_o[l] = result_o[l*32 + 23 +: 8] == 8'hff;
  end

  stamp_fn_exp #(.F(F)) i_exp (
    .clk_i, .rst_ni, .en_i, .valid_i(v[9]), .sum_i(sum[9]), .x_i(x9), .b_i,
    .sum_valid_o, .sum_o, .valid_o(valid32), .z_o(z32));

  stamp_fn_sig #(.F(F)) i_sig (
    .clk_i, .rst_ni, .en_i, .valid_i(valid32), .sig_i(sig[32]), .z_i(z32),
    .z_o(z50), .q_o(q50), .zq_o(zq50));

  stamp_delay #(.Width(F*32), .Depth(2)) i_pick (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[50] && !prod[50]), .data_i(pick50),
    .take_i(v[51] && !prod[51]), .data_o(pick52));

  always_ff @(posedge clk_i) begin
    if (en_i && v[51]) prod52_q <= prod[51];
  end
  assign result_o = prod52_q ? product52 : pick52;

  logic unused;
  assign unused = &{1'b0, unused_v0, unused_v1, unused_v2, unused_v3, unused_w0, unused_f0,
                    unused_f1, unused_f2, unused_f3, unused_g0};

endmodule
