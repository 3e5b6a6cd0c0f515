// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_i2f - s32 to binary32; the result is always finite.
//
// Rule     model/spec/numerics.md, section 2: S32_F32.
// Latency  1 enabled cycle. Throughput 1 per cycle. en_i low holds the outputs.
module stamp_i2f (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bit only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,    // two's complement

    output logic        valid_o,
    output logic [31:0] result_o
);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_o <= 1'b0;
    else if (en_i) valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (en_i && valid_i) result_o <= stamp_fp_pkg::s32_f32(a_i);
  end

endmodule
