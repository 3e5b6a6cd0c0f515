// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_handshake - valid stays, and what goes with it is unchanged, until ready.
module check_handshake #(
    parameter int unsigned Width = 1
) (
    input logic             clk_i,
    input logic             rst_ni, // low, also for a cycle: what waits may go
    input logic             valid_i,
    input logic             ready_i,
    input logic [Width-1:0] payload_i
);

  logic             held_q;
  logic [Width-1:0] payload_q;

  always_ff @(posedge clk_i) begin
    held_q <= rst_ni && valid_i && !ready_i;
    if (valid_i && !ready_i) payload_q <= payload_i;
  end

  always @(posedge clk_i) begin
    if (rst_ni && held_q) begin
      a_valid_stays: assert (valid_i);
      a_payload_stays: assert (payload_i == payload_q);
    end
  end

endmodule
