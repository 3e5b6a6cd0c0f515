// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_red - sum of each row of lines in the order of 64 running sums.
//
// Rule     model/spec/numerics.md section 8, REDUCE. C twin: model/insn/vred.c.
// Pipeline one adder a lane, 3 cycles. 64/L lines of sums, twice: while the sums of one row are
//          added up (first lines with lines, then lanes with lanes, 64/L + log2 L - 1 additions, which
//          go first), the other bank takes the next row.
// Throughput one line per cycle where 64/L lines cover the adder; one in 3 where L is 64.
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

    output logic            valid_o,
    output logic [31:0]     sum_o,
    output logic            busy_o
);

  localparam int unsigned Lines = 64 / L;
  localparam int unsigned Log   = $clog2(L);
  localparam int unsigned IdxW  = $clog2(Lines) + 1; // {bank, line}, or the bank alone
  localparam int unsigned KW    = IdxW - 1;

  logic [L*32-1:0]    acc [2*Lines];
  logic [2*Lines-1:0] fresh_q; // not yet written: +0

  // ---- Where row and tree are ------------------------------------------------------------------------
  logic            bank_q, tree_q, tree_bank_q;
  logic [6:0]      k_q, half_q, pair_q; // line of the next addend; half of the sums left; line of the pair
  logic            s1_q, s2_q, s3_q, f1_q, f2_q, f3_q;
  logic [IdxW-1:0] i1_q, i2_q, i3_q, row_i, lo_i, hi_i, at, with_i;
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

  function automatic logic flies(input logic [IdxW-1:0] i); // its sum is not there yet
    flies = (s1_q && !f1_q && i1_q == i) || (s2_q && !f2_q && i2_q == i);
  endfunction

  assign in_line    = half_q < 7'(L);
  assign step_last  = in_line || pair_q + 7'd1 == half_q >> Log;
  assign final_step = half_q == 7'd1;
  assign tree_go    = tree_q && !flies(lo_i) && !flies(hi_i);
  assign row_ok     = !tree_go && !flies(row_i) && !(last_i && tree_q);
  assign row_go     = valid_i && row_ok;
  assign ready_o    = row_ok;
  assign at         = tree_go ? lo_i : row_i;
  assign with_i     = hi_i;
  assign store      = s3_q && !f3_q; // the last sum of a row goes out instead
  assign busy_o     = tree_q || s1_q || s2_q || s3_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      {bank_q, tree_q, s1_q, s2_q, s3_q} <= '0;
      k_q     <= '0;
      fresh_q <= '1;
    end else if (en_i) begin
      s1_q <= tree_go || row_go;
      s2_q <= s1_q;
      s3_q <= s2_q;
      if (store) fresh_q[i3_q] <= 1'b0;
      if (tree_go) begin
        pair_q <= step_last ? '0 : pair_q + 7'd1;
        if (step_last) half_q <= half_q >> 1;
        if (final_step) begin
          tree_q <= 1'b0;
          fresh_q[tree_bank_q*Lines +: Lines] <= '1;
        end
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
      {f1_q, f2_q, f3_q} <= {tree_go && final_step, f1_q, f2_q};
      i1_q <= at;
      i2_q <= i1_q;
      i3_q <= i2_q;
    end
  end

  // ---- Operands: a sum that just left the adder is not yet in its line -------------------------------
  logic [L*32-1:0] x, y, sum;
  logic [L-1:0]    unused_v, unused_f;

  always_comb begin : operands
    logic [L*32-1:0] other;
    x     = '0;
    y     = '0;
    other = '0;
    if (tree_go || row_go) x = (store && i3_q == at) ? sum : fresh_q[at] ? '0 : acc[at];
    if (tree_go) begin
      other = (store && i3_q == with_i) ? sum : fresh_q[with_i] ? '0 : acc[with_i];
      y     = !in_line ? other : half_q[0] ? other >> 32 : half_q[1] ? other >> 64
              : half_q[2] ? other >> 128 : half_q[3] ? other >> 256 : half_q[4] ? other >> 512
                                                                   : other >> 1024;
    end else if (row_go) begin
      for (int l = 0; l < L; l++)
        if (count_i > (Log+1)'(l)) y[l*32 +: 32] = x_i[l*32 +: 32];
    end
  end

  for (genvar l = 0; l < L; l++) begin : g_lane
    stamp_fadd #(.OwnValid(1'b0)) i_add (
      .clk_i, .rst_ni, .en_i, .stage_valid_i({s2_q, s1_q}), .valid_i(tree_go || row_go),
      .a_i(x[l*32 +: 32]), .b_i(y[l*32 +: 32]), .sub_i(1'b0), .half_i(1'b0),
      .valid_o(unused_v[l]), .result_o(sum[l*32 +: 32]), .flag_o(unused_f[l]));
  end

  always_ff @(posedge clk_i) if (en_i && store) acc[i3_q] <= sum;

  assign valid_o = s3_q && f3_q;
  assign sum_o   = sum[31:0];

  logic unused_q;
  assign unused_q = &{1'b0, unused_v, unused_f, k_q};

endmodule
