/* SPDX-License-Identifier: Apache-2.0 */
/* qcache.c - codes in a file. Contract in qcache.h. */
#include "compiler/quant/qcache.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/file/infile.h"
#include "model/file/outfile.h"

enum { HEAD_BYTES = 8 + 6 * 4 + 3 * 8, END_BYTES = 8 };

static const char magic[8] = {'S', 'T', 'A', 'M', 'P', 'Q', 'C', '\n'};

uint64_t stamp_fnv(uint64_t h, const void *bytes, size_t len)
{
    const unsigned char *b = bytes;

    for (size_t i = 0; i < len; i++) h = (h ^ b[i]) * UINT64_C(0x100000001b3);
    return h;
}

static void put(unsigned char **at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) *(*at)++ = (unsigned char)(v >> 8 * i);
}

static uint64_t get(const unsigned char **at, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++) v |= (uint64_t) * (*at)++ << 8 * i;
    return v;
}

static uint64_t hash_matrix(uint64_t h, const struct stamp_lazy *t)
{
    unsigned char about[5 * 8 + 4], *at = about;
    uint32_t spread;

    memcpy(&spread, &t->spread, sizeof spread);
    put(&at, t->kind, 8);
    put(&at, t->rows, 8);
    put(&at, t->cols, 8);
    put(&at, t->pair, 8);
    put(&at, t->seed, 8);
    put(&at, spread, 4);
    h = stamp_fnv(h, about, sizeof about);
    return t->bytes ? stamp_fnv(h, t->bytes, t->rows * stamp_lazy_row_bytes(t->kind, t->cols)) : h;
}

struct stamp_qcache stamp_qcache_of(const struct stamp_network *m,
                                    const struct stamp_qmodel_options *o)
{
    struct stamp_qcache c = {o->quantizer,
                             o->bits,
                             o->head_bits,
                             o->block,
                             stamp_graph_repeats(m->graph),
                             STAMP_FNV,
                             0,
                             0};
    struct stamp_gat at = STAMP_GRAPH_START;

    while (stamp_graph_next_linear(m->graph, &at))
        c.weights = hash_matrix(c.weights, stamp_qmodel_matrix(m, at));
    if (o->calib) {
        c.calib = o->calib->hash;
        c.tokens = o->calib->tokens;
    }
    return c;
}

static void put_head(const struct stamp_qcache *c, unsigned char *to)
{
    memcpy(to, magic, sizeof magic);
    to += sizeof magic;
    put(&to, STAMP_QCACHE_VERSION, 4);
    put(&to, c->quantizer, 4);
    put(&to, c->bits, 4);
    put(&to, c->head_bits, 4);
    put(&to, c->block, 4);
    put(&to, c->layers, 4);
    put(&to, c->weights, 8);
    put(&to, c->calib, 8);
    put(&to, c->tokens, 8);
}

/* Bytes to a file, hashed on their way. */
static enum stamp_status out(struct stamp_outfile *f, uint64_t *h, const void *bytes, size_t len,
                             struct stamp_err *e)
{
    *h = stamp_fnv(*h, bytes, len);
    return stamp_outfile_write(f, bytes, len, e);
}

enum stamp_status stamp_qcache_write(const char *path, const struct stamp_qcache *c,
                                     const struct stamp_weights *w, size_t count,
                                     struct stamp_err *e)
{
    unsigned char head[HEAD_BYTES], end[END_BYTES], *at = end;
    struct stamp_outfile f;
    uint64_t h = STAMP_FNV;

    enum stamp_status s = stamp_outfile_open(path, &f, e);
    if (s) return s;
    put_head(c, head);
    s = out(&f, &h, head, sizeof head, e);
    for (size_t i = 0; i < count && !s; i++) {
        s = out(&f, &h, w[i].code, (size_t)w[i].n * w[i].d, e);
        for (size_t k = 0; k < (size_t)w[i].n * w[i].nb && !s; k++) {
            unsigned char word[4], *to = word;
            uint32_t bits;
            memcpy(&bits, &w[i].scale[k], sizeof bits);
            put(&to, bits, 4);
            s = out(&f, &h, word, sizeof word, e);
        }
    }
    put(&at, h, 8);
    if (!s) s = stamp_outfile_write(&f, end, sizeof end, e);
    if (!s) return stamp_outfile_commit(&f, e);
    stamp_outfile_discard(&f);
    return s;
}

static enum stamp_status other(const char *path, struct stamp_err *e, const char *why)
{
    return stamp_fail(e, STAMP_ERANGE, "%s: its codes are of %s; delete it to make them anew", path,
                      why);
}

