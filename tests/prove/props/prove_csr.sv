// SPDX-License-Identifier: Apache-2.0
// stamp_csr: check_axil; and a register changes by a write to it alone, in the bytes that are strobed.
module prove_csr (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        awvalid_i,
    input logic [11:0] awaddr_i,
    input logic        wvalid_i,
    input logic [31:0] wdata_i,
    input logic [3:0]  wstrb_i,
    input logic        bready_i,
    input logic        arvalid_i,
    input logic [11:0] araddr_i,
    input logic        rready_i,
    input logic        busy_i,
    input logic        done_i,
    input logic        fault_i,
    input logic [3:0]  err_i,
    input logic [31:0] err_pc_i,
    input logic [31:0] ctr_word_i
);

  logic awready, wready, bvalid, arready, rvalid, irq, start, high, up;
  logic [1:0]   bresp, rresp;
  logic [31:0]  rdata, count, watchdog;
  logic [39:0]  code, lo, hi;
  logic [127:0] arg;
  logic [5:0]   index;
  logic         begun_q = 1'b0;

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up = begun_q && rst_ni;

  stamp_csr #(.P(8), .L(8), .T(4), .AXI_BYTES(8)) i_dut (
    .clk_i, .rst_ni(up), .awvalid_i, .awready_o(awready), .awaddr_i, .wvalid_i, .wready_o(wready), .wdata_i, .wstrb_i,
    .bvalid_o(bvalid), .bready_i, .bresp_o(bresp), .arvalid_i, .arready_o(arready), .araddr_i, .rvalid_o(rvalid),
    .rready_i, .rdata_o(rdata), .rresp_o(rresp), .irq_o(irq), .start_o(start), .code_addr_o(code),
    .code_count_o(count), .win_lo_o(lo), .win_hi_o(hi), .watchdog_o(watchdog), .arg_o(arg), .busy_i, .done_i, .fault_i,
    .err_i, .err_pc_i, .ctr_index_o(index), .ctr_high_o(high), .ctr_word_i);

  check_axil #(.Most(4)) i_axil (
    .clk_i, .rst_ni(up), .awvalid_i, .awready_i(awready), .awaddr_i, .wvalid_i, .wready_i(wready),
    .wdata_i({wstrb_i, wdata_i}), .bvalid_i(bvalid), .bready_i,
    .arvalid_i, .arready_i(arready), .araddr_i, .rvalid_i(rvalid), .rready_i, .rdata_i(rdata));

  // The request as it was taken; all registers a cycle ago, each widened to 32 bits.
  localparam int unsigned Regs = 12;
  logic [11:0]        addr_q, addr_of;
  logic [31:0]        data_q;
  logic [3:0]         strb_q;
  logic               bvalid_q, up_q;
  logic [Regs*32-1:0] now, now_q, then_q;

  assign now = {arg, watchdog, count, 24'd0, hi[39:32], hi[31:0], 24'd0, lo[39:32], lo[31:0], 24'd0, code[39:32],
                code[31:0]};

  always_comb begin
    then_q = now_q;
    for (int r = 0; r < Regs; r++) begin
      case (r)
        0:       addr_of = stamp_isa_pkg::REG_CODE_LO;
        1:       addr_of = stamp_isa_pkg::REG_CODE_HI;
        2:       addr_of = stamp_isa_pkg::REG_WIN_LO_LO;
        3:       addr_of = stamp_isa_pkg::REG_WIN_LO_HI;
        4:       addr_of = stamp_isa_pkg::REG_WIN_HI_LO;
        5:       addr_of = stamp_isa_pkg::REG_WIN_HI_HI;
        6:       addr_of = stamp_isa_pkg::REG_CODE_COUNT;
        7:       addr_of = stamp_isa_pkg::REG_WATCHDOG;
        8:       addr_of = stamp_isa_pkg::REG_ARG0;
        9:       addr_of = stamp_isa_pkg::REG_ARG1;
        10:      addr_of = stamp_isa_pkg::REG_ARG2;
        default: addr_of = stamp_isa_pkg::REG_ARG3;
      endcase
      for (int k = 0; k < 4; k++)
        if (bvalid && !bvalid_q && addr_q == addr_of && strb_q[k] && !((r == 1 || r == 3 || r == 5) && k != 0))
          then_q[r*32 + k*8 +: 8] = data_q[k*8 +: 8];
    end
  end

  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready) addr_q <= awaddr_i;
    if (wvalid_i && wready) {strb_q, data_q} <= {wstrb_i, wdata_i};
    bvalid_q <= up && bvalid;
    up_q     <= up;
    now_q    <= now;
  end

  always @(posedge clk_i) begin
    if (up && up_q) assert (now == then_q);
    if (up) assert (bresp == 2'd0 && rresp == 2'd0);
    // A run is started by such a write alone, and never while one is under way.
    if (up && up_q && start) assert (bvalid && !bvalid_q && addr_q == stamp_isa_pkg::REG_CTRL && strb_q[0] && data_q[0]);
  end

  logic unused;
  assign unused = &{1'b0, irq, index, high};

endmodule
