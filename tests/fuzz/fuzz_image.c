/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_image.c - deterministic mutations of images and assembly text.
 *
 *   fuzz_image [seed] [iterations]      0 on success; the sanitizers end it otherwise
 *
 * An input that passes must survive: decode, disassemble, assemble, encode give the same bytes, and
 * the verifier comes to an answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/spec/mach.h"
#include "compiler/asm/asm.h"
#include "compiler/asm/dis.h"
#include "compiler/lower/compile.h"
#include "compiler/prove/verify.h"
#include "model/mem.h"

static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void die(const char *what, const struct stamp_err *e)
{
    fprintf(stderr, "fuzz_image: %s: %s\n", what, e->text);
    exit(1);
}

static struct stamp_image *sample(const char *mach)
{
    float w[11 * 40], bias[11];
    struct stamp_compile_layer l = {"fuzz", stamp_scheme_default(), 9, 40, 11, w, bias};
    struct stamp_compile_options o = {
        .mach = stamp_mach_find(mach), .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_BF16};
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    for (int i = 0; i < 11 * 40; i++) w[i] = (float)(int)(next() % 200) - 100;
    for (int i = 0; i < 11; i++) bias[i] = (float)(int)(next() % 200);
    l.scheme.high_rows = 3;
    if (stamp_compile(&l, 1, &o, &image, NULL, &e)) die("compile", &e);
    return image;
}

/* Entries, arguments and every newer kind of instruction. */
#define ZEROS "00000000000000000000000000000000"
static const char programs[] =
    ".machine tiny\n.memory 65536\n.code_at 0xc000\n.arg 0 3\n.arg 1 4294967295\n"
    ".buffer tok role=INPUT fmt=RAW addr=0 bytes=1024 rows=1 cols=1024 row_bytes=1024\n"
    ".buffer kv role=STATE fmt=RAW addr=4096 bytes=4096 rows=1 cols=4096 row_bytes=4096\n"
    ".buffer rt role=CONST fmt=RAW addr=8192 bytes=64 rows=1 cols=64 row_bytes=64\n"
    ".data 8192\n00000100020003800400058006000700" ZEROS ZEROS ZEROS "\n.code main\n"
    "LOAD space=IT lines=1 n0=1 n1=1\nLOAD space=RT dram=0x2000 lines=1 n0=1 n1=1\nFENCE\n"
    "SETA areg=1 arg=0 imm=1\nLOAD gather=1 d0=64 n0=16 n1=1 lines=1 lstride=1\nFENCE\n"
    "LOOP areg=1\nVBIN fn=MAX a=0 b=1 d=40 n0=3 s0=1 ds=1 cols=1 rep=2 bs=1\n"
    "VROPE a=0 b=4 d=40 n0=2 s0=2 ds=2 cols=2\nVROW fn=MUL a=0 b=9 d=40 n0=9 s0=1 ds=1 cols=1\n"
    "VRED fn=SUMSQ a=0 d=60 n0=9 s0=1 cols=1 lim=5 lstep=1 areg=1\n"
    "VFN fn=EXPM a=0 b=9 d=40 n0=9 s0=1 ds=1 cols=1 lim=7 c=0x3f800000\nENDL\nHALT\n"
    ".code keep\nLOAD dram=0x1000 lines=8 n0=1 n1=1\nLOAD space=RT dram=0x2000 lines=1 n0=1 n1=1\n"
    "FENCE\nVMINMAX first=1 smstride=1 a=0 n0=8 s0=1 cols=1\nVQPAR smstride=1 n0=8 cols=1\n"
    "VCODE smstride=1 a=0 b=20 n0=2 s0=4 cols=4 gstride=1\n"
    "VDEQ smstride=1 a=30 b=20 n0=2 s0=4 cols=4 gstride=1\n"
    "VPACKK smstride=1 a=0 n0=8 s0=1 cols=1 gstride=8 rm=0\n"
    "VPACKV smstride=1 a=0 n0=2 s0=4 cols=4 b=1 gstride=8 xb=16\n"
    "VSMWR a=30 n0=2 s0=4 cols=5 gstride=1 sm=8 smstride=5\n"
    "VSMRD first=1 a=40 n0=2 s0=2 cols=5 gstride=1 sm=8 smstride=5\n"
    "VQPAR sd=1 n0=2 cols=1 sm=8 smstride=5\nVQUANT sd=1 a=0 n0=1 cols=4 first=1 sm=8\nFENCE\n"
    "STORE space=PB dram=0x1400 lines=2 n0=1 n1=1\nSTORE dram=0x1800 lines=2 n0=1 n1=1 line=20\n"
    "FENCE\nHALT\n";

static struct stamp_image *newer(void)
{
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    if (stamp_asm(programs, sizeof programs - 1, false, &image, &e)) die("asm", &e);
    if (stamp_verify(image, NULL, &e)) die("verify", &e);
    return image;
}

