// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fminmax - one value joins a running range.
//
// Rule     model/spec/numerics.md, section 6, Range: x < lo ? x : lo and x > hi ? x : hi. A zero
//          never replaces a zero and a NaN replaces nothing.
// Latency  combinational. In a guarded clocked block call stamp_fp_pkg::lt instead.
module stamp_fminmax (
    input  logic [31:0] x_i,
    input  logic [31:0] lo_i,
    input  logic [31:0] hi_i,
    output logic [31:0] lo_o,
    output logic [31:0] hi_o
);

  assign lo_o = stamp_fp_pkg::lt(x_i, lo_i) ? x_i : lo_i;
  assign hi_o = stamp_fp_pkg::lt(hi_i, x_i) ? x_i : hi_i;

endmodule
