// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What the matrix unit promises. A comment is what a bind stands for.

// Cycles in which no tile may end.
bind stamp_mxu check_counter #(.Width(5), .Max(Slots - 1)) c_gap (
  .clk_i, .rst_ni(rst_ni && !(go && s_last)), .clear_i(1'b0), .value_i(gap_q), .add_i('0), .sub_i(5'(gap_q != '0)));

// An instruction stays in its place until it is walked.
bind stamp_mxu check_handshake #(.Width($bits(h_q))) c_hold (
  .clk_i, .rst_ni, .valid_i(h_valid_q), .ready_i(accept), .payload_i(h_q));

// The loops of MM.
bind stamp_mxu check_implies c_loops (
  .clk_i, .rst_ni, .if_i(active_q),
  .then_i(32'(phase_q) < Phases && k_q < kend_q && kend_q <= {1'b0, i_q.kl} && g_q < i_q.groups && n_q < i_q.ng));

// A step waits where it is until it is issued.
bind stamp_mxu check_handshake #(.Width($bits({s_x_q, s_w_q, s_cm_q, s_nt_q, s_ac_q, s_last_q, s_final_q}))) c_step (
  .clk_i, .rst_ni, .valid_i(s_valid_q), .ready_i(go), .payload_i({s_x_q, s_w_q, s_cm_q, s_nt_q, s_ac_q, s_last_q, s_final_q}));

// Operands are read in both memories at once, lines that are there.
bind stamp_mxu check_implies c_lines (
  .clk_i, .rst_ni, .if_i(wb_re_o), .then_i(s_x_q < 24'(XB_LINES) && s_w_q < 24'(WB_LINES)));
bind stamp_mxu check_implies c_both (.clk_i, .rst_ni, .if_i(xb_re_o), .then_i(wb_re_o));

// The drain is ready for the tile it is given; rows still to come.
bind stamp_drain check_implies c_start (.clk_i, .rst_ni, .if_i(start_i), .then_i(left_q <= 5'd1));
bind stamp_drain check_counter #(.Width(5), .Max(Slots)) c_rows (
  .clk_i, .rst_ni(rst_ni && !start_i), .clear_i(1'b0), .value_i(left_q), .add_i('0), .sub_i(5'(left_q != '0)));

// One row of sums is written, and one is read, in a cycle.
bind stamp_drain check_onehot #(.Width(2)) c_write (
  .clk_i, .rst_ni, .bits_i({ac_we_int, row_v[End] && st_blk[End] && !st_end[End] && !st_bad[End]}));
bind stamp_drain check_onehot #(.Width(2)) c_read (
  .clk_i, .rst_ni, .bits_i({row_v[5] && !st_blk[5] && !st_fresh[5], row_v[14] && st_blk[14] && !st_fresh[14]}));

// An instruction ends when its last row has left; nothing is in the pipeline of a drain that is not busy.
bind stamp_drain check_implies c_done (.clk_i, .rst_ni, .if_i(done_o), .then_i(!slot_final[End] || Slots == 1));
bind stamp_drain check_implies c_busy (.clk_i, .rst_ni, .if_i(row_v[End] || row_v[1]), .then_i(busy_o));

// The array's shadow: a tile is copied when the rows of the one before have left.
bind stamp_array check_onehot #(.Width(P)) c_rows (.clk_i, .rst_ni, .bits_i(leave_q));
bind stamp_array check_implies c_copy (.clk_i, .rst_ni, .if_i(last_q[6]), .then_i(leave_q[P-2:0] == '0));
