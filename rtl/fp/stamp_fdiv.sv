// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fdiv - binary32 a / b, iterative: a restoring step per cycle.
//
// Rule        model/spec/numerics.md, section 3: DIV.
// Latency     30 enabled cycles from start_i to done_o, whatever the operands: operands, normalised, 26
//             steps, shifted, rounded.
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

  localparam logic [4:0] Steps = 5'd26; // quotient bits

  // Cycles left: first the operands are normalised; in 2 the result is shifted, in 1 rounded.
  logic [4:0] count_q;
  logic       active; // idle, nothing else is looked at

  assign busy_o = count_q != 5'd0;
  assign active = en_i && (start_i || busy_o || done_o);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= 5'd0;
      done_o  <= 1'b0;
    end else if (active) begin
      done_o <= count_q == 5'd1;
      if (busy_o)       count_q <= count_q - 5'd1;
      else if (start_i) count_q <= Steps + 5'd3;
    end
  end

  // Significands, from the second cycle on with bit 23 set; the exponent of quotient bit 25 less 1. Then
  // 26 bits; at the end the significand from bit 25, round bit 1, sticky bit 0.
  logic [24:0]       rem_q;   // below 2 * div_q
  logic [23:0]       div_q;
  logic [25:0]       quo_q;   // 1 integer bit, 25 fraction bits
  logic signed [9:0] base_q;  // -150..402, then 0..402
  logic              sign_q, zero_q, inf_q, nan_q;

  always_ff @(posedge clk_i) begin : work
    logic [4:0]        la, lb;
    logic [23:0]       t;
    logic              less, unused_t; // a difference that counts is below div_q
    logic [25:0]       next; // quo_q shifted
    logic signed [9:0] next_base;
    logic [9:0]        n;
    logic              sticky;
    logic [30:0]       mag;
    if (active) begin
      if (count_q == 5'd0) begin
        if (start_i) begin
          rem_q  <= {1'b0, a_i[30:23] != 8'd0, a_i[22:0]};
          div_q  <= {b_i[30:23] != 8'd0, b_i[22:0]};
          base_q <= {2'd0, a_i[30:23]} + {9'd0, a_i[30:23] == 8'd0} - {2'd0, b_i[30:23]}
                    + 10'd126 - {9'd0, b_i[30:23] == 8'd0};
          sign_q <= a_i[31] ^ b_i[31];
          zero_q <= a_i[30:0] == 31'd0 || b_i[30:23] == 8'hff;
          inf_q  <= b_i[30:0] == 31'd0 || a_i[30:23] == 8'hff;
          nan_q  <= a_i[30:0] > stamp_fp_pkg::Inf[30:0] || b_i[30:0] > stamp_fp_pkg::Inf[30:0]
                    || (a_i[30:0] == 31'd0 && b_i[30:0] == 31'd0)
                    || (a_i[30:23] == 8'hff && b_i[30:23] == 8'hff);
        end
      end else if (count_q == Steps + 5'd3) begin
        la = stamp_fp_pkg::lzc32({rem_q[23:0], 8'd0});
        lb = stamp_fp_pkg::lzc32({div_q, 8'd0});
        rem_q  <= rem_q << la;
        div_q  <= div_q << lb;
        base_q <= base_q - {5'd0, la} + {5'd0, lb};
      end else if (count_q > 5'd2) begin
        {less, unused_t, t} = {1'b0, rem_q} - {2'b0, div_q};
        rem_q <= less ? {rem_q[23:0], 1'b0} : {t, 1'b0};
        quo_q <= {quo_q[24:0], !less};
      end else if (count_q == 5'd2) begin // normalised by one place, right where the result is subnormal
        sticky    = rem_q != 25'd0;
        next      = quo_q[25] ? {quo_q[25:1], quo_q[0] | sticky} : {quo_q[24:0], sticky};
        next_base = quo_q[25] ? base_q : base_q - 10'sd1;
        if (next_base < 10'sd0) begin
          n      = -next_base;
          sticky = 1'b0;
          if (n[9:5] != 5'd0) n[4:0] = 5'd31;
          if (n[4]) begin sticky = next[15:0] != 16'd0;          next = next >> 16; end
          if (n[3]) begin sticky = sticky || next[7:0] != 8'd0; next = next >> 8;  end
          if (n[2]) begin sticky = sticky || next[3:0] != 4'd0; next = next >> 4;  end
          if (n[1]) begin sticky = sticky || next[1:0] != 2'd0; next = next >> 2;  end
          if (n[0]) begin sticky = sticky || next[0];           next = next >> 1;  end
          next[0]   = next[0] || sticky;
          next_base = 10'sd0;
        end
        quo_q  <= next;
        base_q <= next_base;
      end else begin
        mag = {base_q[7:0], 23'd0} + {7'd0, quo_q[25:2]} + {30'd0, quo_q[1] && (quo_q[2] || quo_q[0])};
        if (inf_q || base_q >= 10'sd254 || mag[30:23] == 8'hff) mag = stamp_fp_pkg::Inf[30:0];
        if (zero_q) mag = 31'd0;
        result_o <= nan_q ? stamp_fp_pkg::Nan : {sign_q, mag};
        flag_o   <= nan_q || mag[30:23] == 8'hff;
      end
    end
  end

endmodule
