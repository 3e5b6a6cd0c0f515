// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_scatter - pairs of lanes to quantizer state: one SM entry a cycle.
//
// Rule     model/spec/isa.md VSMWR. C twin: model/insn/vsmwr.c.
// Pipeline 0 a pair of the line, 1 its zero point, 2 written; from the first entry beyond SM on there
//          are no writes.
// Stream   a line holds while valid_i && !ready_o; ready_o is a register.
module stamp_vx_scatter #(
    parameter int unsigned L,
    parameter int unsigned SM_ENTRIES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic                          load_i,   // first cycle of an instruction

    input  logic                          valid_i,
    output logic                          ready_o,  // with the last entry of the line
    input  logic                          first_i,  // first line of a row
    input  logic [12:0]                   sm_i,     // entry of the row's first pair
    input  logic [11:0]                   count_i,  // entries of a row, from load_i on
    input  logic [15:0]                   stride_i, // entries from one to the next
    input  logic [L*32-1:0]               x_i,

    output logic                          sm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] sm_addr_o,
    output logic [103:0]                  sm_data_o, // {rowsum, zero, scale, inv}
    output logic                          bad_o,     // an entry is beyond SM
    output logic                          busy_o    // a write is to come in a later cycle
);

  localparam int unsigned Log = $clog2(L);
  localparam int unsigned SmW = $clog2(SM_ENTRIES);

  logic [11:0]    left_q, left_next, whole_q; // entries of this row behind the one at hand; of a row less one
  logic [Log-2:0] pair_q, pair_next;
  logic           begin_q;                    // at a row's first entry
  logic [17:0]    next_q, entry;
  logic           v1_q, beyond1_q, bad_q;
  logic [SmW-1:0] at1_q;
  logic [63:0]    lanes_q;
  logic [9:0]     zero;

  assign entry     = (first_i && begin_q) ? 18'(sm_i) : next_q;
  assign left_next = left_q == '0 ? whole_q : left_q - 12'd1;
  assign pair_next = left_q == '0 ? '0 : pair_q + 1'b1;

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      whole_q <= count_i - 12'd1;
      left_q  <= count_i - 12'd1;
      pair_q  <= '0;
      begin_q <= 1'b1;
      ready_o <= count_i == 12'd1;
    end else if (valid_i) begin
      left_q  <= left_next;
      pair_q  <= pair_next;
      begin_q <= left_q == '0;
      next_q  <= entry + 18'(stride_i);
      ready_o <= pair_next == '1 || left_next == '0;
    end
  end

  assign zero = stamp_fp_pkg::int10(lanes_q[63:32]);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || load_i) {v1_q, sm_we_o, bad_o, bad_q} <= '0;
    else begin
      v1_q    <= valid_i;
      sm_we_o <= v1_q && !beyond1_q && !bad_q;
      bad_o   <= v1_q && beyond1_q;
      bad_q   <= bad_q || (v1_q && beyond1_q);
    end
    if (valid_i) begin
      lanes_q   <= x_i[64*pair_q +: 64];
      at1_q     <= entry[SmW-1:0];
      beyond1_q <= entry >= 18'(SM_ENTRIES);
    end
    if (v1_q) begin
      sm_addr_o <= at1_q;
      sm_data_o <= {32'd0, zero[9] ? 8'd0 : zero[8] ? 8'd255 : zero[7:0], lanes_q[31:0], 32'd0};
    end
  end
  assign busy_o = v1_q;

endmodule
