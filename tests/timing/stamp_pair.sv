// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_pair - a queue with its own pop, a unit for the tests of `make timing`.
module stamp_pair (
    input  logic       clk_i,
    input  logic       rst_ni,
    input  logic       push_i,
    input  logic [7:0] data_i,
    output logic       ready_o,
    output logic       valid_o,
    output logic [7:0] data_o
);

  stamp_fifo #(.Width(8), .Depth(4)) i_fifo (
    .clk_i, .rst_ni, .push_i, .ready_o, .data_i, .valid_o, .pop_i(valid_o), .data_o);

endmodule
