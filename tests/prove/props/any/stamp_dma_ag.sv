// SPDX-License-Identifier: Apache-2.0
// The address generator as anything it may do, for what a store unit's write channels promise whatever that is: bursts of any
// length to MaxBurst, at any time there is room; each instruction ends in one marked last; addresses by the same
// queue as there (ag-address: tokens and addresses agree).
module stamp_dma_ag #(
    parameter int unsigned AXI_BYTES  = 8,
    parameter int unsigned MaxBurst   = 4,
    parameter int unsigned IT_ENTRIES = 0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         abort_i,
    input  logic         clear_i,
    input  logic         valid_i,
    output logic         ready_o,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [39:0]  addr_i,
    input  logic [7:0]   line_beats_i,
    input  logic [16:0]  limit_i,
    input  logic [39:0]  win_lo_i,
    input  logic [39:0]  win_hi_i,
    input  logic         it_hold_i,
    output logic         it_re_o,
    output logic [11:0]  it_entry_o,
    input  logic [31:0]  it_data_i,
    input  logic         room_i,
    output logic         push_o,
    output logic         null_o,
    output logic         last_o,
    output logic [3:0]   err_o,
    output logic [7:0]   beats_o,
    output logic         ax_behind_o,
    output logic         axvalid_o,
    input  logic         axready_i,
    output logic [39:0]  axaddr_o,
    output logic [7:0]   axlen_o
);

  (* anyseq *) logic       some_ready, some_go, some_null, some_last;
  (* anyseq *) logic [3:0] some_err;
  (* anyseq *) logic [7:0] some_beats;
  logic [1:0] here_q; // instructions inside, two at most
  logic       dead_q, ax_ready;

  assign ready_o = some_ready && here_q < 2'd2 && !dead_q && !abort_i;
  assign push_o  = here_q != 2'd0 && some_go && room_i && (null_o || ax_ready);
  assign null_o  = some_null || abort_i;
  assign last_o  = null_o || some_last;
  assign err_o   = some_err;
  assign beats_o = some_beats & 8'(MaxBurst - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {here_q, dead_q} <= '0;
    else begin
      here_q <= here_q + 2'(valid_i && ready_o) - 2'(push_o && last_o);
      dead_q <= !clear_i && (dead_q || (push_o && null_o && err_o != stamp_isa_pkg::ERR_NONE));
    end
  end

  stamp_fifo #(.Width(8), .Depth(2)) i_address (
    .clk_i, .rst_ni, .push_i(push_o && !null_o), .ready_o(ax_ready), .data_i(beats_o),
    .valid_o(axvalid_o), .pop_i(axready_i), .data_o(axlen_o));

  assign ax_behind_o = !ax_ready;
  assign {axaddr_o, it_re_o, it_entry_o} = '0; // addresses: ag-address

  logic unused;
  assign unused = &{1'b0, insn_i, addr_i, line_beats_i, limit_i, win_lo_i, win_hi_i, it_hold_i, it_data_i};

endmodule
