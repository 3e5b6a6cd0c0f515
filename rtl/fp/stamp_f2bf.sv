// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_f2bf - binary32 to bfloat16.
//
// Rule     model/spec/numerics.md, section 2: BF16.
// Latency  1 enabled cycle. Throughput 1 per cycle. en_i low holds the outputs.
module stamp_f2bf (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low; clears the valid bit only
    input  logic        en_i,

    input  logic        valid_i,
    input  logic [31:0] a_i,

    output logic        valid_o,
    output logic [15:0] result_o,
    output logic        flag_o // result_o is infinity or NaN; with valid_o
);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_o <= 1'b0;
    else if (en_i) valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin : round
    logic [15:0] r;
    if (en_i && valid_i) begin
      r = stamp_fp_pkg::bf16(a_i);
      result_o <= r;
      flag_o   <= r[14:7] == 8'hff;
    end
  end

endmodule
