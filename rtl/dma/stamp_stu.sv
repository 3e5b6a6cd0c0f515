// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_stu - store unit: VM or PB lines to DRAM rows.
//
// Rule        model/spec/isa.md, STORE and section 3; numerics.md, BF16. C twin:
//             model/insn/store.c.
// Latency     8 cycles to the first address, about 15 to the first beat: burst, beat of a line,
//             bf16 and a look at it, W, a stage each.
// Throughput  one beat per cycle, across rows and instructions, while VM, W and B allow; PB is its
//             own.
//             Addresses run ahead of the data; up to Writes bursts wait for their response.
// AXI         one ID (no ID ports): responses come back in order. AWVALID never waits for W;
//             W follows the start of its AWVALID but does not wait for AWREADY.
// Errors      RANGE: nothing is written. DRAM_RANGE: the rows before are written. NUMERIC:
//             everything is written; reported only where nothing else went wrong. After one of
//             these nothing of a later instruction is written: beats still owed to issued bursts
//             go out with strobes zero. After AXI_WRITE likewise, from the moment it is seen.
//             Instructions accepted behind a failing one end with the same code; nothing more is
//             accepted until busy_o is low.
module stamp_stu #(
    parameter int unsigned L, // elements of a VM line
    parameter int unsigned T, // 8 or less
    parameter int unsigned AXI_BYTES, // power of two up to 64; divides 2L and LT/2
    parameter int unsigned VM_LINES,
    parameter int unsigned PB_LINES,
    parameter int unsigned MaxBurst  = stamp_isa_pkg::BURST_BEATS, // beats, 1..256
    parameter int unsigned Writes    = stamp_isa_pkg::BURSTS, // bursts outstanding, power of two
    parameter int unsigned Depth     = stamp_isa_pkg::TRANSFERS, // in execution, a power of two
    parameter int unsigned Lines     = 4   // VM lines read ahead, power of two
) (
    input  logic                   clk_i,
    input  logic                   rst_ni, // synchronous, active low

    // Instruction, statically checked. ready_o does not depend on valid_i.
    input  logic                   insn_valid_i,
    output logic                   insn_ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [39:0]            addr_i,   // dram + address register
    input  logic [39:0]            win_lo_i, // stable while busy_o
    input  logic [39:0]            win_hi_i,

    // One pulse per instruction, in order, after its last write response.
    output logic                   done_valid_o,
    output logic [3:0]             done_err_o,

    // AXI4 write channels.
    output logic                   awvalid_o,
    input  logic                   awready_i,
    output logic [39:0]            awaddr_o,
    output logic [7:0]             awlen_o,
    output logic [2:0]             awsize_o,
    output logic [1:0]             awburst_o,
    output logic                   wvalid_o,
    input  logic                   wready_i,
    output logic [AXI_BYTES*8-1:0] wdata_o,
    output logic [AXI_BYTES-1:0]   wstrb_o, // all ones, or all zeros after an error
    output logic                   wlast_o,
    input  logic                   bvalid_i,
    output logic                   bready_o,
    input  logic [1:0]             bresp_i,

    // VM read. Valid and line hold until ready; data come in the second cycle after the grant.
    output logic                   rd_valid_o,
    input  logic                   rd_ready_i,
    output logic [15:0]            rd_line_o,
    input  logic [L*32-1:0]        rd_data_i,

    // PB read of line rd_line_o, as of VM.
    output logic                   pb_re_o,
    input  logic                   pb_ready_i,
    input  logic [L*T*4-1:0]       pb_data_i,

    output logic                   busy_o,        // from the cycle after acceptance to done
    output logic [7:0]             ev_bytes_o,    // written on W this cycle
    output logic                   ev_axi_wait_o, // AW, W or B keeps the unit from a beat
    output logic                   ev_vm_read_o   // a line granted
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(8)) i_wake (.clk_i, .rst_ni, .awake_i(insn_valid_i || busy_o), .clk_o(clk));

  localparam int unsigned W     = AXI_BYTES * 8;
  localparam int unsigned Beats = L * 32 / W; // of an f32 or raw line; a bf16 line has half
  localparam int unsigned BBits = $clog2(Writes);
  localparam int unsigned DBits = $clog2(Depth);

  if (AXI_BYTES > 64 || L % 8 != 0 || 2 * L % AXI_BYTES != 0 || L * T / 2 % AXI_BYTES != 0 || T > 8)
    $error("stamp_stu: a line must be a whole number of beats");

  /* verilator lint_off UNUSEDSIGNAL */ stamp_isa_pkg::insn_d_t d;
  /* verilator lint_on UNUSEDSIGNAL */
  assign d = insn_i; // the fields unread here are the dispatcher's

  // ---- instructions: one ring, passed by the W side, then by the B side ------------------------
  logic [9:0]       kind_q [Depth];   // look for NaN, bf16, beats of a line less one
  logic [3:0]       werr_q [Depth];   // what the W side found
  logic [DBits:0]   ii_q, ix_q, iw_q, ib_q; // next in, whose beats are made, at W, at B
  logic [DBits+1:0] inflight_q;       // accepted, done pulse not over
  logic             ag_ready, accept, clear, rd_idle;
  logic             x_done, w_done, b_done; // beats, the W side, the B side of an instruction end
  logic             wfail_q, bfail_q; // the W side, the B side saw an error: drop until empty
  logic             squash;
  logic             bf16_in, pb_in;
  logic [7:0]       beats_in;

  assign bf16_in      = d.fmt == stamp_isa_pkg::FMT_BF16;
  assign pb_in        = d.space == stamp_isa_pkg::SPACE_PB;
  assign beats_in     = pb_in ? 8'(L * T / 2 / AXI_BYTES) : bf16_in ? 8'(Beats / 2) : 8'(Beats);
  assign insn_ready_o = ag_ready && (ii_q - ib_q) != (DBits+1)'(Depth);
  assign accept       = insn_valid_i && insn_ready_o;
  assign busy_o       = inflight_q != '0 || squash;
  assign squash       = wfail_q || bfail_q;
  assign clear        = squash && inflight_q == '0 && rd_idle;

  always_ff @(posedge clk) begin : insn_ring
    if (!rst_ni) begin
      ii_q       <= '0;
      ix_q       <= '0;
      iw_q       <= '0;
      ib_q       <= '0;
      inflight_q <= '0;
    end else begin
      if (accept) ii_q <= ii_q + 1'b1;
      if (x_done) ix_q <= ix_q + 1'b1;
      if (w_done) iw_q <= iw_q + 1'b1;
      if (b_done) ib_q <= ib_q + 1'b1;
      if (accept && !done_valid_o)      inflight_q <= inflight_q + 1'b1;
      else if (!accept && done_valid_o) inflight_q <= inflight_q - 1'b1;
    end
    if (accept) kind_q[ii_q[DBits-1:0]]
        <= {d.fmt != stamp_isa_pkg::FMT_RAW, bf16_in, beats_in - 8'd1};
  end

  // ---- addresses; bursts: one ring, passed by the W side, then by the B side --------------------
  // Each side has its burst in a register: x beats are made, w they are on W, r awaited, b answered.
  logic [13:0]    burst_q [Writes]; // null, last, err, beats
  logic [BBits:0] bi_q, bx_q, bw_q, br_q, bb_q, aw_q; // aw: the last that has an address
  logic           push, push_null, push_last;
  logic [3:0]     push_err;
  logic [7:0]     push_beats;
  logic           x_load, w_pop, r_load, b_pop, aw_behind;
  /* verilator lint_off UNUSEDSIGNAL */ logic unused_re;
  logic [11:0]    unused_entry;
  /* verilator lint_on UNUSEDSIGNAL */

  stamp_dma_ag #(.AXI_BYTES(AXI_BYTES), .MaxBurst(MaxBurst), .IT_ENTRIES(0)) u_ag (
      .clk_i(clk), .rst_ni, .abort_i(squash), .clear_i(clear),
      .valid_i(accept), .ready_o(ag_ready), .insn_i, .addr_i,
      .line_beats_i(beats_in), .limit_i(pb_in ? 17'(PB_LINES) : 17'(VM_LINES)), .win_lo_i, .win_hi_i,
      .it_hold_i(1'b0), .it_re_o(unused_re), .it_entry_o(unused_entry), .it_data_i(32'd0),
      .room_i((bi_q - bb_q) != (BBits+1)'(Writes)), .push_o(push), .null_o(push_null),
      .last_o(push_last), .err_o(push_err), .beats_o(push_beats),
      .ax_behind_o(aw_behind), .axvalid_o(awvalid_o), .axready_i(awready_i), .axaddr_o(awaddr_o), .axlen_o(awlen_o));

  assign awsize_o  = 3'($clog2(AXI_BYTES));
  assign awburst_o = 2'b01;

  always_ff @(posedge clk) begin : burst_ring
    if (!rst_ni) begin
      {bi_q, bx_q, bw_q, br_q, bb_q} <= '0;
    end else begin
      if (push)   bi_q <= bi_q + 1'b1;
      if (x_load) bx_q <= bx_q + 1'b1;
      if (w_pop)  bw_q <= bw_q + 1'b1;
      if (r_load) br_q <= br_q + 1'b1;
      if (b_pop)  bb_q <= bb_q + 1'b1;
    end
    if (push && !push_null) aw_q <= bi_q;
    if (push) burst_q[bi_q[BBits-1:0]] <= {push_null, push_last, push_err, push_beats};
  end

  // ---- lines, and beats from them --------------------------------------------------------------
  logic         line_valid, line_pop;
  logic [L*32-1:0] line;

  stamp_stu_rd #(.L(L), .T(T), .Credit(Writes * MaxBurst), .Depth(Depth), .Lines(Lines))
  u_rd (
      .clk_i(clk), .rst_ni, .stop_i(squash), .clear_i(clear), .idle_o(rd_idle),
      .valid_i(accept), .insn_i, .line_beats_i(beats_in), .push_i(push && !push_null),
      .beats_i(push_beats), .rd_valid_o, .rd_ready_i, .rd_line_o, .rd_data_i, .pb_re_o, .pb_ready_i, .pb_data_i,
      .line_valid_o(line_valid), .line_pop_i(line_pop), .line_o(line));

  assign ev_vm_read_o = rd_valid_o && rd_ready_i;

  // ---- beats -------------------------------------------------------------------------------------
  logic         x_q, x_null_q, x_last_q, x_take, x_end, line_end, look, bf16, move;
  logic [7:0]   x_left_q, lbeat_q, lbeats;
  /* verilator lint_off UNUSEDSIGNAL */ logic [3:0] unused_err;
  /* verilator lint_on UNUSEDSIGNAL */
  logic         x_null, x_last;
  logic [7:0]   x_beats;

  // No beat goes out before its address shows.
  assign {x_null, x_last, unused_err, x_beats} = burst_q[bx_q[BBits-1:0]];
  assign x_load   = (!x_q || x_end) && bi_q != bx_q && !(aw_behind && bx_q == aw_q);
  assign {look, bf16, lbeats} = kind_q[ix_q[DBits-1:0]];
  assign x_take   = x_q && move && (x_null_q || line_valid || squash);
  assign x_end    = x_take && (x_null_q || x_left_q == 8'd0);
  assign x_done   = x_end && x_last_q;
  assign line_end = lbeat_q == lbeats;
  assign line_pop = x_take && !x_null_q && line_end && !squash;

  always_ff @(posedge clk) begin : bursts
    if (!rst_ni) x_q <= 1'b0;
    else x_q <= x_load || (x_q && !x_end);
    if (x_load) {x_null_q, x_last_q, x_left_q} <= {x_null, x_last, x_beats};
    else if (x_take) x_left_q <= x_left_q - 8'd1;
    if (!rst_ni || clear) lbeat_q <= 8'd0;
    else if (x_take && !x_null_q) lbeat_q <= line_end ? 8'd0 : lbeat_q + 8'd1;
  end

  // Taken from its line; then as it goes out, and whether it may. All move while W has room.
  logic           t_q, t_null_q, t_end_q, t_last_q, t_bf16_q, t_look_q; // end: of a burst, last: the instruction's
  logic [2*W-1:0] t_data_q;
  logic           o_q, o_null_q, o_end_q, o_last_q, o_bad_q;
  logic [W-1:0]   o_data_q, beat;
  logic           bad;

  always_ff @(posedge clk) begin : stages
    if (!rst_ni) begin
      {t_q, o_q} <= '0;
    end else if (move) begin
      {t_q, o_q} <= {x_take, t_q};
    end
    if (move) begin
      {t_null_q, t_end_q, t_last_q, t_bf16_q, t_look_q} <= {x_null_q, x_end, x_done, bf16, look};
      t_data_q <= bf16 ? line[lbeat_q * (2 * W) +: 2 * W] : {{W{1'b0}}, line[lbeat_q * W +: W]};
      {o_null_q, o_end_q, o_last_q, o_bad_q, o_data_q} <= {t_null_q, t_end_q, t_last_q, bad && !t_null_q, beat};
    end
  end

  always_comb begin : convert
    bad  = 1'b0;
    beat = t_data_q[W-1:0];
    for (int unsigned e = 0; e < W / 32; e++)
      if (!t_bf16_q && t_look_q && t_data_q[e*32+23 +: 8] == 8'hff) bad = 1'b1;
    for (int unsigned e = 0; e < W / 16; e++)
      if (t_bf16_q) begin
        beat[e*16 +: 16] = stamp_fp_pkg::bf16(t_data_q[e*32 +: 32]);
        if (beat[e*16+7 +: 8] == 8'hff) bad = 1'b1;
      end
  end

  // ---- W: what the beats before decide whether this one is written -------------------------------
  logic out, num_q, strb;

  assign out    = o_q && move;
  assign w_pop  = out && (o_null_q || o_end_q);
  assign w_done = out && o_last_q;

  stamp_fifo #(.Width(W + 2), .Depth(2)) i_w (
    .clk_i(clk), .rst_ni, .push_i(out && !o_null_q), .ready_o(move), .data_i({o_end_q, !squash, o_data_q}),
    .valid_o(wvalid_o), .pop_i(wready_i), .data_o({wlast_o, strb, wdata_o}));
  assign wstrb_o = {AXI_BYTES{strb}};

  always_ff @(posedge clk) begin : numeric
    if (!rst_ni || w_done) num_q <= 1'b0;
    else if (out && o_bad_q && !squash) num_q <= 1'b1;

    if (!rst_ni || clear) wfail_q <= 1'b0;
    else if (w_done && (num_q || (o_bad_q && !squash))) wfail_q <= 1'b1;

    if (w_done) werr_q[iw_q[DBits-1:0]]
        <= (num_q || (o_bad_q && !squash)) ? stamp_isa_pkg::ERR_NUMERIC : stamp_isa_pkg::ERR_NONE;
  end

  // ---- B ---------------------------------------------------------------------------------------
  logic       b_q, b_null_q, b_last_q, b_take, b_skip, axi_seen;
  logic [3:0] b_err_q, err, bfail_err_q;
  logic       r_null, r_last;
  logic [3:0] r_err;
  /* verilator lint_off UNUSEDSIGNAL */ logic [7:0] unused_beats;
  /* verilator lint_on UNUSEDSIGNAL */

  assign {r_null, r_last, r_err, unused_beats} = burst_q[br_q[BBits-1:0]];
  assign r_load   = (!b_q || b_pop) && bw_q != br_q;
  assign bready_o = b_q && !b_null_q;
  assign b_take   = bready_o && bvalid_i;
  assign b_skip   = b_q && b_null_q;
  assign b_pop    = b_take || b_skip;
  assign b_done   = b_pop && b_last_q;
  assign axi_seen = b_take && bresp_i != 2'b00;

  always_ff @(posedge clk) begin : response
    if (!rst_ni) b_q <= 1'b0;
    else b_q <= r_load || (b_q && !b_pop);
    if (r_load) {b_null_q, b_last_q, b_err_q} <= {r_null, r_last, r_err};
  end

  always_comb begin
    if (bfail_q)                      err = bfail_err_q;
    else if (axi_seen)                err = stamp_isa_pkg::ERR_AXI_WRITE;
    else if (b_skip && b_err_q != 4'd0) err = b_err_q;
    else if (b_done)                  err = werr_q[ib_q[DBits-1:0]];
    else                              err = stamp_isa_pkg::ERR_NONE;
  end

  always_ff @(posedge clk) begin : errors
    done_valid_o <= b_done && rst_ni;
    if (b_done) done_err_o <= err;

    if (!rst_ni || clear) bfail_q <= 1'b0;
    else if (b_pop && err != stamp_isa_pkg::ERR_NONE) bfail_q <= 1'b1;
    if (!bfail_q) bfail_err_q <= err;
  end

  // ---- events: as the pins show it ---------------------------------------------------------------
  logic           aw_held_q, w_held_q, aw_new, w_new;
  logic [BBits:0] owed_q, open_q; // bursts shown on AW and not ended on W; ended there, not answered

  assign aw_new = awvalid_o && !aw_held_q;
  assign w_new  = wvalid_o && wlast_o && !w_held_q;

  always_ff @(posedge clk) begin : shown
    if (!rst_ni) begin
      {aw_held_q, w_held_q, owed_q, open_q} <= '0;
    end else begin
      aw_held_q <= awvalid_o && !awready_i;
      w_held_q  <= wvalid_o && !wready_i;
      owed_q    <= owed_q + (BBits+1)'(aw_new) - (BBits+1)'(w_new);
      open_q    <= open_q + (BBits+1)'(w_new) - (BBits+1)'(b_take);
    end
  end

  assign ev_bytes_o    = (wvalid_o && wready_i && strb) ? 8'(AXI_BYTES) : 8'd0;
  assign ev_axi_wait_o = wvalid_o ? !wready_i
                                  : owed_q == '0 && !aw_new && (open_q != '0 || (awvalid_o && !awready_i));

endmodule
