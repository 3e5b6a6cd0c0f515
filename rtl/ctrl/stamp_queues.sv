// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_queues - the queues of the four units and their semaphores: whose turn it is to take, which
// blocked instruction comes first in the program, whose error counts.
//
// Rule     model/spec/isa.md section 2. C twin: model/machine/machine.c, take and give.
// Order    bit or slice u of a port is unit u: 0 LDU, 1 STU, 2 VXU, 3 MXU.
module stamp_queues #(
    parameter int unsigned QUEUE = 8 // instructions waiting per unit, 2 or more
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             reset_units_i, // a program begins, or the last one failed
    input  logic             stop_i,        // start nothing more and forget what waits

    // From the dispatcher.
    input  logic [3:0]       push_i,
    output logic [3:0]       ready_o,
    input  logic [255:0]     insn_i,
    input  logic [31:0]      pc_i,

    // Units. Offered only when the unit is ready.
    output logic [3:0]       unit_valid_o,
    input  logic [3:0]       unit_ready_i,
    output logic [4*256-1:0] unit_insn_o,
    input  logic [3:0]       unit_done_i,
    input  logic [15:0]      unit_err_i,
    output logic [4*32-1:0]  unit_pc_o, // of what unit_done_i ends

    // What became of it.
    output logic             all_idle_o,
    output logic [3:0]       waits_o, // the head waits for a semaphore
    output logic             blocked_o,
    output logic [31:0]      blocked_pc_o,
    output logic [3:0]       gives_o, // retired without an error
    output logic [3:0]       err_o,
    output logic [31:0]      err_pc_o
);

  logic [3:0]      head, sem_ok, turn, want, take, idle, overflow;
  logic [4*15-1:0] waits, posts;
  logic [31:0]     head_pc [4];
  logic [31:0]     gave_pc_q [4]; // retired in the cycle before

  // The matrix unit takes first, then vector, load, store.
  assign turn = {1'b1, !want[3], !want[3] && !want[2] && !want[0], !want[3] && !want[2]};

  for (genvar u = 0; u < 4; u++) begin : g_queue
    stamp_issue #(.QUEUE(QUEUE)) i_issue (
      .clk_i, .rst_ni(rst_ni && !reset_units_i), .stop_i, .push_i(push_i[u]),
      .ready_o(ready_o[u]), .insn_i, .pc_i, .head_o(head[u]), .head_pc_o(head_pc[u]),
      .wait_o(waits[u*15 +: 15]), .sem_ok_i(sem_ok[u]), .want_o(want[u]), .turn_i(turn[u]),
      .take_o(take[u]), .insn_valid_o(unit_valid_o[u]), .insn_ready_i(unit_ready_i[u]),
      .insn_o(unit_insn_o[u*256 +: 256]), .done_i(unit_done_i[u]), .post_o(posts[u*15 +: 15]),
      .pc_o(unit_pc_o[u*32 +: 32]), .idle_o(idle[u]));

    // An instruction that failed posts nothing.
    assign gives_o[u] = unit_done_i[u] && unit_err_i[u*4 +: 4] == stamp_isa_pkg::ERR_NONE;
    always_ff @(posedge clk_i) gave_pc_q[u] <= unit_pc_o[u*32 +: 32];
  end

  stamp_sems #(.Units(4)) i_sems (
    .clk_i, .rst_ni, .clear_i(reset_units_i), .wait_i(waits), .ok_o(sem_ok), .take_i(take),
    .give_i(gives_o), .post_i(posts), .overflow_o(overflow));

  assign all_idle_o = &idle && overflow == '0;
  assign waits_o    = head & ~sem_ok;
  assign blocked_o  = waits_o != '0;

  always_comb begin
    blocked_pc_o = 32'hffff_ffff;
    for (int u = 0; u < 4; u++)
      if (waits_o[u] && head_pc[u] < blocked_pc_o) blocked_pc_o = head_pc[u];
  end

  // The lowest unit of this cycle; a unit's own error before that of its post.
  always_comb begin
    err_o    = stamp_isa_pkg::ERR_NONE;
    err_pc_o = '0;
    for (int u = 3; u >= 0; u--)
      if (overflow[u]) begin
        err_o    = stamp_isa_pkg::ERR_SEMAPHORE;
        err_pc_o = gave_pc_q[u];
      end
    for (int u = 3; u >= 0; u--)
      if (unit_done_i[u] && unit_err_i[u*4 +: 4] != stamp_isa_pkg::ERR_NONE) begin
        err_o    = unit_err_i[u*4 +: 4];
        err_pc_o = unit_pc_o[u*32 +: 32];
      end
  end

  logic unused;
  assign unused = &{1'b0, want[1]};

endmodule
