// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_fn - a function of every element of a line (VFN), F function lanes.
//
// Rule       model/spec/numerics.md section 8, isa.md VFN.
// Throughput EXP, EXPM, SIGMOID, SILU, GELU: a line in L/F cycles, lines back to back; 54 + L/F
//            cycles from acceptance to out_valid_o. RECIP: 19 cycles for F elements, RSQRT 53,
//            2 more a line, one line at a time; F elements of which none counts take 2.
// Order      lines leave in the order they came: RECIP and RSQRT start when no other line is inside
//            but the one that waits to leave, and nothing is taken beside them.
// Stall      a line not taken at the output holds the lanes when the next one is complete.
module stamp_vx_fn #(
    parameter int unsigned L, // lanes of a line
    parameter int unsigned F, // function lanes, a divisor of L
    parameter int unsigned AddrW = 11  // bits of a VM line address
) (
    input  logic             clk_i,
    input  logic             rst_ni, // synchronous, active low

    // A line. in_ready_o depends on out_ready_i, not on any other input.
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

  localparam int unsigned Groups  = L / F; // groups of F elements
  localparam int unsigned GroupW  = Groups > 1 ? $clog2(Groups) : 1;
  localparam int unsigned Latency = 52;    // of stamp_fn_lane
  localparam int unsigned Lines   = 1 << $clog2((Latency + Groups - 1) / Groups + 3);
  localparam logic [GroupW-1:0] Last = GroupW'(Groups - 1);

  // ---- The line that feeds the lanes ---------------------------------------------------------------
  logic              line_q; // there is one
  logic [3:0]        fn_q;
  logic [L*32-1:0]   a_q, b_q;
  logic [31:0]       s_q, c_q;
  logic [L-1:0]      mask_q;
  logic [GroupW-1:0] group_q;

  logic en, take, iterative, feed, feed_last, root_last;
  logic [Latency:1]  group_at_q; // a group entered so many cycles ago
  logic              note_ready;

  assign iterative  = fn_q == stamp_isa_pkg::FN_ONE_RECIP || fn_q == stamp_isa_pkg::FN_ONE_RSQRT;
  assign feed       = line_q && !iterative && en;
  assign feed_last  = feed && group_q == Last;
  assign in_ready_o = (!line_q || feed_last) && note_ready;
  assign take       = in_valid_i && in_ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) line_q <= 1'b0;
    else if (take) line_q <= 1'b1;
    else if (feed_last || root_last) line_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      fn_q   <= fn_i;
      a_q    <= a_i;
      s_q    <= s_i;
      c_q    <= c_i;
      mask_q <= mask_i;
      if (fn_i == stamp_isa_pkg::FN_ONE_RSQRT) b_q <= b_i;
    end
  end

  // ---- Function lanes ------------------------------------------------------------------------------
  logic            start_sum, sum_valid, lane_valid, run;
  logic [F*32-1:0] a_group, b_group, sum, lane_result;
  logic [F-1:0]    mask_group, lane_flag;
  logic [31:0]     s4, c7;

  assign a_group    = a_q[32'(group_q)*F*32 +: F*32];
  assign b_group    = b_q[32'(group_q)*F*32 +: F*32];
  assign mask_group = mask_q[32'(group_q)*F +: F];
  assign lane_valid = (feed && mask_group != '0) || start_sum;
  assign run        = en && (lane_valid || group_at_q != '0 || iterative);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) group_at_q <= '0;
    else if (en) group_at_q <= {group_at_q[Latency-1:1], feed};
  end

  // s and c wait for the stage that wants them, once for all lanes.
  logic [6:1] sc_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) sc_q <= '0;
    else if (en) sc_q <= {sc_q[5:1], lane_valid};
  end
  stamp_delay #(.Width(32), .Depth(4)) i_s (
    .clk_i, .rst_ni, .en_i(run), .put_i(lane_valid), .data_i(s_q), .take_i(sc_q[3]), .data_o(s4));
  stamp_delay #(.Width(32), .Depth(7)) i_c (
    .clk_i, .rst_ni, .en_i(run), .put_i(lane_valid), .data_i(c_q), .take_i(sc_q[6]), .data_o(c7));

  stamp_fn_lane #(.F(F)) i_lane (
    .clk_i, .rst_ni, .en_i(en), .valid_i(lane_valid), .fn_i(fn_q), .a_i(a_group), .s_i(s4),
    .c_i(c7), .b_i(b_group), .sum_valid_o(sum_valid), .sum_o(sum), .result_o(lane_result),
    .flag_o(lane_flag));

  // ---- RECIP and RSQRT: F elements at a time through F roots and F dividers ---------------------------
  typedef enum logic [2:0] { Idle, Group, Sum, Root, Divide, Put } state_e;
  state_e          state_q, state_d;
  logic            recip, start_div, root_done, div_done, put_ok;
  logic [F-1:0]    root_done_all, div_done_all, root_busy, div_busy, unused_root_flag, div_flag;
  logic [F*32-1:0] root, quotient;

  assign recip     = fn_q == stamp_isa_pkg::FN_ONE_RECIP;
  assign root_done = root_done_all[0];
  assign div_done  = div_done_all[0];
  assign start_sum = state_q == Group && mask_group != '0 && !recip;
  assign start_div = (state_q == Group && mask_group != '0 && recip) || (state_q == Root && root_done);
  assign root_last = state_q == Put && put_ok && group_q == Last;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      Idle:    if (line_q && iterative && group_at_q == '0) state_d = Group;
      Group:   state_d = (mask_group == '0) ? Put : recip ? Divide : Sum;
      Sum:     if (sum_valid) state_d = Root;
      Root:    if (root_done) state_d = Divide;
      Divide:  if (div_done)  state_d = Put;
      Put:     if (put_ok)    state_d = (group_q == Last) ? Idle : Group;
      default: state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Idle;
    else         state_q <= state_d;
  end

  for (genvar l = 0; l < F; l++) begin : g_iterative
    stamp_fsqrt i_root (
      .clk_i, .rst_ni, .en_i(1'b1), .start_i(sum_valid), .a_i(sum[l*32 +: 32]),
      .busy_o(root_busy[l]), .done_o(root_done_all[l]), .result_o(root[l*32 +: 32]),
      .flag_o(unused_root_flag[l]));
    stamp_fdiv i_div (
      .clk_i, .rst_ni, .en_i(1'b1), .start_i(start_div), .a_i(32'h3f80_0000),
      .b_i(recip ? a_group[l*32 +: 32] : root[l*32 +: 32]),
      .busy_o(div_busy[l]), .done_o(div_done_all[l]), .result_o(quotient[l*32 +: 32]),
      .flag_o(div_flag[l]));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) group_q <= '0;
    else if (feed || (state_q == Put && put_ok)) group_q <= (group_q == Last) ? '0 : group_q + 1'b1;
  end

  // ---- Results, group by group, to a line ------------------------------------------------------------
  logic              have, complete, head_valid, flag_q, group_flag;
  logic [GroupW-1:0] out_group_q;
  logic [L*32-1:0]   gather_q;
  logic [F*32-1:0]   result;
  logic [F-1:0]      out_mask, not_finite;
  logic [L-1:0]      head_mask;
  logic [AddrW-1:0]  head_addr;

  // put_ok: the group fits, which only the last one of a line may not.
  assign put_ok     = out_group_q != Last || !out_valid_o || out_ready_i;
  assign en         = !group_at_q[Latency] || put_ok;
  assign have       = (group_at_q[Latency] || state_q == Put) && put_ok;
  assign complete   = have && out_group_q == Last;
  assign out_mask   = head_mask[32'(out_group_q)*F +: F];
  assign not_finite = state_q == Put ? div_flag : lane_flag;
  assign group_flag = (not_finite & out_mask) != '0;
  assign busy_o     = line_q || group_at_q != '0 || out_valid_o;

  always_comb begin
    result = state_q == Put ? quotient : lane_result;
    for (int l = 0; l < F; l++) if (!out_mask[l]) result[l*32 +: 32] = 32'd0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      out_group_q <= '0;
      out_valid_o <= 1'b0;
      flag_q      <= 1'b0;
    end else begin
      if (have) begin
        out_group_q <= complete ? '0 : out_group_q + 1'b1;
        flag_q      <= !complete && (flag_q || group_flag);
      end
      out_valid_o <= complete || (out_valid_o && !out_ready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (have && !complete) gather_q[32'(out_group_q)*F*32 +: F*32] <= result;
    if (complete) begin
      data_o <= gather_q;
      data_o[(L-F)*32 +: F*32] <= result;
      flag_o <= flag_q || group_flag;
      addr_o <= head_addr;
    end
  end

  // Address and mask of the lines inside.
  stamp_fifo #(.Width(AddrW + L), .Depth(Lines)) i_note (
    .clk_i, .rst_ni, .push_i(take), .ready_o(note_ready), .data_i({addr_i, mask_i}),
    .valid_o(head_valid), .pop_i(complete), .data_o({head_addr, head_mask}));

  logic unused;
  assign unused = &{1'b0, root_done_all, div_done_all, root_busy, div_busy, unused_root_flag, head_valid};

endmodule
