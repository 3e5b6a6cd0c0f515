/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - the command line again. Contract in replay.h. */
#include "sim/cli/replay.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 128 };

static struct {
    const char *word[WORDS_MAX];
    int count;
} line;

void stamp_replay_keep(int argc, char **argv)
{
    line.count = argc < WORDS_MAX ? argc : WORDS_MAX;
    for (int i = 0; i < line.count; i++) line.word[i] = argv[i];
}

static void put(char *text, size_t size, char c)
{
    const size_t len = strlen(text);

    if (len + 1 < size) {
        text[len] = c;
        text[len + 1] = 0;
    }
}

static void put_word(char *text, size_t size, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:=,+@%";
    const bool quote = !*word || word[strspn(word, plain)];

    if (*text) put(text, size, ' ');
    if (quote) put(text, size, '\'');
    for (; *word; word++) {
        if (*word == '\'') {
            put(text, size, '\'');
            put(text, size, '\\');
            put(text, size, '\'');
        }
        put(text, size, *word);
    }
    if (quote) put(text, size, '\'');
}

void stamp_replay_text(const char *more, uint64_t seed, char *text, size_t size)
{
    bool seeded = false;
    char number[32];

    text[0] = 0;
    for (int i = 0; i < line.count; i++) {
        seeded = seeded || !strncmp(line.word[i], "--seed", 6);
        put_word(text, size, line.word[i]);
    }
    for (const char *c = more ? " " : ""; *c; c++) put(text, size, *c);
    for (const char *c = more ? more : ""; *c; c++) put(text, size, *c);
    snprintf(number, sizeof number, " --seed %" PRIu64, seed);
    for (const char *c = seeded ? "" : number; *c; c++) put(text, size, *c);
}
