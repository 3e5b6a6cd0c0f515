// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_quant - operand nibbles to XB, row sums, row metadata.
//
// Rule     model/spec/numerics.md section 6, Operand nibbles. C twin: model/insn/vquant.c.
// Pipeline 0 line and its row's parameters given; Codes: stamp_vx_code has its codes, nibbles out to XB;
//          1 behind that summed, 2 SM and RM written after a block's last line.
// Throughput one line of one row per cycle. Nothing stalls it.
module stamp_vx_quant #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned XB_LINES,
    parameter int unsigned SM_ENTRIES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,

    // A line of a row.
    input  logic                          valid_i,
    input  logic                          first_i, // first line of its block
    input  logic                          last_i,  // last line of its block
    input  logic                          fresh_i, // row sum starts from zero
    input  logic                          sym_i,
    input  logic                          sd_i,    // signed digits: no offset, no row sum
    input  logic                          bits8_i,
    input  logic [11:0]                   nib_i,   // nibble row
    input  logic [15:0]                   xb_i,    // XB line of nibble row 0 at this column
    input  logic [15:0]                   gstride_i,
    input  logic [12:0]                   sm_i,    // SM entry of the block
    input  logic [12:0]                   rm_i,    // RM entry of the block, within RM
    input  logic [31:0]                   inv_i,
    input  logic [31:0]                   scale_i,
    input  logic [7:0]                    zero_i,
    input  logic [31:0]                   rowsum_i, // of SM
    input  logic [L*8-1:0]                code_i,   // this and the nibbles Codes cycles after valid_i
    input  logic [L*4-1:0]                hi_i,
    input  logic [L*4-1:0]                lo_i,

    // Nibbles to XB: row row_o gets hi_o, row row_o + 1 gets lo_o if two_o.
    output logic                          xb_we_o,
    output logic [$clog2(XB_LINES)-1:0]   xb_addr_o,
    output logic [$clog2(P)-1:0]          xb_row_o,
    output logic                          xb_two_o,
    output logic [L*4-1:0]                xb_hi_o,
    output logic [L*4-1:0]                xb_lo_o,

    output logic                          sm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] sm_addr_o,
    output logic [103:0]                  sm_data_o, // {rowsum, zero, scale, inv}
    output logic                          rm_we_o,
    output logic [$clog2(SM_ENTRIES)-1:0] rm_addr_o,
    output logic [73:0]                   rm_data_o, // {rowsum, corr, scale}

    output logic                          busy_o,
    output logic [3:0]                    err_o // of a line at stage Codes; not sticky
);

  localparam int unsigned LogP  = $clog2(P);
  localparam int unsigned Codes = stamp_fp_pkg::MulLatency + 2; // of stamp_vx_code

  // What travels with a line.
  typedef struct packed {
    logic        first;
    logic        last;
    logic        fresh;
    logic        sym;
    logic        sd;
    logic        bits8;
    logic        odd;
    logic [LogP-1:0] row;
    logic [27:0] line;
    logic [12:0] sm;
    logic [12:0] rm;
    logic [31:0] inv;
    logic [31:0] scale;
    logic [7:0]  zero;
    logic [31:0] rowsum;
  } tag_t;

  localparam int unsigned TagW = 165 + LogP;

  logic [TagW-1:0] t_q [Codes + 1]; // a tag_t at each stage from 1 on
  tag_t            t_in, t4_q, t5_q; // of stages Codes and the next
  logic [Codes+2:1] v_q;
  assign t4_q = t_q[Codes - 1];
  assign t5_q = t_q[Codes];

  // Group of P rows and row in it: wires where P is a power of two.
  logic [11:0]     group;
  logic [LogP-1:0] place;
  assign group = nib_i / 12'(P);
  assign place = LogP'(nib_i % 12'(P));

  assign busy_o = v_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) v_q <= '0;
    else v_q <= {v_q[Codes+1:1], valid_i};
    if (valid_i) t_q[0] <= t_in;
    for (int s = 1; s < Codes + 1; s++) if (v_q[s]) t_q[s] <= t_q[s-1];
  end

  assign t_in.first  = first_i;
  assign t_in.last   = last_i;
  assign t_in.fresh  = fresh_i;
  assign t_in.sym    = sym_i;
  assign t_in.sd     = sd_i;
  assign t_in.bits8  = bits8_i;
  assign t_in.odd    = nib_i[0];
  assign t_in.row    = place;
  assign t_in.line   = 28'(xb_i) + 28'(group) * 28'(gstride_i);
  assign t_in.sm     = sm_i;
  assign t_in.rm     = rm_i;
  assign t_in.inv    = inv_i;
  assign t_in.scale  = scale_i;
  assign t_in.zero   = zero_i;
  assign t_in.rowsum = rowsum_i;

  // Stage Codes: to XB.
  logic bad_line, bad_pair;
  assign bad_pair  = t4_q.bits8 && t4_q.odd;
  assign bad_line  = t4_q.line >= 28'(XB_LINES);
  assign xb_we_o   = v_q[Codes] && !bad_pair && !bad_line;
  assign xb_addr_o = t4_q.line[$clog2(XB_LINES)-1:0];
  assign xb_row_o  = t4_q.row;
  assign xb_two_o  = t4_q.bits8;
  assign xb_hi_o   = hi_i;
  assign xb_lo_o   = lo_i;
  assign err_o     = (v_q[Codes] && bad_pair) ? stamp_isa_pkg::ERR_RESERVED
                     : (v_q[Codes] && bad_line) ? stamp_isa_pkg::ERR_RANGE : stamp_isa_pkg::ERR_NONE;

  // Sum of L values of 8 bits, less 8 each for pairs: at most 64 * 136, 15 bits signed.
  logic signed [15:0] sum_q;
  always_ff @(posedge clk_i) begin : sums
    logic signed [15:0] s;
    if (v_q[Codes]) begin
      s = t4_q.bits8 ? -16'(8 * L) : 16'sd0;
      for (int l = 0; l < L; l++) s = s + 16'($signed(code_i[l*8 +: 8]));
      sum_q <= s;
    end
  end

  // Running row sum; then written.
  logic [31:0] run_q;
  tag_t        t6_q;
  always_ff @(posedge clk_i) begin
    if (v_q[Codes+1]) begin
      run_q <= (t5_q.first ? (t5_q.fresh ? 32'd0 : t5_q.rowsum) : run_q)
               + (t5_q.sd ? 32'd0 : 32'(sum_q));
      t6_q  <= t5_q;
    end
  end

  logic [9:0] offset;
  assign offset    = t6_q.sd ? 10'd0
                     : t6_q.sym ? (t6_q.bits8 ? 10'd8 : 10'd0) : (t6_q.bits8 ? 10'd136 : 10'd8);
  assign sm_we_o   = v_q[Codes+2] && t6_q.last;
  assign sm_addr_o = t6_q.sm[$clog2(SM_ENTRIES)-1:0];
  assign sm_data_o = {run_q, t6_q.zero, t6_q.scale, t6_q.inv};
  assign rm_we_o   = v_q[Codes+2] && t6_q.last;
  assign rm_addr_o = t6_q.rm[$clog2(SM_ENTRIES)-1:0];
  assign rm_data_o = {run_q, offset - {2'd0, t6_q.zero}, t6_q.scale};

  logic unused;
  assign unused = &{1'b0, t4_q, t5_q, t6_q};

endmodule
