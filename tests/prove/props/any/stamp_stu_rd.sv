// SPDX-License-Identifier: Apache-2.0
// The lines of stores as anything they may be: whenever it likes, all their bits 0 or all 1 (no number).
module stamp_stu_rd #(
    parameter int unsigned L      = 8,
    parameter int unsigned T      = 4,
    parameter int unsigned Credit = 8,
    parameter int unsigned Depth  = 2,
    parameter int unsigned Lines  = 2
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    input  logic            stop_i,
    input  logic            clear_i,
    output logic            idle_o,
    input  logic            valid_i,
    input  logic [stamp_isa_pkg::WORD_BITS-1:0] insn_i,
    input  logic [7:0]      line_beats_i,
    input  logic            push_i,
    input  logic [7:0]      beats_i,
    output logic            rd_valid_o,
    input  logic            rd_ready_i,
    output logic [15:0]     rd_line_o,
    input  logic [L*32-1:0] rd_data_i,
    output logic            pb_re_o,
    input  logic            pb_ready_i,
    input  logic [L*T*4-1:0] pb_data_i,
    output logic            line_valid_o,
    input  logic            line_pop_i,
    output logic [L*32-1:0] line_o
);

  (* anyseq *) logic some_idle, some_valid, some_bit; // all bits of a line alike: 0, or no number
  assign idle_o       = some_idle;
  assign line_valid_o = some_valid;
  assign line_o       = {L * 32{some_bit}};
  assign {rd_valid_o, rd_line_o, pb_re_o} = '0;

  logic unused;
  assign unused = &{1'b0, clk_i, rst_ni, stop_i, clear_i, valid_i, insn_i, line_beats_i, push_i, beats_i, rd_ready_i,
                    rd_data_i, pb_ready_i, pb_data_i, line_pop_i};

endmodule
