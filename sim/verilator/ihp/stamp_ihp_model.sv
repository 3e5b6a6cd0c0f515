// SPDX-License-Identifier: Apache-2.0
// stamp_ihp_model - how an SRAM macro of IHP SG13G2 behaves at its pins; own work, no file of the foundry's.
//
// A_MEN and A_WEN: the bits whose A_BM is 1 are written. A_MEN and A_REN: A_DOUT shows the word from the
// edge on and holds it. With A_BIST_EN the A_BIST_ pins take the place of the others. Contents and output
// are 0 at first, never X. A write and read in one access is not used by this machine, so it ends the run.
// A_BIST_CLK is the same net as A_CLK, and A_DLY has no meaning without delays.
module stamp_ihp_model #(
    parameter int unsigned Words = 64,
    parameter int unsigned AddrW = $clog2(Words) // never set
) (
    input  logic             A_CLK, A_MEN, A_WEN, A_REN, A_DLY,
    input  logic [AddrW-1:0] A_ADDR,
    input  logic [63:0]      A_DIN, A_BM,
    output logic [63:0]      A_DOUT,
    input  logic             A_BIST_CLK, A_BIST_EN, A_BIST_MEN, A_BIST_WEN, A_BIST_REN,
    input  logic [AddrW-1:0] A_BIST_ADDR,
    input  logic [63:0]      A_BIST_DIN, A_BIST_BM
);

  logic             men, wen, ren;
  logic [AddrW-1:0] addr;
  logic [63:0]      din, bm;
  logic [63:0]      mem [Words];

  assign {men, wen, ren} = A_BIST_EN ? {A_BIST_MEN, A_BIST_WEN, A_BIST_REN} : {A_MEN, A_WEN, A_REN};
  assign {addr, din, bm} = A_BIST_EN ? {A_BIST_ADDR, A_BIST_DIN, A_BIST_BM} : {A_ADDR, A_DIN, A_BM};

  initial begin
    A_DOUT = '0;
    for (int unsigned w = 0; w < Words; w++) mem[w] = '0;
  end

  always_ff @(posedge A_CLK) begin
    if (men && wen) mem[addr] <= (mem[addr] & ~bm) | (din & bm);
    if (men && ren) A_DOUT <= mem[addr];
    if (men && wen && ren) $fatal(1, "stamp_ihp_model: a write and a read in one access");
  end

  logic unused;
  assign unused = &{1'b0, A_DLY, A_BIST_CLK};

endmodule
