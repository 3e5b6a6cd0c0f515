// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dispatch - program order: fetches, executes control instructions, hands the rest to queues.
//
// Rule     model/spec/isa.md sections 2 to 4. C twin: model/machine/machine.c.
// Throughput one instruction per two cycles (its word is decoded and its address register read, then it
//          is executed or handed out), also where skipped by a LOOP of no iterations; ENDL two more, for
//          the word at its target; SETA one more, and one for each bit of its shifted sum below the
//          highest 1.
// Errors   found here, or of a unit (unit_err_i), stop dispatch; what was handed out before completes
//          first, and its error counts instead: the first in program order is the program's. fault_o
//          once everything is idle; where what is left waits for semaphores nobody can give, WATCHDOG
//          there and then; when memory does not answer, after one more watchdog period: what is under
//          way on the bus cannot be taken back, so a START then waits (Quiet) until the units are at
//          rest. The watchdog stops the queues at once.
module stamp_dispatch (
    input  logic         clk_i,
    input  logic         rst_ni,

    input  logic         start_i,
    input  logic [31:0]  code_count_i,
    input  logic [31:0]  watchdog_i,
    input  logic [stamp_isa_pkg::ARGS*32-1:0] arg_i, // argument registers
    output logic         busy_o,
    output logic         done_o,  // one cycle: HALT reached
    output logic         fault_o, // one cycle: stopped by an error
    output logic [3:0]   err_o,
    output logic [31:0]  err_pc_o,

    // Fetch (stamp_fetch).
    output logic [31:0]  pc_o,
    output logic [31:0]  keep_o,
    output logic         jump_o,
    output logic         want_o,
    input  logic         valid_i, // with want_o: word_i is taken
    input  logic         fail_i,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] word_i,
    input  logic [31:0]  window_i, // instructions the buffer holds

    // Queues, bit stamp_isa_pkg::QUEUE_*.
    output logic [stamp_isa_pkg::QUEUES-1:0] to_o,   // the queue it goes to, unless it is found wrong
    output logic [stamp_isa_pkg::QUEUES-1:0] push_o, // and it goes
    input  logic [stamp_isa_pkg::QUEUES-1:0] ready_i,
    output logic [stamp_isa_pkg::WORD_BITS-1:0] insn_o,
    input  logic         all_idle_i,  // queues, units
    input  logic         blocked_i,   // some head waits for a semaphore
    input  logic [31:0]  blocked_pc_i,
    input  logic         stuck_i,     // nothing but blocked heads is left
    output logic         stop_o,      // queues: start nothing more, forget what waits
    output logic         reset_units_o,
    output logic         clear_o,     // a program begins now: counters from zero

    // Retirement.
    input  logic         retired_i, // some unit retired
    input  logic [3:0]   unit_err_i, // the first in program order so far; holds
    input  logic [31:0]  unit_err_pc_i,
    output logic         ev_control_o // a control instruction was executed
);

  typedef enum logic [2:0] {Idle, Quiet, Fetch, Decode, Multiply, Drain, Stop} state_e;
  state_e state_q;

  logic [31:0] pc_q;
  localparam int unsigned DepthW = $clog2(stamp_isa_pkg::LOOP_DEPTH);

  logic [39:0] areg_q [stamp_isa_pkg::ADDR_REGS];
  logic [31:0] start_q [stamp_isa_pkg::LOOP_DEPTH];
  logic [23:0] left_q [stamp_isa_pkg::LOOP_DEPTH];
  logic [DepthW:0] depth_q;
  logic [31:0] skip_q; // LOOPs open in what a LOOP of no iterations skips; 0: nothing is skipped
  logic [3:0]  err_q;
  logic [31:0] idle_cycles_q, behind_q;
  logic [31:0] factor_q; // SETA: what is left of the factor, what its lowest bit stands for, the sum
  logic [39:0] term_q, sum_q;
  logic        failed_q; // a unit's error or the watchdog's: nothing more is handed out
  logic        halt_q;   // the watchdog's: the queues are closed
  logic        unit_failed, pending;

  // The word that is decoded; then, in Decode, what is executed.
  stamp_isa_pkg::insn_d_t word_d;
  stamp_isa_pkg::insn_w_t word_w;
  stamp_isa_pkg::insn_c_t word_c, c;
  stamp_isa_pkg::insn_d_t d, d_added; // _added: with its address register
  stamp_isa_pkg::insn_w_t w, w_added;
  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_q;
  logic [39:0] value_q; // of the address register named
  assign word_c = word_i;
  assign word_d = word_i;
  assign word_w = word_i;
  assign c = insn_q;
  assign d = insn_q;
  assign w = insn_q;

  logic [stamp_isa_pkg::UNIT_W-1:0] unit;
  logic [stamp_isa_pkg::QUEUES-1:0] queue_q; // the unit's; 0 for control
  logic [3:0]  static_err, static_err_q, err;
  logic [39:0] addr, count;
  logic [23:0] lim;
  logic        is_transfer, is_lim, transfer_q, lim_q, control_q, wait_idle_q, immediate_q;
  logic        is_loop_bad, expired_q, control_go, push_go, past, progress;
  logic        seta, skip_go, decode;
  logic [DepthW-1:0] top;

  stamp_decode i_decode (.word_i, .unit_o(unit), .err_o(static_err));

  assign is_transfer = word_d.op == stamp_isa_pkg::OP_LOAD || word_d.op == stamp_isa_pkg::OP_STORE;
  assign is_lim      = word_w.op == stamp_isa_pkg::OP_VRED || word_w.op == stamp_isa_pkg::OP_VFN;

  always_ff @(posedge clk_i) begin : latch
    if (state_q == Fetch) begin
      insn_q       <= word_i;
      value_q      <= areg_q[is_transfer ? word_d.areg : is_lim ? word_w.areg : word_c.areg];
      static_err_q <= static_err;
      transfer_q   <= is_transfer;
      lim_q        <= is_lim;
      control_q    <= unit == stamp_isa_pkg::UNIT_CTL;
      wait_idle_q  <= word_c.op == stamp_isa_pkg::OP_HALT || word_c.op == stamp_isa_pkg::OP_FENCE;
      immediate_q  <= word_c.areg == '0;
      for (int q = 0; q < stamp_isa_pkg::QUEUES; q++)
        queue_q[q] <= unit == stamp_isa_pkg::UNIT_W'(q + 1);
    end
  end

  always_comb begin : added
    d_added      = d;
    d_added.dram = addr;
    d_added.areg = '0;
    w_added      = w;
    w_added.lim  = lim;
    w_added.areg = '0;
  end

  assign top         = DepthW'(depth_q - 1'b1);
  assign addr        = d.dram + value_q;
  assign lim         = w.lim + value_q[23:0];
  assign count       = immediate_q ? c.imm : value_q;
  assign is_loop_bad = (c.op == stamp_isa_pkg::OP_LOOP
                        && (depth_q == (DepthW+1)'(stamp_isa_pkg::LOOP_DEPTH) || count[39:24] != '0))
                       || (c.op == stamp_isa_pkg::OP_ENDL && depth_q == '0);
  assign err         = static_err_q != stamp_isa_pkg::ERR_NONE ? static_err_q
                       : (transfer_q && addr[5:0] != '0) ? stamp_isa_pkg::ERR_ALIGN
                       : is_loop_bad ? stamp_isa_pkg::ERR_LOOP : stamp_isa_pkg::ERR_NONE;
  assign seta        = c.op == stamp_isa_pkg::OP_SETA;
  assign decode      = state_q == Decode && skip_q == '0;
  assign skip_go     = state_q == Decode && skip_q != '0;
  assign control_go  = !failed_q && (state_q == Multiply
                         ? factor_q == '0
                         : decode && err == stamp_isa_pkg::ERR_NONE && control_q && !seta
                           && (!wait_idle_q || all_idle_i));
  assign to_o        = (decode && !failed_q) ? ready_i & queue_q : '0;
  assign push_go     = to_o != '0 && err == stamp_isa_pkg::ERR_NONE;
  assign push_o      = push_go ? queue_q : '0;
  assign insn_o      = transfer_q ? d_added : lim_q ? w_added : insn_q;
  assign pc_o        = pc_q;
  assign past        = pc_q >= code_count_i;
  assign want_o      = state_q == Fetch;
  assign busy_o      = state_q != Idle;
  assign err_o       = err_q;
  assign stop_o      = halt_q;
  assign ev_control_o = control_go;

  assign clear_o = all_idle_i && (state_q == Quiet || (state_q == Idle && start_i));
  assign unit_failed = unit_err_i != stamp_isa_pkg::ERR_NONE && !reset_units_o;
  assign pending     = state_q == Drain || (state_q == Stop && !halt_q); // an error waits for earlier ones

  always_ff @(posedge clk_i) begin : fsm
    done_o  <= 1'b0;
    fault_o <= 1'b0;
    reset_units_o <= 1'b0;
    if (!rst_ni) begin
      state_q  <= Idle;
      failed_q <= 1'b0;
      halt_q   <= 1'b0;
    end else begin
      case (state_q)
        Idle, Quiet: if (clear_o) begin
          state_q       <= Fetch;
          reset_units_o <= 1'b1;
          failed_q      <= 1'b0;
          halt_q        <= 1'b0;
        end else if (start_i) begin
          state_q <= Quiet;
        end else if (state_q == Quiet && expired_q) begin
          state_q <= Idle;
          fault_o <= 1'b1;
        end
        Fetch: begin
          if (past || fail_i) state_q <= Drain;
          else if (valid_i) state_q <= Decode;
        end
        Decode: begin
          if (skip_go) state_q <= Fetch;
          else if (err != stamp_isa_pkg::ERR_NONE) state_q <= Drain;
          else if (seta) state_q <= Multiply;
          else if (control_go && c.op == stamp_isa_pkg::OP_HALT) begin
            state_q <= Idle;
            done_o  <= 1'b1;
          end else if (control_go || push_go) state_q <= Fetch;
        end
        Multiply: if (control_go) state_q <= Fetch;
        Drain: if (all_idle_i) begin // an error of this unit's own; earlier instructions are done
          state_q <= Idle;
          fault_o <= 1'b1;
        end
        default: if (all_idle_i || expired_q) begin // Stop
          state_q       <= Idle;
          fault_o       <= 1'b1;
          reset_units_o <= all_idle_i;
          failed_q      <= !all_idle_i; // the queues stay closed
          halt_q        <= !all_idle_i;
        end
      endcase
      if (state_q != Idle && state_q != Stop && !failed_q && (unit_failed || expired_q)) begin
        state_q  <= Stop;
        failed_q <= 1'b1;
        halt_q   <= !unit_failed;
        fault_o  <= 1'b0;
        done_o   <= 1'b0;
      end
      if (pending && stuck_i) begin // the semaphores these wait for nobody gives
        state_q  <= Stop;
        failed_q <= 1'b1;
        halt_q   <= 1'b1;
        fault_o  <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin : errors
    if (state_q == Idle) begin
      if (start_i) err_q <= stamp_isa_pkg::ERR_NONE;
    end else if (pending && stuck_i) begin
      err_q    <= stamp_isa_pkg::ERR_WATCHDOG;
      err_pc_o <= blocked_pc_i;
    end else if (!halt_q && state_q != Quiet && unit_failed) begin
      err_q    <= unit_err_i;
      err_pc_o <= unit_err_pc_i;
    end else if (state_q != Stop && expired_q) begin
      err_q    <= stamp_isa_pkg::ERR_WATCHDOG;
      err_pc_o <= blocked_i ? blocked_pc_i : pc_q;
    end else if (state_q == Fetch && (past || fail_i)) begin
      err_q    <= stamp_isa_pkg::ERR_AXI_FETCH;
      err_pc_o <= pc_q;
    end else if (decode && err != stamp_isa_pkg::ERR_NONE) begin
      err_q    <= err;
      err_pc_o <= pc_q;
    end
  end

  assign progress = state_q == Idle || retired_i || control_go || push_go || skip_go
                    || (state_q != Stop && expired_q) || (pending && stuck_i);

  always_ff @(posedge clk_i) begin : watchdog
    idle_cycles_q <= progress ? '0 : idle_cycles_q + 32'd1;
    expired_q     <= !progress && watchdog_i != '0 && idle_cycles_q >= watchdog_i;
  end

  // The oldest instruction still wanted: the start of the outermost loop, where the buffer holds it.
  always_ff @(posedge clk_i) begin : keep
    behind_q <= pc_q - start_q[0];
    keep_o   <= (depth_q != '0 && behind_q < window_i - 32'd8) ? start_q[0] : pc_q;
    jump_o   <= control_go && c.op == stamp_isa_pkg::OP_ENDL;
  end

  // SETA: one bit of the factor a cycle, lowest first.
  always_ff @(posedge clk_i) begin : multiply
    if (state_q == Decode) begin
      factor_q <= (arg_i[c.arg*32 +: 32] + c.add) >> c.shift;
      term_q   <= c.imm;
      sum_q    <= c.acc == '0 ? '0 : value_q;
    end else begin
      factor_q <= factor_q >> 1;
      term_q   <= term_q << 1;
      if (factor_q[0]) sum_q <= sum_q + term_q;
    end
  end

  always_ff @(posedge clk_i) begin : control
    if (state_q == Idle && start_i) begin
      pc_q    <= '0;
      depth_q <= '0;
      skip_q  <= '0;
      for (int r = 0; r < stamp_isa_pkg::ADDR_REGS; r++) areg_q[r] <= '0;
    end else if (push_go) begin
      pc_q <= pc_q + 32'd1;
    end else if (skip_go) begin
      pc_q <= pc_q + 32'd1;
      if (c.op == stamp_isa_pkg::OP_LOOP) skip_q <= skip_q + 32'd1;
      if (c.op == stamp_isa_pkg::OP_ENDL) skip_q <= skip_q - 32'd1;
    end else if (control_go) begin
      pc_q <= pc_q + 32'd1;
      case (c.op)
        stamp_isa_pkg::OP_SETR: areg_q[c.areg] <= c.imm;
        stamp_isa_pkg::OP_ADDR: areg_q[c.areg] <= value_q + c.imm;
        stamp_isa_pkg::OP_SETA: areg_q[c.areg] <= sum_q;
        stamp_isa_pkg::OP_LOOP: if (count == '0) begin
          skip_q <= 32'd1;
        end else begin
          start_q[depth_q[DepthW-1:0]] <= pc_q + 32'd1;
          left_q[depth_q[DepthW-1:0]]  <= count[23:0];
          depth_q                      <= depth_q + 1'b1;
        end
        stamp_isa_pkg::OP_ENDL: begin
          left_q[top] <= left_q[top] - 24'd1;
          if (left_q[top] == 24'd1) depth_q <= depth_q - 1'b1;
          else pc_q <= start_q[top];
        end
        default: ;
      endcase
    end
  end

  logic unused;
  assign unused = &{1'b0, c, d, w, word_c, word_d, word_w};

endmodule
