// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_decode - which unit an instruction goes to, and the errors its fields alone decide.
//
// Rule     model/spec/isa.md section 3. C twin: model/machine/check.c, stamp_check_static, same order.
// Combinational.
module stamp_decode (
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] word_i,
    output logic [stamp_isa_pkg::UNIT_W-1:0] unit_o, // stamp_isa_pkg::UNIT_*
    output logic [3:0]   err_o   // stamp_isa_pkg::ERR_*
);

  stamp_isa_pkg::insn_c_t c;
  stamp_isa_pkg::insn_d_t d;
  stamp_isa_pkg::insn_b_t b;
  stamp_isa_pkg::insn_v_t v;
  stamp_isa_pkg::insn_m_t m;
  stamp_isa_pkg::insn_w_t w;
  assign c = word_i;
  assign d = word_i;
  assign b = word_i;
  assign v = word_i;
  assign m = word_i;
  assign w = word_i;

  logic         vm, fmt_bad, space_bad, gather_bad, seta_zero;
  logic [stamp_isa_pkg::WORD_BITS-1:0] reserved;

  assign vm        = d.space == stamp_isa_pkg::SPACE_VM;
  assign fmt_bad   = vm ? d.fmt == 2'd3 : d.fmt != stamp_isa_pkg::FMT_RAW;
  assign seta_zero = c.arg == '0 && c.shift == '0 && c.acc == '0 && c.add == '0;

  always_comb begin
    if (d.op == stamp_isa_pkg::OP_STORE) begin
      space_bad  = !vm && d.space != stamp_isa_pkg::SPACE_PB;
      gather_bad = d.gather != '0 || d.it != '0;
    end else begin
      space_bad  = d.space > stamp_isa_pkg::SPACE_NT && d.space != stamp_isa_pkg::SPACE_IT;
      gather_bad = d.gather == '0 ? d.it != '0 : !vm || d.d1 != '0;
    end
  end

  // Functions a format W instruction knows; areg only where lim is used.
  logic fn_bad;
  always_comb begin
    case (w.op)
      stamp_isa_pkg::OP_VBIN:  fn_bad = w.fn > stamp_isa_pkg::FN_BIN_MAC || w.areg != '0;
      stamp_isa_pkg::OP_VROPE: fn_bad = w.fn != '0 || w.areg != '0;
      stamp_isa_pkg::OP_VROW:  fn_bad = w.fn > stamp_isa_pkg::FN_ROW_MUL || w.areg != '0;
      stamp_isa_pkg::OP_VRED:  fn_bad = w.fn > stamp_isa_pkg::FN_RED_MAX;
      default:                 fn_bad = w.fn > stamp_isa_pkg::FN_ONE_EXPM;
    endcase
  end

  always_comb begin
    unit_o   = stamp_isa_pkg::UNIT_CTL;
    err_o    = stamp_isa_pkg::ERR_NONE;
    reserved = stamp_isa_pkg::RSV_C;
    case (c.op)
      stamp_isa_pkg::OP_HALT, stamp_isa_pkg::OP_NOP, stamp_isa_pkg::OP_FENCE,
      stamp_isa_pkg::OP_ENDL:
        if (c.areg != 4'd0 || !seta_zero) err_o = stamp_isa_pkg::ERR_RESERVED;
      stamp_isa_pkg::OP_SETR, stamp_isa_pkg::OP_ADDR:
        if (c.areg == 4'd0 || !seta_zero) err_o = stamp_isa_pkg::ERR_RESERVED;
      stamp_isa_pkg::OP_SETA:
        if (c.areg == 4'd0) err_o = stamp_isa_pkg::ERR_RESERVED;
      stamp_isa_pkg::OP_LOOP: // a count from a register is the dispatcher's to check
        if (!seta_zero || (c.areg != 4'd0 && c.imm != 40'd0)) err_o = stamp_isa_pkg::ERR_RESERVED;
        else if (c.areg == 4'd0 && (c.imm == 40'd0 || c.imm[39:24] != 16'd0))
          err_o = stamp_isa_pkg::ERR_LOOP;
      stamp_isa_pkg::OP_LOAD, stamp_isa_pkg::OP_STORE: begin
        unit_o   = d.op == stamp_isa_pkg::OP_LOAD ? stamp_isa_pkg::UNIT_LDU : stamp_isa_pkg::UNIT_STU;
        reserved = stamp_isa_pkg::RSV_D;
        if (fmt_bad || space_bad || gather_bad) err_o = stamp_isa_pkg::ERR_RESERVED;
        else if (d.d0[5:0] != '0 || d.d1[5:0] != '0) err_o = stamp_isa_pkg::ERR_ALIGN;
        else if (d.lines == '0 || d.n0 == '0 || d.n1 == '0) err_o = stamp_isa_pkg::ERR_RANGE;
      end
      stamp_isa_pkg::OP_VBFLY: begin
        unit_o   = stamp_isa_pkg::UNIT_VXU;
        reserved = stamp_isa_pkg::RSV_B;
        if (b.kind == 2'd3) err_o = stamp_isa_pkg::ERR_RESERVED;
        else if (b.boff == '0 || b.cols == '0 || b.n0 == '0 || b.n1 == '0)
          err_o = stamp_isa_pkg::ERR_RANGE;
      end
      stamp_isa_pkg::OP_VMINMAX, stamp_isa_pkg::OP_VQPAR, stamp_isa_pkg::OP_VQUANT,
      stamp_isa_pkg::OP_VBIAS, stamp_isa_pkg::OP_VCODE, stamp_isa_pkg::OP_VDEQ,
      stamp_isa_pkg::OP_VPACKK, stamp_isa_pkg::OP_VPACKV, stamp_isa_pkg::OP_VSMRD,
      stamp_isa_pkg::OP_VSMWR: begin
        unit_o   = stamp_isa_pkg::UNIT_VXU;
        reserved = stamp_isa_pkg::RSV_V;
        if (v.n0 == '0 || v.cols == '0) err_o = stamp_isa_pkg::ERR_RANGE;
      end
      stamp_isa_pkg::OP_VBIN, stamp_isa_pkg::OP_VROPE, stamp_isa_pkg::OP_VROW,
      stamp_isa_pkg::OP_VRED, stamp_isa_pkg::OP_VFN: begin
        unit_o   = stamp_isa_pkg::UNIT_VXU;
        reserved = stamp_isa_pkg::RSV_W;
        if (fn_bad) err_o = stamp_isa_pkg::ERR_RESERVED;
        else if (w.n0 == '0 || w.cols == '0) err_o = stamp_isa_pkg::ERR_RANGE;
      end
      stamp_isa_pkg::OP_MM: begin
        unit_o   = stamp_isa_pkg::UNIT_MXU;
        reserved = stamp_isa_pkg::RSV_M;
        if (m.groups == '0 || m.kl == '0 || m.ng == '0) err_o = stamp_isa_pkg::ERR_RANGE;
      end
      default: err_o = stamp_isa_pkg::ERR_OPCODE;
    endcase
    if (err_o != stamp_isa_pkg::ERR_OPCODE && (word_i & reserved) != '0)
      err_o = stamp_isa_pkg::ERR_RESERVED;
  end

  logic unused; // every field of some format is somebody else's
  assign unused = &{1'b0, c, d, b, v, m, w};

endmodule
