// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_csa_level - of every three rows two with the same sum: no carry runs. Combinational.
module stamp_csa_level #(
    parameter int unsigned Width = 32, // bits of a row; sums are modulo 2^Width
    parameter int unsigned Rows  = 3,
    parameter int unsigned Left  = Rows - Rows / 3 // never set
) (
    input  logic [Rows*Width-1:0] rows_i,
    output logic [Left*Width-1:0] rows_o
);

  for (genvar t = 0; t < Rows / 3; t++) begin : g_three
    logic [Width-1:0] a, b, c;
    logic [Width-2:0] al, bl, cl; // but for the top, whose carry is lost
    assign {c, b, a} = rows_i[3*t*Width +: 3*Width];
    assign {al, bl, cl} = {a[Width-2:0], b[Width-2:0], c[Width-2:0]};
    assign rows_o[2*t*Width +: Width]     = a ^ b ^ c;
    assign rows_o[(2*t+1)*Width +: Width] = {(al & bl) | (cl & (al | bl)), 1'b0};
  end

  if (Rows % 3 != 0) begin : g_rest
    assign rows_o[Rows/3*2*Width +: Rows%3*Width] = rows_i[Rows/3*3*Width +: Rows%3*Width];
  end

endmodule
