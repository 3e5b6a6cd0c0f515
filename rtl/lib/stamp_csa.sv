// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_csa - rows to two with the same sum: a product or a long sum up to its one adder. Combinational.
module stamp_csa #(
    parameter int unsigned Width = 32, // bits of a row; sums are modulo 2^Width
    parameter int unsigned Rows  = 16  // 3 to 28
) (
    input  logic [Rows*Width-1:0] rows_i,
    output logic [Width-1:0]      sum_o,
    output logic [Width-1:0]      carry_o
);

  localparam int unsigned N1 = Rows - Rows / 3;
  localparam int unsigned N2 = N1 - N1 / 3;
  localparam int unsigned N3 = N2 - N2 / 3;
  localparam int unsigned N4 = N3 - N3 / 3;
  localparam int unsigned N5 = N4 - N4 / 3;
  localparam int unsigned N6 = N5 - N5 / 3;

  logic [N1*Width-1:0] r1;
  logic [N2*Width-1:0] r2;
  logic [N3*Width-1:0] r3;
  logic [N4*Width-1:0] r4;
  logic [N5*Width-1:0] r5;
  logic [N6*Width-1:0] r6;

  stamp_csa_level #(.Width(Width), .Rows(Rows)) i_1 (.rows_i, .rows_o(r1));
  stamp_csa_level #(.Width(Width), .Rows(N1)) i_2 (.rows_i(r1), .rows_o(r2));
  stamp_csa_level #(.Width(Width), .Rows(N2)) i_3 (.rows_i(r2), .rows_o(r3));
  stamp_csa_level #(.Width(Width), .Rows(N3)) i_4 (.rows_i(r3), .rows_o(r4));
  stamp_csa_level #(.Width(Width), .Rows(N4)) i_5 (.rows_i(r4), .rows_o(r5));
  stamp_csa_level #(.Width(Width), .Rows(N5)) i_6 (.rows_i(r5), .rows_o(r6));
  stamp_csa_level #(.Width(Width), .Rows(N6)) i_7 (.rows_i(r6), .rows_o({carry_o, sum_o}));

endmodule
