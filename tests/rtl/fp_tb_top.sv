// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// fp_tb_top - every unit of rtl/fp side by side, operands shared, each with its own handshake.
//
// Bit order of en_i, valid_i, valid_o and flag_o: 0 fadd, 1 fmul, 2 i2f, 3 f2i, 4 f2bf, 5 fdiv,
// 6 fsqrt. fdiv, fsqrt: valid_i is start_i, valid_o is done_o. i2f and f2i have no flag; their bits are 0.
module fp_tb_top (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic [6:0]  en_i,
    input  logic [6:0]  valid_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    input  logic [31:0] c_i, // fminmax only: x = a, lo = b, hi = c
    input  logic        sub_i,
    input  logic        half_i,

    output logic [6:0]  valid_o,
    output logic [6:0]  flag_o,
    output logic        busy_o, // fdiv
    output logic        root_busy_o,
    output logic [31:0] add_o,
    output logic [31:0] mul_o,
    output logic [31:0] i2f_o,
    output logic [9:0]  f2i_o,
    output logic [15:0] f2bf_o,
    output logic [31:0] div_o,
    output logic [31:0] root_o,
    output logic [31:0] lo_o,
    output logic [31:0] hi_o
);

  stamp_fadd i_fadd (
      .clk_i, .rst_ni, .a_i, .b_i, .sub_i, .half_i, .stage_valid_i(3'b0), .en_i(en_i[0]), .valid_i(valid_i[0]),
      .valid_o(valid_o[0]), .result_o(add_o), .flag_o(flag_o[0])
  );

  stamp_fmul i_fmul (
      .clk_i, .rst_ni, .a_i, .b_i, .stage_valid_i(3'b0), .en_i(en_i[1]), .valid_i(valid_i[1]),
      .valid_o(valid_o[1]), .result_o(mul_o), .flag_o(flag_o[1])
  );

  stamp_i2f i_i2f (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[2]), .valid_i(valid_i[2]),
      .valid_o(valid_o[2]), .result_o(i2f_o)
  );
  assign flag_o[2] = 1'b0;

  stamp_f2i i_f2i (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[3]), .valid_i(valid_i[3]),
      .valid_o(valid_o[3]), .result_o(f2i_o)
  );
  assign flag_o[3] = 1'b0;

  stamp_f2bf i_f2bf (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[4]), .valid_i(valid_i[4]),
      .valid_o(valid_o[4]), .result_o(f2bf_o), .flag_o(flag_o[4])
  );

  stamp_fdiv i_fdiv (
      .clk_i, .rst_ni, .a_i, .b_i, .en_i(en_i[5]), .start_i(valid_i[5]), .busy_o,
      .done_o(valid_o[5]), .result_o(div_o), .flag_o(flag_o[5])
  );

  stamp_fsqrt i_fsqrt (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[6]), .start_i(valid_i[6]), .busy_o(root_busy_o),
      .done_o(valid_o[6]), .result_o(root_o), .flag_o(flag_o[6])
  );

  stamp_fminmax i_fminmax (.x_i(a_i), .lo_i(b_i), .hi_i(c_i), .lo_o, .hi_o);

endmodule
