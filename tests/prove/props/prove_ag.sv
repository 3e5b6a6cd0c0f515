// SPDX-License-Identifier: Apache-2.0
// Addresses of stamp_dma_ag, of loads and of stores: stable until taken, MaxBurst beats at most, never beyond 4 KiB,
// beats whole, nothing outside the window; a token a burst, where there is room, and its address as long as it says, on the
// channel or taken unless ax_behind_o.
// Assumed, as decode and the units see to: addresses and strides are multiples of 64; the window stays.
module prove_ag (
    input logic         clk_i,
    input logic         rst_ni,
    input logic         abort_i,
    input logic         clear_i,
    input logic         valid_i,
    input logic [255:0] insn_i,
    input logic [33:0]  addr_i, // of 64 bytes
    input logic [33:0]  lo_i,
    input logic [33:0]  hi_i,
    input logic [2:0]   lines_i,
    input logic [16:0]  limit_i,
    input logic         room_i,
    input logic         axready_i
);

  stamp_isa_pkg::insn_d_t d;
  logic        up, ready, it_re, push, null_, last, behind, axvalid;
  logic [11:0] entry;
  logic [3:0]  err;
  logic [7:0]  beats, axlen;
  logic [39:0] axaddr;
  logic [33:0] lo_q, hi_q, lo, hi;
  logic        begun_q = 1'b0;

  assign d  = insn_i;
  assign up = begun_q && rst_ni;
  assign {lo, hi} = begun_q ? {lo_q, hi_q} : {lo_i, hi_i};

  always_ff @(posedge clk_i) begin
    begun_q      <= 1'b1;
    {lo_q, hi_q} <= {lo, hi};
  end

  stamp_dma_ag #(.AXI_BYTES(8), .MaxBurst(16), .IT_ENTRIES(0)) i_dut (
    .clk_i, .rst_ni(up), .abort_i, .clear_i, .valid_i, .ready_o(ready), .insn_i, .addr_i({addr_i, 6'd0}),
    .line_beats_i(8'd1 << lines_i), .limit_i, .win_lo_i({lo, 6'd0}), .win_hi_i({hi, 6'd0}), .it_hold_i(1'b0),
    .it_re_o(it_re), .it_entry_o(entry), .it_data_i(32'd0), .room_i, .push_o(push), .null_o(null_), .last_o(last),
    .err_o(err), .beats_o(beats), .ax_behind_o(behind), .axvalid_o(axvalid), .axready_i, .axaddr_o(axaddr),
    .axlen_o(axlen));

  check_axi_address #(.AxiBytes(8), .MaxBeats(16)) i_address (
    .clk_i, .rst_ni(up), .valid_i(axvalid), .ready_i(axready_i), .addr_i(axaddr), .len_i(axlen));

  // Beats of tokens whose address is not taken, in order; the third to wait would be one too many.
  logic [1:0] owed_q, owed;
  logic [7:0] first_q, second_q;
  logic       tell, take;

  assign tell = up && push && !null_;
  assign take = up && axvalid && axready_i;
  assign owed = owed_q - 2'(take);

  always_ff @(posedge clk_i) begin
    owed_q  <= up ? owed + 2'(tell) : '0;
    first_q <= owed_q == 2'd2 && take ? second_q : owed == 2'd0 ? beats : first_q;
    if (owed == 2'd1) second_q <= beats;
  end

  always @(posedge clk_i) begin
    assume (d.d0[5:0] == '0 && d.d1[5:0] == '0);
    if (up) begin
      if (push) assert (room_i);
      if (tell) assert (owed != 2'd2);
      assert (axvalid == (owed_q != 2'd0));
      if (axvalid) assert (axlen == first_q);
      if (owed_q == 2'd2) assert (behind);
      if (axvalid) assert (axaddr >= {lo, 6'd0} && {1'b0, axaddr} + ((41'(axlen) + 41'd1) << 3) <= {1'b0, hi, 6'd0});
    end
  end

  logic unused;
  assign unused = &{1'b0, ready, it_re, entry, null_, last, err};

endmodule
