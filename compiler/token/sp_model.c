/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sp_model.c - tokenizer.model, a SentencePiece model. Contract in parts.h.
 *
 * The file is a protocol buffer: fields of a key (field number << 3 | wire type, varint) and a value.
 * ModelProto: 1 pieces {1 text, 2 f32 score, 3 type}, 2 trainer {3 model type, 40 unk_id, 41 bos_id,
 * 42 eos_id, 24 whitespace as suffix}, 3 normalizer {2 map of characters, 3 space in front, 4 extra
 * spaces go, 5 spaces become U+2581}.
 */
#include <string.h>

#include "compiler/token/sp.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5, MODEL_BPE = 2 };

/* A field: its value as a number or as bytes. */
struct field {
    uint32_t number;
    unsigned wire;
    uint64_t value;
    const char *bytes; /* BYTES */
    size_t len;
};

struct cursor {
    const char *name, *at, *end;
    struct stamp_err *e;
};

static enum stamp_status broken(const struct cursor *c, const char *what)
{
    return stamp_fail(c->e, STAMP_EFORMAT,
                      "%s: not a SentencePiece model: %s, %zu bytes from its end", c->name, what,
                      (size_t)(c->end - c->at));
}

static enum stamp_status varint(struct cursor *c, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (c->at == c->end) return broken(c, "it ends inside a number");
        const unsigned char byte = (unsigned char)*c->at++;
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return STAMP_OK;
    }
    return broken(c, "a number of more than 64 bits");
}

static enum stamp_status next(struct cursor *c, struct field *f)
{
    uint64_t key = 0, len = 0;
    enum stamp_status s = varint(c, &key);

    if (s) return s;
    *f = (struct field){.number = (uint32_t)(key >> 3), .wire = (unsigned)(key & 7)};
    if (!f->number || key >> 32) return broken(c, "a field without a number");
    switch (f->wire) {
    case VARINT: return varint(c, &f->value);
    case FIXED64: len = 8; break;
    case FIXED32: len = 4; break;
    case BYTES: s = varint(c, &len); break;
    default: return broken(c, "a field of no known type");
    }
    if (s) return s;
    if (len > (uint64_t)(c->end - c->at)) return broken(c, "a field leaves the file");
    f->bytes = c->at;
    f->len = (size_t)len;
    c->at += len;
    for (size_t i = f->len; f->wire != BYTES && i-- > 0;)
        f->value = f->value << 8 | (unsigned char)f->bytes[i];
    return STAMP_OK;
}

static enum stamp_status piece(const struct cursor *file, struct stamp_tokenizer *t, size_t id,
                               const struct field *whole)
{
    struct cursor c = {file->name, whole->bytes, whole->bytes + whole->len, file->e};
    const char *text = "";
    size_t len = 0;
    float score = 0;
    uint64_t type = STAMP_SP_NORMAL;

    while (c.at < c.end) {
        struct field f;
        enum stamp_status s = next(&c, &f);
        if (s) return s;
        if (f.number == 1 && f.wire == BYTES) {
            text = f.bytes;
            len = f.len;
        } else if (f.number == 2 && f.wire == FIXED32) {
            const uint32_t bits = (uint32_t)f.value;
            memcpy(&score, &bits, sizeof score);
        } else if (f.number == 3 && f.wire == VARINT) {
            type = f.value;
        }
    }
    const enum stamp_status s =
        stamp_sp_piece(t, id, text, len, score, type > 99 ? 99 : (unsigned)type, false, c.e);
    if (s) stamp_fail_at(c.e, "%s", file->name);
    return s;
}

/* What trainer and normalizer say; the defaults are the format's. */
struct says {
    uint64_t type, bos, eos, suffix, space, collapse, escape;
    size_t map;
};

static enum stamp_status section(const struct cursor *file, const struct field *whole,
                                 struct says *says)
{
    struct cursor c = {file->name, whole->bytes, whole->bytes + whole->len, file->e};
    const bool trainer = whole->number == 2;

    while (c.at < c.end) {
        struct field f;
        const enum stamp_status s = next(&c, &f);
        if (s) return s;
        if (!trainer && f.number == 2 && f.wire == BYTES) says->map = f.len;
        if (f.wire != VARINT) continue;
        switch (f.number) {
        case 3: *(trainer ? &says->type : &says->space) = f.value; break;
        case 4:
            if (!trainer) says->collapse = f.value;
            break;
        case 5:
            if (!trainer) says->escape = f.value;
            break;
        case 24:
            if (trainer) says->suffix = f.value;
            break;
        case 41:
            if (trainer) says->bos = f.value;
            break;
        case 42:
            if (trainer) says->eos = f.value;
            break;
        default: break;
        }
    }
    return STAMP_OK;
}

static enum stamp_status refuse(const struct cursor *c, const struct says *says)
{
    static const char *const types[] = {"?", "UNIGRAM", "BPE", "WORD", "CHAR"};

    if (says->type != MODEL_BPE)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                          "%s: a SentencePiece model of type %s; BPE is read", c->name,
                          says->type < 5 ? types[says->type] : "?");
    if (says->map)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                          "%s: it maps characters (normalizer_spec.precompiled_charsmap); a "
                          "tokenizer.json of the same model may do without",
                          c->name);
    if (says->suffix || !says->escape)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: %s", c->name,
                          says->suffix ? "treat_whitespace_as_suffix is set"
                                       : "escape_whitespaces is not set");
    return STAMP_OK;
}

/* BOS and EOS, when the ids are tokens: -1 (all bits) says that there is none. */
static enum stamp_status special(struct stamp_tokenizer *t, const struct says *says,
                                 struct stamp_err *e)
{
    if (says->bos < t->shown.count) {
        t->bos = t->front[0] = (int32_t)says->bos;
        t->fronts = 1;
    }
    if (says->eos >= t->shown.count) return STAMP_OK;
    t->eos = (int32_t)says->eos;
    return stamp_tokenizer_end_at(t, t->eos, e);
}

enum stamp_status stamp_tokenizer_sp(const char *name, const char *bytes, size_t len, size_t rows,
                                     struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct cursor c = {name, bytes, bytes + len, e};
    struct says says = {.type = 1, .bos = 1, .eos = 2, .space = 1, .collapse = 1, .escape = 1};
    struct stamp_tokenizer *t = stamp_tokenizer_new("SentencePiece", rows);
    enum stamp_status s = STAMP_OK;
    size_t pieces = 0;

    if (!t) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    while (c.at < c.end && !s) {
        struct field f;
        s = next(&c, &f);
        if (!s && f.wire == BYTES && f.number == 1) s = piece(&c, t, pieces++, &f);
        if (!s && f.wire == BYTES && (f.number == 2 || f.number == 3)) s = section(&c, &f, &says);
    }
    if (!s && !pieces) s = broken(&c, "it has no pieces");
    if (!s) s = refuse(&c, &says);
    if (!s)
        s = stamp_sp_steps(
            t, (struct stamp_sp_rule){.space = says.space, .collapse = says.collapse}, e);
    if (!s) s = special(t, &says, e);
    if (s)
        stamp_tokenizer_close(t);
    else
        *out = t;
    return s;
}
