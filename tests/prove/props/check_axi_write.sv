// SPDX-License-Identifier: Apache-2.0
// check_axi_write - data of an AXI4 master: stable until ready; WLAST at the beat the address says, in the order of
// the addresses; no beat before its address is offered. At most Depth bursts between address and last beat.
module check_axi_write #(
    parameter int unsigned Width = 64, // of data and strobes
    parameter int unsigned Depth = 4
) (
    input logic             clk_i,
    input logic             rst_ni,
    input logic             awvalid_i,
    input logic             awready_i,
    input logic [7:0]       awlen_i,
    input logic             wvalid_i,
    input logic             wready_i,
    input logic             wlast_i,
    input logic [Width-1:0] wdata_i
);

  localparam int unsigned CountW = $clog2(Depth + 2);

  check_handshake #(.Width(Width + 1)) i_held (
    .clk_i, .rst_ni, .valid_i(wvalid_i), .ready_i(wready_i), .payload_i({wlast_i, wdata_i}));

  // Lengths that are owed, the oldest lowest; beats of it that have gone.
  logic [Depth*8-1:0] lens_q, lens;
  logic [CountW-1:0]  count_q, count;
  logic [7:0]         beats_q;
  logic               offered_q; // the address on the channel is in lens_q

  always_comb begin
    lens  = lens_q;
    count = count_q;
    if (awvalid_i && !offered_q) begin
      for (int unsigned k = 0; k < Depth; k++) if (count_q == CountW'(k)) lens[k*8 +: 8] = awlen_i;
      count = count_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q   <= '0;
      beats_q   <= '0;
      offered_q <= 1'b0;
    end else begin
      offered_q <= awvalid_i && !awready_i;
      lens_q    <= lens;
      count_q   <= count;
      if (wvalid_i && wready_i) begin
        beats_q <= wlast_i ? '0 : beats_q + 1'b1;
        if (wlast_i) begin
          lens_q  <= lens >> 8;
          count_q <= count - 1'b1;
        end
      end
    end
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (count <= CountW'(Depth));
      if (wvalid_i) begin
        assert (count != '0);
        assert (wlast_i == (beats_q == lens[7:0]));
      end
    end
  end

endmodule
