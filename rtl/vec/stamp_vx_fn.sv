// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_fn - a function of every element of a line (VFN), F function lanes.
//
// Rule       model/spec/numerics.md section 8, isa.md VFN.
// Throughput EXP, EXPM, SIGMOID, SILU, GELU: a line in L/F cycles, lines of one function and one c back to
//            back. From acceptance to out_valid_o 8 + L/F cycles of SIGMOID, those of a multiplier and 1
//            more of EXP, SILU, GELU, and those of an adder more of EXPM. RECIP: a division and 2 cycles for
//            F elements, RSQRT a product, a sum, a root, a division and 4; 2 more a line, one line at a time;
//            F elements of which none counts take 2.
// Order      lines leave in the order they came: a line of another function or c than the one before, RECIP
//            and RSQRT start when the lanes are empty.
// Stall      a line not taken at the output holds the lanes when the next one is to be completed; a
//            register says so, en_q.
module stamp_vx_fn #(
    parameter int unsigned L, // lanes of a line
    parameter int unsigned F, // function lanes, a divisor of L
    parameter int unsigned AddrW = 11  // bits of a VM line address
) (
    input  logic             clk_i,
    input  logic             rst_ni, // synchronous, active low

    // A line. in_ready_o depends on no input.
    input  logic             in_valid_i,
    output logic             in_ready_o,
    input  logic [3:0]       fn_i,   // FN_ONE_*
    input  logic [L*32-1:0]  a_i,
    input  logic [L*32-1:0]  b_i,    // RSQRT
    input  logic [31:0]      s_i,    // EXPM: the row's scalar
    input  logic [31:0]      c_i,    // EXP, EXPM, RSQRT
    input  logic [L-1:0]     mask_i, // lane counts; of another the result is +0
    input  logic [AddrW-1:0] addr_i, // goes with the line

    // Its result, held until out_ready_i.
    output logic             out_valid_o,
    input  logic             out_ready_i,
    output logic [AddrW-1:0] addr_o,
    output logic [L*32-1:0]  data_o,
    output logic             flag_o, // a lane that counts is infinity or NaN

    output logic             busy_o  // a line is inside, at the output included
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(4)) i_wake (.clk_i, .rst_ni, .awake_i(in_valid_i || busy_o || lane_busy), .clk_o(clk));

  localparam int unsigned Groups  = L / F; // groups of F elements
  localparam int unsigned GroupW  = Groups > 1 ? $clog2(Groups) : 1;
  localparam int unsigned Latency = 8 + stamp_fp_pkg::AddLatency + stamp_fp_pkg::MulLatency; // EXPM
  localparam int unsigned Lines   = 1 << $clog2((Latency + Groups - 1) / Groups + 2);
  localparam int unsigned Slots   = Groups > 1 ? 1 : 2; // lines at the output
  localparam logic [GroupW-1:0] Last = GroupW'(Groups - 1);

  // ---- The line that feeds the lanes: its next group stands lowest -----------------------------------
  logic              line_q; // there is one
  logic              go_q;   // and it may go into the lanes
  logic [3:0]        fn_q;   // of the last one
  logic [L*32-1:0]   a_q, b_q;
  logic [31:0]       s_q, c_q;
  logic [L-1:0]      mask_q;
  logic [GroupW-1:0] group_q;

  logic en_q, take, iterative, other, feed, feed_last, step, root_last, note_ready, lane_busy;

  assign iterative  = fn_q == stamp_isa_pkg::FN_ONE_RECIP || fn_q == stamp_isa_pkg::FN_ONE_RSQRT;
  assign other      = fn_i != fn_q || c_i != c_q;
  assign feed       = go_q && en_q;
  assign feed_last  = feed && group_q == Last;
  assign in_ready_o = (!line_q || feed_last) && note_ready;
  assign take       = in_valid_i && in_ready_o;

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      line_q <= 1'b0;
      go_q   <= 1'b0;
    end else if (take) begin
      line_q <= 1'b1;
      go_q   <= fn_i != stamp_isa_pkg::FN_ONE_RECIP && fn_i != stamp_isa_pkg::FN_ONE_RSQRT
                && !(other && (feed || lane_busy));
    end else if (feed_last || root_last) begin
      line_q <= 1'b0;
      go_q   <= 1'b0;
    end else if (line_q && !iterative && !lane_busy) begin
      go_q   <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (take) begin
      fn_q   <= fn_i;
      a_q    <= a_i;
      s_q    <= s_i;
      c_q    <= c_i;
      mask_q <= mask_i;
      if (fn_i == stamp_isa_pkg::FN_ONE_RSQRT) b_q <= b_i;
    end else if (step) begin
      a_q    <= a_q >> F*32;
      mask_q <= mask_q >> F;
      if (iterative) b_q <= b_q >> F*32;
    end
  end

  // ---- Function lanes ------------------------------------------------------------------------------
  logic            start_sum, sum_valid, lane_valid;
  logic [F*32-1:0] sum, lane_result;
  logic [F-1:0]    mask_group, lane_flag;

  assign mask_group = mask_q[F-1:0];

  stamp_fn_lane #(.F(F)) i_lane (
    .clk_i(clk), .rst_ni, .en_i(en_q), .valid_i(feed || start_sum), .fn_i(fn_q), .a_i(a_q[F*32-1:0]),
    .s_i(s_q), .c_i(c_q), .b_i(b_q[F*32-1:0]), .sum_valid_o(sum_valid), .sum_o(sum),
    .valid_o(lane_valid), .result_o(lane_result), .flag_o(lane_flag), .busy_o(lane_busy));

  // ---- RECIP and RSQRT: F elements at a time through F roots and F dividers ---------------------------
  typedef enum logic [2:0] { Idle, Group, Sum, Root, Divide, Put } state_e;
  state_e          state_q, state_d;
  logic            recip, start_div, root_done, div_done, put_ok;
  logic [F-1:0]    root_done_all, div_done_all, root_busy, div_busy, unused_root_flag, div_flag;
  logic [F*32-1:0] root, quotient;

  assign recip     = fn_q == stamp_isa_pkg::FN_ONE_RECIP;
  assign root_done = root_done_all[0];
  assign div_done  = div_done_all[0];
  assign start_sum = state_q == Group && mask_group != '0 && !recip && en_q;
  assign start_div = (state_q == Group && mask_group != '0 && recip) || (state_q == Root && root_done);
  assign root_last = state_q == Put && put_ok && group_q == Last;
  assign step      = feed || (state_q == Put && put_ok);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      Idle:    if (line_q && iterative && !lane_busy) state_d = Group;
      Group:   if (mask_group == '0) state_d = Put;
               else if (recip)       state_d = Divide;
               else if (en_q)        state_d = Sum;
      Sum:     if (sum_valid) state_d = Root;
      Root:    if (root_done) state_d = Divide;
      Divide:  if (div_done)  state_d = Put;
      Put:     if (put_ok)    state_d = (group_q == Last) ? Idle : Group;
      default: state_d = Idle;
    endcase
  end

  always_ff @(posedge clk) begin
    if (!rst_ni) state_q <= Idle;
    else         state_q <= state_d;
  end

  for (genvar l = 0; l < F; l++) begin : g_iterative
    stamp_fsqrt i_root (
      .clk_i(clk), .rst_ni, .en_i(1'b1), .start_i(sum_valid), .a_i(sum[l*32 +: 32]),
      .busy_o(root_busy[l]), .done_o(root_done_all[l]), .result_o(root[l*32 +: 32]),
      .flag_o(unused_root_flag[l]));
    stamp_fdiv i_div (
      .clk_i(clk), .rst_ni, .en_i(1'b1), .start_i(start_div), .a_i(32'h3f80_0000),
      .b_i(recip ? a_q[l*32 +: 32] : root[l*32 +: 32]),
      .busy_o(div_busy[l]), .done_o(div_done_all[l]), .result_o(quotient[l*32 +: 32]),
      .flag_o(div_flag[l]));
  end

  always_ff @(posedge clk) begin
    if (!rst_ni) group_q <= '0;
    else if (step) group_q <= (group_q == Last) ? '0 : group_q + 1'b1;
  end

  // ---- Results, group by group, to a line ------------------------------------------------------------
  logic              have, complete, head_valid, flag_q, group_flag, line_flag;
  logic [GroupW-1:0] out_group_q, out_group_d;
  logic [1:0]        held_q, held_d; // lines at the output
  logic [L*32-1:0]   line;
  logic [F*32-1:0]   result;
  logic [F-1:0]      out_mask, not_finite;
  logic [L-1:0]      head_mask;
  logic [AddrW-1:0]  head_addr;

  // The lanes move in a cycle in which a last group would find room: the cycle before knows.
  assign put_ok      = out_group_q != Last || held_q != 2'(Slots);
  assign have        = (lane_valid && en_q) || (state_q == Put && put_ok);
  assign complete    = have && out_group_q == Last;
  assign out_group_d = !have ? out_group_q : complete ? '0 : out_group_q + 1'b1;
  assign held_d      = held_q + {1'b0, complete} - {1'b0, out_valid_o && out_ready_i};
  assign out_mask    = head_mask[32'(out_group_q)*F +: F];
  assign not_finite  = state_q == Put ? div_flag : lane_flag;
  assign group_flag  = (not_finite & out_mask) != '0;
  assign line_flag   = flag_q || group_flag;
  assign busy_o      = head_valid || out_valid_o;

  always_comb begin
    result = state_q == Put ? quotient : lane_result;
    for (int l = 0; l < F; l++) if (!out_mask[l]) result[l*32 +: 32] = 32'd0;
  end

  always_ff @(posedge clk) begin
    if (!rst_ni) begin
      out_group_q <= '0;
      held_q      <= 2'd0;
      flag_q      <= 1'b0;
      en_q        <= 1'b1;
    end else begin
      out_group_q <= out_group_d;
      held_q      <= held_d;
      en_q        <= out_group_d != Last || held_d != 2'(Slots);
      if (have) flag_q <= !complete && line_flag;
    end
  end

  if (Groups > 1) begin : g_gather
    localparam int unsigned GatherW = (L - F) * 32;
    logic [GatherW-1:0] gather_q;
    assign line        = {result, gather_q};
    assign out_valid_o = held_q[0];
    always_ff @(posedge clk) begin
      if (have && !complete) gather_q <= GatherW'(line >> F*32);
      if (complete) begin
        data_o <= line;
        flag_o <= line_flag;
        addr_o <= head_addr;
      end
    end
  end else begin : g_whole
    logic unused_ready;
    assign line = result;
    stamp_fifo #(.Width(AddrW + 1 + L*32), .Depth(2)) i_out (
      .clk_i(clk), .rst_ni, .push_i(complete), .ready_o(unused_ready),
      .data_i({head_addr, line_flag, line}), .valid_o(out_valid_o), .pop_i(out_ready_i),
      .data_o({addr_o, flag_o, data_o}));
  end

  // Address and mask of the lines inside.
  stamp_fifo #(.Width(AddrW + L), .Depth(Lines)) i_note (
    .clk_i(clk), .rst_ni, .push_i(take), .ready_o(note_ready), .data_i({addr_i, mask_i}),
    .valid_o(head_valid), .pop_i(complete), .data_o({head_addr, head_mask}));

  logic unused;
  assign unused = &{1'b0, root_done_all, div_done_all, root_busy, div_busy, unused_root_flag};

endmodule
