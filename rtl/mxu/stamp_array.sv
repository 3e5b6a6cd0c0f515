// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_array - P x L accumulators, each fed by a dot product of T signed nibbles.
//
// Rule     model/spec/numerics.md section 7. C twin: model/insn/mm.c.
// Pipeline cycle 0 issue (memories read), 2 operands selected, 3 products of either half of the depth
//          summed, 4 the halves, 5 accumulate, 6 copy to the shadow after the step of last_i; its row r
//          is at the way out in cycle 7 + r, row r + 1 beside it.
// Throughput one k-step of T per cycle, without gaps between tiles: the shadow is the second
//          accumulator bank. The issuer keeps steps of last_i P cycles or more apart.
// Widths   K products a plane: a tile has at most 4095 XB lines of L, and no more than there are; with
//          both planes it takes 2 K / T WB lines. Products of nibbles are -56..64, so the sum of one plane
//          is within 64 K, of both within 16 * 64 K + 64 K = 1088 K; of one that has all WB lines, twice
//          as many products, within 128 K. AccW bits hold -1088 K .. 1088 K, and so every sum on the way.
module stamp_array #(
    parameter int unsigned P, // nibble rows
    parameter int unsigned L, // columns
    parameter int unsigned T, // products per dot product, 4 or 8
    parameter int unsigned XB_LINES,
    parameter int unsigned WB_LINES,
    parameter int unsigned PhaseW = L > T ? $clog2(L/T) : 1 // never set
) (
    input  logic                     clk_i,
    input  logic                     rst_ni,

    // Issue: the memories are read in this cycle, x_i and w_i are there two cycles later.
    input  logic                     issue_i,
    input  logic                     first_i, // start from zero
    input  logic                     shift_i, // accumulators times 16 before adding: lo plane starts
    input  logic                     last_i,  // tile ends here
    input  logic [PhaseW-1:0]        phase_i, // which T lanes of the XB line

    input  logic [P*L*4-1:0]         x_i, // XB line: row r, lane l in nibble r*L + l
    input  logic [L*T*4-1:0]         w_i, // WB line: column c, depth t in nibble c*T + t

    // Drain: registers.
    output logic [L*32-1:0]          row0_o,
    output logic [L*32-1:0]          row1_o
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(32)) i_wake (.clk_i, .rst_ni, .awake_i(issue_i || v_q != '0), .clk_o(clk));

  localparam int unsigned Lines = XB_LINES < 4095 ? XB_LINES : 4095;
  localparam int unsigned MostK = Lines * L < WB_LINES * T / 2 ? Lines * L : WB_LINES * T / 2;
  localparam int unsigned AccW  = $clog2(1088 * MostK + 1) + 1;
  localparam int unsigned SumW  = T == 8 ? 11 : 10; // -56 T .. 64 T
  localparam int unsigned HalfW = SumW - 1;

  logic [5:1] v_q, first_q, shift_q;
  logic [6:1] last_q;
  logic [P-1:0] leave_q;
  logic [PhaseW-1:0]       phase1_q, phase2_q;
  logic signed [31:0]      x_q [P*T];
  logic signed [31:0]      w_q [L*T];
  logic signed [31:0]      low_q [P*L];
  logic signed [31:0]      high_q [P*L];
  logic signed [31:0]      sum_q [P*L];
  logic signed [AccW-1:0]  acc_q [P*L];
  logic signed [AccW-1:0]  shadow_q [P*L];

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      v_q    <= '0;
      last_q <= '0;
    end else begin
      v_q    <= {v_q[4:1], issue_i};
      last_q <= {last_q[5:1], issue_i && last_i};
    end
    first_q  <= {first_q[4:1], first_i};
    shift_q  <= {shift_q[4:1], shift_i};
    phase1_q <= phase_i;
    phase2_q <= phase1_q;
  end

  always_ff @(posedge clk) begin
    if (v_q[2]) begin
      for (int r = 0; r < P; r++)
        for (int t = 0; t < T; t++)
          x_q[r*T + t] <= 32'($signed(x_i[(r*L + 32'(phase2_q)*T + t)*4 +: 4]));
      for (int c = 0; c < L; c++) for (int t = 0; t < T; t++) w_q[t*L + c] <= 32'($signed(w_i[(c*T + t)*4 +: 4]));
    end
  end

  // In 32 bits for the simulator's sake: synthesis narrows what is a sign.
  always_ff @(posedge clk) begin
    if (v_q[3]) begin
      for (int r = 0; r < P; r++)
        for (int c = 0; c < L; c++) begin
          low_q[r*L + c] <= 32'(HalfW'(
            32'(x_q[r*T + 0]) * 32'(w_q[(0)*L + c]) + 32'(x_q[r*T + 1]) * 32'(w_q[(1)*L + c])
            + ((T == 8) ? 32'(x_q[r*T + T/2-2]) * 32'(w_q[(T/2-2)*L + c])
                          + 32'(x_q[r*T + T/2-1]) * 32'(w_q[(T/2-1)*L + c]) : 32'sd0)));
          high_q[r*L + c] <= 32'(HalfW'(
            32'(x_q[r*T + T-2]) * 32'(w_q[(T-2)*L + c]) + 32'(x_q[r*T + T-1]) * 32'(w_q[(T-1)*L + c])
            + ((T == 8) ? 32'(x_q[r*T + T-4]) * 32'(w_q[(T-4)*L + c])
                          + 32'(x_q[r*T + T-3]) * 32'(w_q[(T-3)*L + c]) : 32'sd0)));
        end
    end
  end

  always_ff @(posedge clk) begin
    if (v_q[4])
      for (int i = 0; i < P*L; i++) sum_q[i] <= 32'(SumW'(low_q[i] + high_q[i]));
  end

  always_ff @(posedge clk) begin
    if (v_q[5]) begin
      for (int i = 0; i < P*L; i++)
        acc_q[i] <= (first_q[5] ? '0 : shift_q[5] ? acc_q[i] <<< 4 : acc_q[i]) + AccW'(sum_q[i]);
    end
  end

  // Rows leave by the first: no row is chosen, and none is held.
  always_ff @(posedge clk) begin
    if (!rst_ni) leave_q <= '0;
    else         leave_q <= {leave_q[P-2:0], last_q[6]};
    if (last_q[6]) begin
      for (int i = 0; i < P*L; i++) shadow_q[i] <= acc_q[i];
    end else if (leave_q != '0) begin
      for (int i = 0; i < P*L - L; i++) shadow_q[i] <= shadow_q[i + L];
    end
  end

  always_comb begin
    for (int c = 0; c < L; c++) begin
      row0_o[c*32 +: 32] = 32'(shadow_q[c]);
      row1_o[c*32 +: 32] = 32'(shadow_q[L + c]);
    end
  end

endmodule
