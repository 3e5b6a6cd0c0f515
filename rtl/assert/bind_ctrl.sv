// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What control promises: registers, fetch, dispatch, queues, semaphores, counters. A comment is what a bind stands for.

// Registers: requests and answers of AXI4-Lite.
bind stamp_csr check_axil #(.Most(4), .Master(1'b1)) c_axil (
  .clk_i, .rst_ni, .awvalid_i, .awready_i(awready_o), .awaddr_i, .wvalid_i, .wready_i(wready_o),
  .wdata_i({wstrb_i, wdata_i}), .bvalid_i(bvalid_o), .bready_i, .arvalid_i, .arready_i(arready_o), .araddr_i,
  .rvalid_i(rvalid_o), .rready_i, .rdata_i(rdata_o));

// Fetch: the address of a burst stays.
bind stamp_fetch check_axi_address #(.AxiBytes(AXI_BYTES), .MaxBeats(256 / AXI_BYTES)) c_address (
  .clk_i, .rst_ni, .valid_i(arvalid_o), .ready_i(arready_i), .addr_i(araddr_o), .len_i(arlen_o));

// A word that is there stays until it is taken, left by a jump or by a new program.
bind stamp_fetch check_handshake #(.Width(1)) c_word (
  .clk_i, .rst_ni(rst_ni && !start_i && !jump_i && run_i), .valid_i(valid_o), .ready_i(want_i), .payload_i(1'b0));

// Granules asked for and not answered; of these, those nobody wants.
bind stamp_fetch check_counter #(.Width(DueW), .Max(2 * Granules)) c_due (
  .clk_i, .rst_ni, .clear_i(reset), .value_i(due_q), .add_i(DueW'(late_q)), .sub_i(DueW'(granule_end)));
