// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_rows - one number or one range of each row: VRED, VMINMAX.
//
// Rule     model/spec/isa.md VRED, VMINMAX. C twins: model/insn/vred.c, vminmax.c.
// Pipeline maximum and range log2(L) + 1 cycles behind the last line (stamp_vx_minmax); sums
//          stamp_vx_red, MulLatency cycles later where they are of squares.
// Stream   a line is taken when valid_i && adv_i; ready_o, a register, is low where the sums could take no
//          line, given or not. en_i low holds what comes out. Results come in the order of the rows.
module stamp_vx_rows #(
    parameter int unsigned L,
    parameter int unsigned TagW = 10
) (
    input  logic               clk_i,
    input  logic               rst_ni,
    input  logic               en_i,
    input  logic               adv_i,
    input  logic               start_i, // of an instruction

    input  logic               valid_i,
    output logic               ready_o,
    input  logic               range_i, // VMINMAX; else VRED
    input  logic [3:0]         fn_i,    // FN_RED_*
    input  logic               first_i, // first line of its row or block
    input  logic               last_i,
    input  logic [$clog2(L):0] count_i, // lanes that count (VRED)
    input  logic [TagW-1:0]    tag_i,
    input  logic [L*32-1:0]    x_i,
    input  logic [L*32-1:0]    prod_i,  // squares of the line MulLatency steps before

    output logic               range_o, // VMINMAX: range of a row or block
    output logic [TagW-1:0]    tag_o,
    output logic [31:0]        lo_o,
    output logic [31:0]        hi_o,
    output logic               red_o,   // VRED: result of a row
    output logic [31:0]        red_data_o,
    output logic               busy_o,

    output logic               add_valid_o, // to the adders and from there, as stamp_vx_red says
    output logic [L*32-1:0]    add_x_o,
    output logic [L*32-1:0]    add_y_o,
    input  logic [L*32-1:0]    sum_i
);

  // The clock while there is something to do: a wire, but in simulation (stamp_wake).
  logic clk;
  stamp_wake #(.Tail(8)) i_wake (.clk_i, .rst_ni, .awake_i(start_i || valid_i || busy_o), .clk_o(clk));

  localparam int unsigned Mul    = stamp_fp_pkg::MulLatency;
  localparam int unsigned Log    = $clog2(L);
  localparam logic [31:0] Lowest = 32'hff7f_ffff;

  logic            sum, squares, largest, found, mm_busy, red_done, red_busy, red_valid;
  logic            red_ready, unused_ready, in_valid, in_last, in_push, in_pop;
  logic [2:0]      in_q;
  logic [Log:0]    in_count;
  logic [L*32-1:0] in_x;
  logic [Mul:1]    v_q, last_q;
  logic [Log:0]    count_q [1:Mul];
  logic [31:0]     red_sum;

  // Of the instruction, which is there long before its first line.
  always_ff @(posedge clk) begin
    sum     <= !range_i && fn_i == 4'(stamp_isa_pkg::FN_RED_SUM);
    squares <= !range_i && fn_i == 4'(stamp_isa_pkg::FN_RED_SUMSQ);
    largest <= !range_i && fn_i != 4'(stamp_isa_pkg::FN_RED_SUM) && fn_i != 4'(stamp_isa_pkg::FN_RED_SUMSQ);
  end

  assign red_valid  = v_q[Mul] || (valid_i && sum);
  assign ready_o    = !in_q[2];
  assign range_o    = found && range_i;
  assign red_o      = red_done || (found && largest);
  assign red_data_o = largest ? hi_o : red_sum;
  assign busy_o     = mm_busy || red_busy || in_valid || v_q != '0;

  stamp_vx_minmax #(.L(L), .TagW(TagW)) i_minmax (
    .clk_i(clk), .rst_ni, .en_i, .init_i(largest ? Lowest : 32'd0), .nan_i(largest),
    .valid_i(valid_i && (range_i || largest)), .first_i, .last_i, .tag_i, .count_i, .x_i,
    .range_valid_o(found), .tag_o, .busy_o(mm_busy), .lo_o, .hi_o);

  always_ff @(posedge clk) begin
    if (!rst_ni) v_q <= '0;
    else if (adv_i) v_q <= {v_q[Mul-1:1], valid_i && squares};
    if (adv_i && squares) begin
      last_q     <= {last_q[Mul-1:1], last_i};
      count_q[1] <= count_i;
      for (int k = 2; k <= Mul; k++) count_q[k] <= count_q[k-1];
    end
  end

  // Two lines wait here, so that what the sums find in their own way reaches the pipeline as a register: in_q
  // says how many, one bit for each number.
  assign in_push = red_valid && en_i && !in_q[2];
  assign in_pop  = red_ready && en_i && !in_q[0];

  always_ff @(posedge clk) begin
    if (!rst_ni) in_q <= 3'b001;
    else if (in_push != in_pop) in_q <= in_push ? in_q << 1 : in_q >> 1;
  end

  stamp_fifo #(.Width(L*32 + Log + 2), .Depth(2)) i_in (
    .clk_i(clk), .rst_ni, .push_i(in_push), .ready_o(unused_ready),
    .data_i({squares ? last_q[Mul] : last_i, squares ? count_q[Mul] : count_i, squares ? prod_i : x_i}),
    .valid_o(in_valid), .pop_i(in_pop), .data_o({in_last, in_count, in_x}));

  stamp_vx_red #(.L(L)) i_red (
    .clk_i(clk), .rst_ni, .en_i, .start_i, .valid_i(in_valid), .ready_o(red_ready), .last_i(in_last), .count_i(in_count),
    .x_i(in_x), .add_valid_o, .add_x_o, .add_y_o, .sum_i, .valid_o(red_done), .sum_o(red_sum), .busy_o(red_busy));

endmodule
