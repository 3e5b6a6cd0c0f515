// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_pack - signed digits of a line of lanes into weight order: writes to the pack buffer.
//
// Rule     model/spec/isa.md VPACKK, VPACKV. C twins: model/insn/vpackk.c, vpackv.c.
// Order    VPACKK: plane 0 (hi), pieces of T lanes rising, then plane 1 (lo); VPACKV: a write each.
// Stream   a line holds while valid_i && !ready_o; one write per cycle, registered. ready_o is a register:
//          depth_i holds for an instruction and is there before its first line.
module stamp_vx_pack #(
    parameter int unsigned L,
    parameter int unsigned T,
    parameter int unsigned PB_LINES
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,

    input  logic                        valid_i,
    output logic                        ready_o, // with the last write of the line
    input  logic                        depth_i, // VPACKV: the row is a depth, not a column
    input  logic [17:0]                 line_i,  // first PB line, plane 0
    input  logic [15:0]                 plane_i, // PB lines from plane 0 to plane 1
    input  logic [12:0]                 index_i, // column, or depth modulo T
    input  logic [L*4-1:0]              hi_i,
    input  logic [L*4-1:0]              lo_i,

    output logic                        pb_we_o,
    output logic [$clog2(PB_LINES)-1:0] pb_addr_o,
    output logic [L*T-1:0]              pb_mask_o,
    output logic [L*T*4-1:0]            pb_data_o
);

  localparam int unsigned Pieces = L / T;
  localparam int unsigned W      = $clog2(Pieces + 1);
  localparam int unsigned Addr   = $clog2(PB_LINES);

  logic [W-1:0] piece_q, piece_next;
  logic         lo_q, lo_next, last;

  assign last       = depth_i || piece_q == W'(Pieces - 1);
  assign piece_next = last ? '0 : piece_q + 1'b1;
  assign lo_next    = lo_q ^ last;

  always_ff @(posedge clk_i) begin : write
    logic [L*4-1:0] digit;
    pb_we_o <= rst_ni && valid_i;
    if (!rst_ni) begin
      piece_q <= '0;
      lo_q    <= 1'b0;
      ready_o <= 1'b0;
    end else if (valid_i) begin
      piece_q <= piece_next;
      lo_q    <= lo_next;
      ready_o <= lo_next && (depth_i || piece_next == W'(Pieces - 1));

      digit     = lo_q ? lo_i : hi_i;
      pb_addr_o <= Addr'(line_i) + Addr'(piece_q) + (lo_q ? Addr'(plane_i) : '0);
      for (int c = 0; c < L; c++) begin
        for (int t = 0; t < T; t++) begin
          pb_mask_o[c*T + t] <= depth_i ? index_i[$clog2(T)-1:0] == ($clog2(T))'(t)
                                        : index_i[$clog2(L)-1:0] == ($clog2(L))'(c);
          pb_data_o[(c*T + t)*4 +: 4] <= depth_i ? digit[c*4 +: 4]
                                                 : digit[32'(piece_q)*T*4 + t*4 +: 4];
        end
      end
    end
  end

  logic unused;
  assign unused = &{1'b0, index_i, line_i, plane_i};

endmodule
