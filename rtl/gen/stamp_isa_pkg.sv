// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_isa_pkg - printed by specgen from model/spec/*.def; never edit, run `make spec`.
// verilator lint_off UNUSEDPARAM
package stamp_isa_pkg;
  localparam int unsigned WORD_BITS = 256; // instruction word, bits
  localparam int unsigned DRAM_ALIGN = 64; // alignment of DRAM addresses and strides, bytes
  localparam int unsigned ADDR_BITS = 40; // DRAM address, bits
  localparam int unsigned SEMAPHORES = 32; // semaphore numbers 1..31; 0 means none
  localparam int unsigned SEM_MAX = 255; // largest semaphore value
  localparam int unsigned LOOP_DEPTH = 4; // nested hardware loops
  localparam int unsigned ADDR_REGS = 16; // address registers; register 0 reads as zero
  localparam int unsigned BLOCK = 64; // features of a quantization block
  localparam int unsigned K_MAX = 32768; // largest reduction length of an integer product
  localparam int unsigned ARGS = 4; // argument registers
  localparam int unsigned INDEX_LINE = 16; // entries of an index table line
  localparam int unsigned KEY_BLOCK = 256; // keys of one softmax block
  localparam int unsigned TABLE_LINE = 32; // entries of a row table or nibble table line
  localparam int unsigned BURST_BEATS = 64; // beats of a load or store burst, at most
  localparam int unsigned BURST_PAGE = 4096; // bytes whose multiples no burst crosses
  localparam int unsigned BURSTS = 32; // bursts of the load or store unit under way at once
  localparam int unsigned TRANSFERS = 4; // loads, or stores, whose data is under way at once
  localparam int unsigned ISA_MAJOR = 2; // interface version, major: programs, registers; programs of another do not run
  localparam int unsigned ISA_MINOR = 0; // interface version, minor: what was only added

  localparam logic [2:0] UNIT_CTL = 0; // control: executes at dispatch
  localparam logic [2:0] UNIT_LDU = 1; // load unit: DRAM to scratchpad
  localparam logic [2:0] UNIT_STU = 2; // store unit: scratchpad to DRAM
  localparam logic [2:0] UNIT_VXU = 3; // vector and transform unit
  localparam logic [2:0] UNIT_MXU = 4; // matrix unit with its drain

  localparam int unsigned UNIT_W = 3; // bits of a code
  localparam int unsigned QUEUES = 4; // units that have a queue, all but CTL
  localparam int unsigned QUEUE_LDU = 0;
  localparam int unsigned QUEUE_STU = 1;
  localparam int unsigned QUEUE_VXU = 2;
  localparam int unsigned QUEUE_MXU = 3;

  localparam logic [3:0] SPACE_VM = 0; // vector memory
  localparam logic [3:0] SPACE_WB = 1; // weight operands, column c lane t in nibble c*T+t
  localparam logic [3:0] SPACE_CM = 2; // column metadata, scale in the low half
  localparam logic [3:0] SPACE_RT = 3; // row table: token row to nibble row
  localparam logic [3:0] SPACE_NT = 4; // nibble table: nibble row to token row
  localparam logic [3:0] SPACE_XB = 5; // activation operands, row r lane l in nibble r*L+l
  localparam logic [3:0] SPACE_SM = 6; // quantizer state of a row or block
  localparam logic [3:0] SPACE_RM = 7; // row metadata for the drain
  localparam logic [3:0] SPACE_AC = 8; // accumulators between k-chunks and blocks
  localparam logic [3:0] SPACE_DRAM = 9; // external memory behind AXI
  localparam logic [3:0] SPACE_IT = 10; // index table: rows of a gathering LOAD
  localparam logic [3:0] SPACE_PB = 11; // pack buffer: operands on their way to weight order, as WB

  localparam logic [1:0] FMT_RAW = 0; // bytes as they are (WB, CM, RT, NT, IT, PB; VM without a look at the values)
  localparam logic [1:0] FMT_F32 = 1; // binary32 (VM)
  localparam logic [1:0] FMT_BF16 = 2; // bfloat16 (VM): exact on load, rounded RNE on store

  localparam logic [1:0] KIND_MEAN = 0; // a' = (a+b)/2, b' = (a-b)/2
  localparam logic [1:0] KIND_SUM = 1; // a' = a+b, b' = a-b
  localparam logic [1:0] KIND_ROT = 2; // a' = c*a + s*b, b' = c*b - s*a

  localparam logic [3:0] FN_BIN_ADD = 0; // d = a + b
  localparam logic [3:0] FN_BIN_SUB = 1; // d = a - b
  localparam logic [3:0] FN_BIN_MUL = 2; // d = a * b
  localparam logic [3:0] FN_BIN_MAX = 3; // d = the larger of a and b, a where neither is larger
  localparam logic [3:0] FN_BIN_MAC = 4; // d = d + a * b, product and sum rounded; column by column
  localparam logic [3:0] FN_ROW_ADD = 0; // d = a + the row's scalar
  localparam logic [3:0] FN_ROW_SUB = 1; // d = a - the row's scalar
  localparam logic [3:0] FN_ROW_MUL = 2; // d = a * the row's scalar
  localparam logic [3:0] FN_RED_SUM = 0; // REDUCE of the row
  localparam logic [3:0] FN_RED_SUMSQ = 1; // REDUCE of the row's squares
  localparam logic [3:0] FN_RED_MAX = 2; // largest element of the row
  localparam logic [3:0] FN_ONE_EXP = 0; // EXP2(c * a)
  localparam logic [3:0] FN_ONE_SIGMOID = 1; // SIGMOID(a)
  localparam logic [3:0] FN_ONE_SILU = 2; // a * SIGMOID(a)
  localparam logic [3:0] FN_ONE_GELU = 3; // GELU(a), tanh form
  localparam logic [3:0] FN_ONE_RECIP = 4; // 1 / a
  localparam logic [3:0] FN_ONE_RSQRT = 5; // 1 / sqrt(c * a + b)
  localparam logic [3:0] FN_ONE_EXPM = 6; // EXP2(c * (a - the row's scalar))

  localparam logic [7:0] OP_HALT = 8'h01; // wait until every unit is idle, then stop with status done
  localparam logic [7:0] OP_NOP = 8'h02; // nothing
  localparam logic [7:0] OP_FENCE = 8'h03; // wait until every unit is idle
  localparam logic [7:0] OP_SETR = 8'h04; // address register areg = imm; areg 1..15
  localparam logic [7:0] OP_ADDR = 8'h05; // address register areg += imm, modulo 2^40; areg 1..15
  localparam logic [7:0] OP_LOOP = 8'h06; // repeat up to the matching ENDL imm (areg: its value) times, 1..2^24-1; nests 4 deep
  localparam logic [7:0] OP_ENDL = 8'h07; // end of the innermost LOOP
  localparam logic [7:0] OP_SETA = 8'h08; // address register areg from an argument register; areg 1..15
  localparam logic [7:0] OP_LOAD = 8'h10; // DRAM rows to lines of VM, WB, CM, RT, NT or IT
  localparam logic [7:0] OP_STORE = 8'h11; // VM or PB lines to DRAM rows
  localparam logic [7:0] OP_VBFLY = 8'h20; // 2x2 operation on pairs of VM lines, in place
  localparam logic [7:0] OP_VMINMAX = 8'h21; // running minimum and maximum of rows or blocks into SM
  localparam logic [7:0] OP_VQPAR = 8'h22; // SM ranges to inverse scale, scale and zero point
  localparam logic [7:0] OP_VQUANT = 8'h23; // VM rows to codes in XB, row sums to SM, row metadata to RM
  localparam logic [7:0] OP_VBIAS = 8'h24; // VM rows += one VM row
  localparam logic [7:0] OP_VBIN = 8'h25; // element by element on two sets of rows
  localparam logic [7:0] OP_VROPE = 8'h26; // rotate neighbouring elements: d = a * C + swapped a * S
  localparam logic [7:0] OP_VROW = 8'h27; // rows with one scalar each
  localparam logic [7:0] OP_VRED = 8'h28; // one number of each row
  localparam logic [7:0] OP_VFN = 8'h29; // a function of each element
  localparam logic [7:0] OP_VCODE = 8'h2a; // VM rows to codes packed in VM words
  localparam logic [7:0] OP_VDEQ = 8'h2b; // codes packed in VM words to VM rows of their values
  localparam logic [7:0] OP_VPACKK = 8'h2c; // VM rows to 8-bit digits in PB, a row to a column
  localparam logic [7:0] OP_VPACKV = 8'h2d; // VM rows to 8-bit digits in PB, a row to a depth
  localparam logic [7:0] OP_VSMRD = 8'h2e; // SM scales (and zero points) to VM rows
  localparam logic [7:0] OP_VSMWR = 8'h2f; // VM rows to SM scales and zero points
  localparam logic [7:0] OP_MM = 8'h30; // nibble rows x weight columns; drain to AC or dequantized to VM

  localparam logic [3:0] ERR_NONE = 0; // no error
  localparam logic [3:0] ERR_OPCODE = 1; // unknown opcode
  localparam logic [3:0] ERR_RESERVED = 2; // reserved bits set, or a field value without meaning
  localparam logic [3:0] ERR_RANGE = 3; // scratchpad address outside its memory, or a count of zero
  localparam logic [3:0] ERR_ALIGN = 4; // DRAM address or stride not a multiple of 64
  localparam logic [3:0] ERR_DRAM_RANGE = 5; // DRAM address outside the window set by the host
  localparam logic [3:0] ERR_AXI_READ = 6; // error response to a data read
  localparam logic [3:0] ERR_AXI_WRITE = 7; // error response to a data write
  localparam logic [3:0] ERR_AXI_FETCH = 8; // error response to an instruction fetch, or fetch past the program
  localparam logic [3:0] ERR_NUMERIC = 9; // an infinity or NaN was loaded or produced
  localparam logic [3:0] ERR_LOOP = 10; // loop nesting deeper than LOOP_DEPTH, ENDL without LOOP, or a count of zero
  localparam logic [3:0] ERR_SEMAPHORE = 11; // semaphore raised above SEM_MAX
  localparam logic [3:0] ERR_WATCHDOG = 12; // no instruction retired for the number of cycles set by the host

  localparam int unsigned EV_CYCLES = 0; // from the one after START clears the counters to that of HALT or of the error
  localparam int unsigned EV_INSNS = 1; // retired by any unit, control included
  localparam int unsigned EV_FETCH_BYTES = 2; // instruction bytes read through AXI, those read ahead included, also by an earlier program
  localparam int unsigned EV_LOAD_BYTES = 3; // data bytes read through AXI
  localparam int unsigned EV_STORE_BYTES = 4; // data bytes written through AXI
  localparam int unsigned EV_MAC_ISSUED = 5; // 4x4-bit products the array performed, P x L x T per active cycle
  localparam int unsigned EV_MAC_USED = 6; // of these, products in nibble rows the nibble table marks used
  localparam int unsigned EV_XB_READ = 7; // XB lines read
  localparam int unsigned EV_XB_WRITE = 8; // XB nibble-row slices of L nibbles written
  localparam int unsigned EV_WB_READ = 9; // WB lines read
  localparam int unsigned EV_WB_WRITE = 10; // WB lines written
  localparam int unsigned EV_VM_READ = 11; // VM lines read
  localparam int unsigned EV_VM_WRITE = 12; // VM lines written
  localparam int unsigned EV_AC_READ = 13; // AC lines read
  localparam int unsigned EV_AC_WRITE = 14; // AC lines written
  localparam int unsigned EV_DRAIN_LINES = 15; // accumulator rows drained
  localparam int unsigned EV_VX_LINES = 16; // lines processed by the vector unit (a pair counts two)
  localparam int unsigned EV_DIVIDES = 17; // divisions and square roots: 2 an entry of VQPAR (scale, inverse), L a line of RECIP, 2 L of RSQRT
  localparam int unsigned EV_FN_LINES = 18; // lines through the function lanes (VFN)
  localparam int unsigned EV_PB_READ = 19; // PB lines read
  localparam int unsigned EV_PB_WRITE = 20; // writes to PB: VPACKK L/T a line and plane, VPACKV one
  localparam int unsigned EV_LDU_BUSY = 21; // load unit has an instruction, up to the cycle it retires in
  localparam int unsigned EV_STU_BUSY = 22; // store unit has an instruction, up to the cycle it retires in
  localparam int unsigned EV_VXU_BUSY = 23; // vector unit has an instruction, up to the cycle it retires in
  localparam int unsigned EV_MXU_BUSY = 24; // matrix unit or its drain has an instruction, up to the cycle it retires in
  localparam int unsigned EV_MXU_ACTIVE = 25; // the array multiplies: P x L x T products each
  localparam int unsigned EV_LDU_WAIT = 26; // head of the load queue waits for a semaphore, the unit busy or not
  localparam int unsigned EV_STU_WAIT = 27; // head of the store queue waits for a semaphore, the unit busy or not
  localparam int unsigned EV_VXU_WAIT = 28; // head of the vector queue waits for a semaphore, the unit busy or not
  localparam int unsigned EV_MXU_WAIT = 29; // head of the matrix queue waits for a semaphore, the unit busy or not
  localparam int unsigned EV_LDU_AXI = 30; // load unit could take a beat of its instruction, and none is there
  localparam int unsigned EV_STU_AXI = 31; // a beat of the store unit waits on W; or it has none to send and waits for AW or B
  localparam int unsigned EV_VXU_VM = 32; // a result of the vector unit waits for its VM port
  localparam int unsigned EV_MXU_DRAIN = 33; // the array waits for the drain, with the last product of a tile or before an instruction

  localparam int unsigned EVENTS = 34;

  localparam logic [11:0] REG_ID = 0; // 0x5354414d, 'STAM'
  localparam logic [11:0] REG_VERSION = 4; // interface version: major in [31:16], minor in [15:0]
  localparam logic [11:0] REG_PARAM0 = 8; // P in [7:0], L in [15:8], T in [23:16], AXI_BYTES in [31:24]
  localparam logic [11:0] REG_CTRL = 12; // bit 0 START (ignored while busy), bit 1 clear interrupt and status
  localparam logic [11:0] REG_STATUS = 16; // bit 0 busy, bit 1 done, bit 2 error, [11:8] error code (error.def)
  localparam logic [11:0] REG_ERROR_PC = 20; // index of the instruction that caused the error
  localparam logic [11:0] REG_IRQ_ENABLE = 24; // bit 0: interrupt when done or error is set
  localparam logic [11:0] REG_CODE_LO = 28; // DRAM byte address of instruction 0, multiple of 64, bits 31..0
  localparam logic [11:0] REG_CODE_HI = 32; // bits 39..32
  localparam logic [11:0] REG_CODE_COUNT = 36; // instructions of the program
  localparam logic [11:0] REG_WIN_LO_LO = 40; // first DRAM byte LOAD and STORE may touch, bits 31..0
  localparam logic [11:0] REG_WIN_LO_HI = 44; // bits 39..32
  localparam logic [11:0] REG_WIN_HI_LO = 48; // first DRAM byte beyond the window, bits 31..0
  localparam logic [11:0] REG_WIN_HI_HI = 52; // bits 39..32
  localparam logic [11:0] REG_WATCHDOG = 56; // cycles without a retired instruction that are an error; 0: off
  localparam logic [11:0] REG_ARG0 = 60; // argument of the program, read by SETA
  localparam logic [11:0] REG_ARG1 = 64; // the same
  localparam logic [11:0] REG_ARG2 = 68; // the same
  localparam logic [11:0] REG_ARG3 = 72; // the same
  localparam logic [11:0] REG_CTR = 256; // first counter

  // Reserved bits of format C.
  localparam logic [255:0] RSV_C = 256'hffffffffffffffffffffffffffffff000000000000000000fff000ffffffff00;
  // Reserved bits of format D.
  localparam logic [255:0] RSV_D = 256'hffff80000000000000000000000000000000000000000000000000c000000000;
  // Reserved bits of format B.
  localparam logic [255:0] RSV_B = 256'hffffffffffffc00000000000000000000000000000000000000000c000000000;
  // Reserved bits of format V.
  localparam logic [255:0] RSV_V = 256'hfffffffffffff80000000000000000000000000000000000000000c000000000;
  // Reserved bits of format M.
  localparam logic [255:0] RSV_M = 256'hffc0000000000000000000000000000000000000000000000000020000000000;
  // Reserved bits of format W.
  localparam logic [255:0] RSV_W = 256'hffff00000000000000000000000000000000000000000000000000c000000000;

  typedef struct packed {
    logic [119:0] rsv2; // must be zero
    logic [31:0] add; // SETA: added to the argument before the shift, modulo 2^32
    logic [39:0] imm; // bytes (SETR, ADDR), iterations (LOOP), factor (SETA); 0 where unused
    logic [11:0] rsv1; // must be zero
    logic [0:0] acc; // SETA: add to the register instead of setting it
    logic [4:0] shift; // SETA: bits to shift right
    logic [1:0] arg; // SETA: argument register ARG0..3
    logic [3:0] areg; // address register, 1..15; 0 where unused
    logic [31:0] rsv0; // must be zero
    logic [7:0] op; // opcode
  } insn_c_t;

  typedef struct packed {
    logic [16:0] rsv1; // must be zero
    logic [11:0] it; // IT entry of the first row
    logic [0:0] gather; // LOAD: row i begins at entry it + i of IT, times d0; d1 is 0
    logic [31:0] d1; // DRAM bytes between outer rows, multiple of 64
    logic [31:0] d0; // DRAM bytes between inner rows, multiple of 64
    logic [11:0] n1; // outer rows, 1 or more; row index is i1*n0 + i0
    logic [11:0] n0; // inner rows, 1 or more
    logic [15:0] lstride; // scratchpad lines from row to row
    logic [15:0] lines; // lines per row, 1 or more
    logic [15:0] line; // first scratchpad line
    logic [39:0] dram; // DRAM address, bytes, multiple of 64 after adding areg
    logic [3:0] areg; // address register added to dram; 0 none
    logic [1:0] fmt; // element format in DRAM (FMT)
    logic [3:0] space; // scratchpad memory (SPACE)
    logic [1:0] rsv0; // must be zero
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_d_t;

  typedef struct packed {
    logic [49:0] rsv1; // must be zero
    logic [31:0] s; // binary32 constant s (ROT); 0 otherwise
    logic [31:0] c; // binary32 constant c (ROT); 0 otherwise
    logic [15:0] s1; // VM lines between outer pairs
    logic [11:0] n1; // outer pairs, 1 or more
    logic [15:0] s0; // VM lines between inner pairs
    logic [11:0] n0; // inner pairs, 1 or more
    logic [11:0] cols; // lines per pair, 1 or more
    logic [15:0] boff; // VM lines from a to its b, 1 or more
    logic [15:0] a; // VM line of the first a
    logic [1:0] kind; // 2x2 operation (KIND)
    logic [1:0] rsv0; // must be zero
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_b_t;

  typedef struct packed {
    logic [52:0] rsv1; // must be zero
    logic [0:0] sd; // signed-digit quantizer, 8 bits (VQPAR, VQUANT)
    logic [15:0] gstride; // XB lines from nibble-row group to group; VCODE, VDEQ: VM lines, VPACKK, VPACKV: PB lines of a plane, VSMRD, VSMWR: SM entries, from one to the next
    logic [15:0] xb; // XB line of nibble row 0 at the first column; VPACKK, VPACKV: first PB line
    logic [11:0] rm; // RM entry of the first row; VPACKK: first column, VPACKV: first depth
    logic [11:0] rt; // RT entry of the first row
    logic [11:0] smstride; // SM (and RM) entries from row to row
    logic [11:0] sm; // SM entry of the first row
    logic [15:0] b; // VBIAS: VM line of the row to add; VCODE, VDEQ: first packed row; VPACKV: PB lines from line to line
    logic [7:0] blk; // lines per block, 0: the whole row is one block
    logic [11:0] cols; // lines per row, 1 or more; VQPAR: entries per row
    logic [15:0] s0; // VM lines from row to row
    logic [11:0] n0; // rows, 1 or more
    logic [15:0] a; // VM line of the first row
    logic [0:0] sym; // symmetric quantizer (VQPAR, VQUANT)
    logic [0:0] first; // VMINMAX: start from an empty range; VQUANT: start from row sum 0; VSMRD: pairs
    logic [1:0] rsv0; // must be zero
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_v_t;

  typedef struct packed {
    logic [9:0] rsv1; // must be zero
    logic [15:0] vstride; // VM lines from token row to token row
    logic [15:0] vm; // VM line of token row 0, column group 0
    logic [11:0] ac; // AC line of the first tile
    logic [11:0] rmstride; // RM entries from token row to token row
    logic [11:0] rm; // RM entry of token row 0
    logic [11:0] nt; // NT entry of the first nibble row
    logic [11:0] cmstride; // CM lines from column group to column group
    logic [11:0] cm; // CM line of the first column group
    logic [15:0] wstride; // WB lines from column group to column group
    logic [7:0] ng; // column groups of L columns, 1 or more
    logic [15:0] wb; // WB line of the first column group
    logic [7:0] blk; // XB lines per block, 0: no blocks
    logic [11:0] kl; // XB lines of this k-chunk, 1 or more
    logic [7:0] groups; // nibble-row groups of P rows, 1 or more
    logic [15:0] gstride; // XB lines from group to group
    logic [15:0] xb; // XB line of the first group
    logic [0:0] rsv0; // must be zero
    logic [0:0] w8; // 8-bit weights: two planes, high nibbles first
    logic [0:0] last; // last k-chunk: dequantize to VM; otherwise keep in AC
    logic [0:0] first; // first k-chunk: accumulators start from zero
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_m_t;

  typedef struct packed {
    logic [15:0] rsv1; // must be zero
    logic [31:0] c; // binary32 constant (EXP, EXPM, RSQRT)
    logic [7:0] lstep; // added to lim from row to row
    logic [23:0] lim; // elements of the first row that count, two's complement (VRED, VFN)
    logic [15:0] ds; // VM lines from row to row of the result
    logic [15:0] d; // VM line of the first result
    logic [7:0] rep; // rows that share a row of b; 0: all
    logic [15:0] bs; // VM lines from row to row of b
    logic [15:0] b; // VM line of the second operand, or of the rows' scalars
    logic [11:0] cols; // lines per row, 1 or more
    logic [15:0] s0; // VM lines from row to row
    logic [11:0] n0; // rows, 1 or more
    logic [15:0] a; // VM line of the first row
    logic [3:0] areg; // address register added to lim; 0 none
    logic [3:0] fn; // function (FN)
    logic [1:0] rsv0; // must be zero
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_w_t;

  // What all formats but C begin with.
  typedef struct packed {
    logic [217:0] rest;
    logic [4:0] post2; // the same
    logic [4:0] post1; // the same
    logic [4:0] post0; // semaphore to give one to when retired; 0 none
    logic [4:0] wait2; // the same
    logic [4:0] wait1; // the same
    logic [4:0] wait0; // semaphore to take one from before starting; 0 none
    logic [7:0] op; // opcode
  } insn_head_t;

endpackage
// verilator lint_on UNUSEDPARAM
