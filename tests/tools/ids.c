/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids.c - what a tokenizer makes of texts, for tests in other languages and for the benchmark.
 *
 *     ids TOKENIZER            records on standard input: u32 bytes, the text. Each gives, on standard
 *                              output, u32 count, s32 ids, u32 bytes, the text they decode to.
 *     ids --time TOKENIZER F   seconds to load, and the best of five runs over the file F in MB/s
 *
 * Numbers are little endian. TOKENIZER is what --tokenizer takes.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compiler/token/tokenizer.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { TEXT_MAX = 1 << 28, RUNS = 5 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static enum stamp_status decode(const struct stamp_tokenizer *t, const int32_t *ids, size_t count,
                                struct stamp_bytes *out, struct stamp_err *e)
{
    struct stamp_detokenizer d = {.t = t};
    enum stamp_status s = STAMP_OK;

    out->len = 0;
    for (size_t i = 0; i < count && !s; i++) s = stamp_detokenize(&d, ids[i], out, e);
    return s ? s : stamp_detokenize_end(&d, out, e);
}

static enum stamp_status record(const struct stamp_tokenizer *t, uint32_t len, struct stamp_err *e)
{
    char *text = stamp_alloc(len + 1, 1);
    struct stamp_bytes back = {0};
    int32_t *ids = NULL;
    size_t count = 0;

    if (!text || fread(text, 1, len, stdin) != len)
        return stamp_fail(e, STAMP_EIO, "standard input");
    enum stamp_status s = stamp_tokenizer_encode(t, text, len, true, &ids, &count, e);
    if (!s) s = decode(t, ids, count, &back, e);
    const uint32_t n = (uint32_t)count, m = (uint32_t)back.len;
    if (!s && (fwrite(&n, 4, 1, stdout) != 1 || fwrite(ids, 4, count, stdout) != count ||
               fwrite(&m, 4, 1, stdout) != 1 || (m && fwrite(back.s, 1, m, stdout) != m)))
        s = stamp_fail(e, STAMP_EIO, "standard output");
    stamp_free(text);
    stamp_free(ids);
    stamp_free(back.s);
    return s;
}

static enum stamp_status time_it(const struct stamp_tokenizer *t, double load, const char *path,
                                 struct stamp_err *e)
{
    char *text = NULL;
    size_t len = 0, count = 0;
    double best = 1e30;

    enum stamp_status s = stamp_infile_slurp(path, TEXT_MAX, &text, &len, e);
    for (int i = 0; i < RUNS && !s; i++) {
        int32_t *ids = NULL;
        const double begin = seconds();
        s = stamp_tokenizer_encode(t, text, len, true, &ids, &count, e);
        const double took = seconds() - begin;
        if (took < best) best = took;
        stamp_free(ids);
    }
    if (!s)
        printf("%-16s %8zu tokens; loaded in %.2f s, encodes %.1f MB/s\n",
               stamp_tokenizer_format(t), count, load, (double)len / best / 1e6);
    stamp_free(text);
    return s;
}

int main(int argc, char **argv)
{
    const int timed = argc == 4 && strcmp(argv[1], "--time") == 0;
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    uint32_t len;

    if (argc != 2 && !timed) {
        fprintf(stderr, "ids: TOKENIZER, or --time TOKENIZER TEXT\n");
        return 2;
    }
    const double begin = seconds();
    enum stamp_status s = stamp_tokenizer_for(argv[timed + 1], argv[timed + 1], 0, &t, &e);
    if (!s && timed) s = time_it(t, seconds() - begin, argv[3], &e);
    while (!s && !timed && fread(&len, 4, 1, stdin) == 1) s = record(t, len, &e);
    stamp_tokenizer_close(t);
    if (s) fprintf(stderr, "ids: %s\n", e.text);
    return s ? 1 : 0;
}
