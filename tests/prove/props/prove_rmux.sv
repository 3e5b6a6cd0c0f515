// SPDX-License-Identifier: Apache-2.0
// stamp_axi_rmux: addresses leave in the order they were taken, unchanged, stable until ready; at most Depth bursts
// without their last beat; beats go to the master whose burst is the oldest, to one alone.
// Assumed: no beat without a burst (of the memory).
module prove_rmux #(
    parameter int unsigned Depth = 4
) (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        f_arvalid_i,
    input logic [39:0] f_araddr_i,
    input logic [7:0]  f_arlen_i,
    input logic        l_arvalid_i,
    input logic [39:0] l_araddr_i,
    input logic [7:0]  l_arlen_i,
    input logic        l_rready_i,
    input logic        arready_i,
    input logic        rvalid_i,
    input logic        rlast_i,
    input logic        mark_i
);

  localparam int unsigned CountW = $clog2(Depth + 1) + 1;

  logic        up, f_arready, f_rvalid, l_arready, l_rvalid, arvalid, rready, take_f, take_l;
  logic [39:0] araddr;
  logic [7:0]  arlen;
  logic        begun_q = 1'b0;
  logic [CountW-1:0] open_q; // on the port

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up = begun_q && rst_ni;

  stamp_axi_rmux #(.Depth(Depth)) i_dut (
    .clk_i, .rst_ni(up), .f_arvalid_i, .f_arready_o(f_arready), .f_araddr_i, .f_arlen_i, .f_rvalid_o(f_rvalid),
    .l_arvalid_i, .l_arready_o(l_arready), .l_araddr_i, .l_arlen_i, .l_rvalid_o(l_rvalid), .l_rready_i,
    .arvalid_o(arvalid), .arready_i, .araddr_o(araddr), .arlen_o(arlen), .rvalid_i, .rready_o(rready), .rlast_i);

  assign take_f = f_arvalid_i && f_arready;
  assign take_l = l_arvalid_i && l_arready;

  check_fifo #(.Width(48), .Depth(2), .Exact(1'b0)) i_addresses (
    .clk_i, .rst_ni(up), .push_i(take_f || take_l), .ready_i(take_f || take_l),
    .in_i(take_f ? {f_araddr_i, f_arlen_i} : {l_araddr_i, l_arlen_i}), .valid_i(arvalid), .pop_i(arready_i),
    .out_i({araddr, arlen}), .mark_i);

  check_fifo #(.Width(1), .Depth(Depth), .Exact(1'b0)) i_order (
    .clk_i, .rst_ni(up), .push_i(take_f || take_l), .ready_i(f_arready || l_arready), .in_i(take_f),
    .valid_i(f_rvalid || (l_rvalid && rready)), .pop_i(rlast_i), .out_i(f_rvalid), .mark_i);

  check_handshake #(.Width(48)) i_held (
    .clk_i, .rst_ni(up), .valid_i(arvalid), .ready_i(arready_i), .payload_i({araddr, arlen}));

  always_ff @(posedge clk_i) begin
    if (!up) open_q <= '0;
    else open_q <= open_q + CountW'(arvalid && arready_i) - CountW'(rvalid_i && rready && rlast_i);
  end

  always @(posedge clk_i) begin
    if (up) begin
      assume (!rvalid_i || open_q != '0);
      assert (open_q <= CountW'(Depth));
      assert (!(take_f && take_l));
      assert (!(f_rvalid && l_rvalid));
      if (rvalid_i && rready) assert (f_rvalid || l_rvalid);
      if (!rvalid_i) assert (!f_rvalid && !l_rvalid);
    end
  end

endmodule
