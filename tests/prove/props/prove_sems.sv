// SPDX-License-Identifier: Apache-2.0
// stamp_sems: semaphore S counts what was given less what was taken, is never below zero, and passing SEM_MAX is said
// to each that gave to it then, and to no other. What was given and taken is counted in the same cycle as the unit
// counts it: equal registers are then found by themselves. Assumed, as stamp_queues does: one takes, where it may, and
// not right after another.
module prove_sems #(
    parameter int unsigned Units = 4,
    parameter int unsigned S     = 1
) (
    input logic                clk_i,
    input logic                rst_ni,
    input logic                clear_i,
    input logic [Units*15-1:0] wait_i,
    input logic [Units-1:0]    take_i,
    input logic [Units-1:0]    give_i,
    input logic [Units*15-1:0] post_i
);

  logic             up, spent, busy;
  logic [Units-1:0] ok, over;
  logic             begun_q = 1'b0;

  always_ff @(posedge clk_i) begun_q <= 1'b1;
  assign up = begun_q && rst_ni;

  stamp_sems #(.Units(Units)) i_dut (
    .clk_i, .rst_ni(up), .clear_i, .wait_i, .ok_o(ok), .take_i, .spent_o(spent), .give_i, .post_i, .busy_o(busy),
    .overflow_o(over));

  logic [Units*15-1:0] post1_q, post2_q; // given a cycle, two cycles ago
  logic [14:0]         took, took_q;
  logic [8:0]          now;
  logic [7:0]          count_q;
  logic                passed_q, wrong_q; // just now; before: an error ends the run, counts are free then
  logic [3:0]          given;
  logic [1:0]          taken;
  logic [Units-1:0]    gave; // two cycles ago, to S

  always_comb begin
    took  = '0;
    given = '0;
    taken = '0;
    gave  = '0;
    for (int u = 0; u < Units; u++) if (take_i[u]) took = took | wait_i[u*15 +: 15];
    for (int k = 0; k < Units * 3; k++) begin
      if (post1_q[k*5 +: 5] == 5'(S)) given = given + 4'd1;
      if (post2_q[k*5 +: 5] == 5'(S)) gave[k/3] = 1'b1;
    end
    for (int k = 0; k < 3; k++) if (took_q[k*5 +: 5] == 5'(S)) taken = taken + 2'd1;
    now = {1'b0, count_q} + {5'd0, given} - {7'd0, taken};
  end

  always_ff @(posedge clk_i) begin
    if (!up || clear_i) begin
      {post1_q, post2_q, took_q, count_q, passed_q, wrong_q} <= '0;
    end else begin
      for (int u = 0; u < Units; u++) post1_q[u*15 +: 15] <= give_i[u] ? post_i[u*15 +: 15] : '0;
      post2_q  <= post1_q;
      took_q   <= took;
      count_q  <= now[7:0];
      passed_q <= now[8];
      wrong_q  <= wrong_q || passed_q;
    end
  end

  always @(posedge clk_i) begin
    assume ((take_i & ~ok) == '0);
    assume ((take_i & (take_i - 1'b1)) == '0);
    for (int u = 0; u < Units; u++) assume (!(take_i[u] && spent && wait_i[u*15 +: 15] != '0));
    if (up) begin
      if (!wrong_q && !passed_q) assert ({1'b0, count_q} + {5'd0, given} >= {7'd0, taken});
      for (int u = 0; u < Units; u++) begin
        // The waits of a unit at S, and at nothing else.
        if (wait_i[u*15 +: 15] == {10'd0, 5'(S)})     assert (ok[u] == (count_q >= 8'd1));
        if (wait_i[u*15 +: 15] == {5'd0, {2{5'(S)}}}) assert (ok[u] == (count_q >= 8'd2));
        if (wait_i[u*15 +: 15] == {5'(S), 5'd0, 5'(S)}) assert (ok[u] == (count_q >= 8'd2));
        if (wait_i[u*15 +: 15] == {3{5'(S)}})         assert (ok[u] == (count_q >= 8'd3));
        if (wait_i[u*15 +: 15] == '0)                 assert (ok[u]);
        if (gave[u] && passed_q) assert (over[u]);
        if (post2_q[u*15 +: 15] == {10'd0, 5'(S)}) assert (over[u] == passed_q);
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, busy};

endmodule
