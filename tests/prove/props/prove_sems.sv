// SPDX-License-Identifier: Apache-2.0
// stamp_sems: semaphore S counts what was given less what was taken, is never below zero, and passing SEM_MAX is said
// to each that gave to it then. Assumed, as stamp_queues does: one takes, where it may, and not after another's.
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

  // Given and taken, a cycle ago; the count of two cycles ago as an integer; who gave two cycles ago.
  logic [3:0]         up_n, up_q;
  logic [1:0]         down_n, down_q;
  logic signed [10:0] count_q, next;
  logic [Units-1:0]   gave, gave_q, gave2_q;
  logic               passed_q, other_q; // S, or another one, may have passed

  always_comb begin
    up_n   = '0;
    down_n = '0;
    gave   = '0;
    for (int u = 0; u < Units; u++)
      for (int k = 0; k < 3; k++) begin
        if (give_i[u] && post_i[u*15 + k*5 +: 5] == 5'(S)) begin
          up_n    = up_n + 4'd1;
          gave[u] = 1'b1;
        end
        if (take_i[u] && wait_i[u*15 + k*5 +: 5] == 5'(S)) down_n = down_n + 2'd1;
      end
    next = count_q + $signed({7'd0, up_q}) - $signed({9'd0, down_q});
  end

  always_ff @(posedge clk_i) begin
    if (!up || clear_i) begin
      {up_q, down_q, count_q, gave_q, gave2_q, passed_q, other_q} <= '0;
    end else begin
      up_q     <= up_n;
      down_q   <= down_n;
      gave_q   <= gave;
      gave2_q  <= gave_q;
      passed_q <= next > 11'sd255;
      count_q  <= next > 11'sd255 ? next - 11'sd256 : next; // an error ends the run: what counts then is free
    end
  end

  logic [Units*15-1:0] post1_q, post2_q;
  always_ff @(posedge clk_i) begin
    post1_q <= post_i;
    post2_q <= post1_q;
  end

  always @(posedge clk_i) begin
    assume ((take_i & ~ok) == '0);
    assume ((take_i & (take_i - 1'b1)) == '0);
    for (int u = 0; u < Units; u++) assume (!(take_i[u] && spent && wait_i[u*15 +: 15] != '0));
    if (up) begin
      assert (count_q >= 11'sd0);
      assert (next >= 11'sd0);
      for (int u = 0; u < Units; u++) begin
        // The waits of a unit at S, and at nothing else.
        if (wait_i[u*15 +: 15] == {10'd0, 5'(S)})    assert (ok[u] == (count_q >= 11'sd1));
        if (wait_i[u*15 +: 15] == {5'd0, {2{5'(S)}}}) assert (ok[u] == (count_q >= 11'sd2));
        if (wait_i[u*15 +: 15] == {3{5'(S)}})        assert (ok[u] == (count_q >= 11'sd3));
        if (wait_i[u*15 +: 15] == '0)                assert (ok[u]);
        if (gave2_q[u] && passed_q) assert (over[u]);
        if (gave2_q[u] && post2_q[u*15 +: 15] == {10'd0, 5'(S)}) assert (over[u] == passed_q);
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, busy, other_q};

endmodule
