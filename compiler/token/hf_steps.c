/* SPDX-License-Identifier: Apache-2.0 */
/* hf_steps.c - normalizer and pre_tokenizer of a tokenizer.json. Contract in hf_parts.h. */
#include <string.h>

#include "compiler/token/hf_parts.h"
#include "compiler/front/utf8.h"
#include "model/mem.h"

/* For its pattern of GPT-2. */
#define STAMP_PRE_CUT(name, digits, regex)
#define STAMP_PRE(text, cut, ignore_merges, bos, nfc)
#include "compiler/token/pre.def"

/* What is punctuation to the library: also ASCII that Unicode calls symbols. */
#define PUNCTUATION "[\\p{P}$+<=>^`|~]"

static enum stamp_status add(const struct stamp_hf *h, struct stamp_steps *to,
                             const struct stamp_step *step)
{
    return stamp_steps_add(to, step, h->e);
}

static enum stamp_status no_memory(const struct stamp_hf *h)
{
    return stamp_fail(h->e, STAMP_ENOMEM, "%s: out of memory", h->name);
}

/* "pattern": {"String": ...} or {"Regex": ...} */
static enum stamp_status pattern_of(const struct stamp_hf *h, const cJSON *o, const char *section,
                                    struct stamp_regex **out)
{
    const cJSON *p = stamp_hf_get(o, "pattern");
    const char *text = stamp_hf_text(p, "String"), *regex = stamp_hf_text(p, "Regex");
    enum stamp_status s;

    if (text && *text)
        s = stamp_regex_literal(text, strlen(text), out, h->e);
    else if (regex)
        s = stamp_regex_new(regex, strlen(regex), out, h->e);
    else
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: %s has no pattern", h->name, section);
    if (s) stamp_fail_at(h->e, "%s", h->name);
    return s;
}

static enum stamp_status put_split(const struct stamp_hf *h, const char *regex,
                                   enum stamp_split behavior)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT, .behavior = behavior};

    const enum stamp_status s = stamp_regex_new(regex, strlen(regex), &step.regex, h->e);
    return s ? s : add(h, &h->t->cut, &step);
}

/* ---- Normalizers -------------------------------------------------------------------------------- */

static enum stamp_status put_prefix(const struct stamp_hf *h, struct stamp_steps *to,
                                    const char *text, bool absent, bool first)
{
    struct stamp_step step = {.kind = STAMP_STEP_PREFIX, .absent = absent, .first = first};

    step.text = stamp_strdup(text);
    step.len = strlen(text);
    return step.text ? add(h, to, &step) : no_memory(h);
}

static enum stamp_status normal_replace(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_step step = {.kind = STAMP_STEP_REPLACE};
    const char *content = stamp_hf_text(o, "content");

    if (!content)
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: normalizer Replace has no content", h->name);
    const enum stamp_status s = pattern_of(h, o, "normalizer Replace", &step.regex);
    if (s) return s;
    step.text = stamp_strdup(content);
    step.len = strlen(content);
    if (step.text) return add(h, &h->t->normal, &step);
    stamp_regex_free(step.regex);
    return no_memory(h);
}

static enum stamp_status normal_strip(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_step step = {.kind = STAMP_STEP_STRIP};

    enum stamp_status s = stamp_hf_flag(h, o, "strip_left", true, &step.left);
    if (!s) s = stamp_hf_flag(h, o, "strip_right", true, &step.right);
    return s ? s : add(h, &h->t->normal, &step);
}

static enum stamp_status normalizer(const struct stamp_hf *h, const cJSON *o, int depth)
{
    static const char *const plain[] = {"NFC", "NFD", "NFKC", "NFKD",
                                        "Lowercase"}; /* as the enum */
    const char *type = NULL;
    enum stamp_status s = stamp_hf_type(h, o, "normalizer", &type);

