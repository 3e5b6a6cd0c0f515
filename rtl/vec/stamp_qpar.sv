// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_qpar - quantizer parameters of ranges: inverse scale, scale, zero point.
//
// Rule     model/spec/numerics.md section 6, Parameters. C twins: model/num/quant.c, digits.c.
// Pipeline 0 entry given, 1 hi - lo; then 1 range chosen, 5 quotient by the steps, two bits each, 1 rounded
//          up to 8 bits, 1 inverse from the table, -lo * inv, 1 to integer, done. One entry a cycle
//          could pass; lo, hi and tag stay in Q places, so Q are under way.
// Latency  AddLatency + MulLatency + 10 from valid_i to done_o. Results come in the order of the entries.
module stamp_qpar #(
    parameter int unsigned Q, // entries at once
    parameter int unsigned TagW = 42 // bits that go with an entry
) (
    input  logic            clk_i,
    input  logic            rst_ni,

    output logic            ready_o,
    input  logic            take_i,  // only while ready_o: the entry follows in the next cycle
    input  logic            valid_i, // the cycle after take_i
    input  logic [31:0]     lo_i,
    input  logic [31:0]     hi_i,
    input  logic            bits8_i,
    input  logic            sym_i,
    input  logic            sd_i,    // signed digits
    input  logic [TagW-1:0] tag_i,

    output logic            busy_o,
    output logic            done_o, // one cycle an entry
    output logic [TagW-1:0] tag_o,
    output logic [31:0]     inv_o,
    output logic [31:0]     scale_o,
    output logic [7:0]      zero_o,
    output logic            flag_o  // inv_o or scale_o is infinity or NaN
);

  localparam int unsigned W = Q > 1 ? $clog2(Q) : 1;

  // ---- Entries under way, and whose turn it is at each stage ---------------------------------------
  logic [W-1:0] in_q, sub_q, range_q, mul_q, out_q;
  logic [W:0]   count_q;
  logic         sub_valid_q, sub_v, inv_v_q, int_v, prod_v;
  logic [6:0]   step_v_q; // 0 range is there, 1 .. 5 quotient bits by pairs, 6 scale

  function automatic logic [W-1:0] after(input logic [W-1:0] u);
    after = u == W'(Q - 1) ? '0 : u + 1'b1;
  endfunction

  assign ready_o = count_q != (W+1)'(Q);
  assign busy_o  = count_q != '0;
  assign done_o  = int_v;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {in_q, sub_q, range_q, mul_q, out_q, count_q} <= '0;
      {sub_valid_q, step_v_q, inv_v_q} <= '0;
    end else begin
      if (valid_i)     in_q    <= after(in_q);
      if (sub_valid_q) sub_q   <= after(sub_q);
      if (sub_v)       range_q <= after(range_q);
      if (inv_v_q)     mul_q   <= after(mul_q);
      if (int_v)       out_q   <= after(out_q);
      if (take_i != int_v) count_q <= take_i ? count_q + 1'b1 : count_q - 1'b1;
      sub_valid_q <= valid_i;
      step_v_q    <= {step_v_q[5:0], sub_v};
      inv_v_q     <= step_v_q[6];
    end
  end

  // ---- The entries -----------------------------------------------------------------------------------
  typedef struct packed {
    logic            plain; // asymmetric
    logic            bits8;
    logic            sd;
    logic [31:0]     lo;
    logic [31:0]     hi;
    logic [TagW-1:0] tag;
  } entry_t;

  localparam int unsigned EntryW = 67 + TagW;

  // Yosys 0.23 leaves an array of packed structs undriven: bits here, a struct where they are read.
  logic [EntryW-1:0] e_q [Q];
  entry_t            entry, at_sub, at_range, at_mul, at_out;

  assign entry.plain = !sym_i && !sd_i;
  assign entry.bits8 = bits8_i;
  assign entry.sd    = sd_i;
  assign entry.lo    = lo_i;
  assign entry.hi    = hi_i;
  assign entry.tag   = tag_i;

  assign at_sub   = e_q[sub_q];
  assign at_range = e_q[range_q];
  assign at_mul   = e_q[mul_q];
  assign at_out   = e_q[out_q];

  always_ff @(posedge clk_i) if (valid_i) e_q[in_q] <= entry;

  // ---- hi - lo; the range, as an integer of 24 bits; the steps, shifted to 8 bits ---------------------
  logic [31:0] sub_r, neg_lo, range;
  logic        unused_sub_flag, unused_prod_flag;

  stamp_fadd i_sub (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(sub_valid_q), .a_i(at_sub.hi), .b_i(at_sub.lo),
                    .sub_i(1'b1), .half_i(1'b0), .stage_valid_i('0), .valid_o(sub_v),
                    .result_o(sub_r), .flag_o(unused_sub_flag));

  assign neg_lo = {~at_range.lo[31], at_range.lo[30:0]};
  assign range  = at_range.plain ? sub_r : stamp_fp_pkg::lt(neg_lo, at_range.hi) ? at_range.hi : neg_lo;

  // What goes along: nothing is left of a tiny range; NaN and infinity stay what they are.
  typedef struct packed {
    logic        tiny; // below 2^-100
    logic        nan;
    logic        inf;
    logic [8:0]  field; // exponent of a quotient of 1 or more
    logic [7:0]  n;     // steps, the highest bit 1
  } along_t;

  localparam int unsigned AlongW = 20;

  along_t      first, last;
  logic [AlongW-1:0] a_q [0:5]; // an along_t at each stage; its n is the lowest 8 bits
  logic [23:0] m_q;            // of the range
  logic [7:0]  rest_q [1:5];   // remainder
  logic [14:0] bits_q [1:4];   // of m to come
  logic [8:0]  quot_q [1:5];

  always_comb begin
    first.nan   = range[30:0] > stamp_fp_pkg::Inf[30:0];
    first.inf   = range[30:0] == stamp_fp_pkg::Inf[30:0];
    first.tiny  = !first.nan && (range[31] || range[30:23] < 8'd27);
    first.n     = at_range.plain ? (at_range.bits8 ? 8'd255 : 8'd240)            // 255, 15 << 4
                  : at_range.sd ? 8'd238 : (at_range.bits8 ? 8'd254 : 8'd224);   // 119 << 1, 127 << 1, 7 << 5
    first.field = {1'b0, range[30:23]} - 9'd7
                  + (at_range.plain ? (at_range.bits8 ? 9'd0 : 9'd4)
                     : (at_range.sd || at_range.bits8) ? 9'd1 : 9'd5);
  end

  // One bit of a quotient: what is left of rest by n, and whether it went.
  function automatic logic [8:0] one_bit(input logic [8:0] rest, input logic [7:0] n);
    logic [7:0] less;
    less    = rest[7:0] - n; // rest is below 2 n
    one_bit = rest >= {1'b0, n} ? {1'b1, less} : {1'b0, rest[7:0]};
  endfunction

  always_ff @(posedge clk_i) begin : quotient
    logic [8:0] high, low;
    if (sub_v) begin
      m_q    <= {1'b1, range[22:0]};
      a_q[0] <= first;
    end
    if (step_v_q[0]) begin // the first place is the integer: both have 8 bits
      high      = one_bit({1'b0, m_q[23:16]}, a_q[0][7:0]);
      low       = one_bit({high[7:0], m_q[15]}, a_q[0][7:0]);
      rest_q[1] <= low[7:0];
      quot_q[1] <= {7'd0, high[8], low[8]};
      bits_q[1] <= m_q[14:0];
      a_q[1]    <= a_q[0];
    end
    for (int s = 1; s < 4; s++) begin
      if (step_v_q[s]) begin
        high        = one_bit({rest_q[s], bits_q[s][14]}, a_q[s][7:0]);
        low         = one_bit({high[7:0], bits_q[s][13]}, a_q[s][7:0]);
        rest_q[s+1] <= low[7:0];
        quot_q[s+1] <= {quot_q[s][6:0], high[8], low[8]};
        bits_q[s+1] <= {bits_q[s][12:0], 2'd0};
        a_q[s+1]    <= a_q[s];
      end
    end
    if (step_v_q[4]) begin // the last one; what is left of all makes the remainder
      high      = one_bit({rest_q[4], bits_q[4][14]}, a_q[4][7:0]);
      rest_q[5] <= high[7:0] | {7'd0, bits_q[4][13:0] != 14'd0};
      quot_q[5] <= {quot_q[4][7:0], high[8]};
      a_q[5]    <= a_q[4];
    end
  end

  // ---- Up to 8 bits; inverse ----------------------------------------------------------------------------
  logic [14:0] scale_q, scale2_q; // without sign, upper half
  logic [31:0] inv_q;
  logic        over;              // the quotient is 1 or more: 9 bits
  logic [14:0] cut;

  assign last = a_q[5];
  assign over = quot_q[5][8];
  assign cut  = over ? {last.field[7:0], quot_q[5][7:1]}
                     : {last.field[7:0] - 8'd1, quot_q[5][6:0]};

  always_ff @(posedge clk_i) begin
    if (step_v_q[5]) begin
      scale_q <= cut + {14'd0, rest_q[5] != 8'd0 || (over && quot_q[5][0])};
      if (last.tiny) scale_q <= 15'd0;
      else if (last.nan) scale_q <= stamp_fp_pkg::Nan[30:16];
      else if (last.inf) scale_q <= stamp_fp_pkg::Inf[30:16];
    end
    if (step_v_q[6]) begin
      scale2_q <= scale_q;
      inv_q    <= {1'b0, 8'd254 - scale_q[14:7] - {7'd0, scale_q[6:0] != 7'd0}, 23'd0}
                  | {9'd0, inverse[22:0]};
      if (scale_q == 15'd0 || scale_q == stamp_fp_pkg::Inf[30:16]) inv_q <= 32'd0;
      else if (scale_q[14:7] == 8'hff) inv_q <= stamp_fp_pkg::Nan;
    end
  end

  logic [31:0] inverse;
  assign inverse = stamp_fn_pkg::inverse(scale_q[6:0]);

  // ---- Zero point -----------------------------------------------------------------------------------------
  logic [31:0] prod;
  logic [9:0]  zero_int;

  stamp_fmul i_mul (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(inv_v_q),
                    .a_i({~at_mul.lo[31], at_mul.lo[30:0]}), .b_i(inv_q), .stage_valid_i('0),
                    .valid_o(prod_v), .result_o(prod), .flag_o(unused_prod_flag));
  stamp_f2i i_int (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(prod_v), .a_i(prod),
                   .valid_o(int_v), .result_o(zero_int));
  stamp_delay #(.Width(46), .Depth(stamp_fp_pkg::MulLatency + 1)) i_wait (
    .clk_i, .rst_ni, .en_i(1'b1), .put_i(inv_v_q), .data_i({scale2_q, inv_q[30:0]}), .take_i(prod_v),
    .data_o({scale_o[30:16], inv_o[30:0]}));

  assign {scale_o[31], scale_o[15:0], inv_o[31]} = '0;

  assign tag_o  = at_out.tag;
  assign zero_o = (!at_out.plain || zero_int[9]) ? 8'd0
                  : at_out.bits8 ? (zero_int[8] ? 8'd255 : zero_int[7:0])
                  : (zero_int[8:4] != '0 ? 8'd15 : zero_int[7:0]);
  assign flag_o = inv_o[30:23] == 8'hff || scale_o[30:23] == 8'hff;

  logic unused;
  assign unused = &{1'b0, unused_sub_flag, unused_prod_flag, at_sub, at_range, at_mul, at_out, inverse,
                    last, first};

endmodule
