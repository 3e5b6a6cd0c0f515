// SPDX-License-Identifier: Apache-2.0
// Registers as wires, for proofs of what a pipeline computes.
(* techmap_celltype = "$dff" *)
module transparent_dff (CLK, D, Q);
  parameter WIDTH = 0;
  parameter CLK_POLARITY = 1'b1;
  input CLK;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  assign Q = D;
endmodule
