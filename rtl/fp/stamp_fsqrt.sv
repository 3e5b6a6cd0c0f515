// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fsqrt - binary32 square root, iterative: a restoring step per cycle.
//
// Rule        model/spec/numerics.md, section 3: SQRT. Below zero the NaN, of -0 the -0.
// Latency     29 enabled cycles from start_i to done_o, whatever the operand: operand, normalised, 26
//             steps, rounded.
// Handshake   as stamp_fdiv: start_i counts only while busy_o is low. done_o is high for one
//             enabled cycle, in which busy_o is already low: a new start_i may be given then.
//             result_o and flag_o hold from done_o until the next done_o. en_i low holds everything.
module stamp_fsqrt (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low
    input  logic        en_i,

    input  logic        start_i,
    input  logic [31:0] a_i,

    output logic        busy_o,
    output logic        done_o,
    output logic [31:0] result_o,
    output logic        flag_o // result_o is infinity or NaN
);

  localparam logic [4:0] Steps = 5'd26; // bits of the root

  logic [4:0] count_q; // cycles left: first the operand is normalised; 1 is the rounding cycle

  assign busy_o = count_q != 5'd0;

  // Idle, nothing but this is looked at.
  logic active;
  assign active = en_i && (start_i || busy_o || done_o);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= 5'd0;
      done_o  <= 1'b0;
    end else if (active) begin
      done_o <= count_q == 5'd1;
      if (busy_o)       count_q <= count_q - 5'd1;
      else if (start_i) count_q <= Steps + 5'd2;
    end
  end

  // Start: radicand in 1..4, two integer and 24 fraction bits, an even exponent. Then two bits of
  // the radicand, zeros behind the 26th, give one bit of the root in 1..2.
  logic [25:0] rad_q;
  logic [26:0] rem_q;  // at most 2 * root
  logic [25:0] root_q; // 1 integer bit, 25 fraction bits
  logic [7:0]  base_q; // exponent of the root, less 1: 51..190
  logic        sign_q, zero_q, inf_q, nan_q;

  // A root of 24 bits and a half does not exist, so a tie cannot be; nor can a subnormal result. At the end
  // the hidden bit adds the 1 missing from base.
  always_ff @(posedge clk_i) begin : work
    logic [4:0]  lz;
    logic [8:0]  e; // biased, below 1 for a subnormal; an odd one stands for an even power of 2
    logic [30:0] mag;
    logic [28:0] r;
    /* verilator lint_off UNUSEDSIGNAL */ logic [29:0] t; // high bits only tell the sign
    /* verilator lint_on UNUSEDSIGNAL */
    if (active) begin
      if (count_q == 5'd0) begin
        if (start_i) begin
          rad_q  <= {1'b0, a_i[30:23] != 8'd0, a_i[22:0], 1'b0};
          rem_q  <= 27'd0;
          root_q <= 26'd0;
          base_q <= {a_i[30:24], a_i[23] || a_i[30:23] == 8'd0}; // for now of the operand
          sign_q <= a_i[31];
          zero_q <= a_i[30:0] == 31'd0;
          inf_q  <= a_i[30:0] == stamp_fp_pkg::Inf[30:0];
          nan_q  <= a_i[30:0] > stamp_fp_pkg::Inf[30:0] || (a_i[31] && a_i[30:0] != 31'd0);
        end
      end else if (count_q == Steps + 5'd2) begin
        lz = stamp_fp_pkg::lzc32({rad_q[24:1], 8'd0});
        e  = {1'b0, base_q} - {4'd0, lz} + 9'd127;
        rad_q  <= e[0] ? rad_q << lz << 1 : rad_q << lz;
        base_q <= e[8:1] - 8'd1;
      end else if (count_q > 5'd1) begin
        r      = {rem_q, rad_q[25:24]};
        t      = {1'b0, r} - {2'b0, root_q, 2'b01};
        rad_q  <= {rad_q[23:0], 2'd0};
        rem_q  <= t[29] ? r[26:0] : t[26:0];
        root_q <= {root_q[24:0], !t[29]};
      end else begin
        mag = {base_q, 23'd0} + {7'd0, root_q[25:2]} + {30'd0, root_q[1]};
        if (inf_q)  mag = stamp_fp_pkg::Inf[30:0];
        if (zero_q) mag = 31'd0;
        result_o <= nan_q ? stamp_fp_pkg::Nan : {sign_q, mag};
        flag_o   <= nan_q || inf_q;
      end
    end
  end

endmodule
