// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What load and store unit promise, and the read port they share with fetch. A comment is what a bind stands for.

// The read port: a beat is for one master.
bind stamp_axi_rmux check_onehot #(.Width(2)) c_master (.clk_i, .rst_ni, .bits_i({f_rvalid_o, l_rvalid_o}));

// Addresses of load and store unit: they stay, and a burst is within a page.
bind stamp_dma_ag check_axi_address #(.AxiBytes(AXI_BYTES), .MaxBeats(MaxBurst)) c_address (
  .clk_i, .rst_ni, .valid_i(axvalid_o), .ready_i(axready_i), .addr_i(axaddr_o), .len_i(axlen_o));

// A burst is noted where there is room for it, and its address where the channel has some.
bind stamp_dma_ag check_push_pop c_burst (
  .clk_i, .rst_ni, .push_i(push_o), .ready_i(room_i && (null_o || ax_ready)), .pop_i(take), .valid_i(d_free));

// No burst reaches beyond the window.
bind stamp_dma_ag check_implies c_inside (
  .clk_i, .rst_ni, .if_i(go && !d_null),
  .then_i({d_addr_q, 6'd0} >= win_lo_i && {d_addr_q, 6'd0} + ((40'(beats_o) + 40'd1) << BeatLog) <= win_hi_i));

// Rows of an instruction.
bind stamp_dma_ag check_implies c_rows (
  .clk_i, .rst_ni, .if_i(walk_q), .then_i(i0_q <= n0_q && i1_q <= n1_q));

// Indices asked for have room; an address of a row stays until it is taken.
bind stamp_dma_index check_counter #(.Width(3), .Max(Depth)) c_owed (
  .clk_i, .rst_ni, .clear_i(stop_i), .value_i(owed_q), .add_i(3'(re_o)), .sub_i(3'(pop)));
bind stamp_dma_index check_implies c_index (
  .clk_i, .rst_ni(rst_ni && !stop_i), .if_i(read_q[1]), .then_i(unused_ready));
bind stamp_dma_index check_handshake #(.Width(34)) c_row (
  .clk_i, .rst_ni(rst_ni && !stop_i), .valid_i(valid_o), .ready_i(take_i), .payload_i(addr_o));

// Load unit: a line stays until its memory takes it.
bind stamp_ldu check_handshake #(.Width($bits({wr_space_o, wr_line_o, wr_data_o}))) c_line (
  .clk_i, .rst_ni, .valid_i(wr_valid_o), .ready_i(wr_ready_i), .payload_i({wr_space_o, wr_line_o, wr_data_o}));

// Loads that wait for data, bursts under way.
bind stamp_ldu check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(iw_q), .out_i(ir_q), .push_i(accept),
  .pop_i((!cur_valid_q || fin) && iw_q != ir_q));
bind stamp_ldu check_ring #(.Width(RBits + 1), .Depth(Reads)) c_bursts (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(bw_q), .out_i(br_q), .push_i(push), .pop_i(b_pop));

