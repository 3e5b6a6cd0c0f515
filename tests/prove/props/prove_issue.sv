// SPDX-License-Identifier: Apache-2.0
// stamp_issue with the memory of stamp_queues: every instruction put in goes to the unit once, in order, as it was, and
// what is said at its end is its own; no more are taken than there is room for. Fair: where semaphores and unit are
// always ready and the memory is read whenever it may be, one leaves within Within cycles.
// Assumed, as dispatch, stamp_queues and the units do: a push only where there is room, and not in two cycles running;
// memory is read where asked for and not in a cycle of a push; taken where it may; done only what was started.
// Without faults: nothing is forgotten. One bit of an instruction stands for it.
module prove_issue #(
    parameter int unsigned QUEUE  = 4,
    parameter bit          Fair   = 1'b0,
    parameter int unsigned Within = 12
) (
    input logic clk_i,
    input logic rst_ni,
    input logic push_i,
    input logic data_i,
    input logic get_i,
    input logic sem_ok_i,
    input logic take_i,
    input logic insn_ready_i,
    input logic done_i,
    input logic mark_i
);

  localparam int unsigned SeqW = 2, EntryW = SeqW + 32 + stamp_isa_pkg::WORD_BITS, PtrW = $clog2(QUEUE);
  localparam int unsigned Bit = 23; // post0's lowest

  logic               up, ready, store, need, head, want, valid, still, idle;
  logic [PtrW-1:0]    waddr, raddr;
  logic [EntryW-1:0]  entry, stored;
  logic [31:0]        head_pc, pc;
  logic [SeqW-1:0]    head_seq, seq;
  logic [14:0]        waits, posts;
  logic [255:0]       insn;
  logic [QUEUE-1:0]   memory_q;
  logic               pushed_q, read_q, load_q, got_q, got2_q, begun_q = 1'b0;
  logic [1:0]         flight_q;
  logic [4:0]         since_q; // cycles since one left, or none waited
  logic [2:0]         wait_q;  // put in and not handed over

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up = begun_q && rst_ni;

  always_comb begin
    entry       = '0;
    entry[Bit]  = data_i;
    stored      = '0;
    stored[Bit] = got2_q;
  end

  stamp_issue #(.QUEUE(QUEUE), .Flight(2), .SeqW(SeqW)) i_dut (
    .clk_i, .rst_ni(up), .stop_i(1'b0), .fault_i(1'b0), .fault_seq_i('0), .push_i, .ready_o(ready), .entry_i(entry),
    .store_o(store), .waddr_o(waddr), .need_o(need), .get_i, .raddr_o(raddr), .load_i(load_q), .stored_i(stored),
    .head_o(head), .head_pc_o(head_pc), .head_seq_o(head_seq), .wait_o(waits), .sem_ok_i, .want_o(want), .take_i,
    .insn_valid_o(valid), .insn_ready_i, .insn_o(insn), .done_i, .post_o(posts), .pc_o(pc), .seq_o(seq),
    .still_o(still), .idle_o(idle));

  check_fifo #(.Width(1), .Depth(QUEUE), .Exact(1'b0)) i_order (
    .clk_i, .rst_ni(up), .push_i, .ready_i(push_i), .in_i(data_i), .valid_i(valid), .pop_i(insn_ready_i),
    .out_i(insn[Bit]), .mark_i);

  check_fifo #(.Width(1), .Depth(2), .Exact(1'b0)) i_ends (
    .clk_i, .rst_ni(up), .push_i(valid && insn_ready_i), .ready_i(valid && insn_ready_i), .in_i(insn[Bit]),
    .valid_i(done_i), .pop_i(1'b1), .out_i(posts[0]), .mark_i);

  check_handshake #(.Width(1)) i_held (
    .clk_i, .rst_ni(up), .valid_i(valid), .ready_i(insn_ready_i), .payload_i(insn[Bit]));

  always_ff @(posedge clk_i) begin
    if (store) memory_q[waddr] <= data_i;
    got_q  <= memory_q[raddr];
    got2_q <= got_q;
    if (!up) begin
      {pushed_q, read_q, load_q, flight_q, since_q, wait_q} <= '0;
    end else begin
      pushed_q <= push_i;
      {load_q, read_q} <= {read_q, get_i};
      flight_q <= flight_q + 2'(valid && insn_ready_i) - 2'(done_i);
      wait_q   <= wait_q + 3'(push_i) - 3'(valid && insn_ready_i);
      since_q  <= wait_q == '0 || (valid && insn_ready_i) ? '0 : since_q + 5'd1;
    end
  end

  always @(posedge clk_i) begin
    if (up) begin
      assume (!push_i || (ready && !pushed_q));
      assume (!get_i || (need && !push_i));
      assume (!take_i || want);
      assume (!done_i || flight_q != '0);
      assert (ready == (wait_q != 3'(QUEUE)));
      assert (!idle || (wait_q == '0 && flight_q == '0));
      if (Fair) begin
        assume (sem_ok_i && insn_ready_i && take_i == want && done_i == (flight_q != '0));
        assume (get_i == (need && !push_i));
        assert (since_q < 5'(Within));
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, head, head_pc, pc, head_seq, seq, waits, still};

endmodule
