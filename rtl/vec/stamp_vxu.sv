// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vxu - vector and transform unit: operands of the lanes, quantizer state, results.
//
// Rule     model/spec/isa.md VBFLY to VSMWR. C twins: model/insn/v*.c.
// Pipeline 0 VM read (the last stage of stamp_vx_walk), 1 on its way, 2 the line arrives, 3 into the lanes:
//          stamp_vx_alu, then _code and _quant, _pack or _line; _minmax, _red, _fn, _scatter; VM lines
//          leave through _out.
// Throughput one VM read per cycle: a line where it has one operand, 2 cycles where two (MAC: a and
//          d), 3 VROPE, 4 ROT. An instruction starts when the one before has left the pipeline.
// Stalls   adv, made of ready registers: low freezes all up to the lanes. VM or XB takes no writes, a line
//          is not yet packed, scattered, summed or taken by the function lanes, no unit is free for VQPAR.
// Errors   RANGE by the fields (no further step is made), else the first of a row, else NUMERIC; what is
//          in the pipeline finishes.
module stamp_vxu #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned VM_LINES,
    parameter int unsigned XB_LINES,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned PB_LINES,
    parameter int unsigned F, // function lanes, a divisor of L
    parameter int unsigned Q // VQPAR entries at once
) (
    input  logic                          clk_i, rst_ni,
    input  logic [31:0]                   mem_test_i,

    // Instruction: taken when valid and ready; done_o once each, in order.
    input  logic                          insn_valid_i,
    output logic                          insn_ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    output logic                          done_o,
    output logic [3:0]                    err_o,
    output logic                          busy_o,

    // VM read: always granted, data in the second cycle after re. VM write: held until ready.
    output logic                          vr_re_o,
    output logic [$clog2(VM_LINES)-1:0]   vr_addr_o,
    input  logic [L*32-1:0]               vr_data_i,
    output logic                          vw_valid_o,
    input  logic                          vw_ready_i,
    output logic [$clog2(VM_LINES)-1:0]   vw_addr_o,
    output logic [L*32-1:0]               vw_data_o,

    // Row table: data in the second cycle after re.
    output logic                          rt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] rt_addr_o,
    input  logic [15:0]                   rt_data_i,

    // Nibbles to XB, row metadata to RM (stamp_vx_quant). The two inputs are registers: of a ready that
    // falls, writes of that cycle and the next still come; busy: writes wait outside, no VQUANT ends.
    input  logic                          xb_ready_i,
    input  logic                          xb_busy_i,
    output logic                          xb_we_o,
    output logic [$clog2(XB_LINES)-1:0]   xb_addr_o,
    output logic [$clog2(P)-1:0]          xb_row_o,
    output logic                          xb_two_o,
    output logic [L*4-1:0]                xb_hi_o,
    output logic [L*4-1:0]                xb_lo_o,
    output logic                          rm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    output logic [73:0]                   rm_data_o,

    // Nibbles to the pack buffer: nibble c*T + t where its mask bit is set.
    output logic                          pb_we_o,
    output logic [$clog2(PB_LINES)-1:0]   pb_addr_o,
    output logic [L*T-1:0]                pb_mask_o,
    output logic [L*T*4-1:0]              pb_data_o,

    // SM writes, for observers: {rowsum, zero, hi/scale, lo/inv}.
    output logic                          sm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] sm_addr_o,
    output logic [103:0]                  sm_data_o,

    output logic                          ev_read_o,  // a VM line was read
    output logic [1:0]                    ev_lines_o, // lines processed
    output logic [7:0]                    ev_divides_o, // divisions and square roots
    output logic                          ev_fn_o     // a line through the function lanes
);

  localparam int unsigned VmW   = $clog2(VM_LINES);
  localparam int unsigned SmW   = $clog2(SM_ENTRIES);
  localparam int unsigned Log   = $clog2(L);
  localparam int unsigned StepW = 97 + 2*Log;  // bits that go with a step
  localparam int unsigned CodeW = 36;         // bits that go with codes

  // ---- Instruction --------------------------------------------------------------------------------
  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_q;
  logic         clk, busy_q, load_q, done_q, start, walking, pipe_busy, fail, scat_bad, numeric, infinite;
  logic         row_err_q; // err_q is more than NUMERIC
  logic [3:0]   err_q, q_err;

  stamp_isa_pkg::insn_b_t b;
  stamp_isa_pkg::insn_v_t v;
  stamp_isa_pkg::insn_w_t w;
  assign {b, v, w} = {3{insn_q}};
  stamp_wake #(.Tail(16)) i_wake (.clk_i, .rst_ni, .awake_i(insn_valid_i || busy_q), .clk_o(clk));

  assign start        = insn_valid_i && !busy_q;
  assign insn_ready_o = !busy_q;
  assign busy_o       = busy_q;
  assign done_o       = done_q;
  assign err_o        = (infinite && err_q == stamp_isa_pkg::ERR_NONE) ? stamp_isa_pkg::ERR_NUMERIC : err_q;

  always_ff @(posedge clk) begin
    if (!rst_ni || done_q) busy_q <= 1'b0;
    else if (start) busy_q <= 1'b1;
    load_q <= rst_ni && start;
    done_q <= rst_ni && busy_q && !done_q && !load_q && !walking && !pipe_busy;
    if (start) insn_q <= insn_i;
    if (!busy_q) err_q <= stamp_isa_pkg::ERR_NONE;
    else if (fail || scat_bad) err_q <= stamp_isa_pkg::ERR_RANGE;
    else if (q_err != stamp_isa_pkg::ERR_NONE && !row_err_q) err_q <= q_err;
    else if (numeric && err_q == stamp_isa_pkg::ERR_NONE) err_q <= stamp_isa_pkg::ERR_NUMERIC;
    row_err_q <= busy_q && (row_err_q || fail || scat_bad || q_err != stamp_isa_pkg::ERR_NONE);
  end

  // Decoded in the instruction's first cycle.
  logic is_bfly, is_rot, is_min, is_par, is_quant, is_rope, is_row, is_fn, is_code, is_deq, is_pack;
  logic is_smrd, is_smwr, is_red, is_max, is_mac, is_sum, less, coded, bin_mul, row_mul, d_bin, d_row, d_pack;
  assign d_bin  = w.op == stamp_isa_pkg::OP_VBIN;
  assign d_row  = w.op == stamp_isa_pkg::OP_VROW;
  assign d_pack = v.op == stamp_isa_pkg::OP_VPACKK || v.op == stamp_isa_pkg::OP_VPACKV;
  always_ff @(posedge clk) begin
    if (load_q) begin
      is_bfly  <= b.op == stamp_isa_pkg::OP_VBFLY;
      is_rot   <= b.op == stamp_isa_pkg::OP_VBFLY && b.kind == stamp_isa_pkg::KIND_ROT;
      {is_min, is_par} <= {v.op == stamp_isa_pkg::OP_VMINMAX, v.op == stamp_isa_pkg::OP_VQPAR};
      {is_quant, is_rope} <= {v.op == stamp_isa_pkg::OP_VQUANT, w.op == stamp_isa_pkg::OP_VROPE};
      {is_row, is_fn} <= {d_row, w.op == stamp_isa_pkg::OP_VFN};
      {is_code, is_deq} <= {v.op == stamp_isa_pkg::OP_VCODE, v.op == stamp_isa_pkg::OP_VDEQ};
      {is_pack, is_smrd} <= {d_pack, v.op == stamp_isa_pkg::OP_VSMRD};
      {is_smwr, is_red} <= {v.op == stamp_isa_pkg::OP_VSMWR, w.op == stamp_isa_pkg::OP_VRED};
      is_max   <= d_bin && w.fn == 4'(stamp_isa_pkg::FN_BIN_MAX);
      is_mac   <= d_bin && w.fn == 4'(stamp_isa_pkg::FN_BIN_MAC);
      bin_mul  <= d_bin && w.fn == 4'(stamp_isa_pkg::FN_BIN_MUL);
      row_mul  <= d_row && w.fn == 4'(stamp_isa_pkg::FN_ROW_MUL);
      coded    <= d_pack || v.op == stamp_isa_pkg::OP_VQUANT || v.op == stamp_isa_pkg::OP_VCODE;
      is_sum   <= v.op == stamp_isa_pkg::OP_VBIAS // a sum or difference of lines
                  || ((d_bin || d_row) && !w.fn[1] && !(d_bin && w.fn == 4'(stamp_isa_pkg::FN_BIN_MAC)));
      less     <= (d_bin || d_row) && w.fn[0];
    end
  end

  // ---- 0: read ------------------------------------------------------------------------------------
  logic         en, adv, add_en, mul_en, step, t_read, t_b, t_go, t_first, t_last, t_state, t_flush;
  logic         walk_sm_re;
  logic [1:0]   t_sub, t_lines;
  logic [2:0]   t_field;
  logic [17:0]  t_line;
  logic [15:0]  t_xb;
  logic [12:0]  t_index, t_sm, t_rm, t_row;
  logic [Log:0] t_count;
  logic [Log-1:0] t_lane;

  stamp_vx_walk #(.L(L), .T(T), .VM_LINES(VM_LINES), .SM_ENTRIES(SM_ENTRIES),
                  .RT_ENTRIES(RT_ENTRIES), .PB_LINES(PB_LINES)) i_walk (
    .clk_i(clk), .rst_ni, .load_i(load_q), .insn_i(insn_q), .adv_i(adv), .walking_o(walking), .fail_o(fail),
    .vr_re_o, .vr_addr_o, .sm_re_o(walk_sm_re), .rt_re_o, .rt_addr_o, .rt_data_i, .step_o(step), .read_o(t_read),
    .b_o(t_b), .go_o(t_go), .sub_o(t_sub), .first_o(t_first), .last_o(t_last), .state_o(t_state), .line_o(t_line),
    .index_o(t_index), .lane_o(t_lane), .field_o(t_field), .flush_o(t_flush), .count_o(t_count), .sm_o(t_sm),
    .rm_o(t_rm), .xb_o(t_xb), .row_o(t_row), .ev_lines_o(t_lines));

  // ---- 1: on its way; 2: the line and the entry of SM arrive -----------------------------------------
  logic             s1_v, s1_read, s1_state, s1_b, s1_sum, s1_pair, swap, way_busy;
  logic [1:0]       s1_sub;
  logic [StepW-1:0] s1;
  logic [VmW-1:0]   s1_addr; // of its line
  logic [Log-1:0]   s1_lane;
  logic [L*32-1:0]  line;
  logic [103:0]     entry, sm_rdata;

  stamp_vx_arrive #(.L(L), .TagW(StepW)) i_arrive (
    .clk_i(clk), .rst_ni, .load_i(load_q), .adv_i(adv), .step_i(step), .read_i(t_read), .state_i(t_state),
    .tag_i({t_b, t_row, t_go, t_sub, t_first, t_last, t_line, t_index, t_lane, t_field, t_flush, t_count,
            t_rm, t_sm, t_xb}),
    .vr_re_i(vr_re_o), .vr_data_i, .sm_re_i(walk_sm_re), .sm_data_i(sm_rdata), .v_o(s1_v), .read_o(s1_read),
    .state_o(s1_state), .tag_o(s1), .line_o(line), .entry_o(entry), .busy_o(way_busy));

  assign {s1_b, s1_sub, s1_addr} = {s1[StepW-1], s1[StepW-16 -: 2], s1[StepW-37 +: VmW]};
  assign s1_lane = s1[47+Log +: Log];
  assign s1_sum  = is_mac && s1_sub == 2'd1; // the line of d
  assign s1_pair = s1_v && is_bfly && s1_sub == 2'd1;
  assign swap    = is_rope && s1_sub == 2'd2;

  // ---- 3: operands; exec counts the micro-steps of a pair -------------------------------------------
  logic             s2_v_q, s2_go, s2_last, s2_first, s2_flush, ready;
  logic [1:0]       s2_sub;
  logic [17:0]      s2_line;
  logic [12:0]      s2_index, s2_rm, s2_sm, s2_row;
  logic [Log-1:0]   s2_lane;
  logic [2:0]       s2_field;
  logic [Log:0]     s2_count;
  logic [15:0]      s2_xb;
  logic [StepW-2:0] s2_q;
  logic [3:0]       exec; // the pair's steps
  logic [VmW-1:0]   a_addr_q, b_addr_q, a2_addr_q, b2_addr_q;
  logic [L*32-1:0]  a_q, b_data_q, a2_q; // a2_q: a pair's a, the d of MAC
  // What the lanes take: of these registers one is set for each operand of the multiplier.
  logic             x_a_q, x_b_q, x_a2_q, x_swap_q, x_deq_q, y_a_q, y_b_q, y_s_q, y_deq_q, add_a2_q;
  logic [31:0]      p_inv_q, p_scale_q, p_rowsum_q, s_q, deq_scale; // s_q: the scalar of the lanes
  logic [7:0]       p_zero_q;
  logic             p_is8;

  assign {s2_row, s2_go, s2_sub, s2_first, s2_last, s2_line, s2_index, s2_lane, s2_field, s2_flush, s2_count,
          s2_rm, s2_sm, s2_xb} = s2_q;
  assign p_is8   = s2_row[12];
  assign ready   = s2_v_q && s2_go; // all operands of a line that is no pair

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      s2_v_q <= 1'b0;
      exec   <= '0;
    end else if (adv) begin
      s2_v_q <= s1_v;
      exec   <= {is_rot ? exec[2:1] : 2'd0, exec[0], s1_pair};
    end
    if (adv && s1_v) begin
      s2_q <= s1[StepW-2:0];
      if (s1_read && s1_b && !s1_sum) b_data_q <= line;
      if (s1_read && !s1_b) a_q <= line;
      if (s1_b) b_addr_q <= s1_addr;
      else      a_addr_q <= s1_addr;
      if (s1_state) {p_rowsum_q, p_zero_q, p_scale_q, p_inv_q} <= entry;
    end
    if (adv && exec[0]) begin
      a2_q      <= a_q;
      a2_addr_q <= a_addr_q;
      b2_addr_q <= b_addr_q;
    end else if (adv && s1_v && s1_sum) a2_q <= line;
    if (adv) begin
      {x_b_q, x_a2_q, x_deq_q} <= {is_rot && (exec[0] || exec[1]), is_rot && exec[2], is_deq};
      {x_swap_q, x_a_q} <= {swap, !(is_rot && exec[2:0] != 3'd0) && !swap && !is_deq};
      {y_a_q, y_b_q, y_deq_q} <= {is_red, bin_mul || is_mac || is_rope, is_deq};
      y_s_q    <= !(is_red || bin_mul || is_mac || is_rope || is_deq);
      add_a2_q <= is_mac || exec[0];
      s_q      <= is_rot ? ((s1_pair || exec[1]) ? b.c : b.s)
                  : (is_row || is_fn) ? b_data_q[32*s1_lane +: 32]
                  : (s1_v && s1_state) ? entry[31:0] : p_inv_q;
    end
  end

  // ---- What moves --------------------------------------------------------------------------------------
  logic alu_valid, line_valid, pack_valid, pack_ready, fn_ready, scat_ready, par_ready, xb_ok_q;

  // The lanes wait only for what their own instructions wait for, sums in VRED not for themselves.
  assign add_en = en && !(pack_valid && !pack_ready) && xb_ok_q;
  assign mul_en = add_en && rows_ready;
  assign adv    = mul_en && !(ready && is_fn && !fn_ready) && !(ready && is_smwr && !scat_ready)
                  && !(s1_v && is_par && !par_ready);
  always_ff @(posedge clk) xb_ok_q <= xb_ready_i || !is_quant;

  // ---- Lanes: add and multiply ----------------------------------------------------------------------
  logic             alu_busy, deq_v, fn_valid, fn_out, fn_busy, code_valid, sum_valid;
  logic [VmW-1:0]   alu_addr, line_addr, fn_addr, deq_addr;
  logic [L*32-1:0]  alu_data, line_data, fn_data, prod, sum, sum_x, sum_y, mul_x, mul_y, swapped, deq_data;

  always_comb begin : operands
    for (int l = 0; l < L; l++) swapped[l*32 +: 32] = a_q[(l^1)*32 +: 32];
    mul_x = ({L*32{x_a_q}} & a_q) | ({L*32{x_b_q}} & b_data_q) | ({L*32{x_a2_q}} & a2_q)
            | ({L*32{x_swap_q}} & swapped) | ({L*32{x_deq_q}} & deq_data);
    mul_y = ({L*32{y_a_q}} & a_q) | ({L*32{y_b_q}} & b_data_q) | ({L*32{y_s_q}} & {L{s_q}})
            | ({L*32{y_deq_q}} & {L{deq_scale}});
  end

  stamp_vx_alu #(.L(L), .AddrW(VmW)) i_alu (
    .clk_i(clk), .rst_ni, .en_i(mul_en), .add_en_i(add_en),
    .add_valid_i((exec[0] || exec[1]) ? !is_rot : ready && is_sum), .add_sub_i(is_bfly ? exec[1] : less),
    .add_half_i(is_bfly && b.kind == stamp_isa_pkg::KIND_MEAN),
    .add_addr_i(exec[1] ? b2_addr_q : a_addr_q), .add_x_i(add_a2_q ? a2_q : a_q),
    .add_y_i(is_row ? {L{s_q}} : b_data_q), .sums_i(is_red), .sum_valid_i(sum_valid), .sum_x_i(sum_x),
    .sum_y_i(sum_y), .sum_o(sum),
    .mul_valid_i((is_rot && exec != '0) || (is_rope && s2_v_q && s2_sub != 2'd0) || deq_v
                 || (ready && (coded || bin_mul || row_mul || is_mac || is_red))),
    .mul_join_i(is_rot ? exec[1] || exec[3] : is_mac || (is_rope && s2_sub == 2'd2)),
    .mul_sub_i(exec[3]), .mul_out_i(bin_mul || row_mul || is_deq), .mul_acc_i(is_mac),
    .mul_addr_i(exec[3] ? b2_addr_q : is_rot ? a2_addr_q : is_deq ? deq_addr : a_addr_q),
    .mul_x_i(mul_x), .mul_y_i(mul_y), .prod_o(prod),
    .valid_o(alu_valid), .addr_o(alu_addr), .data_o(alu_data), .busy_o(alu_busy));

  stamp_vx_deq #(.L(L), .AddrW(VmW)) i_deq (
    .clk_i(clk), .rst_ni, .en_i(mul_en), .valid_i(ready && is_deq), .words_i(a_q), .bits8_i(p_is8),
    .field_i(s2_field), .zero_i(p_zero_q), .scale_i(p_scale_q), .addr_i(a_addr_q),
    .valid_o(deq_v), .data_o(deq_data), .scale_o(deq_scale), .addr_o(deq_addr));

  // ---- Ranges, maxima and sums of rows ----------------------------------------------------------------
  logic            rows_ready, rows_busy, range_v, red_v, q_sm_we;
  logic [31:0]     range_lo, range_hi, red_data;
  logic [SmW-1:0]  mm_sm, q_sm_addr;
  logic [103:0]    q_sm_data;

  stamp_vx_rows #(.L(L), .TagW(SmW)) i_rows (
    .clk_i, .rst_ni, .en_i(en), .adv_i(adv), .start_i(load_q), .valid_i(ready && (is_min || is_red)),
    .ready_o(rows_ready), .range_i(is_min), .fn_i(w.fn), .first_i(s2_first), .last_i(s2_last),
    .count_i(s2_count), .tag_i(s2_sm[SmW-1:0]), .x_i(a_q), .prod_i(prod), .range_o(range_v), .tag_o(mm_sm),
    .lo_o(range_lo), .hi_o(range_hi), .red_o(red_v), .red_data_o(red_data), .busy_o(rows_busy),
    .add_valid_o(sum_valid), .add_x_o(sum_x), .add_y_o(sum_y), .sum_i(sum));

  // ---- Codes: to XB, to PB, into words ------------------------------------------------------------------
  logic             quant_busy, code_busy, code_is8, code_flush;
  logic [2:0]       code_field;
  logic [17:0]      code_line;
  logic [12:0]      code_index;
  logic [L*8-1:0]   code;
  logic [L*4-1:0]   hi, lo;

  stamp_vx_code #(.L(L), .TagW(CodeW)) i_code (
    .clk_i(clk), .rst_ni, .en_i(mul_en), .valid_i(ready && coded), .sym_i(is_quant && v.sym),
    .sd_i(is_pack || (is_quant && v.sd)), .plain_i(is_code), .bits8_i(is_pack || (is_quant && v.sd) || p_is8),
    .zero_i(p_zero_q), .tag_i({p_is8, s2_flush, s2_field, s2_line, s2_index}), .prod_i(prod),
    .valid_o(code_valid), .tag_o({code_is8, code_flush, code_field, code_line, code_index}),
    .code_o(code), .hi_o(hi), .lo_o(lo), .busy_o(code_busy));

  stamp_vx_quant #(.P(P), .L(L), .XB_LINES(XB_LINES), .SM_ENTRIES(SM_ENTRIES)) i_quant (
    .clk_i(clk), .rst_ni, .en_i(mul_en), .valid_i(ready && is_quant), .first_i(s2_first), .last_i(s2_last),
    .fresh_i(v.first), .sym_i(v.sym), .sd_i(v.sd), .bits8_i(p_is8 || v.sd), .nib_i(s2_row[11:0]), .xb_i(s2_xb),
    .gstride_i(v.gstride), .sm_i(s2_sm), .rm_i(s2_rm), .inv_i(p_inv_q), .scale_i(p_scale_q), .zero_i(p_zero_q),
    .rowsum_i(p_rowsum_q), .code_i(code), .hi_i(hi), .lo_i(lo),
    .xb_we_o, .xb_addr_o, .xb_row_o, .xb_two_o, .xb_hi_o, .xb_lo_o,
    .sm_we_o(q_sm_we), .sm_addr_o(q_sm_addr), .sm_data_o(q_sm_data),
    .rm_we_o, .rm_addr_o, .rm_data_o, .busy_o(quant_busy), .err_o(q_err));

  assign pack_valid = code_valid && is_pack;

  stamp_vx_pack #(.L(L), .T(T), .PB_LINES(PB_LINES)) i_pack (
    .clk_i(clk), .rst_ni, .valid_i(pack_valid), .ready_o(pack_ready),
    .depth_i(v.op == stamp_isa_pkg::OP_VPACKV), .line_i(code_line), .plane_i(v.gstride), .index_i(code_index),
    .hi_i(hi), .lo_i(lo), .pb_we_o, .pb_addr_o, .pb_mask_o, .pb_data_o);

  stamp_vx_line #(.L(L), .AddrW(VmW)) i_line (
    .clk_i(clk), .rst_ni, .en_i(en),
    .max_i(ready && is_max), .a_i(a_q), .b_i(b_data_q),
    .max_addr_i(a_addr_q), .word_i(code_valid && is_code), .code_i(code), .bits8_i(code_is8),
    .field_i(code_field), .word_flush_i(code_flush), .word_addr_i(code_line[VmW-1:0]),
    .lane_i(ready && is_smrd), .pair_i(v.first), .at_i(s2_lane), .x_i(p_scale_q),
    .y_i(stamp_fp_pkg::s9_f32({1'b0, p_zero_q})), .lane_flush_i(s2_flush), .lane_addr_i(a_addr_q),
    .start_i(load_q), .rows_i(w.n0), .first_i(w.d[VmW-1:0]),
    .red_i(red_v), .red_data_i(red_data),
    .valid_o(line_valid), .addr_o(line_addr), .data_o(line_data));

  // ---- Functions ------------------------------------------------------------------------------------------
  logic unused_fn_flag;
  assign fn_valid = ready && is_fn && en; // taken where adv moves it on

  stamp_vx_fn #(.L(L), .F(F), .AddrW(VmW)) i_fn (
    .clk_i, .rst_ni, .in_valid_i(fn_valid), .in_ready_o(fn_ready), .fn_i(w.fn), .a_i(a_q),
    .b_i(b_data_q), .s_i(s_q), .c_i(w.c), .mask_i(mask), .addr_i(a_addr_q),
    .out_valid_o(fn_out), .out_ready_i(en), .addr_o(fn_addr), .data_o(fn_data),
    .flag_o(unused_fn_flag), .busy_o(fn_busy));

  logic [L-1:0] mask;
  for (genvar l = 0; l < L; l++) begin : g_mask
    assign mask[l] = s2_count > (Log+1)'(l);
  end

  // ---- Quantizer state -------------------------------------------------------------------------------------
  logic par_take, par_valid_q, par_done, par_flag, sm_busy;
  assign par_take = adv && s1_v && is_par;
  always_ff @(posedge clk) par_valid_q <= rst_ni && par_take;

  stamp_vx_sm #(.L(L), .SM_ENTRIES(SM_ENTRIES), .Q(Q)) i_sm (
    .clk_i, .rst_ni, .mem_test_i, .load_i(load_q), .re_i(walk_sm_re), .raddr_i(t_sm[SmW-1:0]), .rdata_o(sm_rdata),
    .fresh_i(v.first), .range_i(range_v && en), .range_sm_i(mm_sm), .lo_i(range_lo), .hi_i(range_hi),
    .par_ready_o(par_ready), .par_take_i(par_take), .par_valid_i(par_valid_q), .par_lo_i(p_inv_q),
    .par_hi_i(p_scale_q), .par_rowsum_i(p_rowsum_q), .par_sm_i(s2_sm[SmW-1:0]),
    .bits8_i(p_is8), .sym_i(v.sym), .sd_i(v.sd), .par_done_o(par_done), .par_flag_o(par_flag),
    .scat_valid_i(ready && is_smwr), .scat_ready_o(scat_ready), .scat_first_i(s2_first),
    .scat_sm_i(s2_sm), .scat_count_i(v.cols), .scat_stride_i(v.gstride), .scat_x_i(a_q),
    .scat_bad_o(scat_bad), .q_we_i(q_sm_we), .q_addr_i(q_sm_addr), .q_data_i(q_sm_data),
    .we_o(sm_we_o), .addr_o(sm_addr_o), .data_o(sm_data_o), .busy_o(sm_busy));

  // ---- Results and the end of an instruction -----------------------------------------------------------------
  logic out_busy;
  stamp_vx_out #(.L(L), .AddrW(VmW)) i_out (
    .clk_i(clk), .rst_ni, .put_i(alu_valid || line_valid || fn_out), .ready_o(en), .check_i(!is_code),
    .addr_i(is_fn ? fn_addr : alu_valid ? alu_addr : line_addr),
    .data_i(is_fn ? fn_data : alu_valid ? alu_data : line_data),
    .valid_o(vw_valid_o), .ready_i(vw_ready_i), .addr_o(vw_addr_o), .data_o(vw_data_o),
    .infinite_o(infinite), .busy_o(out_busy));

  always_ff @(posedge clk) begin
    ev_read_o    <= vr_re_o;
    ev_lines_o   <= t_lines;
    ev_fn_o      <= fn_valid && fn_ready;
    ev_divides_o <= par_done ? 8'd2 : !(fn_valid && fn_ready) ? 8'd0
                    : w.fn == 4'(stamp_isa_pkg::FN_ONE_RECIP) ? 8'(L)
                    : w.fn == 4'(stamp_isa_pkg::FN_ONE_RSQRT) ? 8'(2 * L) : 8'd0;
  end
  // What is still to be done after this cycle: writes that are made in it are not.
  assign pipe_busy = way_busy || s2_v_q || exec != '0 || alu_busy || alu_valid || line_valid || fn_out
                     || out_busy || deq_v || rows_busy || code_busy || quant_busy || fn_busy
                     || par_valid_q || sm_busy || (is_quant && xb_busy_i);
  assign numeric   = infinite || (par_done && par_flag);

  logic unused;
  assign unused = &{1'b0, b, v, w, s2_q, unused_fn_flag};

endmodule
