// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// stamp_table - a table of small entries on one port, written a line of 64 bytes at a time, read one
// entry at a time.
//
// Words     the memory is Word bits wide and as much deeper than lines: a macro of few long lines costs
//           more than twice its bits. With Word a beat of the bus a line is written no slower than it
//           comes. line and data hold until wr_ready_o, which comes with the line's last word.
// Priority  the reader is always granted. An entry of the word read last is not read again, so a reader
//           that walks the table leaves the port free between words: a write waits a few cycles at most.
// Latency   2 cycles; entry_o holds until the next read's comes.
module stamp_table #(
    parameter int unsigned Bits    = 16, // of an entry, a power of two, 32 or less
    parameter int unsigned Entries = 512, // a multiple of two lines
    parameter int unsigned Word    = 64  // bits of a word, a power of two, 32 to 512, more than Bits
) (
    input  logic                       clk_i,
    input  logic                       rst_ni, // synchronous, active low
    input  logic [31:0]                mem_test_i,

    input  logic                       wr_valid_i,
    output logic                       wr_ready_o,
    input  logic [$clog2(Entries*Bits/512)-1:0] line_i,
    input  logic [511:0]               data_i, // entry 0 lowest

    input  logic                       re_i,
    input  logic [$clog2(Entries)-1:0] entry_i,
    output logic [Bits-1:0]            entry_o
);

  localparam int unsigned Words = 512 / Word; // of a line
  localparam int unsigned PosW  = Words > 1 ? $clog2(Words) : 1;
  localparam int unsigned Depth = Entries * Bits / Word;
  localparam int unsigned AddrW = $clog2(Depth);
  localparam int unsigned SelW  = $clog2(Word / Bits);

  logic [Word-1:0]  word;
  logic [SelW-1:0]  sel;
  logic [PosW-1:0]  pos_q;  // word of the line that is written next
  logic [AddrW-1:0] kept_q, raddr, waddr; // kept_q: the word read last
  logic             kept_valid_q, read, write;

  assign raddr      = entry_i[$clog2(Entries)-1:SelW];
  assign waddr      = Words > 1 ? AddrW'({line_i, pos_q}) : AddrW'(line_i);
  assign read       = re_i && !(kept_valid_q && raddr == kept_q);
  assign write      = wr_valid_i && !read;
  assign wr_ready_o = !read && (Words == 1 || pos_q == PosW'(Words - 1));

  always_ff @(posedge clk_i) begin
    if (!rst_ni)    pos_q <= '0;
    else if (write) pos_q <= Words == 1 ? '0 : pos_q + 1'b1;
    if (!rst_ni || (write && waddr == kept_q)) kept_valid_q <= 1'b0;
    else if (read)                             kept_valid_q <= 1'b1;
    if (read) kept_q <= raddr;
  end

  stamp_ram_sp #(.Width(Word), .Depth(Depth)) i_ram (
    .clk_i, .mem_test_i, .re_i(read), .we_i(write), .addr_i(read ? raddr : waddr), .mask_i(1'b1),
    .wdata_i(data_i[32'(pos_q)*Word +: Word]), .rdata_o(word));

  stamp_ram_tag #(.Width(SelW)) i_sel (.clk_i, .re_i, .tag_i(entry_i[SelW-1:0]), .tag_o(sel));

  assign entry_o = word[sel*Bits +: Bits];

endmodule
