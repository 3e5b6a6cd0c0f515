// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dispatch - program order: fetches, executes control instructions, hands the rest to queues.
//
// Rule     model/spec/isa.md sections 2 to 4. C twin: model/machine/machine.c.
// Throughput one instruction per two cycles, executed or skipped by a LOOP of no iterations; SETA
//          one more, and one for each bit of its shifted sum below the highest 1.
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
    output logic         want_o,
    input  logic         hit_i,
    input  logic         fail_i,
    output logic         re_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] word_i,
    input  logic [31:0]  window_i, // instructions the buffer holds

    // Queues, bit stamp_isa_pkg::QUEUE_*.
    output logic [stamp_isa_pkg::QUEUES-1:0] push_o,
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
  logic [31:0] idle_cycles_q;
  logic [31:0] factor_q; // SETA: what is left of the factor, what its lowest bit stands for, the sum
  logic [39:0] term_q, sum_q;
  logic        failed_q; // a unit's error or the watchdog's: nothing more is handed out
  logic        halt_q;   // the watchdog's: the queues are closed
  logic        unit_failed, pending;

  stamp_isa_pkg::insn_c_t c;
  stamp_isa_pkg::insn_d_t d, d_added; // _added: with its address register
  stamp_isa_pkg::insn_w_t w, w_added;
  assign c = word_i;
  assign d = word_i;
  assign w = word_i;

  logic [stamp_isa_pkg::UNIT_W-1:0] unit;
  logic [stamp_isa_pkg::QUEUES-1:0] queue; // the unit's; 0 for control
  logic [3:0]  static_err, err;
  logic [39:0] addr, count;
  logic [23:0] lim;
  logic        is_transfer, is_lim, is_loop_bad, expired, control_go, push_go, wait_idle;
  logic        seta, skip_go, decode;
  logic [DepthW-1:0] top;

  stamp_decode i_decode (.word_i, .unit_o(unit), .err_o(static_err));

  for (genvar q = 0; q < stamp_isa_pkg::QUEUES; q++) begin : g_queue
    assign queue[q] = unit == stamp_isa_pkg::UNIT_W'(q + 1);
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
  assign addr        = d.dram + areg_q[d.areg];
  assign lim         = w.lim + areg_q[w.areg][23:0];
  assign count       = c.areg == '0 ? c.imm : areg_q[c.areg];
  assign is_transfer = unit == stamp_isa_pkg::UNIT_LDU || unit == stamp_isa_pkg::UNIT_STU;
  assign is_lim      = w.op == stamp_isa_pkg::OP_VRED || w.op == stamp_isa_pkg::OP_VFN;
  assign is_loop_bad = (c.op == stamp_isa_pkg::OP_LOOP
                        && (depth_q == (DepthW+1)'(stamp_isa_pkg::LOOP_DEPTH) || count[39:24] != '0))
                       || (c.op == stamp_isa_pkg::OP_ENDL && depth_q == '0);
  assign err         = static_err != stamp_isa_pkg::ERR_NONE ? static_err
                       : (is_transfer && addr[5:0] != '0) ? stamp_isa_pkg::ERR_ALIGN
                       : is_loop_bad ? stamp_isa_pkg::ERR_LOOP : stamp_isa_pkg::ERR_NONE;
  assign wait_idle   = c.op == stamp_isa_pkg::OP_HALT || c.op == stamp_isa_pkg::OP_FENCE;
  assign seta        = c.op == stamp_isa_pkg::OP_SETA;
  assign decode      = state_q == Decode && skip_q == '0;
  assign skip_go     = state_q == Decode && skip_q != '0;
  assign control_go  = !failed_q && (state_q == Multiply
                         ? factor_q == '0
                         : decode && err == stamp_isa_pkg::ERR_NONE && unit == stamp_isa_pkg::UNIT_CTL && !seta
                           && (!wait_idle || all_idle_i));
  assign push_go     = decode && err == stamp_isa_pkg::ERR_NONE && (ready_i & queue) != '0 && !failed_q;
  assign push_o      = push_go ? queue : '0;
  assign insn_o      = is_transfer ? d_added : is_lim ? w_added : word_i;
  assign pc_o        = pc_q;
  assign want_o      = state_q == Fetch && pc_q < code_count_i;
  assign re_o        = want_o && hit_i;
  assign keep_o      = (depth_q != '0 && pc_q - start_q[0] + 32'd8 < window_i) ? start_q[0] : pc_q;
  assign busy_o      = state_q != Idle;
  assign err_o       = err_q;
  assign stop_o      = halt_q;
  assign ev_control_o = control_go;

  assign clear_o = all_idle_i && (state_q == Quiet || (state_q == Idle && start_i));
  assign expired = watchdog_i != '0 && idle_cycles_q >= watchdog_i;
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
        end else if (state_q == Quiet && expired) begin
          state_q <= Idle;
          fault_o <= 1'b1;
        end
        Fetch: begin
          if (pc_q >= code_count_i || fail_i) state_q <= Drain;
          else if (hit_i) state_q <= Decode;
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
        default: if (all_idle_i || expired) begin // Stop
          state_q       <= Idle;
          fault_o       <= 1'b1;
          reset_units_o <= all_idle_i;
          failed_q      <= !all_idle_i; // the queues stay closed
          halt_q        <= !all_idle_i;
        end
      endcase
      if (state_q != Idle && state_q != Stop && !failed_q && (unit_failed || expired)) begin
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
    end else if (state_q != Stop && expired) begin
      err_q    <= stamp_isa_pkg::ERR_WATCHDOG;
      err_pc_o <= blocked_i ? blocked_pc_i : pc_q;
    end else if (state_q == Fetch && (pc_q >= code_count_i || fail_i)) begin
      err_q    <= stamp_isa_pkg::ERR_AXI_FETCH;
      err_pc_o <= pc_q;
    end else if (decode && err != stamp_isa_pkg::ERR_NONE) begin
      err_q    <= err;
      err_pc_o <= pc_q;
    end
  end

  always_ff @(posedge clk_i) begin : watchdog
    if (state_q == Idle || retired_i || control_go || push_go || skip_go || (state_q != Stop && expired)
        || (pending && stuck_i))
      idle_cycles_q <= '0;
    else idle_cycles_q <= idle_cycles_q + 32'd1;
  end

  // SETA: one bit of the factor a cycle, lowest first.
  always_ff @(posedge clk_i) begin : multiply
    if (state_q == Decode) begin
      factor_q <= (arg_i[c.arg*32 +: 32] + c.add) >> c.shift;
      term_q   <= c.imm;
      sum_q    <= c.acc == '0 ? '0 : areg_q[c.areg];
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
        stamp_isa_pkg::OP_ADDR: areg_q[c.areg] <= areg_q[c.areg] + c.imm;
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
  assign unused = &{1'b0, c, d, w};

endmodule
