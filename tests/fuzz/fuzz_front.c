/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_front.c - every reader of the front end against valid files that were bent.
 *
 *     fuzz_front [SEED [ITERATIONS]]
 *
 * Deterministic: a failing run is repeated by its seed. Meant to be built with
 * -fsanitize=address,undefined, together with tests/compiler/front_samples.c. What is looked for:
 * crashes, leaks, results touched by a failure, failures without a line of text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/hf.h"
#include "compiler/family/llama2c.h"
#include "compiler/front/npy.h"
#include "compiler/front/npz.h"
#include "compiler/front/picture.h"
#include "compiler/front/safetensors.h"
#include "compiler/token/tokenizer.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/front_samples.h"
#include "tests/compiler/zip_samples.h"
#include "tests/fuzz/bend.h"

int stamp_fuzz_front(unsigned seed, unsigned iterations);

/* Results stay as they were when a reader fails, and the error has a line. */
static bool honest(enum stamp_status s, bool untouched, const struct stamp_err *e, const char *what)
{
    if (s == STAMP_OK || (untouched && e->status == s && e->text[0])) return true;
    printf("fuzz_front: %s: a failure touched its result or said nothing\n", what);
    return false;
}

static bool try_npy(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_tensor t = {.rank = 99};
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status got = stamp_npy_parse("fuzz", bytes, len, &t, &e);

    *taken = got == STAMP_OK;
    const bool fine = honest(got, t.rank == 99, &e, "npy");
    if (*taken) stamp_tensor_free(&t);
    return fine;
}

/* What other writers write: column major, big endian, 64 bits; bytes that must be 0 or 1. */
static void make_fortran(struct sample *s)
{
    static const unsigned char data[48] = {0x40, 0, 0, 0x40, 0, 0, 0, 1, [15] = 7, [47] = 9};
    sample_npy_of(s, 2, "{'shape': (2L, 3L), 'descr': '>i8', 'fortran_order': True}", data, 48);
}

static void make_bools(struct sample *s)
{
    sample_npy_of(s, 1, "{'descr': '|b1', 'fortran_order': True, 'shape': (2, 3, 2), }",
                  "\0\1\1\0\0\0\1\1\1\0\1\0", 12);
}

static void make_fields(struct sample *s)
{
    sample_npy_of(s, 3,
                  "{'descr': [('a', '<f4'), ('b', '|u1', (2,))], 'fortran_order': False, "
                  "'shape': (2,), }",
                  "abcdefghijkl", 12);
}

static bool try_safetensors(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_safetensors *st = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    size_t count = 0;
    const enum stamp_status got = stamp_safetensors_memory("fuzz", bytes, len, &st, &e);

    *taken = got == STAMP_OK;
    const struct stamp_safetensors_entry *list = *taken ? stamp_safetensors_list(st, &count) : NULL;
    for (size_t i = 0; i < count; i++) { /* whatever was accepted can be read */
        float *v = stamp_alloc((size_t)list[i].count, sizeof *v);
        if (v) (void)stamp_safetensors_read(st, &list[i], v, &e);
        stamp_free(v);
    }
    const bool fine = honest(got, !st, &e, "safetensors");
    stamp_safetensors_close(st);
    return fine;
}

/* An accepted model must also run. */
static void run(const struct stamp_network *m)
{
    const int32_t tokens[3] = {0, 0, 0};
    const size_t n = m->ctx < 3 ? m->ctx : 3;
    float *logits = stamp_alloc(n * m->vocab, sizeof *logits);

    if (logits) (void)stamp_f32_forward(m, tokens, n, NULL, logits, NULL);
    stamp_free(logits);
}

static bool try_npz(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_npz *z = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    struct stamp_lazy t = {.rows = 0};
    size_t count = 0;
    float v[64];
    const enum stamp_status got = stamp_npz_memory("fuzz", bytes, len, &z, &e);
    bool fine = honest(got, !z, &e, "npz");

    *taken = got == STAMP_OK;
    const struct stamp_npz_entry *list = *taken ? stamp_npz_list(z, &count) : NULL;
    for (size_t i = 0; i < count && fine; i++) { /* whatever is given has all its rows */
        e.text[0] = 0;
        const enum stamp_status s = stamp_npz_lazy(z, &list[i], &t, &e);
        fine = honest(s, true, &e, "npz tensor");
        for (size_t r = 0; !s && t.cols <= 64 && r < t.rows; r++)
            (void)stamp_lazy_rows(&t, r, 1, v, &e);
    }
    stamp_npz_close(z);
    return fine;
}

static void make_npz(struct sample *s)
{
    sample_npz(s, NULL);
}

/* A bent member in a sound archive: CRC and sizes are right. */
static bool try_npz_member(const unsigned char *bytes, size_t len, bool *taken)
{
    static struct sample s;
    const struct zip_part part = {"x.npy", bytes, len, bend_draw(2), bend_draw(2)};

    *taken = false;
    if (len > SAMPLE_BYTES / 2) return true;
    sample_zip(&s, &part, 1, bend_draw(2), NULL);
    return try_npz(s.bytes, s.len, taken);
}

