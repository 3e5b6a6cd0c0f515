// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// fp_tb_top - every unit of rtl/fp side by side, operands shared, each with its own handshake; and functions
// of stamp_fp_pkg that units elsewhere call.
//
// Bit order of en_i, valid_i, valid_o and flag_o: 0 fadd, 1 fmul, 2 f2i, 3 fdiv, 4 fsqrt.
// fdiv, fsqrt: valid_i is start_i, valid_o is done_o. f2i has no flag; its bit is 0.
module fp_tb_top (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic [4:0]  en_i,
    input  logic [4:0]  valid_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    input  logic [31:0] c_i, // a range only: x = a, lo = b, hi = c
    input  logic        sub_i,
    input  logic        half_i,

    output logic [4:0]  valid_o,
    output logic [4:0]  flag_o,
    output logic        busy_o, // fdiv
    output logic        root_busy_o,
    output logic [31:0] add_o,
    output logic [31:0] mul_o,
    output logic [9:0]  f2i_o,
    output logic [31:0] div_o,
    output logic [31:0] root_o,
    output logic [31:0] s9_o,
    output logic [15:0] bf16_o,
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

  stamp_f2i i_f2i (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[2]), .valid_i(valid_i[2]),
      .valid_o(valid_o[2]), .result_o(f2i_o)
  );
  assign flag_o[2] = 1'b0;

  stamp_fdiv i_fdiv (
      .clk_i, .rst_ni, .a_i, .b_i, .en_i(en_i[3]), .start_i(valid_i[3]), .busy_o,
      .done_o(valid_o[3]), .result_o(div_o), .flag_o(flag_o[3])
  );

  stamp_fsqrt i_fsqrt (
      .clk_i, .rst_ni, .a_i, .en_i(en_i[4]), .start_i(valid_i[4]), .busy_o(root_busy_o),
      .done_o(valid_o[4]), .result_o(root_o), .flag_o(flag_o[4])
  );

  assign s9_o   = stamp_fp_pkg::s9_f32(a_i[8:0]);
  assign bf16_o = stamp_fp_pkg::bf16(a_i);
  assign lo_o   = stamp_fp_pkg::lt(a_i, b_i) ? a_i : b_i;
  assign hi_o   = stamp_fp_pkg::lt(c_i, a_i) ? a_i : c_i;

endmodule
