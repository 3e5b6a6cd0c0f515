// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fetch - instruction buffer: a window of the program, filled ahead through AXI.
//
// Rule     model/spec/isa.md sections 1 and 4 (LOOP). C twin: model/machine/machine.c, fetch.
// Contract the window holds granules (64 bytes, two instructions) lo..hi-1. keep_i, the oldest
//          instruction still wanted (the start of a loop that fits), is never pushed out. A jump
//          before the window restarts it there. Word: one cycle after re_i with hit_o.
// Bursts   at most 4 granules, inside 4 KiB, one after another; single ID.
module stamp_fetch #(
    parameter int unsigned AXI_BYTES = 16,
    parameter int unsigned IM_WORDS  = 64 // instructions, a power of two
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,

    input  logic                   start_i, // forget everything
    input  logic                   run_i,   // fetch ahead
    input  logic [39:0]            code_addr_i,
    input  logic [31:0]            code_count_i,

    // Dispatcher.
    input  logic [31:0]            pc_i,
    input  logic [31:0]            keep_i,
    input  logic                   want_i, // pc_i is wanted now
    output logic                   hit_o,
    input  logic                   re_i,
    output logic [255:0]           word_o,
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

  logic [31:0] lo_q, hi_q, req_q, total, pcg, keepg, room, now;
  logic [5:0]  to_4k;
  logic        half_q, fail_q, restart;
  logic [3:0]  beat_q;
  logic [511:0] granule, line;

  assign total  = (code_count_i + 32'd1) >> 1;
  assign pcg    = pc_i >> 1;
  assign keepg  = keep_i >> 1;
  assign hit_o  = pcg >= lo_q && pcg < hi_q;
  assign busy_o = req_q != hi_q || arvalid_o;
  assign fail_o = fail_q && !hit_o && !busy_o;
  assign restart = want_i && (pcg < lo_q || pcg > req_q) && !busy_o;

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
    if (!rst_ni || start_i) begin
      lo_q      <= '0;
      hi_q      <= '0;
      req_q     <= '0;
      beat_q    <= '0;
      fail_q    <= 1'b0;
      arvalid_o <= 1'b0;
    end else begin
      if (arvalid_o && arready_i) arvalid_o <= 1'b0;
      if (restart) begin
        {lo_q, hi_q, req_q} <= {3{pcg}};
      end else if (run_i && !arvalid_o && req_q == hi_q && now != 32'd0 && req_q < total && !fail_q) begin
        arvalid_o <= 1'b1;
        araddr_o  <= araddr_next;
        arlen_o   <= 8'(now * Beats - 32'd1);
        req_q     <= req_q + now;
        if (req_q + now > lo_q + 32'(Granules)) lo_q <= req_q + now - 32'(Granules);
      end
      if (rvalid_i) begin
        beat_q <= beat_q == 4'(Beats - 1) ? '0 : beat_q + 4'd1;
        if (beat_q == 4'(Beats - 1)) hi_q <= hi_q + 32'd1;
        if (rresp_i != 2'd0) fail_q <= 1'b1;
      end
      // After a failed read the window is not trusted: keep only what came before.
      if (fail_q && req_q == hi_q && !arvalid_o) begin
        lo_q  <= 32'hffff_ffff;
        hi_q  <= '0;
        req_q <= '0;
      end
    end
    if (re_i) half_q <= pc_i[0];
  end

  stamp_ram #(.Width(512), .Depth(Granules)) i_im (
    .clk_i, .we_i(rvalid_i && beat_q == 4'(Beats - 1)), .waddr_i(hi_q[SlotW-1:0]), .wdata_i(granule),
    .re_i, .raddr_i(pcg[SlotW-1:0]), .rdata_o(line));

  assign word_o = half_q ? line[511:256] : line[255:0];

endmodule
