// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_vx_out - result lines on their way to VM: two places, and what is not finite in them.
//
// Latency    1 cycle to valid_o, 2 to infinite_o: the cycle behind the write, at the latest.
// Throughput one line a cycle. ready_o is a register: the grant of VM goes no further than here.
module stamp_vx_out #(
    parameter int unsigned L,
    parameter int unsigned AddrW = 11
) (
    input  logic             clk_i,
    input  logic             rst_ni,

    input  logic             put_i, // taken where ready_o
    output logic             ready_o,
    input  logic             check_i, // infinity or NaN counts
    input  logic [AddrW-1:0] addr_i,
    input  logic [L*32-1:0]  data_i,

    output logic             valid_o, // held until ready_i
    input  logic             ready_i,
    output logic [AddrW-1:0] addr_o,
    output logic [L*32-1:0]  data_o,

    output logic             infinite_o,
    output logic             busy_o // a line will not be in VM in the next cycle
);

  logic             put, pop, next_v_q, check_q;
  logic [L-1:0]     high_q; // lanes whose exponent is all ones
  logic [AddrW-1:0] next_addr_q;
  logic [L*32-1:0]  next_q;

  assign put     = put_i && ready_o;
  assign pop     = valid_o && ready_i;
  assign busy_o  = valid_o && !(ready_i && !next_v_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o    <= 1'b0;
      next_v_q   <= 1'b0;
      ready_o    <= 1'b1;
      check_q    <= 1'b0;
      infinite_o <= 1'b0;
    end else begin
      valid_o    <= (valid_o && !pop) || next_v_q || put;
      next_v_q   <= valid_o && !pop && (next_v_q || put);
      ready_o    <= !(valid_o && !pop && (next_v_q || put)); // has many loads, next_v_q few
      check_q    <= put && check_i;
      infinite_o <= check_q && high_q != '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!valid_o || pop) begin
      addr_o <= next_v_q ? next_addr_q : addr_i;
      data_o <= next_v_q ? next_q : data_i;
    end
    if (put && valid_o) begin
      next_addr_q <= addr_i;
      next_q      <= data_i;
    end
    if (put) begin
      for (int l = 0; l < L; l++) high_q[l] <= data_i[l*32 + 23 +: 8] == 8'hff;
    end
  end

endmodule
