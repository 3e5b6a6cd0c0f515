// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_dma_index - row addresses of a gathering load: base + IT[it + i] * d0 modulo 2^40.
//
// Rule        model/spec/isa.md, LOAD with gather. C twin: model/insn/load.c.
// Latency     7 cycles from start_i to the first address: entry, table (2), index, product in rows,
//             product, sum.
// Throughput  one address per cycle while take_i follows. Indices wait in a FIFO whose room is kept for
//             what the table was asked for, so that nothing holds the table back.
module stamp_dma_index (
    input  logic        clk_i,
    input  logic        rst_ni,  // synchronous, active low
    input  logic        stop_i,  // forget everything
    input  logic        hold_i,  // the table is not written yet: read nothing

    input  logic        start_i, // the fields below are those of a new load, held while it runs
    input  logic [11:0] first_i, // entry of the first row
    input  logic [11:0] last_i,  // entry of the last row
    input  logic [33:0] base_i,  // in units of 64 bytes, as what follows
    input  logic [25:0] d0_i,

    // Index table: data come two cycles after re_o.
    output logic        re_o,
    output logic [11:0] entry_o,
    input  logic [31:0] data_i,

    // Addresses in order. valid_o and addr_o hold until take_i.
    output logic        valid_o,
    output logic [33:0] addr_o,
    input  logic        take_i
);

  localparam int unsigned Depth = 4; // entry, table, table, index: one a cycle

  logic        active_q, move, have, pop;
  logic [11:0] entry_q;
  logic [1:0]  read_q;   // reads of one and two cycles ago
  logic [2:0]  owed_q;   // entries asked for and not popped
  logic [1:0]  valid_q;
  logic [31:0] index;
  logic [33:0] product_q; // modulo 2^34

  assign move    = !valid_o || take_i;
  assign pop     = have && move;
  assign re_o    = active_q && !hold_i && owed_q != 3'(Depth);
  assign entry_o = entry_q;

  always_ff @(posedge clk_i) begin : walk
    if (!rst_ni || stop_i) begin
      {active_q, owed_q, read_q, valid_q, valid_o} <= '0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (re_o && entry_q == last_i) active_q <= 1'b0;
      read_q <= {read_q[0], re_o};
      if (re_o && !pop)      owed_q <= owed_q + 3'd1;
      else if (!re_o && pop) owed_q <= owed_q - 3'd1;
      if (move) {valid_o, valid_q} <= {valid_q, pop};
    end
    if (start_i)   entry_q <= first_i;
    else if (re_o) entry_q <= entry_q + 12'd1;
  end

  /* verilator lint_off UNUSEDSIGNAL */ logic unused_ready; /* verilator lint_on UNUSEDSIGNAL */
  stamp_fifo #(.Width(32), .Depth(Depth)) i_index (
    .clk_i, .rst_ni(rst_ni && !stop_i), .push_i(read_q[1]), .ready_o(unused_ready), .data_i,
    .valid_o(have), .pop_i(pop), .data_o(index));

  // Half of the rows of the product each, to two; then the four to one.
  logic [34*13-1:0] rows_lo, rows_hi;
  logic [33:0]      lo_s, lo_c, hi_s, hi_c, s, c;
  logic [4*34-1:0]  four_q;

  for (genvar r = 0; r < 13; r++) begin : g_row
    assign rows_lo[r*34 +: 34] = d0_i[r] ? 34'({2'd0, index} << r) : '0;
    assign rows_hi[r*34 +: 34] = d0_i[r+13] ? 34'({2'd0, index} << (r + 13)) : '0;
  end
  stamp_csa #(.Width(34), .Rows(13)) i_lo (.rows_i(rows_lo), .sum_o(lo_s), .carry_o(lo_c));
  stamp_csa #(.Width(34), .Rows(13)) i_hi (.rows_i(rows_hi), .sum_o(hi_s), .carry_o(hi_c));
  stamp_csa #(.Width(34), .Rows(4)) i_all (.rows_i(four_q), .sum_o(s), .carry_o(c));

  always_ff @(posedge clk_i) begin : data
    if (move) begin
      four_q    <= {hi_c, hi_s, lo_c, lo_s};
      product_q <= s + c;
      addr_o    <= base_i + product_q;
    end
  end

endmodule
