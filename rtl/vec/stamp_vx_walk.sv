// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_walk - the loops of a vector instruction: one step a cycle, each with the addresses and
// the tag of what it reads.
//
// Rule     model/spec/isa.md section 4. C twins: the loops of model/insn/v*.c, model/machine/check.c.
// Steps    per (r, j) one to four by sub_q: 0 the line of a, 1 that of b (MAC: d), 2 the sines of VROPE
//          (VBFLY ROT: 2 and 3 read nothing); 3 comes first: the line of the rows' scalars of VROW and
//          EXPM, of MAC that of b, which stays for the rows that share it. MAC goes column by column.
// Errors   every address is checked before its step; fail_o, and no step is made any more.
// A line or entry number is checked in each row, so one stride more fits 18 bits.
module stamp_vx_walk #(
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned VM_LINES,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned PB_LINES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,

    input  logic                          start_i, // insn_i is new; insn_q_i holds it from then on
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_q_i,
    input  logic                          adv_i,   // the pipeline takes a step
    input  logic                          par_ready_i, // VQPAR: a unit is free
    input  logic                          is8_i,   // row table output: the row has 8 bits
    output logic                          walking_o,
    output logic                          fail_o,  // RANGE

    output logic                          vr_valid_o,
    input  logic                          vr_ready_i,
    output logic [$clog2(VM_LINES)-1:0]   vr_addr_o,
    output logic                          sm_re_o,
    output logic                          rt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] rt_addr_o,

    // The step made in this cycle.
    output logic                          step_o,
    output logic                          read_o,  // its VM line follows in the next cycle
    output logic                          b_o,     // into the second operand
    output logic                          go_o,    // the last of its (r, j)
    output logic [1:0]                    sub_o,
    output logic                          first_o, // of its block (row): parameters follow from SM
    output logic                          last_o,
    output logic [17:0]                   line_o,  // result line in VM; VPACKK, VPACKV: in PB
    output logic [12:0]                   index_o, // row table entry; VPACKK column, VPACKV depth
    output logic [$clog2(L)-1:0]          lane_o,  // scalar of the row; VSMRD: first lane
    output logic [2:0]                    field_o, // VCODE, VDEQ: code within the word
    output logic                          flush_o, // VCODE, VSMRD: the line is complete
    output logic [$clog2(L):0]            count_o, // elements that count
    output logic [12:0]                   sm_o,
    output logic [12:0]                   rm_o,
    output logic [15:0]                   xb_o,
    output logic [1:0]                    ev_lines_o
);

  localparam int unsigned Log  = $clog2(L);
  localparam int unsigned LogT = $clog2(T);

  stamp_isa_pkg::insn_b_t b_new, b;
  stamp_isa_pkg::insn_v_t v_new, v;
  stamp_isa_pkg::insn_w_t w_new, w;
  assign b_new = insn_i;
  assign v_new = insn_i;
  assign w_new = insn_i;
  assign b     = insn_q_i;
  assign v     = insn_q_i;
  assign w     = insn_q_i;

  // ---- What the instruction is ------------------------------------------------------------------
  function automatic logic format_w(input logic [7:0] op);
    format_w = op == stamp_isa_pkg::OP_VBIN || op == stamp_isa_pkg::OP_VROPE
               || op == stamp_isa_pkg::OP_VROW || op == stamp_isa_pkg::OP_VRED
               || op == stamp_isa_pkg::OP_VFN;
  endfunction

  function automatic logic with_scalar(input logic [7:0] op, input logic [3:0] fn);
    with_scalar = op == stamp_isa_pkg::OP_VROW
                  || (op == stamp_isa_pkg::OP_VFN && fn == 4'(stamp_isa_pkg::FN_ONE_EXPM));
  endfunction

  function automatic logic with_sum(input logic [7:0] op, input logic [3:0] fn);
    with_sum = op == stamp_isa_pkg::OP_VBIN && fn == 4'(stamp_isa_pkg::FN_BIN_MAC);
  endfunction

  logic is_b, is_w, is_rot, is_min, is_par, is_quant, is_bias, is_rope, is_red, is_code, is_deq;
  logic is_packk, is_packv, is_pack, is_smrd, is_smwr, is_mac, scalar, two, words, uses_sm, uses_rt;
  assign is_b     = b.op == stamp_isa_pkg::OP_VBFLY;
  assign is_w     = format_w(w.op);
  assign is_rot   = is_b && b.kind == 2'(stamp_isa_pkg::KIND_ROT);
  assign is_min   = v.op == stamp_isa_pkg::OP_VMINMAX;
  assign is_par   = v.op == stamp_isa_pkg::OP_VQPAR;
  assign is_quant = v.op == stamp_isa_pkg::OP_VQUANT;
  assign is_bias  = v.op == stamp_isa_pkg::OP_VBIAS;
  assign is_rope  = w.op == stamp_isa_pkg::OP_VROPE;
  assign is_red   = w.op == stamp_isa_pkg::OP_VRED;
  assign is_code  = v.op == stamp_isa_pkg::OP_VCODE;
  assign is_deq   = v.op == stamp_isa_pkg::OP_VDEQ;
  assign is_packk = v.op == stamp_isa_pkg::OP_VPACKK;
  assign is_packv = v.op == stamp_isa_pkg::OP_VPACKV;
  assign is_smrd  = v.op == stamp_isa_pkg::OP_VSMRD;
  assign is_smwr  = v.op == stamp_isa_pkg::OP_VSMWR;
  assign is_pack  = is_packk || is_packv;
  assign is_mac   = with_sum(w.op, w.fn);
  assign scalar   = with_scalar(w.op, w.fn);
  assign two      = is_b || is_bias || w.op == stamp_isa_pkg::OP_VBIN
                    || (w.op == stamp_isa_pkg::OP_VFN && w.fn == 4'(stamp_isa_pkg::FN_ONE_RSQRT));
  assign words    = is_code || is_deq;
  assign uses_sm  = is_min || is_par || is_quant || words || is_pack || is_smrd || is_smwr;
  assign uses_rt  = is_par || is_quant || words;

  logic [11:0] n0, cols;
  logic [15:0] s0;
  logic [7:0]  blk;
  logic [1:0]  sub_last;
  assign n0       = is_b ? b.n0 : is_w ? w.n0 : v.n0;
  assign s0       = is_b ? b.s0 : is_w ? w.s0 : v.s0;
  assign cols     = is_b ? b.cols : is_w ? w.cols
                    : is_smwr ? 12'((13'(v.cols) + 13'(L/2 - 1)) >> (Log - 1)) : v.cols;
  assign blk      = (is_min || is_quant || words || is_pack) ? v.blk : 8'd0;
  assign sub_last = is_rot ? 2'd3 : is_rope ? 2'd2 : two ? 2'd1 : 2'd0;

  // ---- Where it is --------------------------------------------------------------------------------
  logic               walking_q;
  logic [1:0]         sub_q;
  logic [11:0]        i0_q, i1_q, j_q;
  logic [17:0]        a_row_q, outer_q, b_row_q, d_row_q, d_q, sm_row_q, sm_q;
  logic [12:0]        index_q;
  logic [7:0]         blkpos_q, rep_q;
  logic [2:0]         field_q;
  logic [11:0]        word_q; // packed line within its row
  logic [23:0]        lim_q;
  logic signed [25:0] rem_q;  // lim(r) - j*L

  logic [17:0] a_line, b_line, off, rd_line;
  logic        want, bad, first, last, last_line, last_row, sub_done, word_full;

  assign a_line  = a_row_q + (!is_smrd ? 18'(j_q) : v.first ? 18'(j_q) >> (Log - 1)
                                                            : 18'(j_q) >> Log);
  assign off     = is_b ? 18'(b.boff) : scalar ? 18'(i0_q) >> Log : words ? 18'(word_q)
                   : sub_q == 2'd2 ? 18'(cols) + 18'(j_q) : 18'(j_q);
  assign b_line  = (is_b ? a_line : b_row_q) + off;
  assign rd_line = (sub_q == 2'd0 && !is_deq) ? a_line : (is_mac && sub_q == 2'd1) ? d_q : b_line;
  assign line_o  = (is_w || is_pack) ? d_q : is_code ? b_line : is_b ? rd_line : a_line;

  assign want    = walking_q && (is_deq ? field_q == 3'd0
                                 : is_rot ? !sub_q[1] : !(is_par || is_smrd));
  assign bad     = (want && rd_line >= 18'(VM_LINES))
                   || ((is_w || words || is_smrd) && line_o >= 18'(VM_LINES))
                   || (uses_sm && sm_q >= 18'(SM_ENTRIES))
                   || (is_quant && rm_o >= 13'(SM_ENTRIES))
                   || (uses_rt && index_q >= 13'(RT_ENTRIES))
                   || (is_packk && index_q >= 13'(L))
                   || (is_pack && d_q + 18'(v.gstride) + (is_packk ? 18'(L/T - 1) : 18'd0)
                                  >= 18'(PB_LINES));
  assign fail_o  = walking_q && bad;

  assign first     = blkpos_q == 8'd0 && (blk != 8'd0 || j_q == 12'd0);
  assign last_line = j_q + 12'd1 == cols;
  assign last      = last_line || (blk != 8'd0 && blkpos_q + 8'd1 == blk);
  assign last_row  = i0_q + 12'd1 == n0 && (!is_b || i1_q + 12'd1 == b.n1);
  assign sub_done  = scalar ? sub_q == 2'd0 : sub_q == sub_last;
  assign word_full = field_q == (is8_i ? 3'd3 : 3'd7); // is8_i is the row's from its second line on

  assign walking_o  = walking_q;
  assign vr_valid_o = want && adv_i && !bad;
  assign vr_addr_o  = rd_line[$clog2(VM_LINES)-1:0];
  assign step_o     = walking_q && adv_i && !bad && (!want || vr_ready_i)
                      && (!is_par || par_ready_i);
  assign sm_re_o    = step_o && (is_par || is_smrd || (first && (is_quant || words || is_pack)));
  assign rt_re_o    = step_o && (is_par || (j_q == 12'd0 && (is_quant || words)));
  assign rt_addr_o  = index_q[$clog2(RT_ENTRIES)-1:0];

  assign read_o  = want;
  assign b_o     = sub_q != 2'd0;
  assign go_o    = sub_done;
  assign sub_o   = sub_q;
  assign first_o = first || is_smrd;
  assign last_o  = last;
  assign index_o = index_q;
  assign lane_o  = !is_smrd ? i0_q[Log-1:0] : v.first ? {j_q[Log-2:0], 1'b0} : j_q[Log-1:0];
  assign field_o = field_q;
  assign flush_o = last_line || (is_smrd ? lane_o[Log-1:1] == '1 && (v.first || lane_o[0])
                                         : word_full);
  assign count_o = rem_q[25] ? '0 : rem_q[24:Log] != '0 ? (Log+1)'(L) : {1'b0, rem_q[Log-1:0]};
  assign sm_o    = sm_q[12:0];
  assign rm_o    = sm_q[12:0] + 13'(v.rm) - 13'(v.sm);
  assign xb_o    = v.xb + 16'(j_q);

  assign ev_lines_o = (!step_o || !sub_done || is_par) ? 2'd0
                      : is_b ? 2'd2 : (is_smrd && !flush_o) ? 2'd0 : 2'd1;

  // ---- From one to the next -----------------------------------------------------------------------
  logic [17:0] b_next, d_next, sm_next;
  logic [23:0] lim_next;
  logic        rep_end;
  assign rep_end  = w.rep != 8'd0 && rep_q + 8'd1 == w.rep;
  assign b_next   = b_row_q + (words ? 18'(v.gstride) : (is_w && !scalar && rep_end) ? 18'(w.bs) : 18'd0);
  assign d_next   = d_row_q + (is_red ? 18'(i0_q[Log-1:0] == '1)
                               : is_packv ? 18'(index_q[LogT-1:0] == '1)
                               : is_packk ? 18'd0 : 18'(w.ds));
  assign sm_next  = sm_row_q + 18'(v.smstride);
  assign lim_next = lim_q + 24'(w.lstep);

  always_ff @(posedge clk_i) begin : fsm
    if (!rst_ni) walking_q <= 1'b0;
    else if (start_i) walking_q <= 1'b1;
    else if (bad || (step_o && sub_done && last_line && last_row)) walking_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin : loops
    if (start_i) begin
      {i0_q, i1_q, j_q, blkpos_q, rep_q, field_q, word_q} <= '0;
      sub_q    <= with_scalar(w_new.op, w_new.fn) || with_sum(w_new.op, w_new.fn) ? 2'd3 : 2'd0;
      a_row_q  <= b_new.op == stamp_isa_pkg::OP_VBFLY ? 18'(b_new.a)
                  : format_w(w_new.op) ? 18'(w_new.a) : 18'(v_new.a);
      outer_q  <= 18'(b_new.a);
      b_row_q  <= format_w(w_new.op) ? 18'(w_new.b) : 18'(v_new.b);
      d_row_q  <= format_w(w_new.op) ? 18'(w_new.d)
                  : 18'(v_new.xb) + (v_new.op == stamp_isa_pkg::OP_VPACKV ? 18'(v_new.rm) >> LogT
                                                                          : 18'd0);
      d_q      <= format_w(w_new.op) ? 18'(w_new.d)
                  : 18'(v_new.xb) + (v_new.op == stamp_isa_pkg::OP_VPACKV ? 18'(v_new.rm) >> LogT
                                                                          : 18'd0);
      sm_row_q <= 18'(v_new.sm);
      sm_q     <= 18'(v_new.sm);
      index_q  <= (v_new.op == stamp_isa_pkg::OP_VPACKK || v_new.op == stamp_isa_pkg::OP_VPACKV)
                  ? 13'(v_new.rm) : 13'(v_new.rt);
      lim_q    <= w_new.lim;
      rem_q    <= 26'($signed(w_new.lim));
    end else if (step_o && !sub_done) begin
      sub_q <= sub_q + 2'd1;
    end else if (step_o && is_mac && last_row) begin // the next column, from its first row
      sub_q    <= 2'd3;
      j_q      <= j_q + 12'd1;
      {i0_q, rep_q} <= '0;
      a_row_q  <= 18'(w.a);
      b_row_q  <= 18'(w.b);
      d_row_q  <= 18'(w.d);
      d_q      <= 18'(w.d) + 18'(j_q) + 18'd1;
    end else if (step_o && !is_mac && !last_line) begin
      sub_q    <= 2'd0;
      j_q      <= j_q + 12'd1;
      blkpos_q <= last ? 8'd0 : blkpos_q + 8'd1;
      sm_q     <= sm_q + (is_smrd ? 18'(v.gstride) : 18'(is_par || (last && blk != 8'd0)));
      d_q      <= d_q + (is_red ? 18'd0 : is_packk ? 18'(L/T) : is_packv ? 18'(v.b) : 18'd1);
      field_q  <= word_full ? 3'd0 : field_q + 3'd1;
      if (word_full) word_q <= word_q + 12'd1;
      rem_q    <= rem_q - 26'(L);
    end else if (step_o) begin
      sub_q    <= (is_mac ? rep_end : scalar && i0_q[Log-1:0] == '1) ? 2'd3 : 2'd0;
      {blkpos_q, field_q, word_q} <= '0;
      if (!is_mac) j_q <= '0;
      i0_q     <= i0_q + 12'd1;
      a_row_q  <= a_row_q + 18'(s0);
      b_row_q  <= b_next;
      rep_q    <= rep_end ? 8'd0 : rep_q + 8'd1;
      d_row_q  <= d_next;
      d_q      <= d_next + (is_mac ? 18'(j_q) : 18'd0);
      sm_row_q <= sm_next;
      sm_q     <= sm_next;
      index_q  <= index_q + 13'd1;
      lim_q    <= lim_next;
      rem_q    <= 26'($signed(lim_next));
      if (is_b && i0_q + 12'd1 == n0) begin
        i0_q    <= '0;
        i1_q    <= i1_q + 12'd1;
        outer_q <= outer_q + 18'(b.s1);
        a_row_q <= outer_q + 18'(b.s1);
      end
    end
  end

  logic unused; // every field of some format is somebody else's
  assign unused = &{1'b0, b_new, v_new, w_new, b, v, w};

endmodule
