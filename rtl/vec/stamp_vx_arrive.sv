// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_arrive - a step on its way beside the reads it asked for, a line of VM and an entry of SM.
//
// Latency  2 cycles in which the pipeline moves (adv_i), from step_i to v_o; reads go out once, whether it
//          moves or not, and what arrives waits for its step.
module stamp_vx_arrive #(
    parameter int unsigned L,
    parameter int unsigned TagW = 64 // bits that go with a step
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    input  logic            load_i, // first cycle of an instruction: nothing is on its way
    input  logic            adv_i,

    input  logic            step_i, // only with adv_i
    input  logic            read_i, // it has a line
    input  logic            state_i, // it has an entry
    input  logic [TagW-1:0] tag_i,

    input  logic            vr_re_i, // data in the second cycle after re
    input  logic [L*32-1:0] vr_data_i,
    input  logic            sm_re_i,
    input  logic [103:0]    sm_data_i,

    output logic            v_o, // held until adv_i
    output logic            read_o,
    output logic            state_o,
    output logic [TagW-1:0] tag_o,
    output logic [L*32-1:0] line_o,  // with read_o
    output logic [103:0]    entry_o, // with state_o
    output logic            busy_o
);

  logic            v_q, read_q, state_q;
  logic [TagW-1:0] tag_q;
  logic [2:1]      vr_q, sm_q; // asked for so many cycles ago

  assign busy_o = v_q || v_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {v_q, v_o, vr_q, sm_q} <= '0;
    else begin
      vr_q <= {vr_q[1], vr_re_i};
      sm_q <= {sm_q[1], sm_re_i};
      if (adv_i) {v_q, v_o} <= {step_i, v_q};
    end
    if (step_i) {read_q, state_q, tag_q} <= {read_i, state_i, tag_i};
    if (adv_i && v_q) {read_o, state_o, tag_o} <= {read_q, state_q, tag_q};
  end

  stamp_vx_catch #(.Width(L*32)) i_line (
    .clk_i, .rst_ni, .clear_i(load_i), .put_i(vr_q[2]), .data_i(vr_data_i),
    .take_i(adv_i && v_o && read_o), .data_o(line_o));
  stamp_vx_catch #(.Width(104)) i_entry (
    .clk_i, .rst_ni, .clear_i(load_i), .put_i(sm_q[2]), .data_i(sm_data_i),
    .take_i(adv_i && v_o && state_o), .data_o(entry_o));

endmodule
