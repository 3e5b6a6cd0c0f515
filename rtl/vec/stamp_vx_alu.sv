// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_alu - L lanes of one adder and one multiplier: butterflies, rotations, sums, products.
//
// Rule     model/spec/numerics.md section 4 and ROPE. C twins: model/num/butterfly.c, model/insn/v*.c.
// Pipeline add path AddLatency cycles, product MulLatency, rotation both. Throughput one line per cycle
//          (a butterfly gives its two lines in two cycles, a rotation in four).
//          Sums of rows (stamp_vx_red) use the adders alone, in instructions of their own.
// Everything advances with en_i, but the adders with add_en_i: high with en_i, and alone only for such sums.
module stamp_vx_alu #(
    parameter int unsigned L,
    parameter int unsigned AddrW = 11  // bits of a VM line address
) (
    input  logic              clk_i,
    input  logic              rst_ni,
    input  logic              en_i,
    input  logic              add_en_i,

    // Add: x + y or x - y, optionally halved, to be written to add_addr_i.
    input  logic              add_valid_i,
    input  logic              add_sub_i,
    input  logic              add_half_i,
    input  logic [AddrW-1:0]  add_addr_i,
    input  logic [L*32-1:0]   add_x_i,
    input  logic [L*32-1:0]   add_y_i,

    // Sums of rows. sums_i, which stays for an instruction: no other additions, add_sub_i and add_half_i low,
    // no result lines. sum_x_i, sum_y_i: 0 without sum_valid_i.
    input  logic              sums_i,
    input  logic              sum_valid_i,
    input  logic [L*32-1:0]   sum_x_i,
    input  logic [L*32-1:0]   sum_y_i,
    output logic [L*32-1:0]   sum_o, // AddLatency cycles of add_en_i later

    // Product. mul_join_i: this product (second) is added to
    // (mul_sub_i: subtracted from) the product issued before, result to mul_addr_i. mul_out_i: the
    // product itself is the result. Else it goes to prod_o alone. mul_acc_i, which stays for an
    // instruction: the first of what is joined is add_x_i of the cycle behind, in place of a product;
    // such lines come every second cycle at most.
    input  logic              mul_valid_i,
    input  logic              mul_join_i,
    input  logic              mul_sub_i,
    input  logic              mul_out_i,
    input  logic              mul_acc_i,
    input  logic [AddrW-1:0]  mul_addr_i,
    input  logic [L*32-1:0]   mul_x_i,
    input  logic [L*32-1:0]   mul_y_i,
    output logic [L*32-1:0]   prod_o, // MulLatency cycles later

    // Result lines, held while !en_i.
    output logic              valid_o,
    output logic [AddrW-1:0]  addr_o,
    output logic [L*32-1:0]   data_o,
    output logic              busy_o
);

  localparam int unsigned Add = stamp_fp_pkg::AddLatency;
  localparam int unsigned Mul = stamp_fp_pkg::MulLatency; // 3 or 4: stands beside acc_q

  logic [Mul:1]     join_q, jsub_q, out_q, mul_v_q;
  logic [Add:1]     valid_q; // a value at each stage of the adder; the last: a result line
  logic [AddrW-1:0] maddr_q [1:Mul];
  logic [AddrW-1:0] addr_q [1:Add];
  logic [L*32-1:0]  acc_q, prod_before_q, x, y;
  logic [L-1:0]     unused_f, unused_v, unused_mv, unused_mf;
  logic             joined, use_sub, add_valid;
  logic             plain_q; // the adder takes add_x_i and add_y_i

  assign joined    = join_q[Mul];
  assign use_sub   = joined ? jsub_q[Mul] : add_sub_i;
  assign add_valid = add_valid_i || joined || sum_valid_i;
  assign valid_o   = valid_q[Add] || out_q[Mul];
  assign addr_o    = out_q[Mul] ? maddr_q[Mul] : addr_q[Add];
  assign data_o    = out_q[Mul] ? prod_o : sum_o;
  assign busy_o    = mul_v_q != '0 || valid_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      join_q  <= '0;
      out_q   <= '0;
      mul_v_q <= '0;
      plain_q <= 1'b1;
    end else if (en_i) begin
      join_q  <= {join_q[Mul-1:1], mul_valid_i && mul_join_i};
      out_q   <= {out_q[Mul-1:1], mul_valid_i && mul_out_i};
      mul_v_q <= {mul_v_q[Mul-1:1], mul_valid_i};
      plain_q <= !join_q[Mul-1] && !sums_i;
    end
    if (!rst_ni) valid_q <= '0;
    else if (add_en_i) valid_q <= {valid_q[Add-1] && !sums_i, valid_q[Add-2:1], add_valid};
    if (en_i) begin
      jsub_q     <= {jsub_q[Mul-1:1], mul_sub_i};
      maddr_q[1] <= mul_addr_i;
      addr_q[1]  <= joined ? maddr_q[Mul] : add_addr_i;
      for (int s = 2; s <= Mul; s++) maddr_q[s] <= maddr_q[s-1];
      for (int s = 2; s <= Add; s++) addr_q[s] <= addr_q[s-1];
      if (mul_acc_i && mul_v_q[1]) acc_q <= add_x_i;
      if (mul_acc_i) begin
        if (mul_v_q[Mul-1]) prod_before_q <= acc_q;
      end else if (mul_v_q[Mul]) prod_before_q <= prod_o;
    end
  end

  // One of the three; an AND and an OR in front of the adder's comparison.
  assign x = ({L*32{joined}} & prod_before_q) | ({L*32{plain_q}} & add_x_i) | sum_x_i;
  assign y = ({L*32{joined}} & prod_o) | ({L*32{plain_q}} & add_y_i) | sum_y_i;

  for (genvar l = 0; l < L; l++) begin : g_lane
    stamp_fmul #(.OwnValid(1'b0)) i_mul (
      .clk_i, .rst_ni, .en_i, .stage_valid_i(mul_v_q[Mul-1:1]), .valid_i(mul_valid_i),
      .a_i(mul_x_i[l*32 +: 32]), .b_i(mul_y_i[l*32 +: 32]),
      .valid_o(unused_mv[l]), .result_o(prod_o[l*32 +: 32]), .flag_o(unused_mf[l]));

    stamp_fadd #(.OwnValid(1'b0)) i_add (
      .clk_i, .rst_ni, .en_i(add_en_i), .stage_valid_i(valid_q[Add-1:1]), .valid_i(add_valid),
      .a_i(x[l*32 +: 32]), .b_i(y[l*32 +: 32]), .sub_i(use_sub), .half_i(add_half_i && !joined),
      .valid_o(unused_v[l]), .result_o(sum_o[l*32 +: 32]), .flag_o(unused_f[l]));
  end

  logic unused;
  assign unused = &{1'b0, unused_v, unused_f, unused_mv, unused_mf};

endmodule
