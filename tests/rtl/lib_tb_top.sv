// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// lib_tb_top - the small common modules side by side, small: fifo (f_), rams of two ports (r_) and of one
// (n_), each with the macros of its body beside it, a cycle sooner, tables of 16 and 32 bits (t_), banks one
// and two (k_), operand memory (b_), vector memory (v_), read multiplexer (x_), registers (s_, c_), event
// counters (e_), semaphores (q_).
module lib_tb_top (
    input  logic         clk_i,
    input  logic         rst_ni,

    input  logic         f_push_i, f_pop_i,
    input  logic [31:0]  f_data_i,
    output logic         f_ready_o, f_valid_o,
    output logic [31:0]  f_data_o,

    input  logic [31:0]  m_test_i, // of the memories made of macros

    input  logic         r_we_i, r_re_i,
    input  logic [8:0]   r_waddr_i, r_raddr_i,
    input  logic [63:0]  r_wdata_i,
    output logic [63:0]  r_rdata_o, r_macro_o,

    input  logic         n_we_i, n_re_i,
    input  logic [9:0]   n_addr_i,
    input  logic [17:0]  n_mask_i,
    input  logic [71:0]  n_wdata_i,
    output logic [71:0]  n_rdata_o, n_macro_o,

    input  logic         t_we_i, t_re_i,
    output logic         t_ready_o, t_wide_ready_o,
    input  logic [0:0]   t_line_i,
    input  logic [511:0] t_data_i,
    input  logic [5:0]   t_entry_i,
    output logic [15:0]  t_entry_o,
    output logic [31:0]  t_wide_o, // of entry_i / 2: the same bits as words
    input  logic         t_wide_we_i,

    input  logic         k_we_i, k_re_i, k_one_we_i,
    output logic         k_ready_o, k_one_ready_o,
    input  logic [4:0]   k_waddr_i, k_raddr_i,
    input  logic [63:0]  k_wdata_i,
    output logic [63:0]  k_rdata_o, k_one_o, // one: a single bank

    input  logic         b_we_i, b_re_i, b_two_i,
    output logic         b_ready_o, b_busy_o,
    input  logic [4:0]   b_waddr_i, b_raddr_i,
    input  logic [1:0]   b_row_i,
    input  logic [31:0]  b_hi_i, b_lo_i,
    output logic [127:0] b_data_o,

    input  logic         v_mx_i, v_vw_i, v_vr_i, v_lw_i, v_sr_i, // wishes, then grants
    output logic         v_vw_o, v_lw_o, v_sr_o,
    input  logic [3:0]   v_mx_addr_i, v_vw_addr_i, v_vr_addr_i, v_lw_addr_i, v_sr_addr_i,
    input  logic [63:0]  v_mx_data_i, v_vw_data_i, v_lw_data_i,
    output logic [63:0]  v_vr_data_o, v_sr_data_o,

    input  logic         x_f_arvalid_i, x_l_arvalid_i, x_l_rready_i, x_arready_i, x_rvalid_i, x_rlast_i,
    input  logic [39:0]  x_f_araddr_i, x_l_araddr_i,
    input  logic [7:0]   x_f_arlen_i, x_l_arlen_i,
    output logic         x_f_arready_o, x_f_rvalid_o, x_l_arready_o, x_l_rvalid_o, x_arvalid_o, x_rready_o,
    output logic [39:0]  x_araddr_o,
    output logic [7:0]   x_arlen_o,

    input  logic         s_awvalid_i, s_wvalid_i, s_bready_i, s_arvalid_i, s_rready_i,
    input  logic [11:0]  s_awaddr_i, s_araddr_i,
    input  logic [31:0]  s_wdata_i,
    input  logic [3:0]   s_wstrb_i,
    output logic         s_awready_o, s_wready_o, s_bvalid_o, s_arready_o, s_rvalid_o,
    output logic [1:0]   s_bresp_o, s_rresp_o,
    output logic [31:0]  s_rdata_o,
    output logic         c_irq_o, c_start_o, c_ctr_high_o,
    output logic [39:0]  c_code_addr_o, c_win_lo_o, c_win_hi_o,
    output logic [31:0]  c_code_count_o, c_watchdog_o,
    output logic [127:0] c_arg_o,
    input  logic         c_busy_i, c_done_i, c_fault_i,
    input  logic [3:0]   c_err_i,
    input  logic [31:0]  c_err_pc_i, c_ctr_word_i,
    output logic [5:0]   c_ctr_index_o,

    input  logic         e_clear_i, e_high_i,
    input  logic [stamp_isa_pkg::EVENTS-1:0]    e_hit_i,
    input  logic [stamp_isa_pkg::EVENTS*16-1:0] e_inc_i,
    input  logic [5:0]   e_index_i,
    output logic [31:0]  e_word_o,

    input  logic         q_clear_i,
    input  logic [59:0]  q_wait_i, q_post_i,
    input  logic [3:0]   q_take_i, q_give_i,
    output logic [3:0]   q_ok_o, q_overflow_o,
    output logic         q_spent_o, q_busy_o
);

  stamp_fifo #(.Width(32), .Depth(4)) i_fifo (
    .clk_i, .rst_ni, .push_i(f_push_i), .ready_o(f_ready_o), .data_i(f_data_i),
    .valid_o(f_valid_o), .pop_i(f_pop_i), .data_o(f_data_o));

  stamp_ram #(.Width(64), .Depth(320)) i_ram (
    .clk_i, .mem_test_i(m_test_i), .we_i(r_we_i), .waddr_i(r_waddr_i), .wdata_i(r_wdata_i), .re_i(r_re_i),
    .raddr_i(r_raddr_i), .rdata_o(r_rdata_o));

  stamp_ihp_1w1r #(.Width(64), .Depth(320)) i_ram_macro (
    .clk_i, .mem_test_i(m_test_i), .we_i(r_we_i), .waddr_i(r_waddr_i), .wdata_i(r_wdata_i), .re_i(r_re_i),
    .raddr_i(r_raddr_i), .rdata_o(r_macro_o));

  // 512, 256 and 64 words by two slices, the second of 8 bits.
  stamp_ram_sp #(.Width(72), .Depth(832), .Parts(18)) i_sp (
    .clk_i, .mem_test_i(m_test_i), .re_i(n_re_i), .we_i(n_we_i), .addr_i(n_addr_i), .mask_i(n_mask_i),
    .wdata_i(n_wdata_i), .rdata_o(n_rdata_o));

  stamp_ihp_sp #(.Width(72), .Depth(832), .Parts(18)) i_sp_macro (
    .clk_i, .mem_test_i(m_test_i), .re_i(n_re_i), .we_i(n_we_i), .addr_i(n_addr_i), .mask_i(n_mask_i),
    .wdata_i(n_wdata_i), .rdata_o(n_macro_o));

  stamp_table #(.Bits(32), .Entries(32)) i_wide (
    .clk_i, .rst_ni, .mem_test_i(m_test_i), .wr_valid_i(t_wide_we_i), .wr_ready_o(t_wide_ready_o),
    .line_i(t_line_i), .data_i(t_data_i), .re_i(t_re_i), .entry_i(t_entry_i[5:1]), .entry_o(t_wide_o));

  stamp_table #(.Entries(64)) i_table (
    .clk_i, .rst_ni, .mem_test_i(m_test_i), .wr_valid_i(t_we_i), .wr_ready_o(t_ready_o), .line_i(t_line_i),
    .data_i(t_data_i), .re_i(t_re_i), .entry_i(t_entry_i), .entry_o(t_entry_o));

  stamp_bank #(.Width(64), .Depth(32), .Banks(2)) i_two (
    .clk_i, .mem_test_i(m_test_i), .wr_valid_i(k_we_i), .wr_ready_o(k_ready_o), .waddr_i(k_waddr_i),
    .wdata_i(k_wdata_i), .re_i(k_re_i), .raddr_i(k_raddr_i), .rdata_o(k_rdata_o));

  stamp_bank #(.Width(64), .Depth(32)) i_one (
    .clk_i, .mem_test_i(m_test_i), .wr_valid_i(k_one_we_i), .wr_ready_o(k_one_ready_o), .waddr_i(k_waddr_i),
    .wdata_i(k_wdata_i), .re_i(k_re_i), .raddr_i(k_raddr_i), .rdata_o(k_one_o));

  stamp_xb #(.P(4), .L(8), .XB_LINES(32)) i_xb (
    .clk_i, .rst_ni, .mem_test_i(m_test_i), .we_i(b_we_i), .ready_o(b_ready_o), .busy_o(b_busy_o),
    .waddr_i(b_waddr_i), .row_i(b_row_i), .two_i(b_two_i), .hi_i(b_hi_i), .lo_i(b_lo_i), .re_i(b_re_i),
    .raddr_i(b_raddr_i), .data_o(b_data_o));

  stamp_vm #(.L(2), .VM_LINES(16)) i_vm (
    .clk_i, .mem_test_i(m_test_i), .mx_we_i(v_mx_i), .mx_addr_i(v_mx_addr_i), .mx_data_i(v_mx_data_i),
    .vw_valid_i(v_vw_i), .vw_ready_o(v_vw_o), .vw_addr_i(v_vw_addr_i), .vw_data_i(v_vw_data_i),
    .vr_re_i(v_vr_i), .vr_addr_i(v_vr_addr_i), .vr_data_o(v_vr_data_o),
    .lw_valid_i(v_lw_i), .lw_ready_o(v_lw_o), .lw_addr_i(v_lw_addr_i), .lw_data_i(v_lw_data_i),
    .sr_valid_i(v_sr_i), .sr_ready_o(v_sr_o), .sr_addr_i(v_sr_addr_i), .sr_data_o(v_sr_data_o));

  stamp_axi_rmux #(.Depth(4)) i_rmux (
    .clk_i, .rst_ni, .f_arvalid_i(x_f_arvalid_i), .f_arready_o(x_f_arready_o),
    .f_araddr_i(x_f_araddr_i), .f_arlen_i(x_f_arlen_i), .f_rvalid_o(x_f_rvalid_o),
    .l_arvalid_i(x_l_arvalid_i), .l_arready_o(x_l_arready_o), .l_araddr_i(x_l_araddr_i),
    .l_arlen_i(x_l_arlen_i), .l_rvalid_o(x_l_rvalid_o), .l_rready_i(x_l_rready_i),
    .arvalid_o(x_arvalid_o), .arready_i(x_arready_i), .araddr_o(x_araddr_o), .arlen_o(x_arlen_o),
    .rvalid_i(x_rvalid_i), .rready_o(x_rready_o), .rlast_i(x_rlast_i));

  stamp_csr #(.P(4), .L(8), .T(4), .AXI_BYTES(8)) i_csr (
    .clk_i, .rst_ni, .awvalid_i(s_awvalid_i), .awready_o(s_awready_o), .awaddr_i(s_awaddr_i),
    .wvalid_i(s_wvalid_i), .wready_o(s_wready_o), .wdata_i(s_wdata_i), .wstrb_i(s_wstrb_i),
    .bvalid_o(s_bvalid_o), .bready_i(s_bready_i), .bresp_o(s_bresp_o), .arvalid_i(s_arvalid_i),
    .arready_o(s_arready_o), .araddr_i(s_araddr_i), .rvalid_o(s_rvalid_o), .rready_i(s_rready_i),
    .rdata_o(s_rdata_o), .rresp_o(s_rresp_o), .irq_o(c_irq_o), .start_o(c_start_o),
    .code_addr_o(c_code_addr_o), .code_count_o(c_code_count_o), .win_lo_o(c_win_lo_o),
    .win_hi_o(c_win_hi_o), .watchdog_o(c_watchdog_o), .arg_o(c_arg_o), .busy_i(c_busy_i), .done_i(c_done_i),
    .fault_i(c_fault_i), .err_i(c_err_i), .err_pc_i(c_err_pc_i), .ctr_index_o(c_ctr_index_o),
    .ctr_high_o(c_ctr_high_o), .ctr_word_i(c_ctr_word_i));

  stamp_counters #(.L(8), .T(4)) i_counters (
    .clk_i, .rst_ni, .clear_i(e_clear_i), .hit_i(e_hit_i), .inc_i(e_inc_i),
    .index_i(e_index_i), .high_i(e_high_i), .word_o(e_word_o));

  stamp_sems #(.Units(4)) i_sems (
    .clk_i, .rst_ni, .clear_i(q_clear_i), .wait_i(q_wait_i), .ok_o(q_ok_o), .take_i(q_take_i), .spent_o(q_spent_o),
    .give_i(q_give_i), .post_i(q_post_i), .busy_o(q_busy_o), .overflow_o(q_overflow_o));

endmodule
