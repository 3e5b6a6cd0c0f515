// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_events - what happened in a cycle, in the order and units of model/spec/event.def.
//
// Latency  1 cycle. hit_o says that an event occurred while busy_i, inc_o by how much its counter grows;
//          clear_o stays beside them.
module stamp_events #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned T
) (
    input  logic        clk_i,
    input  logic        clear_i,
    input  logic        busy_i, // the machine runs: what happens counts
    input  logic        control_i,
    input  logic [stamp_isa_pkg::QUEUES-1:0] done_i, // by unit, as unit_busy_i and unit_wait_i
    input  logic [6:0]  fetch_bytes_i,
    input  logic [7:0]  load_bytes_i,
    input  logic [7:0]  store_bytes_i,
    input  logic        active_i,
    input  logic [15:0] used_i,
    input  logic        xb_read_i,
    input  logic        xb_write_i,
    input  logic        xb_two_i,
    input  logic        wb_read_i,
    input  logic        wb_write_i,
    input  logic        vx_read_i,
    input  logic        st_read_i,
    input  logic        mx_write_i,
    input  logic        vx_write_i,
    input  logic        ld_write_i,
    input  logic        ac_read_i,
    input  logic        ac_write_i,
    input  logic        line_i,
    input  logic [1:0]  vx_lines_i,
    input  logic [7:0]  divides_i,
    input  logic        fn_i,
    input  logic        pb_read_i,
    input  logic        pb_write_i,
    input  logic [stamp_isa_pkg::QUEUES-1:0] unit_busy_i,
    input  logic [stamp_isa_pkg::QUEUES-1:0] unit_wait_i,
    input  logic        ld_axi_i,
    input  logic        st_axi_i,
    input  logic        vx_vm_i,
    input  logic        mx_drain_i,

    output logic        clear_o,
    output logic [stamp_isa_pkg::EVENTS-1:0]    hit_o,
    output logic [stamp_isa_pkg::EVENTS*16-1:0] inc_o
);

  logic [2:0] insns, vm_writes;
  assign insns     = 3'($countones({control_i, done_i}));
  assign vm_writes = {2'd0, mx_write_i} + {2'd0, vx_write_i} + {2'd0, ld_write_i};

  logic [stamp_isa_pkg::EVENTS*16-1:0] inc;

  // For the simulator's sake one word made once: no bit is written to its place, and nothing is made before the
  // edge, where what comes in from outside would have it made three times.
  localparam int unsigned N = stamp_isa_pkg::EVENTS;
  always_ff @(posedge clk_i) begin
    clear_o <= clear_i;
    inc_o   <= inc;
    hit_o   <= !busy_i ? '0
               : (N'(busy_i) << stamp_isa_pkg::EV_CYCLES)
               | (N'(insns != 3'd0) << stamp_isa_pkg::EV_INSNS)
               | (N'(fetch_bytes_i != 7'd0) << stamp_isa_pkg::EV_FETCH_BYTES)
               | (N'(load_bytes_i != 8'd0) << stamp_isa_pkg::EV_LOAD_BYTES)
               | (N'(store_bytes_i != 8'd0) << stamp_isa_pkg::EV_STORE_BYTES)
               | (N'(active_i) << stamp_isa_pkg::EV_MAC_ISSUED)
               | (N'(used_i != 16'd0) << stamp_isa_pkg::EV_MAC_USED)
               | (N'(xb_read_i) << stamp_isa_pkg::EV_XB_READ)
               | (N'(xb_write_i) << stamp_isa_pkg::EV_XB_WRITE)
               | (N'(wb_read_i) << stamp_isa_pkg::EV_WB_READ)
               | (N'(wb_write_i) << stamp_isa_pkg::EV_WB_WRITE)
               | (N'(vx_read_i || st_read_i) << stamp_isa_pkg::EV_VM_READ)
               | (N'(vm_writes != 3'd0) << stamp_isa_pkg::EV_VM_WRITE)
               | (N'(ac_read_i) << stamp_isa_pkg::EV_AC_READ)
               | (N'(ac_write_i) << stamp_isa_pkg::EV_AC_WRITE)
               | (N'(line_i) << stamp_isa_pkg::EV_DRAIN_LINES)
               | (N'(vx_lines_i != 2'd0) << stamp_isa_pkg::EV_VX_LINES)
               | (N'(divides_i != 8'd0) << stamp_isa_pkg::EV_DIVIDES)
               | (N'(fn_i) << stamp_isa_pkg::EV_FN_LINES)
               | (N'(pb_read_i) << stamp_isa_pkg::EV_PB_READ)
               | (N'(pb_write_i) << stamp_isa_pkg::EV_PB_WRITE)
               | (N'(unit_busy_i[stamp_isa_pkg::QUEUE_LDU]) << stamp_isa_pkg::EV_LDU_BUSY)
               | (N'(unit_busy_i[stamp_isa_pkg::QUEUE_STU]) << stamp_isa_pkg::EV_STU_BUSY)
               | (N'(unit_busy_i[stamp_isa_pkg::QUEUE_VXU]) << stamp_isa_pkg::EV_VXU_BUSY)
               | (N'(unit_busy_i[stamp_isa_pkg::QUEUE_MXU]) << stamp_isa_pkg::EV_MXU_BUSY)
               | (N'(active_i) << stamp_isa_pkg::EV_MXU_ACTIVE)
               | (N'(unit_wait_i[stamp_isa_pkg::QUEUE_LDU]) << stamp_isa_pkg::EV_LDU_WAIT)
               | (N'(unit_wait_i[stamp_isa_pkg::QUEUE_STU]) << stamp_isa_pkg::EV_STU_WAIT)
               | (N'(unit_wait_i[stamp_isa_pkg::QUEUE_VXU]) << stamp_isa_pkg::EV_VXU_WAIT)
               | (N'(unit_wait_i[stamp_isa_pkg::QUEUE_MXU]) << stamp_isa_pkg::EV_MXU_WAIT)
               | (N'(ld_axi_i) << stamp_isa_pkg::EV_LDU_AXI)
               | (N'(st_axi_i) << stamp_isa_pkg::EV_STU_AXI)
               | (N'(vx_vm_i) << stamp_isa_pkg::EV_VXU_VM)
               | (N'(mx_drain_i) << stamp_isa_pkg::EV_MXU_DRAIN);
  end

  // How much where it is not one.
  assign inc[stamp_isa_pkg::EV_INSNS*16 +: 16]      = {13'd0, insns};
  assign inc[stamp_isa_pkg::EV_FETCH_BYTES*16 +: 16] = {9'd0, fetch_bytes_i};
  assign inc[stamp_isa_pkg::EV_LOAD_BYTES*16 +: 16] = {8'd0, load_bytes_i};
  assign inc[stamp_isa_pkg::EV_STORE_BYTES*16 +: 16] = {8'd0, store_bytes_i};
  assign inc[stamp_isa_pkg::EV_MAC_ISSUED*16 +: 16] = 16'(P * L * T);
  assign inc[stamp_isa_pkg::EV_MAC_USED*16 +: 16]   = used_i;
  assign inc[stamp_isa_pkg::EV_XB_WRITE*16 +: 16]   = xb_two_i ? 16'd2 : 16'd1;
  assign inc[stamp_isa_pkg::EV_VM_READ*16 +: 16]    = {14'd0, vx_read_i && st_read_i,
                                                     vx_read_i != st_read_i};
  assign inc[stamp_isa_pkg::EV_VM_WRITE*16 +: 16]   = {13'd0, vm_writes};
  assign inc[stamp_isa_pkg::EV_VX_LINES*16 +: 16]   = {14'd0, vx_lines_i};
  assign inc[stamp_isa_pkg::EV_DIVIDES*16 +: 16]    = {8'd0, divides_i};

  for (genvar e = 0; e < stamp_isa_pkg::EVENTS; e++) begin : g_one
    if (!(e == stamp_isa_pkg::EV_INSNS
          || e == stamp_isa_pkg::EV_FETCH_BYTES
          || e == stamp_isa_pkg::EV_LOAD_BYTES
          || e == stamp_isa_pkg::EV_STORE_BYTES
          || e == stamp_isa_pkg::EV_MAC_ISSUED
          || e == stamp_isa_pkg::EV_MAC_USED
          || e == stamp_isa_pkg::EV_XB_WRITE
          || e == stamp_isa_pkg::EV_VM_READ
          || e == stamp_isa_pkg::EV_VM_WRITE
          || e == stamp_isa_pkg::EV_VX_LINES
          || e == stamp_isa_pkg::EV_DIVIDES)) begin : g_inc
      assign inc[e*16 +: 16] = 16'd1;
    end
  end

endmodule
