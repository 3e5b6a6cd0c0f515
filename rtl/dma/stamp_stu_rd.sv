// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_stu_rd - the VM and PB lines of stores, read ahead of their beats.
//
// Rule        model/spec/isa.md, STORE: the loops over rows and lines.
// Latency     4 cycles from a credit to line_valid_o. Throughput one line every 4 / Lines cycles
//             or one per cycle, whichever is slower.
// Promise     only lines whose row has an issued burst are read: credit_q counts the beats of
//             issued bursts less the beats of the lines asked for.
module stamp_stu_rd #(
    parameter int unsigned L,
    parameter int unsigned T, // 8 or less: a PB line is no longer than a VM line
    parameter int unsigned Credit = 1024, // beats issued and not yet read, at most
    parameter int unsigned Depth  = stamp_isa_pkg::TRANSFERS, // instructions, a power of two
    parameter int unsigned Lines  = 4     // read ahead, power of two, 2 or more
) (
    input  logic            clk_i,
    input  logic            rst_ni,  // synchronous, active low
    input  logic            stop_i,  // ask for no more
    input  logic            clear_i, // forget all; only while idle_o
    output logic            idle_o,

    input  logic            valid_i, // an instruction; the unit keeps them below Depth
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [7:0]      line_beats_i, // beats of its lines
    input  logic            push_i,  // a burst of beats_i + 1 is issued
    input  logic [7:0]      beats_i,

    // VM read. Valid and line hold until ready; data come in the second cycle after the grant.
    output logic            rd_valid_o,
    input  logic            rd_ready_i,
    output logic [15:0]     rd_line_o,
    input  logic [L*32-1:0] rd_data_i,

    // PB read of line rd_line_o, as of VM.
    output logic            pb_re_o,
    input  logic            pb_ready_i,
    input  logic [L*T*4-1:0] pb_data_i,

    // Lines in order.
    output logic            line_valid_o,
    input  logic            line_pop_i,
    output logic [L*32-1:0] line_o
);

  localparam int unsigned CBits = $clog2(Credit) + 2;
  localparam int unsigned DBits = $clog2(Depth);
  localparam int unsigned LBits = $clog2(Lines);

  /* verilator lint_off UNUSEDSIGNAL */ stamp_isa_pkg::insn_d_t d;
  /* verilator lint_on UNUSEDSIGNAL */
  assign d = insn_i;

  // Instructions: PB, beats, line, lines, lstride, rows. The row count comes in two factors.
  logic [80:0]    job_q [Depth];
  logic [DBits:0] ii_q, ir_q;

  always_ff @(posedge clk_i) begin : insn_fifo
    if (valid_i) job_q[ii_q[DBits-1:0]] <= {d.space == stamp_isa_pkg::SPACE_PB, line_beats_i, d.line,
                                             d.lines - 16'd1, d.lstride,
                                             d.n0 - 12'd1, d.n1 - 12'd1};
    if (!rst_ni || clear_i) ii_q <= '0;
    else if (valid_i)       ii_q <= ii_q + 1'b1;
  end

  // The instruction at hand.
  logic                    cur_q, pb_q;
  logic [7:0]              beats_q;
  logic [15:0]             line_q, row_q, left_q, lines_q, lstride_q;
  logic [11:0]             i0_q, i1_q, n0_q; // rows to come
  logic signed [CBits-1:0] credit_q, push_q;
  logic [LBits:0]          held_q;           // lines asked for and not yet popped
  logic                    issue, fin, ask_q, ask_pb_q, grant;
  logic [2:1]              pend_q, pend_pb_q;        // granted so many cycles ago

  assign rd_valid_o = ask_q && !ask_pb_q;
  assign pb_re_o    = ask_q && ask_pb_q;
  assign grant      = ask_q && (ask_pb_q ? pb_ready_i : rd_ready_i);

  assign issue  = cur_q && credit_q > 0 && !stop_i && (!ask_q || grant)
                  && held_q != (LBits+1)'(Lines);
  assign fin    = issue && left_q == 16'd0 && i0_q == 12'd0 && i1_q == 12'd0;
  assign idle_o = !ask_q && pend_q == '0;

  always_ff @(posedge clk_i) begin : walk
    if (!rst_ni || clear_i) begin
      cur_q <= 1'b0;
      ir_q  <= '0;
    end else if (!cur_q || fin) begin
      cur_q <= ii_q != ir_q;
      if (ii_q != ir_q) ir_q <= ir_q + 1'b1;
    end

    if (!cur_q || fin) begin
      {pb_q, beats_q, line_q, lines_q, lstride_q, n0_q, i1_q} <= job_q[ir_q[DBits-1:0]];
      row_q  <= job_q[ir_q[DBits-1:0]][71:56];
      left_q <= job_q[ir_q[DBits-1:0]][55:40];
      i0_q   <= job_q[ir_q[DBits-1:0]][23:12];
    end else if (issue && left_q != 16'd0) begin
      line_q <= line_q + 16'd1;
      left_q <= left_q - 16'd1;
    end else if (issue) begin
      line_q <= row_q + lstride_q;
      row_q  <= row_q + lstride_q;
      left_q <= lines_q;
      i0_q   <= (i0_q == 12'd0) ? n0_q : i0_q - 12'd1;
      if (i0_q == 12'd0) i1_q <= i1_q - 12'd1;
    end
  end

  always_ff @(posedge clk_i) begin : account
    push_q   <= push_i ? CBits'({1'b0, beats_i}) + CBits'(1) : '0;
    credit_q <= (!rst_ni || clear_i) ? '0 : credit_q + push_q - (issue ? CBits'({1'b0, beats_q}) : '0);

    if (!rst_ni || clear_i)        held_q <= '0;
    else if (issue && !line_pop_i) held_q <= held_q + 1'b1;
    else if (!issue && line_pop_i) held_q <= held_q - 1'b1;
  end

  always_ff @(posedge clk_i) begin : request
    if (!rst_ni)    ask_q <= 1'b0;
    else if (issue) ask_q <= 1'b1;
    else if (grant) ask_q <= 1'b0;
    if (issue) begin
      rd_line_o <= line_q;
      ask_pb_q  <= pb_q;
    end
    pend_q    <= rst_ni ? {pend_q[1], grant} : '0;
    pend_pb_q <= {pend_pb_q[1], ask_pb_q};
  end

  // Lines that arrived.
  logic [L*32-1:0] mem_q [Lines];
  logic [LBits:0]  mi_q, mo_q;

  assign line_valid_o = mi_q != mo_q;
  assign line_o       = mem_q[mo_q[LBits-1:0]];

  always_ff @(posedge clk_i) begin : arrive
    if (!rst_ni || clear_i) begin
      mi_q <= '0;
      mo_q <= '0;
    end else begin
      if (pend_q[2])  mi_q <= mi_q + 1'b1;
      if (line_pop_i) mo_q <= mo_q + 1'b1;
    end
    if (pend_q[2]) mem_q[mi_q[LBits-1:0]] <= pend_pb_q[2] ? (L*32)'(pb_data_i) : rd_data_i;
  end

endmodule
