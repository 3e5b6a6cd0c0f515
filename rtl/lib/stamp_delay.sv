// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_delay - a value again, Depth enabled cycles later, in registers that stay put: a ring that is
// written in one place a cycle where a chain would move every value in every cycle.
//
// Latency Depth enabled cycles. Throughput 1 per cycle. en_i has to be high in every cycle in which
//         the values in the pipeline beside it move.
module stamp_delay #(
    parameter int unsigned Width = 32, // bits
    parameter int unsigned Depth = 4   // cycles, 2 or more
) (
    input  logic             clk_i,
    input  logic             rst_ni, // synchronous, active low
    input  logic             en_i,

    input  logic             put_i,  // data_i counts
    input  logic [Width-1:0] data_i,
    input  logic             take_i, // put_i of Depth - 1 enabled cycles before
    output logic [Width-1:0] data_o  // holds until the cycle after the next take_i
);

  localparam int unsigned Slots = Depth - 1;
  localparam int unsigned PtrW  = Slots > 1 ? $clog2(Slots) : 1;

  logic [Width-1:0] mem [Slots];
  logic [PtrW-1:0]  at_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)   at_q <= '0;
    else if (en_i) at_q <= (at_q == PtrW'(Slots - 1)) ? '0 : at_q + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (en_i && put_i)  mem[at_q] <= data_i;
    if (en_i && take_i) data_o <= mem[at_q];
  end

endmodule
