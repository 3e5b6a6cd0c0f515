// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_banks - of all that are granted in a cycle, no two have the same bank.
module check_banks #(
    parameter int unsigned Ports = 2,
    parameter int unsigned BankW = 1
) (
    input logic                   clk_i,
    input logic [Ports-1:0]       grant_i,
    input logic [Ports*BankW-1:0] bank_i
);

  logic                twice;
  logic [2**BankW-1:0] taken;

  always_comb begin
    twice = 1'b0;
    taken = '0;
    for (int p = 0; p < Ports; p++)
      if (grant_i[p]) begin
        if (taken[bank_i[p*BankW +: BankW]]) twice = 1'b1;
        taken[bank_i[p*BankW +: BankW]] = 1'b1;
      end
  end

  always @(posedge clk_i) begin
    a_one_a_bank: assert (!twice);
  end

endmodule
