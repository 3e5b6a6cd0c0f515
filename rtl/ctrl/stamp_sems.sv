// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_sems - 31 counting semaphores: one unit takes per cycle, all units may give.
//
// Rule     model/spec/isa.md section 2. C twin: model/machine/machine.c, take and give.
// Latency  what is given or taken is seen in ok_o two cycles later, and an overflow then.
// Contract ok_o[u]: unit u's three waits can all be met now (0 means none; one number named twice
//          needs two). take_i is one-hot and only where ok_o; after a take of anything the next waits
//          a cycle (spent_o), so that ok_o has seen it: counts never pass below zero.
module stamp_sems #(
    parameter int unsigned Units = stamp_isa_pkg::QUEUES
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic               clear_i,

    input  logic [Units*15-1:0] wait_i, // three numbers a unit
    output logic [Units-1:0]    ok_o,
    input  logic [Units-1:0]    take_i,
    output logic                spent_o, // something was taken in the cycle before

    input  logic [Units-1:0]    give_i,
    input  logic [Units*15-1:0] post_i,
    output logic                busy_o,    // gifts on their way to the counts, or to overflow_o
    output logic [Units-1:0]    overflow_o // gave, two cycles ago, to a semaphore that passed SEM_MAX
);

  localparam int unsigned Sems = stamp_isa_pkg::SEMAPHORES;
  if (stamp_isa_pkg::SEM_MAX != 255) begin : g_check
    $error("a semaphore of 8 bits passes SEM_MAX with its carry");
  end

  logic [7:0]          sem_q [Sems]; // 0 stays zero and is never asked
  logic [Sems-1:0]     ge1, ge2, ge3; // at least 1, 2, 3
  logic [Sems-1:0]     over_q;        // its last change was past SEM_MAX
  logic [Units*15-1:0] post_q, gave_q; // numbers given a cycle, two cycles ago; 0: none
  logic [14:0]         taken, taken_q;
  logic                moved_q; // post_q or taken_q names one

  for (genvar s = 0; s < Sems; s++) begin : g_level
    assign ge1[s] = sem_q[s] != 8'd0;
    assign ge2[s] = sem_q[s][7:1] != 7'd0;
    assign ge3[s] = sem_q[s][7:2] != 6'd0 || sem_q[s][1:0] == 2'd3;
  end

  for (genvar u = 0; u < Units; u++) begin : g_unit
    logic [4:0] a, b, c;
    logic       a_ok, b_ok, c_ok;
    assign {c, b, a} = wait_i[u*15 +: 15];
    assign a_ok = a == 5'd0 || ge1[a];
    assign b_ok = b == 5'd0 || (b == a ? ge2[b] : ge1[b]);
    assign c_ok = c == 5'd0 || (c == a && c == b ? ge3[c] : c == a || c == b ? ge2[c] : ge1[c]);
    assign ok_o[u] = a_ok && b_ok && c_ok;
    assign overflow_o[u] = over_q[gave_q[u*15 +: 5]] || over_q[gave_q[u*15+5 +: 5]]
                           || over_q[gave_q[u*15+10 +: 5]];
  end

  // Waits of the one that takes; 0 where nobody does.
  always_comb begin
    taken = '0;
    for (int u = 0; u < Units; u++) if (take_i[u]) taken = taken | wait_i[u*15 +: 15];
  end

  assign spent_o = taken_q != '0;
  assign busy_o  = post_q != '0 || gave_q != '0;

  always_ff @(posedge clk_i) begin : numbers
    if (!rst_ni || clear_i) begin
      {post_q, gave_q, taken_q} <= '0;
      moved_q <= 1'b0;
    end else begin
      moved_q <= (give_i | take_i) != '0;
      for (int u = 0; u < Units; u++) post_q[u*15 +: 15] <= give_i[u] ? post_i[u*15 +: 15] : '0;
      gave_q  <= post_q;
      taken_q <= taken;
    end
  end

  // Posts and waits of a semaphore are counted, then added once; counts stand still where there are none.
  always_ff @(posedge clk_i) begin : count
    logic [Units*3-1:0] up;
    logic [2:0]         down;
    if (!rst_ni || clear_i) begin
      for (int s = 0; s < Sems; s++) sem_q[s] <= 8'd0;
      over_q <= '0;
    end else if (moved_q) begin
      for (int s = 1; s < Sems; s++) begin
        for (int k = 0; k < Units * 3; k++) up[k] = post_q[k*5 +: 5] == 5'(s);
        for (int k = 0; k < 3; k++) down[k] = taken_q[k*5 +: 5] == 5'(s);
        {over_q[s], sem_q[s]} <= {1'b0, sem_q[s]} + 9'($countones(up)) - 9'($countones(down));
      end
    end
  end

endmodule
