/* SPDX-License-Identifier: Apache-2.0 */
/* asm.c - directives and lines of the assembler. Contract in asm.h. */
#include "compiler/asm/asm.h"

#include <string.h>

#include "compiler/asm/asm_word.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum mode { HEAD, DATA, CODE };

/* Growing arrays live outside the image's arena until the end. */
struct list {
    void *p;
    size_t count, cap;
};

struct assembly {
    struct stamp_image *image;
    struct stamp_lex x;
    enum mode mode;
    bool files;
    struct list code, entry, buffer, layer, phase, segment;
    struct list bytes; /* of the segment being read */
    uint64_t data_addr;
};

static void *push(struct list *l, size_t size)
{
    if (l->count == l->cap) {
        const size_t cap = l->cap ? 2 * l->cap : 64;
        void *p = stamp_grow(l->p, l->count, cap, size);
        if (!p) return NULL;
        l->p = p;
        l->cap = cap;
    }
    return (unsigned char *)l->p + l->count++ * size;
}

static enum stamp_status no_memory(struct assembly *a)
{
    return stamp_fail(a->x.e, STAMP_ENOMEM, "out of memory");
}

static enum stamp_status add_segment(struct assembly *a, uint64_t addr, const void *bytes, size_t n)
{
    struct stamp_segment *s = push(&a->segment, sizeof *s);

    if (!s) return no_memory(a);
    *s = (struct stamp_segment){addr, n, stamp_arena_alloc(a->image->arena, n, 1)};
    if (!s->data) return no_memory(a);
    if (n) memcpy(s->data, bytes, n);
    return STAMP_OK;
}

static enum stamp_status end_data(struct assembly *a)
{
    enum stamp_status st = STAMP_OK;

    if (a->mode == DATA) st = add_segment(a, a->data_addr, a->bytes.p, a->bytes.count);
    a->bytes.count = 0;
    if (a->mode == DATA) a->mode = HEAD;
    return st;
}

static enum stamp_status take_buffer_field(struct assembly *a, const char *field,
                                           struct stamp_buffer *b)
{
    static const char *const fmts[] = {"RAW", "F32", "BF16"};
    const char *const names[] = {"addr", "bytes", "rows", "cols", "row_bytes"};
    uint64_t *const values[] = {&b->addr, &b->bytes, &b->rows, &b->cols, &b->row_bytes};
    char word[STAMP_WORD_MAX + 1];
    enum stamp_status st;

    for (int i = 0; i < 5; i++)
        if (!strcmp(field, names[i])) return stamp_lex_number(&a->x, values[i]);
    if (strcmp(field, "role") && strcmp(field, "fmt"))
        return stamp_lex_fail(&a->x, "a buffer has no '%s'", field);
    if ((st = stamp_lex_word(&a->x, word))) return st;
    for (int i = 0; i < STAMP_ROLES; i++)
        if (field[0] == 'r' && !strcmp(word, stamp_role_name((enum stamp_role)i))) {
            b->role = (enum stamp_role)i;
            return STAMP_OK;
        }
    for (int i = 0; i < 3; i++)
        if (field[0] == 'f' && !strcmp(word, fmts[i])) {
            b->fmt = (enum stamp_fmt)i;
            return STAMP_OK;
        }
    return stamp_lex_fail(&a->x, "'%s' is no value of %s", word, field);
}

/* NAME of a buffer or layer. */
static enum stamp_status take_name(struct assembly *a, char name[STAMP_NAME_MAX + 1])
{
    char word[STAMP_WORD_MAX + 1];
    const enum stamp_status st = stamp_lex_word(&a->x, word);

    if (st) return st;
    if (!stamp_image_name_ok(word)) return stamp_lex_fail(&a->x, "not a name");
    memcpy(name, word, strlen(word) + 1);
    return STAMP_OK;
}

static enum stamp_status do_buffer(struct assembly *a)
{
    struct stamp_buffer *b = push(&a->buffer, sizeof *b);
    char word[STAMP_WORD_MAX + 1];

