// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_minmax - smallest and largest of a row or block, and of an initial value.
//
// Rule     model/spec/numerics.md section 6, Range, and section 8, LARGEST. C twins:
//          model/insn/vminmax.c, vred.c.
// Pipeline one line per cycle into L running pairs; after a block's last line a tree of log2(L)
//          stages; range_valid_o log2(L) + 1 enabled cycles after that line was given.
// Zeros    -0 counts as less than +0 for the largest, as equal for the smallest: with an initial +0
//          neither ever becomes -0, and the largest of both zeros is +0 whatever the lanes.
module stamp_vx_minmax #(
    parameter int unsigned L, // lanes, a power of two
    parameter int unsigned TagW = 10  // bits that go with a block
) (
    input  logic            clk_i,
    input  logic            rst_ni,

    input  logic            en_i,    // low holds everything
    input  logic [31:0]     init_i,
    input  logic            nan_i,   // a NaN takes part in the largest, by its pattern
    input  logic            valid_i,
    input  logic            first_i, // first line of its block
    input  logic            last_i,  // last line of its block
    input  logic [TagW-1:0] tag_i,
    input  logic [$clog2(L):0] count_i, // nan_i: lanes that take part in the largest
    input  logic [L*32-1:0] x_i,

    output logic            range_valid_o,
    output logic [TagW-1:0] tag_o,
    output logic            busy_o,
    output logic [31:0]     lo_o,
    output logic [31:0]     hi_o
);

  localparam int unsigned Stages = $clog2(L);

  // Level s of the tree starts at 2L - (2L >> s) and has L >> s pairs; level 0 is running.
  logic [31:0]     lo_q [2*L];
  logic [31:0]     hi_q [2*L];
  logic [Stages:0] v_q;
  logic [TagW-1:0] tag_q [Stages + 1];

  assign range_valid_o = v_q[Stages];
  assign tag_o         = tag_q[Stages];
  assign busy_o        = v_q != '0;
  assign lo_o          = lo_q[2*L - 2];
  assign hi_o          = hi_q[2*L - 2];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) v_q <= '0;
    else if (en_i) v_q <= {v_q[Stages-1:0], valid_i && last_i};
    if (en_i && (valid_i || busy_o)) begin
      tag_q[0] <= tag_i;
      for (int s = 1; s <= Stages; s++) tag_q[s] <= tag_q[s-1];
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i && valid_i) begin
      for (int l = 0; l < L; l++) begin
        lo_q[l] <= stamp_fp_pkg::lt(x_i[l*32 +: 32], first_i ? init_i : lo_q[l])
                   ? x_i[l*32 +: 32] : first_i ? init_i : lo_q[l];
        hi_q[l] <= stamp_fp_pkg::below(first_i ? init_i : hi_q[l], x_i[l*32 +: 32])
                   && (nan_i || x_i[l*32 +: 31] <= stamp_fp_pkg::Inf[30:0]) && !(nan_i && count_i <= ($clog2(L)+1)'(l))
                   ? x_i[l*32 +: 32] : first_i ? init_i : hi_q[l];
      end
    end
  end

  for (genvar s = 1; s <= Stages; s++) begin : g_stage
    localparam int unsigned From = 2*L - ((2*L) >> (s - 1));
    localparam int unsigned To   = 2*L - ((2*L) >> s);
    for (genvar k = 0; k < (L >> s); k++) begin : g_pair
      always_ff @(posedge clk_i) begin
        if (en_i && v_q[s-1]) begin
          lo_q[To + k] <= stamp_fp_pkg::lt(lo_q[From + 2*k + 1], lo_q[From + 2*k])
                          ? lo_q[From + 2*k + 1] : lo_q[From + 2*k];
          hi_q[To + k] <= stamp_fp_pkg::below(hi_q[From + 2*k], hi_q[From + 2*k + 1])
                          ? hi_q[From + 2*k + 1] : hi_q[From + 2*k];
        end
      end
    end
  end

endmodule
