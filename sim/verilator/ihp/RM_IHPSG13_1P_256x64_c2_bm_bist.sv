// SPDX-License-Identifier: Apache-2.0
// RM_IHPSG13_1P_256x64_c2_bm_bist - the pins of the foundry's macro over our own model of it.
module RM_IHPSG13_1P_256x64_c2_bm_bist (
    input  logic        A_CLK, A_MEN, A_WEN, A_REN, A_DLY,
    input  logic [7:0]  A_ADDR,
    input  logic [63:0] A_DIN, A_BM,
    output logic [63:0] A_DOUT,
    input  logic        A_BIST_CLK, A_BIST_EN, A_BIST_MEN, A_BIST_WEN, A_BIST_REN,
    input  logic [7:0]  A_BIST_ADDR,
    input  logic [63:0] A_BIST_DIN, A_BIST_BM
);

  stamp_ihp_model #(.Words(256)) i_model (.*);

endmodule