/* Half of the damage has right CRCs, so that it reaches what is behind them. */
static bool try_picture(const unsigned char *bytes, size_t len, bool *taken)
{
    static struct sample s;
    struct stamp_picture p = {.width = 99};
    struct stamp_err e = {STAMP_OK, ""};

    memcpy(s.bytes, bytes, len);
    s.len = len;
    if (bend_draw(2)) sample_png_sign(&s);
    unsigned char *exact = malloc(len ? len : 1);
    if (!exact) return false;
    memcpy(exact, s.bytes, len);
    const enum stamp_status got = stamp_picture_parse("fuzz", exact, len, &p, &e);
    *taken = got == STAMP_OK;
    free(exact);
    const bool fine = honest(got, p.width == 99 && !p.rgb, &e, "picture");
    if (*taken) stamp_picture_free(&p);
    return fine;
}

static bool try_llama2c(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status got = stamp_llama2c_memory("fuzz", bytes, len, &m, &e);

    *taken = got == STAMP_OK;
    if (*taken) run(m);
    const bool fine = honest(got, !m, &e, "llama2c");
    stamp_network_close(m);
    return fine;
}

/* The bent config with the good tensors. */
static bool try_config(const unsigned char *bytes, size_t len, bool *taken)
{
    struct sample good;
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    struct stamp_safetensors *st = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    *taken = false;
    if (!m) return true;
    enum stamp_status got = stamp_hf_config("fuzz", (const char *)bytes, len, m, &e);
    const bool fine = honest(got, m->dec.dim == 0, &e, "config");
    if (!got) {
        sample_safetensors(&good);
        got = stamp_safetensors_memory("good", good.bytes, good.len, &st, &e);
        if (!got) got = stamp_hf_weights("fuzz", st, m, &e);
        if (!got) run(m);
        *taken = got == STAMP_OK;
    }
    stamp_network_close(m);
    return fine;
}

static bool try_tokenizer(const unsigned char *bytes, size_t len, bool *taken)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    int32_t *ids = NULL;
    size_t count = 0;
    const enum stamp_status got =
        stamp_tokenizer_memory(STAMP_TOKENIZER_BIN, "fuzz", bytes, len, SAMPLE_TOKENS, &t, &e);

    *taken = got == STAMP_OK;
    if (*taken) /* any bytes are a text */
        (void)stamp_tokenizer_encode(t, (const char *)bytes, len / 2, true, &ids, &count, &e);
    const bool fine = honest(got, !t, &e, "tokenizer");
    stamp_free(ids);
    stamp_tokenizer_close(t);
    return fine;
}

static const struct {
    const char *name;
    void (*make)(struct sample *);
    bool (*attempt)(const unsigned char *bytes, size_t len, bool *taken);
} readers[] = {{"npy", sample_npy, try_npy},
               {"npy columns", make_fortran, try_npy},
               {"npy bools", make_bools, try_npy},
               {"npy fields", make_fields, try_npy},
               {"safetensors", sample_safetensors, try_safetensors},
               {"npz", make_npz, try_npz},
               {"npz member", sample_npy, try_npz_member},
               {"npz columns", make_fortran, try_npz_member},
               {"png", sample_png, try_picture},
               {"png palette", sample_png_palette, try_picture},
               {"llama2c", sample_llama2c, try_llama2c},
               {"config.json", sample_config, try_config},
               {"tokenizer", sample_tokenizer, try_tokenizer}};

/** Bend and read @p iterations files; 0 when every reader behaved. */
int stamp_fuzz_front(unsigned seed, unsigned iterations)
{
    enum { READERS = sizeof readers / sizeof readers[0] };
    static struct sample good[READERS];
    unsigned tried[READERS] = {0}, accepted[READERS] = {0};
    int failed = 0;

    bend_seed(seed);
    for (size_t r = 0; r < READERS; r++) readers[r].make(&good[r]);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        const size_t r = bend_draw(READERS);
        bool taken = false;

        /* A copy of the exact size, so that the sanitizer sees one byte too many. */
        struct sample s = good[r];
        bend(&s);
        unsigned char *exact = malloc(s.len ? s.len : 1);
        if (!exact) return 1;
        memcpy(exact, s.bytes, s.len);
        if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(60));
        failed = !readers[r].attempt(exact, s.len, &taken);
        stamp_mem_fail_at(0);
        free(exact);
        if (failed) printf("fuzz_front: seed %u, iteration %u, %s\n", seed, i, readers[r].name);
        tried[r]++;
        accepted[r] += taken;
    }
    for (size_t r = 0; r < READERS; r++)
        printf("fuzz_front: %-12s %7u bent files, %6u accepted\n", readers[r].name, tried[r],
               accepted[r]);
    return failed;
}

int main(int argc, char **argv)
{
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;

    return stamp_fuzz_front(seed, iterations);
}
