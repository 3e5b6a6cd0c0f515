// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_catch - what a memory gives, kept where the pipeline that asked for it stands still.
//
// Latency  none where nothing is kept: data_o is data_i of the same cycle; else the oldest kept.
// Promise  take_i only with put_i or something kept; never more than Depth kept.
module stamp_vx_catch #(
    parameter int unsigned Width = 32,
    parameter int unsigned Depth = 3 // reads from request to use, at most
) (
    input  logic             clk_i,
    input  logic             rst_ni,
    input  logic             clear_i, // forget

    input  logic             put_i,   // data_i has arrived; it is there in this cycle alone
    input  logic [Width-1:0] data_i,
    input  logic             take_i,
    output logic [Width-1:0] data_o
);

  logic [Width-1:0] kept_q [Depth];
  logic [Depth:0]   v_q; // lowest first; the highest stays low

  assign data_o = v_q[0] ? kept_q[0] : data_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) v_q <= '0;
    else if (put_i != take_i) v_q <= put_i ? {1'b0, v_q[Depth-2:0], 1'b1} : v_q >> 1;
  end

  for (genvar k = 0; k < Depth; k++) begin : g_kept
    logic below, here;
    if (k == 0) begin : g_first
      assign below = 1'b1;
    end else begin : g_next
      assign below = v_q[k-1];
    end
    assign here = put_i && (take_i ? v_q[k] && !v_q[k+1] : below && !v_q[k]);

    always_ff @(posedge clk_i) begin
      if (here) kept_q[k] <= data_i;
      else if (take_i && v_q[k+1]) kept_q[k] <= kept_q[k + 1 < Depth ? k + 1 : k];
    end
  end

endmodule
