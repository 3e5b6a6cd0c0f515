// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_issue - one unit's queue: the head and the one behind it in registers, the others in the memory
// of stamp_queues; remembers those in flight.
//
// Rule     model/spec/isa.md section 2. C twin: model/machine/machine.c, take and give.
// Latency  3 cycles from a push into an empty queue to the unit: next, head, granted. A head takes its
//          semaphores whether or not the unit is ready, and then waits for it alone.
// Throughput one instruction every 4 cycles where they come from memory: less than any takes.
module stamp_issue #(
    parameter int unsigned QUEUE, // instructions waiting, 2 or more
    parameter int unsigned Flight = 8, // instructions started and not retired, 2 or more
    parameter int unsigned SeqW   = 24, // bits of a place in program order, modulo
    parameter int unsigned EntryW = SeqW + 32 + stamp_isa_pkg::WORD_BITS, // never set
    parameter int unsigned PtrW   = $clog2(QUEUE) // never set
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         stop_i, // start nothing more and forget what waits
    input  logic         fault_i,           // the same for what comes behind fault_seq_i
    input  logic [SeqW-1:0] fault_seq_i,

    // From the dispatcher: place, index, instruction.
    input  logic         push_i,
    output logic         ready_o,
    input  logic [EntryW-1:0] entry_i,

    // Memory of those behind: written with store_o, read with get_i, two cycles before load_i.
    output logic         store_o,
    output logic [PtrW-1:0] waddr_o,
    output logic         need_o,
    input  logic         get_i,
    output logic [PtrW-1:0] raddr_o,
    input  logic         load_i,
    input  logic [EntryW-1:0] stored_i,

    // Semaphores: waits of the head, whether they can be met, and that they are taken now.
    output logic         head_o,   // an instruction stands at the head and has not taken them
    output logic [31:0]  head_pc_o,
    output logic [SeqW-1:0] head_seq_o,
    output logic [14:0]  wait_o,
    input  logic         sem_ok_i,
    output logic         want_o,   // the head could take them now
    input  logic         take_i,

    // Unit. valid_o holds until ready_i, but for a fault.
    output logic         insn_valid_o,
    input  logic         insn_ready_i,
    output logic [stamp_isa_pkg::WORD_BITS-1:0] insn_o,
    input  logic         done_i,

    // Retirement: the instruction that ends with done_i.
    output logic [14:0]  post_o,
    output logic [31:0]  pc_o,
    output logic [SeqW-1:0] seq_o,
    output logic         still_o,  // nothing moves: what waits, if anything, waits for semaphores
    output logic         idle_o    // nothing waits, nothing is in flight
);

  localparam int unsigned CountW = $clog2(QUEUE + 1);

  logic [CountW-1:0] count_q, stored_q; // waiting in all; of these in memory and not asked for
  logic [PtrW-1:0]   wr_q, rd_q;
  logic              reading_q, next_q, head_q, granted_q, drop_q; // what is there
  logic              fresh_q; // the head is new: not compared with the fault yet
  logic              kill_q;  // what is read was forgotten meanwhile
  logic [EntryW-1:0] next_entry_q, head_entry_q;
  logic [SeqW-1:0]   behind;
  logic              accept, move, direct, flight, flight_ready;
  stamp_isa_pkg::insn_head_t head;

  function automatic logic [PtrW-1:0] after(input logic [PtrW-1:0] at);
    after = at == PtrW'(QUEUE - 1) ? '0 : at + 1'b1;
  endfunction

  assign ready_o = count_q != CountW'(QUEUE);
  assign accept  = granted_q && insn_ready_i;
  assign move    = next_q && (!head_q || accept);
  assign direct  = stored_q == '0 && !reading_q && !next_q; // nothing stands before a push
  assign store_o = push_i && !direct;
  assign need_o  = stored_q != '0 && !reading_q && !next_q;
  assign {waddr_o, raddr_o} = {wr_q, rd_q};
  assign {head_seq_o, head_pc_o, insn_o} = head_entry_q;
  assign head         = insn_o;
  assign head_o       = head_q && !granted_q;
  assign wait_o       = {head.wait2, head.wait1, head.wait0};
  assign want_o       = head_o && sem_ok_i && flight_ready && !drop_q && !(fault_i && fresh_q);
  assign insn_valid_o = granted_q;
  assign still_o      = !flight && (head_o || count_q == '0);
  assign idle_o       = !flight && count_q == '0 && !reading_q;

  // A queue is in program order: where its head comes behind the fault, all of it does.
  assign behind = head_seq_o - fault_seq_i;

  always_ff @(posedge clk_i) begin : slots
    drop_q <= stop_i || (fault_i && head_q && !behind[SeqW-1] && behind != '0);
    if (!rst_ni || drop_q) begin
      {count_q, stored_q, wr_q, rd_q, next_q, head_q, granted_q} <= '0;
    end else begin
      if (push_i && !accept)      count_q <= count_q + 1'b1;
      else if (!push_i && accept) count_q <= count_q - 1'b1;
      if (store_o && !get_i)      stored_q <= stored_q + 1'b1;
      else if (!store_o && get_i) stored_q <= stored_q - 1'b1;
      if (store_o) wr_q <= after(wr_q);
      if (get_i)   rd_q <= after(rd_q);
      next_q    <= (load_i && !kill_q) || (push_i && direct) || (next_q && !move);
      head_q    <= move || (head_q && !accept);
      granted_q <= take_i || (granted_q && !accept);
    end
    reading_q <= rst_ni && (get_i || (reading_q && !load_i)); // what was asked for comes
    kill_q    <= rst_ni && (drop_q ? get_i || (reading_q && !load_i) : kill_q && !load_i);
    fresh_q   <= move;
  end

  always_ff @(posedge clk_i) begin : entries
    if (!next_q) next_entry_q <= load_i ? stored_i : entry_i;
    if (move)    head_entry_q <= next_entry_q;
  end

  stamp_fifo #(.Width(SeqW + 47), .Depth(Flight)) i_flight (
    .clk_i, .rst_ni, .push_i(accept), .ready_o(flight_ready),
    .data_i({head_seq_o, head_pc_o, head.post2, head.post1, head.post0}), .valid_o(flight), .pop_i(done_i),
    .data_o({seq_o, pc_o, post_o}));

  logic unused; // the rest is the unit's
  assign unused = &{1'b0, head};

endmodule
