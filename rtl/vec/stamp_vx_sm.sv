// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_sm - quantizer state: the memory SM and who writes it.
//
// Rule     model/spec/isa.md VMINMAX, VQPAR, VSMWR. C twins: model/insn/vminmax.c, vqpar.c, vsmwr.c.
// Ports    one read a cycle, data in the second cycle after it; a write is made by one instruction at a
//          time. VMINMAX 0 the range is there, its entry read; 2 the entry has come, compared; 3 written.
module stamp_vx_sm #(
    parameter int unsigned L,
    parameter int unsigned SM_ENTRIES,
    parameter int unsigned Q
) (
    input  logic                          clk_i,
    input  logic                          rst_ni,
    input  logic [31:0]                   mem_test_i,
    input  logic                          load_i, // first cycle of an instruction

    input  logic                          re_i,
    input  logic [$clog2(SM_ENTRIES)-1:0] raddr_i,
    output logic [103:0]                  rdata_o, // {rowsum, zero, hi/scale, lo/inv}

    // VMINMAX.
    input  logic                          fresh_i, // start from an empty range
    input  logic                          range_i,
    input  logic [$clog2(SM_ENTRIES)-1:0] range_sm_i,
    input  logic [31:0]                   lo_i,
    input  logic [31:0]                   hi_i,

    // VQPAR: par_take_i, and in the cycle after par_valid_i with the entry.
    output logic                          par_ready_o,
    input  logic                          par_take_i,
    input  logic                          par_valid_i,
    input  logic [31:0]                   par_lo_i,
    input  logic [31:0]                   par_hi_i,
    input  logic [31:0]                   par_rowsum_i,
    input  logic [$clog2(SM_ENTRIES)-1:0] par_sm_i,
    input  logic                          bits8_i,
    input  logic                          sym_i,
    input  logic                          sd_i,
    output logic                          par_done_o,
    output logic                          par_flag_o, // infinity or NaN

    // VSMWR: stamp_vx_scatter.
    input  logic                          scat_valid_i,
    output logic                          scat_ready_o,
    input  logic                          scat_first_i,
    input  logic [12:0]                   scat_sm_i,
    input  logic [11:0]                   scat_count_i,
    input  logic [15:0]                   scat_stride_i,
    input  logic [L*32-1:0]               scat_x_i,
    output logic                          scat_bad_o,

    // VQUANT.
    input  logic                          q_we_i,
    input  logic [$clog2(SM_ENTRIES)-1:0] q_addr_i,
    input  logic [103:0]                  q_data_i,

    output logic                          we_o, // what is written
    output logic [$clog2(SM_ENTRIES)-1:0] addr_o,
    output logic [103:0]                  data_o,
    output logic                          busy_o // an entry is to be written in a later cycle
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(8)) i_wake (.clk_i, .rst_ni, .awake_i(load_i || re_i || range_i || par_take_i || par_valid_i || scat_valid_i || q_we_i || busy_o), .clk_o(clk));

  localparam int unsigned SmW = $clog2(SM_ENTRIES);

  logic [31:0]    inv, scale, rowsum;
  logic [7:0]     zero;
  logic           s_we, par_busy, scat_busy;
  logic [SmW-1:0] p_addr, s_addr;
  logic [103:0]   s_data;

  stamp_qpar #(.Q(Q), .TagW(SmW + 32)) i_qpar (
    .clk_i(clk), .rst_ni, .ready_o(par_ready_o), .take_i(par_take_i), .valid_i(par_valid_i),
    .lo_i(par_lo_i), .hi_i(par_hi_i), .bits8_i, .sym_i, .sd_i,
    .tag_i({par_rowsum_i, par_sm_i}), .busy_o(par_busy), .done_o(par_done_o),
    .tag_o({rowsum, p_addr}), .inv_o(inv), .scale_o(scale), .zero_o(zero), .flag_o(par_flag_o));

  stamp_vx_scatter #(.L(L), .SM_ENTRIES(SM_ENTRIES)) i_scatter (
    .clk_i(clk), .rst_ni, .load_i, .valid_i(scat_valid_i), .ready_o(scat_ready_o), .first_i(scat_first_i),
    .sm_i(scat_sm_i), .count_i(scat_count_i), .stride_i(scat_stride_i), .x_i(scat_x_i),
    .sm_we_o(s_we), .sm_addr_o(s_addr), .sm_data_o(s_data), .bad_o(scat_bad_o),
    .busy_o(scat_busy));

  // ---- VMINMAX: the range waits for its entry ------------------------------------------------------
  logic [3:1]     range_q;
  logic [SmW-1:0] r1_sm_q, r2_sm_q, r_sm_q;
  logic [63:0]    r1_q, r2_q; // hi, lo
  logic [31:0]    old_lo, old_hi;
  logic [103:0]   r_data_q;

  assign old_lo = fresh_i ? 32'd0 : rdata_o[31:0];
  assign old_hi = fresh_i ? 32'd0 : rdata_o[63:32];
  assign busy_o = range_q[2:1] != '0 || par_busy || scat_busy;

  always_ff @(posedge clk) begin
    range_q <= rst_ni ? {range_q[2:1], range_i} : '0;
    if (range_i) {r1_sm_q, r1_q} <= {range_sm_i, hi_i, lo_i};
    if (range_q[1]) {r2_sm_q, r2_q} <= {r1_sm_q, r1_q};
    if (range_q[2]) begin
      r_sm_q   <= r2_sm_q;
      r_data_q <= {fresh_i ? 40'd0 : rdata_o[103:64],
                   stamp_fp_pkg::lt(old_hi, r2_q[63:32]) ? r2_q[63:32] : old_hi,
                   stamp_fp_pkg::lt(r2_q[31:0], old_lo) ? r2_q[31:0] : old_lo};
    end
  end

  always_comb begin
    we_o   = q_we_i || range_q[3] || par_done_o || s_we;
    addr_o = q_addr_i;
    data_o = q_data_i;
    if (range_q[3]) begin
      addr_o = r_sm_q;
      data_o = r_data_q;
    end
    if (par_done_o) begin
      addr_o = p_addr;
      data_o = {rowsum, zero, scale, inv};
    end
    if (s_we) begin
      addr_o = s_addr;
      data_o = s_data;
    end
  end

  stamp_ram #(.Width(104), .Depth(SM_ENTRIES)) i_ram (
    .clk_i(clk), .mem_test_i, .we_i(we_o), .waddr_i(addr_o), .wdata_i(data_o), .re_i(re_i || range_i),
    .raddr_i(range_i ? range_sm_i : raddr_i), .rdata_o);

endmodule
