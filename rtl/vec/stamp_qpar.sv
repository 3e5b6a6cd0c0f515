// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_qpar - quantizer parameters of ranges: inverse scale, scale, zero point.
//
// Rule     model/spec/numerics.md section 6, Parameters. C twins: model/num/quant.c, digits.c.
// Pipeline 0 entry given, hi - lo; 3 n/r and r/n start in the entry's own two dividers; 20 -lo * inv;
//          22 to integer; 23 done. All ranges take the same time, so that adder, multiplier and
//          the way out are shared: entries that came in different cycles never meet.
// Throughput Q entries in 24 cycles. Results come in the order of the entries.
module stamp_qpar #(
    parameter int unsigned Q, // entries at once
    parameter int unsigned TagW = 42 // bits that go with an entry
) (
    input  logic            clk_i,
    input  logic            rst_ni,

    output logic            ready_o,
    input  logic            take_i,  // only while ready_o: the entry follows in the next cycle
    input  logic            valid_i, // the cycle after take_i
    input  logic [31:0]     lo_i,
    input  logic [31:0]     hi_i,
    input  logic            bits8_i,
    input  logic            sym_i,
    input  logic            sd_i,    // signed digits
    input  logic [TagW-1:0] tag_i,

    output logic            busy_o,
    output logic            done_o, // one cycle an entry
    output logic [TagW-1:0] tag_o,
    output logic [31:0]     inv_o,
    output logic [31:0]     scale_o,
    output logic [7:0]      zero_o,
    output logic            flag_o  // inv_o or scale_o is infinity or NaN
);

  localparam logic [31:0] Tiny = 32'h0d80_0000; // 2^-100
  localparam int unsigned W    = Q > 1 ? $clog2(Q) : 1;

  // ---- Whose turn it is at each stage; entries under way ------------------------------------------
  logic [W-1:0] in_q, div_q, mul_q, out_q;
  logic [W:0]   count_q;
  logic         sub_v, div_done, int_v;

  function automatic logic [W-1:0] after(input logic [W-1:0] u);
    after = u == W'(Q - 1) ? '0 : u + 1'b1;
  endfunction

  assign ready_o = count_q != (W+1)'(Q);
  assign busy_o  = count_q != '0;
  assign done_o  = int_v;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {in_q, div_q, mul_q, out_q, count_q} <= '0;
    end else begin
      if (valid_i)  in_q  <= after(in_q);
      if (sub_v)    div_q <= after(div_q);
      if (div_done) mul_q <= after(mul_q);
      if (int_v)    out_q <= after(out_q);
      if (take_i != int_v) count_q <= take_i ? count_q + 1'b1 : count_q - 1'b1;
    end
  end

  // ---- The entries and their dividers --------------------------------------------------------------
  typedef struct packed {
    logic            plain; // asymmetric
    logic            bits8;
    logic            sd;
    logic [31:0]     lo;
    logic [31:0]     hi;
    logic [TagW-1:0] tag;
  } entry_t;

  localparam int unsigned EntryW = 67 + TagW;

  // Yosys 0.23 leaves an array of packed structs undriven: bits here, a struct where they are read.
  logic [EntryW-1:0] e_q [Q];
  logic [Q-1:0]      tiny_q;
  entry_t            entry, at_div, at_mul, at_out;
  logic [31:0] inv [Q];
  logic [31:0] scale [Q];
  logic [Q-1:0] done, unused_busy, unused_done, unused_sbusy, unused_iflag, unused_sflag;
  logic [31:0] sub_r, neg_lo, range, n, prod;
  logic [9:0]  zero_int;
  logic        tiny, prod_v, unused_sub_flag, unused_prod_flag;

  assign entry.plain = !sym_i && !sd_i;
  assign entry.bits8 = bits8_i;
  assign entry.sd    = sd_i;
  assign entry.lo    = lo_i;
  assign entry.hi    = hi_i;
  assign entry.tag   = tag_i;

  assign at_div = e_q[div_q];
  assign at_mul = e_q[mul_q];
  assign at_out = e_q[out_q];
  assign neg_lo = {~at_div.lo[31], at_div.lo[30:0]};
  assign n      = at_div.plain ? (at_div.bits8 ? 32'h437f_0000 : 32'h4170_0000) // 255, 15
                  : at_div.sd ? 32'h42ee_0000                                   // 119
                              : (at_div.bits8 ? 32'h42fe_0000 : 32'h40e0_0000); // 127, 7

  always_comb begin
    range = sub_r;
    tiny  = 1'b0;
    if (sub_v) begin
      if (!at_div.plain) range = stamp_fp_pkg::lt(neg_lo, at_div.hi) ? at_div.hi : neg_lo;
      tiny = stamp_fp_pkg::lt(range, Tiny);
    end
  end

  for (genvar u = 0; u < Q; u++) begin : g_unit
    logic start;
    assign start = sub_v && div_q == W'(u);

    always_ff @(posedge clk_i) begin
      if (valid_i && in_q == W'(u)) e_q[u] <= entry;
      if (start) tiny_q[u] <= tiny;
    end

    stamp_fdiv i_inv (.clk_i, .rst_ni, .en_i(1'b1), .start_i(start), .a_i(n), .b_i(range),
                      .busy_o(unused_busy[u]), .done_o(done[u]), .result_o(inv[u]),
                      .flag_o(unused_iflag[u]));
    stamp_fdiv i_scale (.clk_i, .rst_ni, .en_i(1'b1), .start_i(start), .a_i(range), .b_i(n),
                        .busy_o(unused_sbusy[u]), .done_o(unused_done[u]), .result_o(scale[u]),
                        .flag_o(unused_sflag[u]));
  end

  // ---- What they share -----------------------------------------------------------------------------
  assign div_done = done != '0;

  stamp_fadd_3 i_sub (.clk_i, .rst_ni, .en_i(1'b1), .valid_i, .a_i(hi_i), .b_i(lo_i),
                    .sub_i(1'b1), .half_i(1'b0), .stage_valid_i(2'b0), .valid_o(sub_v),
                    .result_o(sub_r), .flag_o(unused_sub_flag));
  stamp_fmul_2 i_mul (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(div_done),
                    .a_i({~at_mul.lo[31], at_mul.lo[30:0]}),
                    .b_i(tiny_q[mul_q] ? 32'd0 : inv[mul_q]), .stage_valid_i(1'b0),
                    .valid_o(prod_v), .result_o(prod), .flag_o(unused_prod_flag));
  stamp_f2i i_int (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(prod_v), .a_i(prod),
                   .valid_o(int_v), .result_o(zero_int));

  assign tag_o   = at_out.tag;
  assign inv_o   = tiny_q[out_q] ? 32'd0 : inv[out_q];
  assign scale_o = tiny_q[out_q] ? 32'd0 : scale[out_q];
  assign zero_o  = (!at_out.plain || zero_int[9]) ? 8'd0
                   : at_out.bits8 ? (zero_int[8] ? 8'd255 : zero_int[7:0])
                   : (zero_int[8:4] != '0 ? 8'd15 : zero_int[7:0]);
  assign flag_o  = inv_o[30:23] == 8'hff || scale_o[30:23] == 8'hff;

  logic unused;
  assign unused = &{1'b0, unused_busy, unused_done, unused_sbusy, unused_iflag, unused_sflag,
                    unused_sub_flag, unused_prod_flag, at_div, at_mul, at_out};

endmodule
