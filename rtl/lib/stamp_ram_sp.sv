// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ram_sp - memory wrapper with one port: in a cycle a line is read or (a part of it) written.
//
// Latency   2 cycles, a register behind the macro. rdata_o holds its value until the next read's comes;
//           a write does not change it.
// Contract  re_i and we_i are never both set: who has the port is decided outside.
// Body      behavioural, or with STAMP_IHP the macros of IHP SG13G2. Another macro of the contract
//           replaces it here and nowhere else.
module stamp_ram_sp #(
    parameter int unsigned Width = 64, // bits of a line
    parameter int unsigned Depth = 64, // lines, 2 or more
    parameter int unsigned Parts = 1   // of a line, written one by one; a divisor of Width
) (
    input  logic                     clk_i,
    input  logic [31:0]              mem_test_i, // fields: rtl/mem/ihp/stamp_ihp_macro.sv

    input  logic                     re_i,
    input  logic                     we_i,
    input  logic [$clog2(Depth)-1:0] addr_i,
    input  logic [Parts-1:0]         mask_i, // parts that are written
    input  logic [Width-1:0]         wdata_i,
    output logic [Width-1:0]         rdata_o
);

  logic [Width-1:0] line;

`ifdef STAMP_IHP
  stamp_ihp_sp #(.Width(Width), .Depth(Depth), .Parts(Parts)) i_macros (
    .clk_i, .mem_test_i, .re_i, .we_i, .addr_i, .mask_i, .wdata_i, .rdata_o(line));
`else
  localparam int unsigned Part = Width / Parts;

  logic [Width-1:0] mem [Depth];

  // One write of a whole line: simulation looks at every write in every cycle.
  always_ff @(posedge clk_i) begin : port
    logic [Width-1:0] next;
    if (we_i) begin
      next = mem[addr_i];
      for (int unsigned p = 0; p < Parts; p++)
        if (mask_i[p]) next[p*Part +: Part] = wdata_i[p*Part +: Part];
      mem[addr_i] <= next;
    end
    if (re_i) line <= mem[addr_i];
  end

  logic unused;
  assign unused = &{1'b0, mem_test_i};
`endif

  logic re_q;
  always_ff @(posedge clk_i) begin
    re_q <= re_i;
    if (re_q) rdata_o <= line;
  end

endmodule