    if (s) return s;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (strcmp(type, plain[i]) == 0)
            return add(h, &h->t->normal, &(struct stamp_step){.kind = (enum stamp_step_kind)i});
    if (strcmp(type, "Strip") == 0) return normal_strip(h, o);
    if (strcmp(type, "Replace") == 0) return normal_replace(h, o);
    if (strcmp(type, "Prepend") == 0 && stamp_hf_text(o, "prepend"))
        return put_prefix(h, &h->t->normal, stamp_hf_text(o, "prepend"), false, false);
    return stamp_hf_sequence(h, o, "normalizer", "normalizers", depth, normalizer);
}

enum stamp_status stamp_hf_normalizer(const struct stamp_hf *h, const cJSON *o)
{
    return o ? normalizer(h, o, 0) : STAMP_OK;
}

/* ---- Pre-tokenizers ----------------------------------------------------------------------------- */

static enum stamp_status behavior_of(const struct stamp_hf *h, const cJSON *o, const char *section,
                                     enum stamp_split fallback, enum stamp_split *out)
{
    static const char *const names[] = {"Isolated", "Removed", "MergedWithPrevious",
                                        "MergedWithNext", "Contiguous"}; /* in the enum's order */
    const char *text = stamp_hf_text(o, "behavior");

    *out = fallback;
    if (!text && !stamp_hf_get(o, "behavior")) return STAMP_OK;
    for (size_t i = 0; text && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum stamp_split)i;
            return STAMP_OK;
        }
    return stamp_fail(h->e, STAMP_EFORMAT, "%s: %s has behavior \"%.40s\"", h->name, section,
                      text ? text : "?");
}

static enum stamp_status cut_split(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT};

    enum stamp_status s =
        behavior_of(h, o, "pre_tokenizer Split", STAMP_SPLIT_ISOLATED, &step.behavior);
    if (!s) s = stamp_hf_flag(h, o, "invert", false, &step.invert);
    if (!s) s = pattern_of(h, o, "pre_tokenizer Split", &step.regex);
    return s ? s : add(h, &h->t->cut, &step);
}

static enum stamp_status cut_byte_level(const struct stamp_hf *h, const cJSON *o)
{
    bool space, regex;

    enum stamp_status s = stamp_hf_flag(h, o, "add_prefix_space", true, &space);
    if (!s) s = stamp_hf_flag(h, o, "use_regex", true, &regex);
    if (!s && space) s = put_prefix(h, &h->t->cut, " ", true, false);
    if (!s && regex) s = put_split(h, STAMP_PRE_GPT2, STAMP_SPLIT_ISOLATED);
    h->t->bpe.byte_level = true;
    return s;
}

/* When a mark is put in front: "always" (and the older add_prefix_space), "first", "never". */
static enum stamp_status scheme_of(const struct stamp_hf *h, const cJSON *o, bool *any, bool *first)
{
    const char *text = stamp_hf_text(o, "prepend_scheme");

    *first = false;
    if (!text) return stamp_hf_flag(h, o, "add_prefix_space", true, any);
    *first = strcmp(text, "first") == 0;
    *any = *first || strcmp(text, "always") == 0;
    if (*any || strcmp(text, "never") == 0) return STAMP_OK;
    return stamp_fail(h->e, STAMP_EFORMAT, "%s: prepend_scheme \"%.40s\"", h->name, text);
}

static enum stamp_status cut_metaspace(const struct stamp_hf *h, const cJSON *o)
{
    const char *mark = stamp_hf_text(o, "replacement");
    struct stamp_step blank = {.kind = STAMP_STEP_REPLACE},
                      split = {.kind = STAMP_STEP_SPLIT, .behavior = STAMP_SPLIT_NEXT};
    bool any, first, cuts;

    if (!mark) mark = "\xe2\x96\x81";
    if (!*mark)
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: pre_tokenizer Metaspace has no replacement",
                          h->name);
    enum stamp_status s = scheme_of(h, o, &any, &first);
    if (!s) s = stamp_hf_flag(h, o, "split", true, &cuts);
    if (!s) s = stamp_regex_literal(" ", 1, &blank.regex, h->e);
    if (s) return s;
    blank.len = strlen(mark);
    blank.text = stamp_strdup(mark);
    if (!blank.text) {
        stamp_regex_free(blank.regex);
        return no_memory(h);
    }
    s = add(h, &h->t->cut, &blank);
    if (!s && any) s = put_prefix(h, &h->t->cut, mark, true, first);
    if (!s && cuts) s = stamp_regex_literal(mark, strlen(mark), &split.regex, h->e);
    return !s && cuts ? add(h, &h->t->cut, &split) : s;
}

