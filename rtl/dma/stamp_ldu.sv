// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ldu - load unit: DRAM rows to lines of VM, WB, CM, RT, NT or IT.
//
// Rule        model/spec/isa.md, LOAD and section 3. C twin: model/insn/load.c.
// Latency     8 cycles to the first address; a line is written 2 cycles after its last beat: R comes
//             through a FIFO of two, beside which its elements are looked at.
// Throughput  one beat per cycle, across rows and instructions, while memory and scratch allow.
//             Addresses run ahead of the data by up to Reads bursts and Depth instructions; those
//             of a gathering load wait until the loads of IT before it are written.
// AXI         one ID (no ID ports): data come back in order, which the line walk relies on.
// Errors      RANGE: nothing is read. DRAM_RANGE: the rows before are loaded. AXI_READ: the lines
//             before the bad beat are written. NUMERIC: everything is written; reported only
//             where nothing else went wrong. An instruction accepted behind a failing one writes
//             nothing and ends with the same code; nothing more is accepted until busy_o is low.
module stamp_ldu #(
    parameter int unsigned L, // elements of a VM line, multiple of 8
    parameter int unsigned T,
    parameter int unsigned AXI_BYTES, // power of two up to 64; divides every line: 2L, LT/2
    parameter int unsigned VM_LINES,
    parameter int unsigned WB_LINES,
    parameter int unsigned CM_LINES,
    parameter int unsigned RT_ENTRIES,
    parameter int unsigned IT_ENTRIES, // multiple of 16, 4096 or less
    parameter int unsigned MaxBurst   = stamp_isa_pkg::BURST_BEATS, // beats, 1..256
    parameter int unsigned Reads      = stamp_isa_pkg::BURSTS, // bursts outstanding, power of two
    parameter int unsigned Depth      = stamp_isa_pkg::TRANSFERS // waiting for data, a power of two
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

    // One pulse per instruction, in order, after its last line was taken.
    output logic                   done_valid_o,
    output logic [3:0]             done_err_o,

    // AXI4 read channels.
    output logic                   arvalid_o,
    input  logic                   arready_i,
    output logic [39:0]            araddr_o,
    output logic [7:0]             arlen_o,
    output logic [2:0]             arsize_o,
    output logic [1:0]             arburst_o,
    input  logic                   rvalid_i,
    output logic                   rready_o,
    input  logic [AXI_BYTES*8-1:0] rdata_i,
    input  logic [1:0]             rresp_i,
    input  logic                   rlast_i,

    // Scratch write. Valid and payload hold until ready, which only VM withholds; bits above the line's
    // width are stale.
    output logic                   wr_valid_o,
    input  logic                   wr_ready_i,
    output logic [3:0]             wr_space_o,
    output logic [15:0]            wr_line_o,
    output logic [L*64-1:0]        wr_data_o,

    // Index table read: data come two cycles after it_re_o.
    output logic                   it_re_o,
    output logic [11:0]            it_entry_o,
    input  logic [31:0]            it_data_i,

    output logic                   busy_o,       // from the cycle after acceptance to done
    output logic [7:0]             ev_bytes_o,   // taken from R this cycle
    output logic                   ev_axi_wait_o, // could take a beat, none there
    output logic                   held_o // for observers: a line that is complete now would wait
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(8)) i_wake (.clk_i, .rst_ni, .awake_i(insn_valid_i || busy_o || rvalid_i), .clk_o(clk));

  localparam int unsigned W     = AXI_BYTES * 8;
  localparam int unsigned Words = L * 64 / W; // of the widest line
  localparam int unsigned RBits = $clog2(Reads);
  localparam int unsigned DBits = $clog2(Depth);

  if (AXI_BYTES > 64 || L % 8 != 0 || 2 * L % AXI_BYTES != 0 || L * T / 2 % AXI_BYTES != 0)
    $error("stamp_ldu: a line must be a whole number of beats");

  // Beats per line.
  function automatic logic [7:0] line_beats(input logic [3:0] space, input logic bf16);
    case (space)
      stamp_isa_pkg::SPACE_VM: line_beats = bf16 ? 8'(2 * L / AXI_BYTES) : 8'(4 * L / AXI_BYTES);
      stamp_isa_pkg::SPACE_WB: line_beats = 8'(L * T / 2 / AXI_BYTES);
      stamp_isa_pkg::SPACE_CM: line_beats = 8'(8 * L / AXI_BYTES);
      default:                 line_beats = 8'(64 / AXI_BYTES);
    endcase
  endfunction

  // Lines of a memory.
  function automatic logic [16:0] limit(input logic [3:0] space);
    case (space)
      stamp_isa_pkg::SPACE_VM: limit = 17'(VM_LINES);
      stamp_isa_pkg::SPACE_WB: limit = 17'(WB_LINES);
      stamp_isa_pkg::SPACE_CM: limit = 17'(CM_LINES);
      stamp_isa_pkg::SPACE_IT: limit = 17'(IT_ENTRIES / stamp_isa_pkg::INDEX_LINE);
      default:                 limit = 17'(RT_ENTRIES / stamp_isa_pkg::TABLE_LINE);
    endcase
  endfunction

  // The other fields are the dispatcher's.
  /* verilator lint_off UNUSEDSIGNAL */ stamp_isa_pkg::insn_d_t d;
  /* verilator lint_on UNUSEDSIGNAL */
  assign d = insn_i;

  // ---- instructions waiting for their data -----------------------------------------------------
  logic [61:0]    job_q [Depth]; // space, look for NaN, bf16, beats, line, lines, lstride
  logic [DBits:0] iw_q, ir_q;
  logic [DBits+1:0] inflight_q;   // accepted, done pulse not over
  logic [DBits+1:0] it_left_q;    // of these, up to the last load of IT
  logic           ag_ready, accept, clear, bf16_in;
  logic [7:0]     beats_in;

  assign bf16_in      = d.fmt == stamp_isa_pkg::FMT_BF16;
  assign beats_in     = line_beats(d.space, bf16_in);
  assign insn_ready_o = ag_ready && (iw_q - ir_q) != (DBits+1)'(Depth);
  assign accept       = insn_valid_i && insn_ready_o;
  assign busy_o       = inflight_q != '0 || squash_q;
  assign clear        = squash_q && inflight_q == '0;

  always_ff @(posedge clk) begin : insn_fifo
    if (!rst_ni) begin
      iw_q       <= '0;
      inflight_q <= '0;
      it_left_q  <= '0;
    end else begin
      if (accept && d.space == stamp_isa_pkg::SPACE_IT)
        it_left_q <= inflight_q + (DBits+2)'(!done_valid_o);
      else if (done_valid_o && it_left_q != '0) it_left_q <= it_left_q - 1'b1;
      if (accept) iw_q <= iw_q + 1'b1;
      if (accept && !done_valid_o)      inflight_q <= inflight_q + 1'b1;
      else if (!accept && done_valid_o) inflight_q <= inflight_q - 1'b1;
    end
    if (accept) job_q[iw_q[DBits-1:0]]
        <= {d.space, d.space == stamp_isa_pkg::SPACE_VM && d.fmt != stamp_isa_pkg::FMT_RAW, bf16_in,
            beats_in - 8'd1, d.line, d.lines - 16'd1, d.lstride};
  end

  // ---- addresses, and the bursts in flight -----------------------------------------------------
  logic [5:0]     burst_q [Reads]; // null, last, err
  logic [RBits:0] bw_q, br_q;
  logic           push, push_null, push_last, b_null, b_last, b_pop;
  logic [3:0]     push_err, b_err;
  /* verilator lint_off UNUSEDSIGNAL */ logic [7:0] unused_beats;
  logic           unused_behind;
  /* verilator lint_on UNUSEDSIGNAL */

  stamp_dma_ag #(.AXI_BYTES(AXI_BYTES), .MaxBurst(MaxBurst), .IT_ENTRIES(IT_ENTRIES)) u_ag (
      .clk_i(clk), .rst_ni, .abort_i(squash_q || axi_q), .clear_i(clear),
      .valid_i(accept), .ready_o(ag_ready), .insn_i, .addr_i, .line_beats_i(beats_in),
      .limit_i(limit(d.space)), .win_lo_i, .win_hi_i,
      .it_hold_i(it_left_q != '0), .it_re_o, .it_entry_o, .it_data_i,
      .room_i((bw_q - br_q) != (RBits+1)'(Reads)), .push_o(push), .null_o(push_null),
      .last_o(push_last), .err_o(push_err), .beats_o(unused_beats),
      .ax_behind_o(unused_behind), .axvalid_o(arvalid_o), .axready_i(arready_i), .axaddr_o(araddr_o), .axlen_o(arlen_o));

  assign arsize_o  = 3'($clog2(AXI_BYTES));
  assign arburst_o = 2'b01;
  assign {b_null, b_last, b_err} = burst_q[br_q[RBits-1:0]];

  always_ff @(posedge clk) begin : burst_fifo
    if (!rst_ni) begin
      bw_q <= '0;
      br_q <= '0;
    end else begin
      if (push)  bw_q <= bw_q + 1'b1;
      if (b_pop) br_q <= br_q + 1'b1;
    end
    if (push) burst_q[bw_q[RBits-1:0]] <= {push_null, push_last, push_err};
  end

  // ---- the instruction whose data arrive -------------------------------------------------------
  logic        cur_valid_q, look_q, bf16_q;
  logic [3:0]  space_q;
  logic [7:0]  beat_q, beats_q;                  // beats_q and lines_q less one
  logic [15:0] line_q, row_q, left_q, lines_q, lstride_q;
  logic        axi_q, num_q;                     // errors of this instruction
  logic        squash_q;                         // an instruction failed: drop until empty
  logic [3:0]  squash_err_q;
  logic        out_valid_q, out_write_q, out_last_q;
  logic [3:0]  out_err_q;
  logic        have, line_end, stall, held, take, skip, fin, bad_resp;

  // An element with the largest exponent: in an upper half of 32 bits, in a lower one.
  logic         r_valid, r_last, r_bad, r_upper, r_lower, upper, lower;
  logic [W-1:0] r_data;
  always_comb begin
    {upper, lower} = 2'b00;
    for (int unsigned e = 0; e < W / 32; e++) begin
      if (rdata_i[e*32+7 +: 8] == 8'hff)  lower = 1'b1;
      if (rdata_i[e*32+23 +: 8] == 8'hff) upper = 1'b1;
    end
  end

  stamp_fifo #(.Width(W + 4), .Depth(2)) i_beats (
    .clk_i(clk), .rst_ni, .push_i(rvalid_i), .ready_o(rready_o),
    .data_i({rlast_i, rresp_i != 2'b00, upper, lower, rdata_i}), .valid_o(r_valid), .pop_i(take),
    .data_o({r_last, r_bad, r_upper, r_lower, r_data}));

  // A line may be complete when the one before is gone. Whether its memory lets that one in is known only
  // at the end of a cycle; a line of a single beat, which some machines have, cannot wait for the next.
  localparam bit Single = AXI_BYTES == 64 || 2 * L == AXI_BYTES || L * T / 2 == AXI_BYTES;
  assign stall    = out_valid_q && out_write_q && !wr_ready_i;
  assign held     = out_valid_q && out_write_q && (!Single || beats_q != 8'd0 || !wr_ready_i);
  assign held_o   = held;
  assign have     = cur_valid_q && bw_q != br_q;
  assign line_end = beat_q == beats_q;
  assign take     = have && !b_null && !(line_end && held) && r_valid;
  assign skip     = have && b_null && !held;
  assign b_pop    = skip || (take && r_last);
  assign fin      = b_pop && b_last;
  assign bad_resp = r_bad;

  assign ev_bytes_o    = take ? 8'(AXI_BYTES) : 8'd0;
  assign ev_axi_wait_o = (cur_valid_q || iw_q != ir_q) && !r_valid && !(line_end && held);

  always_ff @(posedge clk) begin : walk
    if (!rst_ni) begin
      cur_valid_q <= 1'b0;
      ir_q        <= '0;
    end else if (!cur_valid_q || fin) begin
      cur_valid_q <= iw_q != ir_q;
      if (iw_q != ir_q) ir_q <= ir_q + 1'b1;
    end

    if (!cur_valid_q || fin) begin
      {space_q, look_q, bf16_q, beats_q, line_q, lines_q, lstride_q} <= job_q[ir_q[DBits-1:0]];
      row_q  <= job_q[ir_q[DBits-1:0]][47:32];
      left_q <= job_q[ir_q[DBits-1:0]][31:16];
      beat_q <= 8'd0;
    end else if (take) begin
      beat_q <= line_end ? 8'd0 : beat_q + 8'd1;
      if (line_end && left_q != 16'd0) begin
        line_q <= line_q + 16'd1;
        left_q <= left_q - 16'd1;
      end else if (line_end) begin
        line_q <= row_q + lstride_q;
        row_q  <= row_q + lstride_q;
        left_q <= lines_q;
      end
    end
  end

  always_ff @(posedge clk) begin : errors
    logic [3:0] err;
    logic       num;
    if (!rst_ni) begin
      axi_q    <= 1'b0;
      num_q    <= 1'b0;
      squash_q <= 1'b0;
      out_last_q <= 1'b0;
    end else if (clear) begin
      squash_q <= 1'b0;
    end else if (take || skip) begin
      num = num_q;
      if (take && look_q && (r_upper || (bf16_q && r_lower))) num = 1'b1;
      if (squash_q)                         err = squash_err_q;
      else if (axi_q || (take && bad_resp)) err = stamp_isa_pkg::ERR_AXI_READ;
      else if (skip && b_err != 4'd0)       err = b_err;
      else if (num)                         err = stamp_isa_pkg::ERR_NUMERIC;
      else                                  err = stamp_isa_pkg::ERR_NONE;

      num_q <= num && !fin;
      axi_q <= !fin && (axi_q || (take && bad_resp));
      if (line_end || skip) out_last_q <= fin;
      if (line_end || skip) out_err_q  <= err;
      if (fin && err != stamp_isa_pkg::ERR_NONE) begin
        squash_q     <= 1'b1;
        squash_err_q <= err;
      end
    end
  end

  // ---- lines out -------------------------------------------------------------------------------
  logic line_take, line_keep;

  assign line_take  = take && line_end;
  assign line_keep  = line_take && !squash_q && !axi_q && !bad_resp;
  assign wr_valid_o = out_valid_q && out_write_q;

  always_ff @(posedge clk) begin : out
    if (!rst_ni) begin
      out_valid_q  <= 1'b0;
      done_valid_o <= 1'b0;
    end else begin
      out_valid_q  <= line_take || skip || stall;
      done_valid_o <= out_valid_q && out_last_q && !stall;
    end
    if (line_take || skip) out_write_q <= line_keep;
    if (line_keep) begin
      wr_space_o <= space_q;
      wr_line_o  <= line_q;
    end
    done_err_o <= out_err_q;
  end

  stamp_ldu_pack #(.W(W), .Words(Words)) u_pack (
      .clk_i(clk), .take_i(take), .keep_i(line_keep), .bf16_i(bf16_q), .beat_i(beat_q),
      .data_i(r_data), .line_o(wr_data_o));

endmodule
