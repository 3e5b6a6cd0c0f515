// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dma_ag - address generator of the load and the store unit: rows, window, AXI bursts.
//
// Rule        model/spec/isa.md, LOAD. C twins: model/insn/load.c, store.c (the row loop) and
//             stamp_check_range in model/machine/check.c, whose order of errors this keeps:
//             RANGE is decided for the whole instruction before its first burst, DRAM_RANGE row
//             by row before the row's first burst. So no address outside the window is issued.
//             With gather the rows' addresses come from stamp_dma_index.
// Latency     5 cycles from an instruction to its first address, 9 with gather; hidden behind the
//             bursts of the instruction before it.
// Throughput  one burst per cycle. A burst is INCR, at most MaxBurst beats, inside 4 KiB.
// Errors      an instruction that cannot go on ends in a null burst, which moves no data. After a
//             null with a code nothing is accepted until clear_i. abort_i cuts short what is
//             here: each instruction still ends in one burst marked last, null where needed.
module stamp_dma_ag #(
    parameter int unsigned AXI_BYTES, // 4, 8, 16, 32, 64
    parameter int unsigned MaxBurst   = stamp_isa_pkg::BURST_BEATS, // beats, 1..256
    parameter int unsigned IT_ENTRIES // index table, 4096 or less; 0: no gather
) (
    input  logic         clk_i,
    input  logic         rst_ni,  // synchronous, active low
    input  logic         abort_i, // stop issuing
    input  logic         clear_i, // the unit is empty after an error

    // Instruction, format D. ready_o does not depend on valid_i.
    input  logic         valid_i,
    output logic         ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [39:0]  addr_i,       // dram + address register, multiple of 64
    input  logic [7:0]   line_beats_i, // beats per scratchpad line
    input  logic [16:0]  limit_i,      // lines of the scratchpad
    input  logic [39:0]  win_lo_i,     // stable while an instruction is here
    input  logic [39:0]  win_hi_i,     // first byte beyond

    // Index table. hold_i: an earlier instruction still writes it. Data come in the cycle after
    // it_re_o and hold until the next.
    input  logic         it_hold_i,
    output logic         it_re_o,
    output logic [11:0]  it_entry_o,
    input  logic [31:0]  it_data_i,

    // One token per burst, in order, with its address below. room_i: one more can be stored.
    input  logic         room_i,
    output logic         push_o,
    output logic         null_o,  // no data, no address
    output logic         last_o,  // of its instruction
    output logic [3:0]   err_o,   // of a null
    output logic [7:0]   beats_o, // less one

    // AXI address channel. axvalid_o holds with its payload until axready_i.
    output logic         axvalid_o,
    input  logic         axready_i,
    output logic [39:0]  axaddr_o,
    output logic [7:0]   axlen_o
);

  localparam int unsigned BeatLog = $clog2(AXI_BYTES);
  localparam int unsigned RowBits = 24; // beats of a row: 16 + 8 bits

  // The other fields are the dispatcher's.
  /* verilator lint_off UNUSEDSIGNAL */ stamp_isa_pkg::insn_d_t d;
  /* verilator lint_on UNUSEDSIGNAL */
  assign d = insn_i;

  // ---- rows ------------------------------------------------------------------------------------
  typedef enum logic [2:0] {Idle, Rows, Span, Check, Run} state_e;
  state_e             state_q;
  logic               dead_q;              // a code was sent: wait for clear_i
  logic [11:0]        n0_q, n1_q;          // less one
  logic [11:0]        i0_q, i1_q;
  logic [31:0]        d0_q, d1_q;
  logic [15:0]        line_q, lines_q, lstride_q;
  logic [7:0]         line_beats_q;
  logic [16:0]        limit_q;
  logic [23:0]        rows_q;              // n0 * n1 - 1
  logic [31:0]        span_q;
  logic               big_q, range_q;
  logic [RowBits-1:0] row_beats_q;
  logic [45:0]        outer_q, addr_q;     // 40 + 12 + 32 bits of product and sums stay below 2^46
  logic               gather_q, ix_valid, ix_beyond;
  logic [11:0]        it_q;
  logic [39:0]        ix_addr;
  logic               row_last, row_ok, row_here, row_go, row_null;
  logic [45:0]        row_addr, row_end;
  logic               sp_free;

  assign ready_o  = state_q == Idle && !dead_q && !abort_i;
  assign row_last = i0_q == n0_q && i1_q == n1_q;
  assign row_addr = gather_q ? {6'd0, ix_addr} : addr_q;
  assign row_end  = row_addr + 46'({row_beats_q, {BeatLog{1'b0}}});
  assign row_ok   = row_addr >= {6'd0, win_lo_i} && row_end <= {6'd0, win_hi_i};
  assign row_null = abort_i || range_q || !row_ok;
  assign row_here = state_q == Run && (!gather_q || range_q || ix_valid);
  assign row_go   = sp_free && (row_here || (abort_i && state_q != Idle));

  always_ff @(posedge clk_i) begin : rows_fsm
    if (!rst_ni) begin
      state_q <= Idle;
      dead_q  <= 1'b0;
    end else begin
      if (clear_i) dead_q <= 1'b0;
      else if (row_go && row_null) dead_q <= 1'b1;
      case (state_q)
        Idle:    if (valid_i && ready_o) state_q <= Rows;
        Rows:    state_q <= Span;
        Span:    state_q <= Check;
        Check:   state_q <= Run;
        default: state_q <= Run;
      endcase
      if (row_go && (row_null || row_last)) state_q <= Idle;
    end
  end

  always_ff @(posedge clk_i) begin : take_insn
    if (valid_i && ready_o) begin
      n0_q         <= d.n0 - 12'd1;
      n1_q         <= d.n1 - 12'd1;
      d0_q         <= d.d0;
      d1_q         <= d.d1;
      line_q       <= d.line;
      lines_q      <= d.lines;
      lstride_q    <= d.lstride;
      line_beats_q <= line_beats_i;
      limit_q      <= limit_i;
      gather_q     <= d.gather && IT_ENTRIES != 0;
      it_q         <= d.it;
    end
  end

  // line + (n0 * n1 - 1) * lstride + lines - 1 against the memory, one product a cycle. More than
  // 2^16 rows with a stride cannot fit; without a stride they all land on the first.
  always_ff @(posedge clk_i) begin : span
    case (state_q)
      Rows: begin
        rows_q      <= ({12'd0, n0_q} + 24'd1) * ({12'd0, n1_q} + 24'd1) - 24'd1;
        row_beats_q <= {8'd0, lines_q} * {16'd0, line_beats_q};
      end
      Span: begin
        span_q <= {16'd0, rows_q[15:0]} * {16'd0, lstride_q};
        big_q  <= rows_q[23:16] != 8'd0 && lstride_q != 16'd0;
      end
      Check: range_q <= big_q || {1'b0, span_q} + {17'd0, line_q} + {17'd0, lines_q}
                                  > {16'd0, limit_q}
                        || (gather_q && ix_beyond);
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin : walk
    if (valid_i && ready_o) begin
      addr_q  <= {6'd0, addr_i};
      outer_q <= {6'd0, addr_i};
      i0_q    <= 12'd0;
      i1_q    <= 12'd0;
    end else if (row_go) begin
      if (i0_q != n0_q) begin
        addr_q <= addr_q + {14'd0, d0_q};
        i0_q   <= i0_q + 12'd1;
      end else begin
        addr_q  <= outer_q + {14'd0, d1_q};
        outer_q <= outer_q + {14'd0, d1_q};
        i0_q    <= 12'd0;
        i1_q    <= i1_q + 12'd1;
      end
    end
  end

  if (IT_ENTRIES != 0) begin : g_index
    assign ix_beyond = {1'b0, rows_q} + {13'd0, it_q} >= 25'(IT_ENTRIES);
    stamp_dma_index u_index (
        .clk_i, .rst_ni, .stop_i(state_q != Check && state_q != Run),
        .hold_i(it_hold_i || range_q), .start_i(state_q == Check && gather_q), .first_i(it_q),
        .last_i(it_q + rows_q[11:0]), .base_i(outer_q[39:0]), .d0_i(d0_q), .re_o(it_re_o),
        .entry_o(it_entry_o), .data_i(it_data_i), .valid_o(ix_valid), .addr_o(ix_addr),
        .take_i(row_go));
  end else begin : g_plain
    logic unused;
    assign {it_re_o, it_entry_o, ix_valid, ix_addr, ix_beyond} = '0;
    assign unused = &{1'b0, it_hold_i, it_data_i, it_q};
  end

  // ---- bursts of the row at hand ---------------------------------------------------------------
  logic               sp_valid_q, sp_last_q, sp_null_q;
  logic [3:0]         sp_err_q;
  logic [39:0]        sp_addr_q;
  logic [RowBits-1:0] sp_left_q; // beats
  logic [12:0]        to_page;
  logic [8:0]         n_page, n; // beats of this burst
  logic               sp_null, sp_drop, sp_go, sp_end;

  assign to_page = (13'h1000 - {1'b0, sp_addr_q[11:0]}) >> BeatLog;
  assign n_page  = (to_page < 13'(MaxBurst)) ? to_page[8:0] : 9'(MaxBurst);
  assign n       = (sp_left_q < {15'd0, n_page}) ? sp_left_q[8:0] : n_page;

  // On abort a row is dropped; the last one of its instruction leaves a null behind.
  assign sp_null = sp_null_q || abort_i;
  assign sp_drop = sp_valid_q && abort_i && !sp_last_q;
  assign sp_go   = sp_valid_q && !sp_drop && room_i && (sp_null || !axvalid_o || axready_i);
  assign sp_end  = sp_null || sp_left_q == {15'd0, n};
  assign sp_free = !sp_valid_q || sp_drop || (sp_go && sp_end);

  assign push_o  = sp_go;
  assign null_o  = sp_null;
  assign last_o  = sp_last_q && sp_end;
  assign err_o   = sp_err_q;
  assign beats_o = 8'(n - 9'd1);

  always_ff @(posedge clk_i) begin : splitter
    if (!rst_ni)      sp_valid_q <= 1'b0;
    else if (row_go)  sp_valid_q <= 1'b1;
    else if (sp_free) sp_valid_q <= 1'b0;

    if (row_go) begin
      sp_addr_q <= row_addr[39:0];
      sp_left_q <= row_beats_q;
      sp_last_q <= row_null || row_last;
      sp_null_q <= row_null;
      if (abort_i || !row_null) sp_err_q <= stamp_isa_pkg::ERR_NONE;
      else if (range_q)         sp_err_q <= stamp_isa_pkg::ERR_RANGE;
      else                      sp_err_q <= stamp_isa_pkg::ERR_DRAM_RANGE;
    end else if (sp_go) begin
      sp_addr_q <= sp_addr_q + 40'({n, {BeatLog{1'b0}}});
      sp_left_q <= sp_left_q - {15'd0, n};
    end
  end

  always_ff @(posedge clk_i) begin : address
    if (!rst_ni)                axvalid_o <= 1'b0;
    else if (sp_go && !sp_null) axvalid_o <= 1'b1;
    else if (axready_i)         axvalid_o <= 1'b0;

    if (sp_go && !sp_null) begin
      axaddr_o <= sp_addr_q;
      axlen_o  <= beats_o;
    end
  end

endmodule
