// SPDX-License-Identifier: Apache-2.0
// Read addresses of stamp_fetch: stable until taken, 4 granules at most, never beyond 4 KiB, beats whole.
// Assumed: the program's address is a multiple of 64 and stays, no beat without a burst (of the memory); the dispatcher
// may ask for anything in any cycle.
module prove_fetch (
    input logic        clk_i,
    input logic        rst_ni,
    input logic [39:0] code_addr_i,
    input logic [31:0] code_count_i,
    input logic        start_i,
    input logic        run_i,
    input logic [31:0] pc_i,
    input logic [31:0] keep_i,
    input logic        jump_i,
    input logic        want_i,
    input logic        arready_i,
    input logic        rvalid_i,
    input logic [1:0]  rresp_i
);

  logic         up, valid, fail, busy, arvalid;
  logic [255:0] word;
  logic [39:0]  araddr, code_q, code;
  logic [7:0]   arlen;
  logic [6:0]   bytes;
  logic [9:0]   open_q; // beats asked for
  logic         begun_q = 1'b0;

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up   = begun_q && rst_ni;
  assign code = begun_q ? code_q : code_addr_i;

  stamp_fetch #(.AXI_BYTES(8), .IM_WORDS(8)) i_dut (
    .clk_i, .rst_ni(up), .mem_test_i(32'd0), .start_i, .run_i, .code_addr_i(code), .code_count_i, .pc_i, .keep_i,
    .jump_i, .want_i, .valid_o(valid), .word_o(word), .fail_o(fail), .busy_o(busy), .arvalid_o(arvalid), .arready_i,
    .araddr_o(araddr), .arlen_o(arlen), .rvalid_i, .rdata_i(64'd0), .rresp_i, .ev_bytes_o(bytes));

  check_axi_address #(.AxiBytes(8), .MaxBeats(32)) i_address (
    .clk_i, .rst_ni(up), .valid_i(arvalid), .ready_i(arready_i), .addr_i(araddr), .len_i(arlen));

  always_ff @(posedge clk_i) begin
    code_q <= code;
    if (!up) open_q <= '0;
    else open_q <= open_q + (arvalid && arready_i ? 10'(arlen) + 10'd1 : 10'd0) - 10'(rvalid_i);
  end

  always @(posedge clk_i) begin
    assume (code_addr_i[5:0] == 6'd0);
    if (up) assume (!rvalid_i || open_q != '0);
  end

  logic unused;
  assign unused = &{1'b0, valid, word, fail, busy, bytes};

endmodule
