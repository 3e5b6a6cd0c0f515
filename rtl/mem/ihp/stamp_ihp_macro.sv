// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_ihp_macro - one SRAM macro of IHP SG13G2, 64 bits wide, with its test pins on the test bus.
//
// Sizes      64, 256 or 512 words: those whose clock-to-output leaves room for the multiplexer in front
//            of the next register at 200 MHz (rtl/mem/sizes.py checks it).
// mem_test_i [31] scan: no access, so contents and output stay while registers shift
//            [30] A_DLY inverted: 0 is the setting for use   [29] A_BIST_EN   [28] A_BIST_MEN
//            [27] A_BIST_WEN   [26] A_BIST_REN   [25:16] A_BIST_ADDR   [15:8] A_BIST_DIN, each byte
//            [7:0] A_BIST_BM, each byte
//            All zero in use. One bus for all macros: a test writes and reads all of them at once;
//            what they answer is caught by the registers behind them and leaves by scan.
module stamp_ihp_macro #(
    parameter int unsigned Words = 64 // 64, 256, 512
) (
    input  logic        clk_i,
    input  logic [31:0] mem_test_i,
    input  logic        men_i, // an access: a write with wen_i, else a read
    input  logic        wen_i,
    input  logic [8:0]  addr_i,
    input  logic [63:0] din_i,
    input  logic [63:0] bm_i,
    output logic [63:0] dout_o
);

  logic        men, dly, bist_en, bist_men, bist_wen, bist_ren;
  logic [63:0] bist_din, bist_bm;

  assign men      = men_i && !mem_test_i[31];
  assign dly      = !mem_test_i[30];
  assign bist_en  = mem_test_i[29];
  assign bist_men = mem_test_i[28] && !mem_test_i[31];
  assign bist_wen = mem_test_i[27];
  assign bist_ren = mem_test_i[26];
  assign bist_din = {8{mem_test_i[15:8]}};
  assign bist_bm  = {8{mem_test_i[7:0]}};

  if (Words == 64) begin : g_64
    RM_IHPSG13_1P_64x64_c2_bm_bist i_macro (
      .A_CLK(clk_i), .A_MEN(men), .A_WEN(wen_i), .A_REN(!wen_i), .A_ADDR(addr_i[5:0]), .A_DIN(din_i),
      .A_BM(bm_i), .A_DLY(dly), .A_DOUT(dout_o), .A_BIST_CLK(clk_i), .A_BIST_EN(bist_en),
      .A_BIST_MEN(bist_men), .A_BIST_WEN(bist_wen), .A_BIST_REN(bist_ren),
      .A_BIST_ADDR(mem_test_i[21:16]), .A_BIST_DIN(bist_din), .A_BIST_BM(bist_bm));
  end else if (Words == 256) begin : g_256
    RM_IHPSG13_1P_256x64_c2_bm_bist i_macro (
      .A_CLK(clk_i), .A_MEN(men), .A_WEN(wen_i), .A_REN(!wen_i), .A_ADDR(addr_i[7:0]), .A_DIN(din_i),
      .A_BM(bm_i), .A_DLY(dly), .A_DOUT(dout_o), .A_BIST_CLK(clk_i), .A_BIST_EN(bist_en),
      .A_BIST_MEN(bist_men), .A_BIST_WEN(bist_wen), .A_BIST_REN(bist_ren),
      .A_BIST_ADDR(mem_test_i[23:16]), .A_BIST_DIN(bist_din), .A_BIST_BM(bist_bm));
  end else begin : g_512
    RM_IHPSG13_1P_512x64_c2_bm_bist i_macro (
      .A_CLK(clk_i), .A_MEN(men), .A_WEN(wen_i), .A_REN(!wen_i), .A_ADDR(addr_i), .A_DIN(din_i),
      .A_BM(bm_i), .A_DLY(dly), .A_DOUT(dout_o), .A_BIST_CLK(clk_i), .A_BIST_EN(bist_en),
      .A_BIST_MEN(bist_men), .A_BIST_WEN(bist_wen), .A_BIST_REN(bist_ren),
      .A_BIST_ADDR(mem_test_i[24:16]), .A_BIST_DIN(bist_din), .A_BIST_BM(bist_bm));
  end

  logic unused; // small macros leave address bits
  assign unused = &{1'b0, addr_i, mem_test_i};

endmodule
