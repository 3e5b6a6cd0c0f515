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

  // A ring: take_i, which comes late, moves no data.
  logic [Width-1:0] kept_q [Depth], head;
  logic [Depth-1:0] wr_q, rd_q; // one bit set: the place of the next, of the oldest
  logic [Depth:0]   v_q;        // how many are kept: that many ones, lowest first; the highest stays low

  always_comb begin
    head = '0;
    for (int k = 0; k < Depth; k++) head |= rd_q[k] ? kept_q[k] : '0;
  end

  assign data_o = v_q[0] ? head : data_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      v_q  <= '0;
      wr_q <= Depth'(1);
      rd_q <= Depth'(1);
    end else begin
      if (put_i)  wr_q <= {wr_q[Depth-2:0], wr_q[Depth-1]};
      if (take_i) rd_q <= {rd_q[Depth-2:0], rd_q[Depth-1]};
      if (put_i != take_i) v_q <= put_i ? {1'b0, v_q[Depth-2:0], 1'b1} : v_q >> 1;
    end
  end

  for (genvar k = 0; k < Depth; k++) begin : g_kept
    always_ff @(posedge clk_i) if (put_i && wr_q[k]) kept_q[k] <= data_i;
  end

endmodule