    if (!b) return no_memory(a);
    enum stamp_status st = take_name(a, b->name);
    while (!st && !stamp_lex_end(&a->x)) {
        st = stamp_lex_field(&a->x, word);
        if (!st) st = take_buffer_field(a, word, b);
    }
    return st;
}

static enum stamp_status do_layer(struct assembly *a)
{
    struct stamp_layer_info *l = push(&a->layer, sizeof *l);
    char word[STAMP_WORD_MAX + 1];

    if (!l) return no_memory(a);
    enum stamp_status st = take_name(a, l->name);
    while (!st && !stamp_lex_end(&a->x)) {
        if ((st = stamp_lex_field(&a->x, word))) break;
        uint64_t *v = !strcmp(word, "s")          ? &l->s
                      : !strcmp(word, "d")        ? &l->d
                      : !strcmp(word, "n")        ? &l->n
                      : !strcmp(word, "products") ? &l->products
                                                  : NULL;
        st = v ? stamp_lex_number(&a->x, v) : stamp_lex_fail(&a->x, "a layer has no '%s'", word);
    }
    return st;
}

static enum stamp_status do_phase(struct assembly *a)
{
    struct stamp_phase *p = push(&a->phase, sizeof *p);
    char word[STAMP_WORD_MAX + 1];
    uint64_t v[5] = {0};

    if (!p) return no_memory(a);
    enum stamp_status st = take_name(a, p->name);
    while (!st && !stamp_lex_end(&a->x)) {
        static const char *const field[] = {"entry", "first", "count", "products", "per_key"};
        int i = 0;
        if ((st = stamp_lex_field(&a->x, word))) break;
        while (i < 5 && strcmp(word, field[i])) i++;
        st = i < 5 ? stamp_lex_number(&a->x, &v[i])
                   : stamp_lex_fail(&a->x, "a phase has no '%s'", word);
        if (!st && (i < 3 ? v[i] > UINT32_MAX : i == 3 ? v[i] >> 63 != 0 : v[i] > 1))
            st = stamp_lex_fail(&a->x, "too large");
    }
    p->entry = (uint32_t)v[0];
    p->first = (uint32_t)v[1];
    p->count = (uint32_t)v[2];
    p->products = v[3];
    p->per_key = v[4];
    return st;
}

static enum stamp_status do_file(struct assembly *a)
{
    char word[STAMP_WORD_MAX + 1], path[STAMP_LEX_TEXT_MAX + 1];
    uint64_t addr, bytes = 0, offset = 0;
    struct stamp_infile *in = NULL;
    void *data = NULL;
    enum stamp_status st = stamp_lex_number(&a->x, &addr);

    for (int i = 0; i < 2 && !st; i++) {
        if ((st = stamp_lex_field(&a->x, word))) return st;
        if (strcmp(word, i ? "offset" : "bytes")) return stamp_lex_fail(&a->x, "bytes= offset=");
        st = stamp_lex_number(&a->x, i ? &offset : &bytes);
    }
    if (!st) st = stamp_lex_quoted(&a->x, path);
    if (st) return st;
    if (!a->files) return stamp_lex_fail(&a->x, ".file is not allowed here");
    if ((st = stamp_infile_open(path, &in, a->x.e))) return st;
    const uint64_t size = stamp_infile_size(in);
    if (offset > size || size - offset < bytes)
        st = stamp_lex_fail(&a->x, "the file holds only %llu bytes", (unsigned long long)size);
    if (!st && !(data = stamp_alloc((size_t)bytes, 1))) st = no_memory(a);
    if (!st) st = stamp_infile_read(in, offset, data, (size_t)bytes, a->x.e);
    if (!st) st = add_segment(a, addr, data, (size_t)bytes);
    stamp_free(data);
    stamp_infile_close(in);
    return st;
}

static enum stamp_status do_machine(struct assembly *a)
{
    char word[STAMP_WORD_MAX + 1];
    const enum stamp_status st = stamp_lex_word(&a->x, word);

