// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_alu - L lanes of one adder and one multiplier: butterflies, rotations, sums, products.
//
// Rule     model/spec/numerics.md section 4 and ROPE. C twins: model/num/butterfly.c, model/insn/v*.c.
// Pipeline add path 3 cycles, product 2, rotation 2 + 3. Throughput one line per cycle
//          (a butterfly gives its two lines in two cycles, a rotation in four).
// Everything advances with en_i.
module stamp_vx_alu #(
    parameter int unsigned L,
    parameter int unsigned AddrW = 11  // bits of a VM line address
) (
    input  logic              clk_i,
    input  logic              rst_ni,
    input  logic              en_i,

    // Add: x + y or x - y, optionally halved, to be written to add_addr_i.
    input  logic              add_valid_i,
    input  logic              add_sub_i,
    input  logic              add_half_i,
    input  logic [AddrW-1:0]  add_addr_i,
    input  logic [L*32-1:0]   add_x_i,
    input  logic [L*32-1:0]   add_y_i,

    // Product with mul_y_i, or with a scalar. mul_join_i: this product (second) is added to
    // (mul_sub_i: subtracted from) the product issued before, result to mul_addr_i. mul_out_i: the
    // product itself is the result. Else it goes to prod_o alone. mul_acc_i, which stays for an
    // instruction: the first of what is joined is add_x_i of the cycle behind, in place of a product.
    input  logic              mul_valid_i,
    input  logic              mul_join_i,
    input  logic              mul_sub_i,
    input  logic              mul_out_i,
    input  logic              mul_acc_i,
    input  logic              mul_scalar_i,
    input  logic [AddrW-1:0]  mul_addr_i,
    input  logic [L*32-1:0]   mul_x_i,
    input  logic [L*32-1:0]   mul_y_i,
    input  logic [31:0]       mul_s_i,
    output logic [L*32-1:0]   prod_o, // 2 cycles later

    // Result lines, held while !en_i.
    output logic              valid_o,
    output logic [AddrW-1:0]  addr_o,
    output logic [L*32-1:0]   data_o,
    output logic              busy_o
);

  logic [1:0]       join_q, jsub_q, out_q;
  logic [2:0]       valid_q;
  logic [AddrW-1:0] maddr0_q, maddr1_q, addr0_q, addr1_q, addr2_q;
  logic [L*32-1:0]  prod_before_q, sum;
  logic [L-1:0]     unused_f, unused_v, unused_mv, unused_mf;
  logic             joined, use_sub, mul_v1_q, mul_v2_q;

  assign joined  = join_q[1];
  assign use_sub = joined ? jsub_q[1] : add_sub_i;
  assign valid_o = valid_q[2] || out_q[1];
  assign addr_o  = out_q[1] ? maddr1_q : addr2_q;
  assign data_o  = out_q[1] ? prod_o : sum;
  assign busy_o  = mul_v1_q || mul_v2_q || valid_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      join_q   <= '0;
      out_q    <= '0;
      valid_q  <= '0;
      mul_v1_q <= 1'b0;
      mul_v2_q <= 1'b0;
    end else if (en_i) begin
      join_q   <= {join_q[0], mul_valid_i && mul_join_i};
      out_q    <= {out_q[0], mul_valid_i && mul_out_i};
      valid_q  <= {valid_q[1:0], add_valid_i || joined};
      mul_v1_q <= mul_valid_i;
      mul_v2_q <= mul_v1_q;
    end
    if (en_i) begin
      jsub_q   <= {jsub_q[0], mul_sub_i};
      maddr0_q <= mul_addr_i;
      maddr1_q <= maddr0_q;
      addr0_q  <= joined ? maddr1_q : add_addr_i;
      addr1_q  <= addr0_q;
      addr2_q  <= addr1_q;
      if (mul_acc_i) prod_before_q <= add_x_i;
      else if (mul_v2_q) prod_before_q <= prod_o;
    end
  end

  for (genvar l = 0; l < L; l++) begin : g_lane
    stamp_fmul #(.OwnValid(1'b0)) i_mul (
      .clk_i, .rst_ni, .en_i, .stage_valid_i(mul_v1_q), .valid_i(mul_valid_i),
      .a_i(mul_x_i[l*32 +: 32]), .b_i(mul_scalar_i ? mul_s_i : mul_y_i[l*32 +: 32]),
      .valid_o(unused_mv[l]), .result_o(prod_o[l*32 +: 32]), .flag_o(unused_mf[l]));

    stamp_fadd #(.OwnValid(1'b0)) i_add (
      .clk_i, .rst_ni, .en_i, .stage_valid_i(valid_q[1:0]), .valid_i(add_valid_i || joined),
      .a_i(joined ? prod_before_q[l*32 +: 32] : add_x_i[l*32 +: 32]),
      .b_i(joined ? prod_o[l*32 +: 32] : add_y_i[l*32 +: 32]),
      .sub_i(use_sub), .half_i(add_half_i && !joined),
      .valid_o(unused_v[l]), .result_o(sum[l*32 +: 32]), .flag_o(unused_f[l]));
  end

  logic unused;
  assign unused = &{1'b0, unused_v, unused_f, unused_mv, unused_mf};

endmodule
