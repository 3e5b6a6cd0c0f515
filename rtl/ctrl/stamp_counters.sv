// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_counters - 64-bit event counters, cleared by START, frozen while idle.
//
// Rule     model/spec/event.def: meanings and order. C twin: the event counts of model/insn.
module stamp_counters #(
    parameter int unsigned L,
    parameter int unsigned T // L * T is a power of two
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,
    input  logic         run_i, // the machine is busy

    // One bit an event for those that count cycles or single things; inc_i for the rest.
    input  logic [stamp_isa_pkg::EVENTS-1:0]    hit_i,
    input  logic [stamp_isa_pkg::EVENTS*16-1:0] inc_i, // what a hit adds

    input  logic [5:0]   index_i,
    input  logic         high_i,
    output logic [31:0]  word_o
);

  logic [63:0] count_q [stamp_isa_pkg::EVENTS];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      for (int e = 0; e < stamp_isa_pkg::EVENTS; e++) count_q[e] <= '0;
    end else if (run_i) begin
      for (int e = 0; e < stamp_isa_pkg::EVENTS; e++)
        if (hit_i[e]) count_q[e] <= count_q[e] + 64'(inc_i[e*16 +: 16]);
    end
  end

  logic [63:0] count;
  // MAC_USED is kept in k-steps of a nibble row, each L*T products.
  assign count = (32'(index_i) >= stamp_isa_pkg::EVENTS) ? 64'd0
                 : (32'(index_i) == stamp_isa_pkg::EV_MAC_USED) ? count_q[index_i] << $clog2(L*T)
                 : count_q[index_i];
  assign word_o = high_i ? count[63:32] : count[31:0];

endmodule
