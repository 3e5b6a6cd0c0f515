// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_mxu - matrix unit: walks the loops of MM, feeds the array, hands tiles to the drain.
//
// Rule     model/spec/isa.md MM. C twin: model/insn/mm.c.
// Pipeline an instruction is held (0), walked (1: the step's addresses and its place), issued (2).
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

    // Operand memories and tables: data two cycles after re.
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
    output logic                          ev_stall_o,  // a k-step, or an instruction, waited for the drain
    output logic [15:0]                   ev_used_o,   // k-steps of a nibble row in use
    output logic                          ev_line_o,
    output logic                          ev_ac_read_o
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(32)) i_wake (.clk_i, .rst_ni, .awake_i(insn_valid_i || busy_o), .clk_o(clk));

  localparam int unsigned Phases = L / T;
  localparam int unsigned PhaseW = Phases > 1 ? $clog2(Phases) : 1;
  localparam int unsigned Slots  = (P < 8) ? 8 : P;

  // ---- Hold: one instruction waits here, so that ready depends on nothing that comes in ----------
  stamp_isa_pkg::insn_m_t i_q, h_q;
  logic                   h_valid_q, accept;
  logic [1:0]             fill_q; // the two cycles after one is taken, in which it cannot issue

  assign insn_ready_o = !h_valid_q;

  always_ff @(posedge clk) begin
    fill_q <= {fill_q[0], insn_valid_i && insn_ready_o};
    if (!rst_ni) h_valid_q <= 1'b0;
    else if (insn_ready_o) h_valid_q <= insn_valid_i;
    else if (accept) h_valid_q <= 1'b0;
    if (insn_valid_i && insn_ready_o) h_q <= insn_i;
  end

  // ---- Walk: position in the loops ----------------------------------------------------------------
  logic                      active_q, plane_q;
  logic [PhaseW-1:0]         phase_q;
  logic [7:0]                n_q, g_q;
  logic [12:0]               k_q, kstart_q, kend_q;
  logic [11:0]               b_q;
  logic [23:0]               xbase_q, wbase_q, wline_q, cm_q;
  logic [15:0]               nt_q, ac_q, steps_q;

  // The step to issue, and its tile.
  logic                      s_valid_q, s_first_q, s_shift_q, s_read_q, s_last_q, s_final_q;
  logic                      s_blk_q, s_fresh_q, s_end_q, s_w8_q, s_ac_used_q;
  logic [PhaseW-1:0]         s_phase_q;
  logic [23:0]               s_x_q, s_w_q, s_cm_q;
  logic [15:0]               s_nt_q, s_ac_q, s_steps_q, s_vstride_q, s_rm_q;
  logic [11:0]               s_rmstride_q;
  logic [16:0]               s_vm_q;
  logic [4:0]                gap_q; // cycles in which no tile may end

  logic        plane_end, last, chunk_end, last_group, last_tile, push, bad, s_last, go, flush, drain_busy;

  assign plane_end  = phase_q == PhaseW'(Phases - 1) && k_q + 13'd1 == kend_q;
  assign last       = plane_end && plane_q == i_q.w8;
  assign chunk_end  = kend_q == {1'b0, i_q.kl};
  assign last_group = g_q + 8'd1 == i_q.groups;
  assign last_tile  = chunk_end && last_group && n_q + 8'd1 == i_q.ng;
  assign push       = active_q && (!s_valid_q || go) && !flush;

  // ---- Accept: between blocks and plain sums the drain must be empty, they use AC differently; and before
  // sums go on from AC lines that the last tile still writes, unless row for row the same ---
  logic mode_ok, ac_near;
  logic [15:0] ac_step;
  assign ac_step      = 16'(h_q.ac) - (active_q ? ac_q : s_ac_q);
  assign ac_near      = !h_q.first && ac_step != '0 && (ac_step < 16'(P) || 16'(0) - ac_step < 16'(P));
  assign mode_ok      = ((h_q.blk != '0) == (i_q.blk != '0) && !ac_near)
                        || (!active_q && !s_valid_q && !drain_busy);
  assign accept       = h_valid_q && (!active_q || (push && last && last_tile)) && !flush && mode_ok;

  function automatic logic [12:0] block_end(input logic [12:0] from, input logic [7:0] blk,
                                            input logic [11:0] kl);
    block_end = (blk == 8'd0 || from + 13'(blk) > 13'(kl)) ? 13'(kl) : from + 13'(blk);
  endfunction

  always_ff @(posedge clk) begin : walk
    if (!rst_ni) active_q <= 1'b0;
    else if (accept) active_q <= 1'b1;
    else if (flush || (push && last && last_tile)) active_q <= 1'b0;
    if (accept) begin
      i_q <= h_q;
      {plane_q, phase_q, n_q, g_q, b_q, steps_q, k_q, kstart_q} <= '0;
      kend_q  <= block_end(13'd0, h_q.blk, h_q.kl);
      xbase_q <= 24'(h_q.xb);
      wbase_q <= 24'(h_q.wb);
      wline_q <= 24'(h_q.wb);
      cm_q    <= 24'(h_q.cm);
      nt_q    <= 16'(h_q.nt);
      ac_q    <= 16'(h_q.ac);
    end else if (push) begin
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
  assign bad    = s_x_q >= 24'(XB_LINES) || s_w_q >= 24'(WB_LINES) || s_cm_q >= 24'(CM_LINES)
                  || s_nt_q > 16'(RT_ENTRIES - P) || (s_ac_used_q && s_ac_q > 16'(AC_LINES - P));
  assign s_last = bad || s_last_q;
  assign go     = s_valid_q && (!s_last || gap_q == '0);
  assign flush  = go && bad && !(s_last_q && s_final_q); // what the walk has is of the same instruction

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      s_valid_q <= 1'b0;
      gap_q     <= '0;
    end else begin
      if (push) s_valid_q <= 1'b1;
      else if (go) s_valid_q <= 1'b0;
      if (go && s_last) gap_q <= 5'(Slots - 1);
      else if (gap_q != '0) gap_q <= gap_q - 5'd1;
    end
    if (push) begin
      s_first_q    <= phase_q == '0 && k_q == kstart_q && !plane_q;
      s_shift_q    <= phase_q == '0 && k_q == kstart_q && plane_q;
      s_read_q     <= phase_q == '0;
      s_phase_q    <= phase_q;
      s_last_q     <= last;
      s_final_q    <= last_tile;
      s_x_q        <= xbase_q + 24'(k_q);
      s_w_q        <= wline_q;
      s_cm_q       <= cm_q + 24'(b_q);
      s_ac_used_q  <= !(i_q.first && i_q.last && i_q.blk == '0);
      s_blk_q      <= i_q.blk != '0;
      s_fresh_q    <= i_q.first && b_q == '0;
      s_end_q      <= i_q.last && chunk_end;
      s_w8_q       <= i_q.w8;
      s_nt_q       <= nt_q;
      s_ac_q       <= ac_q;
      s_rm_q       <= 16'(i_q.rm) + 16'(b_q);
      s_rmstride_q <= i_q.rmstride;
      s_vm_q       <= 17'(i_q.vm) + 17'(n_q);
      s_vstride_q  <= i_q.vstride;
      s_steps_q    <= steps_q + 16'd1;
    end
    ev_active_o <= go && !bad;
    ev_stall_o  <= !go && (s_valid_q || ((h_valid_q || active_q) && fill_q == '0));
  end

  assign xb_re_o   = go && s_read_q && !bad;
  assign xb_addr_o = s_x_q[$clog2(XB_LINES)-1:0];
  assign wb_re_o   = go && !bad;
  assign wb_addr_o = s_w_q[$clog2(WB_LINES)-1:0];
  assign busy_o    = h_valid_q || active_q || s_valid_q || drain_busy;

  logic [L*32-1:0] row0, row1;

  stamp_array #(.P(P), .L(L), .T(T), .XB_LINES(XB_LINES), .WB_LINES(WB_LINES)) i_array (
    .clk_i, .rst_ni, .issue_i(go), .first_i(s_first_q), .shift_i(s_shift_q), .last_i(s_last),
    .phase_i(s_phase_q), .x_i(xb_data_i), .w_i(wb_data_i), .row0_o(row0), .row1_o(row1));

  stamp_drain #(.P(P), .L(L), .VM_LINES(VM_LINES), .CM_LINES(CM_LINES), .SM_ENTRIES(SM_ENTRIES),
                .RT_ENTRIES(RT_ENTRIES), .AC_LINES(AC_LINES)) i_drain (
    .clk_i, .rst_ni, .mem_test_i, .start_i(go && s_last), .busy_o(drain_busy),
    .kill_i(bad), .final_i(bad || s_final_q), .blk_i(s_blk_q), .fresh_i(s_fresh_q), .end_i(s_end_q),
    .w8_i(s_w8_q), .nt_i(s_nt_q), .ac_i(s_ac_q), .cm_i(s_cm_q[$clog2(CM_LINES)-1:0]), .rm_i(s_rm_q),
    .rmstride_i(s_rmstride_q), .vm_i(s_vm_q), .vstride_i(s_vstride_q), .steps_i(s_steps_q),
    .row0_i(row0), .row1_i(row1),
    .nt_re_o, .nt_addr_o, .nt_data_i, .rm_re_o, .rm_addr_o, .rm_scale_i(rm_data_i[31:0]),
    .rm_corr_i(rm_data_i[41:32]), .rm_rowsum_i(rm_data_i[73:42]), .cm_re_o, .cm_addr_o, .cm_data_i,
    .vm_we_o, .vm_addr_o, .vm_data_o, .ac_we_o, .ac_addr_o, .ac_data_o,
    .done_o, .err_o, .ev_line_o, .ev_used_o, .ev_ac_read_o);

  logic unused; // fields read at acceptance only, or by the queue
  assign unused = &{1'b0, i_q, h_q};

endmodule
