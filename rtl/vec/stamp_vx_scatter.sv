// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_scatter - pairs of lanes to quantizer state: one SM entry a cycle.
//
// Rule     model/spec/isa.md VSMWR. C twin: model/insn/vsmwr.c.
// Stream   a line holds while valid_i && !ready_o. Writes are combinational; from the first entry
//          beyond SM on there are none.
module stamp_vx_scatter #(
    parameter int unsigned L,
    parameter int unsigned SM_ENTRIES
) (
    input  logic                          clk_i,
    input  logic                          start_i,  // of an instruction

    input  logic                          valid_i,
    output logic                          ready_o,  // with the last entry of the line
    input  logic                          first_i,  // first line of a row
    input  logic [12:0]                   sm_i,     // entry of the row's first pair
    input  logic [11:0]                   count_i,  // entries of a row
    input  logic [15:0]                   stride_i, // entries from one to the next
    input  logic [L*32-1:0]               x_i,

    output logic                          sm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] sm_addr_o,
    output logic [103:0]                  sm_data_o, // {rowsum, zero, scale, inv}
    output logic                          bad_o      // an entry is beyond SM
);

  localparam int unsigned Log = $clog2(L);

  logic [11:0]    done_q; // entries of this row
  logic [17:0]    next_q, entry;
  logic           bad_q, first;
  logic [Log-2:0] pair;
  logic [63:0]    lanes;
  logic [9:0]     zero;

  assign first     = first_i && done_q == '0;
  assign entry     = first ? 18'(sm_i) : next_q;
  assign pair      = done_q[Log-2:0];
  assign ready_o   = pair == '1 || done_q + 12'd1 == count_i;
  assign bad_o     = valid_i && entry >= 18'(SM_ENTRIES);
  assign sm_we_o   = valid_i && !bad_o && !bad_q;
  assign sm_addr_o = entry[$clog2(SM_ENTRIES)-1:0];

  always_comb begin
    lanes = '0;
    zero  = '0;
    if (valid_i) begin
      lanes = x_i[64*pair +: 64];
      zero  = stamp_fp_pkg::int10(lanes[63:32]);
    end
  end
  assign sm_data_o = {32'd0, zero[9] ? 8'd0 : zero[8] ? 8'd255 : zero[7:0], lanes[31:0], 32'd0};

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      done_q <= '0;
      bad_q  <= 1'b0;
    end else if (valid_i) begin
      done_q <= done_q + 12'd1 == count_i ? '0 : done_q + 12'd1;
      next_q <= entry + 18'(stride_i);
      bad_q  <= bad_q || bad_o;
    end
  end

endmodule
