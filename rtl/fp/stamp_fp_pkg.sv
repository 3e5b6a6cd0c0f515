// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_fp_pkg - the combinational parts of the binary32 units, for use inside clocked blocks.
//
// Rules: model/spec/numerics.md, sections 2, 3 and 6. Spell them out: stamp_fp_pkg::lt(a, b).
package stamp_fp_pkg;

  // Enabled cycles from operands to result. What stands beside a unit counts in these, never in numbers.
  // Used by other modules only.
  // verilator lint_off UNUSEDPARAM
  localparam int unsigned AddLatency = 4; // stamp_fadd
  localparam int unsigned MulLatency = 4; // stamp_fmul
  // verilator lint_on UNUSEDPARAM

  localparam logic [31:0] Nan = 32'h7fc0_0000; // the only NaN any operation yields
  localparam logic [31:0] Inf = 32'h7f80_0000;

  // Leading zeros of x, 0..31; x = 0 also gives 31.
  function automatic logic [4:0] lzc32(input logic [31:0] x);
    logic [31:0] v;
    v     = x;
    lzc32 = 5'd0;
    if (v[31:16] == 16'd0) begin lzc32[4] = 1'b1; v = {v[15:0], 16'd0}; end
    if (v[31:24] == 8'd0)  begin lzc32[3] = 1'b1; v = {v[23:0], 8'd0};  end
    if (v[31:28] == 4'd0)  begin lzc32[2] = 1'b1; v = {v[27:0], 4'd0};  end
    if (v[31:30] == 2'd0)  begin lzc32[1] = 1'b1; v = {v[29:0], 2'd0};  end
    if (!v[31])            lzc32[0] = 1'b1;
  endfunction

  // The bits of x below bit n are not all zero. n = 0..31.
  function automatic logic lost32(input logic [31:0] x, input logic [4:0] n);
    lost32 = (x & ~(32'hffff_ffff << n)) != 32'd0;
  endfunction

  // a < b. False when either is NaN; zeros are equal. The keys order as the values do.
  function automatic logic lt(input logic [31:0] a, input logic [31:0] b);
    logic [31:0] ka, kb;
    ka = a[31] ? ~a : {1'b1, a[30:0]};
    kb = b[31] ? ~b : {1'b1, b[30:0]};
    lt = ka < kb && (a[30:0] | b[30:0]) != 31'd0
         && a[30:0] <= Inf[30:0] && b[30:0] <= Inf[30:0];
  endfunction

  // a < b with -0 below +0; a NaN is beyond the infinity of its sign.
  function automatic logic below(input logic [31:0] a, input logic [31:0] b);
    below = (a[31] ? ~a : {1'b1, a[30:0]}) < (b[31] ? ~b : {1'b1, b[30:0]});
  endfunction

  // BF16(x): RNE on the upper half, overflow to infinity.
  function automatic logic [15:0] bf16(input logic [31:0] x);
    logic up;
    up = x[15] && (x[16] || x[14:0] != 15'd0);
    if (x[30:0] > Inf[30:0]) bf16 = Nan[31:16];
    else                     bf16 = x[31:16] + {15'd0, up};
  endfunction

  // RNE_INT10(x), two's complement. m drops all but one fraction bit: |x| = (sig / 2^m) / 2.
  function automatic logic [9:0] int10(input logic [31:0] x);
    logic [31:0] sig;
    logic [10:0] cut;
    logic [9:0]  mag;
    logic [4:0]  m;
    sig = {8'd0, 1'b1, x[22:0]};
    m   = 5'(8'd149 - x[30:23]); // 14..23 where it is used
    cut = 11'(sig >> m);
    mag = cut[10:1] + {9'd0, cut[0] && (cut[1] || lost32(sig, m))}; // at most 512
    if (x[30:0] > Inf[30:0])      int10 = 10'd0;
    else if (x[30:23] < 8'd126)   int10 = 10'd0;                       // |x| < 0.5
    else if (x[30:23] >= 8'd136)  int10 = x[31] ? 10'h200 : 10'h1ff;   // |x| >= 512
    else if (x[31])               int10 = -mag;
    else                          int10 = mag[9] ? 10'h1ff : mag;
  endfunction

  // S32_F32(v) of -255..255: exact.
  function automatic logic [31:0] s9_f32(input logic [8:0] v);
    logic [7:0] mag;
    logic [2:0] lz;
    mag = v[8] ? -v[7:0] : v[7:0];
    lz  = 3'd0;
    if (mag[7:4] == 4'd0) begin lz[2] = 1'b1; mag = {mag[3:0], 4'd0}; end
    if (mag[7:6] == 2'd0) begin lz[1] = 1'b1; mag = {mag[5:0], 2'd0}; end
    if (!mag[7])          begin lz[0] = 1'b1; mag = {mag[6:0], 1'b0}; end
    s9_f32 = mag[7] ? {v[8], 8'd134 - {5'd0, lz}, mag[6:0], 16'd0} : 32'd0;
  endfunction

endpackage
