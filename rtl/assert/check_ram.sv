// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_ram - ports of a memory: what is written is a line it has. With One, a single port: a read or a write in a
// cycle, not both. A read may begin beyond the last line, of an instruction that is refused: nobody takes what it
// gives. A memory has no reset; what its user does in the first Settle cycles, before the reset has come, is nobody's
// affair.
module check_ram #(
    parameter int unsigned Depth  = 64,
    parameter bit          One    = 1'b0,
    parameter int unsigned Settle = 4 // cycles, 15 or less
) (
    input logic                     clk_i,
    input logic                     re_i,
    input logic                     we_i,
    input logic [$clog2(Depth)-1:0] waddr_i
);

  logic [3:0] cycles_q = 4'd0;
  logic       up;

  assign up = cycles_q == 4'(Settle);

  always_ff @(posedge clk_i) if (!up) cycles_q <= cycles_q + 4'd1;

  always @(posedge clk_i) begin
    if (up) begin
      if (we_i) begin
        a_write_in_range: assert (32'(waddr_i) < Depth);
      end
      if (One) begin
        a_one_port: assert (!(re_i && we_i));
      end
    end
  end

endmodule
