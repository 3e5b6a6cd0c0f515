// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// check_sems - semaphores count what was given less what was taken: never below 0; passing SEM_MAX is said two
// cycles after the gift, and nothing else is. One unit takes in a cycle, what is there, and not right after another.
module check_sems #(
    parameter int unsigned Units = 4
) (
    input logic                clk_i,
    input logic                rst_ni,
    input logic                clear_i,
    input logic [Units*15-1:0] wait_i,
    input logic [Units-1:0]    ok_i,
    input logic [Units-1:0]    take_i,
    input logic [Units-1:0]    give_i,
    input logic [Units*15-1:0] post_i,
    input logic [Units-1:0]    overflow_i
);

  logic [319:0]     count_q; // 10 bits each, signed; of 0, which means none, nothing is asked
  logic [Units-1:0] dear;    // takes something
  logic             spent_q; // somebody did, a cycle ago
  logic             said_q, late_q; // passed for the first time a cycle, two cycles ago
  logic             wrong_q; // passed before: counts are free until they are cleared

  always_comb begin
    for (int u = 0; u < Units; u++) dear[u] = take_i[u] && wait_i[u*15 +: 15] != '0;
  end

  always_ff @(posedge clk_i) begin : count
    logic [319:0] now;
    logic         below, passed;
    logic [4:0]   s;
    below  = 1'b0;
    passed = 1'b0;
    if (!rst_ni || clear_i) begin
      count_q <= '0;
      {spent_q, said_q, late_q, wrong_q} <= '0;
    end else begin
      if (dear != '0 || give_i != '0) begin
        now = count_q;
        for (int k = 0; k < Units * 3; k++) begin
          s = post_i[k*5 +: 5];
          if (give_i[k/3] && s != '0) now[s*10 +: 10] = now[s*10 +: 10] + 10'd1;
        end
        for (int k = 0; k < Units * 3; k++) begin
          s = wait_i[k*5 +: 5];
          if (dear[k/3] && s != '0) now[s*10 +: 10] = now[s*10 +: 10] - 10'd1;
        end
        for (int k = 0; k < Units * 3; k++) begin
          s = wait_i[k*5 +: 5];
          if (dear[k/3] && now[s*10 + 9]) below = 1'b1;
          s = post_i[k*5 +: 5];
          if (give_i[k/3] && !now[s*10 + 9] && now[s*10 +: 10] > 10'(stamp_isa_pkg::SEM_MAX)) passed = 1'b1;
        end
        count_q <= now;
      end
      spent_q <= dear != '0;
      said_q  <= passed && !wrong_q;
      late_q  <= said_q;
      wrong_q <= wrong_q || passed;
      a_one_takes: assert ((take_i & (take_i - 1'b1)) == '0);
      a_takes_what_is_there: assert ((take_i & ~ok_i) == '0);
      a_waits_after_a_take: assert (!spent_q || dear == '0);
      if (!wrong_q) begin
        a_not_below_zero: assert (!below);
      end
      if (late_q || !wrong_q) begin
        a_overflow_is_said: assert ((overflow_i != '0) == late_q);
      end
    end
  end

endmodule