// Loads that are not done; of these, up to the last of IT.
bind stamp_ldu check_counter #(.Width(DBits + 2), .Max(Depth + 3)) c_flight (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(inflight_q), .add_i((DBits+2)'(accept)), .sub_i((DBits+2)'(done_valid_o)));
bind stamp_ldu check_implies c_tables (.clk_i, .rst_ni, .if_i(it_left_q != '0), .then_i(it_left_q <= inflight_q));

// Beats of a line, lines of a row.
bind stamp_ldu check_implies c_beats (.clk_i, .rst_ni, .if_i(take), .then_i(beat_q <= beats_q && left_q <= lines_q));

// Store unit: bursts on their four ways, each not before the one before.
bind stamp_stu check_ring #(.Width(BBits + 1), .Depth(Writes)) c_bursts (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(bi_q), .out_i(bb_q), .push_i(push), .pop_i(b_pop));
bind stamp_stu check_ring #(.Width(BBits + 1), .Depth(Writes)) c_made (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(bi_q), .out_i(bx_q), .push_i(push), .pop_i(x_load));
bind stamp_stu check_ring #(.Width(BBits + 1), .Depth(Writes)) c_written (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(bx_q), .out_i(bw_q), .push_i(x_load), .pop_i(w_pop));
bind stamp_stu check_ring #(.Width(BBits + 1), .Depth(Writes)) c_awaited (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(bw_q), .out_i(br_q), .push_i(w_pop), .pop_i(r_load));
bind stamp_stu check_ring #(.Width(BBits + 1), .Depth(Writes)) c_answered (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(br_q), .out_i(bb_q), .push_i(r_load), .pop_i(b_pop));

// Stores in their ring.
bind stamp_stu check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(ii_q), .out_i(ib_q), .push_i(accept), .pop_i(b_done));
bind stamp_stu check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs_made (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(ii_q), .out_i(ix_q), .push_i(accept), .pop_i(x_done));
bind stamp_stu check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs_written (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(ix_q), .out_i(iw_q), .push_i(x_done), .pop_i(w_done));
bind stamp_stu check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs_answered (
  .clk_i, .rst_ni, .clear_i(1'b0), .in_i(iw_q), .out_i(ib_q), .push_i(w_done), .pop_i(b_done));

// Stores that are not done; bursts shown on AW and not ended on W, ended there and not answered.
bind stamp_stu check_counter #(.Width(DBits + 2), .Max(Depth + 1)) c_flight (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(inflight_q), .add_i((DBits+2)'(accept)), .sub_i((DBits+2)'(done_valid_o)));
bind stamp_stu check_counter #(.Width(BBits + 1), .Max(Writes)) c_owed (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(owed_q), .add_i((BBits+1)'(aw_new)), .sub_i((BBits+1)'(w_new)));
bind stamp_stu check_counter #(.Width(BBits + 1), .Max(Writes)) c_open (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(open_q), .add_i((BBits+1)'(w_new)), .sub_i((BBits+1)'(b_take)));

// Reads of lines stay until they are granted.
bind stamp_stu_rd check_handshake #(.Width(16)) c_read (
  .clk_i, .rst_ni, .valid_i(rd_valid_o), .ready_i(rd_ready_i), .payload_i(rd_line_o));
bind stamp_stu_rd check_handshake #(.Width(16)) c_pack (
  .clk_i, .rst_ni, .valid_i(pb_re_o), .ready_i(pb_ready_i), .payload_i(rd_line_o));

// Lines asked for and not taken; lines that came.
bind stamp_stu_rd check_counter #(.Width(LBits + 1), .Max(Lines)) c_held (
  .clk_i, .rst_ni, .clear_i, .value_i(held_q), .add_i((LBits+1)'(issue)), .sub_i((LBits+1)'(line_pop_i)));
bind stamp_stu_rd check_ring #(.Width(LBits + 1), .Depth(Lines)) c_lines (
  .clk_i, .rst_ni, .clear_i, .in_i(mi_q), .out_i(mo_q), .push_i(pend_q[2]), .pop_i(line_pop_i));
bind stamp_stu_rd check_implies c_pop (.clk_i, .rst_ni, .if_i(line_pop_i), .then_i(line_valid_o));

// Stores that wait; beats issued and not read, less than a line below none and never more than there may be.
bind stamp_stu_rd check_ring #(.Width(DBits + 1), .Depth(Depth)) c_jobs (
  .clk_i, .rst_ni, .clear_i, .in_i(ii_q), .out_i(ir_q), .push_i(valid_i), .pop_i((!cur_q || fin) && ii_q != ir_q));
bind stamp_stu_rd check_implies c_credit (
  .clk_i, .rst_ni, .if_i(!stop_i), .then_i(credit_q + $signed(CBits'(beats_q)) >= 0 && credit_q <= $signed(CBits'(Credit))));
bind stamp_stu_rd check_implies c_clear (.clk_i, .rst_ni, .if_i(clear_i), .then_i(idle_o));
