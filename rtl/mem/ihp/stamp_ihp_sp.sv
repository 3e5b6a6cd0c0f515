// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ihp_sp - body of stamp_ram_sp from macros of IHP SG13G2, equal to the behavioural one in every
// cycle: slices of 64 bits, each a column of macros.
//
// Column   as many macros of 512 words as fit; of the rest up to 64 words one of 64, up to 256 one of
//          256, up to 320 both, above that another of 512. rtl/mem/sizes.py counts by the same rule.
// Read     the macro of the column is chosen behind the macros by a register.
// Write    a slice of which no bit is written is not accessed.
module stamp_ihp_sp #(
    parameter int unsigned Width = 64,
    parameter int unsigned Depth = 64,
    parameter int unsigned Parts = 1
) (
    input  logic                     clk_i,
    input  logic [31:0]              mem_test_i,

    input  logic                     re_i,
    input  logic                     we_i,
    input  logic [$clog2(Depth)-1:0] addr_i,
    input  logic [Parts-1:0]         mask_i,
    input  logic [Width-1:0]         wdata_i,
    output logic [Width-1:0]         rdata_o
);

  localparam int unsigned Slices = (Width + 63) / 64;
  localparam int unsigned Part   = Width / Parts;
  localparam int unsigned Rest   = Depth % 512 > 320 ? 0 : Depth % 512;
  localparam int unsigned N512   = (Depth - Rest + 511) / 512;
  localparam int unsigned N256   = Rest > 64 ? 1 : 0;
  localparam int unsigned N64    = (Rest > 256 || (Rest > 0 && Rest <= 64)) ? 1 : 0;
  localparam int unsigned Column = N512 + N256 + N64;

  logic [31:0]          at;
  logic [Column-1:0]    hit, hit_q;
  logic [Slices*64-1:0] bits, data, line;

  assign at   = 32'(addr_i);
  assign data = (Slices*64)'(wdata_i);

  for (genvar i = 0; i < Slices * 64; i++) begin : g_bit
    assign bits[i] = i < Width && mask_i[(i < Width ? i : 0) / Part];
  end

  for (genvar m = 0; m < Column; m++) begin : g_hit
    if (m < N512)                   assign hit[m] = at[31:9] == 23'(m);
    else if (m == N512 && N256 > 0) assign hit[m] = at[31:9] == 23'(N512) && !at[8];
    else                            assign hit[m] = at[31:9] == 23'(N512) && (N256 == 0 || at[8]);
  end

  always_ff @(posedge clk_i) if (re_i) hit_q <= hit;

  for (genvar s = 0; s < Slices; s++) begin : g_slice
    logic                 access;
    logic [Column*64-1:0] dout;
    assign access = re_i || (we_i && bits[s*64 +: 64] != '0);

    for (genvar m = 0; m < Column; m++) begin : g_macro
      stamp_ihp_macro #(.Words(m < N512 ? 512 : (m == N512 && N256 > 0) ? 256 : 64)) i_macro (
        .clk_i, .mem_test_i, .men_i(access && hit[m]), .wen_i(we_i), .addr_i(at[8:0]),
        .din_i(data[s*64 +: 64]), .bm_i(bits[s*64 +: 64]), .dout_o(dout[m*64 +: 64]));
    end

    always_comb begin
      line[s*64 +: 64] = '0;
      for (int unsigned m = 0; m < Column; m++)
        if (hit_q[m] || Column == 1) line[s*64 +: 64] = line[s*64 +: 64] | dout[m*64 +: 64];
    end
  end

  assign rdata_o = line[Width-1:0];

  logic unused; // the bits of the last slice beyond Width
  assign unused = &{1'b0, line, hit_q};

endmodule
