/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_value.c - looking things up in a GGUF listing. Contract in gguf.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/gguf.h"

static int key_order(const void *key, const void *v)
{
    return strcmp(key, ((const struct stamp_gguf_value *)v)->key);
}

static int name_order(const void *name, const void *t)
{
    return strcmp(name, ((const struct stamp_gguf_tensor *)t)->name);
}

const struct stamp_gguf_value *stamp_gguf_find(const struct stamp_gguf *g, const char *key)
{
    return g->values ? bsearch(key, g->value, g->values, sizeof *g->value, key_order) : NULL;
}

const struct stamp_gguf_tensor *stamp_gguf_tensor(const struct stamp_gguf *g, const char *name)
{
    return g->tensors ? bsearch(name, g->tensor, g->tensors, sizeof *g->tensor, name_order) : NULL;
}

bool stamp_gguf_u64(const struct stamp_gguf_value *v, uint64_t *out)
{
    uint64_t bits = 0;

    switch (v->type) {
    case STAMP_GGUF_U8:
    case STAMP_GGUF_S8:
    case STAMP_GGUF_U16:
    case STAMP_GGUF_S16:
    case STAMP_GGUF_U32:
    case STAMP_GGUF_S32:
    case STAMP_GGUF_U64:
    case STAMP_GGUF_S64: break;
    default: return false;
    }
    for (size_t i = (size_t)v->count; i-- > 0;) bits = bits << 8 | v->bytes[i];
    const bool is_signed = v->type == STAMP_GGUF_S8 || v->type == STAMP_GGUF_S16 ||
                           v->type == STAMP_GGUF_S32 || v->type == STAMP_GGUF_S64;
    if (is_signed && bits >> (8 * v->count - 1)) return false;
    *out = bits;
    return true;
}

bool stamp_gguf_real(const struct stamp_gguf_value *v, double *out)
{
    uint64_t bits = 0;
    uint32_t half;
    float f;

    if (v->type != STAMP_GGUF_F32 && v->type != STAMP_GGUF_F64) return false;
    for (size_t i = (size_t)v->count; i-- > 0;) bits = bits << 8 | v->bytes[i];
    if (v->type == STAMP_GGUF_F64) {
        memcpy(out, &bits, sizeof *out);
        return true;
    }
    half = (uint32_t)bits;
    memcpy(&f, &half, sizeof f);
    *out = (double)f;
    return true;
}

bool stamp_gguf_text_is(const struct stamp_gguf_value *v, const char *text)
{
    return v && v->type == STAMP_GGUF_STRING && v->count == strlen(text) &&
           memcmp(v->bytes, text, strlen(text)) == 0;
}

const char *stamp_gguf_text(const struct stamp_gguf_value *v, char *to, size_t size)
{
    if (!v || v->type != STAMP_GGUF_STRING) return "?";
    snprintf(to, size, "%.*s", v->count < size ? (int)v->count : (int)size - 1,
             (const char *)v->bytes);
    return to;
}
