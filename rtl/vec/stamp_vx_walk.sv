// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_walk - the loops of a vector instruction: one step a cycle, each with the addresses and
// the tag of what it reads.
//
// Rule     model/spec/isa.md section 4. C twins: the loops of model/insn/v*.c, model/machine/check.c.
// Steps    per (r, j) one to four by sub_q: 0 the line of a, 1 that of b (MAC: d), 2 the sines of VROPE
//          (VBFLY ROT: 2 and 3 read nothing); 3 comes first: the line of the rows' scalars of VROW and
//          EXPM, of MAC that of b, which stays for the rows that share it. MAC goes column by column.
// Pipeline 0 the loops, row table read; 1 addresses and their limits; 2 the step given, VM and SM read
//          in its first cycle, whether it moves on or not. Between 0 and 1 there is a spare register, so that the
//          loops stop by a register too: adv_i comes late in its cycle.
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

    input  logic                          load_i,  // the first cycle of insn_i, which then holds
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic                          adv_i,   // the pipeline moves
    output logic                          walking_o,
    output logic                          fail_o,  // RANGE

    // Reads: data come in the second cycle after re.
    output logic                          vr_re_o,
    output logic [$clog2(VM_LINES)-1:0]   vr_addr_o,
    output logic                          sm_re_o,
    output logic                          rt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] rt_addr_o,
    input  logic [15:0]                   rt_data_i,

    // The step that moves on in this cycle; its tag.
    output logic                          step_o,
    output logic                          read_o,  // of a VM line
    output logic                          b_o,     // into the second operand
    output logic                          go_o,    // the last of its (r, j)
    output logic [1:0]                    sub_o,
    output logic                          first_o, // of its block (row)
    output logic                          last_o,
    output logic                          state_o, // of SM
    output logic [17:0]                   line_o,  // result line in VM; VPACKK, VPACKV: in PB
    output logic [12:0]                   index_o, // row table entry; VPACKK column, VPACKV depth
    output logic [$clog2(L)-1:0]          lane_o,  // scalar of the row; VSMRD: first lane
    output logic [2:0]                    field_o, // VCODE, VDEQ: code within the word
    output logic                          flush_o, // VCODE, VSMRD: the line is complete
    output logic [$clog2(L):0]            count_o, // elements that count
    output logic [12:0]                   sm_o,
    output logic [12:0]                   rm_o,
    output logic [15:0]                   xb_o,
    output logic [12:0]                   row_o,   // row table: 8 bits, nibble row
    output logic [1:0]                    ev_lines_o
);

  localparam int unsigned Log  = $clog2(L);
  localparam int unsigned LogT = $clog2(T);
  localparam int unsigned VmW  = $clog2(VM_LINES);

  stamp_isa_pkg::insn_b_t b;
  stamp_isa_pkg::insn_v_t v;
  stamp_isa_pkg::insn_w_t w;
  assign b = insn_i;
  assign v = insn_i;
  assign w = insn_i;

  // ---- What the instruction is: decoded in its first cycle ----------------------------------------
  typedef struct packed {
    logic b, w, rot, par, quant, rope, red, code, deq, packk, packv, pack, smrd, mac, scalar, words;
    logic uses_sm, uses_rt, block, repeats; // block, repeats: blk, rep count
    logic [1:0] sub_last;
  } kind_t;

  kind_t       k, k_q;
  logic        two;
  logic [12:0] rm_off_q;                    // from SM entry to RM entry
  logic [17:0] span_q;                      // VPACKK, VPACKV: from the line to the last written
  logic [11:0] n0_q, n1_q, cols_q;          // last of each loop
  logic [7:0]  blk_q, reps_q;

  assign two       = v.op == stamp_isa_pkg::OP_VBIAS || w.op == stamp_isa_pkg::OP_VBIN
                     || (w.op == stamp_isa_pkg::OP_VFN && w.fn == 4'(stamp_isa_pkg::FN_ONE_RSQRT));

  always_comb begin
    k = '0;
    if (load_i) begin
      k.b       = b.op == stamp_isa_pkg::OP_VBFLY;
      k.w       = w.op == stamp_isa_pkg::OP_VBIN || w.op == stamp_isa_pkg::OP_VROPE
                  || w.op == stamp_isa_pkg::OP_VROW || w.op == stamp_isa_pkg::OP_VRED
                  || w.op == stamp_isa_pkg::OP_VFN;
      k.rot     = k.b && b.kind == 2'(stamp_isa_pkg::KIND_ROT);
      k.par     = v.op == stamp_isa_pkg::OP_VQPAR;
      k.quant   = v.op == stamp_isa_pkg::OP_VQUANT;
      k.rope    = w.op == stamp_isa_pkg::OP_VROPE;
      k.red     = w.op == stamp_isa_pkg::OP_VRED;
      k.code    = v.op == stamp_isa_pkg::OP_VCODE;
      k.deq     = v.op == stamp_isa_pkg::OP_VDEQ;
      k.packk   = v.op == stamp_isa_pkg::OP_VPACKK;
      k.packv   = v.op == stamp_isa_pkg::OP_VPACKV;
      k.pack    = k.packk || k.packv;
      k.smrd    = v.op == stamp_isa_pkg::OP_VSMRD;
      k.mac     = w.op == stamp_isa_pkg::OP_VBIN && w.fn == 4'(stamp_isa_pkg::FN_BIN_MAC);
      k.scalar  = w.op == stamp_isa_pkg::OP_VROW
                  || (w.op == stamp_isa_pkg::OP_VFN && w.fn == 4'(stamp_isa_pkg::FN_ONE_EXPM));
      k.words   = k.code || k.deq;
      k.uses_sm = v.op == stamp_isa_pkg::OP_VMINMAX || k.par || k.quant || k.words || k.pack
                  || k.smrd || v.op == stamp_isa_pkg::OP_VSMWR;
      k.uses_rt = k.par || k.quant || k.words;
      k.block   = (v.op == stamp_isa_pkg::OP_VMINMAX || k.quant || k.words || k.pack)
                  && v.blk != 8'd0;
      k.repeats = w.rep != 8'd0;
      k.sub_last = k.rot ? 2'd3 : k.rope ? 2'd2 : (k.b || two) ? 2'd1 : 2'd0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      k_q      <= k;
      n0_q     <= (k.b ? b.n0 : k.w ? w.n0 : v.n0) - 12'd1;
      n1_q     <= b.n1 - 12'd1;
      cols_q   <= v.op == stamp_isa_pkg::OP_VSMWR ? (v.cols - 12'd1) >> (Log - 1)
                  : (k.b ? b.cols : k.w ? w.cols : v.cols) - 12'd1;
      blk_q    <= v.blk - 8'd1;
      reps_q   <= w.rep - 8'd1;
      rm_off_q <= 13'(v.rm) - 13'(v.sm);
      span_q   <= 18'(v.gstride) + (k.packk ? 18'(L/T - 1) : 18'd0);
    end
  end

  // ---- 0: where the loops are ----------------------------------------------------------------------
  logic               walking_q, row_new_q; // row_new_q: the first cycle of a row
  logic [1:0]         sub_q;
  logic [11:0]        i0_q, i1_q, j_q;
  logic [17:0]        a_row_q, outer_q, b_row_q, d_row_q, d_q, sm_row_q, sm_q; // MAC: d_row_q of the column
  logic [12:0]        index_q;
  logic [7:0]         blkpos_q, rep_q;
  logic [2:0]         field_q;
  logic [11:0]        word_q; // packed line within its row
  logic [23:0]        lim_q;
  logic signed [25:0] rem_q;  // lim(r) - j*L

  logic        step0, want, first, last, last_line, last_row, sub_done, word_full, is8, flush, kill;
  logic        v1_q, spare_v_q, move1; // stage 1 and the spare register hold a step; stage 1 takes one
  logic [11:0] j_a; // line of a within the row
  logic [Log-1:0] lane;

  assign step0     = walking_q && !spare_v_q;
  assign move1     = adv_i || !v1_q;
  assign want      = k_q.deq ? field_q == 3'd0 : k_q.rot ? !sub_q[1] : !(k_q.par || k_q.smrd);
  assign first     = blkpos_q == 8'd0 && (k_q.block || j_q == 12'd0);
  assign last_line = j_q == cols_q;
  assign last      = last_line || (k_q.block && blkpos_q == blk_q);
  assign last_row  = i0_q == n0_q && (!k_q.b || i1_q == n1_q);
  assign sub_done  = k_q.scalar ? sub_q == 2'd0 : sub_q == k_q.sub_last;
  assign word_full = field_q == (is8 ? 3'd3 : 3'd7); // is8 is the row's from its third line on
  assign j_a       = !k_q.smrd ? j_q : v.first ? j_q >> (Log - 1) : j_q >> Log;
  assign lane      = !k_q.smrd ? i0_q[Log-1:0] : v.first ? {j_q[Log-2:0], 1'b0} : j_q[Log-1:0];
  assign flush     = last_line || (k_q.smrd ? lane[Log-1:1] == '1 && (v.first || lane[0]) : word_full);

  assign rt_re_o   = row_new_q && walking_q && k_q.uses_rt;
  assign rt_addr_o = index_q[$clog2(RT_ENTRIES)-1:0];

  // From one to the next.
  logic [17:0] b_next, d_next, sm_next;
  logic [23:0] lim_next;
  logic        rep_end, d_more;
  assign rep_end  = k_q.repeats && rep_q == reps_q;
  assign b_next   = (k_q.words || (k_q.w && !k_q.scalar && rep_end))
                    ? b_row_q + (k_q.words ? 18'(v.gstride) : 18'(w.bs)) : b_row_q;
  assign d_more   = k_q.red ? i0_q[Log-1:0] == '1 : k_q.packv ? index_q[LogT-1:0] == '1 : !k_q.packk;
  assign d_next   = d_more ? (k_q.mac ? d_q : d_row_q) + ((k_q.red || k_q.packv) ? 18'd1 : 18'(w.ds))
                           : d_row_q;
  assign sm_next  = sm_row_q + 18'(v.smstride);
  assign lim_next = lim_q + 24'(w.lstep);

  always_ff @(posedge clk_i) begin : fsm
    if (!rst_ni || kill) walking_q <= 1'b0;
    else if (load_i) walking_q <= 1'b1;
    else if (step0 && sub_done && last_line && last_row) walking_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin : loops
    row_new_q <= load_i;
    if (load_i) begin
      {i0_q, i1_q, j_q, blkpos_q, rep_q, field_q, word_q} <= '0;
      sub_q    <= (k.scalar || k.mac) ? 2'd3 : 2'd0;
      a_row_q  <= k.b ? 18'(b.a) : k.w ? 18'(w.a) : 18'(v.a);
      outer_q  <= 18'(b.a);
      b_row_q  <= k.w ? 18'(w.b) : 18'(v.b);
      d_row_q  <= k.w ? 18'(w.d) : 18'(v.xb) + (k.packv ? 18'(v.rm) >> LogT : 18'd0);
      d_q      <= k.w ? 18'(w.d) : 18'(v.xb) + (k.packv ? 18'(v.rm) >> LogT : 18'd0);
      sm_row_q <= 18'(v.sm);
      sm_q     <= 18'(v.sm);
      index_q  <= k.pack ? 13'(v.rm) : 13'(v.rt);
      lim_q    <= w.lim;
      rem_q    <= 26'($signed(w.lim));
    end else if (step0) begin
      if (!sub_done) begin
        sub_q <= sub_q + 2'd1;
      end else if (k_q.mac && last_row) begin // the next column, from its first row
        sub_q    <= 2'd3;
        j_q      <= j_q + 12'd1;
        {i0_q, rep_q} <= '0;
        a_row_q  <= 18'(w.a);
        b_row_q  <= 18'(w.b);
        d_row_q  <= d_row_q + 18'd1;
        d_q      <= d_row_q + 18'd1;
      end else if (!k_q.mac && !last_line) begin
        sub_q    <= 2'd0;
        j_q      <= j_q + 12'd1;
        blkpos_q <= last ? 8'd0 : blkpos_q + 8'd1;
        if (k_q.smrd || k_q.par || (last && k_q.block))
          sm_q   <= sm_q + (k_q.smrd ? 18'(v.gstride) : 18'd1);
        d_q      <= d_q + (k_q.red ? 18'd0 : k_q.packk ? 18'(L/T) : k_q.packv ? 18'(v.b) : 18'd1);
        field_q  <= word_full ? 3'd0 : field_q + 3'd1;
        if (word_full) word_q <= word_q + 12'd1;
        rem_q    <= rem_q - 26'(L);
      end else begin
        row_new_q <= 1'b1;
        sub_q    <= (k_q.mac ? rep_end : k_q.scalar && i0_q[Log-1:0] == '1) ? 2'd3 : 2'd0;
        {blkpos_q, field_q, word_q} <= '0;
        if (!k_q.mac) j_q <= '0;
        i0_q     <= i0_q + 12'd1;
        a_row_q  <= a_row_q + (k_q.b ? 18'(b.s0) : k_q.w ? 18'(w.s0) : 18'(v.s0));
        b_row_q  <= b_next;
        rep_q    <= rep_end ? 8'd0 : rep_q + 8'd1;
        if (!k_q.mac) d_row_q <= d_next;
        d_q      <= d_next;
        sm_row_q <= sm_next;
        sm_q     <= sm_next;
        index_q  <= index_q + 13'd1;
        lim_q    <= lim_next;
        rem_q    <= 26'($signed(lim_next));
        if (k_q.b && i0_q == n0_q) begin
          i0_q    <= '0;
          i1_q    <= i1_q + 12'd1;
          outer_q <= outer_q + 18'(b.s1);
          a_row_q <= outer_q + 18'(b.s1);
        end
      end
    end
  end

  // ---- 1: addresses and their limits ------------------------------------------------------------------
  typedef struct packed {
    logic           read, b, go;
    logic [1:0]     sub;
    logic           first, last, state, row, flush;
    logic [12:0]    index;
    logic [Log-1:0] lane;
    logic [2:0]     field;
    logic [Log:0]   count;
    logic [12:0]    sm;
  } tag_t;

  typedef struct packed {
    tag_t        tag;
    logic        bfly, rope, beyond; // beyond: the SM entry is
    logic [17:0] x, m, d;            // the line read is x + y + z, the result m + o
    logic [11:0] y, o, j;
  } step_t;

  step_t       s0, s1_q, spare_q;
  tag_t        t2_q;
  logic [17:0] z1, keep1, carry1, rd1, to1;

  assign z1     = s1_q.bfly ? 18'(b.boff) : s1_q.rope ? 18'(w.cols) : 18'd0;
  assign keep1  = s1_q.x ^ 18'(s1_q.y) ^ z1;
  assign carry1 = ((s1_q.x & 18'(s1_q.y)) | (s1_q.x & z1) | (18'(s1_q.y) & z1)) << 1;
  assign rd1    = keep1 + carry1;
  assign to1    = s1_q.m + 18'(s1_q.o);

  always_comb begin : addresses
    s0           = '0;
    s0.tag.read  = want;
    s0.tag.b     = sub_q != 2'd0;
    s0.tag.go    = sub_done;
    s0.tag.sub   = sub_q;
    s0.tag.first = first || k_q.smrd;
    s0.tag.last  = last;
    s0.tag.state = k_q.par || k_q.smrd || (first && (k_q.quant || k_q.words || k_q.pack));
    s0.tag.row   = k_q.uses_rt && j_q == 12'd0;
    s0.tag.flush = flush;
    s0.tag.index = index_q;
    s0.tag.lane  = lane;
    s0.tag.field = field_q;
    s0.tag.count = rem_q[25] ? '0 : rem_q[24:Log] != '0 ? (Log+1)'(L) : {1'b0, rem_q[Log-1:0]};
    s0.tag.sm    = sm_q[12:0];
    s0.beyond    = k_q.uses_sm && sm_q >= 18'(SM_ENTRIES);
    s0.bfly      = k_q.b && sub_q != 2'd0;
    s0.rope      = k_q.rope && sub_q == 2'd2;
    s0.j         = j_q;
    s0.d         = d_q;
    if (k_q.b || (sub_q == 2'd0 && !k_q.deq)) {s0.x, s0.y} = {a_row_q, j_a};
    else if (k_q.mac && sub_q == 2'd1) {s0.x, s0.y} = {d_q, 12'd0};
    else {s0.x, s0.y} = {b_row_q, k_q.scalar ? i0_q >> Log : k_q.words ? word_q : j_q};
    if (k_q.w || k_q.pack) {s0.m, s0.o} = {d_q, 12'd0};
    else {s0.m, s0.o} = k_q.code ? {b_row_q, word_q} : {a_row_q, j_a};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || kill || load_i) {v1_q, spare_v_q} <= '0;
    else begin
      v1_q      <= !move1 || step0 || spare_v_q;
      spare_v_q <= !move1 && (step0 || spare_v_q);
    end
    if (step0) spare_q <= s0;
    if (move1 && (step0 || spare_v_q)) s1_q <= spare_v_q ? spare_q : s0;
  end

  // ---- 2: the step --------------------------------------------------------------------------------------
  logic           v2_q, fresh_q; // fresh_q: its first cycle
  logic [5:0]     bad_q;
  logic [17:0]    rd2_q;
  logic [12:0]    rt_line, row_q;
  logic           rt_q, rt_here_q;

  assign kill   = v2_q && bad_q != '0;
  assign fail_o = kill;

  always_ff @(posedge clk_i) begin : steps
    if (!rst_ni || kill || load_i) {v2_q, fresh_q} <= '0;
    else begin
      fresh_q <= adv_i && v1_q;
      if (adv_i) v2_q <= v1_q;
    end
    if (adv_i && v1_q) begin
      t2_q   <= s1_q.tag;
      rd2_q  <= rd1;
      line_o <= k_q.b ? rd1 : to1;
      rm_o   <= s1_q.tag.sm + rm_off_q;
      xb_o   <= v.xb + 16'(s1_q.j);
      bad_q  <= {s1_q.tag.read && rd1 >= 18'(VM_LINES),
                 (k_q.w || k_q.words || k_q.smrd) && to1 >= 18'(VM_LINES),
                 s1_q.beyond,
                 k_q.quant && 13'(s1_q.tag.sm + rm_off_q) >= 13'(SM_ENTRIES),
                 (k_q.uses_rt && s1_q.tag.index >= 13'(RT_ENTRIES)) || (k_q.packk && s1_q.tag.index >= 13'(L)),
                 k_q.pack && s1_q.d + span_q >= 18'(PB_LINES)};
    end
  end

  // The row's entry of the table.
  stamp_vx_catch #(.Width(13), .Depth(4)) i_row (
    .clk_i, .rst_ni, .clear_i(load_i), .put_i(rt_here_q), .data_i({rt_data_i[15], rt_data_i[11:0]}),
    .take_i(step_o && t2_q.row), .data_o(rt_line));

  always_ff @(posedge clk_i) begin
    {rt_here_q, rt_q} <= {rt_q && rst_ni, rt_re_o};
    if (step_o && t2_q.row) row_q <= rt_line;
  end
  assign is8   = row_q[12];
  assign row_o = t2_q.row ? rt_line : row_q;

  assign walking_o  = load_i || walking_q || v1_q || v2_q;
  assign step_o     = v2_q && adv_i && !kill;
  assign vr_re_o    = fresh_q && t2_q.read && !kill;
  assign vr_addr_o  = rd2_q[VmW-1:0];
  assign sm_re_o    = fresh_q && t2_q.state && !kill;
  assign ev_lines_o = (!step_o || !t2_q.go || k_q.par) ? 2'd0
                      : k_q.b ? 2'd2 : (k_q.smrd && !t2_q.flush) ? 2'd0 : 2'd1;

  assign {read_o, b_o, go_o, sub_o, first_o, last_o, state_o} =
      {t2_q.read, t2_q.b, t2_q.go, t2_q.sub, t2_q.first, t2_q.last, t2_q.state};
  assign {index_o, lane_o, field_o, flush_o, count_o, sm_o} =
      {t2_q.index, t2_q.lane, t2_q.field, t2_q.flush, t2_q.count, t2_q.sm};

  logic unused; // every field of some format is somebody else's
  assign unused = &{1'b0, b, v, w, rt_data_i[14:12], rd2_q};

endmodule
