/* SPDX-License-Identifier: Apache-2.0 */
/* memories.c - tables on a clock. Contract in memories.h. */
#include "model/clock/memories.h"

enum { LINE_BITS = 512 };

void stamp_clock_table_init(struct stamp_clock_table *t, const struct stamp_mach *mach,
                            uint32_t bits)
{
    const uint32_t word = mach->AXI_BYTES < 8 ? 64 : mach->AXI_BYTES * 8;

    *t = (struct stamp_clock_table){.words = (uint8_t)(LINE_BITS / word)};
    while (bits << t->word_log < word) t->word_log++;
}

void stamp_clock_table_reset(struct stamp_clock_table *t)
{
    t->pos = 0;
    t->kept_valid = false;
}

/* Whether the memory is read: not for the word read last. */
static bool reads(const struct stamp_clock_table *t, bool re, uint32_t entry)
{
    return re && !(t->kept_valid && entry >> t->word_log == t->kept);
}

bool stamp_clock_table_ready(const struct stamp_clock_table *t, bool re, uint32_t entry)
{
    return !reads(t, re, entry) && t->pos == t->words - 1;
}

void stamp_clock_table_edge(struct stamp_clock_table *t, bool re, uint32_t entry, bool wr_valid,
                            uint32_t line)
{
    const bool read = reads(t, re, entry), write = wr_valid && !read;

    if (write && line * t->words + t->pos == t->kept) t->kept_valid = false;
    if (write) t->pos = (uint8_t)((t->pos + 1) % t->words);
    if (!read) return;
    t->kept_valid = true;
    t->kept = entry >> t->word_log;
}
