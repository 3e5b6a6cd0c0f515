// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_issue - one unit's queue: holds instructions until their semaphores, remembers those in flight.
//
// Rule     model/spec/isa.md section 2. C twin: model/machine/machine.c, take and give.
// Latency  1 cycle from push to the unit. Throughput one instruction per cycle.
module stamp_issue #(
    parameter int unsigned QUEUE, // instructions waiting, 2 or more
    parameter int unsigned Flight = 8, // instructions started and not retired, 2 or more
    parameter int unsigned SeqW   = 24 // bits of a place in program order, modulo
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         stop_i, // start nothing more and forget what waits
    input  logic         fault_i,           // the same for what comes behind fault_seq_i
    input  logic [SeqW-1:0] fault_seq_i,

    // From the dispatcher.
    input  logic         push_i,
    output logic         ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [31:0]  pc_i,
    input  logic [SeqW-1:0] seq_i,

    // Semaphores: waits of the head, whether they can be met, and that they are taken now.
    output logic         head_o,   // an instruction waits
    output logic [31:0]  head_pc_o,
    output logic [SeqW-1:0] head_seq_o,
    output logic [14:0]  wait_o,
    input  logic         sem_ok_i,
    output logic         want_o,   // the head could start now
    input  logic         turn_i,   // no unit before this one wants to
    output logic         take_o,

    // Unit. Offered only when it is ready, so that takes need no second look.
    output logic         insn_valid_o,
    input  logic         insn_ready_i,
    output logic [stamp_isa_pkg::WORD_BITS-1:0] insn_o,
    input  logic         done_i,

    // Retirement: the instruction that ends with done_i.
    output logic [14:0]  post_o,
    output logic [31:0]  pc_o,
    output logic [SeqW-1:0] seq_o,
    output logic         flight_o, // something is in flight
    output logic         idle_o    // nothing waits, nothing is in flight
);

  logic [SeqW-1:0]   behind;
  logic              valid, flight_ready, drop;
  stamp_isa_pkg::insn_head_t head;

  // A queue is in program order: where its head comes behind the fault, all of it does.
  assign behind = head_seq_o - fault_seq_i;
  assign drop   = stop_i || (fault_i && valid && !behind[SeqW-1] && behind != '0);
  assign head_o = valid && !drop;

  stamp_fifo #(.Width(SeqW + 32 + stamp_isa_pkg::WORD_BITS), .Depth(QUEUE)) i_queue (
    .clk_i, .rst_ni(rst_ni && !drop), .push_i, .ready_o, .data_i({seq_i, pc_i, insn_i}),
    .valid_o(valid), .pop_i(take_o), .data_o({head_seq_o, head_pc_o, insn_o}));

  assign head         = insn_o;
  assign wait_o       = head_o ? {head.wait2, head.wait1, head.wait0} : 15'd0;
  assign want_o       = head_o && sem_ok_i && flight_ready && insn_ready_i;
  assign insn_valid_o = want_o && turn_i;
  assign take_o       = want_o && turn_i;

  stamp_fifo #(.Width(SeqW + 47), .Depth(Flight)) i_flight (
    .clk_i, .rst_ni, .push_i(take_o), .ready_o(flight_ready),
    .data_i({head_seq_o, head_pc_o, head.post2, head.post1, head.post0}), .valid_o(flight_o), .pop_i(done_i),
    .data_o({seq_o, pc_o, post_o}));

  assign idle_o = !valid && !flight_o;

  logic unused; // the rest is the unit's
  assign unused = &{1'b0, head};

endmodule
