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

    // Which stages hold a value, shared by all lanes: bit n for cycle n. deq_i also in cycle 3.
    input  logic        row_i,        // cycle 3: a row is here
    input  logic [11:3] deq_i,        // it is to be dequantized
    input  logic [12:9] add_i,        // and added to old_i

    // Cycle 3: the accumulator, with what meets it.
    input  logic [31:0] acc_i,
    input  logic [31:0] ac_i,     // AC word, zero when nothing is to be added
    input  logic [9:0]  corr_i,   // signed
    input  logic [31:0] colsum_i, // signed
    input  logic [31:0] extra_i,  // 8*rowsum with 8-bit weights
    output logic [31:0] sum_o,    // cycle 4

    // Scales: row at cycle 5, column at cycle 7; AC word as f32 at cycle 9.
    input  logic [31:0] sx_i,
    input  logic [31:0] sw_i,
    input  logic [31:0] old_i,

    output logic [31:0] y_o,   // cycle 12
    output logic        flag_o // y_o is infinity or NaN
);

  logic [31:0] corrected_q, f, fx, fxw, d0_q, d1_q, d2_q, y_add;
  logic        flag_add, flag_mul, flag0_q, flag1_q, flag2_q;
  logic [4:0]  unused_o;

  // Cycle 3: modulo 2^32 throughout, so the order of additions is irrelevant.
  always_ff @(posedge clk_i) begin
    if (row_i) sum_o <= acc_i + ac_i;
    if (deq_i[3]) corrected_q <= acc_i + ac_i + extra_i + 32'($signed(corr_i)) * colsum_i;
  end

  // Cycle 4 to 9.
  stamp_i2f i_i2f (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(deq_i[4]), .a_i(corrected_q),
                   .valid_o(unused_o[0]), .result_o(f));
  stamp_fmul_2 #(.OwnValid(1'b0)) i_mul_row (
    .clk_i, .rst_ni, .en_i(1'b1), .valid_i(deq_i[5]), .stage_valid_i(deq_i[6]), .a_i(f), .b_i(sx_i),
    .valid_o(unused_o[1]), .result_o(fx), .flag_o(unused_o[2]));
  stamp_fmul_2 #(.OwnValid(1'b0)) i_mul_col (
    .clk_i, .rst_ni, .en_i(1'b1), .valid_i(deq_i[7]), .stage_valid_i(deq_i[8]), .a_i(fx), .b_i(sw_i),
    .valid_o(unused_o[3]), .result_o(fxw), .flag_o(flag_mul));

  // Cycle 9 to 12: add, or wait as long.
  stamp_fadd_3 #(.OwnValid(1'b0)) i_add (
    .clk_i, .rst_ni, .en_i(1'b1), .valid_i(add_i[9]), .stage_valid_i(add_i[11:10]), .a_i(old_i),
    .b_i(fxw), .sub_i(1'b0), .half_i(1'b0), .valid_o(unused_o[4]), .result_o(y_add),
    .flag_o(flag_add));

  always_ff @(posedge clk_i) begin
    if (deq_i[9]) begin
      d0_q    <= fxw;
      flag0_q <= flag_mul;
    end
    if (deq_i[10]) begin
      d1_q    <= d0_q;
      flag1_q <= flag0_q;
    end
    if (deq_i[11]) begin
      d2_q    <= d1_q;
      flag2_q <= flag1_q;
    end
  end

  assign y_o    = add_i[12] ? y_add : d2_q;
  assign flag_o = add_i[12] ? flag_add : flag2_q;

  logic unused;
  assign unused = &{1'b0, unused_o};

endmodule
