// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fetch - instruction buffer: a window of the program, filled ahead through AXI.
//
// Rule     model/spec/isa.md sections 1 and 4 (LOOP). C twin: model/machine/machine.c, fetch.
// Contract the window holds granules (64 bytes, two instructions) lo..hi-1. keep_i, the oldest
//          instruction still wanted (the start of a loop that fits), is never pushed out. A jump
//          before the window restarts it there. Word: one cycle after re_i with hit_o.
// Errors   a granule answered with an error is never in the window, nor what follows it in the
//          burst; fail_o comes only for it. What an earlier program asked for is let pass.
// Bursts   at most 4 granules, inside 4 KiB, one after another; single ID.
module stamp_fetch #(
    parameter int unsigned AXI_BYTES,
    parameter int unsigned IM_WORDS // instructions, even, 8 or more
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,
    input  logic [31:0]            mem_test_i,

    input  logic                   start_i, // forget everything; answers under way are let pass
    input  logic                   run_i,   // fetch ahead
    input  logic [39:0]            code_addr_i,
    input  logic [31:0]            code_count_i,

    // Dispatcher.
    input  logic [31:0]            pc_i,
    input  logic [31:0]            keep_i,
    input  logic                   want_i, // pc_i is wanted now
    output logic                   hit_o,
    input  logic                   re_i,
    output logic [stamp_isa_pkg::WORD_BITS-1:0] word_o,
    output logic                   fail_o, // the wanted instruction cannot be read
    output logic                   busy_o, // reads outstanding

    // AXI read.
    output logic                   arvalid_o,
    input  logic                   arready_i,
    output logic [39:0]            araddr_o,
    output logic [7:0]             arlen_o,
    input  logic                   rvalid_i, // always taken
    input  logic [AXI_BYTES*8-1:0] rdata_i,
    input  logic [1:0]             rresp_i,
    output logic [6:0]             ev_bytes_o
);

  localparam int unsigned Granules = IM_WORDS / 2;
  localparam int unsigned Beats    = 64 / AXI_BYTES;
  localparam int unsigned SlotW    = $clog2(Granules);

  logic [31:0] lo_q, hi_q, got_q, req_q; // window; granules answered, asked for
  logic [31:0] total, pcg, keepg, room, now;
  logic [5:0]  to_4k;
  logic        half_q, bad_q, stale_q, granule_end, restart;
  logic [3:0]  beat_q;
  logic [511:0] granule, line;

  assign total  = (code_count_i + 32'd1) >> 1;
  assign pcg    = pc_i >> 1;
  assign keepg  = keep_i >> 1;
  assign hit_o  = pcg >= lo_q && pcg < hi_q && !stale_q;
  assign busy_o = req_q != got_q || arvalid_o;
  assign fail_o = bad_q && pcg == hi_q && !busy_o && !stale_q;
  assign restart = want_i && (pcg < lo_q || pcg > req_q) && !busy_o;
  assign granule_end = rvalid_i && beat_q == 4'(Beats - 1);

  // How many granules the next burst may take.
  assign to_4k = 6'd63 - araddr_next[11:6];
  assign room  = 32'(Granules) - (req_q - keepg);
  logic [39:0] araddr_next;
  assign araddr_next = code_addr_i + {2'd0, req_q, 6'd0};
  always_comb begin
    now = 32'd4;
    if (32'(to_4k) + 32'd1 < now) now = 32'(to_4k) + 32'd1;
    if (total - req_q < now)      now = total - req_q;
    if (room < now)               now = room;
    if (req_q - keepg > 32'(Granules) || req_q < keepg) now = 32'd0;
  end

  assign ev_bytes_o = rvalid_i ? 7'(AXI_BYTES) : 7'd0;

  if (Beats == 1) begin : g_wide
    assign granule = rdata_i;
  end else begin : g_narrow // earlier beats of the granule move down
    logic [511-AXI_BYTES*8:0] gather_q;
    assign granule = {rdata_i, gather_q};
    always_ff @(posedge clk_i) if (rvalid_i) gather_q <= granule[511:AXI_BYTES*8];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || ((start_i || stale_q) && !busy_o)) begin
      {lo_q, hi_q, got_q, req_q, beat_q, bad_q, stale_q, arvalid_o} <= '0;
    end else begin
      if (start_i) stale_q <= 1'b1;
      if (arvalid_o && arready_i) arvalid_o <= 1'b0;
      if (restart) begin
        {lo_q, hi_q, got_q, req_q} <= {4{pcg}};
        bad_q <= 1'b0;
      end else if (run_i && !busy_o && now != 32'd0 && req_q < total && !bad_q) begin
        arvalid_o <= 1'b1;
        araddr_o  <= araddr_next;
        arlen_o   <= 8'(now * Beats - 32'd1);
        req_q     <= req_q + now;
        if (req_q + now > lo_q + 32'(Granules)) lo_q <= req_q + now - 32'(Granules);
      end
      if (rvalid_i) begin
        beat_q <= granule_end ? '0 : beat_q + 4'd1;
        if (rresp_i != 2'd0) bad_q <= 1'b1;
      end
      if (granule_end) got_q <= got_q + 32'd1;
      if (granule_end && !bad_q && rresp_i == 2'd0) hi_q <= hi_q + 32'd1;
    end
    if (re_i) half_q <= pc_i[0];
  end

  // As deep as the next power of two: granules lie at the low bits of their numbers.
  stamp_ram #(.Width(512), .Depth(1 << SlotW)) i_im (
    .clk_i, .mem_test_i, .we_i(granule_end), .waddr_i(hi_q[SlotW-1:0]), .wdata_i(granule),
    .re_i, .raddr_i(pcg[SlotW-1:0]), .rdata_o(line));

  assign word_o = half_q ? line[stamp_isa_pkg::WORD_BITS +: stamp_isa_pkg::WORD_BITS]
                         : line[0 +: stamp_isa_pkg::WORD_BITS];

endmodule
