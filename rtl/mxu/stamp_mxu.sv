// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_mxu - matrix unit: walks the loops of MM, feeds the array, hands tiles to the drain.
//
// Rule     model/spec/isa.md MM. C twin: model/insn/mm.c.
// Throughput one k-step of T per cycle, also across tiles, blocks and instructions, as long as a
//          tile has at least max(P, 8) steps; shorter tiles wait for the drain.
// Errors   RANGE found while walking ends the instruction at once; nothing more is written.
module stamp_mxu #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned VM_LINES,
    parameter int unsigned XB_LINES,
    parameter int unsigned WB_LINES,
    parameter int unsigned CM_LINES,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned AC_LINES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic [31:0]                   mem_test_i,

    // Instruction: taken when valid and ready; done_o once each, in order.
    input  logic                          insn_valid_i,
    output logic                          insn_ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    output logic                          done_o,
    output logic [3:0]                    err_o,
    output logic                          busy_o,

    // Operand memories and tables: data one cycle after re.
    output logic                          xb_re_o,
    output logic [$clog2(XB_LINES)-1:0]   xb_addr_o,
    input  logic [P*L*4-1:0]              xb_data_i,
    output logic                          wb_re_o,
    output logic [$clog2(WB_LINES)-1:0]   wb_addr_o,
    input  logic [L*T*4-1:0]              wb_data_i,
    output logic                          nt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] nt_addr_o,
    input  logic [15:0]                   nt_data_i,
    output logic                          rm_re_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    input  logic [73:0]                   rm_data_i, // {rowsum, corr, scale}
    output logic                          cm_re_o,
    output logic [$clog2(CM_LINES)-1:0]   cm_addr_o,
    input  logic [L*64-1:0]               cm_data_i,

    // Results to VM. Always accepted.
    output logic                          vm_we_o,
    output logic [$clog2(VM_LINES)-1:0]   vm_addr_o,
    output logic [L*32-1:0]               vm_data_o,

    // AC writes, for observers.
    output logic                          ac_we_o,
    output logic [$clog2(AC_LINES)-1:0]   ac_addr_o,
    output logic [L*32-1:0]               ac_data_o,

    // Events of this cycle.
    output logic                          ev_active_o, // a k-step was issued
    output logic                          ev_stall_o,  // a k-step waited for the drain
    output logic [15:0]                   ev_used_o,   // k-steps of a nibble row in use
    output logic                          ev_line_o,
    output logic                          ev_ac_read_o
);

  localparam int unsigned Phases = L / T;
  localparam int unsigned PhaseW = Phases > 1 ? $clog2(Phases) : 1;

  stamp_isa_pkg::insn_m_t i_q, i_new;
  assign i_new = insn_i;

  // ---- Position in the loops ------------------------------------------------------------------
  logic                      active_q, plane_q;
  logic [PhaseW-1:0] phase_q;
  logic [7:0]                n_q, g_q;
  logic [12:0]               k_q, kstart_q, kend_q;
  logic [11:0]               b_q;
  logic [23:0]               xbase_q, wbase_q, wline_q, cm_q;
  logic [15:0]               nt_q, ac_q, steps_q;
  logic [15:0]               t_ac_q; // AC line of the tile that ended last
  logic [1:0]                pend_q; // cycles until the drain takes the tile just ended

  logic        first, shift, plane_end, last, chunk_end, last_group, last_tile, bad, go, drain_ready;
  logic [23:0] xaddr;
  logic        drain_busy, shadow_rdy;

  assign first      = phase_q == '0 && k_q == kstart_q && !plane_q;
  assign shift      = phase_q == '0 && k_q == kstart_q && plane_q;
  assign plane_end  = phase_q == PhaseW'(Phases - 1) && k_q + 13'd1 == kend_q;
  assign last       = bad || (plane_end && plane_q == i_q.w8);
  assign chunk_end  = kend_q == {1'b0, i_q.kl};
  assign last_group = g_q + 8'd1 == i_q.groups;
  assign last_tile  = bad || (chunk_end && last_group && n_q + 8'd1 == i_q.ng);
  assign xaddr      = xbase_q + 24'(k_q);
  assign bad        = xaddr >= 24'(XB_LINES) || wline_q >= 24'(WB_LINES)
                      || cm_q + 24'(b_q) >= 24'(CM_LINES) || nt_q + 16'(P) > 16'(RT_ENTRIES)
                      || (!(i_q.first && i_q.last && i_q.blk == '0) && ac_q + 16'(P) > 16'(AC_LINES));
  assign go         = active_q && (!last || (drain_ready && pend_q == 2'd0));

  // ---- Accept: between blocks and plain sums the drain must be empty, they use AC differently; and before
  // sums go on from AC lines that the last tile still writes, unless row for row the same ---
  logic accept, mode_ok, ac_near;
  logic [15:0] ac_step;
  assign ac_step      = 16'(i_new.ac) - (active_q ? ac_q : t_ac_q);
  assign ac_near      = !i_new.first && ac_step != '0 && (ac_step < 16'(P) || 16'(0) - ac_step < 16'(P));
  assign mode_ok      = ((i_new.blk != '0) == (i_q.blk != '0) && !ac_near)
                        || (!active_q && pend_q == 2'd0 && !drain_busy);
  assign insn_ready_o = (!active_q || (go && last && last_tile)) && mode_ok;
  assign accept       = insn_valid_i && insn_ready_o;

  function automatic logic [12:0] block_end(input logic [12:0] from, input logic [7:0] blk,
                                            input logic [11:0] kl);
    block_end = (blk == 8'd0 || from + 13'(blk) > 13'(kl)) ? 13'(kl) : from + 13'(blk);
  endfunction

  always_ff @(posedge clk_i) begin : walk
    if (!rst_ni) begin
      active_q <= 1'b0;
      pend_q   <= '0;
    end else begin
      if (accept) active_q <= 1'b1;
      else if (go && last && last_tile) active_q <= 1'b0;
      if (go && last) pend_q <= 2'd3;
      else if (pend_q != 2'd0) pend_q <= pend_q - 2'd1;
    end
    if (accept) begin
      i_q <= i_new;
      {plane_q, phase_q, n_q, g_q, b_q, steps_q, k_q, kstart_q} <= '0;
      kend_q  <= block_end(13'd0, i_new.blk, i_new.kl);
      xbase_q <= 24'(i_new.xb);
      wbase_q <= 24'(i_new.wb);
      wline_q <= 24'(i_new.wb);
      cm_q    <= 24'(i_new.cm);
      nt_q    <= 16'(i_new.nt);
      ac_q    <= 16'(i_new.ac);
    end else if (go) begin
      phase_q <= phase_q + 1'b1;
      wline_q <= wline_q + 24'd1;
      steps_q <= last ? 16'd0 : steps_q + 16'd1;
      if (phase_q == PhaseW'(Phases - 1)) begin
        phase_q <= '0;
        k_q     <= plane_end && !last ? kstart_q : k_q + 13'd1;
        if (plane_end) plane_q <= !last;
      end
      if (last) begin // next block, row group or column group
        b_q      <= chunk_end ? '0 : b_q + 12'd1;
        k_q      <= chunk_end ? '0 : kend_q;
        kstart_q <= chunk_end ? '0 : kend_q;
        kend_q   <= block_end(chunk_end ? 13'd0 : kend_q, i_q.blk, i_q.kl);
        if (chunk_end) begin
          g_q     <= last_group ? '0 : g_q + 8'd1;
          xbase_q <= last_group ? 24'(i_q.xb) : xbase_q + 24'(i_q.gstride);
          nt_q    <= last_group ? 16'(i_q.nt) : nt_q + 16'(P);
          ac_q    <= ac_q + 16'(P);
          wline_q <= last_group ? wbase_q + 24'(i_q.wstride) : wbase_q;
          if (last_group) begin
            n_q     <= n_q + 8'd1;
            wbase_q <= wbase_q + 24'(i_q.wstride);
            cm_q    <= cm_q + 24'(i_q.cmstride);
          end
        end
      end
    end
  end

  // ---- Issue ------------------------------------------------------------------------------------
  assign xb_re_o     = go && phase_q == '0 && !bad;
  assign xb_addr_o   = xaddr[$clog2(XB_LINES)-1:0];
  assign wb_re_o     = go && !bad;
  assign wb_addr_o   = wline_q[$clog2(WB_LINES)-1:0];
  assign ev_active_o = go && !bad;
  assign ev_stall_o  = active_q && !go;
  assign busy_o      = active_q || pend_q != 2'd0 || drain_busy;

  // ---- The tile that just ended, until the drain takes it ---------------------------------------
  logic        t_kill_q, t_final_q, t_blk_q, t_fresh_q, t_end_q, t_w8_q;
  logic [15:0] t_nt_q, t_vstride_q, t_steps_q;
  logic [15:0] t_rm_q;
  logic [11:0] t_rmstride_q;
  logic [16:0] t_vm_q;
  logic [$clog2(CM_LINES)-1:0] t_cm_q;

  always_ff @(posedge clk_i) begin
    if (go && last) begin
      t_kill_q     <= bad;
      t_final_q    <= last_tile;
      t_blk_q      <= i_q.blk != '0;
      t_fresh_q    <= i_q.first && b_q == '0;
      t_end_q      <= i_q.last && chunk_end;
      t_w8_q       <= i_q.w8;
      t_nt_q       <= nt_q;
      t_ac_q       <= ac_q;
      t_cm_q       <= ($clog2(CM_LINES))'(cm_q + 24'(b_q));
      t_rm_q       <= 16'(i_q.rm) + 16'(b_q);
      t_rmstride_q <= i_q.rmstride;
      t_vm_q       <= 17'(i_q.vm) + 17'(n_q);
      t_vstride_q  <= i_q.vstride;
      t_steps_q    <= steps_q + 16'd1;
    end
  end

  logic [L*32-1:0]      row0, row1;
  logic                 row_rd;
  logic [$clog2(P)-1:0] row;

  stamp_array #(.P(P), .L(L), .T(T)) i_array (
    .clk_i, .rst_ni, .issue_i(go), .first_i(first), .shift_i(shift), .last_i(last), .phase_i(phase_q),
    .x_i(xb_data_i), .w_i(wb_data_i), .shadow_o(shadow_rdy),
    .rd_i(row_rd), .row_i(row), .row0_o(row0), .row1_o(row1));

  stamp_drain #(.P(P), .L(L), .VM_LINES(VM_LINES), .CM_LINES(CM_LINES), .SM_ENTRIES(SM_ENTRIES),
                .RT_ENTRIES(RT_ENTRIES), .AC_LINES(AC_LINES)) i_drain (
    .clk_i, .rst_ni, .mem_test_i, .start_i(shadow_rdy), .ready_o(drain_ready), .busy_o(drain_busy),
    .kill_i(t_kill_q), .final_i(t_final_q), .blk_i(t_blk_q), .fresh_i(t_fresh_q), .end_i(t_end_q),
    .w8_i(t_w8_q), .nt_i(t_nt_q), .ac_i(t_ac_q), .cm_i(t_cm_q), .rm_i(t_rm_q),
    .rmstride_i(t_rmstride_q), .vm_i(t_vm_q), .vstride_i(t_vstride_q), .steps_i(t_steps_q),
    .rd_o(row_rd), .row_o(row), .row0_i(row0), .row1_i(row1),
    .nt_re_o, .nt_addr_o, .nt_data_i, .rm_re_o, .rm_addr_o, .rm_scale_i(rm_data_i[31:0]),
    .rm_corr_i(rm_data_i[41:32]), .rm_rowsum_i(rm_data_i[73:42]), .cm_re_o, .cm_addr_o, .cm_data_i,
    .vm_we_o, .vm_addr_o, .vm_data_o, .ac_we_o, .ac_addr_o, .ac_data_o,
    .done_o, .err_o, .ev_line_o, .ev_used_o, .ev_ac_read_o);

  logic unused; // fields read at acceptance only, or by the queue
  assign unused = &{1'b0, i_q};

endmodule
