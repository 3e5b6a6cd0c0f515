// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_f2i - binary32 to a 10-bit integer.
//
// Rule     model/spec/numerics.md, section 2: RNE_INT10. NaN gives 0, infinities the limits.
// Latency  1 enabled cycle. Throughput 1 per cycle. en_i low holds the outputs.
module stamp_f2i (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bit only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,

    output logic        valid_o,
    output logic [9:0]  result_o // two's complement, -512..511
);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_o <= 1'b0;
    else if (en_i) valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (en_i && valid_i) result_o <= stamp_fp_pkg::int10(a_i);
  end

endmodule
