/* SPDX-License-Identifier: Apache-2.0 */
/* dis.c - image to text. Contract in dis.h. */
#include "compiler/asm/dis.h"

#include <inttypes.h>
#include <string.h>

#include "compiler/asm/symbols.h"
#include "model/file/outfile.h"

enum { HEX_LINE = 32 };

/* VROPE has one function, which goes without saying. */
static const char *symbol(enum stamp_opcode op, const struct stamp_field *f, uint64_t value)
{
    if (!strcmp(f->name, "fn"))
        return op == STAMP_OP_VROPE ? NULL : stamp_fn_name(op, (unsigned)value);
    for (const struct stamp_symbol *s = stamp_symbols; s->name; s++)
        if (!strcmp(s->field, f->name) && s->value == value) return s->name;
    return NULL;
}

void stamp_dis_word(const struct stamp_word *word, struct stamp_text *out)
{
    union stamp_insn insn;
    const struct stamp_op *op = stamp_decode(word, &insn);
    size_t n = 0;

    if (!op || !stamp_reserved_clear(word, op)) { /* no mnemonic can say it */
        stamp_text_add(out, ".word 0x");
        for (int k = 7; k >= 0; k--) stamp_text_add(out, "%08" PRIx32, word->w[k]);
        return;
    }
    stamp_text_add(out, "%s", op->name);
    for (size_t i = 0; i < stamp_field_count; i++) {
        const struct stamp_field *f = &stamp_fields[i];
        if (f->format != op->format) continue;
        const uint64_t v = insn.field[n++];
        const char *name = symbol(op->code, f, v);
        if (!stamp_field_is_operand(f)) continue;
        if (name)
            stamp_text_add(out, " %s=%s", f->name, name);
        else if (v && stamp_field_is_hex(f))
            stamp_text_add(out, " %s=0x%" PRIx64, f->name, v);
        else if (v)
            stamp_text_add(out, " %s=%" PRIu64, f->name, v);
    }
}

