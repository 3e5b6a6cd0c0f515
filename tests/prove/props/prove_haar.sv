// SPDX-License-Identifier: Apache-2.0
// A Haar step and its inverse: SUM undoes MEAN (numerics.md section 4) to the last bit, of any two operands that are
// Width-bit integers times one power of two, whatever it is: then no sum is rounded. A pipeline with its registers as
// wires.
module prove_haar #(
    parameter int unsigned Width = 23
) (
    input logic             clk_i,
    input logic [Width-1:0] a_i, // magnitudes
    input logic [Width-1:0] b_i,
    input logic             a_sign_i,
    input logic             b_sign_i,
    input logic [7:0]       exponent_i // of the leading place of a magnitude, biased; 1: what is below is subnormal
);

  // As f32: up until the leading one is in its place, or the exponent is 1.
  function automatic logic [31:0] float(input logic sign, input logic [Width-1:0] size, input logic [7:0] exponent);
    logic [23:0] x;
    logic [7:0]  e;
    x = 24'(size) << (24 - Width);
    e = exponent;
    for (int k = 0; k < Width; k++)
      if (!x[23] && e > 8'd1) begin
        x = x << 1;
        e = e - 8'd1;
      end
    float = {sign, x[23] ? e : 8'd0, x[22:0]};
  endfunction

  logic [31:0] a, b, mean, rest, a_back, b_back;
  logic [3:0]  valid, flag;

  assign a = float(a_sign_i, a_i, exponent_i);
  assign b = float(b_sign_i, b_i, exponent_i);

  stamp_fadd #(.OwnValid(1'b0)) i_mean (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i(a), .b_i(b), .sub_i(1'b0), .half_i(1'b1),
    .stage_valid_i(3'b111), .valid_o(valid[0]), .result_o(mean), .flag_o(flag[0]));
  stamp_fadd #(.OwnValid(1'b0)) i_rest (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i(a), .b_i(b), .sub_i(1'b1), .half_i(1'b1),
    .stage_valid_i(3'b111), .valid_o(valid[1]), .result_o(rest), .flag_o(flag[1]));
  stamp_fadd #(.OwnValid(1'b0)) i_a (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i(mean), .b_i(rest), .sub_i(1'b0), .half_i(1'b0),
    .stage_valid_i(3'b111), .valid_o(valid[2]), .result_o(a_back), .flag_o(flag[2]));
  stamp_fadd #(.OwnValid(1'b0)) i_b (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i(mean), .b_i(rest), .sub_i(1'b1), .half_i(1'b0),
    .stage_valid_i(3'b111), .valid_o(valid[3]), .result_o(b_back), .flag_o(flag[3]));

  always @(posedge clk_i) begin
    // The lowest place is above the smallest one, and a sum is no infinity.
    assume (exponent_i > 8'd24 && exponent_i < 8'd254);
    assert (a_back == a || (a_i == '0 && a_back[30:0] == 31'd0)); // zeros of either sign
    assert (b_back == b || (b_i == '0 && b_back[30:0] == 31'd0));
    assert (flag == 4'd0);
  end

  logic unused;
  assign unused = &{1'b0, valid};

endmodule
