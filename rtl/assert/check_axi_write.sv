// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_axi_write - write data and responses of AXI4. Of the master: data stable until ready; WLAST at the beat the
// address says, in the order of the addresses; no beat before its address is offered; at most Depth bursts without
// a response. Of the slave: a response is of a burst whose address is taken and whose last beat is, and stays.
module check_axi_write #(
    parameter int unsigned Width = 64, // of data and strobes
    parameter int unsigned Depth = 4   // a power of two
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             awvalid_i,
    input logic             awready_i,
    input logic [7:0]       awlen_i,
    input logic             wvalid_i,
    input logic             wready_i,
    input logic             wlast_i,
    input logic [Width-1:0] wdata_i,
    input logic             bvalid_i,
    input logic             bready_i,
    input logic [1:0]       bresp_i
);

  localparam int unsigned CountW = $clog2(Depth) + 2;
  localparam int unsigned PtrW   = $clog2(Depth);

  check_handshake #(.Width(Width + 1)) i_data (
    .clk_i, .rst_ni, .valid_i(wvalid_i), .ready_i(wready_i), .payload_i({wlast_i, wdata_i}));
  check_handshake #(.Width(2)) i_response (
    .clk_i, .rst_ni, .valid_i(bvalid_i), .ready_i(bready_i), .payload_i(bresp_i));

  // Lengths of what was offered; how many of these have beats to come, which of these; how many have no response,
  // of address, of data.
  logic [7:0]        len_q [Depth];
  logic [PtrW-1:0]   in_q, out_q;
  logic [CountW-1:0] owed_q, owed, open_q, taken_q, ended_q;
  logic [7:0]        beats_q, len;
  logic              offered_q, offer, last, answer; // offered_q: the address on the channel is in len_q

  assign offer  = awvalid_i && !offered_q;
  assign owed   = owed_q + CountW'(offer);
  assign len    = owed_q == '0 ? awlen_i : len_q[out_q];
  assign last   = wvalid_i && wready_i && wlast_i;
  assign answer = bvalid_i && bready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {in_q, out_q, owed_q, open_q, taken_q, ended_q, beats_q} <= '0;
      offered_q <= 1'b0;
    end else begin
      offered_q <= awvalid_i && !awready_i;
      if (offer) in_q <= in_q + 1'b1;
      if (last) out_q <= out_q + 1'b1;
      owed_q  <= owed - CountW'(last);
      open_q  <= open_q + CountW'(offer) - CountW'(answer);
      taken_q <= taken_q + CountW'(awvalid_i && awready_i) - CountW'(answer);
      ended_q <= ended_q + CountW'(last) - CountW'(answer);
      if (wvalid_i && wready_i) beats_q <= wlast_i ? 8'd0 : beats_q + 8'd1;
    end
    if (offer) len_q[in_q] <= awlen_i;
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      a_bursts: assert (open_q <= CountW'(Depth));
      if (wvalid_i) begin
        a_behind_its_address: assert (owed != '0);
        a_last: assert (wlast_i == (beats_q == len));
      end
      if (bvalid_i) begin
        a_response_to_a_burst: assert (taken_q != '0 && ended_q != '0);
      end
    end
  end

endmodule
