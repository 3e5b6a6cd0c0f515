// SPDX-License-Identifier: Apache-2.0
// Write channels of stamp_stu: check_axi_write's rules of a master, whatever its addresses and lines do (any/); a
// beat of an instruction all written or not at all; every instruction over once, none that was not accepted.
// Assumed of the slave: a response after address and last beat of its burst, which stays until taken.
module prove_stu #(
    parameter int unsigned Writes = 2
) (
    input logic         clk_i,
    input logic         rst_ni,
    input logic         valid_i,
    input logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input logic         awready_i,
    input logic         wready_i,
    input logic         b_i,
    input logic [1:0]   bresp_i
);

  localparam int unsigned L = 8, T = 4, Bytes = 4, Depth = 2, Most = 4;

  logic              up, ready, done, awvalid, wvalid, wlast, bvalid, bready, rd_valid, pb_re, busy, wait_, read;
  logic [3:0]        err;
  logic [39:0]       awaddr;
  logic [7:0]        awlen, bytes;
  logic [2:0]        awsize;
  logic [1:0]        awburst, bresp, bresp_q;
  logic [8*Bytes-1:0] wdata;
  logic [Bytes-1:0]  wstrb;
  logic [15:0]       rd_line;
  logic              begun_q = 1'b0, held_q;
  logic [3:0]        taken_q, ended_q, inside_q;

  assign up     = begun_q && rst_ni;
  assign bvalid = up && (held_q || (b_i && taken_q != '0 && ended_q != '0));
  assign bresp  = held_q ? bresp_q : bresp_i;

  always_ff @(posedge clk_i) begin
    begun_q <= 1'b1;
    held_q  <= up && bvalid && !bready;
    bresp_q <= bresp;
    if (!up) {taken_q, ended_q, inside_q} <= '0;
    else begin
      taken_q  <= taken_q + 4'(awvalid && awready_i) - 4'(bvalid && bready);
      ended_q  <= ended_q + 4'(wvalid && wready_i && wlast) - 4'(bvalid && bready);
      inside_q <= inside_q + 4'(valid_i && ready) - 4'(done);
    end
  end

  stamp_stu #(.L(L), .T(T), .AXI_BYTES(Bytes), .VM_LINES(4), .PB_LINES(4), .MaxBurst(Most), .Writes(Writes),
              .Depth(Depth), .Lines(2)) i_dut (
    .clk_i, .rst_ni(up), .insn_valid_i(valid_i), .insn_ready_o(ready), .insn_i, .addr_i(40'd0), .win_lo_i(40'd0),
    .win_hi_i(40'd0), .done_valid_o(done), .done_err_o(err), .awvalid_o(awvalid), .awready_i, .awaddr_o(awaddr),
    .awlen_o(awlen), .awsize_o(awsize), .awburst_o(awburst), .wvalid_o(wvalid), .wready_i, .wdata_o(wdata),
    .wstrb_o(wstrb), .wlast_o(wlast), .bvalid_i(bvalid), .bready_o(bready), .bresp_i(bresp), .rd_valid_o(rd_valid),
    .rd_ready_i(1'b0), .rd_line_o(rd_line), .rd_data_i('0), .pb_re_o(pb_re), .pb_ready_i(1'b0), .pb_data_i('0),
    .busy_o(busy), .ev_bytes_o(bytes), .ev_axi_wait_o(wait_), .ev_vm_read_o(read));

  check_axi_write #(.Width(2), .Depth(Writes)) i_write ( // a bit of the data stands for all
    .clk_i, .rst_ni(up), .awvalid_i(awvalid), .awready_i, .awlen_i(awlen), .wvalid_i(wvalid), .wready_i,
    .wlast_i(wlast), .wdata_i({wstrb[0], wdata[0]}), .bvalid_i(bvalid), .bready_i(bready), .bresp_i(bresp));

  always @(posedge clk_i) begin
    if (up) begin
      if (wvalid) assert (wstrb == '0 || wstrb == '1);
      assert (bytes == ((wvalid && wready_i && wstrb[0]) ? 8'(Bytes) : 8'd0));
      if (done) assert (inside_q != '0);
      if (inside_q != '0) assert (busy);
      assert (inside_q <= 4'(Depth) + 4'd1);
    end
  end

  logic unused;
  assign unused = &{1'b0, err, wdata, awaddr, awsize, awburst, rd_valid, rd_line, pb_re, wait_, read};

endmodule