    if (st) return st;
    const struct stamp_mach *mach = stamp_mach_find(word);
    if (!mach) return stamp_lex_fail(&a->x, "unknown machine '%s'", word);
    if (a->image) return stamp_lex_fail(&a->x, ".machine given twice");
    a->image = stamp_image_new(mach);
    return a->image ? STAMP_OK : no_memory(a);
}

static enum stamp_status do_scheme(struct assembly *a)
{
    char text[STAMP_LEX_TEXT_MAX + 1];
    const enum stamp_status st = stamp_lex_quoted(&a->x, text);

    if (st) return st;
    a->image->scheme = stamp_arena_text(a->image->arena, text, strlen(text));
    return a->image->scheme ? STAMP_OK : no_memory(a);
}

static enum stamp_status do_arg(struct assembly *a)
{
    uint64_t index, value;
    enum stamp_status st = stamp_lex_number(&a->x, &index);

    if (!st && index >= STAMP_ARGS) return stamp_lex_fail(&a->x, "there are %d", STAMP_ARGS);
    if (!st) st = stamp_lex_number(&a->x, &value);
    if (!st && value >> 32) return stamp_lex_fail(&a->x, "an argument has 32 bits");
    if (!st) a->image->arg[index] = (uint32_t)value;
    return st;
}

/* Another program begins, at an even index. */
static enum stamp_status do_code(struct assembly *a)
{
    struct stamp_entry *n = push(&a->entry, sizeof *n);
    enum stamp_status st = STAMP_OK;

    if (!n) return no_memory(a);
    *n = (struct stamp_entry){.name = "main"};
    if (!stamp_lex_end(&a->x)) st = take_name(a, n->name);
    if (a->code.count % 2) {
        struct stamp_word *nop = push(&a->code, sizeof *nop);
        if (!nop) return no_memory(a);
        *nop = (struct stamp_word){{STAMP_OP_NOP}};
    }
    n->first = (uint32_t)a->code.count;
    a->mode = CODE;
    return st;
}

static enum stamp_status do_directive(struct assembly *a)
{
    char word[STAMP_WORD_MAX + 1];
    enum stamp_status st = stamp_lex_word(&a->x, word);

    if (!st && strcmp(word, ".machine") && !a->image)
        return stamp_lex_fail(&a->x, "the text starts with .machine");
    if (!st) st = end_data(a);
    if (st) return st;
    if (!strcmp(word, ".machine"))
        st = do_machine(a);
    else if (!strcmp(word, ".memory"))
        st = stamp_lex_number(&a->x, &a->image->dram_bytes);
    else if (!strcmp(word, ".code_at"))
        st = stamp_lex_number(&a->x, &a->image->code_addr);
    else if (!strcmp(word, ".scheme"))
        st = do_scheme(a);
    else if (!strcmp(word, ".layer"))
        st = do_layer(a);
    else if (!strcmp(word, ".phase"))
        st = do_phase(a);
    else if (!strcmp(word, ".buffer"))
        st = do_buffer(a);
    else if (!strcmp(word, ".file"))
        st = do_file(a);
    else if (!strcmp(word, ".data")) {
        st = stamp_lex_number(&a->x, &a->data_addr);
        a->mode = DATA;
    } else if (!strcmp(word, ".arg")) {
        st = do_arg(a);
    } else if (!strcmp(word, ".code")) {
        st = do_code(a);
    } else {
        return stamp_lex_fail(&a->x, "unknown directive '%s'", word);
    }
    if (!st && !stamp_lex_end(&a->x)) st = stamp_lex_fail(&a->x, "text behind the directive");
    return st;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum stamp_status do_hex(struct assembly *a)
{
    while (!stamp_lex_end(&a->x)) {
        const int hi = nibble(a->x.s[a->x.at]);
        const int lo = a->x.at + 1 < a->x.n ? nibble(a->x.s[a->x.at + 1]) : -1;
        if (hi < 0 || lo < 0) return stamp_lex_fail(&a->x, "two hexadecimal digits expected");
        uint8_t *b = push(&a->bytes, 1);
        if (!b) return no_memory(a);
        *b = (uint8_t)(hi << 4 | lo);
        a->x.at += 2;
    }
    return STAMP_OK;
}

static enum stamp_status do_line(struct assembly *a)
{
    if (stamp_lex_end(&a->x)) return STAMP_OK;
    const bool raw =
        a->mode == CODE && a->x.n - a->x.at >= 5 && !memcmp(a->x.s + a->x.at, ".word", 5);
    if (a->x.s[a->x.at] == '.' && !raw) return do_directive(a);
    if (a->mode == DATA) return do_hex(a);
    if (a->mode != CODE) return stamp_lex_fail(&a->x, "instructions follow .code");
    struct stamp_word *word = push(&a->code, sizeof *word);
    if (!word) return no_memory(a);
    ((struct stamp_entry *)a->entry.p)[a->entry.count - 1].count++;
    return stamp_asm_line(&a->x, word);
}

/* Array of a list into the arena. */
static void *settle(struct assembly *a, const struct list *l, size_t size)
{
    void *p = stamp_arena_alloc(a->image->arena, l->count, size);

    if (p && l->count) memcpy(p, l->p, l->count * size);
    return p;
}

static enum stamp_status finish(struct assembly *a)
{
    struct stamp_image *m = a->image;
    enum stamp_status st;

