// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_array - P x L accumulators, each fed by a dot product of T signed nibbles.
//
// Rule     model/spec/numerics.md section 7. C twin: model/insn/mm.c.
// Pipeline cycle 0 issue (memories read), 1 operands selected, 2 multiply and accumulate,
//          3 copy to the shadow on last_i, so rows can be read from cycle 4 on.
// Throughput one k-step of T per cycle, without gaps between tiles: the shadow is the second
//          accumulator bank. The issuer keeps the drain out of a shadow about to be overwritten.
module stamp_array #(
    parameter int unsigned P, // nibble rows
    parameter int unsigned L, // columns
    parameter int unsigned T, // products per dot product, 4 or 8
    parameter int unsigned PhaseW = L > T ? $clog2(L/T) : 1 // never set
) (
    input  logic                     clk_i,
    input  logic                     rst_ni,

    // Issue: the memories are read in this cycle, so x_i and w_i are there in the next one.
    input  logic                     issue_i,
    input  logic                     first_i, // start from zero
    input  logic                     shift_i, // accumulators times 16 before adding: lo plane starts
    input  logic                     last_i,  // tile ends here
    input  logic [PhaseW-1:0]   phase_i, // which T lanes of the XB line

    input  logic [P*L*4-1:0]         x_i, // XB line: row r, lane l in nibble r*L + l
    input  logic [L*T*4-1:0]         w_i, // WB line: column c, depth t in nibble c*T + t

    // Drain: rows row_i and row_i + 1 of the shadow, one cycle later.
    output logic                     shadow_o, // the shadow is readable from the next cycle on
    input  logic                     rd_i,
    input  logic [$clog2(P)-1:0]     row_i,
    output logic [L*32-1:0]          row0_o,
    output logic [L*32-1:0]          row1_o
);

  logic                   v1_q, v2_q, first1_q, first2_q, shift1_q, shift2_q;
  logic                   last1_q, last2_q, last3_q;
  logic [PhaseW-1:0] phase1_q;
  logic signed [3:0]      x_q [P*T];
  logic signed [3:0]      w_q [L*T];
  logic signed [31:0]     acc_q [P*L];
  logic signed [31:0]     shadow_q [P*L];

  assign shadow_o = last3_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {v1_q, v2_q, last1_q, last2_q, last3_q} <= '0;
    end else begin
      v1_q    <= issue_i;
      v2_q    <= v1_q;
      last1_q <= issue_i && last_i;
      last2_q <= last1_q;
      last3_q <= last2_q;
    end
    first1_q <= first_i;
    first2_q <= first1_q;
    shift1_q <= shift_i;
    shift2_q <= shift1_q;
    phase1_q <= phase_i;
  end

  always_ff @(posedge clk_i) begin
    if (v1_q) begin
      for (int r = 0; r < P; r++)
        for (int t = 0; t < T; t++)
          x_q[r*T + t] <= x_i[(r*L + 32'(phase1_q)*T + t)*4 +: 4];
      for (int i = 0; i < L*T; i++) w_q[i] <= w_i[i*4 +: 4];
    end
  end

  // |product| <= 64, so 32 bits hold K = 32768 with 16-fold planes: numerics.md section 7.
  always_ff @(posedge clk_i) begin
    if (v2_q) begin
      for (int r = 0; r < P; r++)
        for (int c = 0; c < L; c++)
          acc_q[r*L + c] <= (first2_q ? 32'sd0 : shift2_q ? acc_q[r*L + c] <<< 4 : acc_q[r*L + c])
            + 32'(x_q[r*T + 0]) * 32'(w_q[c*T + 0]) + 32'(x_q[r*T + 1]) * 32'(w_q[c*T + 1])
            + 32'(x_q[r*T + 2]) * 32'(w_q[c*T + 2]) + 32'(x_q[r*T + 3]) * 32'(w_q[c*T + 3])
            + ((T == 8) ?
              32'(x_q[r*T + T-4]) * 32'(w_q[c*T + T-4]) + 32'(x_q[r*T + T-3]) * 32'(w_q[c*T + T-3])
            + 32'(x_q[r*T + T-2]) * 32'(w_q[c*T + T-2]) + 32'(x_q[r*T + T-1]) * 32'(w_q[c*T + T-1])
              : 32'sd0);
    end
  end

  always_ff @(posedge clk_i) begin
    if (last3_q) for (int i = 0; i < P*L; i++) shadow_q[i] <= acc_q[i];
  end

  always_ff @(posedge clk_i) begin
    if (rd_i) begin
      for (int c = 0; c < L; c++) begin
        row0_o[c*32 +: 32] <= shadow_q[32'(row_i)*L + c];
        row1_o[c*32 +: 32] <= shadow_q[(32'(row_i)*L + L + c) % (P*L)];
      end
    end
  end

endmodule
