// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_drain - takes finished tiles from the array's shadow, row by row, to AC or VM.
//
// Rule     model/spec/isa.md MM, the drain. C twin: model/insn/mm.c, drain_row.
// Pipeline 0 address in NT, 1 NT read, 3 entry, 4 times the strides, 5 addresses, 6 RM and CM read, the
//          shadow's pair joined, 7 + integer AC (read in 5), 8 sums written to AC, 8 and 9 corrected,
//          10 to 15 scaled, 16 .. added to the f32 AC word read in 14, End written to VM or AC.
// Throughput one row of L per cycle; a tile takes max(P, 8) cycles, so that an AC word is written
//          before the same tile comes back (f32: End - 14 = AddLatency + 2 cycles after it was read,
//          integers: 3). Its VM writes are always granted: nothing stalls it.
module stamp_drain #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned VM_LINES,
    parameter int unsigned CM_LINES,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned AC_LINES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic [31:0]                   mem_test_i,

    // A tile: start_i, with all that follows, 7 cycles before row 0 of it is in row0_i and row 1 in row1_i; every
    // cycle after that the next. The issuer keeps starts max(P, 8) cycles or more apart.
    input  logic                          start_i,
    output logic                          busy_o,  // a row is in the pipeline
    input  logic                          kill_i,  // write nothing: the instruction ends in RANGE
    input  logic                          final_i, // last tile of its instruction
    input  logic                          blk_i,   // blocks: f32 accumulation
    input  logic                          fresh_i, // nothing to add from AC
    input  logic                          end_i,   // result goes to VM, not to AC
    input  logic                          w8_i,
    input  logic [15:0]                   nt_i,    // NT entry of the tile's row 0
    input  logic [15:0]                   ac_i,    // AC line of row 0
    input  logic [$clog2(CM_LINES)-1:0]   cm_i,    // CM line
    input  logic [15:0]                   rm_i,    // RM entry of token row 0, block included
    input  logic [11:0]                   rmstride_i,
    input  logic [16:0]                   vm_i,    // VM line of token row 0, column group included
    input  logic [15:0]                   vstride_i,
    input  logic [15:0]                   steps_i, // k-steps of the tile, for counting

    input  logic [L*32-1:0]               row0_i,
    input  logic [L*32-1:0]               row1_i,

    // Tables: read in the cycle of *_re_o, data two cycles later.
    output logic                          nt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] nt_addr_o,
    input  logic [15:0]                   nt_data_i,
    output logic                          rm_re_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    input  logic [31:0]                   rm_scale_i,
    input  logic [9:0]                    rm_corr_i,
    input  logic [31:0]                   rm_rowsum_i,
    output logic                          cm_re_o, // once a tile: the line holds until the next one's comes
    output logic [$clog2(CM_LINES)-1:0]   cm_addr_o,
    input  logic [L*64-1:0]               cm_data_i,

    // Results. Always accepted.
    output logic                          vm_we_o,
    output logic [$clog2(VM_LINES)-1:0]   vm_addr_o,
    output logic [L*32-1:0]               vm_data_o,
    output logic                          ac_we_o,
    output logic [$clog2(AC_LINES)-1:0]   ac_addr_o,
    output logic [L*32-1:0]               ac_data_o,

    // The last row of an instruction left the pipeline.
    output logic                          done_o,
    output logic [3:0]                    err_o,

    output logic                          ev_line_o, // a used row was drained
    output logic [15:0]                   ev_used_o, // k-steps spent on a row in use
    output logic                          ev_ac_read_o
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(48)) i_wake (.clk_i, .rst_ni, .awake_i(start_i || busy_o), .clk_o(clk));

  localparam int unsigned Slots = (P < 8) ? 8 : P;
  localparam int unsigned Add   = stamp_fp_pkg::AddLatency;
  localparam int unsigned End   = 16 + Add;
  localparam int unsigned AcW   = $clog2(AC_LINES);
  localparam int unsigned VmW   = $clog2(VM_LINES);

  // ---- Tile registers and slot counter -------------------------------------------------------
  logic [4:0]  left_q; // slots still to come
  logic [4:0]  row_q;
  logic        kill_q, final_q, blk_q, fresh_q, end_q, w8_q;
  logic [15:0] nt_q, ac_q, steps_q;
  logic [15:0] rm_q;
  logic [11:0] rmstride_q;
  logic [16:0] vm_q;
  logic [15:0] vstride_q;
  logic [$clog2(CM_LINES)-1:0] cm_q;
  logic        first_slot_q, s0_row;

  assign s0_row = left_q != 0 && row_q < 5'(P);

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      left_q <= '0;
      kill_q <= 1'b0;
    end else if (start_i) begin
      left_q <= 5'(Slots);
      kill_q <= kill_i;
    end else if (left_q != 0) begin
      left_q <= left_q - 5'd1;
    end
    if (start_i) begin
      row_q        <= '0;
      first_slot_q <= 1'b1;
      {final_q, blk_q, fresh_q, end_q, w8_q} <= {final_i, blk_i, fresh_i, end_i, w8_i};
      {nt_q, ac_q, rm_q, rmstride_q, cm_q}   <= {nt_i, ac_i, rm_i, rmstride_i, cm_i};
      {vm_q, vstride_q, steps_q}             <= {vm_i, vstride_i, steps_i};
    end else if (left_q != 0) begin
      row_q        <= row_q + 5'd1;
      first_slot_q <= 1'b0;
    end
  end

  // ---- Control that travels with a slot: bit n is stage n ---------------------------------------------
  logic [End:1] row_v, slot_final, st_blk, st_end, st_kill;
  logic [15:1]  st_fresh;
  logic [11:1]  first;
  logic [8:1]   st_w8;
  logic [6:1]   last_row; // no row behind it to be its low half
  logic         used, s4_row; // stage 3: in use; stage 4: a row, in use or not

  assign used = row_v[3] && nt_data_i[15] != nt_data_i[14];

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      row_v      <= '0;
      slot_final <= '0;
      st_kill    <= '0; // an error of the instruction, with or without a row in use
      busy_o     <= 1'b0;
    end else begin
      row_v      <= {row_v[End-1:4], used, row_v[2:1], s0_row};
      slot_final <= {slot_final[End-1:1], left_q == 5'd1 && final_q};
      st_kill    <= {st_kill[End-1:1], kill_q};
      busy_o     <= start_i || left_q != 0 || row_v != '0 || slot_final != '0;
    end
    st_blk   <= {st_blk[End-1:1], blk_q};
    st_end   <= {st_end[End-1:1], end_q};
    st_fresh <= {st_fresh[14:1], fresh_q};
    st_w8    <= {st_w8[7:1], w8_q};
    first    <= {first[10:1], first_slot_q && left_q != 0};
    last_row <= {last_row[5:1], row_q == 5'(P - 1)};
  end

  // ---- 0 to 3: NT ----------------------------------------------------------------------------------------
  logic [15:0] s1_nt_q, s4_nt_q;

  assign nt_re_o   = row_v[1];
  assign nt_addr_o = s1_nt_q[$clog2(RT_ENTRIES)-1:0];

  // What rows need of their tile later than the next tile begins moves on with its first row.
  logic [11:0] s4_rmstride_q;
  logic [15:0] s4_vstride_q, s4_rm_q, s5_rm_q, s4_steps_q;
  logic [16:0] s4_vm_q, s5_vm_q;

  always_ff @(posedge clk) begin
    if (s0_row) s1_nt_q <= nt_q + 16'(row_q);
    if (row_v[3]) s4_nt_q <= nt_data_i;
    if (first[3]) begin
      {s4_rmstride_q, s4_vstride_q, s4_rm_q, s4_vm_q, s4_steps_q} <=
        {rmstride_q, vstride_q, rm_q, vm_q, steps_q};
    end
    if (first[4]) {s5_rm_q, s5_vm_q} <= {s4_rm_q, s4_vm_q};
    ev_used_o <= (s4_row && s4_nt_q[15:14] != 2'd0) ? s4_steps_q : 16'd0;
  end

  // ---- 4, 5: addresses from the token row -------------------------------------------------------------------
  logic [27:0] s5_vprod_q, s6_vm_q;
  logic [23:0] s5_rprod_q, s6_rm_q;
  logic        s5_pair_q, s6_pair_q;

  always_ff @(posedge clk) begin
    s4_row <= rst_ni && row_v[3];
    if (row_v[4]) begin
      s5_vprod_q <= 28'(s4_nt_q[11:0]) * 28'(s4_vstride_q);
      s5_rprod_q <= 24'(s4_nt_q[11:0]) * 24'(s4_rmstride_q);
      s5_pair_q  <= s4_nt_q[15];
    end
    if (row_v[5]) begin
      s6_vm_q   <= 28'(s5_vm_q) + s5_vprod_q;
      s6_rm_q   <= 24'(s5_rm_q) + s5_rprod_q;
      s6_pair_q <= s5_pair_q;
    end
  end

  // ---- 6: RM and CM read; what is wrong with the row ---------------------------------------------------------
  logic [End:7] bad_pair, bad_range, st_bad; // st_bad: write nothing
  logic         s6_need_rm, s6_pair, s6_range;
  assign s6_need_rm = st_blk[6] || st_end[6];
  assign s6_pair    = row_v[6] && !st_kill[6] && s6_pair_q && last_row[6];
  assign s6_range   = row_v[6] && !st_kill[6]
                      && ((s6_need_rm && s6_rm_q >= 24'(SM_ENTRIES))
                          || (st_end[6] && s6_vm_q >= 28'(VM_LINES)));
  assign rm_re_o    = row_v[6] && s6_need_rm;
  assign rm_addr_o  = s6_rm_q[$clog2(SM_ENTRIES)-1:0];
  assign cm_re_o    = first[6];
  assign cm_addr_o  = cm_q;

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      {bad_pair, bad_range, st_bad} <= '0;
    end else begin
      bad_pair  <= {bad_pair[End-1:7], s6_pair};
      bad_range <= {bad_range[End-1:7], s6_range};
      st_bad    <= {st_bad[End-1:7], s6_pair || s6_range || st_kill[6]};
    end
  end

  // ---- AC: read in 5 for integers, in 14 for f32; written in 8 or at the end ---------------------------------
  logic [AcW-1:0] ac_addr_q [1:End];
  logic [VmW-1:0] vm_addr_q [7:End];
  logic            ac_re, ac_we_int;
  logic [L*32-1:0] ac_rdata, sum, y;
  logic [L-1:0]    flag;

  always_ff @(posedge clk) begin
    if (s0_row) ac_addr_q[1] <= AcW'(ac_q + 16'(row_q));
    for (int s = 2; s <= End; s++) if (row_v[s-1]) ac_addr_q[s] <= ac_addr_q[s-1];
    if (row_v[6]) vm_addr_q[7] <= s6_vm_q[VmW-1:0];
    for (int s = 8; s <= End; s++) if (row_v[s-1]) vm_addr_q[s] <= vm_addr_q[s-1];
    ev_ac_read_o <= ac_re;
    ev_line_o    <= row_v[End] && !st_bad[End];
  end

  assign ac_re     = (row_v[5] && !st_blk[5] && !st_fresh[5]) || (row_v[14] && st_blk[14] && !st_fresh[14]);
  assign ac_we_int = row_v[8] && !st_blk[8] && !st_end[8] && !st_bad[8];
  assign ac_we_o   = ac_we_int || (row_v[End] && st_blk[End] && !st_end[End] && !st_bad[End]);
  assign ac_addr_o = ac_we_int ? ac_addr_q[8] : ac_addr_q[End];
  assign ac_data_o = ac_we_int ? sum : y;

  stamp_ram #(.Width(L*32), .Depth(AC_LINES)) i_ac (
    .clk_i(clk), .mem_test_i, .we_i(ac_we_o), .waddr_i(ac_addr_o), .wdata_i(ac_data_o), .re_i(ac_re),
    .raddr_i((row_v[5] && !st_blk[5]) ? ac_addr_q[5] : ac_addr_q[14]), .rdata_o(ac_rdata));

  // ---- What all lanes share of a row ---------------------------------------------------------------------------
  logic [15:0] sx9_q, sx10_q, sx11_q, sx12_q; // upper half of the scale
  logic [14:0] corr;
  logic [31:0] extra;
  logic [7:0]  sx_sig;
  logic [15+Add:8] deq;

  // Digits of base 4, -2 .. 2: {neg, two, one} each.
  function automatic logic [2:0] digit(input logic [2:0] b);
    digit = {b[2] && !(b[1] && b[0]), b == 3'b100 || b == 3'b011, b[1] ^ b[0]};
  endfunction

  always_comb begin
    corr[2:0] = digit({rm_corr_i[1:0], 1'b0});
    for (int i = 1; i < 5; i++) corr[3*i +: 3] = digit(rm_corr_i[2*i-1 +: 3]);
  end

  assign extra  = st_w8[8] ? rm_rowsum_i << 3 : 32'd0;
  assign sx_sig = {sx10_q[14:7] != 8'd0, sx10_q[6:0]};

  always_ff @(posedge clk) begin
    if (!rst_ni) deq <= '0;
    else deq <= {deq[14+Add:8], row_v[7] && (st_blk[7] || st_end[7])};
    if (deq[8])  sx9_q  <= rm_scale_i[31:16];
    if (deq[9])  sx10_q <= sx9_q;
    if (deq[10]) sx11_q <= sx10_q;
    if (deq[11]) sx12_q <= sx11_q;
  end

  for (genvar c = 0; c < L; c++) begin : g_lane
    stamp_drain_lane i_lane (
      .clk_i(clk), .rst_ni, .row_i(row_v[7:6]), .deq_i(deq), .row0_i(row0_i[c*32 +: 32]), .row1_i(row1_i[c*32 +: 32]),
      .pair_i(s5_pair_q), .keep_i(!st_blk[6] && !st_fresh[6]), .ac_i(ac_rdata[c*32 +: 32]),
      .sum_o(sum[c*32 +: 32]), .corr_i(corr), .colsum_i(cm_data_i[c*64 + 32 +: 32]), .extra_i(extra),
      .sx_sig_i(sx_sig), .sx_i(sx12_q), .sw_set_i(first[11]), .sw_i(cm_data_i[c*64 + 16 +: 16]),
      .add_i(st_blk[15] && !st_fresh[15]), .old_i(ac_rdata[c*32 +: 32]),
      .y_o(y[c*32 +: 32]), .flag_o(flag[c]));
  end

  assign vm_we_o   = row_v[End] && st_end[End] && !st_bad[End];
  assign vm_addr_o = vm_addr_q[End];
  assign vm_data_o = y;

  // ---- The instruction's error: RANGE by its fields, else the first of a row, else NUMERIC -------
  logic [3:0] err_q, err_now, err;
  logic       flag_q, end_row_q, end_kill_q, end_pair_q, end_range_q;

  assign err_now = end_kill_q ? stamp_isa_pkg::ERR_RANGE : end_pair_q ? stamp_isa_pkg::ERR_RESERVED
                   : end_range_q ? stamp_isa_pkg::ERR_RANGE
                   : end_row_q && flag_q ? stamp_isa_pkg::ERR_NUMERIC : stamp_isa_pkg::ERR_NONE;
  assign err     = (end_kill_q || err_q == stamp_isa_pkg::ERR_NONE
                    || (err_q == stamp_isa_pkg::ERR_NUMERIC && err_now != stamp_isa_pkg::ERR_NONE))
                   ? err_now : err_q;
  assign err_o   = err;

  always_ff @(posedge clk) begin
    if (!rst_ni) {done_o, end_row_q, end_kill_q, end_pair_q, end_range_q} <= '0;
    else begin
      done_o      <= slot_final[End];
      end_row_q   <= row_v[End] && (st_end[End] || st_blk[End]) && !st_bad[End];
      end_kill_q  <= st_kill[End];
      end_pair_q  <= bad_pair[End];
      end_range_q <= bad_range[End];
    end
    flag_q <= flag != '0;
    if (!rst_ni || done_o) err_q <= stamp_isa_pkg::ERR_NONE;
    else err_q <= err;
  end

  logic unused;
  assign unused = &{1'b0, s1_nt_q, ac_q, s4_nt_q[13:12], rm_scale_i[15:0], cm_data_i};

endmodule
