// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_axi_address - an AXI4 address channel of a master: stable until ready, a burst of whole beats inside 4 KiB,
// of at most MaxBeats.
module check_axi_address #(
    parameter int unsigned AxiBytes = 8,
    parameter int unsigned MaxBeats = 16
) (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        valid_i,
    input logic        ready_i,
    input logic [39:0] addr_i,
    input logic [7:0]  len_i
);

  check_handshake #(.Width(48)) i_held (.clk_i, .rst_ni, .valid_i, .ready_i, .payload_i({addr_i, len_i}));

  logic [19:0] end_at; // of the last byte, from the page
  assign end_at = {8'd0, addr_i[11:0]} + ({12'd0, len_i} + 20'd1) * 20'(AxiBytes);

  always @(posedge clk_i) begin
    if (rst_ni && valid_i) begin
      a_length: assert (32'(len_i) < MaxBeats);
      a_in_a_page: assert (end_at <= 20'd4096);
      a_whole_beats: assert (32'(addr_i[11:0]) % AxiBytes == 0);
    end
  end

endmodule
