// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_issue - one unit's queue: holds instructions until their semaphores, remembers those in flight.
//
// Rule     model/spec/isa.md section 2. C twin: model/machine/machine.c, take and give.
// Latency  1 cycle from push to the unit. Throughput one instruction per cycle.
module stamp_issue #(
    parameter int unsigned QUEUE  = 8, // instructions waiting, 2 or more
    parameter int unsigned Flight = 8  // instructions started and not retired, 2 or more
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         stop_i, // start nothing more and forget what waits

    // From the dispatcher.
    input  logic         push_i,
    output logic         ready_o,
    input  logic [255:0] insn_i,
    input  logic [31:0]  pc_i,

    // Semaphores: waits of the head, whether they can be met, and that they are taken now.
    output logic         head_o,   // an instruction waits
    output logic [31:0]  head_pc_o,
    output logic [14:0]  wait_o,
    input  logic         sem_ok_i,
    output logic         want_o,   // the head could start now
    input  logic         turn_i,   // no unit before this one wants to
    output logic         take_o,

    // Unit. Offered only when it is ready, so that takes need no second look.
    output logic         insn_valid_o,
    input  logic         insn_ready_i,
    output logic [255:0] insn_o,
    input  logic         done_i,

    // Retirement: the instruction that ends with done_i.
    output logic [14:0]  post_o,
    output logic [31:0]  pc_o,
    output logic         idle_o // nothing waits, nothing is in flight
);

  logic [287:0] head;
  logic         flight_ready, flight_valid;

  stamp_fifo #(.Width(288), .Depth(QUEUE)) i_queue (
    .clk_i, .rst_ni(rst_ni && !stop_i), .push_i, .ready_o, .data_i({pc_i, insn_i}),
    .valid_o(head_o), .pop_i(take_o), .data_o(head));

  assign insn_o       = head[255:0];
  assign head_pc_o    = head[287:256];
  assign wait_o       = head_o ? head[22:8] : 15'd0;
  assign want_o       = head_o && sem_ok_i && flight_ready && !stop_i && insn_ready_i;
  assign insn_valid_o = want_o && turn_i;
  assign take_o       = want_o && turn_i;

  stamp_fifo #(.Width(47), .Depth(Flight)) i_flight (
    .clk_i, .rst_ni, .push_i(take_o), .ready_o(flight_ready), .data_i({head[287:256], head[37:23]}),
    .valid_o(flight_valid), .pop_i(done_i), .data_o({pc_o, post_o}));

  assign idle_o = !head_o && !flight_valid;

endmodule
