// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What the vector unit promises. A comment is what a bind stands for.

// An instruction ends once, while the unit is busy.
bind stamp_vxu check_implies c_done (.clk_i, .rst_ni, .if_i(done_o), .then_i(busy_o && !load_q));

// A step that has its operands stays until all move.
bind stamp_vxu check_handshake #(.Width($bits(s2_q))) c_step (
  .clk_i, .rst_ni, .valid_i(s2_v_q), .ready_i(adv), .payload_i(s2_q));

// Codes wait for the packer.
bind stamp_vxu check_handshake #(.Width($bits({code_line, code_index, hi, lo}))) c_pack (
  .clk_i, .rst_ni, .valid_i(pack_valid), .ready_i(pack_ready), .payload_i({code_line, code_index, hi, lo}));

// A result comes from one place at a time, and stays until it is taken.
bind stamp_vxu check_onehot #(.Width(3)) c_result (.clk_i, .rst_ni, .bits_i({alu_valid, line_valid, fn_out}));
bind stamp_vxu check_handshake #(.Width(VmW)) c_lane (
  .clk_i, .rst_ni, .valid_i(alu_valid), .ready_i(en), .payload_i(alu_addr));
bind stamp_vxu check_handshake #(.Width(VmW)) c_part (
  .clk_i, .rst_ni, .valid_i(line_valid), .ready_i(en), .payload_i(line_addr));
bind stamp_vxu check_handshake #(.Width($bits({fn_addr, fn_data}))) c_function (
  .clk_i, .rst_ni, .valid_i(fn_out), .ready_i(en), .payload_i({fn_addr, fn_data}));

// Where codes go and where they are read, one kind of instruction at a time.
bind stamp_vxu check_onehot #(.Width(2)) c_codes (.clk_i, .rst_ni, .bits_i({xb_we_o, pb_we_o}));

// A line on its way to VM stays until it is granted.
bind stamp_vx_out check_handshake #(.Width($bits({addr_o, data_o}))) c_line (
  .clk_i, .rst_ni, .valid_i(valid_o), .ready_i(ready_i), .payload_i({addr_o, data_o}));
bind stamp_vx_out check_implies c_second (.clk_i, .rst_ni, .if_i(next_v_q), .then_i(valid_o && !ready_o));

// What memories gave is caught: room for it, and there when it is taken; its places.
bind stamp_vx_catch check_push_pop c_kept (
  .clk_i, .rst_ni(rst_ni && !clear_i), .push_i(put_i), .ready_i(!v_q[Depth-1] || take_i), .pop_i(take_i), .valid_i(put_i || v_q[0]));
bind stamp_vx_catch check_onehot #(.Width(Depth), .Exact(1'b1)) c_next (.clk_i, .rst_ni, .bits_i(wr_q));
bind stamp_vx_catch check_onehot #(.Width(Depth), .Exact(1'b1)) c_oldest (.clk_i, .rst_ni, .bits_i(rd_q));

// A step waits beside its reads until all move.
bind stamp_vx_arrive check_handshake #(.Width(TagW + 2)) c_step (
  .clk_i, .rst_ni, .valid_i(v_o), .ready_i(adv_i), .payload_i({read_o, state_o, tag_o}));
bind stamp_vx_arrive check_implies c_moves (.clk_i, .rst_ni, .if_i(step_i), .then_i(adv_i));

// The walker: a step in the spare register waits behind one.
bind stamp_vx_walk check_implies c_spare (.clk_i, .rst_ni, .if_i(spare_v_q), .then_i(v1_q));

// A line stays while it is packed, scattered.
bind stamp_vx_pack check_handshake #(.Width($bits({line_i, index_i, hi_i, lo_i}))) c_line (
  .clk_i, .rst_ni, .valid_i(valid_i), .ready_i(ready_o), .payload_i({line_i, index_i, hi_i, lo_i}));
bind stamp_vx_pack check_implies c_piece (.clk_i, .rst_ni, .if_i(valid_i), .then_i(32'(piece_q) < Pieces));
bind stamp_vx_scatter check_handshake #(.Width($bits(x_i))) c_line (
  .clk_i, .rst_ni(rst_ni && !load_i), .valid_i(valid_i), .ready_i(ready_o), .payload_i(x_i));

// Quantizer state has one writer a cycle, and one reader.
bind stamp_vx_sm check_onehot #(.Width(4)) c_writer (
  .clk_i, .rst_ni, .bits_i({q_we_i, range_q[3], par_done_o, s_we}));
bind stamp_vx_sm check_onehot #(.Width(2)) c_reader (.clk_i, .rst_ni, .bits_i({re_i, range_i}));

// Parameters of ranges: an entry is given where there is room, a cycle after it was said; how many are under way.
bind stamp_qpar check_implies c_take (.clk_i, .rst_ni, .if_i(take_i), .then_i(ready_o));
bind stamp_qpar check_counter #(.Width(W + 1), .Max(Q)) c_under_way (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(count_q), .add_i((W+1)'(take_i)), .sub_i((W+1)'(done_o)));

// Functions: lines inside, lines at the output; a group is of a line.
bind stamp_vx_fn check_push_pop c_inside (
  .clk_i, .rst_ni, .push_i(take), .ready_i(note_ready), .pop_i(complete), .valid_i(head_valid));
bind stamp_vx_fn check_counter #(.Width(2), .Max(Slots)) c_output (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(held_q), .add_i(2'(complete)), .sub_i(2'(out_valid_o && out_ready_i)));
bind stamp_vx_fn check_handshake #(.Width($bits({addr_o, data_o, flag_o}))) c_line (
  .clk_i, .rst_ni, .valid_i(out_valid_o), .ready_i(out_ready_i), .payload_i({addr_o, data_o, flag_o}));
bind stamp_vx_fn check_implies c_groups (
  .clk_i, .rst_ni, .if_i(busy_o), .then_i(32'(group_q) < Groups && 32'(out_group_q) < Groups));
bind stamp_vx_fn check_onehot #(.Width(2)) c_source (
  .clk_i, .rst_ni, .bits_i({lane_valid && en_q, state_q == Put && put_ok}));

// Dividers and roots are started where they are free.
bind stamp_vx_fn check_implies c_divide (.clk_i, .rst_ni, .if_i(start_div), .then_i(div_busy == '0));
bind stamp_vx_fn check_implies c_root (.clk_i, .rst_ni, .if_i(sum_valid), .then_i(root_busy == '0));

// Lines that wait for the sums: one bit for each number, as many as the queue holds.
bind stamp_vx_rows check_onehot #(.Width(3), .Exact(1'b1)) c_waiting (.clk_i, .rst_ni, .bits_i(in_q));
bind stamp_vx_rows check_push_pop c_queue (
  .clk_i, .rst_ni, .push_i(in_push), .ready_i(unused_ready), .pop_i(in_pop), .valid_i(in_valid));

// An addition of a row or of its tree, not both; the tree's half is a power of two.
bind stamp_vx_red check_onehot #(.Width(2)) c_addition (.clk_i, .rst_ni, .bits_i({tree_go, row_go}));
bind stamp_vx_red check_onehot #(.Width(7)) c_half (
  .clk_i, .rst_ni, .bits_i(tree_q ? half_q : 7'd0));
