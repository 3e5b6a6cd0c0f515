// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vm - vector memory: four banks by the low line bits, one read and one write port each.
//
// Rule     model/spec/isa.md, VM. Reads 2 cycles. Throughput one line per bank, port and cycle.
// Priority writes: drain, vector unit, load unit; reads: vector unit, store unit. The drain and reads
//          of the vector unit are always granted. ready_o of a port depends on its line and on the
//          requests that go before it, which come out of registers of their units: two comparators.
module stamp_vm #(
    parameter int unsigned L,
    parameter int unsigned VM_LINES // a multiple of 4
) (
    input  logic                        clk_i,
    input  logic [31:0]                 mem_test_i,

    // Drain: write, always taken.
    input  logic                        mx_we_i,
    input  logic [$clog2(VM_LINES)-1:0] mx_addr_i,
    input  logic [L*32-1:0]             mx_data_i,

    // Vector unit: its reads are always granted.
    input  logic                        vw_valid_i,
    output logic                        vw_ready_o,
    input  logic [$clog2(VM_LINES)-1:0] vw_addr_i,
    input  logic [L*32-1:0]             vw_data_i,
    input  logic                        vr_re_i,
    input  logic [$clog2(VM_LINES)-1:0] vr_addr_i,
    output logic [L*32-1:0]             vr_data_o, // the second cycle after re

    // Load unit.
    input  logic                        lw_valid_i,
    output logic                        lw_ready_o,
    input  logic [$clog2(VM_LINES)-1:0] lw_addr_i,
    input  logic [L*32-1:0]             lw_data_i,

    // Store unit.
    input  logic                        sr_valid_i,
    output logic                        sr_ready_o,
    input  logic [$clog2(VM_LINES)-1:0] sr_addr_i,
    output logic [L*32-1:0]             sr_data_o // the second cycle after valid and ready
);

  localparam int unsigned Banks = 4;
  localparam int unsigned Width = L * 32;
  localparam int unsigned RowW  = $clog2(VM_LINES / Banks);

  logic [1:0]       vr_bank, sr_bank;
  logic [Width-1:0] rdata [Banks];

  assign vw_ready_o = !(mx_we_i && mx_addr_i[1:0] == vw_addr_i[1:0]);
  assign lw_ready_o = !(mx_we_i && mx_addr_i[1:0] == lw_addr_i[1:0])
                      && !(vw_valid_i && vw_addr_i[1:0] == lw_addr_i[1:0]);
  assign sr_ready_o = !(vr_re_i && vr_addr_i[1:0] == sr_addr_i[1:0]);
  assign vr_data_o  = rdata[vr_bank];
  assign sr_data_o  = rdata[sr_bank];

  stamp_ram_tag #(.Width(2)) i_vr_bank (
    .clk_i, .re_i(vr_re_i), .tag_i(vr_addr_i[1:0]), .tag_o(vr_bank));
  stamp_ram_tag #(.Width(2)) i_sr_bank (
    .clk_i, .re_i(sr_valid_i), .tag_i(sr_addr_i[1:0]), .tag_o(sr_bank));

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic mx, vw, lw, vr, sr;
    assign mx = mx_we_i && mx_addr_i[1:0] == 2'(b);
    assign vw = vw_valid_i && vw_addr_i[1:0] == 2'(b);
    assign lw = lw_valid_i && lw_addr_i[1:0] == 2'(b);
    assign vr = vr_re_i && vr_addr_i[1:0] == 2'(b);
    assign sr = sr_valid_i && sr_addr_i[1:0] == 2'(b);

    stamp_ram #(.Width(Width), .Depth(VM_LINES / Banks)) i_ram (
      .clk_i, .mem_test_i,
      .we_i   (mx || vw || lw),
      .waddr_i(mx ? mx_addr_i[2 +: RowW] : vw ? vw_addr_i[2 +: RowW] : lw_addr_i[2 +: RowW]),
      .wdata_i(mx ? mx_data_i : vw ? vw_data_i : lw_data_i),
      .re_i   (vr || sr),
      .raddr_i(vr ? vr_addr_i[2 +: RowW] : sr_addr_i[2 +: RowW]),
      .rdata_o(rdata[b]));
  end

endmodule
