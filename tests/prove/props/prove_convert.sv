// SPDX-License-Identifier: Apache-2.0
// Conversions, of all operands: to an integer of 10 bits (stamp_f2i) the nearest one, the even one of two, by what is
// left over; what an integer is as f32 (stamp_vx_deq) and back again; order (lt, below) by sign and magnitude; bf16 by
// what the lower half is worth. A pipeline with its registers as wires.
module prove_convert (
    input logic        clk_i,
    input logic [31:0] a_i,
    input logic [31:0] b_i,
    input logic [7:0]  q_i,
    input logic [7:0]  zero_i
);

  logic [9:0]  integer_of, back;
  logic [31:0] value;
  logic        v0, v1, v2;
  logic [31:0] unused_scale;
  logic [10:0] unused_addr;

  stamp_f2i i_f2i (.clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i, .valid_o(v0), .result_o(integer_of));

  stamp_vx_deq #(.L(1)) i_deq (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .words_i({24'd0, q_i}), .bits8_i(1'b1), .field_i(3'd0),
    .zero_i, .scale_i(32'd0), .addr_i(11'd0), .valid_o(v1), .data_o(value), .scale_o(unused_scale),
    .addr_o(unused_addr));

  stamp_f2i i_back (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i(value), .valid_o(v2), .result_o(back));

  // |a| as a fixed-point number of 24 places behind the point, where it is below 1024 and above 2^-24; the result
  // the same way.
  logic [33:0] exact, near, off;
  logic [9:0]  magnitude;
  logic        nan, right;

  always_comb begin
    nan   = a_i[30:23] == 8'hff && a_i[22:0] != 23'd0;
    exact = 34'd0;
    for (int e = 103; e < 137; e++) // of exponent e the leading place is 2^(e - 127)
      if (a_i[30:23] == 8'(e)) exact = e >= 126 ? 34'({1'b1, a_i[22:0]}) << (e - 126) : 34'({1'b1, a_i[22:0]}) >> (126 - e);
    magnitude = integer_of[9] ? 10'd0 - integer_of : integer_of;
    near      = {magnitude, 24'd0};
    off       = near > exact ? near - exact : exact - near;
    if (nan)                         right = integer_of == 10'd0;
    else if (a_i[30:23] < 8'd103)    right = integer_of == 10'd0;
    else if (a_i[30:23] >= 8'd136)   right = integer_of == (a_i[31] ? 10'h200 : 10'h1ff);
    else if (!a_i[31] && exact >= {10'd511, 24'd0})
      right = integer_of == 10'h1ff; // the nearest, or the limit
    else
      right = (integer_of == 10'd0 || integer_of[9] == a_i[31])
              && (off < 34'h80_0000 || (off == 34'h80_0000 && !magnitude[0]));
  end

  // As f32: sign, then the leading one of the difference says the exponent.
  logic signed [9:0] difference;
  logic [8:0]        size;
  logic [31:0]       want;

  always_comb begin
    difference = $signed({2'b0, q_i}) - $signed({2'b0, zero_i});
    size       = 9'(difference < 0 ? -difference : difference);
    want       = 32'd0;
    for (int k = 0; k < 8; k++)
      if (size[k]) want = {difference < 0, 8'(127 + k), 23'({size, 23'd0} >> k)};
  end

  // Order of two numbers, and of their bits.
  logic [30:0] am, bm;
  logic        less, zero, lower;

  always_comb begin
    am    = a_i[30:0];
    bm    = b_i[30:0];
    zero  = am == 31'd0 && bm == 31'd0;
    lower = a_i[31] != b_i[31] ? a_i[31] : a_i[31] ? am > bm : am < bm;
    less  = lower && !zero && am <= 31'h7f80_0000 && bm <= 31'h7f80_0000;
  end

  // bf16: the upper half or the next one, whichever is nearer; the even one of two.
  logic [15:0] half, up;
  logic [15:0] rest;
  logic        next;

  always_comb begin
    half = stamp_fp_pkg::bf16(a_i);
    rest = a_i[15:0];
    next = rest > 16'h8000 || (rest == 16'h8000 && a_i[16]);
    up   = a_i[31:16] + 16'd1;
  end

  always @(posedge clk_i) begin
    assert (right);
    assert (value == want);
    assert (back == difference);
    assert (stamp_fp_pkg::lt(a_i, b_i) == less);
    assert (stamp_fp_pkg::below(a_i, b_i) == lower);
    assert (half == (nan ? 16'h7fc0 : next ? up : a_i[31:16]));
  end

  logic unused;
  assign unused = &{1'b0, v0, v1, v2, unused_scale, unused_addr};

endmodule
