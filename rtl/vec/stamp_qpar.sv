// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_qpar - quantizer parameters of one range: inverse scale, scale, zero point.
//
// Rule     model/spec/numerics.md section 6, Parameters. C twin: model/num/quant.c.
// Latency  about one division (two dividers work side by side) plus 10 cycles; one range at a time.
module stamp_qpar (
    input  logic        clk_i,
    input  logic        rst_ni,

    input  logic        start_i, // only while !busy_o
    input  logic [31:0] lo_i,    // holds while busy
    input  logic [31:0] hi_i,
    input  logic        bits8_i,
    input  logic        sym_i,

    output logic        busy_o,
    output logic        done_o, // one cycle; results hold until the next start
    output logic [31:0] inv_o,
    output logic [31:0] scale_o,
    output logic [7:0]  zero_o,
    output logic        flag_o // inv_o or scale_o is infinity or NaN
);

  localparam logic [31:0] Tiny = 32'h0d80_0000; // 2^-100

  typedef enum logic [2:0] {Idle, Range, Divide, Scale, Zero, Done} state_e;
  state_e state_q;

  logic [31:0] range, n, neg_lo, inv, scale, prod, sub_r;
  logic        sub_v, inv_done, scale_done, prod_v, int_v, tiny, unused;
  logic        unused_prod_flag, unused_sub_flag, unused_inv_busy, unused_scale_busy;
  logic        unused_inv_flag, unused_scale_flag;
  logic [9:0]  zero_int;
  logic [31:0] range_q;
  logic        inv_seen_q, scale_seen_q, start_sub_q, start_div_q, start_mul_q, start_int;

  assign neg_lo = {~lo_i[31], lo_i[30:0]};
  assign n      = sym_i ? (bits8_i ? 32'h42fe_0000 : 32'h40e0_0000)  // 127, 7
                        : (bits8_i ? 32'h437f_0000 : 32'h4170_0000); // 255, 15
  assign range  = sym_i ? (stamp_fp_pkg::lt(neg_lo, hi_i) ? hi_i : neg_lo) : sub_r;
  assign tiny  = stamp_fp_pkg::lt(range_q, Tiny);
  assign busy_o = state_q != Idle;
  assign done_o = state_q == Done;
  assign start_int = prod_v;
  assign flag_o = inv_o[30:23] == 8'hff || scale_o[30:23] == 8'hff;

  stamp_fadd i_sub (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(start_sub_q), .a_i(hi_i), .b_i(lo_i),
                    .sub_i(1'b1), .half_i(1'b0), .stage_valid_i(2'b0), .valid_o(sub_v), .result_o(sub_r),
                    .flag_o(unused_sub_flag));
  stamp_fdiv i_inv (.clk_i, .rst_ni, .en_i(1'b1), .start_i(start_div_q), .a_i(n), .b_i(range_q),
                    .busy_o(unused_inv_busy), .done_o(inv_done), .result_o(inv),
                    .flag_o(unused_inv_flag));
  stamp_fdiv i_scale (.clk_i, .rst_ni, .en_i(1'b1), .start_i(start_div_q), .a_i(range_q), .b_i(n),
                      .busy_o(unused_scale_busy), .done_o(scale_done), .result_o(scale),
                      .flag_o(unused_scale_flag));
  stamp_fmul i_mul (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(start_mul_q), .a_i(neg_lo), .b_i(inv_o),
                    .stage_valid_i(1'b0),                    .valid_o(prod_v), .result_o(prod), .flag_o(unused_prod_flag));
  stamp_f2i i_int (.clk_i, .rst_ni, .en_i(1'b1), .valid_i(start_int), .a_i(prod),
                   .valid_o(int_v), .result_o(zero_int));

  always_ff @(posedge clk_i) begin
    start_sub_q <= 1'b0;
    start_div_q <= 1'b0;
    start_mul_q <= 1'b0;
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      case (state_q)
        Idle: if (start_i) begin
          state_q     <= Range;
          start_sub_q <= 1'b1;
        end
        Range: if (sub_v) begin
          range_q     <= range;
          state_q     <= Divide;
          start_div_q <= 1'b1;
          {inv_seen_q, scale_seen_q} <= 2'b00;
        end
        Divide: begin
          if (inv_done) begin
            inv_o      <= tiny ? 32'd0 : inv;
            inv_seen_q <= 1'b1;
          end
          if (scale_done) begin
            scale_o      <= tiny ? 32'd0 : scale;
            scale_seen_q <= 1'b1;
          end
          if (inv_seen_q && scale_seen_q) state_q <= Scale;
        end
        Scale: begin
          state_q     <= Zero;
          start_mul_q <= 1'b1;
        end
        Zero: if (int_v) begin
          zero_o  <= (sym_i || zero_int[9]) ? 8'd0
                     : bits8_i ? (zero_int[8] ? 8'd255 : zero_int[7:0])
                     : (zero_int[8:4] != '0 ? 8'd15 : zero_int[7:0]);
          state_q <= Done;
        end
        default: state_q <= Idle;
      endcase
    end
  end

  assign unused = &{1'b0, unused_prod_flag, unused_sub_flag, unused_inv_busy, unused_scale_busy,
                          unused_inv_flag, unused_scale_flag};

endmodule
