// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_code - products x * inv to codes and operand nibbles.
//
// Rule     model/spec/numerics.md section 6, Code, Signed digits and Operand nibbles. C twins:
//          model/num/quant.c, digits.c.
// Pipeline 0 the line's parameters given; its product follows MulLatency later, rounded 1, the zero point
//          added 2, codes out 3 behind that.
// Throughput one line per enabled cycle; en_i low holds everything.
module stamp_vx_code #(
    parameter int unsigned L,
    parameter int unsigned TagW = 4 // bits that go with a line
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    input  logic            en_i,

    input  logic            valid_i,
    input  logic            sym_i,   // symmetric
    input  logic            sd_i,    // signed digits
    input  logic            plain_i, // the code itself, without the offset of operands
    input  logic            bits8_i,
    input  logic [7:0]      zero_i,
    input  logic [TagW-1:0] tag_i,
    input  logic [L*32-1:0] prod_i, // MulLatency enabled cycles after valid_i

    output logic            valid_o,
    output logic [TagW-1:0] tag_o,
    output logic [L*8-1:0]  code_o, // 4 bits sign extended, or c
    output logic [L*4-1:0]  hi_o,   // high nibble, or the only one
    output logic [L*4-1:0]  lo_o,
    output logic            busy_o
);

  localparam int unsigned Mul  = stamp_fp_pkg::MulLatency;
  localparam int unsigned TagB = 12 + TagW;

  typedef struct packed {
    logic            sym;
    logic            sd;
    logic            plain;
    logic            bits8;
    logic [7:0]      zero;
    logic [TagW-1:0] tag;
  } line_t;

  logic [TagB-1:0] t_q [Mul + 2]; // a line_t at each stage from 1 on
  line_t           t_in, t_zero, t_code;
  logic [Mul+3:1]  v_q;
  logic [L*10-1:0] rounded;
  logic [L*11-1:0] q_q;
  logic [L-1:0]    unused_v;

  assign t_in.sym   = sym_i || sd_i;
  assign t_in.sd    = sd_i;
  assign t_in.plain = plain_i;
  assign t_in.bits8 = bits8_i;
  assign t_in.zero  = sd_i ? 8'd0 : zero_i;
  assign t_in.tag   = tag_i;
  assign t_zero     = t_q[Mul];
  assign t_code     = t_q[Mul + 1];

  assign busy_o  = v_q != '0;
  assign valid_o = v_q[Mul+3];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) v_q <= '0;
    else if (en_i) v_q <= {v_q[Mul+2:1], valid_i};
    if (en_i && valid_i) t_q[0] <= t_in;
    for (int s = 1; s < Mul + 2; s++) if (en_i && v_q[s]) t_q[s] <= t_q[s-1];
    if (en_i && v_q[Mul+2]) tag_o <= t_code.tag;
  end

  for (genvar l = 0; l < L; l++) begin : g_lane
    stamp_f2i i_int (.clk_i, .rst_ni, .en_i, .valid_i(v_q[Mul]), .a_i(prod_i[l*32 +: 32]),
                     .valid_o(unused_v[l]), .result_o(rounded[l*10 +: 10]));
  end

  // q - zero within -512..511 plus 0..255 fits 11 bits.
  logic signed [10:0] limit, least;
  logic [7:0]         offset;
  assign limit  = t_code.sd ? 11'sd119 : t_code.sym ? (t_code.bits8 ? 11'sd127 : 11'sd7)
                                                    : (t_code.bits8 ? 11'sd255 : 11'sd15);
  assign least  = t_code.sym ? -limit : 11'sd0;
  assign offset = (t_code.sym || t_code.plain) ? 8'd0 : t_code.bits8 ? 8'd128 : 8'd8;

  always_ff @(posedge clk_i) begin
    if (en_i && v_q[Mul+1]) begin
      for (int l = 0; l < L; l++)
        q_q[l*11 +: 11] <= {rounded[l*10 + 9], rounded[l*10 +: 10]} + {3'd0, t_zero.zero};
    end
  end

  always_ff @(posedge clk_i) begin : codes
    logic signed [10:0] q;
    logic [7:0]         c;
    if (en_i && v_q[Mul+2]) begin
      for (int l = 0; l < L; l++) begin
        q = $signed(q_q[l*11 +: 11]);
        if (q > limit) q = limit;
        else if (q < least) q = least;
        c = q[7:0] - offset;
        code_o[l*8 +: 8] <= c;
        hi_o[l*4 +: 4]   <= t_code.bits8 ? c[7:4] + {3'd0, t_code.sd && c[3]} : c[3:0];
        lo_o[l*4 +: 4]   <= c[3:0] ^ {!t_code.sd, 3'd0};
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, unused_v, t_zero, t_code};

endmodule
