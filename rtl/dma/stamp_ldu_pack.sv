// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ldu_pack - beats to a line; bfloat16 becomes the upper half of a binary32.
//
// Rule        model/spec/isa.md, LOAD; numerics.md, bf16. C twin: load_vm in model/insn/load.c.
// Latency     line_o holds the line from the cycle after keep_i until the next keep_i, while the
//             beats of the following line gather behind it. Throughput one beat per cycle.
module stamp_ldu_pack #(
    parameter int unsigned W     = 128, // bits of a beat
    parameter int unsigned Words = 8    // beats of the widest line, 2 or more
) (
    input  logic               clk_i,
    input  logic               take_i, // a beat
    input  logic               keep_i, // with take_i: it completes a line, show it
    input  logic               bf16_i, // a beat becomes two words
    input  logic [7:0]         beat_i, // its place in the line
    input  logic [W-1:0]       data_i,
    output logic [Words*W-1:0] line_o
);

  for (genvar w = 0; w < Words; w++) begin : g_word
    logic [W-1:0] gather_q, line_q;
    logic         hit;

    assign hit = bf16_i ? beat_i == 8'(w / 2) : beat_i == 8'(w);
    assign line_o[w*W +: W] = line_q;

    always_ff @(posedge clk_i) begin : word
      logic [W-1:0] v;
      if (take_i && (hit || keep_i)) begin
        v = gather_q;
        if (hit && bf16_i) begin
          for (int unsigned e = 0; e < W / 32; e++)
            v[e*32 +: 32] = {data_i[(w % 2) * (W / 2) + e*16 +: 16], 16'd0};
        end else if (hit) begin
          v = data_i;
        end
        gather_q <= v;
        if (keep_i) line_q <= v;
      end
    end
  end

endmodule
