// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_axi_rmux - one AXI read port for fetch and load unit: fetch first, one ID, answers in order.
//
// Throughput one address and one beat per cycle. A fetch waits for the beats of loads ahead of it.
// ARVALID, once raised for a master, stays with it until ARREADY.
module stamp_axi_rmux #(
    parameter int unsigned Depth = stamp_isa_pkg::BURSTS // bursts outstanding in all, a power of two
) (
    input  logic        clk_i,
    input  logic        rst_ni,

    // Fetch: takes every beat.
    input  logic        f_arvalid_i,
    output logic        f_arready_o,
    input  logic [39:0] f_araddr_i,
    input  logic [7:0]  f_arlen_i,
    output logic        f_rvalid_o,

    // Load unit.
    input  logic        l_arvalid_i,
    output logic        l_arready_o,
    input  logic [39:0] l_araddr_i,
    input  logic [7:0]  l_arlen_i,
    output logic        l_rvalid_o,
    input  logic        l_rready_i,

    // Port. Data and response go to both masters unchanged.
    output logic        arvalid_o,
    input  logic        arready_i,
    output logic [39:0] araddr_o,
    output logic [7:0]  arlen_o,
    input  logic        rvalid_i,
    output logic        rready_o,
    input  logic        rlast_i
);

  logic room, head_v, head_fetch, pick_fetch, held_q, held_fetch_q;

  assign pick_fetch  = held_q ? held_fetch_q : f_arvalid_i;
  assign arvalid_o   = room && (pick_fetch ? f_arvalid_i : l_arvalid_i);
  assign araddr_o    = pick_fetch ? f_araddr_i : l_araddr_i;
  assign arlen_o     = pick_fetch ? f_arlen_i : l_arlen_i;
  assign f_arready_o = arready_i && room && pick_fetch;
  assign l_arready_o = arready_i && room && !pick_fetch;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) held_q <= 1'b0;
    else held_q <= arvalid_o && !arready_i;
    held_fetch_q <= pick_fetch;
  end

  stamp_fifo #(.Width(1), .Depth(Depth)) i_order (
    .clk_i, .rst_ni, .push_i(arvalid_o && arready_i), .ready_o(room), .data_i(pick_fetch),
    .valid_o(head_v), .pop_i(rvalid_i && rready_o && rlast_i), .data_o(head_fetch));

  assign f_rvalid_o = rvalid_i && head_v && head_fetch;
  assign l_rvalid_o = rvalid_i && head_v && !head_fetch;
  assign rready_o   = head_v && (head_fetch || l_rready_i);

endmodule
