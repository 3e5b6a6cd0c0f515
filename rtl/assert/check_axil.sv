// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_axil - AXI4-Lite. Of the master: a request stays until it is taken. Of the slave: one answer a request, after
// it, that stays until it is taken; within Most cycles.
module check_axil #(
    parameter int unsigned Most   = 4, // cycles from the last of a request to its answer
    parameter bit          Master = 1'b0 // the master is checked as well
) (
    input logic        clk_i,
    input logic        rst_ni,
    input logic        awvalid_i,
    input logic        awready_i,
    input logic [11:0] awaddr_i,
    input logic        wvalid_i,
    input logic        wready_i,
    input logic [35:0] wdata_i, // strobes above
    input logic        bvalid_i,
    input logic        bready_i,
    input logic        arvalid_i,
    input logic        arready_i,
    input logic [11:0] araddr_i,
    input logic        rvalid_i,
    input logic        rready_i,
    input logic [31:0] rdata_i
);

  check_handshake #(.Width(1)) i_b (.clk_i, .rst_ni, .valid_i(bvalid_i), .ready_i(bready_i), .payload_i(1'b0));
  check_handshake #(.Width(32)) i_r (.clk_i, .rst_ni, .valid_i(rvalid_i), .ready_i(rready_i), .payload_i(rdata_i));

  check_handshake #(.Width(12)) i_aw (
    .clk_i, .rst_ni(rst_ni && Master), .valid_i(awvalid_i), .ready_i(awready_i), .payload_i(awaddr_i));
  check_handshake #(.Width(36)) i_w (
    .clk_i, .rst_ni(rst_ni && Master), .valid_i(wvalid_i), .ready_i(wready_i), .payload_i(wdata_i));
  check_handshake #(.Width(12)) i_ar (
    .clk_i, .rst_ni(rst_ni && Master), .valid_i(arvalid_i), .ready_i(arready_i), .payload_i(araddr_i));

  logic [1:0] aw_q, w_q, ar_q;  // requests without an answer
  logic [3:0] write_q, read_q;  // cycles they wait for one

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {aw_q, w_q, ar_q, write_q, read_q} <= '0;
    end else begin
      aw_q    <= aw_q + 2'(awvalid_i && awready_i) - 2'(bvalid_i && bready_i);
      w_q     <= w_q + 2'(wvalid_i && wready_i) - 2'(bvalid_i && bready_i);
      ar_q    <= ar_q + 2'(arvalid_i && arready_i) - 2'(rvalid_i && rready_i);
      write_q <= aw_q != '0 && w_q != '0 && !bvalid_i ? write_q + 1'b1 : '0;
      read_q  <= ar_q != '0 && !rvalid_i ? read_q + 1'b1 : '0;
    end
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      a_one_request: assert (aw_q <= 2'd1 && w_q <= 2'd1 && ar_q <= 2'd1);
      if (bvalid_i) begin
        a_write_answers: assert (aw_q == 2'd1 && w_q == 2'd1);
      end
      if (rvalid_i) begin
        a_read_answers: assert (ar_q == 2'd1);
      end
      a_in_time: assert (write_q <= 4'(Most) && read_q <= 4'(Most));
      // Free, it takes a request; so nothing waits for ever.
      if (aw_q == '0) begin
        a_takes_address: assert (awready_i);
      end
      if (w_q == '0) begin
        a_takes_data: assert (wready_i);
      end
      if (ar_q == '0) begin
        a_takes_read: assert (arready_i);
      end
    end
  end

endmodule
