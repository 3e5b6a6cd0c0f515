// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_queues - the queues of the units and their semaphores: whose turn it is to take, which
// blocked instruction comes first in program order, whose error counts.
//
// Rule     model/spec/isa.md sections 2 and 3. C twin: model/machine/machine.c, take and give.
// Order    bit or slice q of a port is that of stamp_isa_pkg::QUEUE_*. An instruction's place in
//          program order is the count of those handed out before it, modulo 2^SeqW: no instruction
//          may stay while 2^(SeqW-1) later ones are handed out.
// Memory   of what waits, two a queue are in registers; the others share one memory with one port: a
//          push writes it, and it is read in a cycle without one. Dispatch pushes every other cycle at most.
// Latency  of the outcome (idle, stuck, blocked, error): a cycle after the queues', all alike, so that
//          who sees the queues idle sees their errors.
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
    input  logic [31:0]                   mem_test_i,
    input  logic                          reset_units_i, // a program begins, or the last one failed
    input  logic                          stop_i, // start nothing more and forget what waits

    // From the dispatcher: where it will go, which is early in the cycle, and that it does, which is late.
    input  logic [Queues-1:0]             to_i,
    input  logic [Queues-1:0]             push_i,
    output logic [Queues-1:0]             ready_o,
    input  logic [WordW-1:0]              insn_i,
    input  logic [31:0]                   pc_i,

    // Units. Valid holds until ready, but for a fault.
    output logic [Queues-1:0]             unit_valid_o,
    input  logic [Queues-1:0]             unit_ready_i,
    output logic [Queues*WordW-1:0]       unit_insn_o,
    input  logic [Queues-1:0]             unit_done_i,
    input  logic [Queues*4-1:0]           unit_err_i,
    output logic [Queues*32-1:0]          unit_pc_o, // of what unit_done_i ends

    // What became of it.
    output logic                          all_idle_o,
    output logic [Queues-1:0]             head_o,  // an instruction has not taken its semaphores yet
    output logic [Queues-1:0]             take_o,  // it takes them now
    output logic [Queues-1:0]             waits_o, // it cannot
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

  localparam int unsigned EntryW = SeqW + 32 + WordW;
  localparam int unsigned PtrW   = $clog2(QUEUE);

  logic [Queues-1:0]    sem_ok, want, wants, idle, still, overflow, fault_q, store, need, get, read_q, load_q;
  logic [Queues*15-1:0] waits, posts;
  logic [Queues*PtrW-1:0] waddr, raddr;
  logic [PtrW+1:0]      wr_at, rd_at;
  logic [SeqW-1:0]      seq_q;
  logic [EntryW-1:0]    entry, stored;
  logic                 spent, giving, failed_q;
  // Slices of SeqW + 32: place and instruction of the head, of what ends, of what ended before.
  logic [SeqW+31:0]  head_at [Queues];
  logic [SeqW+31:0]  end_at [Queues];
  logic [SeqW+31:0]  ended_at_q [Queues]; // a cycle ago
  logic [SeqW+31:0]  gave_at_q [Queues];  // two cycles ago
  logic [FaultW-1:0] unit_fault_q [Queues];
  logic [FaultW-1:0] fault, first_q;
  logic [31:0]       blocked_pc;
  logic [2*(SeqW+32)-1:0] pairs, pairs_q; // the first of two queues that waits
  logic [1:0]        some_pairs, some_q;

  logic [2:0] stuck_q;
  logic       stuck;

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(12)) i_wake (.clk_i, .rst_ni, .awake_i(reset_units_i || stop_i || to_i != '0 || push_i != '0 || unit_done_i != '0 || wants != '0
    || want != '0 || need != '0 || (unit_valid_o & unit_ready_i) != '0 || fault_q != '0 || (stuck && stuck_q != '1)), .clk_o(clk));

  // Counted a cycle later: the dispatcher hands over every second cycle at most.
  logic pushed_q;
  always_ff @(posedge clk) begin
    pushed_q <= push_i != '0;
    if (!rst_ni || reset_units_i) seq_q <= '0;
    else if (pushed_q) seq_q <= seq_q + 1'b1;
  end

  assign entry = {seq_q, pc_i, insn_i};

  // The matrix unit takes first, then vector, load, store; what waits for nothing need not wait for counts.
  for (genvar u = 0; u < Queues; u++) begin : g_want
    assign wants[u] = want[u] && (!spent || waits[u*15 +: 15] == '0);
  end
  always_comb begin : turn
    take_o = '0;
    if (wants[Mxu])      take_o[Mxu] = 1'b1;
    else if (wants[Vxu]) take_o[Vxu] = 1'b1;
    else if (wants[Ldu]) take_o[Ldu] = 1'b1;
    else                 take_o[stamp_isa_pkg::QUEUE_STU] = wants[stamp_isa_pkg::QUEUE_STU];
  end

  for (genvar u = 0; u < Queues; u++) begin : g_queue
    localparam int unsigned Flight = u == Ldu || u == stamp_isa_pkg::QUEUE_STU ? 8 : 4;
    stamp_issue #(.QUEUE(QUEUE), .SeqW(SeqW), .Flight(Flight)) i_issue (
      .clk_i(clk), .rst_ni(rst_ni && !reset_units_i), .stop_i, .fault_i(failed_q),
      .fault_seq_i(first_q[36 +: SeqW]), .push_i(push_i[u]), .ready_o(ready_o[u]), .entry_i(entry),
      .store_o(store[u]), .waddr_o(waddr[u*PtrW +: PtrW]), .need_o(need[u]), .get_i(get[u]),
      .raddr_o(raddr[u*PtrW +: PtrW]), .load_i(load_q[u]), .stored_i(stored), .head_o(head_o[u]),
      .head_pc_o(head_at[u][31:0]), .head_seq_o(head_at[u][32 +: SeqW]), .wait_o(waits[u*15 +: 15]),
      .sem_ok_i(sem_ok[u]), .want_o(want[u]), .take_i(take_o[u]), .insn_valid_o(unit_valid_o[u]),
      .insn_ready_i(unit_ready_i[u]), .insn_o(unit_insn_o[u*WordW +: WordW]),
      .done_i(unit_done_i[u]), .post_o(posts[u*15 +: 15]), .pc_o(end_at[u][31:0]),
      .seq_o(end_at[u][32 +: SeqW]), .still_o(still[u]), .idle_o(idle[u]));

    // An instruction that failed posts nothing.
    assign gives_o[u]            = unit_done_i[u] && unit_err_i[u*4 +: 4] == stamp_isa_pkg::ERR_NONE;
    assign unit_pc_o[u*32 +: 32] = end_at[u][31:0];

    // The unit's first error; that of a post, seen later, is of an earlier instruction.
    always_ff @(posedge clk) begin
      ended_at_q[u] <= end_at[u];
      gave_at_q[u]  <= ended_at_q[u];
      if (!rst_ni || reset_units_i) begin
        fault_q[u] <= 1'b0;
      end else if (!fault_q[u]) begin
        fault_q[u]      <= overflow[u] || (unit_done_i[u] && !gives_o[u]);
        unit_fault_q[u] <= overflow[u] ? {gave_at_q[u], stamp_isa_pkg::ERR_SEMAPHORE}
                                       : {end_at[u], unit_err_i[u*4 +: 4]};
      end
    end
  end

  // Those behind the first two: whose turn it is to be read, where.
  always_comb begin : memory
    get = '0;
    if (to_i == '0) get = need & (~need + 1'b1);
    {wr_at, rd_at} = '0;
    for (int u = 0; u < Queues; u++) begin
      if (to_i[u])  wr_at = wr_at | {2'(u), waddr[u*PtrW +: PtrW]};
      if (get[u])   rd_at = rd_at | {2'(u), raddr[u*PtrW +: PtrW]};
    end
  end

  stamp_ram_sp #(.Width(EntryW), .Depth(Queues << PtrW)) i_words (
    .clk_i(clk), .mem_test_i, .re_i(get != '0), .we_i(store != '0), .addr_i(to_i != '0 ? wr_at : rd_at), .mask_i(1'b1),
    .wdata_i(entry), .rdata_o(stored));

  always_ff @(posedge clk) {load_q, read_q} <= (rst_ni && !reset_units_i) ? {read_q, get} : '0;

  stamp_sems #(.Units(Queues)) i_sems (
    .clk_i(clk), .rst_ni, .clear_i(reset_units_i), .wait_i(waits), .ok_o(sem_ok), .take_i(take_o),
    .spent_o(spent), .give_i(gives_o), .post_i(posts), .busy_o(giving), .overflow_o(overflow));

  assign waits_o = head_o & ~sem_ok;

  // For long enough that what comes behind a fault is gone.
  assign stuck = waits_o != '0 && waits_o == head_o && &still && !giving && push_i == '0;

  always_ff @(posedge clk) begin : outcome
    all_idle_o   <= &idle && !giving && push_i == '0;
    pairs_q      <= pairs;
    some_q       <= some_pairs;
    blocked_o    <= some_q != '0;
    blocked_pc_o <= blocked_pc;
    stuck_o      <= stuck && stuck_q == '1;
    stuck_q      <= !stuck ? '0 : stuck_q == '1 ? stuck_q : stuck_q + 3'd1;
    failed_q     <= rst_ni && !reset_units_i && fault_q != '0;
    first_q      <= fault;
  end

  // Whether place a comes before place b.
  function automatic logic precedes(input logic [SeqW-1:0] a, input logic [SeqW-1:0] b);
    logic [SeqW-1:0] d;
    d = a - b;
    precedes = d[SeqW-1];
  endfunction

  // The first of those that wait, the first error of all: pairs, then pairs of pairs.
  always_comb begin : blocked
    logic swap;
    for (int p = 0; p < 2; p++) begin // of four queues, a cycle each step
      swap = waits_o[2*p+1] && (!waits_o[2*p] || precedes(head_at[2*p+1][32 +: SeqW], head_at[2*p][32 +: SeqW]));
      pairs[p*(SeqW+32) +: SeqW+32] = swap ? head_at[2*p+1] : head_at[2*p];
      some_pairs[p] = waits_o[2*p] || waits_o[2*p+1];
    end
    swap = some_q[1] && (!some_q[0] || precedes(pairs_q[SeqW+64 +: SeqW], pairs_q[32 +: SeqW]));
    blocked_pc = swap ? pairs_q[SeqW+32 +: 32] : pairs_q[31:0];
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

  assign err_o    = failed_q ? first_q[3:0] : stamp_isa_pkg::ERR_NONE;
  assign err_pc_o = first_q[35:4];

endmodule
