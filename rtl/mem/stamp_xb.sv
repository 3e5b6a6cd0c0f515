// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_xb - operand nibbles: lines of P rows on single ports, two banks by the low bit of the line.
//
// Read      a whole line, always granted. Latency 2 cycles; held until the next read's.
// Write     one or two rows of a line each cycle, never refused, in a register before they are in the bank. What
//           finds it occupied, the bank being read, waits in the bank's FIFO, in order.
// ready_o   from a register. From the cycle it is first low each FIFO takes Room more writes: the writer's
//           pipeline may run out. It rises again as soon as there is more room than that.
// busy_o    a write waits: until it falls the reader must not be told that the lines are there.
// Rate      two banks give 2 lines a cycle, reader and writer together want 1 + T/L. One bank can run
//           short where every write goes to it (rows of one line): 1 + T/2L for 1.
// Starving  a bank is free whenever the array reads the other one, which it does every other time within
//           a tile, and between two tiles of one line each, which are max(P, 8) cycles apart.
module stamp_xb #(
    parameter int unsigned P,
    parameter int unsigned L,
    parameter int unsigned XB_LINES,
    parameter int unsigned Entries = 6,  // of a bank's FIFO, more than Room
    parameter int unsigned Room    = 4   // writes taken after ready_o fell
) (
    input  logic                        clk_i,
    input  logic                        rst_ni, // synchronous, active low
    input  logic [31:0]                 mem_test_i,

    // Row row_i gets hi_i, row row_i + 1 gets lo_i if two_i.
    input  logic                        we_i,
    output logic                        ready_o,
    output logic                        busy_o,
    input  logic [$clog2(XB_LINES)-1:0] waddr_i,
    input  logic [$clog2(P)-1:0]        row_i,
    input  logic                        two_i,
    input  logic [L*4-1:0]              hi_i,
    input  logic [L*4-1:0]              lo_i,

    input  logic                        re_i,
    input  logic [$clog2(XB_LINES)-1:0] raddr_i,
    output logic [P*L*4-1:0]            data_o // row r from bit r*L*4 on
);

  localparam int unsigned Lines = (XB_LINES + 1) / 2;
  localparam int unsigned LineW = $clog2(XB_LINES) - 1;
  localparam int unsigned RowW  = $clog2(P);
  localparam int unsigned Job   = LineW + RowW + 1 + 2*L*4;
  localparam int unsigned CntW  = $clog2(Entries + 1);

  logic [1:0]       near, waits, lost;
  logic [P*L*4-1:0] line [2];

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(6)) i_wake (.clk_i, .rst_ni, .awake_i(we_i || re_i || busy_o || near != 2'd0), .clk_o(clk));

  assign busy_o = waits != 2'd0;

  for (genvar b = 0; b < 2; b++) begin : g_bank
    logic             rd, wr, mine, fifo_valid, fifo_ready, push, pop, take, out_v_q, two;
    logic [Job-1:0]   job, head, next;
    logic [LineW-1:0] at, at_q;
    logic [RowW-1:0]  row;
    logic [L*4-1:0]   hi, lo, hi_q, lo_q;
    logic [P-1:0]     own, mask, own_q, mask_q; // rows: that get hi, that are written
    logic [P*L*4-1:0] wdata;
    logic [CntW-1:0]  count_q, count;

    assign rd   = re_i && raddr_i[0] == 1'(b);
    assign mine = we_i && waddr_i[0] == 1'(b);
    assign wr   = !rd && out_v_q;
    assign take = !rd || !out_v_q; // the register before the port is free
    assign pop  = take && fifo_valid;
    assign push = mine && (!take || fifo_valid);
    assign job  = {waddr_i[LineW:1], row_i, two_i, hi_i, lo_i};
    assign next = fifo_valid ? head : job;
    assign {at, row, two, hi, lo} = next;
    assign own  = P'(1) << row;
    assign mask = own | (two ? own << 1 : '0);

    always_ff @(posedge clk) begin
      if (!rst_ni)   out_v_q <= 1'b0;
      else if (take) out_v_q <= fifo_valid || mine;
      if (take && (fifo_valid || mine)) begin
        at_q   <= at;
        own_q  <= own;
        mask_q <= mask;
        hi_q   <= hi;
        lo_q   <= lo;
      end
    end

    for (genvar r = 0; r < P; r++) begin : g_row
      assign wdata[r*L*4 +: L*4] = own_q[r] ? hi_q : lo_q;
    end

    stamp_fifo #(.Width(Job), .Depth(Entries)) i_fifo (
      .clk_i(clk), .rst_ni, .push_i(push), .ready_o(fifo_ready), .data_i(job), .valid_o(fifo_valid),
      .pop_i(pop), .data_o(head));

    stamp_ram_sp #(.Width(P*L*4), .Depth(Lines), .Parts(P)) i_ram (
      .clk_i(clk), .mem_test_i, .re_i(rd), .we_i(wr),
      .addr_i(($clog2(Lines))'(rd ? raddr_i[LineW:1] : at_q)), .mask_i(mask_q), .wdata_i(wdata), .rdata_o(line[b]));

    assign waits[b] = fifo_valid || out_v_q;
    assign lost[b]  = push && !fifo_ready;
    assign count    = (push && !pop) ? count_q + 1'b1 : (!push && pop) ? count_q - 1'b1 : count_q;
    always_ff @(posedge clk) begin
      if (!rst_ni) count_q <= '0;
      else         count_q <= count;
      near[b] <= rst_ni && count >= CntW'(Entries - Room);
    end
  end

  assign ready_o = near == 2'd0;

  logic sel;
  assign data_o = line[sel];

  stamp_ram_tag i_sel (.clk_i(clk), .re_i, .tag_i(raddr_i[0]), .tag_o(sel));

`ifndef SYNTHESIS
  always_ff @(posedge clk) if (rst_ni && lost != 2'd0) $fatal(1, "stamp_xb: a write found its FIFO full");
`else
  logic unused;
  assign unused = &{1'b0, lost};
`endif

endmodule
