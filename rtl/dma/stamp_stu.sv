// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_stu - store unit: VM or PB lines to DRAM rows.
//
// Rule        model/spec/isa.md, STORE and section 3; numerics.md, BF16. C twin:
//             model/insn/store.c.
// Latency     5 cycles to the first address, about 10 to the first beat.
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
  logic [DBits:0]   ii_q, iw_q, ib_q; // next in, at W, at B
  logic [DBits+1:0] inflight_q;       // accepted, done pulse not over
  logic             ag_ready, accept, clear, rd_idle;
  logic             w_done, b_done;   // the W side, the B side ends an instruction
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

  always_ff @(posedge clk_i) begin : insn_ring
    if (!rst_ni) begin
      ii_q       <= '0;
      iw_q       <= '0;
      ib_q       <= '0;
      inflight_q <= '0;
    end else begin
      if (accept) ii_q <= ii_q + 1'b1;
      if (w_done) iw_q <= iw_q + 1'b1;
      if (b_done) ib_q <= ib_q + 1'b1;
      if (accept && !done_valid_o)      inflight_q <= inflight_q + 1'b1;
      else if (!accept && done_valid_o) inflight_q <= inflight_q - 1'b1;
    end
    if (accept) kind_q[ii_q[DBits-1:0]]
        <= {d.fmt != stamp_isa_pkg::FMT_RAW, bf16_in, beats_in - 8'd1};
  end

  // ---- addresses; bursts: one ring, passed by the W side, then by the B side --------------------
  logic [13:0]    burst_q [Writes]; // null, last, err, beats
  logic [BBits:0] bi_q, bw_q, bb_q;
  logic           push, push_null, push_last;
  logic [3:0]     push_err;
  logic [7:0]     push_beats;
  logic           w_pop, b_pop;
  /* verilator lint_off UNUSEDSIGNAL */ logic unused_re;
  logic [11:0]    unused_entry;
  /* verilator lint_on UNUSEDSIGNAL */

  stamp_dma_ag #(.AXI_BYTES(AXI_BYTES), .MaxBurst(MaxBurst), .IT_ENTRIES(0)) u_ag (
      .clk_i, .rst_ni, .abort_i(squash), .clear_i(clear),
      .valid_i(accept), .ready_o(ag_ready), .insn_i, .addr_i,
      .line_beats_i(beats_in), .limit_i(pb_in ? 17'(PB_LINES) : 17'(VM_LINES)), .win_lo_i, .win_hi_i,
      .it_hold_i(1'b0), .it_re_o(unused_re), .it_entry_o(unused_entry), .it_data_i(32'd0),
      .room_i((bi_q - bb_q) != (BBits+1)'(Writes)), .push_o(push), .null_o(push_null),
      .last_o(push_last), .err_o(push_err), .beats_o(push_beats),
      .axvalid_o(awvalid_o), .axready_i(awready_i), .axaddr_o(awaddr_o), .axlen_o(awlen_o));

  assign awsize_o  = 3'($clog2(AXI_BYTES));
  assign awburst_o = 2'b01;

  always_ff @(posedge clk_i) begin : burst_ring
    if (!rst_ni) begin
      bi_q <= '0;
      bw_q <= '0;
      bb_q <= '0;
    end else begin
      if (push)  bi_q <= bi_q + 1'b1;
      if (w_pop) bw_q <= bw_q + 1'b1;
      if (b_pop) bb_q <= bb_q + 1'b1;
    end
    if (push) burst_q[bi_q[BBits-1:0]] <= {push_null, push_last, push_err, push_beats};
  end

  // ---- lines, and beats from them --------------------------------------------------------------
  logic         line_valid, line_pop;
  logic [L*32-1:0] line;

  stamp_stu_rd #(.L(L), .T(T), .Credit(Writes * MaxBurst), .Depth(Depth), .Lines(Lines))
  u_rd (
      .clk_i, .rst_ni, .stop_i(squash), .clear_i(clear), .idle_o(rd_idle),
      .valid_i(accept), .insn_i, .line_beats_i(beats_in), .push_i(push && !push_null),
      .beats_i(push_beats), .rd_valid_o, .rd_ready_i, .rd_line_o, .rd_data_i, .pb_re_o, .pb_ready_i, .pb_data_i,
      .line_valid_o(line_valid), .line_pop_i(line_pop), .line_o(line));

  assign ev_vm_read_o = rd_valid_o && rd_ready_i;

  // ---- W ---------------------------------------------------------------------------------------
  logic       w_have, w_null, w_last, w_take, w_skip, w_end, line_end, look, bf16;
  logic [7:0] w_beats, wbeat_q, lbeat_q, lbeats;
  /* verilator lint_off UNUSEDSIGNAL */ logic [3:0] unused_err;
  /* verilator lint_on UNUSEDSIGNAL */
  logic       num_q;

  assign {w_null, w_last, unused_err, w_beats} = burst_q[bw_q[BBits-1:0]];
  assign w_have   = bi_q != bw_q;
  assign {look, bf16, lbeats} = kind_q[iw_q[DBits-1:0]];
  assign w_skip   = w_have && w_null;
  assign w_take   = w_have && !w_null && (line_valid || squash) && (!wvalid_o || wready_i);
  assign w_end    = wbeat_q == w_beats;
  assign line_end = lbeat_q == lbeats;
  assign line_pop = w_take && line_end && !squash;
  assign w_pop    = w_skip || (w_take && w_end);
  assign w_done   = w_pop && w_last;

  always_ff @(posedge clk_i) begin : w_channel
    if (!rst_ni)       wvalid_o <= 1'b0;
    else if (w_take)   wvalid_o <= 1'b1;
    else if (wready_i) wvalid_o <= 1'b0;

    if (!rst_ni || clear) begin
      wbeat_q <= 8'd0;
      lbeat_q <= 8'd0;
    end else if (w_take) begin
      wbeat_q <= w_end ? 8'd0 : wbeat_q + 8'd1;
      lbeat_q <= line_end ? 8'd0 : lbeat_q + 8'd1;
    end
    if (w_take) begin
      wlast_o <= w_end;
      wstrb_o <= {AXI_BYTES{!squash}};
    end
  end

  always_ff @(posedge clk_i) begin : w_data
    logic [2*W-1:0] wide;
    logic [W-1:0]   beat;
    logic           bad;
    bad = 1'b0;
    if (w_take && !squash) begin
      if (bf16) begin
        wide = line[lbeat_q * (2 * W) +: 2 * W];
        for (int unsigned e = 0; e < W / 16; e++) begin
          beat[e*16 +: 16] = stamp_fp_pkg::bf16(wide[e*32 +: 32]);
          if (beat[e*16+7 +: 8] == 8'hff) bad = 1'b1;
        end
      end else begin
        beat = line[lbeat_q * W +: W];
        for (int unsigned e = 0; e < W / 32; e++)
          if (look && beat[e*32+23 +: 8] == 8'hff) bad = 1'b1;
      end
      wdata_o <= beat;
    end

    if (!rst_ni || w_done) num_q <= 1'b0;
    else if (bad)          num_q <= 1'b1;

    if (!rst_ni || clear)               wfail_q <= 1'b0;
    else if (w_done && (num_q || bad))  wfail_q <= 1'b1;

    if (w_done) werr_q[iw_q[DBits-1:0]]
        <= (num_q || bad) ? stamp_isa_pkg::ERR_NUMERIC : stamp_isa_pkg::ERR_NONE;
  end

  // ---- B ---------------------------------------------------------------------------------------
  logic       b_have, b_null, b_last, b_take, b_skip, axi_seen;
  logic [3:0] b_err, err, bfail_err_q;
  /* verilator lint_off UNUSEDSIGNAL */ logic [7:0] unused_beats;
  /* verilator lint_on UNUSEDSIGNAL */

  assign {b_null, b_last, b_err, unused_beats} = burst_q[bb_q[BBits-1:0]];
  assign b_have   = bw_q != bb_q;
  assign bready_o = b_have && !b_null;
  assign b_take   = bready_o && bvalid_i;
  assign b_skip   = b_have && b_null;
  assign b_pop    = b_take || b_skip;
  assign b_done   = b_pop && b_last;
  assign axi_seen = b_take && bresp_i != 2'b00;

  always_comb begin
    if (bfail_q)                      err = bfail_err_q;
    else if (axi_seen)                err = stamp_isa_pkg::ERR_AXI_WRITE;
    else if (b_skip && b_err != 4'd0) err = b_err;
    else if (b_done)                  err = werr_q[ib_q[DBits-1:0]];
    else                              err = stamp_isa_pkg::ERR_NONE;
  end

  always_ff @(posedge clk_i) begin : errors
    done_valid_o <= b_done && rst_ni;
    if (b_done) done_err_o <= err;

    if (!rst_ni || clear) bfail_q <= 1'b0;
    else if (b_pop && err != stamp_isa_pkg::ERR_NONE) bfail_q <= 1'b1;
    if (!bfail_q) bfail_err_q <= err;
  end

  // ---- events ----------------------------------------------------------------------------------
  assign ev_bytes_o    = (wvalid_o && wready_i && wstrb_o[0]) ? 8'(AXI_BYTES) : 8'd0;
  assign ev_axi_wait_o = wvalid_o ? !wready_i
                                  : !w_have && (bw_q != bb_q || (awvalid_o && !awready_i));

endmodule