/* What passed must come back the same through text, and be judged without trouble. */
static void survives(const struct stamp_image *image)
{
    struct stamp_text text = {0};
    struct stamp_image *again = NULL;
    struct stamp_err e = {0};
    uint8_t *a = NULL, *b = NULL;
    size_t n = 0, m = 0;

    if (stamp_dis(image, (struct stamp_dis_options){.notes = true}, &text, &e)) die("dis", &e);
    if (stamp_asm(text.s, text.len, false, &again, &e)) die("asm of dis", &e);
    if (stamp_image_encode(image, &a, &n, &e)) die("encode", &e);
    if (stamp_image_encode(again, &b, &m, &e)) die("encode again", &e);
    if (n != m || memcmp(a, b, n)) die("round trip differs", &e);
    stamp_verify(image, NULL, &e); /* may refuse; may not crash */
    stamp_image_free(again);
    stamp_free(text.s);
    stamp_free(a);
    stamp_free(b);
}

static uint64_t get_le(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static void put_le(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* Right checksums on wrong bytes, so that the checks behind them are reached (image_file.c). */
static void reseal(uint8_t *p, size_t n)
{
    if (n < 32 + 7 * 24) return;
    for (size_t i = 0; i < 7; i++) {
        uint8_t *entry = p + 32 + i * 24;
        const uint64_t at = get_le(entry + 8, 8), size = get_le(entry + 16, 8);
        if (at <= n && size <= n - at) put_le(entry + 4, stamp_crc32(0, p + at, (size_t)size), 4);
    }
    put_le(p + 28, 0, 4);
    put_le(p + 28, stamp_crc32(0, p, 32 + 7 * 24), 4);
}

/* One to six small changes: flips, numbers of interest, blocks moved, a cut. Returns the length. */
static size_t mutate(uint8_t *p, size_t n)
{
    static const uint64_t special[] = {0,          1,          63,         64,
                                       UINT32_MAX, UINT64_MAX, 1ull << 40, 0x8000000000000000};
    const size_t full = n;

    for (uint64_t k = 1 + next() % 6; k && n > 16; k--) {
        const size_t at = next() % (next() % 3 ? (n < 400 ? n : 400) : n), left = n - at;
        switch (next() % 6) {
        case 0: p[at] ^= (uint8_t)(1u << next() % 8); break;
        case 1: p[at] = (uint8_t)next(); break;
        case 2: put_le(p + at, special[next() % 8], left < 8 ? (unsigned)left : 8); break;
        case 3: put_le(p + at, next() % 70000, left < 4 ? (unsigned)left : 4); break;
        case 4: memmove(p + at, p + next() % n / 2, left / 2 < n / 2 ? left / 2 : n / 2); break;
        default:
            if (next() % 8 == 0) n = at;
            break;
        }
    }
    return n < full ? n : full;
}

static unsigned long try_image(const uint8_t *good, size_t n)
{
    uint8_t *p = stamp_alloc(n, 1);
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    memcpy(p, good, n);
    n = mutate(p, n);
    if (next() % 8) reseal(p, n);
    uint8_t *exact = malloc(n ? n : 1); /* so that a read behind the end is seen */
    if (!exact) exit(1);
    memcpy(exact, p, n);
    const unsigned long passed = stamp_image_decode(exact, n, &image, &e) == STAMP_OK;
    free(exact);
    if (passed) survives(image);
    stamp_image_free(image);
    stamp_free(p);
    return passed;
}

static unsigned long try_text(const char *good, size_t n)
{
    uint8_t *p = stamp_alloc(n + 1, 1);
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    memcpy(p, good, n);
    for (uint64_t k = 1 + next() % 4; k; k--) {
        static const char hot[] = "0123456789=x;\"\\. \n\tLM";
        p[next() % n] = (uint8_t)(next() % 4 ? hot[next() % (sizeof hot - 1)] : (char)next());
    }
    if (next() % 16 == 0) n = next() % n;
    char *exact = malloc(n ? n : 1);
    if (!exact) exit(1);
    memcpy(exact, p, n);
    const unsigned long passed = stamp_asm(exact, n, false, &image, &e) == STAMP_OK;
    free(exact);
    if (passed) survives(image);
    stamp_image_free(image);
    stamp_free(p);
    return passed;
}

int main(int argc, char **argv)
{
    const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    const unsigned long n = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;
    unsigned long images = 0, texts = 0;

    state = seed;
    for (int m = 0; m <= STAMP_MACHS; m++) {
        struct stamp_image *image = m < STAMP_MACHS ? sample(stamp_machs[m].name) : newer();
        struct stamp_text text = {0};
        struct stamp_err e = {0};
        uint8_t *bytes = NULL;
        size_t count = 0;
        if (stamp_image_encode(image, &bytes, &count, &e)) die("encode", &e);
        if (stamp_dis(image, (struct stamp_dis_options){0}, &text, &e)) die("dis", &e);
        for (unsigned long i = 0; i < n / (STAMP_MACHS + 1); i++) {
            images += try_image(bytes, count);
            texts += try_text(text.s, text.len);
        }
        stamp_image_free(image);
        stamp_free(bytes);
        stamp_free(text.s);
    }
    printf("fuzz_image: seed %llu, %lu images and %lu texts: %lu and %lu legal\n",
           (unsigned long long)seed, n / 4 * 4, n / 4 * 4, images, texts);
    return images + texts == 0; /* mutations that never pass test nothing */
}
