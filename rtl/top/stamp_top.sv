// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_top - the accelerator: wiring only.
//
// Rule     model/spec/isa.md. C twin: model/machine/machine.h. Parameters: model/spec/mach.def.
// Bus      AXI4 master, one ID (every transaction ID 0, answers in order), INCR bursts of full beats;
//          AXI4-Lite slave for registers; one level interrupt; one clock, synchronous reset.
module stamp_top #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned VM_LINES,
    parameter int unsigned XB_LINES,
    parameter int unsigned WB_LINES,
    parameter int unsigned CM_LINES,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned AC_LINES,
    parameter int unsigned IT_ENTRIES,
    parameter int unsigned PB_LINES,
    parameter int unsigned F,
    parameter int unsigned Q,
    parameter int unsigned AXI_BYTES,
    parameter int unsigned QUEUE,
    parameter int unsigned IM_WORDS,
    parameter bit          COUNTERS = 1'b1 // 0: of the event counters only CYCLES
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,
    input  logic [31:0]            mem_test_i, // to every memory; all zero in use (stamp_ihp_macro.sv)

    // AXI4 master.
    output logic                   m_arvalid_o,
    input  logic                   m_arready_i,
    output logic [39:0]            m_araddr_o,
    output logic [7:0]             m_arlen_o,
    output logic [2:0]             m_arsize_o,
    output logic [1:0]             m_arburst_o,
    input  logic                   m_rvalid_i,
    output logic                   m_rready_o,
    input  logic [AXI_BYTES*8-1:0] m_rdata_i,
    input  logic [1:0]             m_rresp_i,
    input  logic                   m_rlast_i,
    output logic                   m_awvalid_o,
    input  logic                   m_awready_i,
    output logic [39:0]            m_awaddr_o,
    output logic [7:0]             m_awlen_o,
    output logic [2:0]             m_awsize_o,
    output logic [1:0]             m_awburst_o,
    output logic                   m_wvalid_o,
    input  logic                   m_wready_i,
    output logic [AXI_BYTES*8-1:0] m_wdata_o,
    output logic [AXI_BYTES-1:0]   m_wstrb_o,
    output logic                   m_wlast_o,
    input  logic                   m_bvalid_i,
    output logic                   m_bready_o,
    input  logic [1:0]             m_bresp_i,

    // AXI4-Lite slave.
    input  logic                   s_awvalid_i,
    output logic                   s_awready_o,
    input  logic [11:0]            s_awaddr_i,
    input  logic                   s_wvalid_i,
    output logic                   s_wready_o,
    input  logic [31:0]            s_wdata_i,
    input  logic [3:0]             s_wstrb_i,
    output logic                   s_bvalid_o,
    input  logic                   s_bready_i,
    output logic [1:0]             s_bresp_o,
    input  logic                   s_arvalid_i,
    output logic                   s_arready_o,
    input  logic [11:0]            s_araddr_i,
    output logic                   s_rvalid_o,
    input  logic                   s_rready_i,
    output logic [31:0]            s_rdata_o,
    output logic [1:0]             s_rresp_o,

    output logic                   irq_o
);

  localparam int unsigned VmW = $clog2(VM_LINES);
  localparam int unsigned XbW = $clog2(XB_LINES);
  localparam int unsigned WbW = $clog2(WB_LINES);
  localparam int unsigned CmW = $clog2(CM_LINES);
  localparam int unsigned SmW = $clog2(SM_ENTRIES);
  localparam int unsigned RtW = $clog2(RT_ENTRIES);
  localparam int unsigned AcW = $clog2(AC_LINES);
  localparam int unsigned ItW = $clog2(IT_ENTRIES);
  localparam int unsigned PbW = $clog2(PB_LINES);
  localparam int unsigned Events = stamp_isa_pkg::EVENTS;
  localparam int unsigned WordW  = stamp_isa_pkg::WORD_BITS;
  localparam int unsigned Queues = stamp_isa_pkg::QUEUES; // bits and slices of what begins with u_
  localparam int unsigned Ldu    = stamp_isa_pkg::QUEUE_LDU;
  localparam int unsigned Stu    = stamp_isa_pkg::QUEUE_STU;
  localparam int unsigned Vxu    = stamp_isa_pkg::QUEUE_VXU;
  localparam int unsigned Mxu    = stamp_isa_pkg::QUEUE_MXU;

  // ---- Control -----------------------------------------------------------------------------------
  logic        start, busy, done, fault, stop, reset_units, clear, unit_rst_n;
  logic [39:0] code_addr, win_lo, win_hi;
  logic [31:0] code_count, watchdog, fault_pc, ctr_word;
  logic [3:0]  fault_err;
  logic [5:0]  ctr_index;
  logic [stamp_isa_pkg::ARGS*32-1:0] arg;
  logic        ctr_high;

  assign unit_rst_n = rst_ni && !reset_units;

  stamp_csr #(.P(P), .L(L), .T(T), .AXI_BYTES(AXI_BYTES)) i_csr (
    .clk_i, .rst_ni,
    .awvalid_i(s_awvalid_i), .awready_o(s_awready_o), .awaddr_i(s_awaddr_i),
    .wvalid_i(s_wvalid_i), .wready_o(s_wready_o), .wdata_i(s_wdata_i), .wstrb_i(s_wstrb_i),
    .bvalid_o(s_bvalid_o), .bready_i(s_bready_i), .bresp_o(s_bresp_o),
    .arvalid_i(s_arvalid_i), .arready_o(s_arready_o), .araddr_i(s_araddr_i),
    .rvalid_o(s_rvalid_o), .rready_i(s_rready_i), .rdata_o(s_rdata_o), .rresp_o(s_rresp_o),
    .irq_o, .start_o(start), .code_addr_o(code_addr), .code_count_o(code_count),
    .win_lo_o(win_lo), .win_hi_o(win_hi), .watchdog_o(watchdog), .arg_o(arg),
    .busy_i(busy), .done_i(done), .fault_i(fault), .err_i(fault_err), .err_pc_i(fault_pc),
    .ctr_index_o(ctr_index), .ctr_high_o(ctr_high), .ctr_word_i(ctr_word));

  // ---- Fetch and dispatch ------------------------------------------------------------------------
  logic [31:0]      pc, keep, blocked_pc, unit_err_pc;
  logic             want, jump, word_valid, fetch_fail, fetch_busy;
  logic [WordW-1:0] word, insn;
  logic [6:0]       fetch_bytes;
  logic             f_arvalid, f_arready, f_rvalid;
  logic [39:0]      f_araddr;
  logic [7:0]       f_arlen;
  logic             all_idle, blocked, stuck, ev_control;
  logic [3:0]       unit_err;
  logic [Queues-1:0]       push, push_to, q_ready, u_valid, u_ready, u_done, u_busy, u_head, u_take, u_wait, gives;
  logic [Queues*WordW-1:0] u_insn;
  logic [Queues*32-1:0]    u_pc;
  logic [Queues*4-1:0]     u_err;

  stamp_fetch #(.AXI_BYTES(AXI_BYTES), .IM_WORDS(IM_WORDS)) i_fetch (
    .clk_i, .rst_ni, .mem_test_i, .start_i(start), .run_i(busy), .code_addr_i(code_addr),
    .code_count_i(code_count), .pc_i(pc), .keep_i(keep), .jump_i(jump), .want_i(want), .valid_o(word_valid),
    .word_o(word), .fail_o(fetch_fail), .busy_o(fetch_busy),
    .arvalid_o(f_arvalid), .arready_i(f_arready), .araddr_o(f_araddr), .arlen_o(f_arlen),
    .rvalid_i(f_rvalid), .rdata_i(m_rdata_i), .rresp_i(m_rresp_i), .ev_bytes_o(fetch_bytes));

  stamp_dispatch i_dispatch (
    .clk_i, .rst_ni, .start_i(start), .code_count_i(code_count), .watchdog_i(watchdog),
    .arg_i(arg), .busy_o(busy), .done_o(done), .fault_o(fault), .err_o(fault_err),
    .err_pc_o(fault_pc), .pc_o(pc), .keep_o(keep), .jump_o(jump), .want_o(want),
    .valid_i(word_valid), .fail_i(fetch_fail), .word_i(word), .window_i(32'(IM_WORDS)), .to_o(push_to), .push_o(push),
    .ready_i(q_ready), .insn_o(insn), .all_idle_i(all_idle), .blocked_i(blocked),
    .blocked_pc_i(blocked_pc), .stuck_i(stuck), .stop_o(stop), .reset_units_o(reset_units), .clear_o(clear),
    .retired_i(u_done != '0), .unit_err_i(unit_err), .unit_err_pc_i(unit_err_pc),
    .ev_control_o(ev_control));

  stamp_queues #(.QUEUE(QUEUE)) i_queues (
    .clk_i, .rst_ni, .mem_test_i, .reset_units_i(reset_units), .stop_i(stop), .to_i(push_to), .push_i(push), .ready_o(q_ready),
    .insn_i(insn), .pc_i(pc), .unit_valid_o(u_valid), .unit_ready_i(u_ready), .unit_insn_o(u_insn),
    .unit_done_i(u_done), .unit_err_i(u_err), .unit_pc_o(u_pc), .all_idle_o(all_idle),
    .head_o(u_head), .take_o(u_take), .waits_o(u_wait), .blocked_o(blocked), .blocked_pc_o(blocked_pc), .stuck_o(stuck), .gives_o(gives),
    .err_o(unit_err), .err_pc_o(unit_err_pc));

  // ---- Load and store ----------------------------------------------------------------------------
  logic            l_arvalid, l_arready, l_rvalid, l_rready;
  logic [39:0]     l_araddr;
  logic [7:0]      l_arlen, l_bytes, st_bytes;
  logic            wr_valid, wr_ready, wr_vm_ready, l_wait, l_held, st_wait, sr_valid, sr_ready, st_vm_read;
  logic            it_re, pb_re, pb_ready;
  logic [11:0]     it_entry;
  logic [31:0]     it_data;
  logic [L*T*4-1:0] pb_rdata;
  logic [3:0]      wr_space;
  logic [15:0]     wr_line, sr_line;
  logic [L*64-1:0] wr_data;
  logic [L*32-1:0] sr_data;
  stamp_isa_pkg::insn_d_t ld_insn, st_insn;

  assign ld_insn = u_insn[Ldu*WordW +: WordW];
  assign st_insn = u_insn[Stu*WordW +: WordW];

  stamp_ldu #(.L(L), .T(T), .AXI_BYTES(AXI_BYTES), .VM_LINES(VM_LINES), .WB_LINES(WB_LINES),
              .CM_LINES(CM_LINES), .RT_ENTRIES(RT_ENTRIES), .IT_ENTRIES(IT_ENTRIES)) i_ldu (
    .clk_i, .rst_ni(unit_rst_n), .insn_valid_i(u_valid[Ldu]), .insn_ready_o(u_ready[Ldu]),
    .insn_i(ld_insn), .addr_i(ld_insn.dram), .win_lo_i(win_lo), .win_hi_i(win_hi),
    .done_valid_o(u_done[Ldu]), .done_err_o(u_err[Ldu*4 +: 4]),
    .arvalid_o(l_arvalid), .arready_i(l_arready), .araddr_o(l_araddr), .arlen_o(l_arlen),
    .arsize_o(m_arsize_o), .arburst_o(m_arburst_o), .rvalid_i(l_rvalid), .rready_o(l_rready),
    .rdata_i(m_rdata_i), .rresp_i(m_rresp_i), .rlast_i(m_rlast_i),
    .wr_valid_o(wr_valid), .wr_ready_i(wr_ready), .wr_space_o(wr_space), .wr_line_o(wr_line),
    .wr_data_o(wr_data), .it_re_o(it_re), .it_entry_o(it_entry), .it_data_i(it_data), .busy_o(u_busy[Ldu]), .ev_bytes_o(l_bytes), .ev_axi_wait_o(l_wait), .held_o(l_held));

  stamp_axi_rmux i_rmux (
    .clk_i, .rst_ni, .f_arvalid_i(f_arvalid), .f_arready_o(f_arready), .f_araddr_i(f_araddr),
    .f_arlen_i(f_arlen), .f_rvalid_o(f_rvalid), .l_arvalid_i(l_arvalid), .l_arready_o(l_arready),
    .l_araddr_i(l_araddr), .l_arlen_i(l_arlen), .l_rvalid_o(l_rvalid), .l_rready_i(l_rready),
    .arvalid_o(m_arvalid_o), .arready_i(m_arready_i), .araddr_o(m_araddr_o), .arlen_o(m_arlen_o),
    .rvalid_i(m_rvalid_i), .rready_o(m_rready_o), .rlast_i(m_rlast_i));

  stamp_stu #(.L(L), .T(T), .AXI_BYTES(AXI_BYTES), .VM_LINES(VM_LINES), .PB_LINES(PB_LINES)) i_stu (
    .clk_i, .rst_ni(unit_rst_n), .insn_valid_i(u_valid[Stu]), .insn_ready_o(u_ready[Stu]),
    .insn_i(st_insn), .addr_i(st_insn.dram), .win_lo_i(win_lo), .win_hi_i(win_hi),
    .done_valid_o(u_done[Stu]), .done_err_o(u_err[Stu*4 +: 4]),
    .awvalid_o(m_awvalid_o), .awready_i(m_awready_i), .awaddr_o(m_awaddr_o), .awlen_o(m_awlen_o),
    .awsize_o(m_awsize_o), .awburst_o(m_awburst_o), .wvalid_o(m_wvalid_o), .wready_i(m_wready_i),
    .wdata_o(m_wdata_o), .wstrb_o(m_wstrb_o), .wlast_o(m_wlast_o), .bvalid_i(m_bvalid_i),
    .bready_o(m_bready_o), .bresp_i(m_bresp_i), .rd_valid_o(sr_valid), .rd_ready_i(sr_ready),
    .rd_line_o(sr_line), .rd_data_i(sr_data), .pb_re_o(pb_re), .pb_ready_i(pb_ready),
    .pb_data_i(pb_rdata), .busy_o(u_busy[Stu]), .ev_bytes_o(st_bytes),
    .ev_axi_wait_o(st_wait), .ev_vm_read_o(st_vm_read));

  // ---- Vector unit ---------------------------------------------------------------------------------
  logic            vr_re, vw_valid, vw_ready, rt_re, xb_we, xb_two, rm_we, sm_we;
  logic [VmW-1:0]  vr_addr, vw_addr;
  logic [L*32-1:0] vr_data, vw_data;
  logic [RtW-1:0]  rt_addr;
  logic [15:0]     rt_data;
  logic [XbW-1:0]  xb_waddr;
  logic [$clog2(P)-1:0] xb_row;
  logic [L*4-1:0]  xb_hi, xb_lo;
  logic            xb_ready, xb_busy;
  logic [SmW-1:0]  rm_waddr, sm_waddr;
  logic [73:0]     rm_wdata;
  logic [103:0]    sm_wdata;
  logic            vx_read, vx_fn, pb_we;
  logic [1:0]      vx_lines;
  logic [7:0]      vx_divides;
  logic [PbW-1:0]  pb_addr;
  logic [L*T-1:0]  pb_mask;
  logic [L*T*4-1:0] pb_data;

  logic [WordW-1:0] vx_insn;
  assign vx_insn = u_insn[Vxu*WordW +: WordW];

  stamp_vxu #(.P(P), .L(L), .T(T), .VM_LINES(VM_LINES), .XB_LINES(XB_LINES),
              .SM_ENTRIES(SM_ENTRIES), .RT_ENTRIES(RT_ENTRIES), .PB_LINES(PB_LINES), .F(F),
              .Q(Q)) i_vxu (
    .clk_i, .rst_ni(unit_rst_n), .mem_test_i, .insn_valid_i(u_valid[Vxu]), .insn_ready_o(u_ready[Vxu]),
    .insn_i(vx_insn), .done_o(u_done[Vxu]), .err_o(u_err[Vxu*4 +: 4]), .busy_o(u_busy[Vxu]),
    .vr_re_o(vr_re), .vr_addr_o(vr_addr), .vr_data_i(vr_data),
    .vw_valid_o(vw_valid), .vw_ready_i(vw_ready), .vw_addr_o(vw_addr), .vw_data_o(vw_data),
    .rt_re_o(rt_re), .rt_addr_o(rt_addr), .rt_data_i(rt_data),
    .xb_ready_i(xb_ready), .xb_busy_i(xb_busy), .xb_we_o(xb_we), .xb_addr_o(xb_waddr), .xb_row_o(xb_row), .xb_two_o(xb_two), .xb_hi_o(xb_hi),
    .xb_lo_o(xb_lo), .rm_we_o(rm_we), .rm_addr_o(rm_waddr), .rm_data_o(rm_wdata),
    .pb_we_o(pb_we), .pb_addr_o(pb_addr), .pb_mask_o(pb_mask), .pb_data_o(pb_data),
    .sm_we_o(sm_we), .sm_addr_o(sm_waddr), .sm_data_o(sm_wdata),
    .ev_read_o(vx_read), .ev_lines_o(vx_lines), .ev_divides_o(vx_divides), .ev_fn_o(vx_fn));

  // ---- Matrix unit -----------------------------------------------------------------------------------
  logic             xb_re, wb_re, nt_re, rm_re, cm_re, mx_we, ac_we;
  logic [XbW-1:0]   xb_raddr;
  logic [WbW-1:0]   wb_raddr;
  logic [RtW-1:0]   nt_addr;
  logic [SmW-1:0]   rm_raddr;
  logic [CmW-1:0]   cm_raddr;
  logic [P*L*4-1:0] xb_data;
  logic [L*T*4-1:0] wb_data;
  logic [15:0]      nt_data;
  logic [73:0]      rm_data;
  logic [L*64-1:0]  cm_data;
  logic [VmW-1:0]   mx_addr;
  logic [L*32-1:0]  mx_data, ac_data;
  logic [AcW-1:0]   ac_addr;
  logic             mx_active, mx_stall, mx_line, mx_ac_read;
  logic [15:0]      mx_used;

  logic [WordW-1:0] mx_insn;
  assign mx_insn = u_insn[Mxu*WordW +: WordW];

  stamp_mxu #(.P(P), .L(L), .T(T), .VM_LINES(VM_LINES), .XB_LINES(XB_LINES), .WB_LINES(WB_LINES),
              .CM_LINES(CM_LINES), .SM_ENTRIES(SM_ENTRIES), .RT_ENTRIES(RT_ENTRIES),
              .AC_LINES(AC_LINES)) i_mxu (
    .clk_i, .rst_ni(unit_rst_n), .mem_test_i, .insn_valid_i(u_valid[Mxu]), .insn_ready_o(u_ready[Mxu]),
    .insn_i(mx_insn), .done_o(u_done[Mxu]), .err_o(u_err[Mxu*4 +: 4]), .busy_o(u_busy[Mxu]),
    .xb_re_o(xb_re), .xb_addr_o(xb_raddr), .xb_data_i(xb_data), .wb_re_o(wb_re),
    .wb_addr_o(wb_raddr), .wb_data_i(wb_data), .nt_re_o(nt_re), .nt_addr_o(nt_addr),
    .nt_data_i(nt_data), .rm_re_o(rm_re), .rm_addr_o(rm_raddr), .rm_data_i(rm_data),
    .cm_re_o(cm_re), .cm_addr_o(cm_raddr), .cm_data_i(cm_data),
    .vm_we_o(mx_we), .vm_addr_o(mx_addr), .vm_data_o(mx_data),
    .ac_we_o(ac_we), .ac_addr_o(ac_addr), .ac_data_o(ac_data),
    .ev_active_o(mx_active), .ev_stall_o(mx_stall), .ev_used_o(mx_used), .ev_line_o(mx_line),
    .ev_ac_read_o(mx_ac_read));

  // ---- Memories ----------------------------------------------------------------------------------------
  // A line of the load unit waits in the unit until its memory takes it: what is done is visible.
  localparam int unsigned TableW = AXI_BYTES < 8 ? 64 : AXI_BYTES * 8; // a beat: written as fast as it comes

  logic wr_vm, wr_wb, wr_cm, wr_rt, wr_nt, wr_it;
  logic wr_wb_ready, wr_cm_ready, wr_rt_ready, wr_nt_ready, wr_it_ready;
  assign wr_vm = wr_valid && wr_space == stamp_isa_pkg::SPACE_VM;
  assign wr_wb = wr_valid && wr_space == stamp_isa_pkg::SPACE_WB;
  assign wr_cm = wr_valid && wr_space == stamp_isa_pkg::SPACE_CM;
  assign wr_rt = wr_valid && wr_space == stamp_isa_pkg::SPACE_RT;
  assign wr_nt = wr_valid && wr_space == stamp_isa_pkg::SPACE_NT;
  assign wr_it = wr_valid && wr_space == stamp_isa_pkg::SPACE_IT;
  always_comb begin
    case (wr_space)
      stamp_isa_pkg::SPACE_VM: wr_ready = wr_vm_ready;
      stamp_isa_pkg::SPACE_WB: wr_ready = wr_wb_ready;
      stamp_isa_pkg::SPACE_CM: wr_ready = wr_cm_ready;
      stamp_isa_pkg::SPACE_RT: wr_ready = wr_rt_ready;
      stamp_isa_pkg::SPACE_NT: wr_ready = wr_nt_ready;
      default:                 wr_ready = wr_it_ready;
    endcase
  end

  stamp_vm #(.L(L), .VM_LINES(VM_LINES)) i_vm (
    .clk_i, .mem_test_i, .mx_we_i(mx_we), .mx_addr_i(mx_addr), .mx_data_i(mx_data),
    .vw_valid_i(vw_valid), .vw_ready_o(vw_ready), .vw_addr_i(vw_addr), .vw_data_i(vw_data),
    .vr_re_i(vr_re), .vr_addr_i(vr_addr), .vr_data_o(vr_data),
    .lw_valid_i(wr_vm), .lw_ready_o(wr_vm_ready), .lw_addr_i(wr_line[VmW-1:0]),
    .lw_data_i(wr_data[L*32-1:0]), .sr_valid_i(sr_valid), .sr_ready_o(sr_ready),
    .sr_addr_i(sr_line[VmW-1:0]), .sr_data_o(sr_data));

  stamp_xb #(.P(P), .L(L), .XB_LINES(XB_LINES)) i_xb (
    .clk_i, .rst_ni, .mem_test_i, .we_i(xb_we), .ready_o(xb_ready), .busy_o(xb_busy),
    .waddr_i(xb_waddr), .row_i(xb_row), .two_i(xb_two), .hi_i(xb_hi), .lo_i(xb_lo),
    .re_i(xb_re), .raddr_i(xb_raddr), .data_o(xb_data));

  stamp_bank #(.Width(L*T*4), .Depth(WB_LINES), .Banks(2)) i_wb (
    .clk_i, .mem_test_i, .wr_valid_i(wr_wb), .wr_ready_o(wr_wb_ready), .waddr_i(wr_line[WbW-1:0]),
    .wdata_i(wr_data[L*T*4-1:0]), .re_i(wb_re), .raddr_i(wb_raddr), .rdata_o(wb_data));

  stamp_bank #(.Width(L*64), .Depth(CM_LINES)) i_cm (
    .clk_i, .mem_test_i, .wr_valid_i(wr_cm), .wr_ready_o(wr_cm_ready), .waddr_i(wr_line[CmW-1:0]),
    .wdata_i(wr_data), .re_i(cm_re), .raddr_i(cm_raddr), .rdata_o(cm_data));

  stamp_ram #(.Width(74), .Depth(SM_ENTRIES)) i_rm (
    .clk_i, .mem_test_i, .we_i(rm_we), .waddr_i(rm_waddr), .wdata_i(rm_wdata),
    .re_i(rm_re), .raddr_i(rm_raddr), .rdata_o(rm_data));

  stamp_table #(.Entries(RT_ENTRIES), .Word(TableW)) i_rt (
    .clk_i, .rst_ni(unit_rst_n), .mem_test_i, .wr_valid_i(wr_rt), .wr_ready_o(wr_rt_ready), .line_i(wr_line[RtW-6:0]),
    .data_i(wr_data[511:0]), .re_i(rt_re), .entry_i(rt_addr), .entry_o(rt_data));

  stamp_table #(.Entries(RT_ENTRIES), .Word(TableW)) i_nt (
    .clk_i, .rst_ni(unit_rst_n), .mem_test_i, .wr_valid_i(wr_nt), .wr_ready_o(wr_nt_ready), .line_i(wr_line[RtW-6:0]),
    .data_i(wr_data[511:0]), .re_i(nt_re), .entry_i(nt_addr), .entry_o(nt_data));

  stamp_table #(.Bits(32), .Entries(IT_ENTRIES), .Word(TableW)) i_it (
    .clk_i, .rst_ni(unit_rst_n), .mem_test_i, .wr_valid_i(wr_it), .wr_ready_o(wr_it_ready), .line_i(wr_line[ItW-5:0]),
    .data_i(wr_data[511:0]), .re_i(it_re), .entry_i(it_entry[ItW-1:0]), .entry_o(it_data));

  assign pb_ready = !pb_we; // the vector unit writes when it wants to
  stamp_ram_sp #(.Width(L*T*4), .Depth(PB_LINES), .Parts(L*T)) i_pb (
    .clk_i, .mem_test_i, .re_i(pb_re && pb_ready), .we_i(pb_we), .addr_i(pb_we ? pb_addr : sr_line[PbW-1:0]),
    .mask_i(pb_mask), .wdata_i(pb_data), .rdata_o(pb_rdata));

  // ---- Counters ----------------------------------------------------------------------------------------
  logic                 ev_clear;
  logic [Events-1:0]    ev_hit;
  logic [Events*16-1:0] ev_inc;

  stamp_events #(.P(P), .L(L), .T(T)) i_events (
    .clk_i, .clear_i(start || clear), .busy_i(busy), .control_i(ev_control), .done_i(gives), .fetch_bytes_i(fetch_bytes),
    .load_bytes_i(l_bytes), .store_bytes_i(st_bytes), .active_i(mx_active), .used_i(mx_used),
    .xb_read_i(xb_re), .xb_write_i(xb_we), .xb_two_i(xb_two), .wb_read_i(wb_re), .wb_write_i(wr_wb && wr_ready),
    .vx_read_i(vx_read), .st_read_i(st_vm_read), .mx_write_i(mx_we), .vx_write_i(vw_valid && vw_ready),
    .ld_write_i(wr_vm && wr_vm_ready), .ac_read_i(mx_ac_read), .ac_write_i(ac_we),
    .line_i(mx_line), .vx_lines_i(vx_lines), .divides_i(vx_divides), .fn_i(vx_fn),
    .pb_read_i(pb_re && pb_ready), .pb_write_i(pb_we), .unit_busy_i(u_busy),
    .unit_wait_i(u_wait), .ld_axi_i(l_wait), .st_axi_i(st_wait), .vx_vm_i(vw_valid && !vw_ready),
    .mx_drain_i(mx_stall), .clear_o(ev_clear), .hit_o(ev_hit), .inc_o(ev_inc));

  stamp_counters #(.L(L), .T(T), .All(COUNTERS)) i_counters (
    .clk_i, .rst_ni, .clear_i(ev_clear), .hit_i(ev_hit), .inc_i(ev_inc),
    .index_i(ctr_index), .high_i(ctr_high), .word_o(ctr_word));

  logic unused;
  assign unused = &{1'b0, fetch_busy, l_held, u_head, u_take, sm_we, sm_waddr, sm_wdata, ac_addr, ac_data, wr_line, sr_line, it_entry, u_pc};

endmodule
