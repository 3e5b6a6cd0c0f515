// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_wake - the clock of a unit that does nothing while awake_i is low.
//
// Contract   awake_i is high while something comes in or is inside. Tail cycles after it fell, or reset ended,
//            what has no valid bit has settled as well: no edge would change what anybody reads.
// Hardware   a wire: no clock is gated, and awake_i drives nothing.
// Simulation with STAMP_SLEEP the edges of a unit asleep are left out: Verilator passes over all of it.
module stamp_wake #(
    parameter int unsigned Tail = 8 // cycles, 1 to 62
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic awake_i,
    output logic clk_o
);

`ifdef STAMP_SLEEP
  logic [5:0] left_q = '0;
  logic       awake;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || awake_i) left_q <= 6'(Tail);
    else if (left_q != '0) left_q <= left_q - 6'd1;
  end

  /* verilator lint_off LATCH */
  always_latch if (!clk_i) awake = !rst_ni || awake_i || left_q != '0;
  /* verilator lint_on LATCH */
  assign clk_o = clk_i & awake;
`else
  assign clk_o = clk_i;

  localparam int unsigned unused_tail = Tail;
  logic unused;
  assign unused = &{1'b0, rst_ni, awake_i, unused_tail[0]};
`endif

endmodule
