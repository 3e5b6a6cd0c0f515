// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_deq - codes out of packed words, less their zero point, as f32.
//
// Rule     model/spec/isa.md VDEQ, numerics.md section 2 S32_F32. C twin: model/insn/vdeq.c.
// Latency  1 enabled cycle. Throughput 1 line per cycle. en_i low holds the outputs.
module stamp_vx_deq #(
    parameter int unsigned L,
    parameter int unsigned AddrW = 11
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             en_i,

    input  logic             valid_i,
    input  logic [L*32-1:0]  words_i,
    input  logic             bits8_i,
    input  logic [2:0]       field_i,
    input  logic [7:0]       zero_i,
    input  logic [31:0]      scale_i,
    input  logic [AddrW-1:0] addr_i,

    output logic             valid_o,
    output logic [L*32-1:0]  data_o, // S32_F32(q - zero)
    output logic [31:0]      scale_o,
    output logic [AddrW-1:0] addr_o
);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_o <= 1'b0;
    else if (en_i) valid_o <= valid_i;
  end

  always_ff @(posedge clk_i) begin : values
    logic [7:0] q;
    if (en_i && valid_i) begin
      scale_o <= scale_i;
      addr_o  <= addr_i;
      for (int l = 0; l < L; l++) begin
        q = bits8_i ? words_i[l*32 + 8*field_i[1:0] +: 8]
                    : {4'd0, words_i[l*32 + 4*field_i +: 4]};
        data_o[l*32 +: 32] <= stamp_fp_pkg::s9_f32({1'b0, q} - {1'b0, zero_i});
      end
    end
  end

endmodule
