// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_drain_lane - one column of the drain: correct, convert, scale, scale, add.
//
// Rule     model/spec/numerics.md section 7 (DEQ). C twin: model/insn/mm.c, drain_token and drain_block.
// Pipeline entry in cycle 4 of stamp_drain; sum_o 1 later, y_o 8 later (1 integer, 1 convert,
//          2 + 2 multiply, then 3 add; without addition y_o is delayed alike).
// Throughput one value per cycle.
module stamp_drain_lane (
    input  logic        clk_i,
    input  logic        rst_ni,

    // Cycle 3: the accumulator, with what meets it.
    input  logic        valid_i,
    input  logic [31:0] acc_i,
    input  logic [31:0] ac_i,     // AC word, zero when nothing is to be added
    input  logic [9:0]  corr_i,   // signed
    input  logic [31:0] colsum_i, // signed
    input  logic [31:0] extra_i,  // 8*rowsum with 8-bit weights
    input  logic        deq_i,    // dequantize; otherwise only sum_o is used
    output logic [31:0] sum_o,    // cycle 4

    // Scales: row at cycle 5, column at cycle 7; AC word as f32 at cycle 9, add_i with it.
    input  logic [31:0] sx_i,
    input  logic [31:0] sw_i,
    input  logic        add_i,
    input  logic [31:0] old_i,

    output logic [31:0] y_o,   // cycle 12
    output logic        flag_o // y_o is infinity or NaN
);

  logic [31:0] corrected_q, f, fx, fxw, d0_q, d1_q, d2_q, y_add;
  logic        deq_q, f_v, fx_v, fxw_v, add0_q, add1_q, add2_q, flag_add, flag0_q, flag1_q, flag2_q;
  logic        flag_mul;
  logic        unused_fx_flag, unused_add_v;

  // Cycle 3: modulo 2^32 throughout, so the order of additions is irrelevant.
  always_ff @(posedge clk_i) begin
    deq_q <= rst_ni && valid_i && deq_i;
    if (valid_i) begin
      sum_o <= acc_i + ac_i;
      if (deq_i)
        corrected_q <= acc_i + ac_i + extra_i + 32'($signed(corr_i)) * colsum_i;
    end
  end

  // Cycle 4 to 9.
  stamp_i2f i_i2f (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(deq_q), .a_i(corrected_q),
                   .valid_o(f_v), .result_o(f));
  stamp_fmul i_mul_row (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(f_v), .a_i(f), .b_i(sx_i),
                        .valid_o(fx_v), .result_o(fx), .flag_o(unused_fx_flag));
  stamp_fmul i_mul_col (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(fx_v), .a_i(fx), .b_i(sw_i),
                        .valid_o(fxw_v), .result_o(fxw), .flag_o(flag_mul));

  // Cycle 9 to 12: add, or wait as long.
  stamp_fadd i_add (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(fxw_v && add_i), .a_i(old_i), .b_i(fxw),
                    .sub_i(1'b0), .half_i(1'b0), .valid_o(unused_add_v), .result_o(y_add),
                    .flag_o(flag_add));

  logic fxw_v1_q, fxw_v2_q;

  always_ff @(posedge clk_i) begin
    fxw_v1_q <= fxw_v;
    fxw_v2_q <= fxw_v1_q;
    if (fxw_v) begin
      d0_q    <= fxw;
      flag0_q <= flag_mul;
      add0_q  <= add_i;
    end
    if (fxw_v1_q) begin
      d1_q    <= d0_q;
      flag1_q <= flag0_q;
      add1_q  <= add0_q;
    end
    if (fxw_v2_q) begin
      d2_q    <= d1_q;
      flag2_q <= flag1_q;
      add2_q  <= add1_q;
    end
  end

  assign y_o    = add2_q ? y_add : d2_q;
  assign flag_o = add2_q ? flag_add : flag2_q;

  logic unused;
  assign unused = &{1'b0, unused_fx_flag, unused_add_v};

endmodule
