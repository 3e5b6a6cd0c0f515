// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_red - sum of each row of lines in the order of 64 running sums.
//
// Rule     model/spec/numerics.md section 8, REDUCE. C twin: model/insn/vred.c.
// Pipeline 0 scheduled, operands read; then the adders of stamp_vx_alu. 64/L lines of sums, twice: while
//          the sums of one row are added up (first lines with lines, then lanes with lanes, 64/L + log2 L - 1
//          additions, which go first), the other bank takes the next row. A sum meets the next addend of
//          its line at the adder's input, AddLatency cycles after it went in.
// Throughput one line per cycle where 64/L lines cover the adder; else 64/L in AddLatency cycles.
// Stream   a line is taken when valid_i && ready_o && en_i. en_i low holds everything.
module stamp_vx_red #(
    parameter int unsigned L // 64 or less, a power of two
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    input  logic            en_i,
    input  logic            start_i, // of an instruction: all sums +0

    input  logic            valid_i,
    output logic            ready_o, // depends on last_i
    input  logic            last_i,  // last line of its row
    input  logic [$clog2(L):0] count_i, // lanes that count
    input  logic [L*32-1:0] x_i,

    // Adders: x + y in the cycle of valid, all 0 without it; the sum AddLatency cycles later, in step with en_i.
    output logic            add_valid_o,
    output logic [L*32-1:0] add_x_o,
    output logic [L*32-1:0] add_y_o,
    input  logic [L*32-1:0] sum_i,

    output logic            valid_o,
    output logic [31:0]     sum_o,
    output logic            busy_o
);

  localparam int unsigned Add   = stamp_fp_pkg::AddLatency;
  localparam int unsigned Lines = 64 / L;
  localparam int unsigned Log   = $clog2(L);
  localparam int unsigned IdxW  = $clog2(Lines) + 1; // {bank, line}, or the bank alone
  localparam int unsigned KW    = IdxW - 1;

  logic [L*32-1:0]    acc [2*Lines];
  logic [2*Lines-1:0] fresh_q; // not yet written: +0

  // ---- Where row and tree are ------------------------------------------------------------------------
  logic            bank_q, tree_q, tree_bank_q;
  logic [6:0]      k_q, half_q, pair_q; // line of the next addend; half of the sums left; line of the pair
  logic [Add+1:1]  s_q, f_q; // an addition at each stage; the last of its row, which leaves
  logic [IdxW-1:0] i_q [1:Add+1];
  logic [IdxW-1:0] row_i, lo_i, hi_i, at;
  logic            in_line, step_last, final_step, tree_go, row_go, row_ok, store;

  if (KW == 0) begin : g_one
    assign row_i = bank_q;
    assign lo_i  = tree_bank_q;
    assign hi_i  = tree_bank_q;
  end else begin : g_many
    logic [6:0] hi;
    assign hi    = in_line ? pair_q : pair_q + (half_q >> Log);
    assign row_i = {bank_q, k_q[KW-1:0]};
    assign lo_i  = {tree_bank_q, pair_q[KW-1:0]};
    assign hi_i  = {tree_bank_q, hi[KW-1:0]};
    logic unused;
    assign unused = &{1'b0, hi};
  end

  // Its sum is not at the adder's output in the next cycle.
  logic [2*Lines-1:0] flies;
  always_comb begin
    flies = '0;
    for (int k = 1; k < Add; k++) if (s_q[k] && !f_q[k]) flies[i_q[k]] = 1'b1;
  end

  assign in_line    = half_q < 7'(L);
  assign step_last  = in_line || pair_q + 7'd1 == half_q >> Log;
  assign final_step = half_q == 7'd1;
  assign tree_go    = tree_q && !flies[lo_i] && !flies[hi_i];
  assign row_ok     = !tree_go && !flies[row_i] && !(last_i && tree_q);
  assign row_go     = valid_i && row_ok;
  assign ready_o    = row_ok;
  assign at         = tree_go ? lo_i : row_i;
  assign store      = s_q[Add+1] && !f_q[Add+1];
  assign busy_o     = tree_q || s_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      {bank_q, tree_q} <= '0;
      s_q     <= '0;
      k_q     <= '0;
      fresh_q <= '1;
    end else if (en_i) begin
      s_q <= {s_q[Add:1], tree_go || row_go};
      if (store) fresh_q[i_q[Add+1]] <= 1'b0;
      if (s_q[1] && f_q[1]) begin // with the store of what the last addition took
        for (int k = 0; k < Lines; k++) fresh_q[32'(i_q[1]) / Lines * Lines + k] <= 1'b1;
      end
      if (tree_go) begin
        pair_q <= step_last ? '0 : pair_q + 7'd1;
        if (step_last) half_q <= half_q >> 1;
        if (final_step) tree_q <= 1'b0;
      end
      if (row_go) begin
        k_q <= (last_i || k_q == 7'(Lines - 1)) ? '0 : k_q + 7'd1;
        if (last_i) begin
          bank_q      <= !bank_q;
          tree_q      <= 1'b1;
          tree_bank_q <= bank_q;
          half_q      <= 7'd32;
          pair_q      <= '0;
        end
      end
    end
    if (en_i) begin
      f_q    <= {f_q[Add:1], tree_go && final_step};
      i_q[1] <= at;
      for (int k = 2; k <= Add + 1; k++) i_q[k] <= i_q[k-1];
    end
  end

  // ---- Operands: out of the lines, or a sum on its way there: now (here) or in the next cycle (soon) ----
  logic [L*32-1:0] x_q, y_q;
  logic            x_soon, y_soon;
  logic            x_take_q, y_take_q, x_soon_q, y_soon_q; // which of them: one, none without an addition
  logic [6:0]      y_fold_q; // y is the sum, folded

  // Lane l becomes lane l + h for l below h, a power of two; the others 0.
  function automatic logic [L*32-1:0] fold(input logic [L*32-1:0] a, input logic [6:0] h);
    fold = '0;
    for (int l = 0; l < L/2; l++)
      for (int j = 0; j < Log; j++)
        if (h[j] && l < 1 << j) fold[l*32 +: 32] |= a[((l + (1 << j)) % L)*32 +: 32];
  endfunction

  function automatic logic [L*32-1:0] line(input logic [IdxW-1:0] i);
    line = (store && i_q[Add+1] == i) ? sum_i : fresh_q[i] ? '0 : acc[i];
  endfunction

  assign x_soon = s_q[Add] && !f_q[Add] && i_q[Add] == at;
  assign y_soon = tree_go && s_q[Add] && !f_q[Add] && i_q[Add] == hi_i;

  always_ff @(posedge clk_i) begin : operands
    logic [L*32-1:0] other;
    if (!rst_ni || start_i) begin
      {x_take_q, x_soon_q, y_take_q, y_soon_q, y_fold_q} <= '0;
    end else if (en_i) begin
      x_take_q <= (tree_go || row_go) && !x_soon;
      x_soon_q <= (tree_go || row_go) && x_soon;
      y_take_q <= (tree_go || row_go) && !y_soon;
      y_soon_q <= y_soon && !in_line;
      y_fold_q <= (y_soon && in_line) ? half_q : '0;
    end
    if (en_i && (tree_go || row_go)) begin
      x_q <= line(at);
      if (tree_go) begin
        other = line(hi_i);
        y_q   <= in_line ? fold(other, half_q) : other;
      end else begin
        for (int l = 0; l < L; l++) y_q[l*32 +: 32] <= count_i > (Log+1)'(l) ? x_i[l*32 +: 32] : 32'd0;
      end
    end
  end

  // Flat, by registers: the comparison of the adder's first stage is behind.
  assign add_x_o = ({L*32{x_take_q}} & x_q) | ({L*32{x_soon_q}} & sum_i);
  assign add_y_o = ({L*32{y_take_q}} & y_q) | ({L*32{y_soon_q}} & sum_i) | fold(sum_i, y_fold_q);

  always_ff @(posedge clk_i) if (en_i && store) acc[i_q[Add+1]] <= sum_i;

  assign add_valid_o = s_q[1];
  assign valid_o     = s_q[Add+1] && f_q[Add+1];
  assign sum_o       = sum_i[31:0];

  logic unused_q;
  assign unused_q = &{1'b0, k_q};

endmodule
