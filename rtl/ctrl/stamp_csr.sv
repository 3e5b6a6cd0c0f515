// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_csr - AXI4-Lite registers, interrupt, status.
//
// Rule     model/spec/regs.def. One write and one read at a time; a read answers 3 cycles after it is
//          taken, a write the cycle after address and data are both here, in whichever order they come.
// Contract all that leaves on the bus comes from registers: no ready waits for a valid or a ready.
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

    // Counter word: comes the cycle after its index.
    output logic [5:0]  ctr_index_o,
    output logic        ctr_high_o,
    input  logic [31:0] ctr_word_i
);

  localparam logic [31:0] Id      = 32'h5354_414d;
  localparam logic [31:0] Version = stamp_isa_pkg::ISA_MAJOR << 16 | stamp_isa_pkg::ISA_MINOR;

  logic        done_q, fault_q, irq_enable_q, write, busy;
  logic [11:0] awaddr_q, araddr_q, ctr_offset;
  logic [3:0]  err_q, wstrb_q;
  logic [31:0] err_pc_q, rdata, wdata_q;
  logic [39:0] code_addr_q, win_lo_q, win_hi_q;
  logic [1:0]  read_q; // cycles of the read under way

  assign busy    = busy_i || done_i || fault_i; // until the outcome can be read
  assign bresp_o = 2'd0;
  assign rresp_o = 2'd0;
  assign write   = !awready_o && !wready_o && !bvalid_o;
  assign irq_o   = irq_enable_q && (done_q || fault_q);
  assign {code_addr_o, win_lo_o, win_hi_o} = {code_addr_q, win_lo_q, win_hi_q};

  // Address and data of one write, each kept until the response is taken.
  always_ff @(posedge clk_i) begin : write_channels
    if (!rst_ni) begin
      {awready_o, wready_o, bvalid_o} <= 3'b110;
    end else begin
      if (awvalid_i && awready_o) awready_o <= 1'b0;
      if (wvalid_i && wready_o)   wready_o  <= 1'b0;
      if (write) bvalid_o <= 1'b1;
      if (bvalid_o && bready_i) {awready_o, wready_o, bvalid_o} <= 3'b110;
    end
    if (awready_o) awaddr_q <= awaddr_i;
    if (wready_o)  {wstrb_q, wdata_q} <= {wstrb_i, wdata_i};
  end

  // Bytes not strobed keep their value.
  function automatic logic [31:0] merge(input logic [31:0] old, input logic [31:0] data,
                                        input logic [3:0] strb);
    for (int i = 0; i < 4; i++) merge[i*8 +: 8] = strb[i] ? data[i*8 +: 8] : old[i*8 +: 8];
  endfunction

  logic clear, start; // what a write to CTRL says
  assign clear = wstrb_q[0] && wdata_q[1];
  assign start = wstrb_q[0] && wdata_q[0] && !busy;

  always_ff @(posedge clk_i) begin : writes
    start_o <= 1'b0;
    if (!rst_ni) begin
      {irq_enable_q, done_q, fault_q} <= '0;
      {code_addr_q, win_lo_q, win_hi_q, code_count_o, watchdog_o, arg_o} <= '0;
      err_q <= '0;
    end else begin
      if (write) begin
        case (awaddr_q)
          stamp_isa_pkg::REG_CTRL: begin
            if (clear || start) begin
              {done_q, fault_q} <= 2'b00;
              err_q <= '0;
            end
            start_o <= start;
          end
          stamp_isa_pkg::REG_IRQ_ENABLE: if (wstrb_q[0]) irq_enable_q <= wdata_q[0];
          stamp_isa_pkg::REG_CODE_LO:    code_addr_q[31:0] <= merge(code_addr_q[31:0], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_CODE_HI:    if (wstrb_q[0]) code_addr_q[39:32] <= wdata_q[7:0];
          stamp_isa_pkg::REG_CODE_COUNT: code_count_o      <= merge(code_count_o, wdata_q, wstrb_q);
          stamp_isa_pkg::REG_WIN_LO_LO:  win_lo_q[31:0]    <= merge(win_lo_q[31:0], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_WIN_LO_HI:  if (wstrb_q[0]) win_lo_q[39:32] <= wdata_q[7:0];
          stamp_isa_pkg::REG_WIN_HI_LO:  win_hi_q[31:0]    <= merge(win_hi_q[31:0], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_WIN_HI_HI:  if (wstrb_q[0]) win_hi_q[39:32] <= wdata_q[7:0];
          stamp_isa_pkg::REG_WATCHDOG:   watchdog_o        <= merge(watchdog_o, wdata_q, wstrb_q);
          stamp_isa_pkg::REG_ARG0:       arg_o[31:0]       <= merge(arg_o[31:0], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_ARG1:       arg_o[63:32]      <= merge(arg_o[63:32], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_ARG2:       arg_o[95:64]      <= merge(arg_o[95:64], wdata_q, wstrb_q);
          stamp_isa_pkg::REG_ARG3:       arg_o[127:96]     <= merge(arg_o[127:96], wdata_q, wstrb_q);
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

  assign ctr_offset  = araddr_q - stamp_isa_pkg::REG_CTR;
  assign ctr_index_o = ctr_offset[8:3];
  assign ctr_high_o  = ctr_offset[2];

  always_comb begin
    case (araddr_q)
      stamp_isa_pkg::REG_ID:         rdata = Id;
      stamp_isa_pkg::REG_VERSION:    rdata = Version;
      stamp_isa_pkg::REG_PARAM0:     rdata = {8'(AXI_BYTES), 8'(T), 8'(L), 8'(P)};
      stamp_isa_pkg::REG_STATUS:     rdata = {20'd0, err_q, 5'd0, fault_q, done_q, busy};
      stamp_isa_pkg::REG_ERROR_PC:   rdata = err_pc_q;
      stamp_isa_pkg::REG_IRQ_ENABLE: rdata = {31'd0, irq_enable_q};
      stamp_isa_pkg::REG_CODE_LO:    rdata = code_addr_q[31:0];
      stamp_isa_pkg::REG_CODE_HI:    rdata = {24'd0, code_addr_q[39:32]};
      stamp_isa_pkg::REG_CODE_COUNT: rdata = code_count_o;
      stamp_isa_pkg::REG_WIN_LO_LO:  rdata = win_lo_q[31:0];
      stamp_isa_pkg::REG_WIN_LO_HI:  rdata = {24'd0, win_lo_q[39:32]};
      stamp_isa_pkg::REG_WIN_HI_LO:  rdata = win_hi_q[31:0];
      stamp_isa_pkg::REG_WIN_HI_HI:  rdata = {24'd0, win_hi_q[39:32]};
      stamp_isa_pkg::REG_WATCHDOG:   rdata = watchdog_o;
      stamp_isa_pkg::REG_ARG0:       rdata = arg_o[31:0];
      stamp_isa_pkg::REG_ARG1:       rdata = arg_o[63:32];
      stamp_isa_pkg::REG_ARG2:       rdata = arg_o[95:64];
      stamp_isa_pkg::REG_ARG3:       rdata = arg_o[127:96];
      default: rdata = (araddr_q >= stamp_isa_pkg::REG_CTR) ? ctr_word_i : 32'd0;
    endcase
  end

  // Taken; index to the counters; word and register; data.
  always_ff @(posedge clk_i) begin : reads
    if (!rst_ni) begin
      {arready_o, rvalid_o, read_q} <= 4'b1000;
    end else begin
      read_q <= {read_q[0], arvalid_i && arready_o};
      if (arvalid_i && arready_o) arready_o <= 1'b0;
      if (read_q[1]) rvalid_o <= 1'b1;
      if (rvalid_o && rready_i) {arready_o, rvalid_o} <= 2'b10;
    end
    if (arready_o) araddr_q <= araddr_i;
    if (read_q[1]) rdata_o  <= rdata;
  end

  logic unused;
  assign unused = &{1'b0, ctr_offset[11:9], ctr_offset[1:0]};

endmodule