static void dis_head(const struct stamp_image *m, struct stamp_text *out)
{
    stamp_text_add(out, ".machine %s\n.memory %" PRIu64 "\n.code_at 0x%" PRIx64 "\n.scheme \"",
                   m->mach->name, m->dram_bytes, m->code_addr);
    for (const char *c = m->scheme; *c; c++)
        stamp_text_add(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    stamp_text_add(out, "\"\n");
    for (int i = 0; i < STAMP_ARGS; i++)
        if (m->arg[i]) stamp_text_add(out, ".arg %d %" PRIu32 "\n", i, m->arg[i]);
    for (uint32_t i = 0; i < m->layers; i++) {
        const struct stamp_layer_info *l = &m->layer[i];
        stamp_text_add(out,
                       ".layer %s s=%" PRIu64 " d=%" PRIu64 " n=%" PRIu64 " products=%" PRIu64 "\n",
                       l->name, l->s, l->d, l->n, l->products);
    }
    for (uint32_t i = 0; i < m->phases; i++) {
        const struct stamp_phase *p = &m->phase[i];
        stamp_text_add(out,
                       ".phase %s entry=%" PRIu32 " first=%" PRIu32 " count=%" PRIu32
                       " products=%" PRIu64 "%s\n",
                       p->name, p->entry, p->first, p->count, p->products,
                       p->per_key ? " per_key=1" : "");
    }
    for (uint32_t i = 0; i < m->buffers; i++) {
        const struct stamp_buffer *b = &m->buffer[i];
        const char *fmt = b->fmt == STAMP_FMT_F32    ? "F32"
                          : b->fmt == STAMP_FMT_BF16 ? "BF16"
                                                     : "RAW";
        stamp_text_add(out,
                       ".buffer %s role=%s fmt=%s addr=0x%" PRIx64 " bytes=%" PRIu64
                       " rows=%" PRIu64 " cols=%" PRIu64 " row_bytes=%" PRIu64 "\n",
                       b->name, stamp_role_name(b->role), fmt, b->addr, b->bytes, b->rows, b->cols,
                       b->row_bytes);
    }
}

static void dis_hex(const struct stamp_segment *s, struct stamp_text *out)
{
    static const char digit[] = "0123456789abcdef";

    stamp_text_add(out, ".data 0x%" PRIx64 "\n", s->addr);
    for (uint64_t at = 0; at < s->bytes; at += HEX_LINE) {
        char line[2 * HEX_LINE + 1] = "";
        for (uint64_t i = 0; i < HEX_LINE && at + i < s->bytes; i++) {
            line[2 * i] = digit[s->data[at + i] >> 4];
            line[2 * i + 1] = digit[s->data[at + i] & 15];
        }
        stamp_text_add(out, "%s\n", line);
    }
}

static enum stamp_status dis_data(const struct stamp_image *m, const char *path,
                                  struct stamp_text *out, struct stamp_err *e)
{
    struct stamp_outfile file;
    uint64_t at = 0;
    enum stamp_status st = path ? stamp_outfile_open(path, &file, e) : STAMP_OK;

    if (st) return st;
    for (uint32_t i = 0; i < m->segments && !st; i++) {
        const struct stamp_segment *s = &m->segment[i];
        if (!path) {
            dis_hex(s, out);
            continue;
        }
        stamp_text_add(out, ".file 0x%" PRIx64 " bytes=%" PRIu64 " offset=%" PRIu64 " \"%s\"\n",
                       s->addr, s->bytes, at, path);
        at += s->bytes;
        st = stamp_outfile_write(&file, s->data, (size_t)s->bytes, e);
    }
    if (path && st)
        stamp_outfile_discard(&file);
    else if (path)
        st = stamp_outfile_commit(&file, e);
    return st;
}

void stamp_dis_buffer(const struct stamp_image *m, uint32_t index, struct stamp_text *out)
{
    union stamp_insn insn;
    const struct stamp_op *op = stamp_decode(&m->code[index], &insn);

    if (!op || op->format != STAMP_FORMAT_D) return;
    const struct stamp_buffer *b = stamp_image_buffer_at(m, insn.d.dram, 1);
    if (b)
        stamp_text_add(out, " %s+%" PRIu64 "%s", b->name, insn.d.dram - b->addr,
                       insn.d.areg ? "+register" : "");
}

static void dis_note(const struct stamp_image *m, uint32_t first, uint32_t index,
                     struct stamp_text *out)
{
    stamp_text_add(out, " ; %u @0x%" PRIx64, index - first,
                   m->code_addr + (uint64_t)index * sizeof(struct stamp_word));
    stamp_dis_buffer(m, index, out);
}

static void dis_entry(const struct stamp_image *image, const struct stamp_entry *entry, bool notes,
                      struct stamp_text *out)
{
    unsigned depth = 0;

    stamp_text_add(out, ".code %s\n", entry->name);
    for (uint32_t i = entry->first; i < entry->first + entry->count; i++) {
        const uint32_t op = image->code[i].w[0] & 0xff;
        if (op == STAMP_OP_ENDL && depth) depth--;
        stamp_text_add(out, "%*s", (int)(2 + 2 * (depth < 40 ? depth : 40)), "");
        stamp_dis_word(&image->code[i], out);
        if (notes) dis_note(image, entry->first, i, out);
        stamp_text_add(out, "\n");
        if (op == STAMP_OP_LOOP) depth++;
    }
}

enum stamp_status stamp_dis(const struct stamp_image *image, struct stamp_dis_options options,
                            struct stamp_text *out, struct stamp_err *e)
{
    enum stamp_status st = STAMP_OK;

    dis_head(image, out);
    if (!options.no_data) st = dis_data(image, options.data_file, out, e);
    if (st) return st;
    for (uint32_t i = 0; i < image->entries; i++)
        dis_entry(image, &image->entry[i], options.notes, out);
    return out->failed ? stamp_fail(e, STAMP_ENOMEM, "out of memory") : STAMP_OK;
}
