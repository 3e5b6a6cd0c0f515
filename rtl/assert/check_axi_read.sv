// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_axi_read - read data of AXI4, in order. Of the master: at most Depth bursts without their last beat. Of the
// slave: a beat is of a burst whose address is taken, stays until it is, and RLAST is where the address says.
module check_axi_read #(
    parameter int unsigned Width = 64, // of data
    parameter int unsigned Depth = 4   // a power of two
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             arvalid_i,
    input logic             arready_i,
    input logic [7:0]       arlen_i,
    input logic             rvalid_i,
    input logic             rready_i,
    input logic             rlast_i,
    input logic [1:0]       rresp_i,
    input logic [Width-1:0] rdata_i
);

  localparam int unsigned CountW = $clog2(Depth) + 2;
  localparam int unsigned PtrW   = $clog2(Depth);

  check_handshake #(.Width(Width + 3)) i_data (
    .clk_i, .rst_ni, .valid_i(rvalid_i), .ready_i(rready_i), .payload_i({rlast_i, rresp_i, rdata_i}));

  logic [7:0]        len_q [Depth]; // of bursts that are open
  logic [PtrW-1:0]   in_q, out_q;
  logic [CountW-1:0] open_q;
  logic [7:0]        beats_q;
  logic              take, last;

  assign take = arvalid_i && arready_i;
  assign last = rvalid_i && rready_i && rlast_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {in_q, out_q, open_q, beats_q} <= '0;
    end else begin
      if (take) in_q <= in_q + 1'b1;
      if (last) out_q <= out_q + 1'b1;
      open_q <= open_q + CountW'(take) - CountW'(last);
      if (rvalid_i && rready_i) beats_q <= rlast_i ? 8'd0 : beats_q + 8'd1;
    end
    if (take) len_q[in_q] <= arlen_i;
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      a_bursts: assert (open_q <= CountW'(Depth));
      if (rvalid_i) begin
        a_of_a_burst: assert (open_q != '0);
        a_last: assert (rlast_i == (beats_q == len_q[out_q]));
      end
    end
  end

endmodule
