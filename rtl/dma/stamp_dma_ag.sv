// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dma_ag - address generator of the load and the store unit: rows, window, AXI bursts.
//
// Rule        model/spec/isa.md, LOAD. C twins: model/insn/load.c, store.c (the row loop) and
//             stamp_check_range in model/machine/check.c, whose order of errors this keeps:
//             RANGE is decided for the whole instruction before its first burst, DRAM_RANGE row
//             by row before the row's first burst. So no address outside the window is issued.
//             With gather the rows' addresses come from stamp_dma_index.
// Latency     8 cycles from an instruction to its first address, 14 with gather; hidden behind the
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
    input  logic [7:0]   line_beats_i, // beats per scratchpad line, a power of two
    input  logic [16:0]  limit_i,      // lines of the scratchpad
    input  logic [39:0]  win_lo_i,     // stable while an instruction is here
    input  logic [39:0]  win_hi_i,     // first byte beyond

    // Index table. hold_i: an earlier instruction still writes it. Data come two cycles after it_re_o.
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

    // AXI address channel. axvalid_o holds with its payload until axready_i. ax_behind_o: the address of
    // the last token that has one waits behind another.
    output logic         ax_behind_o,
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

  // ---- the whole instruction -------------------------------------------------------------------
  // One product and one sum a state; the rows begin in Span, so that the first is looked at after Check.
  typedef enum logic [2:0] {Idle, Rows, Sum, Part, Span, Check, Run} state_e;
  state_e             state_q;
  logic               dead_q;              // a code was sent: wait for clear_i
  logic [11:0]        n0_q, n1_q;          // less one
  logic [31:0]        d0_q, d1_q;
  logic [15:0]        line_q, lines_q, lstride_q;
  logic [7:0]         line_beats_q;
  logic [16:0]        limit_q;
  logic [23:0]        rows_s_q, rows_c_q, rows_q; // n0 * n1 - 1
  logic [31:0]        span_s_q, span_c_q, span_q; // to the first line of the last row
  logic [18:0]        spare_q;                    // signed: lines that stay for the rows after the first
  logic               big_q, range_q;
  logic [RowBits-1:0] row_left_q;          // beats of a row, less one when Sum is over
  logic [24:0]        last_entry_q;
  logic               gather_q, beyond, beyond_q;
  logic [11:0]        it_q;
  logic               accept, take, row_null, row_last;

  assign ready_o = state_q == Idle && !dead_q && !abort_i;
  assign accept  = valid_i && ready_o;

  always_ff @(posedge clk_i) begin : states
    if (!rst_ni) begin
      state_q <= Idle;
      dead_q  <= 1'b0;
    end else begin
      if (clear_i) dead_q <= 1'b0;
      else if (take && row_null) dead_q <= 1'b1;
      case (state_q)
        Idle:    if (accept) state_q <= Rows;
        Rows:    state_q <= Sum;
        Sum:     state_q <= Part;
        Part:    state_q <= Span;
        Span:    state_q <= Check;
        Check:   state_q <= Run;
        default: state_q <= Run;
      endcase
      if (take && (row_null || row_last)) state_q <= Idle;
    end
  end

  always_ff @(posedge clk_i) begin : take_insn
    if (accept) begin
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

  // line + (n0 * n1 - 1) * lstride + lines against the memory. n0 * n1 - 1 is (n0 - 1) * n1 + n1 - 1. More
  // than 2^16 rows with a stride cannot fit; without a stride they all land on the first.
  logic [24*13-1:0] rows_rows;
  logic [32*16-1:0] span_rows;
  logic [23:0]      rows_s, rows_c;
  logic [31:0]      span_s, span_c;
  logic [12:0]      n1;

  assign n1 = {1'b0, n1_q} + 13'd1;
  for (genvar r = 0; r < 12; r++) begin : g_rows
    assign rows_rows[r*24 +: 24] = n0_q[r] ? 24'({11'd0, n1} << r) : '0;
  end
  assign rows_rows[12*24 +: 24] = {12'd0, n1_q};
  for (genvar r = 0; r < 16; r++) begin : g_span
    assign span_rows[r*32 +: 32] = lstride_q[r] ? 32'({16'd0, rows_q[15:0]} << r) : '0;
  end
  stamp_csa #(.Width(24), .Rows(13)) i_rows (.rows_i(rows_rows), .sum_o(rows_s), .carry_o(rows_c));
  stamp_csa #(.Width(32), .Rows(16)) i_span (.rows_i(span_rows), .sum_o(span_s), .carry_o(span_c));

  function automatic logic [RowBits-1:0] times(input logic [15:0] lines, input logic [7:0] beats);
    times = '0;
    for (int unsigned i = 0; i < 8; i++) if (beats[i]) times = times | (RowBits'(lines) << i);
  endfunction

  always_ff @(posedge clk_i) begin : whole
    case (state_q)
      Rows: begin
        {rows_c_q, rows_s_q} <= {rows_c, rows_s};
        row_left_q           <= times(lines_q, line_beats_q);
        spare_q              <= {2'd0, limit_q} - {3'd0, line_q};
      end
      Sum: begin
        rows_q     <= rows_s_q + rows_c_q;
        row_left_q <= row_left_q - 1'b1;
        spare_q    <= spare_q - {3'd0, lines_q};
      end
      Part: begin
        {span_c_q, span_s_q} <= {span_c, span_s};
        big_q                <= rows_q[23:16] != 8'd0 && lstride_q != 16'd0;
        last_entry_q         <= {1'b0, rows_q} + {13'd0, it_q};
      end
      Span: begin
        span_q   <= span_s_q + span_c_q;
        beyond_q <= gather_q && beyond;
      end
      Check: range_q <= big_q || beyond_q || spare_q[18] || span_q > {14'd0, spare_q[17:0]};
      default: ;
    endcase
  end

  // ---- rows: address, its end, both against the window -------------------------------------------
  logic [11:0] i0_q, i1_q;
  logic [45:6] outer_q, addr_q, row_addr, b_addr_q; // 40 + 12 + 32 bits of product and sums: below 2^46
  logic [45:0] b_end_q;
  logic [39:6] c_addr_q, ix_addr;
  logic        walk_q, b_q, c_q, b_last_q, c_last_q, c_ok_q;
  logic        walk_last, ix_valid, step, b_move, c_move, row_here, d_free;

  assign walk_last = i0_q == n0_q && i1_q == n1_q;
  assign row_addr  = gather_q ? {6'd0, ix_addr} : addr_q;
  assign c_move    = !c_q || take;
  assign b_move    = !b_q || c_move;
  assign step      = walk_q && b_move && (!gather_q || ix_valid);
  assign row_here  = state_q == Run && (c_q || range_q);
  assign row_null  = abort_i || range_q || !c_ok_q;
  assign row_last  = c_last_q;
  assign take      = d_free && (row_here || (abort_i && state_q != Idle));

  always_ff @(posedge clk_i) begin : rows
    if (!rst_ni || (take && (row_null || row_last))) begin
      {walk_q, b_q, c_q} <= '0;
    end else begin
      if (state_q == Part) walk_q <= 1'b1;
      else if (step && walk_last) walk_q <= 1'b0;
      if (b_move) b_q <= step;
      if (c_move) c_q <= b_q;
    end
    if (b_move) begin
      b_addr_q <= row_addr;
      b_end_q  <= {row_addr, 6'd0} + 46'({row_left_q, {BeatLog{1'b1}}}); // its last byte
      b_last_q <= walk_last;
    end
    if (c_move) begin
      c_addr_q <= b_addr_q[39:6];
      c_ok_q   <= {b_addr_q, 6'd0} >= {6'd0, win_lo_i} && b_end_q < {6'd0, win_hi_i};
      c_last_q <= b_last_q;
    end
  end

  always_ff @(posedge clk_i) begin : walk
    if (accept) begin
      addr_q  <= {6'd0, addr_i[39:6]};
      outer_q <= {6'd0, addr_i[39:6]};
      i0_q    <= 12'd0;
      i1_q    <= 12'd0;
    end else if (step) begin
      if (i0_q != n0_q) begin
        addr_q <= addr_q + {14'd0, d0_q[31:6]};
        i0_q   <= i0_q + 12'd1;
      end else begin
        addr_q  <= outer_q + {14'd0, d1_q[31:6]};
        outer_q <= outer_q + {14'd0, d1_q[31:6]};
        i0_q    <= 12'd0;
        i1_q    <= i1_q + 12'd1;
      end
    end
  end

  if (IT_ENTRIES != 0) begin : g_index
    assign beyond = last_entry_q >= 25'(IT_ENTRIES);
    stamp_dma_index u_index (
        .clk_i, .rst_ni, .stop_i(state_q != Check && state_q != Run),
        .hold_i(it_hold_i || range_q), .start_i(state_q == Check && gather_q), .first_i(it_q),
        .last_i(last_entry_q[11:0]), .base_i(outer_q[39:6]), .d0_i(d0_q[31:6]), .re_o(it_re_o),
        .entry_o(it_entry_o), .data_i(it_data_i), .valid_o(ix_valid), .addr_o(ix_addr),
        .take_i(step));
  end else begin : g_plain
    logic unused;
    assign {it_re_o, it_entry_o, ix_valid, ix_addr, beyond} = '0;
    assign unused = &{1'b0, it_hold_i, it_data_i};
  end

  // ---- bursts of the row at hand ---------------------------------------------------------------
  localparam int unsigned UnitLog = 6 - BeatLog; // beats of 64 bytes
  localparam int unsigned Units   = MaxBurst >> UnitLog;
  localparam logic [5:0]  Most    = 6'((Units < 64 ? Units : 64) - 1);

  if (Units == 0) $error("stamp_dma_ag: a burst of 64 bytes at least");

  logic               d_q, d_last_q, d_null_q;
  logic [3:0]         d_err_q;
  logic [39:6]        d_addr_q;
  logic [RowBits-1:0] d_left_q;          // beats, less one
  logic [5:0]         d_page_q, d_most_q; // 64 bytes up to 4 KiB, of this burst at most; less one
  logic [5:0]         page_next, c_page;
  logic [RowBits-1:0] most;              // beats of this burst at most, less one
  logic               d_null, drop, go, over, ax_ready;

  function automatic logic [5:0] cut(input logic [5:0] page);
    cut = page < Most ? page : Most;
  endfunction

  assign most = (RowBits'(d_most_q) << UnitLog) | RowBits'((1 << UnitLog) - 1);
  assign over = d_left_q <= most;
  assign c_page    = ~c_addr_q[11:6];
  assign page_next = d_page_q + ~d_most_q;

  // On abort a row is dropped; the last one of its instruction leaves a null behind.
  assign d_null = d_null_q || abort_i;
  assign drop   = d_q && abort_i && !d_last_q;
  assign go     = d_q && !drop && room_i && (d_null || ax_ready);
  assign d_free = !d_q || drop || (go && (d_null || over));

  assign push_o  = go;
  assign null_o  = d_null;
  assign last_o  = d_last_q && (d_null || over);
  assign err_o   = d_err_q;
  assign beats_o = over ? d_left_q[7:0] : most[7:0];

  always_ff @(posedge clk_i) begin : splitter
    if (!rst_ni)     d_q <= 1'b0;
    else if (take)   d_q <= 1'b1;
    else if (d_free) d_q <= 1'b0;

    if (take) begin
      d_addr_q <= c_addr_q;
      d_left_q <= row_left_q;
      d_page_q <= c_page;
      d_most_q <= cut(c_page);
      d_last_q <= row_null || row_last;
      d_null_q <= row_null;
      if (abort_i || !row_null) d_err_q <= stamp_isa_pkg::ERR_NONE;
      else if (range_q)         d_err_q <= stamp_isa_pkg::ERR_RANGE;
      else                      d_err_q <= stamp_isa_pkg::ERR_DRAM_RANGE;
    end else if (go) begin
      d_addr_q <= d_addr_q + {28'd0, d_most_q} + 34'd1;
      d_left_q <= d_left_q + ~most;
      d_page_q <= page_next;
      d_most_q <= cut(page_next);
    end
  end

  logic [39:6] axaddr;
  stamp_fifo #(.Width(42), .Depth(2)) i_address (
    .clk_i, .rst_ni, .push_i(go && !d_null), .ready_o(ax_ready), .data_i({d_addr_q, beats_o}),
    .valid_o(axvalid_o), .pop_i(axready_i), .data_o({axaddr, axlen_o}));

  assign axaddr_o    = {axaddr, 6'd0};
  assign ax_behind_o = !ax_ready;

  logic unused_low; // multiples of 64
  assign unused_low = &{1'b0, addr_i[5:0], d0_q[5:0], d1_q[5:0], outer_q[45:40], last_entry_q};

endmodule
