# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The bench that drives a unit of verilog.py by a record, and what it reads: the frames of the record as text.

Cycle t lies from t times `cycle_fs` on, which is long enough for all to settle: the clock rises at its beginning (not in
cycle 0, which gives the state), inputs come behind it, outputs are compared at its end. The first that differs ends the
run with `differs CYCLE OUTPUT RECORDED SEEN`."""
import verilog

BENCH = """
`timescale 1fs/1fs
module bench;
  reg clk = 1'b0;
  reg [{ins}-1:0] in;
  reg [{ins}+{outs}-1:0] frame; // inputs lowest
  reg [{outs}-1:0] differs, waits; // waits: tied to 1, and the machine's register not there yet
  wire [{outs}-1:0] out = {{{seen}}};
  wire [{outs}-1:0] want = frame[{ins} +: {outs}];
  integer file, taken, t, i;
  reg [8*{PATH}-1:0] frames;
  integer cycles, settle;
  nets nets ();
  unit unit ();
{drive}
  initial begin
    $sdf_annotate("{sdf}", bench.unit);
    waits = {{{tied}}};
    if (!$value$plusargs("frames=%s", frames) || !$value$plusargs("cycles=%d", cycles)
        || !$value$plusargs("settle=%d", settle)) $finish;
    file = $fopen(frames, "r");
    $dumpfile("{dump}");
    $dumpvars(1, bench.nets);
    for (t = 0; t < cycles; t = t + 1) begin
      clk = t > 0;
      taken = $fscanf(file, "%b", frame);
      if (taken != 1) begin
        $display("frames end");
        $finish;
      end
      #{input_fs} in = frame[{ins}-1:0];
      #({cycle_fs} / 2 - {input_fs}) clk = 1'b0;
      #({cycle_fs} / 2 - 1);
      if (t >= settle) begin
        differs = (out ^ want) & ~waits;
        if (differs !== {{{outs}{{1'b0}}}}) begin
          i = 0;
          while (differs[i] === 1'b0) i = i + 1;
          $display("differs %0d %0d %b %b", t, i, want[i], out[i]);
          $finish;
        end
        waits = waits & (out ^ want);
      end
      #1;
    end
    $display("settled");
    $finish;
  end
endmodule
"""


PATH = 1024 # letters of the path of the frames


def write(path, nets, files, times):
    """`nets`: of inputs, of outputs, by bit. `files`: SDF, dump. `times`: cycle, inputs behind the clock, fs; the cycle is
    even. What is run then takes +frames=FILE +cycles=N +settle=N, the last of how many cycles are not compared."""
    ins, outs = nets
    drive = "\n".join(f"  assign {verilog.net(n)} = in[{i}];" for i, n in enumerate(ins))
    with open(path, "w", encoding="ascii") as file:
        file.write(BENCH.format(ins=max(len(ins), 1), outs=len(outs), drive=drive, seen=verilog.bus(outs)[1:-1], sdf=files[0],
                                dump=files[1], tied=", ".join(f"1'b{int(n == 1)}" for n in reversed(outs)), cycle_fs=times[0],
                                input_fs=times[1], PATH=PATH))


def frames(path, record, ins, outs):
    """A line a cycle: the bits of the frame at `outs`, then those at `ins`, the highest first. Returns how many cycles."""
    count, places = 0, [record.bits - 1 - b for b in reversed((ins or outs[:1]) + outs)]
    with open(path, "w", encoding="ascii") as file:
        for bits in record.frames():
            text = format(bits, f"0{record.bits}b")
            file.write("".join([text[p] for p in places]) + "\n")
            count += 1
    return count
