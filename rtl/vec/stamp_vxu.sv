// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vxu - vector and transform unit: walks rows of VM lines and feeds the lanes.
//
// Rule     model/spec/isa.md VBFLY, VMINMAX, VQPAR, VQUANT, VBIAS. C twins: model/insn/v*.c.
// Pipeline 0 VM read, 1 line arrives, 2 into the lanes (stamp_vx_alu, _minmax, _quant).
// Throughput one line per cycle (butterfly: a pair in 2, rotation in 4; bias: a line in 2), VQPAR
//          one entry per division. An instruction starts when the one before has left the pipeline.
// Stalls   a VM write not granted freezes the pipeline up to the write.
// Errors   the first found; reading stops, what is in the pipeline finishes.
module stamp_vxu #(
    parameter int unsigned P          = 8,
    parameter int unsigned L          = 16,
    parameter int unsigned VM_LINES   = 2048,
    parameter int unsigned XB_LINES   = 4608,
    parameter int unsigned SM_ENTRIES = 1024,
    parameter int unsigned RT_ENTRIES = 512
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,

    // Instruction: taken when valid and ready; done_o once each, in order.
    input  logic                          insn_valid_i,
    output logic                          insn_ready_o,
    input  logic [255:0]                  insn_i,
    output logic                          done_o,
    output logic [3:0]                    err_o,
    output logic                          busy_o,

    // VM read: data one cycle after valid and ready. VM write: held until ready.
    output logic                          vr_valid_o,
    input  logic                          vr_ready_i,
    output logic [$clog2(VM_LINES)-1:0]   vr_addr_o,
    input  logic [L*32-1:0]               vr_data_i,
    output logic                          vw_valid_o,
    input  logic                          vw_ready_i,
    output logic [$clog2(VM_LINES)-1:0]   vw_addr_o,
    output logic [L*32-1:0]               vw_data_o,

    // Row table: data one cycle after re.
    output logic                          rt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] rt_addr_o,
    input  logic [15:0]                   rt_data_i,

    // Nibbles to XB, row metadata to RM (stamp_vx_quant).
    output logic                          xb_we_o,
    output logic [$clog2(XB_LINES)-1:0]   xb_addr_o,
    output logic [$clog2(P)-1:0]          xb_row_o,
    output logic                          xb_two_o,
    output logic [L*4-1:0]                xb_hi_o,
    output logic [L*4-1:0]                xb_lo_o,
    output logic                          rm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    output logic [73:0]                   rm_data_o,

    // SM writes, for observers: {rowsum, zero, hi/scale, lo/inv}.
    output logic                          sm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] sm_addr_o,
    output logic [103:0]                  sm_data_o,

    output logic                          ev_read_o,  // a VM line was read
    output logic [1:0]                    ev_lines_o, // lines processed
    output logic                          ev_divide_o, // a VQPAR entry: two divisions
    output logic                          ev_stall_o  // waits for a VM port
);

  localparam int unsigned VmW = $clog2(VM_LINES);
  localparam int unsigned SmW = $clog2(SM_ENTRIES);
  localparam int unsigned Log = $clog2(L);

  // ---- Instruction and position in its loops --------------------------------------------------
  typedef enum logic [2:0] {Idle, Walk, Flush, Par, ParWait, ParDone} state_e;
  state_e state_q;

  stamp_isa_pkg::insn_b_t b_new, b_q;
  stamp_isa_pkg::insn_v_t v_new, v_q;
  assign b_new = insn_i;
  assign v_new = insn_i;

  logic is_bfly_q, is_rot_q, is_min_q, is_quant_q, is_bias_q;
  assign is_bfly_q  = b_q.op == stamp_isa_pkg::OP_VBFLY;
  assign is_rot_q   = is_bfly_q && b_q.kind == stamp_isa_pkg::KIND_ROT;
  assign is_min_q   = b_q.op == stamp_isa_pkg::OP_VMINMAX;
  assign is_quant_q = b_q.op == stamp_isa_pkg::OP_VQUANT;
  assign is_bias_q  = b_q.op == stamp_isa_pkg::OP_VBIAS;

  logic [11:0] i0_q, i1_q, j_q, n0, cols;
  logic [27:0] outer_q, inner_q, a_line, b_line;
  logic [1:0]  sub_q, sub_last;
  logic [7:0]  blkpos_q, blk;
  logic [13:0] sm_row_q, rm_row_q;
  logic [12:0] rt_q;
  logic [11:0] blkidx_q;

  assign n0       = is_bfly_q ? b_q.n0 : v_q.n0;
  assign cols     = is_bfly_q ? b_q.cols : v_q.cols;
  assign blk      = is_bfly_q ? 8'd0 : v_q.blk;
  assign sub_last = is_rot_q ? 2'd3 : (is_bfly_q || is_bias_q) ? 2'd1 : 2'd0;
  assign a_line   = inner_q + 28'(j_q);
  assign b_line   = is_bias_q ? 28'(v_q.b) + 28'(j_q) : a_line + 28'(b_q.boff);

  // ---- 0: read ----------------------------------------------------------------------------------
  logic        adv, walking, want, step, line_bad, entry_bad, first, last, last_row, last_line;
  logic [27:0] rd_line;

  assign walking   = state_q == Walk;
  assign rd_line   = sub_q == 2'd1 ? b_line : a_line;
  assign want      = walking && sub_q[1] == 1'b0;
  assign line_bad  = want && rd_line >= 28'(VM_LINES);
  assign entry_bad = walking && (((is_min_q || is_quant_q)
                                  && sm_row_q + 14'(blkidx_q) >= 14'(SM_ENTRIES))
                                 || (is_quant_q && rt_q >= 13'(RT_ENTRIES)));
  assign step      = walking && adv && (!want || vr_ready_i) && !line_bad && !entry_bad;
  assign first     = blkpos_q == 8'd0 && (blk != 8'd0 || j_q == 12'd0);
  assign last_line = j_q + 12'd1 == cols;
  assign last      = last_line || (blk != 8'd0 && blkpos_q + 8'd1 == blk);
  assign last_row  = i0_q + 12'd1 == n0 && (!is_bfly_q || i1_q + 12'd1 == b_q.n1);

  assign vr_valid_o = want && adv && !line_bad && !entry_bad;
  assign vr_addr_o  = rd_line[VmW-1:0];
  assign ev_read_o  = vr_valid_o && vr_ready_i;
  assign ev_stall_o = walking && (!adv || (want && !vr_ready_i));

  // ---- SM: one read port for whoever runs -------------------------------------------------------
  logic         sm_re, mm_sm_re, par_re;
  logic [SmW-1:0] sm_raddr, mm_sm_raddr;
  logic [103:0] sm_rdata;
  logic         q_sm_we, m_sm_we, p_sm_we;
  logic [SmW-1:0] q_sm_addr, m_sm_addr, p_sm_addr;
  logic [103:0] q_sm_data, m_sm_data, p_sm_data;

  assign sm_re     = (step && is_quant_q && first) || mm_sm_re || par_re;
  assign sm_raddr  = mm_sm_re ? mm_sm_raddr : SmW'(sm_row_q + 14'(blkidx_q));
  assign sm_we_o   = q_sm_we || m_sm_we || p_sm_we;
  assign sm_addr_o = q_sm_we ? q_sm_addr : m_sm_we ? m_sm_addr : p_sm_addr;
  assign sm_data_o = q_sm_we ? q_sm_data : m_sm_we ? m_sm_data : p_sm_data;
  assign rt_re_o   = (step && is_quant_q && j_q == 12'd0) || par_re;
  assign rt_addr_o = rt_q[$clog2(RT_ENTRIES)-1:0];

  stamp_ram #(.Width(104), .Depth(SM_ENTRIES)) i_sm (
    .clk_i, .we_i(sm_we_o), .waddr_i(sm_addr_o), .wdata_i(sm_data_o),
    .re_i(sm_re), .raddr_i(sm_raddr), .rdata_o(sm_rdata));

  // ---- Loops --------------------------------------------------------------------------------------
  logic       pipe_busy, par_done, par_flag, par_last, par_entry_bad, fail;
  logic [3:0] err_q, err_now, q_err;

  assign insn_ready_o = state_q == Idle;
  assign busy_o       = state_q != Idle;
  assign done_o       = (state_q == Flush && !pipe_busy) || state_q == ParDone;
  assign err_o        = err_q;
  assign par_last     = last_line && last_row;
  assign fail         = line_bad || entry_bad;

  always_ff @(posedge clk_i) begin : fsm
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      case (state_q)
        Idle: if (insn_valid_i) state_q <= b_new.op == stamp_isa_pkg::OP_VQPAR ? Par : Walk;
        Walk: if (fail || (step && sub_q == sub_last && last_line && last_row)) state_q <= Flush;
        Flush: if (!pipe_busy) state_q <= Idle;
        Par: state_q <= par_entry_bad ? ParDone : ParWait;
        ParWait: if (par_done) state_q <= par_last ? ParDone : Par;
        default: state_q <= Idle;
      endcase
    end
    if (state_q == Idle) err_q <= stamp_isa_pkg::ERR_NONE;
    else if (err_q == stamp_isa_pkg::ERR_NONE) err_q <= err_now;
  end

  assign par_entry_bad = sm_row_q + 14'(j_q) >= 14'(SM_ENTRIES) || rt_q >= 13'(RT_ENTRIES);
  assign par_re        = state_q == Par && !par_entry_bad;

  always_ff @(posedge clk_i) begin : loops
    if (state_q == Idle && insn_valid_i) begin
      b_q <= b_new;
      v_q <= v_new;
      {i0_q, i1_q, j_q, sub_q, blkpos_q, blkidx_q} <= '0;
      outer_q  <= b_new.op == stamp_isa_pkg::OP_VBFLY ? 28'(b_new.a) : 28'(v_new.a);
      inner_q  <= b_new.op == stamp_isa_pkg::OP_VBFLY ? 28'(b_new.a) : 28'(v_new.a);
      sm_row_q <= 14'(v_new.sm);
      rm_row_q <= 14'(v_new.rm);
      rt_q     <= 13'(v_new.rt);
    end else if ((step && sub_q == sub_last) || (state_q == ParWait && par_done)) begin
      sub_q    <= '0;
      j_q      <= last_line ? '0 : j_q + 12'd1;
      blkpos_q <= (last_line || last) ? '0 : blkpos_q + 8'd1;
      blkidx_q <= last_line ? '0 : (state_q == ParWait || (last && blk != '0)) ? blkidx_q + 12'd1
                                                                              : blkidx_q;
      if (last_line) begin
        i0_q     <= i0_q + 12'd1;
        sm_row_q <= sm_row_q + 14'(v_q.smstride);
        rm_row_q <= rm_row_q + 14'(v_q.smstride);
        rt_q     <= rt_q + 13'd1;
        inner_q  <= inner_q + (is_bfly_q ? 28'(b_q.s0) : 28'(v_q.s0));
        if (i0_q + 12'd1 == n0 && is_bfly_q) begin
          i0_q    <= '0;
          i1_q    <= i1_q + 12'd1;
          outer_q <= outer_q + 28'(b_q.s1);
          inner_q <= outer_q + 28'(b_q.s1);
        end
      end
    end else if (step) begin
      sub_q <= sub_q + 2'd1;
    end
  end

  // ---- 1: the line arrives; a frozen pipeline keeps it ------------------------------------------
  logic            s1_v_q, s1_b_q, s1_single_q, s1_first_q, s1_last_q, hold_q;
  logic [VmW-1:0]  s1_addr_q;
  logic [15:0]     s1_xb_q;
  logic [12:0]     s1_sm_q, s1_rm_q;
  logic [L*32-1:0] hold_data_q, line;

  assign line = hold_q ? hold_data_q : vr_data_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      s1_v_q <= 1'b0;
      hold_q <= 1'b0;
    end else if (adv) begin
      s1_v_q <= step && want;
      hold_q <= 1'b0;
    end else if (s1_v_q && !hold_q) begin
      hold_q      <= 1'b1;
      hold_data_q <= vr_data_i;
    end
    if (adv && step) begin
      s1_b_q      <= sub_q == 2'd1;
      s1_single_q <= sub_last == 2'd0;
      s1_first_q  <= first;
      s1_last_q   <= last;
      s1_addr_q   <= rd_line[VmW-1:0];
      s1_xb_q     <= v_q.xb + 16'(j_q);
      s1_sm_q     <= 13'(sm_row_q) + 13'(blkidx_q);
      s1_rm_q     <= 13'(rm_row_q) + 13'(blkidx_q);
    end
  end

  // ---- 2: operands; exec counts the micro-steps of a pair ----------------------------------------
  logic            s2_single_q, s2_first_q, s2_last_q;
  logic [3:0]      exec_q; // one hot: the pair's steps
  logic [VmW-1:0]  a_addr_q, b_addr_q, a2_addr_q, b2_addr_q;
  logic [15:0]     s2_xb_q;
  logic [12:0]     s2_sm_q, s2_rm_q;
  logic [L*32-1:0] a_q, b_q_data, a2_q;
  logic [31:0]     p_inv_q, p_scale_q, p_rowsum_q;
  logic [7:0]      p_zero_q;
  logic [11:0]     p_nib_q;
  logic            p_is8_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      exec_q      <= '0;
      s2_single_q <= 1'b0;
    end else if (adv) begin
      exec_q      <= {is_rot_q ? exec_q[2:0] : {2'b0, exec_q[0] && is_bfly_q}, s1_v_q && s1_b_q};
      s2_single_q <= s1_v_q && s1_single_q;
    end
    if (adv && s1_v_q) begin
      if (s1_b_q) begin
        b_q_data <= line;
        b_addr_q <= s1_addr_q;
      end else begin
        a_q      <= line;
        a_addr_q <= s1_addr_q;
      end
      s2_first_q <= s1_first_q;
      s2_last_q  <= s1_last_q;
      {s2_xb_q, s2_sm_q, s2_rm_q} <= {s1_xb_q, s1_sm_q, s1_rm_q};
      if (s1_first_q) {p_rowsum_q, p_zero_q, p_scale_q, p_inv_q} <= sm_rdata;
      {p_is8_q, p_nib_q} <= {rt_data_i[15], rt_data_i[11:0]};
    end
    if (adv && exec_q[0]) begin
      a2_q      <= a_q;
      a2_addr_q <= a_addr_q;
      b2_addr_q <= b_addr_q;
    end
  end

  // ---- Lanes --------------------------------------------------------------------------------------
  logic            alu_flag;
  logic [L*32-1:0] prod;
  logic            single_quant, single_min;

  assign single_quant = s2_single_q && is_quant_q;
  assign single_min   = s2_single_q && is_min_q;
  assign adv          = !vw_valid_o || vw_ready_i;

  stamp_vx_alu #(.L(L), .AddrW(VmW)) i_alu (
    .clk_i, .rst_ni, .en_i(adv),
    .add_valid_i((exec_q[0] || (exec_q[1] && is_bfly_q)) && !is_rot_q),
    .add_sub_i(exec_q[1]), .add_half_i(is_bfly_q && b_q.kind == stamp_isa_pkg::KIND_MEAN),
    .add_addr_i(exec_q[1] ? b2_addr_q : a_addr_q),
    .add_x_i(exec_q[1] ? a2_q : a_q), .add_y_i(b_q_data),
    .mul_valid_i((is_rot_q && exec_q != '0) || single_quant),
    .mul_join_i(is_rot_q && (exec_q[1] || exec_q[3])), .mul_sub_i(exec_q[3]),
    .mul_addr_i(exec_q[3] ? b2_addr_q : a2_addr_q),
    .mul_x_i((exec_q[1] || exec_q[2]) && is_rot_q ? b_q_data : exec_q[3] ? a2_q : a_q),
    .mul_s_i(!is_rot_q ? p_inv_q : (exec_q[0] || exec_q[2]) ? b_q.c : b_q.s),
    .prod_o(prod),
    .valid_o(vw_valid_o), .addr_o(vw_addr_o), .data_o(vw_data_o), .flag_o(alu_flag));

  // ---- Range ----------------------------------------------------------------------------------------
  logic        range_v;
  logic [31:0] range_lo, range_hi, old_lo, old_hi;
  logic [12:0] mm_sm_q [Log + 2];
  logic [Log+1:0] mm_v_q;

  stamp_vx_minmax #(.L(L)) i_minmax (
    .clk_i, .rst_ni, .valid_i(single_min), .first_i(s2_first_q), .last_i(s2_last_q), .x_i(a_q),
    .range_valid_o(range_v), .lo_o(range_lo), .hi_o(range_hi));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) mm_v_q <= '0;
    else mm_v_q <= {mm_v_q[Log:0], single_min && s2_last_q};
    mm_sm_q[0] <= s2_sm_q;
    for (int s = 1; s < Log + 2; s++) mm_sm_q[s] <= mm_sm_q[s-1];
  end

  // mm_v_q[s] is s + 1 cycles after the last line; the range is there at s = Log.
  assign mm_sm_re    = mm_v_q[Log-1];
  assign mm_sm_raddr = mm_sm_q[Log-1][SmW-1:0];
  assign old_lo      = v_q.first ? 32'd0 : sm_rdata[31:0];
  assign old_hi      = v_q.first ? 32'd0 : sm_rdata[63:32];
  assign m_sm_we     = range_v;
  assign m_sm_addr   = mm_sm_q[Log][SmW-1:0];
  assign m_sm_data   = {v_q.first ? 40'd0 : sm_rdata[103:64],
                        stamp_fp_pkg::lt(old_hi, range_hi) ? range_hi : old_hi,
                        stamp_fp_pkg::lt(range_lo, old_lo) ? range_lo : old_lo};

  // ---- Codes ----------------------------------------------------------------------------------------
  logic quant_busy;

  stamp_vx_quant #(.P(P), .L(L), .XB_LINES(XB_LINES), .SM_ENTRIES(SM_ENTRIES)) i_quant (
    .clk_i, .rst_ni, .valid_i(single_quant), .first_i(s2_first_q), .last_i(s2_last_q),
    .fresh_i(v_q.first), .sym_i(v_q.sym), .bits8_i(p_is8_q), .nib_i(p_nib_q), .xb_i(s2_xb_q),
    .gstride_i(v_q.gstride), .sm_i(s2_sm_q), .rm_i(s2_rm_q), .inv_i(p_inv_q), .scale_i(p_scale_q),
    .zero_i(p_zero_q), .rowsum_i(p_rowsum_q), .prod_i(prod),
    .xb_we_o, .xb_addr_o, .xb_row_o, .xb_two_o, .xb_hi_o, .xb_lo_o,
    .sm_we_o(q_sm_we), .sm_addr_o(q_sm_addr), .sm_data_o(q_sm_data),
    .rm_we_o, .rm_addr_o, .rm_data_o, .busy_o(quant_busy), .err_o(q_err));

  // ---- Parameters -------------------------------------------------------------------------------------
  logic        par_busy, par_start_q;
  logic [31:0] par_inv, par_scale;
  logic [7:0]  par_zero;

  always_ff @(posedge clk_i) par_start_q <= rst_ni && par_re;

  stamp_qpar i_qpar (
    .clk_i, .rst_ni, .start_i(par_start_q), .lo_i(sm_rdata[31:0]), .hi_i(sm_rdata[63:32]),
    .bits8_i(rt_data_i[15]), .sym_i(v_q.sym), .busy_o(par_busy), .done_o(par_done),
    .inv_o(par_inv), .scale_o(par_scale), .zero_o(par_zero), .flag_o(par_flag));

  assign p_sm_we     = par_done;
  assign p_sm_addr   = SmW'(sm_row_q + 14'(j_q));
  assign p_sm_data   = {sm_rdata[103:72], par_zero, par_scale, par_inv};
  assign ev_divide_o = par_done;

  // ---- End of an instruction --------------------------------------------------------------------------
  logic [4:0] drain_q; // the ALU has no busy flag: five cycles cover rotation and addition

  always_ff @(posedge clk_i) begin
    if (!rst_ni) drain_q <= '0;
    else if (adv) drain_q <= {drain_q[3:0], exec_q != '0};
  end

  assign pipe_busy = s1_v_q || exec_q != '0 || s2_single_q || drain_q != '0 || vw_valid_o
                     || mm_v_q != '0 || quant_busy;
  assign err_now   = (fail || (state_q == Par && par_entry_bad)) ? stamp_isa_pkg::ERR_RANGE
                     : (q_err != stamp_isa_pkg::ERR_NONE) ? q_err
                     : ((vw_valid_o && alu_flag) || (par_done && par_flag)) ? stamp_isa_pkg::ERR_NUMERIC
                     : stamp_isa_pkg::ERR_NONE;
  assign ev_lines_o = !adv ? 2'd0 : (exec_q[0] && is_bfly_q) ? 2'd2
                      : (exec_q[0] || s2_single_q) ? 2'd1 : 2'd0;

  logic unused;
  assign unused = &{1'b0, b_q, v_q, par_busy, rt_data_i[14:12], mm_sm_q[Log+1], mm_v_q[Log+1]};

endmodule