bind stamp_fetch check_implies c_drop (.clk_i, .rst_ni, .if_i(drop_q != '0), .then_i(drop_q <= due_q));

// An answer is to something asked for.
bind stamp_fetch check_implies c_answer (.clk_i, .rst_ni, .if_i(rvalid_i), .then_i(due_q != '0));

// Beats of a granule.
bind stamp_fetch check_counter #(.Width(4), .Max(Beats - 1)) c_beat (
  .clk_i, .rst_ni, .clear_i(reset || granule_end), .value_i(beat_q), .add_i(4'(rvalid_i)), .sub_i('0));

// What the buffer holds is no more than it has room for, and no more than was asked for.
bind stamp_fetch check_implies c_window (
  .clk_i, .rst_ni, .if_i(we_q && !reset), .then_i(hi_q >= lo_q && hi_q - lo_q < 32'(Granules) && hi_q < req_q));

// Dispatch: one queue an instruction, which has room.
bind stamp_dispatch check_onehot #(.Width(stamp_isa_pkg::QUEUES)) c_queue (.clk_i, .rst_ni, .bits_i(to_o));
bind stamp_dispatch check_implies c_room (.clk_i, .rst_ni, .if_i(push_o != '0), .then_i((push_o & ~ready_i) == '0));

// A program ends once, while it runs.
bind stamp_dispatch check_onehot #(.Width(2)) c_end (.clk_i, .rst_ni, .bits_i({done_o, fault_o}));
bind stamp_dispatch check_implies c_ended (.clk_i, .rst_ni, .if_i(done_o || fault_o), .then_i(state_q == Idle));

// Loops that are open.
bind stamp_dispatch check_counter #(.Width(DepthW + 1), .Max(stamp_isa_pkg::LOOP_DEPTH)) c_loops (
  .clk_i, .rst_ni(rst_ni && busy_o), .clear_i(1'b0), .value_i(depth_q),
  .add_i((DepthW+1)'(control_go && c.op == stamp_isa_pkg::OP_LOOP && count != '0)),
  .sub_i((DepthW+1)'(control_go && c.op == stamp_isa_pkg::OP_ENDL && left_q[top] == 24'd1)));
bind stamp_dispatch check_implies c_turns (
  .clk_i, .rst_ni, .if_i(control_go && c.op == stamp_isa_pkg::OP_ENDL), .then_i(depth_q != '0 && left_q[top] != '0));

// LOOPs inside one of no iterations.
bind stamp_dispatch check_implies c_skipped (
  .clk_i, .rst_ni, .if_i(skip_go && c.op == stamp_isa_pkg::OP_ENDL), .then_i(skip_q != '0));

// Cycles without progress.
bind stamp_dispatch check_counter #(.Width(31), .Max(32'h7fff_ffff), .Wraps(1'b1)) c_watchdog (
  .clk_i, .rst_ni(rst_ni && busy_o), .clear_i(progress), .value_i(idle_cycles_q[30:0]), .add_i(31'd1), .sub_i('0));

// Queues: what is written to their memory and read from it, one queue at a time.
bind stamp_queues check_onehot #(.Width(Queues)) c_store (.clk_i, .rst_ni, .bits_i(store));
bind stamp_queues check_onehot #(.Width(Queues)) c_get (.clk_i, .rst_ni, .bits_i(get));
bind stamp_queues check_onehot #(.Width(Queues)) c_load (.clk_i, .rst_ni, .bits_i(load_q));

// What is written goes where it was said early that it would go.
bind stamp_queues check_implies c_where (.clk_i, .rst_ni, .if_i(push_i != '0), .then_i(push_i == to_i));

// Places in program order.
bind stamp_queues check_counter #(.Width(SeqW), .Max((1 << SeqW) - 1), .Wraps(1'b1)) c_places (
  .clk_i, .rst_ni, .clear_i(reset_units_i), .value_i(seq_q), .add_i(SeqW'(pushed_q)), .sub_i('0));

// An error stays until the units are reset.
bind stamp_queues check_implies c_failed (
  .clk_i, .rst_ni(rst_ni && !reset_units_i), .if_i(failed_q), .then_i(fault_q != '0));

// A queue: pushes find room; an instruction stays until its unit takes it, but for a fault.
bind stamp_issue check_implies c_push (.clk_i, .rst_ni, .if_i(push_i), .then_i(ready_o));
bind stamp_issue check_handshake #(.Width($bits(insn_o))) c_unit (
  .clk_i, .rst_ni(rst_ni && !drop_q), .valid_i(insn_valid_o), .ready_i(insn_ready_i), .payload_i(insn_o));

// How many wait, how many of these are in memory and not asked for.
bind stamp_issue check_counter #(.Width(CountW), .Max(QUEUE)) c_waiting (
  .clk_i, .rst_ni, .clear_i(drop_q), .value_i(count_q), .add_i(CountW'(push_i)), .sub_i(CountW'(accept)));
bind stamp_issue check_counter #(.Width(CountW), .Max(QUEUE)) c_stored (
  .clk_i, .rst_ni, .clear_i(drop_q), .value_i(stored_q), .add_i(CountW'(store_o)), .sub_i(CountW'(get_i)));
bind stamp_issue check_implies c_some (.clk_i, .rst_ni, .if_i(stored_q != '0), .then_i(stored_q <= count_q));

// The head alone takes semaphores and goes to its unit; what is read was asked for.
bind stamp_issue check_implies c_take (.clk_i, .rst_ni, .if_i(take_i), .then_i(want_o));
bind stamp_issue check_implies c_granted (.clk_i, .rst_ni, .if_i(granted_q), .then_i(head_q));
bind stamp_issue check_implies c_read (.clk_i, .rst_ni, .if_i(load_i), .then_i(reading_q));

// What starts is remembered, what ends had started.
bind stamp_issue check_push_pop c_flight (
  .clk_i, .rst_ni, .push_i(accept), .ready_i(flight_ready), .pop_i(done_i), .valid_i(flight));

// Semaphores.
bind stamp_sems check_sems #(.Units(Units)) c_counts (
  .clk_i, .rst_ni, .clear_i, .wait_i, .ok_i(ok_o), .take_i, .give_i, .post_i, .overflow_i(overflow_o));

// Event counters.
bind stamp_counters check_event #(.Events(Events)) c_events (
  .clk_i, .rst_ni, .clear_i, .hit_i(hit_i[Events-1:0]), .inc_i(inc_i[Events*16-1:0]));
