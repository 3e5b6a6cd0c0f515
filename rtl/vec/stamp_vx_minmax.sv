// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_minmax - smallest and largest of a row or block, and of +0.
//
// Rule     model/spec/numerics.md section 6, Range. C twin: model/insn/vminmax.c.
// Pipeline one line per cycle into L running pairs; after a block's last line a tree of log2(L)
//          stages; range_valid_o log2(L) + 1 cycles after that line was given.
module stamp_vx_minmax #(
    parameter int unsigned L = 16 // lanes, a power of two
) (
    input  logic            clk_i,
    input  logic            rst_ni,

    input  logic            valid_i,
    input  logic            first_i, // first line of its block
    input  logic            last_i,  // last line of its block
    input  logic [L*32-1:0] x_i,

    output logic            range_valid_o,
    output logic [31:0]     lo_o,
    output logic [31:0]     hi_o
);

  localparam int unsigned Stages = $clog2(L);

  // Level s of the tree starts at 2L - (2L >> s) and has L >> s pairs; level 0 is running.
  logic [31:0]     lo_q [2*L];
  logic [31:0]     hi_q [2*L];
  logic [Stages:0] v_q;

  assign range_valid_o = v_q[Stages];
  assign lo_o          = lo_q[2*L - 2];
  assign hi_o          = hi_q[2*L - 2];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) v_q <= '0;
    else v_q <= {v_q[Stages-1:0], valid_i && last_i};
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      for (int l = 0; l < L; l++) begin
        lo_q[l] <= stamp_fp_pkg::lt(x_i[l*32 +: 32], first_i ? 32'd0 : lo_q[l])
                   ? x_i[l*32 +: 32] : first_i ? 32'd0 : lo_q[l];
        hi_q[l] <= stamp_fp_pkg::lt(first_i ? 32'd0 : hi_q[l], x_i[l*32 +: 32])
                   ? x_i[l*32 +: 32] : first_i ? 32'd0 : hi_q[l];
      end
    end
  end

  for (genvar s = 1; s <= Stages; s++) begin : g_stage
    localparam int unsigned From = 2*L - ((2*L) >> (s - 1));
    localparam int unsigned To   = 2*L - ((2*L) >> s);
    for (genvar k = 0; k < (L >> s); k++) begin : g_pair
      always_ff @(posedge clk_i) begin
        if (v_q[s-1]) begin
          lo_q[To + k] <= stamp_fp_pkg::lt(lo_q[From + 2*k + 1], lo_q[From + 2*k])
                          ? lo_q[From + 2*k + 1] : lo_q[From + 2*k];
          hi_q[To + k] <= stamp_fp_pkg::lt(hi_q[From + 2*k], hi_q[From + 2*k + 1])
                          ? hi_q[From + 2*k + 1] : hi_q[From + 2*k];
        end
      end
    end
  end

endmodule
