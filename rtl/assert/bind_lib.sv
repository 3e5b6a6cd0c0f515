// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What the parts of rtl/lib, rtl/mem and rtl/fp promise, wherever they are. A comment is what a bind stands for.

// Order, contents and flags of every queue.
bind stamp_fifo check_fifo #(.Width(Width), .Depth(Depth)) c_queue (
  .clk_i, .rst_ni, .push_i, .ready_i(ready_o), .in_i(data_i), .valid_i(valid_o), .pop_i, .out_i(data_o), .mark_i(1'b1));

// Lines of every memory of two ports.
bind stamp_ram check_ram #(.Depth(Depth)) c_ports (
  .clk_i, .re_i, .we_i, .waddr_i);

// Lines of every memory of one port, and that one side has it.
bind stamp_ram_sp check_ram #(.Depth(Depth), .One(1'b1)) c_port (
  .clk_i, .re_i, .we_i, .waddr_i(addr_i));

// The place of a ring of delays.
bind stamp_delay check_counter #(.Width(PtrW), .Max(Slots - 1)) c_place (
  .clk_i, .rst_ni, .clear_i(en_i && at_q == PtrW'(Slots - 1)), .value_i(at_q), .add_i(PtrW'(en_i && at_q != PtrW'(Slots - 1))),
  .sub_i('0));

// The word of a line that is written next.
bind stamp_table check_counter #(.Width(PosW), .Max(Words - 1), .Wraps(1'b1)) c_word (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(pos_q), .add_i(PosW'(write && Words > 1)), .sub_i('0));

// Writers and readers of a bank of VM.
bind stamp_vm check_banks #(.Ports(3), .BankW(2)) c_writers (
  .clk_i, .grant_i({mx_we_i, vw_valid_i && vw_ready_o, lw_valid_i && lw_ready_o}),
  .bank_i({mx_addr_i[1:0], vw_addr_i[1:0], lw_addr_i[1:0]}));
bind stamp_vm check_banks #(.Ports(2), .BankW(2)) c_readers (
  .clk_i, .grant_i({vr_re_i, sr_valid_i && sr_ready_o}), .bank_i({vr_addr_i[1:0], sr_addr_i[1:0]}));

// A reader and a writer that is granted have other banks of WB, CM.
bind stamp_bank check_banks #(.Ports(2), .BankW(1)) c_sides (
  .clk_i, .grant_i({re_i, wr_valid_i && wr_ready_o}), .bank_i(Banks == 1 ? 2'b00 : {raddr_i[0], waddr_i[0]}));

// No write to XB is lost; its banks' counts of waiting writes are those of their queues.
bind stamp_xb check_implies c_no_loss (.clk_i, .rst_ni, .if_i(we_i), .then_i(lost == 2'd0));
bind stamp_xb check_counter #(.Width(CntW), .Max(Entries)) c_even (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(g_bank[0].count_q), .add_i(CntW'(g_bank[0].push)), .sub_i(CntW'(g_bank[0].pop)));
bind stamp_xb check_counter #(.Width(CntW), .Max(Entries)) c_odd (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(g_bank[1].count_q), .add_i(CntW'(g_bank[1].push)), .sub_i(CntW'(g_bank[1].pop)));

// Rows of a pair are both in the line.
bind stamp_xb check_implies c_pair (.clk_i, .rst_ni, .if_i(we_i && two_i), .then_i(32'(row_i) + 32'd1 < P));

// Divider and root count down.
bind stamp_fdiv check_counter #(.Width(5), .Max(29)) c_steps (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(count_q), .add_i((active && start_i && !busy_o) ? 5'd29 : 5'd0),
  .sub_i(5'(active && busy_o)));
bind stamp_fsqrt check_counter #(.Width(5), .Max(28)) c_steps (
  .clk_i, .rst_ni, .clear_i(1'b0), .value_i(count_q), .add_i((active && start_i && !busy_o) ? 5'd28 : 5'd0),
  .sub_i(5'(active && busy_o)));
