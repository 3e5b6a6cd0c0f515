// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_csr - AXI4-Lite registers, interrupt, status.
//
// Rule     model/spec/regs.def. Latency 1 cycle; one write and one read at a time.
// Writes to read-only or unknown offsets do nothing; unknown offsets read as zero. All OKAY.
module stamp_csr #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned AXI_BYTES
) (
    input  logic        clk_i,
    input  logic        rst_ni,

    input  logic        awvalid_i,
    output logic        awready_o,
    input  logic [11:0] awaddr_i,
    input  logic        wvalid_i,
    output logic        wready_o,
    input  logic [31:0] wdata_i,
    input  logic [3:0]  wstrb_i,
    output logic        bvalid_o,
    input  logic        bready_i,
    output logic [1:0]  bresp_o,
    input  logic        arvalid_i,
    output logic        arready_o,
    input  logic [11:0] araddr_i,
    output logic        rvalid_o,
    input  logic        rready_i,
    output logic [31:0] rdata_o,
    output logic [1:0]  rresp_o,

    output logic        irq_o, // level, until cleared

    output logic        start_o, // one cycle
    output logic [39:0] code_addr_o,
    output logic [31:0] code_count_o,
    output logic [39:0] win_lo_o,
    output logic [39:0] win_hi_o,
    output logic [31:0] watchdog_o,
    output logic [stamp_isa_pkg::ARGS*32-1:0] arg_o, // argument 0 lowest

    input  logic        busy_i,
    input  logic        done_i,
    input  logic        fault_i,
    input  logic [3:0]  err_i,
    input  logic [31:0] err_pc_i,

    // Counter word at araddr: combinational.
    output logic [5:0]  ctr_index_o,
    output logic        ctr_high_o,
    input  logic [31:0] ctr_word_i
);

  localparam logic [31:0] Id      = 32'h5354_414d;
  localparam logic [31:0] Version = stamp_isa_pkg::ISA_MAJOR << 16 | stamp_isa_pkg::ISA_MINOR;

  logic        done_q, fault_q, irq_enable_q, write, busy;
  logic [11:0] ctr_offset;
  logic [3:0]  err_q;
  logic [31:0] err_pc_q, rdata, new_word;
  logic [63:0] code_addr_q, win_lo_q, win_hi_q;

  assign busy      = busy_i || done_i || fault_i; // until the outcome can be read
  assign bresp_o   = 2'd0;
  assign rresp_o   = 2'd0;
  assign write     = awvalid_i && wvalid_i && (!bvalid_o || bready_i);
  assign awready_o = write;
  assign wready_o  = write;
  assign arready_o = !rvalid_o || rready_i;
  assign irq_o     = irq_enable_q && (done_q || fault_q);
  assign {code_addr_o, win_lo_o, win_hi_o} = {code_addr_q[39:0], win_lo_q[39:0], win_hi_q[39:0]};

  // Bytes not strobed keep their value: merge with what the register holds.
  function automatic logic [31:0] merge(input logic [31:0] old, input logic [31:0] data,
                                        input logic [3:0] strb);
    for (int i = 0; i < 4; i++) merge[i*8 +: 8] = strb[i] ? data[i*8 +: 8] : old[i*8 +: 8];
  endfunction

  logic [31:0] held; // the register at awaddr
  always_comb begin
    case (awaddr_i)
      stamp_isa_pkg::REG_IRQ_ENABLE: held = {31'd0, irq_enable_q};
      stamp_isa_pkg::REG_CODE_LO:    held = code_addr_q[31:0];
      stamp_isa_pkg::REG_CODE_HI:    held = code_addr_q[63:32];
      stamp_isa_pkg::REG_CODE_COUNT: held = code_count_o;
      stamp_isa_pkg::REG_WIN_LO_LO:  held = win_lo_q[31:0];
      stamp_isa_pkg::REG_WIN_LO_HI:  held = win_lo_q[63:32];
      stamp_isa_pkg::REG_WIN_HI_LO:  held = win_hi_q[31:0];
      stamp_isa_pkg::REG_WIN_HI_HI:  held = win_hi_q[63:32];
      stamp_isa_pkg::REG_WATCHDOG:   held = watchdog_o;
      stamp_isa_pkg::REG_ARG0:       held = arg_o[31:0];
      stamp_isa_pkg::REG_ARG1:       held = arg_o[63:32];
      stamp_isa_pkg::REG_ARG2:       held = arg_o[95:64];
      stamp_isa_pkg::REG_ARG3:       held = arg_o[127:96];
      default:                       held = 32'd0;
    endcase
    new_word = merge(held, wdata_i, wstrb_i);
  end

  always_ff @(posedge clk_i) begin : writes
    start_o <= 1'b0;
    if (!rst_ni) begin
      {bvalid_o, irq_enable_q, done_q, fault_q} <= '0;
      {code_addr_q, win_lo_q, win_hi_q, code_count_o, watchdog_o, arg_o} <= '0;
      err_q <= '0;
    end else begin
      bvalid_o <= write || (bvalid_o && !bready_i);
      if (write) begin
        case (awaddr_i)
          stamp_isa_pkg::REG_CTRL: begin
            if (new_word[1] || (new_word[0] && !busy)) begin
              {done_q, fault_q} <= 2'b00;
              err_q <= '0;
            end
            start_o <= new_word[0] && !busy;
          end
          stamp_isa_pkg::REG_IRQ_ENABLE: irq_enable_q       <= new_word[0];
          stamp_isa_pkg::REG_CODE_LO:    code_addr_q[31:0]  <= new_word;
          stamp_isa_pkg::REG_CODE_HI:    code_addr_q[63:32] <= {24'd0, new_word[7:0]};
          stamp_isa_pkg::REG_CODE_COUNT: code_count_o       <= new_word;
          stamp_isa_pkg::REG_WIN_LO_LO:  win_lo_q[31:0]     <= new_word;
          stamp_isa_pkg::REG_WIN_LO_HI:  win_lo_q[63:32]    <= {24'd0, new_word[7:0]};
          stamp_isa_pkg::REG_WIN_HI_LO:  win_hi_q[31:0]     <= new_word;
          stamp_isa_pkg::REG_WIN_HI_HI:  win_hi_q[63:32]    <= {24'd0, new_word[7:0]};
          stamp_isa_pkg::REG_WATCHDOG:   watchdog_o         <= new_word;
          stamp_isa_pkg::REG_ARG0:       arg_o[31:0]        <= new_word;
          stamp_isa_pkg::REG_ARG1:       arg_o[63:32]       <= new_word;
          stamp_isa_pkg::REG_ARG2:       arg_o[95:64]       <= new_word;
          stamp_isa_pkg::REG_ARG3:       arg_o[127:96]      <= new_word;
          default: ;
        endcase
      end
      // A run that ends in the cycle of a clear stays visible: its host has not seen it yet.
      if (done_i) done_q <= 1'b1;
      if (fault_i) begin
        fault_q  <= 1'b1;
        err_q    <= err_i;
        err_pc_q <= err_pc_i;
      end
    end
  end

  assign ctr_offset  = araddr_i - stamp_isa_pkg::REG_CTR;
  assign ctr_index_o = ctr_offset[8:3];
  assign ctr_high_o  = ctr_offset[2];

  always_comb begin
    case (araddr_i)
      stamp_isa_pkg::REG_ID:         rdata = Id;
      stamp_isa_pkg::REG_VERSION:    rdata = Version;
      stamp_isa_pkg::REG_PARAM0:     rdata = {8'(AXI_BYTES), 8'(T), 8'(L), 8'(P)};
      stamp_isa_pkg::REG_STATUS:     rdata = {20'd0, err_q, 5'd0, fault_q, done_q, busy};
      stamp_isa_pkg::REG_ERROR_PC:   rdata = err_pc_q;
      stamp_isa_pkg::REG_IRQ_ENABLE: rdata = {31'd0, irq_enable_q};
      stamp_isa_pkg::REG_CODE_LO:    rdata = code_addr_q[31:0];
      stamp_isa_pkg::REG_CODE_HI:    rdata = code_addr_q[63:32];
      stamp_isa_pkg::REG_CODE_COUNT: rdata = code_count_o;
      stamp_isa_pkg::REG_WIN_LO_LO:  rdata = win_lo_q[31:0];
      stamp_isa_pkg::REG_WIN_LO_HI:  rdata = win_lo_q[63:32];
      stamp_isa_pkg::REG_WIN_HI_LO:  rdata = win_hi_q[31:0];
      stamp_isa_pkg::REG_WIN_HI_HI:  rdata = win_hi_q[63:32];
      stamp_isa_pkg::REG_WATCHDOG:   rdata = watchdog_o;
      stamp_isa_pkg::REG_ARG0:       rdata = arg_o[31:0];
      stamp_isa_pkg::REG_ARG1:       rdata = arg_o[63:32];
      stamp_isa_pkg::REG_ARG2:       rdata = arg_o[95:64];
      stamp_isa_pkg::REG_ARG3:       rdata = arg_o[127:96];
      default: rdata = (araddr_i >= stamp_isa_pkg::REG_CTR) ? ctr_word_i : 32'd0;
    endcase
  end

  always_ff @(posedge clk_i) begin : reads
    if (!rst_ni) rvalid_o <= 1'b0;
    else rvalid_o <= arvalid_i || (rvalid_o && !rready_i);
    if (arvalid_i && arready_o) rdata_o <= rdata;
  end

  logic unused;
  assign unused = &{1'b0, ctr_offset[11:9], ctr_offset[1:0], code_addr_q[63:40], win_lo_q[63:40], win_hi_q[63:40]};

endmodule
