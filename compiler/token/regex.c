/* SPDX-License-Identifier: Apache-2.0 */
/* regex.c - patterns run by PCRE2. Contract in regex.h. */
#include "compiler/token/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include <utf8proc.h>

#include "model/mem.h"

/* Steps of one match: a pattern that takes more is hostile. Memory of the matcher, bytes, KiB. */
enum { STEPS_MAX = 5000000, STACK_FIRST = 32768, STACK_MAX = 8 << 20, HEAP_KIB = 65536 };

struct stamp_regex {
    pcre2_general_context *memory;
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack;
    bool jit;
};

static void *take(size_t size, void *ctx)
{
    (void)ctx;
    return stamp_alloc(size, 1);
}

static void give(void *p, void *ctx)
{
    (void)ctx;
    stamp_free(p);
}

void stamp_regex_free(struct stamp_regex *r)
{
    if (!r) return;
    pcre2_jit_stack_free(r->stack);
    pcre2_match_context_free(r->limits);
    pcre2_match_data_free(r->match);
    pcre2_code_free(r->code);
    pcre2_general_context_free(r->memory);
    stamp_free(r);
}

static enum stamp_status refuse(const char *pattern, size_t len, int error, size_t at,
                                struct stamp_err *e)
{
    char why[120] = "?";

    pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why);
    return stamp_fail(e, STAMP_EUNSUPPORTED, "pattern %.*s: %s, at byte %zu of its rewriting",
                      (int)(len < 120 ? len : 120), pattern, why, at);
}

/* Everything but the code; true when all of it is there. */
static bool equip(struct stamp_regex *r)
{
    r->match = pcre2_match_data_create(1, r->memory);
    r->limits = pcre2_match_context_create(r->memory);
    if (!r->match || !r->limits) return false;
    pcre2_set_match_limit(r->limits, STEPS_MAX);
    pcre2_set_heap_limit(r->limits, HEAP_KIB);
    r->jit = pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0;
    if (!r->jit) return true; /* no JIT on this processor: slower, the same matches */
    r->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MAX, r->memory);
    if (!r->stack) return false;
    pcre2_jit_stack_assign(r->limits, NULL, r->stack);
    return true;
}

/* @param given  for messages; @p pattern is what PCRE2 gets */
static enum stamp_status make(const char *given, size_t given_len, const char *pattern, size_t len,
                              uint32_t options, struct stamp_regex **out, struct stamp_err *e)
{
    int error = 0;
    size_t at = 0;
    struct stamp_regex *r = stamp_alloc(1, sizeof *r);

    if (!r || !(r->memory = pcre2_general_context_create(take, give, NULL))) {
        stamp_free(r);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a pattern");
    }
    pcre2_compile_context *context = pcre2_compile_context_create(r->memory);
    if (context) r->code = pcre2_compile((PCRE2_SPTR)pattern, len, options, &error, &at, context);
    enum stamp_status s = STAMP_OK;
    if (context && !r->code && error != PCRE2_ERROR_HEAP_FAILED)
        s = refuse(given, given_len, error, at, e);
    else if (!context || !r->code || !equip(r))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a pattern");
    pcre2_compile_context_free(context);
    if (s)
        stamp_regex_free(r);
    else
        *out = r;
    return s;
}

enum stamp_status stamp_regex_new(const char *pattern, size_t len, struct stamp_regex **out,
                                  struct stamp_err *e)
{
    char *text = NULL;
    enum stamp_status s = stamp_regex_rewrite(pattern, len, &text, e);
    if (!s)
        s = make(pattern, len, text, strlen(text), PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, out, e);
    stamp_free(text);
    return s;
}

enum stamp_status stamp_regex_literal(const char *text, size_t len, struct stamp_regex **out,
                                      struct stamp_err *e)
{
    return make(text, len, text, len, PCRE2_LITERAL, out, e); /* bytes: any text will do */
}

enum stamp_status stamp_regex_find(struct stamp_regex *r, const char *text, size_t len, size_t from,
                                   bool *found, size_t *begin, size_t *end, struct stamp_err *e)
{
    int got =
        pcre2_match(r->code, (PCRE2_SPTR)text, len, from, PCRE2_NO_UTF_CHECK, r->match, r->limits);

    if (got == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter takes its memory from the heap */
        got = pcre2_match(r->code, (PCRE2_SPTR)text, len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                          r->match, r->limits);
    *found = got >= 0;
    if (got == PCRE2_ERROR_NOMATCH) return STAMP_OK;
    if (got == PCRE2_ERROR_NOMEMORY) return stamp_fail(e, STAMP_ENOMEM, "out of memory to match");
    if (got < 0)
        return stamp_fail(e, STAMP_ERANGE,
                          "a pattern of the tokenizer takes too long or too much memory on a text "
                          "of %zu bytes (PCRE2 says %d)",
                          len, got);
    const size_t *at = pcre2_get_ovector_pointer(r->match);
    *begin = at[0];
    *end = at[1];
    return STAMP_OK;
}

bool stamp_is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool stamp_is_word(uint32_t c)
{
    if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC: return true;
    default: break;
    }
    return c == 0x200c || c == 0x200d ||
           (c >= 0x24b6 && c <= 0x24e9); /* joiners, circled letters */
}