static enum stamp_status cut_punctuation(const struct stamp_hf *h, const cJSON *o)
{
    enum stamp_split behavior;
    const enum stamp_status s =
        behavior_of(h, o, "pre_tokenizer Punctuation", STAMP_SPLIT_ISOLATED, &behavior);

    return s ? s : put_split(h, PUNCTUATION, behavior);
}

static enum stamp_status cut_digits(const struct stamp_hf *h, const cJSON *o)
{
    bool each;
    const enum stamp_status s = stamp_hf_flag(h, o, "individual_digits", false, &each);

    return s ? s : put_split(h, "\\p{N}", each ? STAMP_SPLIT_ISOLATED : STAMP_SPLIT_CONTIGUOUS);
}

static enum stamp_status cut_bert(const struct stamp_hf *h, const cJSON *o)
{
    (void)o;
    const enum stamp_status s = put_split(h, "\\s", STAMP_SPLIT_REMOVED);
    return s ? s : put_split(h, PUNCTUATION, STAMP_SPLIT_ISOLATED);
}

static enum stamp_status cut_space(const struct stamp_hf *h, const cJSON *o)
{
    (void)o;
    return put_split(h, "\\s", STAMP_SPLIT_REMOVED);
}

static enum stamp_status cut_words(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_step step = {
        .kind = STAMP_STEP_SPLIT, .behavior = STAMP_SPLIT_REMOVED, .invert = true};
    /* To that library's other engine, joiners are part of words. */
    static const char words[] = "[\\w\\x{200c}\\x{200d}]+|[^\\w\\x{200c}\\x{200d}\\s]+";

    (void)o;
    const enum stamp_status s = stamp_regex_new(words, sizeof words - 1, &step.regex, h->e);
    return s ? s : add(h, &h->t->cut, &step);
}

static enum stamp_status cut_delimiter(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT, .behavior = STAMP_SPLIT_REMOVED};
    const char *mark = stamp_hf_text(o, "delimiter");

    if (!mark || !*mark)
        return stamp_fail(h->e, STAMP_EFORMAT,
                          "%s: pre_tokenizer CharDelimiterSplit has no delimiter", h->name);
    const enum stamp_status s = stamp_regex_literal(mark, strlen(mark), &step.regex, h->e);
    return s ? s : add(h, &h->t->cut, &step);
}

static enum stamp_status pre_tokenizer(const struct stamp_hf *h, const cJSON *o, int depth)
{
    static const struct {
        const char *type;
        enum stamp_status (*read)(const struct stamp_hf *, const cJSON *);
    } kinds[] = {{"Split", cut_split},
                 {"ByteLevel", cut_byte_level},
                 {"Metaspace", cut_metaspace},
                 {"Digits", cut_digits},
                 {"Punctuation", cut_punctuation},
                 {"Whitespace", cut_words},
                 {"WhitespaceSplit", cut_space},
                 {"BertPreTokenizer", cut_bert},
                 {"CharDelimiterSplit", cut_delimiter}};
    const char *type = NULL;
    enum stamp_status s = stamp_hf_type(h, o, "pre_tokenizer", &type);

    if (s) return s;
    if (h->t->bpe.byte_level) /* what follows would see the byte alphabet, not the text */
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: pre_tokenizer %.40s behind ByteLevel",
                          h->name, type);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(type, kinds[i].type) == 0) return kinds[i].read(h, o);
    return stamp_hf_sequence(h, o, "pre_tokenizer", "pretokenizers", depth, pre_tokenizer);
}

enum stamp_status stamp_hf_pre_tokenizer(const struct stamp_hf *h, const cJSON *o)
{
    return o ? pre_tokenizer(h, o, 0) : STAMP_OK;
}
