// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fetch - instruction buffer: a window of the program, filled ahead through AXI, read ahead.
//
// Rule     model/spec/isa.md sections 1 and 4 (LOOP). C twin: model/machine/machine.c, fetch.
// Contract the window holds granules (64 bytes, two instructions) lo..hi-1. keep_i, the oldest
//          instruction still wanted (the start of a loop that fits), is never pushed out. A jump
//          before the window restarts it there.
// Latency  a granule is there 2 cycles after it is read. The next one is read when the last word of one
//          is used: straight code has a word every other cycle; the first of a jump comes 2 cycles late.
// Memory   IM has one port: it is read in a cycle without a write, which comes once in a granule's beats.
// Errors   a granule answered with an error is never in the window, nor what follows it in the
//          burst; fail_o comes only for it. What an earlier program asked for is let pass.
// Bursts   at most 4 granules, inside 4 KiB, 4 cycles from one to the next; single ID. One where none is
//          outstanding, others beside it while half of the window has not been asked for: the rest
//          would only stand in front of loads.
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

    // Dispatcher. valid_o in a cycle of want_i hands the word over; pc_i stays until the cycle after the
    // word is executed, and want_i comes with the next. Late by a cycle: keep_i.
    input  logic [31:0]            pc_i,
    input  logic [31:0]            keep_i,
    input  logic                   jump_i, // with the first want_i of a pc_i that may not be the next
    input  logic                   want_i, // pc_i is wanted now
    output logic                   valid_o,
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
  localparam int unsigned DueW     = $clog2(2 * Granules + 1);
  localparam int unsigned BeatLog  = $clog2(Beats);

  logic [31:0]  lo_q, hi_q, req_q; // window; granules asked for
  logic [31:0]  pcg, next_q, wanted;
  logic [DueW-1:0] due_q, drop_q;  // not answered; of these, the first so many are not wanted any more
  logic         bad_q, stale_q, restart, reset, issue;
  logic [511:0] line;

  assign pcg    = {1'b0, pc_i[31:1]};
  assign busy_o = due_q != '0 || arvalid_o;
  assign reset  = !rst_ni || ((start_i || stale_q) && !busy_o);

  // ---- reading -----------------------------------------------------------------------------------
  logic have_q, ahead_q, ahead, re, we_q, bad_late_q;
  // Of the cycle before: read, looked for the word of pc_i, where what was wanted lay.
  logic read_q, look_q, hit_q, below_q, beyond_q, end_q;
  logic missed_q; // read before it was there: no more before it is

  assign valid_o = have_q && !jump_i;
  assign ahead   = want_i ? valid_o && pc_i[0] : ahead_q; // the granule behind that of pc_i
  assign wanted  = ahead ? next_q : pcg;
  assign re      = (want_i ? !valid_o || pc_i[0] : ahead_q && !have_q) && !we_q
                   && (jump_i || (!(read_q && hit_q) && (!missed_q || hit_q)));
  assign fail_o  = look_q && end_q && bad_late_q && !jump_i;
  assign restart = look_q && (below_q || beyond_q) && !jump_i;

  always_ff @(posedge clk_i) begin : reader
    next_q   <= pcg + 32'd1;
    read_q   <= re && !start_i && !restart && rst_ni;
    look_q   <= want_i && !valid_o && !restart;
    missed_q <= !jump_i && run_i && !(read_q && hit_q) && (missed_q || read_q);
    hit_q    <= wanted >= lo_q && wanted < hi_q && !stale_q && !restart;
    below_q  <= wanted < lo_q;
    beyond_q <= wanted > req_q;
    end_q    <= wanted == hi_q;
    ahead_q  <= ahead && run_i;
    bad_late_q <= bad_q && !busy_o && !stale_q;
    if (!rst_ni || start_i) have_q <= 1'b0;
    else if (read_q && hit_q && !jump_i) have_q <= 1'b1;
    else if (jump_i || (want_i && pc_i[0])) have_q <= 1'b0;
  end

  // ---- asking for more ---------------------------------------------------------------------------
  // What the next burst may take is known 3 cycles after the last changed it: settle_q.
  logic [31:0] total_q, left_q, used_q;
  logic [32:0] oldest_q; // that the buffer holds with all that is asked for
  logic [39:0] next_addr_q;
  logic [1:0]  settle_q;
  logic [2:0]  now_q;
  logic        half_q; // of the buffer is free
  logic        few_q;  // due_q has room for a burst
  logic        none_q; // of what is due is wanted
  logic [2:0]  late_q; // asked for in the cycle before

  // Of up to 4: what is left of the program, of the buffer, of 4 KiB.
  function automatic logic [2:0] burst(input logic [31:0] left, input logic [10:0] used,
                                       input logic [5:0] at);
    logic [10:0] room; // used is not more than all of it
    room  = 11'(Granules) - used;
    burst = 3'd4;
    if (at[5:2] == 4'hf && at[1:0] != 2'd0) burst = 3'd4 - {1'b0, at[1:0]};
    if (left[31:3] == '0 && left[2:0] < burst) burst = left[2:0];
    if (room[10:3] == '0 && room[2:0] < burst) burst = room[2:0];
  endfunction

  assign issue = run_i && !arvalid_o && few_q && (none_q || half_q) && settle_q == 2'd0
                 && now_q != 3'd0 && !bad_q && !stale_q && !restart;

  always_ff @(posedge clk_i) begin : ask
    total_q     <= {1'b0, code_count_i[31:1]} + 32'(code_count_i[0]);
    left_q      <= req_q < total_q ? total_q - req_q : '0;
    used_q      <= req_q - {1'b0, keep_i[31:1]}; // huge where keep is beyond
    oldest_q    <= {1'b0, req_q} - 33'(Granules);
    next_addr_q <= code_addr_i + {2'd0, req_q, 6'd0};
    none_q      <= due_q == drop_q;
    late_q      <= issue && !reset ? now_q : 3'd0;
    few_q       <= due_q <= DueW'(2 * Granules - 4);
    half_q      <= used_q <= 32'(Granules / 2);
    now_q       <= used_q > 32'(Granules) ? 3'd0 : burst(left_q, used_q[10:0], next_addr_q[11:6]);
    if (reset) begin
      {lo_q, req_q, arvalid_o} <= '0;
      settle_q <= 2'd3;
    end else begin
      if (settle_q != 2'd0) settle_q <= settle_q - 2'd1;
      if (arvalid_o && arready_i) arvalid_o <= 1'b0;
      if (restart) begin
        {lo_q, req_q} <= {2{pcg}};
        settle_q      <= 2'd3;
      end else if (issue) begin
        arvalid_o <= 1'b1;
        req_q     <= req_q + 32'(now_q);
        settle_q  <= 2'd3;
      end else if (settle_q == 2'd2 && !oldest_q[32] && oldest_q[31:0] > lo_q) begin
        lo_q <= oldest_q[31:0]; // before the first beat can come
      end
    end
    if (issue) begin
      araddr_o <= next_addr_q;
      arlen_o  <= 8'((12'(now_q) << BeatLog) - 12'd1);
    end
  end

  // ---- answers -----------------------------------------------------------------------------------
  logic [511:0] granule_q; // earlier beats move down
  logic [3:0]   beat_q;
  logic         granule_end;
  logic [DueW-1:0] due;

  assign due         = granule_end ? due_q + DueW'(late_q) - DueW'(1) : due_q + DueW'(late_q);
  assign granule_end = rvalid_i && beat_q == 4'(Beats - 1);
  assign ev_bytes_o  = rvalid_i ? 7'(AXI_BYTES) : 7'd0;

  always_ff @(posedge clk_i) begin : answers
    if (reset) begin
      {beat_q, bad_q, we_q, hi_q, due_q, drop_q} <= '0;
      stale_q <= 1'b0;
    end else begin
      if (start_i) stale_q <= 1'b1;
      if (rvalid_i) begin
        beat_q <= granule_end ? '0 : beat_q + 4'd1;
        if (rresp_i != 2'd0 && drop_q == '0) bad_q <= 1'b1;
      end
      we_q <= granule_end && !bad_q && rresp_i == 2'd0 && drop_q == '0 && !restart;
      due_q <= due;
      if (restart) drop_q <= due;
      else if (granule_end && drop_q != '0) drop_q <= drop_q - DueW'(1);
      if (restart) begin
        hi_q  <= pcg;
        bad_q <= 1'b0;
      end else if (we_q) begin
        hi_q  <= hi_q + 32'd1;
      end
    end
    if (rvalid_i) granule_q <= 512'({rdata_i, granule_q} >> (AXI_BYTES * 8));
  end

  // As deep as the next power of two: granules lie at the low bits of their numbers.
  stamp_ram_sp #(.Width(512), .Depth(1 << SlotW)) i_im (
    .clk_i, .mem_test_i, .re_i(re), .we_i(we_q), .addr_i(we_q ? hi_q[SlotW-1:0] : wanted[SlotW-1:0]),
    .mask_i(1'b1), .wdata_i(granule_q), .rdata_o(line));

  assign word_o = pc_i[0] ? line[stamp_isa_pkg::WORD_BITS +: stamp_isa_pkg::WORD_BITS]
                          : line[0 +: stamp_isa_pkg::WORD_BITS];

  logic unused;
  assign unused = &{1'b0, keep_i[0]};

endmodule
