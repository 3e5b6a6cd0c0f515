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
    input  logic [127:0]           arg_i,
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

  logic [31:0]  keep, blocked_pc, fail_pc;
  logic         want, jump, word_valid, fetch_fail, all_idle, blocked, stuck, stop, reset_units;
  logic [255:0] word;
  logic [3:0]   q_ready, push_to, fail_err;

  assign unit_rst_no = rst_ni && !reset_units;

  stamp_fetch #(.AXI_BYTES(AXI_BYTES), .IM_WORDS(IM_WORDS)) i_fetch (
    .clk_i, .rst_ni, .mem_test_i('0), .start_i, .run_i(busy_o), .code_addr_i, .code_count_i, .pc_i(pc_o),
    .keep_i(keep), .jump_i(jump), .want_i(want), .valid_o(word_valid), .word_o(word), .fail_o(fetch_fail),
    .busy_o(unused_busy), .arvalid_o, .arready_i, .araddr_o, .arlen_o, .rvalid_i, .rdata_i,
    .rresp_i, .ev_bytes_o(unused_bytes));

  stamp_dispatch i_dispatch (
    .clk_i, .rst_ni, .start_i, .code_count_i, .watchdog_i, .arg_i, .busy_o, .done_o, .fault_o,
    .err_o, .err_pc_o, .pc_o, .keep_o(keep), .jump_o(jump), .want_o(want), .valid_i(word_valid), .fail_i(fetch_fail),
    .word_i(word), .window_i(32'(IM_WORDS)), .to_o(push_to), .push_o, .ready_i(q_ready), .insn_o,
    .all_idle_i(all_idle), .blocked_i(blocked), .blocked_pc_i(blocked_pc), .stuck_i(stuck), .stop_o(stop),
    .reset_units_o(reset_units), .clear_o(unused_clear), .retired_i(unit_done_i != '0),
    .unit_err_i(fail_err), .unit_err_pc_i(fail_pc), .ev_control_o(control_o));

  stamp_queues #(.QUEUE(QUEUE)) i_queues (
    .clk_i, .rst_ni, .mem_test_i('0), .reset_units_i(reset_units), .stop_i(stop), .to_i(push_to), .push_i(push_o),
    .ready_o(q_ready), .insn_i(insn_o), .pc_i(pc_o), .unit_valid_o, .unit_ready_i, .unit_insn_o,
    .unit_done_i, .unit_err_i, .unit_pc_o, .all_idle_o(all_idle), .head_o(unused_head), .take_o(unused_take), .waits_o(unused_waits),
    .blocked_o(blocked), .blocked_pc_o(blocked_pc), .stuck_o(stuck), .gives_o(unused_gives), .err_o(fail_err),
    .err_pc_o(fail_pc));

  logic       unused_busy, unused_clear, unused;
  logic [6:0] unused_bytes;
  logic [3:0] unused_head, unused_take, unused_waits, unused_gives;
  assign unused = &{1'b0, unused_busy, unused_clear, unused_bytes, unused_head, unused_take, unused_waits, unused_gives};

endmodule
