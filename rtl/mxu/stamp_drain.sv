// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_drain - takes finished tiles from the array's shadow, row by row, to AC or VM.
//
// Rule     model/spec/isa.md MM, the drain. C twin: model/insn/mm.c, drain_row.
// Pipeline 0 shadow row and NT entry read, 1 pair joined, addresses, 2 RM (and integer AC) read,
//          3 corrected, 4 converted, 5..8 scaled, 9..11 added to the f32 AC word read in 8,
//          12 written to VM or AC. Integer sums go to AC in 4.
// Throughput one row of L per cycle; a tile takes max(P, 8) cycles, so that an AC word is written
//          before the same tile comes back. Its VM writes are always granted: nothing stalls it.
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

    // A tile: start_i in the cycle before its shadow becomes readable; everything else holds until the
    // next start_i. ready_o: a tile whose last k-step is issued now will find the shadow free.
    input  logic                          start_i,
    output logic                          ready_o,
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

    // Shadow rows: data one cycle after rd_o.
    output logic                          rd_o,
    output logic [$clog2(P)-1:0]          row_o,
    input  logic [L*32-1:0]               row0_i,
    input  logic [L*32-1:0]               row1_i,

    // Tables: read in the cycle of *_re_o, data in the next.
    output logic                          nt_re_o,
    output logic [$clog2(RT_ENTRIES)-1:0] nt_addr_o,
    input  logic [15:0]                   nt_data_i,
    output logic                          rm_re_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    input  logic [31:0]                   rm_scale_i,
    input  logic [9:0]                    rm_corr_i,
    input  logic [31:0]                   rm_rowsum_i,
    output logic                          cm_re_o,
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

  localparam int unsigned Slots = (P < 8) ? 8 : P;

  // ---- Tile registers and slot counter -------------------------------------------------------
  logic [4:0]  left_q; // slots still to come
  logic [4:0]  row_q;
  logic        kill_q, final_q, blk_q, fresh_q, end_q, w8_q;
  logic [15:0] nt_q, ac_q, steps_q;
  logic [15:0] rm_q;
  logic [11:0] rmstride_q;
  logic [16:0] vm_q;
  logic [15:0] vstride_q;
  logic        first_slot_q;

  assign ready_o = left_q <= 5'd4 && !start_i;

  always_ff @(posedge clk_i) begin
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
      {nt_q, ac_q, rm_q, rmstride_q} <= {nt_i, ac_i, rm_i, rmstride_i};
      {vm_q, vstride_q, steps_q} <= {vm_i, vstride_i, steps_i};
    end else if (left_q != 0) begin
      row_q        <= row_q + 5'd1;
      first_slot_q <= 1'b0;
    end
  end

  // ---- 0: read the shadow row, its nibble-table entry and, once a tile, the column metadata ---
  logic s0_row;
  assign s0_row    = left_q != 0 && row_q < 5'(P);
  assign rd_o      = s0_row;
  assign row_o     = row_q[$clog2(P)-1:0];
  assign nt_re_o   = s0_row;
  assign nt_addr_o = ($clog2(RT_ENTRIES))'(nt_q + 16'(row_q));
  assign cm_re_o   = start_i;
  assign cm_addr_o = cm_i;

  // Control that travels with a slot, stages 1 to 12. Bit 1 is stage 1.
  logic [12:1] row_v, slot_final, st_blk, st_end, st_kill;
  logic [11:1] st_fresh;
  logic        s1_first_q, s2_first_q, s3_first_q, s4_first_q, s5_first_q, s6_first_q, s1_last_row_q;
  logic        s1_w8_q, s2_w8_q, s3_w8_q;
  logic [15:0] s1_ac_q, s1_steps_q;
  logic [15:0] s1_rm_q;
  logic [11:0] s1_rmstride_q;
  logic [16:0] s1_vm_q;
  logic [15:0] s1_vstride_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_v      <= '0;
      slot_final <= '0;
      st_kill    <= '0; // an error of the instruction, with or without a row in use
    end else begin
      st_kill    <= {st_kill[11:1], kill_q};
      row_v      <= {row_v[11:2], row_v[1] && nt_data_i[15] != nt_data_i[14], s0_row};
      slot_final <= {slot_final[11:1], left_q == 5'd1 && final_q};
    end
    st_blk   <= {st_blk[11:1], blk_q};
    st_fresh <= {st_fresh[10:1], fresh_q};
    st_end   <= {st_end[11:1], end_q};
    {s6_first_q, s5_first_q, s4_first_q, s3_first_q, s2_first_q, s1_first_q} <=
      {s5_first_q, s4_first_q, s3_first_q, s2_first_q, s1_first_q, first_slot_q && left_q != 0};
    {s3_w8_q, s2_w8_q, s1_w8_q} <= {s2_w8_q, s1_w8_q, w8_q};
    if (s0_row) begin
      s1_last_row_q <= row_q == 5'(P - 1);
      s1_ac_q       <= ac_q + 16'(row_q);
      s1_steps_q    <= steps_q;
      {s1_rm_q, s1_rmstride_q, s1_vm_q, s1_vstride_q} <= {rm_q, rmstride_q, vm_q, vstride_q};
    end
  end

  // ---- 1: join the nibble pair, addresses from the token row -----------------------------------
  logic [L*32-1:0] s2_acc_q, s3_acc_q;
  logic [27:0]     s2_vm_q;
  logic [23:0]     s2_rm_q;
  logic [15:0]     s2_ac_q;
  logic            s2_pair_bad_q;
  logic            s1_used;

  assign s1_used   = row_v[1] && nt_data_i[15] != nt_data_i[14];
  assign ev_used_o = (row_v[1] && nt_data_i[15:14] != 2'd0) ? s1_steps_q : 16'd0;

  always_ff @(posedge clk_i) begin
    if (s1_used) begin
      for (int c = 0; c < L; c++)
        s2_acc_q[c*32 +: 32] <= nt_data_i[15] ? (row0_i[c*32 +: 32] << 4) + row1_i[c*32 +: 32]
                                              : row0_i[c*32 +: 32];
      s2_vm_q       <= 28'(s1_vm_q) + 28'(nt_data_i[11:0]) * 28'(s1_vstride_q);
      s2_rm_q       <= 24'(s1_rm_q) + 24'(nt_data_i[11:0]) * 24'(s1_rmstride_q);
      s2_ac_q       <= s1_ac_q;
      s2_pair_bad_q <= nt_data_i[15] && s1_last_row_q;
    end
  end

  // ---- 2: read RM, and AC for an integer sum ----------------------------------------------------
  logic        s2_need_rm, s2_range_bad, s2_bad;
  logic [12:3] st_bad;   // write nothing
  assign s2_need_rm   = st_blk[2] || st_end[2];
  assign s2_range_bad = (s2_need_rm && s2_rm_q >= 24'(SM_ENTRIES))
                        || (st_end[2] && s2_vm_q >= 28'(VM_LINES));
  assign s2_bad       = row_v[2] && !st_kill[2] && (s2_pair_bad_q || s2_range_bad);
  assign rm_re_o      = row_v[2] && s2_need_rm;
  assign rm_addr_o    = s2_rm_q[$clog2(SM_ENTRIES)-1:0];

  logic [$clog2(VM_LINES)-1:0] vm_addr_q [3:12];
  logic [$clog2(AC_LINES)-1:0] ac_addr_q [3:12];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) st_bad <= '0;
    else st_bad <= {st_bad[11:3], s2_bad || st_kill[2]};
    if (row_v[2]) begin
      s3_acc_q     <= s2_acc_q;
      vm_addr_q[3] <= s2_vm_q[$clog2(VM_LINES)-1:0];
      ac_addr_q[3] <= s2_ac_q[$clog2(AC_LINES)-1:0];
    end
    for (int s = 4; s < 13; s++) begin
      if (row_v[s-1]) begin
        vm_addr_q[s] <= vm_addr_q[s-1];
        ac_addr_q[s] <= ac_addr_q[s-1];
      end
    end
  end

  // ---- AC: read in 2 for integers, in 8 for f32; written in 4 or 12 -----------------------------
  logic            ac_re, ac_we_int, ac_we_f32;
  logic [L*32-1:0] ac_rdata, sum, y;
  logic [L-1:0]    flag;
  logic [$clog2(AC_LINES)-1:0] ac_raddr;

  assign ac_re     = (row_v[2] && !st_blk[2] && !st_fresh[2]) || (row_v[8] && st_blk[8] && !st_fresh[8]);
  assign ac_raddr  = (row_v[2] && !st_blk[2]) ? s2_ac_q[$clog2(AC_LINES)-1:0] : ac_addr_q[8];
  assign ac_we_int = row_v[4] && !st_blk[4] && !st_end[4] && !st_bad[4];
  assign ac_we_f32 = row_v[12] && st_blk[12] && !st_end[12] && !st_bad[12];
  assign ac_we_o   = ac_we_int || ac_we_f32;
  assign ac_addr_o = ac_we_int ? ac_addr_q[4] : ac_addr_q[12];
  assign ac_data_o = ac_we_int ? sum : y;
  assign ev_ac_read_o = ac_re;

  stamp_ram #(.Width(L*32), .Depth(AC_LINES)) i_ac (
    .clk_i, .mem_test_i, .we_i(ac_we_o), .waddr_i(ac_addr_o), .wdata_i(ac_data_o),
    .re_i(ac_re), .raddr_i(ac_raddr), .rdata_o(ac_rdata));

  // ---- 3 to 12: lanes ---------------------------------------------------------------------------
  logic [31:0]     s4_scale_q, s5_scale_q;
  logic [31:0]     extra;
  logic [L*32-1:0] colsum_q, scale_a_q, scale_b_q;

  // Column metadata of a tile: sums are needed in 3, scales in 7; each moves on with the first slot.
  always_ff @(posedge clk_i) begin
    if (s2_first_q) begin
      for (int c = 0; c < L; c++) begin
        scale_a_q[c*32 +: 32] <= cm_data_i[c*64 +: 32];
        colsum_q[c*32 +: 32]  <= cm_data_i[c*64 + 32 +: 32];
      end
    end
    if (s6_first_q) scale_b_q <= scale_a_q;
    if (row_v[3]) s4_scale_q <= rm_scale_i;
    if (row_v[4]) s5_scale_q <= s4_scale_q;
  end

  // Which stages dequantize, and which add: one set of bits for all lanes.
  logic [11:3] deq;
  logic [12:9] add;
  logic [11:4] deq_q;
  logic [12:10] add_q;
  assign deq = {deq_q, row_v[3] && (st_blk[3] || st_end[3])};
  assign add = {add_q, deq_q[9] && st_blk[9] && !st_fresh[9]};
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      deq_q <= '0;
      add_q <= '0;
    end else begin
      deq_q <= deq[10:3];
      add_q <= add[11:9];
    end
  end

  assign extra = s3_w8_q ? rm_rowsum_i << 3 : 32'd0;

  for (genvar c = 0; c < L; c++) begin : g_lane
    stamp_drain_lane i_lane (
      .clk_i, .rst_ni, .row_i(row_v[3]), .deq_i(deq), .add_i(add), .acc_i(s3_acc_q[c*32 +: 32]),
      .ac_i((st_blk[3] || st_fresh[3]) ? 32'd0 : ac_rdata[c*32 +: 32]),
      .corr_i(rm_corr_i), .colsum_i(colsum_q[c*32 +: 32]), .extra_i(extra),
      .sum_o(sum[c*32 +: 32]),
      .sx_i(s5_scale_q), .sw_i(scale_b_q[c*32 +: 32]),
      .old_i(ac_rdata[c*32 +: 32]),
      .y_o(y[c*32 +: 32]), .flag_o(flag[c]));
  end

  assign vm_we_o   = row_v[12] && st_end[12] && !st_bad[12];
  assign vm_addr_o = vm_addr_q[12];
  assign vm_data_o = y;
  assign ev_line_o = row_v[12] && !st_bad[12];
  assign busy_o    = left_q != 0 || row_v != '0 || slot_final != '0;

  // ---- The instruction's error: RANGE by its fields, else the first of a row, else NUMERIC -------
  logic [3:0]  err_q, err_now, row_err_now;
  logic [39:0] row_err_q; // ten stages of four bits: 3 to 12

  assign row_err_now = row_err_q[39:36];
  assign err_now = st_kill[12] ? stamp_isa_pkg::ERR_RANGE : !row_v[12] ? stamp_isa_pkg::ERR_NONE
                   : row_err_now != stamp_isa_pkg::ERR_NONE ? row_err_now
                   : ((st_end[12] || st_blk[12]) && !st_bad[12] && flag != '0)
                   ? stamp_isa_pkg::ERR_NUMERIC : stamp_isa_pkg::ERR_NONE;
  assign done_o  = slot_final[12];
  assign err_o   = (st_kill[12] || err_q == stamp_isa_pkg::ERR_NONE
                    || (err_q == stamp_isa_pkg::ERR_NUMERIC && err_now != stamp_isa_pkg::ERR_NONE))
                   ? err_now : err_q;

  always_ff @(posedge clk_i) begin
    row_err_q <= {row_err_q[35:0], !s2_bad ? stamp_isa_pkg::ERR_NONE
                  : s2_pair_bad_q ? stamp_isa_pkg::ERR_RESERVED : stamp_isa_pkg::ERR_RANGE};
    if (!rst_ni || done_o) err_q <= stamp_isa_pkg::ERR_NONE;
    else err_q <= err_o;
  end

  logic unused;
  assign unused = &{1'b0, nt_data_i[13:12], s2_ac_q, st_fresh[11]};

endmodule
