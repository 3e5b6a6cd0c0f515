// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_counters - 64-bit event counters, cleared by START, frozen while idle.
//
// Rule     model/spec/event.def: meanings and order. C twin: the event counts of model/insn.
// Latency  a hit is in the low part the cycle after, its carry in the high part one later; a word is
//          read the cycle after its index.
module stamp_counters #(
    parameter int unsigned L,
    parameter int unsigned T, // L * T is a power of two
    parameter bit          All = 1'b1 // 0: only CYCLES, the others read as 0
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,

    // One bit an event for those that count cycles or single things; inc_i for the rest.
    input  logic [stamp_isa_pkg::EVENTS-1:0]    hit_i,
    input  logic [stamp_isa_pkg::EVENTS*16-1:0] inc_i, // what a hit adds

    input  logic [5:0]   index_i,
    input  logic         high_i,
    output logic [31:0]  word_o
);

  localparam int unsigned Events = All ? stamp_isa_pkg::EVENTS : stamp_isa_pkg::EV_CYCLES + 1;
  localparam int unsigned LowW   = 16;

  // A count is two parts: one adder of each is as long as the other.
  logic [LowW-1:0]  low_q [Events];
  logic [63:LowW]   high_q [Events];
  logic [Events-1:0] carry_q;

  always_ff @(posedge clk_i) begin
    logic [LowW:0]     sum;
    logic [Events-1:0] carry;
    if (!rst_ni || clear_i) begin
      carry_q <= '0;
      for (int e = 0; e < Events; e++) begin
        low_q[e]  <= '0;
        high_q[e] <= '0;
      end
    end else begin
      carry = '0;
      for (int e = 0; e < Events; e++) begin
        if (hit_i[e]) begin
          sum      = {1'b0, low_q[e]} + {1'b0, inc_i[e*16 +: 16]};
          carry[e] = sum[LowW];
          low_q[e] <= sum[LowW-1:0];
        end
      end
      carry_q <= carry;
      for (int e = 0; e < Events; e++) if (carry_q[e]) high_q[e] <= high_q[e] + 1'b1;
    end
  end

  // MAC_USED is kept in k-steps of a nibble row, each L*T products.
  logic [63:0] count;
  always_comb begin
    count = '0;
    for (int e = 0; e < Events; e++)
      if (index_i == 6'(e)) count = count | (e == stamp_isa_pkg::EV_MAC_USED ? {high_q[e], low_q[e]} << $clog2(L*T)
                                                                             : {high_q[e], low_q[e]});
  end

  always_ff @(posedge clk_i) word_o <= high_i ? count[63:32] : count[31:0];

  if (!All) begin : g_few
    logic unused;
    assign unused = &{1'b0, hit_i, inc_i};
  end

endmodule