    if (!m) return stamp_fail(a->x.e, STAMP_EFORMAT, "the text has no .machine");
    if ((st = end_data(a))) return st;
    if (a->code.count > STAMP_IMAGE_CODE_MAX || a->buffer.count > STAMP_IMAGE_ITEMS_MAX ||
        a->layer.count > STAMP_IMAGE_ITEMS_MAX || a->segment.count > STAMP_IMAGE_ITEMS_MAX ||
        a->phase.count > STAMP_IMAGE_ITEMS_MAX || a->entry.count > STAMP_IMAGE_ENTRIES_MAX)
        return stamp_fail(a->x.e, STAMP_EFORMAT, "too many instructions, buffers or segments");
    m->code = settle(a, &a->code, sizeof *m->code);
    m->entry = settle(a, &a->entry, sizeof *m->entry);
    m->buffer = settle(a, &a->buffer, sizeof *m->buffer);
    m->layer = settle(a, &a->layer, sizeof *m->layer);
    m->phase = settle(a, &a->phase, sizeof *m->phase);
    m->segment = settle(a, &a->segment, sizeof *m->segment);
    if (!m->code || !m->entry || !m->buffer || !m->layer || !m->phase || !m->segment)
        return no_memory(a);
    m->code_count = (uint32_t)a->code.count;
    m->entries = (uint32_t)a->entry.count;
    m->buffers = (uint32_t)a->buffer.count;
    m->layers = (uint32_t)a->layer.count;
    m->phases = (uint32_t)a->phase.count;
    m->segments = (uint32_t)a->segment.count;
    return stamp_image_check(m, a->x.e);
}

enum stamp_status stamp_asm(const char *text, size_t len, bool files, struct stamp_image **out,
                            struct stamp_err *e)
{
    struct assembly a = {.files = files, .x = {.e = e}};
    enum stamp_status st = STAMP_OK;

    for (size_t at = 0; at < len && !st;) {
        const char *end = memchr(text + at, '\n', len - at);
        a.x.s = text + at;
        a.x.n = end ? (size_t)(end - a.x.s) : len - at;
        a.x.at = 0;
        a.x.line++;
        at += a.x.n + 1;
        st = do_line(&a);
    }
    if (!st) st = finish(&a);
    if (st)
        stamp_image_free(a.image);
    else
        *out = a.image;
    stamp_free(a.code.p);
    stamp_free(a.entry.p);
    stamp_free(a.buffer.p);
    stamp_free(a.layer.p);
    stamp_free(a.phase.p);
    stamp_free(a.segment.p);
    stamp_free(a.bytes.p);
    return st;
}
