/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_gguf.c - the readers of GGUF files and of model.safetensors.index.json against bent files.
 *
 *     fuzz_gguf [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. What is accepted must run and encode.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/family/gguf_model.h"
#include "compiler/front/gguf.h"
#include "compiler/front/safetensors.h"
#include "compiler/token/tokenizer.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/fuzz/bend.h"

enum { KINDS = 8, HEADER = 900 }; /* keys of numbers end near there, before the tokens */

static char folder[] = "/tmp/stamp-fuzz-XXXXXX";
static const char *const names[KINDS] = {"llama", "qwen2", "qwen3",  "tokenizer",
                                         "index", "wide",  "part 1", "part 2"};

/* A failure has a line of text and leaves its result alone. */
static bool honest(enum stamp_status s, bool untouched, const struct stamp_err *e)
{
    if (s == STAMP_OK || (untouched && e->status == s && e->text[0])) return true;
    printf("fuzz_gguf: a failure touched its result or said nothing\n");
    return false;
}

/* Where @p got came from a reader: an accepted model runs. */
static bool judge(enum stamp_status got, struct stamp_network *m, const struct stamp_err *e,
                  bool *taken)
{
    static float logits[3 * 4096];
    const int32_t tokens[3] = {0, 0, 0};

    *taken = got == STAMP_OK;
    if (*taken && m->vocab <= 4096)
        (void)stamp_f32_forward(m, tokens, m->ctx < 3 ? m->ctx : 3, NULL, logits, NULL);
    const bool fine = honest(got, !m, e);
    stamp_network_close(m);
    return fine;
}

static bool try_model(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status got = stamp_gguf_memory("fuzz", bytes, len, &m, &e);
    return judge(got, m, &e, taken);
}

static bool try_tokenizer(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    int32_t *ids = NULL;
    size_t count = 0;
    const enum stamp_status got =
        stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "fuzz", bytes, len, GGUF_VOCAB, &t, &e);

    *taken = got == STAMP_OK;
    if (*taken) (void)stamp_tokenizer_encode(t, (const char *)bytes, 200, true, &ids, &count, &e);
    const bool fine = honest(got, !t, &e);
    stamp_free(ids);
    stamp_tokenizer_close(t);
    return fine;
}

static const char *path_of(const char *file)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static bool put(const char *file, const unsigned char *bytes, size_t len)
{
    FILE *f = fopen(path_of(file), "wb");
    const bool fine = f && fwrite(bytes, 1, len, f) == len;
    return f && !fclose(f) && fine;
}

/* The bent part beside the good other one. */
static bool try_part(unsigned no, const unsigned char *bytes, size_t len, bool *taken)
{
    static const char *const file[] = {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"};
    static struct sample good;
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    sample_gguf_part(&good, !no);
    if (!put(file[no], bytes, len) || !put(file[!no], good.bytes, good.len)) return false;
    const enum stamp_status got = stamp_gguf_open(path_of(file[0]), &m, &e);
    return judge(got, m, &e, taken);
}

/* Every tensor of an accepted index can be read. */
static bool try_index(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_safetensors *st = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    size_t count = 0;

    if (!put("model.safetensors.index.json", bytes, len)) return false;
    const enum stamp_status got =
        stamp_safetensors_open(path_of("model.safetensors.index.json"), &st, &e);
    *taken = got == STAMP_OK;
    const struct stamp_safetensors_entry *t = *taken ? stamp_safetensors_list(st, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = NULL;
        if (stamp_safetensors_bytes(st, &t[i], &at, &e)) continue;
        volatile unsigned char last = t[i].count ? at[4 * t[i].count - 1] : 0;
        (void)last;
    }
    const bool fine = honest(got, !st, &e);
    stamp_safetensors_close(st);
    return fine;
}

/* Two shards of a tensor each, and the index. */
static bool make_index(struct sample *s)
{
    static const char text[] =
        "{\"metadata\":{\"total_size\":32},\"weight_map\":{"
        "\"a.weight\":\"one.safetensors\",\"b.weight\":\"two.safetensors\"}}";
    static const char one[] =
        "{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}";
    static const char two[] =
        "{\"b.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";

    sample_safetensors_of(s, one, "0123456789abcdef", 16);
    bool fine = mkdtemp(folder) && put("one.safetensors", s->bytes, s->len);
    sample_safetensors_of(s, two, "0123456789abcdef", 16);
    fine = fine && put("two.safetensors", s->bytes, s->len);
    s->len = 0;
    sample_put(s, text, sizeof text - 1);
    return fine;
}

static void clean(void)
{
    static const char *const files[] = {"one.safetensors", "two.safetensors",
                                        "model.safetensors.index.json", "m-00001-of-00002.gguf",
                                        "m-00002-of-00002.gguf"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) unlink(path_of(files[i]));
    rmdir(folder);
}

/* Damage to keys or to the listing of tensors: the rest is data, where little can go wrong. */
static void bend_head(struct sample *s)
{
    static struct sample part;
    const size_t from = bend_draw(2) ? 0 : s->len > 20000 ? 4800 : 0;
    const size_t most = from ? 2200 : HEADER, len = s->len < from + most ? s->len - from : most;

    part.len = len;
    memcpy(part.bytes, s->bytes + from, len);
    bend(&part);
    if (s->len - len + part.len > SAMPLE_BYTES) return;
    memmove(s->bytes + from + part.len, s->bytes + from + len, s->len - from - len);
    memcpy(s->bytes + from, part.bytes, part.len);
    s->len += part.len - len;
}

static bool attempt(size_t k, const unsigned char *bytes, size_t len, bool *taken)
{
    switch (k) {
    case 3: return try_tokenizer(bytes, len, taken);
    case 4: return try_index(bytes, len, taken);
    case 6:
    case 7: return try_part((unsigned)k - 6, bytes, len, taken);
    default: return try_model(bytes, len, taken);
    }
}

int main(int argc, char **argv)
{
    static struct sample good[KINDS], s;
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned tried[KINDS] = {0}, accepted[KINDS] = {0};
    bool failed = false;

    bend_seed(seed);
    for (size_t k = 0; k < 3; k++) sample_gguf(&good[k], names[k]);
    good[3] = good[0];
    if (!make_index(&good[4])) return 1;
    sample_gguf_large(&good[5]);
    for (unsigned no = 0; no < 2; no++) sample_gguf_part(&good[6 + no], no);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        const size_t k = bend_draw(KINDS);
        bool taken = false;

        s = good[k];
        if (k == 4 || bend_draw(8) == 0)
            bend(&s);
        else
            bend_head(&s);
        unsigned char *exact = malloc(s.len ? s.len : 1); /* one byte too many is seen */
        if (!exact) return 1;
        memcpy(exact, s.bytes, s.len);
        if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(60));
        failed = !attempt(k, exact, s.len, &taken);
        stamp_mem_fail_at(0);
        free(exact);
        if (failed) printf("fuzz_gguf: seed %u, iteration %u, %s\n", seed, i, names[k]);
        tried[k]++;
        accepted[k] += taken;
    }
    clean();
    for (size_t k = 0; k < KINDS; k++)
        printf("fuzz_gguf: %-10s %7u bent files, %6u accepted\n", names[k], tried[k], accepted[k]);
    return failed;
}
