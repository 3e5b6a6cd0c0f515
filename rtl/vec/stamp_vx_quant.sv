// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_quant - operand nibbles to XB, row sums, row metadata.
//
// Rule     model/spec/numerics.md section 6, Operand nibbles. C twin: model/insn/vquant.c.
// Pipeline 0 line and its row's parameters given, 1 group of nibble rows, 2 its lines, 3 the line in XB;
//          Codes: the line's codes are there (stamp_vx_code), 1 behind that nibbles out to XB, 2 summed,
//          3 added to the row's, 4 SM and RM written after a block's last line.
// Throughput one line of one row per enabled cycle; en_i low holds what is inside, not what goes out.
module stamp_vx_quant #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned XB_LINES,
    parameter int unsigned SM_ENTRIES
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic                          en_i,

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
    input  logic [15:0]                   gstride_i, // held for the instruction
    input  logic [12:0]                   sm_i,    // SM entry of the block
    input  logic [12:0]                   rm_i,    // RM entry of the block, within RM
    input  logic [31:0]                   inv_i,
    input  logic [31:0]                   scale_i,
    input  logic [7:0]                    zero_i,
    input  logic [31:0]                   rowsum_i, // of SM
    input  logic [L*8-1:0]                code_i,   // this and the nibbles Codes enabled cycles behind
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

    output logic                          busy_o, // a write is to come in a later cycle
    output logic [3:0]                    err_o // of a line that goes to XB; not sticky
);

  localparam int unsigned LogP  = $clog2(P);
  localparam int unsigned Codes = stamp_fp_pkg::MulLatency + 3; // of stamp_vx_code; 5 or more
  localparam int unsigned Last  = Codes + 3;

  // n / P as (n * Inverse) >> Shift, exact for 12 bits: Inverse * P is less than P above 2^Shift.
  localparam int unsigned Shift   = 12 + LogP;
  localparam int unsigned Inverse = ((1 << Shift) + P - 1) / P;

  // What travels with a line.
  typedef struct packed {
    logic            first;
    logic            last;
    logic            fresh;
    logic            sd;
    logic            bits8;
    logic            bad;  // an odd nibble row of 8 bits
    logic [9:0]      corr;
    logic [12:0]     sm;
    logic [12:0]     rm;
    logic [31:0]     inv;
    logic [31:0]     scale;
    logic [7:0]      zero;
    logic [31:0]     rowsum;
  } tag_t;
  localparam int unsigned TagW = 146;

  logic [TagW-1:0] t_q [Last]; // a tag_t at each stage from 1 on
  tag_t            tag, at_xb, at_run;
  logic [Last:1]   v_q;
  logic [9:0]      offset;

  assign offset     = sd_i ? 10'd0 : sym_i ? (bits8_i ? 10'd8 : 10'd0) : (bits8_i ? 10'd136 : 10'd8);
  assign tag.first  = first_i;
  assign tag.last   = last_i;
  assign tag.fresh  = fresh_i;
  assign tag.sd     = sd_i;
  assign tag.bits8  = bits8_i;
  assign tag.bad    = bits8_i && nib_i[0];
  assign tag.corr   = offset - {2'd0, zero_i};
  assign tag.sm     = sm_i;
  assign tag.rm     = rm_i;
  assign tag.inv    = inv_i;
  assign tag.scale  = scale_i;
  assign tag.zero   = zero_i;
  assign tag.rowsum = rowsum_i;
  assign at_xb      = t_q[Codes - 1];
  assign at_run     = t_q[Last - 1];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) v_q <= '0;
    else if (en_i) v_q <= {v_q[Last-1:1], valid_i};
    if (en_i && valid_i) t_q[0] <= tag;
    for (int s = 1; s < Last; s++) if (en_i && v_q[s]) t_q[s] <= t_q[s-1];
  end

  // ---- The line in XB and the row in it ---------------------------------------------------------------
  logic [11:0]            group_q;
  logic [LogP-1:0]        nib_q;
  logic [15:0]            xb1_q, xb2_q;
  logic [27:0]            lines_q, line3_q;
  logic [LogP-1:0]        place2_q, place3_q;
  logic                   beyond;
  logic [28+LogP:0]       where_q [Codes - 3]; // beyond XB, row, line
  logic [27:0]            line;
  logic [LogP-1:0]        place;

  always_ff @(posedge clk_i) begin
    if (en_i && valid_i) begin
      group_q <= 12'(((12+Shift)'(nib_i) * (12+Shift)'(Inverse)) >> Shift);
      nib_q   <= LogP'(nib_i);
      xb1_q   <= xb_i;
    end
    if (en_i && v_q[1]) begin
      lines_q  <= 28'(group_q) * 28'(gstride_i);
      place2_q <= nib_q - LogP'(LogP'(group_q) * LogP'(P));
      xb2_q    <= xb1_q;
    end
    if (en_i && v_q[2]) begin
      line3_q  <= 28'(xb2_q) + lines_q;
      place3_q <= place2_q;
    end
    if (en_i && v_q[3]) where_q[0] <= {line3_q >= 28'(XB_LINES), place3_q, line3_q};
    for (int s = 1; s < Codes - 3; s++) if (en_i && v_q[s+3]) where_q[s] <= where_q[s-1];
  end
  assign {beyond, place, line} = where_q[Codes - 4];

  // ---- To XB: what leaves does not wait -----------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    xb_we_o <= rst_ni && en_i && v_q[Codes] && !at_xb.bad && !beyond;
    err_o   <= !(rst_ni && en_i && v_q[Codes]) ? stamp_isa_pkg::ERR_NONE
               : at_xb.bad ? stamp_isa_pkg::ERR_RESERVED
               : beyond ? stamp_isa_pkg::ERR_RANGE : stamp_isa_pkg::ERR_NONE;
    if (en_i && v_q[Codes]) begin
      xb_addr_o <= line[$clog2(XB_LINES)-1:0];
      xb_row_o  <= place;
      xb_two_o  <= at_xb.bits8;
      xb_hi_o   <= hi_i;
      xb_lo_o   <= lo_i;
    end
  end

  // ---- Sums: groups of lanes, the line, the row -----------------------------------------------------------
  // At most 64 * 128 for a line, 15 bits signed.
  localparam int unsigned Group  = 1 << ($clog2(L) + 1) / 2; // lanes
  localparam int unsigned Groups = L / Group;

  // Sum of n (a power of two, 8 or less) terms of 16 bits, as a tree.
  function automatic logic [15:0] tree(input logic [8*16-1:0] x);
    logic [15:0] a, b, c, d;
    a    = x[15:0] + x[31:16];
    b    = x[47:32] + x[63:48];
    c    = x[79:64] + x[95:80];
    d    = x[111:96] + x[127:112];
    tree = (a + b) + (c + d);
  endfunction

  logic [8*16-1:0]    part_q;
  logic signed [15:0] sum_q;
  logic [31:0]        run_q;

  for (genvar g = 0; g < 8; g++) begin : g_part
    logic [8*16-1:0] terms;
    for (genvar l = 0; l < 8; l++) begin : g_term
      if (g < Groups && l < Group) begin : g_lane
        assign terms[l*16 +: 16] = 16'($signed(code_i[(g*Group + l)*8 +: 8]));
      end else begin : g_none
        assign terms[l*16 +: 16] = 16'd0;
      end
    end
    always_ff @(posedge clk_i) if (en_i && v_q[Codes]) part_q[g*16 +: 16] <= tree(terms);
  end

  // The row's sum so far, the line's, less 8 a lane for pairs: three terms, one carry.
  tag_t        at_row;
  logic [31:0] so_far, more, less;
  assign at_row = t_q[Codes + 1];
  assign so_far = !at_row.first ? run_q : at_row.fresh ? 32'd0 : at_row.rowsum;
  assign more   = at_row.sd ? 32'd0 : 32'(sum_q);
  assign less   = (at_row.sd || !at_row.bits8) ? 32'd0 : 32'd0 - 32'(8 * L);

  always_ff @(posedge clk_i) begin : sums
    logic [31:0] carry;
    if (en_i && v_q[Codes+1]) sum_q <= $signed(tree(part_q));
    if (en_i && v_q[Codes+2]) begin
      carry = ((so_far & more) | (so_far & less) | (more & less)) << 1;
      run_q <= (so_far ^ more ^ less) + carry;
    end
  end

  // ---- A block's last line: SM and RM ---------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    sm_we_o <= rst_ni && en_i && v_q[Last] && at_run.last;
    if (en_i && v_q[Last] && at_run.last) begin
      sm_addr_o <= at_run.sm[$clog2(SM_ENTRIES)-1:0];
      sm_data_o <= {run_q, at_run.zero, at_run.scale, at_run.inv};
      rm_addr_o <= at_run.rm[$clog2(SM_ENTRIES)-1:0];
      rm_data_o <= {run_q, at_run.corr, at_run.scale};
    end
  end
  assign rm_we_o = sm_we_o;
  assign busy_o  = v_q != '0;

  logic unused;
  assign unused = &{1'b0, at_xb, at_row, at_run, line};

endmodule