static enum stamp_status check_head(const char *path, const struct stamp_qcache *want,
                                    const unsigned char *at, struct stamp_err *e)
{
    struct stamp_qcache c;
    char why[160];

    if (memcmp(at, magic, sizeof magic) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not a file of quantized weights", path);
    at += sizeof magic;
    const uint32_t version = (uint32_t)get(&at, 4);
    if (version != STAMP_QCACHE_VERSION)
        return stamp_fail(e, STAMP_EFORMAT, "%s: version %" PRIu32 ", this program reads %d", path,
                          version, STAMP_QCACHE_VERSION);
    c.quantizer = (uint32_t)get(&at, 4);
    c.bits = (uint32_t)get(&at, 4);
    c.head_bits = (uint32_t)get(&at, 4);
    c.block = (uint32_t)get(&at, 4);
    c.layers = (uint32_t)get(&at, 4);
    c.weights = get(&at, 8);
    c.calib = get(&at, 8);
    c.tokens = get(&at, 8);
    if (c.quantizer >= STAMP_QUANTIZERS)
        return stamp_fail(e, STAMP_EFORMAT, "%s: quantizer %" PRIu32 " does not exist", path,
                          c.quantizer);
    if (c.layers != want->layers || c.weights != want->weights)
        return other(path, e, "other weights");
    if (c.quantizer != want->quantizer || c.bits != want->bits || c.head_bits != want->head_bits ||
        c.block != want->block) {
        snprintf(why, sizeof why,
                 "%s, %" PRIu32 " bits, head of %" PRIu32 ", block %" PRIu32 ", not %s, %" PRIu32
                 " bits, head of %" PRIu32 ", block %" PRIu32,
                 stamp_quantizer_name[c.quantizer], c.bits, c.head_bits, c.block,
                 stamp_quantizer_name[want->quantizer], want->bits, want->head_bits, want->block);
        return other(path, e, why);
    }
    if (c.calib == want->calib && c.tokens == want->tokens) return STAMP_OK;
    snprintf(why, sizeof why,
             "other calibration (%" PRIu64 " tokens, hash %016" PRIx64 ", not %" PRIu64
             ", %016" PRIx64 ")",
             c.tokens, c.calib, want->tokens, want->calib);
    return other(path, e, why);
}

/* One matrix; @p at has as many bytes as it takes. */
static enum stamp_status get_matrix(const char *path, const struct stamp_lazy *t, unsigned bits,
                                    uint32_t block, const unsigned char **at,
                                    struct stamp_weights *w, struct stamp_err *e)
{
    const int limit = bits == 8 ? 127 : 7;
    const enum stamp_status s =
        stamp_weights_alloc(bits, block, (uint32_t)t->rows, (uint32_t)t->cols, w, e);

    if (s) return s;
    memcpy(w->code, *at, t->rows * t->cols);
    *at += t->rows * t->cols;
    for (size_t i = 0; i < t->rows * t->cols; i++)
        if (w->code[i] < -limit || w->code[i] > limit)
            return stamp_fail(e, STAMP_EFORMAT, "%s: %s has a code of %d, limit %d", path, t->name,
                              w->code[i], limit);
    for (size_t i = 0; i < t->rows * w->nb; i++) {
        const uint32_t word = (uint32_t)get(at, 4);
        memcpy(&w->scale[i], &word, sizeof word);
        if (!isfinite(w->scale[i]) || w->scale[i] < 0)
            return stamp_fail(e, STAMP_EFORMAT, "%s: %s has a scale of %g", path, t->name,
                              (double)w->scale[i]);
    }
    stamp_weights_sum(w);
    return STAMP_OK;
}

/* Bits and block of the codes of a LINEAR node. */
static struct stamp_qmatrix_how kind_of(const struct stamp_network *m, struct stamp_gat at,
                                        const struct stamp_qmodel_options *o)
{
    const bool head = m->graph->node[at.node].attr.kind == STAMP_GLINEAR_HEAD;
    return (struct stamp_qmatrix_how){.bits = head ? o->head_bits : o->bits,
                                      .block = head ? 0 : o->block};
}

/* The file the options ask for, in bytes. */
static uint64_t size_of(const struct stamp_network *m, const struct stamp_qmodel_options *o)
{
    struct stamp_gat at = STAMP_GRAPH_START;
    uint64_t sum = HEAD_BYTES + END_BYTES;

    while (stamp_graph_next_linear(m->graph, &at)) {
        const struct stamp_lazy *t = stamp_qmodel_matrix(m, at);
        const uint32_t block = kind_of(m, at, o).block;
        sum += t->rows * (t->cols + 4 * (block ? (t->cols + block - 1) / block : 1));
    }
    return sum;
}

static enum stamp_status read_all(struct stamp_infile *in, const char *path,
                                  const struct stamp_qcache *c, const struct stamp_network *m,
                                  const struct stamp_qmodel_options *o, struct stamp_weights *w,
                                  struct stamp_err *e)
{
    const uint64_t size = stamp_infile_size(in), want = size_of(m, o);
    const unsigned char *bytes = NULL, *at;

    if (size < HEAD_BYTES)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not a file of quantized weights", path);
    enum stamp_status s = stamp_infile_map(in, &bytes, e);
    if (!s) s = check_head(path, c, bytes, e);
    if (s) return s;
    if (size != want)
        return stamp_fail(e, STAMP_EFORMAT, "%s: %" PRIu64 " bytes, %" PRIu64 " expected", path,
                          size, want);
    at = bytes + size - END_BYTES;
    if (get(&at, 8) != stamp_fnv(STAMP_FNV, bytes, (size_t)size - END_BYTES))
        return stamp_fail(e, STAMP_EFORMAT, "%s: damaged, its checksum is of other bytes", path);
    at = bytes + HEAD_BYTES;
    for (struct stamp_gat g = STAMP_GRAPH_START; !s && stamp_graph_next_linear(m->graph, &g);) {
        const struct stamp_qmatrix_how how = kind_of(m, g, o);
        s = get_matrix(path, stamp_qmodel_matrix(m, g), how.bits, how.block, &at, w++, e);
    }
    return s;
}

enum stamp_status stamp_qcache_read(const char *path, const struct stamp_qcache *c,
                                    const struct stamp_network *m,
                                    const struct stamp_qmodel_options *o, struct stamp_weights *w,
                                    struct stamp_err *e)
{
    struct stamp_infile *in = NULL;

    enum stamp_status s = stamp_infile_open(path, &in, e);
    if (s) return s;
    s = read_all(in, path, c, m, o, w, e);
    stamp_infile_close(in);
    return s;
}
