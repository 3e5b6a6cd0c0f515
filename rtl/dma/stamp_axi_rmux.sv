// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_axi_rmux - one AXI read port for fetch and load unit: fetch first, one ID, answers in order.
//
// Latency    1 cycle to the port. Throughput one address and one beat per cycle. A fetch waits for the
//            beats of loads ahead of it, and for room in the load unit's buffer.
// The address leaves from a register, and stays until ARREADY. RREADY is the load unit's: a register.
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

  logic room, slot, free, head_fetch;

  assign free        = room && slot; // registers both: no path from arready_i to a unit
  assign f_arready_o = free;
  assign l_arready_o = free && !f_arvalid_i;

  stamp_fifo #(.Width(48), .Depth(2)) i_address (
    .clk_i, .rst_ni, .push_i(room && (f_arvalid_i || l_arvalid_i)), .ready_o(slot),
    .data_i(f_arvalid_i ? {f_araddr_i, f_arlen_i} : {l_araddr_i, l_arlen_i}),
    .valid_o(arvalid_o), .pop_i(arready_i), .data_o({araddr_o, arlen_o}));

  /* verilator lint_off UNUSEDSIGNAL */ logic unused_head; /* verilator lint_on UNUSEDSIGNAL */
  stamp_fifo #(.Width(1), .Depth(Depth)) i_order (
    .clk_i, .rst_ni, .push_i(free && (f_arvalid_i || l_arvalid_i)), .ready_o(room), .data_i(f_arvalid_i),
    .valid_o(unused_head), .pop_i(rvalid_i && rready_o && rlast_i), .data_o(head_fetch));

  assign rready_o   = l_rready_i;
  assign f_rvalid_o = rvalid_i && rready_o && head_fetch;
  assign l_rvalid_o = rvalid_i && !head_fetch;

endmodule
