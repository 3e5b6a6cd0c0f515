// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// ctrl_tb_top - fetch, dispatch, queues and semaphores as stamp_top wires them, with four units'
// ports brought out: the bench plays the units. Bit or slice u of a port is unit u.
module ctrl_tb_top #(
    parameter int unsigned AXI_BYTES = 8,
    parameter int unsigned QUEUE     = 4,
    parameter int unsigned IM_WORDS  = 32
) (
    input  logic                   clk_i,
    input  logic                   rst_ni,

    input  logic                   start_i,
    input  logic [39:0]            code_addr_i,
    input  logic [31:0]            code_count_i,
    input  logic [31:0]            watchdog_i,
    output logic                   busy_o,
    output logic                   done_o,
    output logic                   fault_o,
    output logic [3:0]             err_o,
    output logic [31:0]            err_pc_o,

    // Read port.
    output logic                   arvalid_o,
    input  logic                   arready_i,
    output logic [39:0]            araddr_o,
    output logic [7:0]             arlen_o,
    input  logic                   rvalid_i,
    input  logic [AXI_BYTES*8-1:0] rdata_i,
    input  logic [1:0]             rresp_i,

    // Units.
    output logic                   unit_rst_no,
    output logic [3:0]             unit_valid_o,
    input  logic [3:0]             unit_ready_i,
    output logic [4*256-1:0]       unit_insn_o,
    input  logic [3:0]             unit_done_i,
    input  logic [15:0]            unit_err_i,
    output logic [4*32-1:0]        unit_pc_o, // of what unit_done_i ends

    // What the dispatcher does.
    output logic [31:0]            pc_o,
    output logic [3:0]             push_o,
    output logic                   control_o,
    output logic [255:0]           insn_o
);

  logic [31:0]     keep, blocked_pc, fail_pc;
  logic            want, hit, im_re, fetch_fail, all_idle, blocked, stop, reset_units;
  logic [255:0]    word;
  logic [3:0]      q_ready, head, sem_ok, turn, want_start, take, q_idle, gives, fail_err, over;
  logic [4*15-1:0] waits, posts;
  logic [31:0]     head_pc [4];
  logic [31:0]     gave_pc_q [4];

  assign unit_rst_no = rst_ni && !reset_units;

  stamp_fetch #(.AXI_BYTES(AXI_BYTES), .IM_WORDS(IM_WORDS)) i_fetch (
    .clk_i, .rst_ni, .start_i, .run_i(busy_o), .code_addr_i, .code_count_i, .pc_i(pc_o),
    .keep_i(keep), .want_i(want), .hit_o(hit), .re_i(im_re), .word_o(word), .fail_o(fetch_fail),
    .busy_o(unused_busy), .arvalid_o, .arready_i, .araddr_o, .arlen_o, .rvalid_i, .rdata_i,
    .rresp_i, .ev_bytes_o(unused_bytes));

  stamp_dispatch i_dispatch (
    .clk_i, .rst_ni, .start_i, .code_count_i, .watchdog_i, .busy_o, .done_o, .fault_o, .err_o,
    .err_pc_o, .pc_o, .keep_o(keep), .want_o(want), .hit_i(hit), .fail_i(fetch_fail),
    .re_o(im_re), .word_i(word), .window_i(32'(IM_WORDS)), .push_o, .ready_i(q_ready), .insn_o,
    .all_idle_i(all_idle), .blocked_i(blocked), .blocked_pc_i(blocked_pc), .stop_o(stop),
    .reset_units_o(reset_units), .clear_o(unused_clear), .retired_i(unit_done_i != '0),
    .unit_err_i(fail_err), .unit_err_pc_i(fail_pc), .ev_control_o(control_o));

  assign turn = {1'b1, !want_start[3], !want_start[3] && !want_start[2] && !want_start[0],
                 !want_start[3] && !want_start[2]};

  for (genvar u = 0; u < 4; u++) begin : g_queue
    assign gives[u] = unit_done_i[u] && unit_err_i[u*4 +: 4] == stamp_isa_pkg::ERR_NONE;
    stamp_issue #(.QUEUE(QUEUE)) i_issue (
      .clk_i, .rst_ni(unit_rst_no), .stop_i(stop), .push_i(push_o[u]), .ready_o(q_ready[u]),
      .insn_i(insn_o), .pc_i(pc_o), .head_o(head[u]), .head_pc_o(head_pc[u]),
      .wait_o(waits[u*15 +: 15]), .sem_ok_i(sem_ok[u]), .want_o(want_start[u]), .turn_i(turn[u]),
      .take_o(take[u]), .insn_valid_o(unit_valid_o[u]), .insn_ready_i(unit_ready_i[u]),
      .insn_o(unit_insn_o[u*256 +: 256]), .done_i(unit_done_i[u]), .post_o(posts[u*15 +: 15]),
      .pc_o(unit_pc_o[u*32 +: 32]), .idle_o(q_idle[u]));
    always_ff @(posedge clk_i) gave_pc_q[u] <= unit_pc_o[u*32 +: 32];
  end

  stamp_sems #(.Units(4)) i_sems (
    .clk_i, .rst_ni, .clear_i(reset_units), .wait_i(waits), .ok_o(sem_ok), .take_i(take),
    .give_i(gives), .post_i(posts), .overflow_o(over));

  assign all_idle = &q_idle && over == '0;
  assign blocked  = (head & ~sem_ok) != '0;

  always_comb begin
    blocked_pc = 32'hffff_ffff;
    fail_err   = stamp_isa_pkg::ERR_NONE;
    fail_pc    = '0;
    for (int u = 3; u >= 0; u--) begin
      if (head[u] && !sem_ok[u] && head_pc[u] < blocked_pc) blocked_pc = head_pc[u];
      if (over[u]) begin
        fail_err = stamp_isa_pkg::ERR_SEMAPHORE;
        fail_pc  = gave_pc_q[u];
      end
    end
    for (int u = 3; u >= 0; u--)
      if (unit_done_i[u] && unit_err_i[u*4 +: 4] != stamp_isa_pkg::ERR_NONE) begin
        fail_err = unit_err_i[u*4 +: 4];
        fail_pc  = unit_pc_o[u*32 +: 32];
      end
  end

  logic       unused_busy, unused_clear, unused;
  logic [6:0] unused_bytes;
  assign unused = &{1'b0, want_start[1], unused_busy, unused_clear, unused_bytes};

endmodule
