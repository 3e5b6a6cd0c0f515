// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_queues - the queues of the units and their semaphores: whose turn it is to take, which
// blocked instruction comes first in program order, whose error counts.
//
// Rule     model/spec/isa.md sections 2 and 3. C twin: model/machine/machine.c, take and give.
// Order    bit or slice q of a port is that of stamp_isa_pkg::QUEUE_*. An instruction's place in
//          program order is the count of those handed out before it, modulo 2^SeqW: no instruction
//          may stay while 2^(SeqW-1) later ones are handed out.
// Errors   the first of each unit is kept, the first of these in program order is reported: what was
//          handed out before it still runs, and may replace it; what comes behind does not start.
module stamp_queues #(
    parameter int unsigned QUEUE, // instructions waiting per unit, 2 or more
    parameter int unsigned SeqW   = 24,
    parameter int unsigned Queues = stamp_isa_pkg::QUEUES, // never set
    parameter int unsigned WordW  = stamp_isa_pkg::WORD_BITS // never set
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic                          reset_units_i, // a program begins, or the last one failed
    input  logic                          stop_i, // start nothing more and forget what waits

    // From the dispatcher.
    input  logic [Queues-1:0]             push_i,
    output logic [Queues-1:0]             ready_o,
    input  logic [WordW-1:0]              insn_i,
    input  logic [31:0]                   pc_i,

    // Units. Offered only when the unit is ready.
    output logic [Queues-1:0]             unit_valid_o,
    input  logic [Queues-1:0]             unit_ready_i,
    output logic [Queues*WordW-1:0]       unit_insn_o,
    input  logic [Queues-1:0]             unit_done_i,
    input  logic [Queues*4-1:0]           unit_err_i,
    output logic [Queues*32-1:0]          unit_pc_o, // of what unit_done_i ends

    // What became of it.
    output logic                          all_idle_o,
    output logic [Queues-1:0]             waits_o, // the head waits for a semaphore
    output logic                          blocked_o,
    output logic [31:0]                   blocked_pc_o, // of the first of them in program order
    output logic                          stuck_o, // every head waits, nothing is in flight that could give
    output logic [Queues-1:0]             gives_o, // retired without an error
    output logic [3:0]                    err_o, // holds until reset_units_i; NONE: no instruction failed
    output logic [31:0]                   err_pc_o
);

  localparam int unsigned FaultW = SeqW + 36; // place, instruction, code
  localparam int unsigned Ldu    = stamp_isa_pkg::QUEUE_LDU;
  localparam int unsigned Vxu    = stamp_isa_pkg::QUEUE_VXU;
  localparam int unsigned Mxu    = stamp_isa_pkg::QUEUE_MXU;

  logic [Queues-1:0]    head, sem_ok, turn, want, take, idle, flight, overflow, fault_q;
  logic [Queues*15-1:0] waits, posts;
  logic [SeqW-1:0]      seq_q;
  // Slices of SeqW + 32: place and instruction of the head, of what ends, of what ended before.
  logic [SeqW+31:0]  head_at [Queues];
  logic [SeqW+31:0]  end_at [Queues];
  logic [SeqW+31:0]  gave_at_q [Queues];
  logic [FaultW-1:0] unit_fault_q [Queues];
  logic [FaultW-1:0] fault;

  // The matrix unit takes first, then vector, load, store.
  assign turn[Mxu] = 1'b1;
  assign turn[Vxu] = !want[Mxu];
  assign turn[Ldu] = !want[Mxu] && !want[Vxu];
  assign turn[stamp_isa_pkg::QUEUE_STU] = !want[Mxu] && !want[Vxu] && !want[Ldu];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || reset_units_i) seq_q <= '0;
    else if (push_i != '0) seq_q <= seq_q + 1'b1;
  end

  for (genvar u = 0; u < Queues; u++) begin : g_queue
    stamp_issue #(.QUEUE(QUEUE), .SeqW(SeqW)) i_issue (
      .clk_i, .rst_ni(rst_ni && !reset_units_i), .stop_i, .fault_i(fault_q != '0),
      .fault_seq_i(fault[36 +: SeqW]), .push_i(push_i[u]), .ready_o(ready_o[u]), .insn_i, .pc_i,
      .seq_i(seq_q), .head_o(head[u]), .head_pc_o(head_at[u][31:0]),
      .head_seq_o(head_at[u][32 +: SeqW]), .wait_o(waits[u*15 +: 15]), .sem_ok_i(sem_ok[u]),
      .want_o(want[u]), .turn_i(turn[u]), .take_o(take[u]), .insn_valid_o(unit_valid_o[u]),
      .insn_ready_i(unit_ready_i[u]), .insn_o(unit_insn_o[u*WordW +: WordW]),
      .done_i(unit_done_i[u]), .post_o(posts[u*15 +: 15]), .pc_o(end_at[u][31:0]),
      .seq_o(end_at[u][32 +: SeqW]), .flight_o(flight[u]), .idle_o(idle[u]));

    // An instruction that failed posts nothing.
    assign gives_o[u]            = unit_done_i[u] && unit_err_i[u*4 +: 4] == stamp_isa_pkg::ERR_NONE;
    assign unit_pc_o[u*32 +: 32] = end_at[u][31:0];

    // The unit's first error; that of a post, seen a cycle late, is of an earlier instruction.
    always_ff @(posedge clk_i) begin
      gave_at_q[u] <= end_at[u];
      if (!rst_ni || reset_units_i) begin
        fault_q[u] <= 1'b0;
      end else if (!fault_q[u]) begin
        fault_q[u]      <= overflow[u] || (unit_done_i[u] && !gives_o[u]);
        unit_fault_q[u] <= overflow[u] ? {gave_at_q[u], stamp_isa_pkg::ERR_SEMAPHORE}
                                       : {end_at[u], unit_err_i[u*4 +: 4]};
      end
    end
  end

  stamp_sems #(.Units(Queues)) i_sems (
    .clk_i, .rst_ni, .clear_i(reset_units_i), .wait_i(waits), .ok_o(sem_ok), .take_i(take),
    .give_i(gives_o), .post_i(posts), .overflow_o(overflow));

  assign all_idle_o = &idle && overflow == '0;
  assign waits_o    = head & ~sem_ok;
  assign blocked_o  = waits_o != '0;
  assign stuck_o    = blocked_o && waits_o == head && flight == '0 && overflow == '0;

  // Whether place a comes before place b.
  function automatic logic precedes(input logic [SeqW-1:0] a, input logic [SeqW-1:0] b);
    logic [SeqW-1:0] d;
    d = a - b;
    precedes = d[SeqW-1];
  endfunction

  // The first of those that wait, the first error of all: pairs, then pairs of pairs.
  always_comb begin : blocked
    logic [Queues*(SeqW+32)-1:0] at;
    logic [Queues-1:0]           some;
    some = waits_o;
    for (int q = 0; q < Queues; q++) at[q*(SeqW+32) +: SeqW+32] = head_at[q];
    for (int step = 1; step < Queues; step = 2 * step)
      for (int q = 0; q + step < Queues; q = q + 2 * step) begin
        if (some[q+step] && (!some[q] || precedes(at[(q+step)*(SeqW+32)+32 +: SeqW], at[q*(SeqW+32)+32 +: SeqW])))
          at[q*(SeqW+32) +: SeqW+32] = at[(q+step)*(SeqW+32) +: SeqW+32];
        some[q] = some[q] || some[q+step];
      end
    blocked_pc_o = at[31:0];
  end

  always_comb begin : first_fault
    logic [Queues*FaultW-1:0] at;
    logic [Queues-1:0]        some;
    some = fault_q;
    for (int q = 0; q < Queues; q++) at[q*FaultW +: FaultW] = unit_fault_q[q];
    for (int step = 1; step < Queues; step = 2 * step)
      for (int q = 0; q + step < Queues; q = q + 2 * step) begin
        if (some[q+step] && (!some[q] || precedes(at[(q+step)*FaultW+36 +: SeqW], at[q*FaultW+36 +: SeqW])))
          at[q*FaultW +: FaultW] = at[(q+step)*FaultW +: FaultW];
        some[q] = some[q] || some[q+step];
      end
    fault = at[FaultW-1:0];
  end

  assign err_o    = fault_q != '0 ? fault[3:0] : stamp_isa_pkg::ERR_NONE;
  assign err_pc_o = fault[35:4];

  logic unused;
  assign unused = &{1'b0, want};

endmodule
