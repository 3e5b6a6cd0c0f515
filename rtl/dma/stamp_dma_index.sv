// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dma_index - row addresses of a gathering load: base + IT[it + i] * d0 modulo 2^40.
//
// Rule        model/spec/isa.md, LOAD with gather. C twin: model/insn/load.c.
// Latency     4 cycles from start_i to the first address: table, index, product, sum.
// Throughput  one address per cycle while take_i follows.
module stamp_dma_index (
    input  logic        clk_i,
    input  logic        rst_ni,  // synchronous, active low
    input  logic        stop_i,  // forget everything
    input  logic        hold_i,  // the table is not written yet: read nothing

    input  logic        start_i, // the fields below are those of a new load, held while it runs
    input  logic [11:0] first_i, // entry of the first row
    input  logic [11:0] last_i,  // entry of the last row
    input  logic [39:0] base_i,
    input  logic [31:0] d0_i,    // multiple of 64

    // Index table: data come in the cycle after re_o and hold until the next.
    output logic        re_o,
    output logic [11:0] entry_o,
    input  logic [31:0] data_i,

    // Addresses in order. valid_o and addr_o hold until take_i.
    output logic        valid_o,
    output logic [39:0] addr_o,
    input  logic        take_i
);

  logic        active_q, move;
  logic [11:0] entry_q;
  logic [3:1]  valid_q;
  logic [31:0] index_q;
  logic [33:0] product_q; // in units of 64 bytes, modulo 2^34

  assign move    = !valid_o || take_i;
  assign re_o    = active_q && !hold_i && move;
  assign entry_o = entry_q;

  always_ff @(posedge clk_i) begin : walk
    if (!rst_ni || stop_i) begin
      active_q <= 1'b0;
      valid_q  <= '0;
      valid_o  <= 1'b0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (re_o && entry_q == last_i) active_q <= 1'b0;
      if (move) {valid_o, valid_q} <= {valid_q, re_o};
    end
    if (start_i)   entry_q <= first_i;
    else if (re_o) entry_q <= entry_q + 12'd1;
  end

  always_ff @(posedge clk_i) begin : data
    if (move) begin
      index_q   <= data_i;
      product_q <= 34'({2'd0, index_q} * {8'd0, d0_i[31:6]});
      addr_o    <= base_i + {product_q, 6'd0};
    end
  end

  logic unused;
  assign unused = &{1'b0, d0_i[5:0]};

endmodule
