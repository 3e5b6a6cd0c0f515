// SPDX-License-Identifier: Apache-2.0
// stamp_fadd against the sum as a wide integer, rounded once: of operands whose exponents are D apart (D 31: or more).
// A pipeline with its registers as wires. Reference: the sentences of numerics.md sections 2 and 3.
module prove_fadd #(
    parameter int unsigned D = 0
) (
    input logic        clk_i,
    input logic [31:0] a_i,
    input logic [31:0] b_i,
    input logic        sub_i,
    input logic        half_i
);

  logic [31:0] result;
  logic        flag, valid;

  stamp_fadd #(.OwnValid(1'b0)) i_dut (
    .clk_i, .rst_ni(1'b1), .en_i(1'b1), .valid_i(1'b1), .a_i, .b_i, .sub_i, .half_i, .stage_valid_i(3'b111),
    .valid_o(valid), .result_o(result), .flag_o(flag));

  localparam int unsigned Shift = D < 31 ? D : 31;
  localparam int unsigned W = 24 + Shift + 1; // of the sum, in units of the smaller one's last place

  logic         a_big, b_sign, big_sign, small_sign, sign, inf, nan, up, special;
  logic [7:0]   ea, eb, e_big, e_small;
  logic [23:0]  big, small_sig;
  logic [W-1:0] wide_small, wide, left;
  logic [31:0]  want, whole, halved;
  logic [8:0]   e;    // of the result, before it is rounded: of its leading place, 0 for a subnormal's
  logic [5:0]   lead; // places the leading one is moved up
  logic [24:0]  kept;

  always_comb begin
    b_sign = b_i[31] ^ sub_i;
    ea     = a_i[30:23] == 8'd0 ? 8'd1 : a_i[30:23];
    eb     = b_i[30:23] == 8'd0 ? 8'd1 : b_i[30:23];
    a_big  = ea >= eb;
    {e_big, e_small} = a_big ? {ea, eb} : {eb, ea};
    big        = a_big ? {a_i[30:23] != 8'd0, a_i[22:0]} : {b_i[30:23] != 8'd0, b_i[22:0]};
    small_sig  = a_big ? {b_i[30:23] != 8'd0, b_i[22:0]} : {a_i[30:23] != 8'd0, a_i[22:0]};
    big_sign   = a_big ? a_i[31] : b_sign;
    small_sign = a_big ? b_sign : a_i[31];

    // Exact; of one that is 31 places and more below, all that matters is that it is there.
    wide_small = D < 31 ? W'(small_sig) : W'(small_sig != 24'd0);
    wide       = W'(big) << Shift;
    sign       = big_sign;
    if (big_sign == small_sign)   wide = wide + wide_small;
    else if (wide >= wide_small)  wide = wide - wide_small;
    else begin
      wide = wide_small - wide;
      sign = small_sign;
    end

    // The leading one to the top, as far as the exponent goes down.
    left = wide;
    lead = 6'd0;
    e    = {1'b0, e_big} + 9'd1;
    for (int k = 0; k < W; k++)
      if (!left[W-1] && e > 9'd1) begin
        left = left << 1;
        e    = e - 9'd1;
      end
    if (!left[W-1]) e = 9'd0; // subnormal
    kept = {1'b0, left[W-1 -: 24]};
  end

  if (W > 25) begin : g_round
    always_comb up = left[W-25] && (left[W-24] || left[W-26:0] != '0);
  end else begin : g_half
    always_comb up = left[W-25] && left[W-24];
  end

  always_comb begin
    whole = {sign, e[7:0], kept[22:0]} + {31'd0, up};
    inf   = (&a_i[30:23]) || (&b_i[30:23]) || e >= 9'd255 || (whole[30:23] == 8'hff);
    nan   = (&a_i[30:23] && a_i[22:0] != 23'd0) || (&b_i[30:23] && b_i[22:0] != 23'd0)
            || (&a_i[30:23] && &b_i[30:23] && a_i[31] != b_sign);
    if (wide == '0) whole = {a_i[31] && b_sign, 31'd0};
    special = nan || inf;
    if (inf) whole = {(&a_i[30:23]) ? a_i[31] : (&b_i[30:23]) ? b_sign : sign, 8'hff, 23'd0};

    // Half of what was rounded.
    halved = whole;
    if (whole[30:23] > 8'd1) halved[30:23] = whole[30:23] - 8'd1;
    else halved[30:0] = {8'd0, whole[23:1]} + {30'd0, whole[0] && whole[1]};
    want = nan ? 32'h7fc0_0000 : half_i && !inf ? halved : whole;
  end

  always @(posedge clk_i) begin
    assume (D < 31 ? e_big - e_small == 8'(D) : e_big - e_small >= 8'd31);
    assert (result == want);
    assert (flag == special);
  end

  logic unused;
  assign unused = &{1'b0, valid, lead};

endmodule
