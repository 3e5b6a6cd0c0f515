/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_token.c - the readers of tokenizers against bent files, and tokenizers against any bytes.
 *
 *     fuzz_token [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. What is accepted encodes random bytes, and
 * its ids become text again; good tokenizers get random texts all the time.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/front/utf8.h"
#include "compiler/token/tokenizer.h"
#include "model/mem.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/token_samples.h"
#include "tests/fuzz/bend.h"

enum { KINDS = 7, FOLDER = 5, TEXT = 300 }; /* kinds from FOLDER on are read from the disk */

static char folder[] = "/tmp/stamp-fuzz-XXXXXX";
static const char *const names[KINDS] = {"json",  "json spaced", "model",     "gguf gpt2",
                                         "llama", "config",      "generation"};
static const char *const files[] = {"tokenizer.json", "tokenizer_config.json",
                                    "generation_config.json"};
static const enum stamp_tokenizer_kind kinds[FOLDER] = {STAMP_TOKENIZER_JSON, STAMP_TOKENIZER_JSON,
                                                        STAMP_TOKENIZER_MODEL, STAMP_TOKENIZER_GGUF,
                                                        STAMP_TOKENIZER_GGUF};

static const char *path_of(const char *file)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static bool put(const char *file, const void *bytes, size_t len)
{
    FILE *f = fopen(path_of(file), "wb");
    const bool fine = f && fwrite(bytes, 1, len, f) == len;
    return f && !fclose(f) && fine;
}

/* Any bytes, or pieces of what the samples know. */
static size_t draw_text(char to[TEXT])
{
    static const char *const words[] = {"a",       "b",    "ab",       "abc",       " ",
                                        "  ",      "12",   "[U]",      "<s>",       "</s>",
                                        "<|bos|>", "late", "\xc3\xa9", "e\xcc\x81", "\xe2\x96\x81",
                                        "\n",      "\xff", "\xe2\x82", "'s"};
    const size_t want = bend_draw(TEXT - 16);
    const bool raw = bend_draw(3) == 0;
    size_t n = 0;

    while (n < want) {
        const char *w = words[bend_draw(sizeof words / sizeof words[0])];
        if (raw || bend_draw(12) == 0) {
            to[n++] = (char)bend_draw(256);
            continue;
        }
        memcpy(to + n, w, strlen(w));
        n += strlen(w);
    }
    return n;
}

static bool complain(const char *what)
{
    printf("fuzz_token: %s\n", what);
    return false;
}

/* The ids of a text; false: what the contract excludes. */
static bool try_text(const struct stamp_tokenizer *t)
{
    char text[TEXT];
    const size_t len = draw_text(text);
    char *exact = malloc(len ? len : 1);
    struct stamp_detokenizer d = {.t = t};
    struct stamp_bytes out = {0};
    struct stamp_err e = {STAMP_OK, ""};
    int32_t *ids = NULL;
    size_t count = 0;
    bool fine = true;

    if (!exact) return true;
    memcpy(exact, text, len);
    const enum stamp_status s =
        stamp_tokenizer_encode(t, exact, len, bend_draw(2), &ids, &count, &e);
    if (s && (ids || e.status != s || !e.text[0])) fine = complain("encoding failed silently");
    for (size_t i = 0; i < count && fine; i++) {
        if (ids[i] < 0) fine = complain("an id below zero");
        if (fine && stamp_detokenize(&d, ids[i], &out, &e)) break;
    }
    if (fine && !stamp_detokenize_end(&d, &out, &e) &&
        stamp_utf8_valid(out.s ? out.s : "", out.len) < out.len)
        fine = complain("a decoded text is no UTF-8");
    stamp_free(out.s);
    stamp_free(ids);
    free(exact);
    return fine;
}

static bool attempt(size_t k, const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const size_t rows = bend_draw(4) ? 0 : bend_draw(300);
    enum stamp_status s;

    if (k < FOLDER) {
        s = stamp_tokenizer_memory(kinds[k], "fuzz", bytes, len, rows, &t, &e);
    } else {
        if (!put(files[k - FOLDER + 1], bytes, len)) return complain("cannot write");
        s = stamp_tokenizer_for(folder, NULL, rows, &t, &e);
        if (!put(files[k - FOLDER + 1], "{}", 2)) return complain("cannot write");
    }
    *taken = s == STAMP_OK;
    if (s && (t || e.status != s || !e.text[0])) return complain("a failure said nothing");
    bool fine = true;
    for (int i = 0; i < 3 && *taken && fine; i++) fine = try_text(t);
    stamp_tokenizer_close(t);
    return fine;
}

static void make(struct sample good[KINDS])
{
    sample_token_json(&good[0]);
    sample_token_spaced(&good[1]);
    sample_token_model(&good[2], &sample_sp_plain);
    sample_gguf_gpt2(&good[3], &sample_gpt2_plain);
    sample_gguf(&good[4], "llama");
    sample_token_config(&good[5]);
    sample_token_generation(&good[6]);
}

/* Damage to a stretch: in a model the bytes of the last 256 pieces are dull, in a GGUF file its data. */
static void bend_part(struct sample *s)
{
    static struct sample part;
    const size_t most = s->len < 1200 ? s->len : 1200;
    const size_t from = bend_draw(4) && s->len > most ? bend_draw((uint32_t)(s->len - most)) : 0;

    part.len = most;
    memcpy(part.bytes, s->bytes + from, most);
    bend(&part);
    if (s->len - most + part.len > SAMPLE_BYTES) return;
    memmove(s->bytes + from + part.len, s->bytes + from + most, s->len - from - most);
    memcpy(s->bytes + from, part.bytes, part.len);
    s->len += part.len - most;
}

/* The first text, number or name of a JSON file that begins at @p least or later; *end behind it. */
static size_t token_at(const struct sample *s, size_t least, size_t *end)
{
    size_t at = 0, begin = 0;

    while (at < s->len && (!at || begin < least)) {
        while (at < s->len && memchr(" \n{}[]:,", s->bytes[at], 9)) at++;
        begin = at++;
        if (begin < s->len && s->bytes[begin] == '"') {
            while (at < s->len && s->bytes[at] != '"') at += s->bytes[at] == '\\' ? 2 : 1;
            at++;
        } else {
            while (at < s->len && !memchr(" \n{}[]:,", s->bytes[at], 9)) at++;
        }
    }
    *end = at;
    return begin;
}

/* A text, number or name of a JSON file becomes another: most of what comes out is still JSON. */
static void bend_json(struct sample *s)
{
    static const char *const values[] = {"0",
                                         "1",
                                         "12",
                                         "-1",
                                         "1048575",
                                         "true",
                                         "false",
                                         "null",
                                         "\"\"",
                                         "\" \"",
                                         "\"a\"",
                                         "\"ab\"",
                                         "\"<unk>\"",
                                         "\"\\u2581\"",
                                         "\"NFKD\"",
                                         "\"Lowercase\"",
                                         "\"Strip\"",
                                         "\"Digits\"",
                                         "\"Punctuation\"",
                                         "\"Whitespace\"",
                                         "\"ByteLevel\"",
                                         "\"Metaspace\"",
                                         "\"ByteFallback\"",
                                         "\"Fuse\"",
                                         "\"Removed\"",
                                         "\"MergedWithNext\"",
                                         "\"Contiguous\"",
                                         "\"String\"",
                                         "\"Regex\"",
                                         "\"invert\"",
                                         "\"unk_token\"",
                                         "\"(a*)*[^a]|\\\\w+\"",
                                         "\"a{2}?|[^[a]b]{,3}\"",
                                         "\"##\"",
                                         "{\"content\":\"b\"}",
                                         "[3,4]",
                                         "\"always\"",
                                         "\"never\"",
                                         "\"single_word\"",
                                         "\"rstrip\""};
    static struct sample was;

    for (uint32_t n = bend_draw(3) ? 1 : 3; n > 0 && s->len > 0; n--) {
        size_t end = 0;
        const size_t from = token_at(s, bend_draw((uint32_t)s->len), &end);
        if (end >= s->len) continue;
        was = *s;
        s->len = from;
        sample_put_text(s, values[bend_draw(sizeof values / sizeof values[0])]);
        if (s->len + was.len - end > SAMPLE_BYTES)
            *s = was;
        else
            sample_put(s, was.bytes + end, was.len - end);
    }
}

static bool run(const struct sample good[KINDS], struct stamp_tokenizer *const fit[FOLDER],
                unsigned tried[KINDS], unsigned accepted[KINDS])
{
    static struct sample s;
    const size_t k = bend_draw(KINDS);
    bool taken = false;

    s = good[k];
    if ((k < 2 || k >= FOLDER) && bend_draw(3))
        bend_json(&s);
    else if (bend_draw(2))
        bend(&s);
    else
        bend_part(&s);
    unsigned char *exact = malloc(s.len ? s.len : 1); /* one byte too many is seen */
    if (!exact) return false;
    memcpy(exact, s.bytes, s.len);
    if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(300));
    bool fine = attempt(k, exact, s.len, &taken);
    stamp_mem_fail_at(0);
    free(exact);
    if (fine) fine = try_text(fit[bend_draw(FOLDER)]);
    if (!fine) printf("fuzz_token: %s\n", names[k]);
    tried[k]++;
    accepted[k] += taken;
    return fine;
}

int main(int argc, char **argv)
{
    static struct sample good[KINDS];
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    struct stamp_tokenizer *fit[FOLDER] = {NULL};
    unsigned tried[KINDS] = {0}, accepted[KINDS] = {0};

    bend_seed(seed);
    make(good);
    bool fine = mkdtemp(folder) && put(files[0], good[0].bytes, good[0].len) &&
                put(files[1], "{}", 2) && put(files[2], "{}", 2);
    for (size_t k = 0; k < FOLDER; k++)
        fine = fine && !stamp_tokenizer_memory(kinds[k], names[k], good[k].bytes, good[k].len, 0,
                                               &fit[k], NULL);
    for (unsigned i = 0; i < iterations && fine; i++) {
        fine = run(good, fit, tried, accepted);
        if (!fine) printf("fuzz_token: seed %u, iteration %u\n", seed, i);
    }
    for (size_t k = 0; k < FOLDER; k++) stamp_tokenizer_close(fit[k]);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) unlink(path_of(files[i]));
    rmdir(folder);
    for (size_t k = 0; k < KINDS; k++)
        printf("fuzz_token: %-12s %7u bent files, %6u accepted\n", names[k], tried[k], accepted[k]);
    return !fine;
}
