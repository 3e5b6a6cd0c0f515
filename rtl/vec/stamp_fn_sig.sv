// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fn_sig - of z = EXP(-|x|) the two values SIGMOID(x) chooses from: q = 1 / (1 + z) and z q, for
// F elements that move together. Elements that want no SIGMOID pass in z.
//
// Rule     model/spec/numerics.md section 8, SIGMOID. C twin: model/num/fn.c.
// Latency  18 enabled cycles. Throughput F elements per cycle.
// Stages   0 1 + z: d   3 d - M: r   6 r C   8 + B   11 r   13 + A: q   16 z q
module stamp_fn_sig #(
    parameter int unsigned F // lanes, 1 or more
) (
    input  logic            clk_i,
    input  logic            rst_ni, // synchronous, active low; clears the valid bits only
    input  logic            en_i,

    input  logic            valid_i,
    input  logic            sig_i,  // with valid_i: q and z q are wanted
    input  logic [F*32-1:0] z_i,

    output logic [F*32-1:0] z_o,
    output logic [F*32-1:0] q_o,    // sig_i
    output logic [F*32-1:0] zq_o    // sig_i
);

  // v[t]: an element that entered t cycles ago. g: one that wants q.
  logic [17:1] v_q, g_q;
  logic [17:0] v, g;
  logic        run;

  assign v   = {v_q, valid_i};
  assign g   = {g_q, valid_i && sig_i};
  assign run = en_i && v != 18'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      v_q <= '0;
      g_q <= '0;
    end else if (en_i) begin
      v_q <= v[16:0];
      g_q <= g[16:0];
    end
  end

  // What an element needs again later.
  logic [F*32-1:0] z16, r6, r11, q16;
  logic [F*7-1:0]  i3, i5, i7, i12;

  stamp_delay #(.Width(F*32), .Depth(16)) i_z16 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[0]), .data_i(z_i), .take_i(v[15]), .data_o(z16));
  stamp_delay #(.Width(F*32), .Depth(2)) i_z18 (
    .clk_i, .rst_ni, .en_i(run), .put_i(v[16]), .data_i(z16), .take_i(v[17]), .data_o(z_o));
  stamp_delay #(.Width(F*32), .Depth(2)) i_q18 (
    .clk_i, .rst_ni, .en_i(run), .put_i(g[16]), .data_i(q16), .take_i(g[17]), .data_o(q_o));
  stamp_delay #(.Width(F*32), .Depth(5)) i_r11 (
    .clk_i, .rst_ni, .en_i(run), .put_i(g[6]), .data_i(r6), .take_i(g[10]), .data_o(r11));
  stamp_delay #(.Width(F*7), .Depth(2)) i_i5 (
    .clk_i, .rst_ni, .en_i(run), .put_i(g[3]), .data_i(i3), .take_i(g[4]), .data_o(i5));
  stamp_delay #(.Width(F*7), .Depth(2)) i_i7 (
    .clk_i, .rst_ni, .en_i(run), .put_i(g[5]), .data_i(i5), .take_i(g[6]), .data_o(i7));
  stamp_delay #(.Width(F*7), .Depth(5)) i_i12 (
    .clk_i, .rst_ni, .en_i(run), .put_i(g[7]), .data_i(i7), .take_i(g[11]), .data_o(i12));

  logic [F-1:0] unused_v0, unused_v1, unused_v2, unused_w0, unused_w1, unused_w2, unused_w3,
                unused_f0, unused_f1, unused_f2, unused_g0, unused_g1, unused_g2, unused_g3;

  for (genvar l = 0; l < F; l++) begin : g_lane
    logic [31:0] d3, c6, rc8, b8, bc11, rbc13, a13;

    stamp_fadd_3 #(.OwnValid(1'b0)) i_d (
      .clk_i, .rst_ni, .en_i, .valid_i(g[0]), .stage_valid_i(g[2:1]),
      .a_i(32'h3f80_0000), .b_i(z_i[l*32 +: 32]), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_w0[l]), .result_o(d3), .flag_o(unused_g0[l]));

    assign i3[l*7 +: 7] = d3[30] ? 7'd127 : d3[22:16]; // d in 1..2, or NaN

    stamp_fadd_3 #(.OwnValid(1'b0)) i_r (
      .clk_i, .rst_ni, .en_i, .valid_i(g[3]), .stage_valid_i(g[5:4]),
      .a_i(d3), .b_i(stamp_fn_pkg::rec_m(i3[l*7 +: 7])), .sub_i(1'b1), .half_i(1'b0),
      .valid_o(unused_w1[l]), .result_o(r6[l*32 +: 32]), .flag_o(unused_g1[l]));

    always_ff @(posedge clk_i) begin
      if (en_i && g[5])  c6  <= stamp_fn_pkg::rec_c(i5[l*7 +: 7]);
      if (en_i && g[7])  b8  <= stamp_fn_pkg::rec_b(i7[l*7 +: 7]);
      if (en_i && g[12]) a13 <= stamp_fn_pkg::rec_a(i12[l*7 +: 7]);
    end

    stamp_fmul_2 #(.OwnValid(1'b0)) i_rc (
      .clk_i, .rst_ni, .en_i, .valid_i(g[6]), .stage_valid_i(g[7]),
      .a_i(r6[l*32 +: 32]), .b_i(c6),
      .valid_o(unused_v0[l]), .result_o(rc8), .flag_o(unused_f0[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_bc (
      .clk_i, .rst_ni, .en_i, .valid_i(g[8]), .stage_valid_i(g[10:9]),
      .a_i(b8), .b_i(rc8), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_w2[l]), .result_o(bc11), .flag_o(unused_g2[l]));
    stamp_fmul_2 #(.OwnValid(1'b0)) i_rbc (
      .clk_i, .rst_ni, .en_i, .valid_i(g[11]), .stage_valid_i(g[12]),
      .a_i(r11[l*32 +: 32]), .b_i(bc11),
      .valid_o(unused_v1[l]), .result_o(rbc13), .flag_o(unused_f1[l]));
    stamp_fadd_3 #(.OwnValid(1'b0)) i_q (
      .clk_i, .rst_ni, .en_i, .valid_i(g[13]), .stage_valid_i(g[15:14]),
      .a_i(a13), .b_i(rbc13), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_w3[l]), .result_o(q16[l*32 +: 32]), .flag_o(unused_g3[l]));
    stamp_fmul_2 #(.OwnValid(1'b0)) i_zq (
      .clk_i, .rst_ni, .en_i, .valid_i(g[16]), .stage_valid_i(g[17]),
      .a_i(z16[l*32 +: 32]), .b_i(q16[l*32 +: 32]),
      .valid_o(unused_v2[l]), .result_o(zq_o[l*32 +: 32]), .flag_o(unused_f2[l]));

    logic unused;
    assign unused = &{1'b0, d3[31], d3[29:23], d3[15:0]};
  end

  logic unused_all;
  assign unused_all = &{1'b0, unused_v0, unused_v1, unused_v2, unused_w0, unused_w1, unused_w2,
                        unused_w3, unused_f0, unused_f1, unused_f2, unused_g0, unused_g1,
                        unused_g2, unused_g3};

endmodule
