// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fifo - first in, first out, in registers; the head is visible without a read.
//
// Latency 1 cycle from push to valid_o. Throughput one push and one pop per cycle.
// Pushing while !ready_o or popping while !valid_o does nothing.
module stamp_fifo #(
    parameter int unsigned Width = 32, // bits of an element
    parameter int unsigned Depth = 4   // elements, 2 or more
) (
    input  logic             clk_i,
    input  logic             rst_ni, // synchronous, active low

    // In. ready_o does not depend on push_i.
    input  logic             push_i,
    output logic             ready_o,
    input  logic [Width-1:0] data_i,

    // Out. data_o holds until pop_i.
    output logic             valid_o,
    input  logic             pop_i,
    output logic [Width-1:0] data_o
);

  localparam int unsigned Ptr = $clog2(Depth);

  logic [Width-1:0] mem [Depth];
  logic [Ptr:0]     wr_q, rd_q; // index, and above it the lap, to tell full from empty

  function automatic logic [Ptr:0] after(input logic [Ptr:0] at);
    after = at[Ptr-1:0] == Ptr'(Depth - 1) ? {!at[Ptr], {Ptr{1'b0}}} : at + 1'b1;
  endfunction

  assign valid_o = wr_q != rd_q;
  assign ready_o = wr_q != {~rd_q[Ptr], rd_q[Ptr-1:0]};
  assign data_o  = mem[rd_q[Ptr-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q <= '0;
      rd_q <= '0;
    end else begin
      if (push_i && ready_o) wr_q <= after(wr_q);
      if (pop_i && valid_o)  rd_q <= after(rd_q);
    end
    if (push_i && ready_o) mem[wr_q[Ptr-1:0]] <= data_i;
  end

endmodule
