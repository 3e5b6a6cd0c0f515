// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fdiv - binary32 a / b, iterative: two restoring steps per cycle.
//
// Rule        model/spec/numerics.md, section 3: DIV.
// Latency     15 enabled cycles from start_i to done_o, whatever the operands.
// Handshake   start_i counts only while busy_o is low. done_o is high for one enabled cycle, in
//             which busy_o is already low: a new start_i may be given then. result_o and flag_o
//             hold from done_o until the next done_o. en_i low holds everything.
module stamp_fdiv (
    input  logic        clk_i,
    input  logic        rst_ni, // synchronous, active low
    input  logic        en_i,

    input  logic        start_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,

    output logic        busy_o,
    output logic        done_o,
    output logic [31:0] result_o,
    output logic        flag_o // result_o is infinity or NaN
);

  localparam logic [3:0] Steps = 4'd13; // 26 quotient bits

  logic [3:0] count_q; // steps left + 1; 1 is the rounding cycle

  assign busy_o = count_q != 4'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= 4'd0;
      done_o  <= 1'b0;
    end else if (en_i) begin
      done_o <= count_q == 4'd1;
      if (busy_o)       count_q <= count_q - 4'd1;
      else if (start_i) count_q <= Steps + 4'd1;
    end
  end

  // Start: significands with bit 23 set, the exponent of quotient bit 25 less 1. Then 26 bits.
  logic [24:0]       rem_q;   // below 2 * div_q
  logic [23:0]       div_q;
  logic [25:0]       quo_q;   // 1 integer bit, 25 fraction bits
  logic signed [9:0] base_q;  // -150..402
  logic              sign_q, zero_q, inf_q, nan_q;

  always_ff @(posedge clk_i) begin : operands
    logic [31:0] sa, sb;
    logic [4:0]  la, lb;
    logic [9:0]  ea, eb;
    logic [24:0] r;
    logic        q1, q0;
    if (en_i && start_i && !busy_o) begin
      sa = {a_i[30:23] != 8'd0, a_i[22:0], 8'd0};
      sb = {b_i[30:23] != 8'd0, b_i[22:0], 8'd0};
      la = stamp_fp_pkg::lzc32(sa);
      lb = stamp_fp_pkg::lzc32(sb);
      sa = sa << la;
      sb = sb << lb;
      ea = {2'd0, a_i[30:23]} + {9'd0, a_i[30:23] == 8'd0} - {5'd0, la};
      eb = {2'd0, b_i[30:23]} + {9'd0, b_i[30:23] == 8'd0} - {5'd0, lb};

      rem_q  <= {1'b0, sa[31:8]};
      div_q  <= sb[31:8];
      base_q <= ea - eb + 10'd126;
      sign_q <= a_i[31] ^ b_i[31];
      zero_q <= a_i[30:0] == 31'd0 || b_i[30:23] == 8'hff;
      inf_q  <= b_i[30:0] == 31'd0 || a_i[30:23] == 8'hff;
      nan_q  <= a_i[30:0] > stamp_fp_pkg::Inf[30:0] || b_i[30:0] > stamp_fp_pkg::Inf[30:0]
                || (a_i[30:0] == 31'd0 && b_i[30:0] == 31'd0)
                || (a_i[30:23] == 8'hff && b_i[30:23] == 8'hff);
    end else if (en_i && count_q > 4'd1) begin
      r  = rem_q;
      q1 = r >= {1'b0, div_q};
      if (q1) r = r - {1'b0, div_q};
      r  = {r[23:0], 1'b0};
      q0 = r >= {1'b0, div_q};
      if (q0) r = r - {1'b0, div_q};
      rem_q <= {r[23:0], 1'b0};
      quo_q <= {quo_q[23:0], q1, q0};
    end
  end

  // Normalise one place, shift right where the result is subnormal, round.
  always_ff @(posedge clk_i) begin : finish
    logic [31:0]       q; // significand from bit 25, round bit 1, sticky bit 0
    logic signed [9:0] base;
    logic [9:0]        n;
    logic [30:0]       mag;
    if (en_i && count_q == 4'd1) begin
      base = base_q;
      q    = {6'd0, quo_q[25:1], quo_q[0] | (rem_q != 25'd0)};
      if (!quo_q[25]) begin
        q    = {6'd0, quo_q[24:0], rem_q != 25'd0};
        base = base - 10'sd1;
      end
      if (base < 10'sd0) begin
        n    = -base;
        q    = (n > 10'd26) ? 32'd1
                            : (q >> n[4:0]) | {31'd0, stamp_fp_pkg::lost32(q, n[4:0])};
        base = 10'sd0;
      end

      mag = {base[7:0], 23'd0} + {7'd0, q[25:2]} + {30'd0, q[1] && (q[2] || q[0])};
      if (inf_q || base >= 10'sd254 || mag[30:23] == 8'hff) mag = stamp_fp_pkg::Inf[30:0];
      if (zero_q) mag = 31'd0;
      result_o <= nan_q ? stamp_fp_pkg::Nan : {sign_q, mag};
      flag_o   <= nan_q || mag[30:23] == 8'hff;
    end
  end

endmodule
