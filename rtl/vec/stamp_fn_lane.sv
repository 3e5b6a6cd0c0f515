// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fn_lane - F function lanes that move together: EXP, EXPM, SIGMOID, SILU, GELU; of RSQRT the
// sum ADD(MUL(c, a), b). A lane is an adder, a multiplier and stamp_fn_core, which every function goes
// through in its own order:
//
//   EXP      multiplier (c a), core                  SIGMOID      core
//   EXPM     adder (a - s), multiplier, core         SILU, GELU   core, multiplier (a times it)
//   RSQRT    multiplier (c a), adder (+ b)
//
// Rule        model/spec/numerics.md section 8. C twin: model/num/fn.c.
// Latency     1 enabled cycle, those of the units on the way, and 1 for the operands of the multiplier, which are
//             chosen a cycle before. Throughput F elements per cycle.
// Stream      one function and one c at a time: whoever changes them waits until busy_o is low.
// Simulation  a unit works only on elements whose way it is on.
module stamp_fn_lane #(
    parameter int unsigned F // lanes, 1 or more
) (
    input  logic            clk_i,
    input  logic            rst_ni, // synchronous, active low; clears the valid bits only
    input  logic            en_i,   // low holds everything

    input  logic            valid_i,
    input  logic [3:0]      fn_i,   // FN_ONE_*, not RECIP
    input  logic [F*32-1:0] a_i,
    input  logic [31:0]     s_i,    // EXPM
    input  logic [31:0]     c_i,    // EXP, EXPM, RSQRT
    input  logic [F*32-1:0] b_i,    // RSQRT; stays until sum_valid_o

    output logic            sum_valid_o,
    output logic [F*32-1:0] sum_o,    // RSQRT
    output logic            valid_o,
    output logic [F*32-1:0] result_o, // the others
    output logic [F-1:0]    flag_o,   // result_o is infinity or NaN
    output logic            busy_o    // an element is inside, at valid_o included
);

  localparam int unsigned Add  = stamp_fp_pkg::AddLatency;
  localparam int unsigned Mul  = stamp_fp_pkg::MulLatency + 1;
  localparam int unsigned Core = 6;

  // What goes in, and what it is, which stays.
  logic            is_exp, is_gelu, valid_q, is_exp_q, is_expm_q, is_prod_q, is_rsqrt_q;
  logic [F*32-1:0] a_q;
  logic [31:0]     s_q, c_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_q <= 1'b0;
    else if (en_i) valid_q <= valid_i;
  end

  assign is_exp  = fn_i == stamp_isa_pkg::FN_ONE_EXP || fn_i == stamp_isa_pkg::FN_ONE_EXPM;
  assign is_gelu = fn_i == stamp_isa_pkg::FN_ONE_GELU;

  always_ff @(posedge clk_i) begin
    if (en_i && valid_i) begin
      a_q        <= a_i;
      s_q        <= s_i;
      c_q        <= c_i;
      is_expm_q  <= fn_i == stamp_isa_pkg::FN_ONE_EXPM;
      is_exp_q   <= is_exp;
      is_prod_q  <= is_gelu || fn_i == stamp_isa_pkg::FN_ONE_SILU;
      is_rsqrt_q <= fn_i == stamp_isa_pkg::FN_ONE_RSQRT;
    end
  end

  // add[t], mul[t], core[t]: an element that came to the unit t cycles ago.
  logic [Add:1]    add_q;
  logic [Add-1:0]  add;
  logic [Mul:1]    mul_q;
  logic [Mul-1:0]  mul;
  logic [Core:1]   core_q;
  logic [Core-1:0] core;

  assign add  = {add_q[Add-1:1], is_rsqrt_q ? mul_q[Mul] : valid_q && is_expm_q};
  assign mul  = {mul_q[Mul-1:1], is_expm_q ? add_q[Add] : is_prod_q ? core_q[Core]
                        : valid_q && (is_exp_q || is_rsqrt_q)};
  assign core = {core_q[Core-1:1], is_exp_q ? mul_q[Mul] : valid_q && !is_rsqrt_q};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      add_q  <= '0;
      mul_q  <= '0;
      core_q <= '0;
    end else if (en_i) begin
      add_q  <= add;
      mul_q  <= mul;
      core_q <= core;
    end
  end

  assign sum_valid_o = en_i && is_rsqrt_q && add_q[Add];
  assign valid_o     = is_prod_q ? mul_q[Mul] : core_q[Core];
  assign busy_o      = valid_q || add_q != '0 || mul_q != '0 || core_q != '0;

  logic [F-1:0] unused_v, unused_w, unused_f, unused_g;

  for (genvar l = 0; l < F; l++) begin : g_lane
    logic [31:0] a, product, y, y_of, mul_a_q, mul_b_q;

    assign a = a_q[l*32 +: 32];

    stamp_fadd #(.OwnValid(1'b0)) i_add (
      .clk_i, .rst_ni, .en_i, .valid_i(add[0]), .stage_valid_i(add[Add-1:1]),
      .a_i(is_rsqrt_q ? product : a), .b_i(is_rsqrt_q ? b_i[l*32 +: 32] : s_q),
      .sub_i(!is_rsqrt_q), .half_i(1'b0),
      .valid_o(unused_w[l]), .result_o(sum_o[l*32 +: 32]), .flag_o(unused_g[l]));

    always_ff @(posedge clk_i) begin
      if (en_i && mul[0]) begin
        mul_a_q <= is_expm_q ? sum_o[l*32 +: 32] : is_prod_q ? y_of : a;
        mul_b_q <= is_prod_q ? y : c_q;
      end
    end

    stamp_fmul #(.OwnValid(1'b0)) i_mul (
      .clk_i, .rst_ni, .en_i, .valid_i(mul[1]), .stage_valid_i(mul[Mul-1:2]),
      .a_i(mul_a_q), .b_i(mul_b_q),
      .valid_o(unused_v[l]), .result_o(product), .flag_o(unused_f[l]));

    stamp_fn_core i_core (
      .clk_i, .en_i, .set_i(valid_i), .exp_i(is_exp), .gelu_i(is_gelu), .valid_i(core[0]),
      .stage_valid_i(core[Core-1:1]), .x_i(a), .x_exp_i(product), .y_o(y), .x_o(y_of));

    assign result_o[l*32 +: 32] = is_prod_q ? product : y;
    assign flag_o[l]            = result_o[l*32 + 23 +: 8] == 8'hff;
  end

  logic unused;
  assign unused = &{1'b0, unused_v, unused_w, unused_f, unused_g};

endmodule
