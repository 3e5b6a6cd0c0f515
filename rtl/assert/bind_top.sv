// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// What holds between the units, and on the pins. A comment is what a bind stands for.

// The AXI4 port, both sides of it.
bind stamp_top check_axi_address #(.AxiBytes(AXI_BYTES), .MaxBeats(stamp_isa_pkg::BURST_BEATS)) c_ar (
  .clk_i, .rst_ni, .valid_i(m_arvalid_o), .ready_i(m_arready_i), .addr_i(m_araddr_o), .len_i(m_arlen_o));
bind stamp_top check_axi_read #(.Width(AXI_BYTES * 8), .Depth(stamp_isa_pkg::BURSTS)) c_r (
  .clk_i, .rst_ni, .arvalid_i(m_arvalid_o), .arready_i(m_arready_i), .arlen_i(m_arlen_o), .rvalid_i(m_rvalid_i),
  .rready_i(m_rready_o), .rlast_i(m_rlast_i), .rresp_i(m_rresp_i), .rdata_i(m_rdata_i));
bind stamp_top check_axi_address #(.AxiBytes(AXI_BYTES), .MaxBeats(stamp_isa_pkg::BURST_BEATS)) c_aw (
  .clk_i, .rst_ni, .valid_i(m_awvalid_o), .ready_i(m_awready_i), .addr_i(m_awaddr_o), .len_i(m_awlen_o));
bind stamp_top check_axi_write #(.Width(AXI_BYTES * 9), .Depth(stamp_isa_pkg::BURSTS)) c_w (
  .clk_i, .rst_ni, .awvalid_i(m_awvalid_o), .awready_i(m_awready_i), .awlen_i(m_awlen_o), .wvalid_i(m_wvalid_o),
  .wready_i(m_wready_i), .wlast_i(m_wlast_o), .wdata_i({m_wstrb_o, m_wdata_o}), .bvalid_i(m_bvalid_i),
  .bready_i(m_bready_o), .bresp_i(m_bresp_i));

// Lines of the load unit, of the vector unit and of stores at their memories.
bind stamp_top check_handshake #(.Width(16)) c_load (
  .clk_i, .rst_ni(unit_rst_n), .valid_i(wr_valid), .ready_i(wr_ready), .payload_i(wr_line));
bind stamp_top check_handshake #(.Width(VmW)) c_vector (
  .clk_i, .rst_ni(unit_rst_n), .valid_i(vw_valid), .ready_i(vw_ready), .payload_i(vw_addr));
bind stamp_top check_handshake #(.Width(16)) c_store (
  .clk_i, .rst_ni(unit_rst_n), .valid_i(sr_valid), .ready_i(sr_ready), .payload_i(sr_line));
bind stamp_top check_handshake #(.Width(16)) c_packed (
  .clk_i, .rst_ni(unit_rst_n), .valid_i(pb_re), .ready_i(pb_ready), .payload_i(sr_line));

// The pack buffer has one side a cycle.
bind stamp_top check_onehot #(.Width(2)) c_pack (.clk_i, .rst_ni, .bits_i({pb_we, pb_re && pb_ready}));

// A run is not started while one is under way.
bind stamp_top check_implies c_start (.clk_i, .rst_ni, .if_i(start), .then_i(!busy));

// Nothing of a program is under way when it has ended well; units work only while they have something.
bind stamp_top check_implies c_end (.clk_i, .rst_ni, .if_i(done), .then_i(u_busy == '0 && u_valid == '0));
bind stamp_top check_implies c_retired (.clk_i, .rst_ni(unit_rst_n), .if_i(u_done != '0), .then_i((u_done & ~u_busy) == '0));

// Lines that are written are lines of their memory.
bind stamp_top check_implies c_lines (
  .clk_i, .rst_ni(unit_rst_n), .if_i(wr_valid),
  .then_i(wr_vm ? 32'(wr_line) < VM_LINES : wr_wb ? 32'(wr_line) < WB_LINES : wr_cm ? 32'(wr_line) < CM_LINES
          : wr_it ? 32'(wr_line) < IT_ENTRIES / stamp_isa_pkg::INDEX_LINE
          : (wr_rt || wr_nt) && 32'(wr_line) < RT_ENTRIES / stamp_isa_pkg::TABLE_LINE));
