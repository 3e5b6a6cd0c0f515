/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_dram.c - the reader of --memory files against bent text.
 *
 *     fuzz_dram [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. What is accepted keeps the rules, and a model of it answers
 * reads and writes; what is refused says so in one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/dram/model.h"
#include "model/mem.h"
#include "tests/fuzz/bend.h"

static const char *const good[] = {
    "base = lpddr5\ntRCD = 20ns\ntRC = 70\nmap = ro ba ra co bg ch\nclosed = 1\n",
    "base = hbm2\nchannels = 2\ncapacity = 1024\nposted = 0\ntFAW = 30\nmap = ro ra ba co3 bg ch "
    "co\n",
    "# a module\nbase = ddr5\nranks = 2\ncapacity = 32768\ntCS = 3\nreads = 8\nwrites = "
    "8\ndrain_high = 6\n"
    "drain_low = 2\ntREFI = 3900ns\n",
    "base = ideal\ntRL = 100\naccel_mhz = 500\n"};
enum { GOOD = sizeof good / sizeof good[0] };

static const char *const numbers[] = {
    "0",  "1",   "2",    "3",     "4",       "8",          "16",   "31",         "64",
    "65", "255", "4096", "65536", "1000000", "4294967295", "20ns", "4294967296", "7ps"};

/* A number becomes another, a key another, a line comes again. */
static void change(struct sample *s)
{
    const uint32_t what = bend_draw(4);
    size_t at = bend_draw((uint32_t)s->len), end;
    struct stamp_dram_key k;
    const char *w = numbers[bend_draw(sizeof numbers / sizeof numbers[0])];

    if (what == 0 && stamp_dram_key_at(bend_draw(50), &k)) w = k.name;
    while (at < s->len && (what ? s->bytes[at] != '=' : at && s->bytes[at - 1] != '\n')) at++;
    if (what) at += 2;
    if (at >= s->len) return;
    for (end = at; end < s->len && s->bytes[end] > ' ';) end++;
    const size_t n = strlen(w);
    if (s->len - (end - at) + n >= SAMPLE_BYTES) return;
    memmove(s->bytes + at + n, s->bytes + end, s->len - end);
    memcpy(s->bytes + at, w, n);
    s->len = s->len - (end - at) + n;
}

/* A key the base has, set anew. */
static void append(struct sample *s)
{
    struct stamp_dram_key k;
    char line[80];

    if (!stamp_dram_key_at(bend_draw(50), &k)) return;
    const int n = snprintf(line, sizeof line, "%s = %u\n", k.name, 1u << bend_draw(12));
    if (s->len + (size_t)n >= SAMPLE_BYTES) return;
    memcpy(s->bytes + s->len, line, (size_t)n);
    s->len += (size_t)n;
}

/* Reads and writes until all are answered, which they are in some time. */
static bool answers(const struct stamp_dram_params *p, const char **why)
{
    struct stamp_dram_model *m = stamp_alloc(1, stamp_dram_bytes(p));
    struct stamp_clock_axi pins = {.rready = true, .bready = true, .arlen = 7, .awlen = 7};
    unsigned reads = 0, writes = 0, beats = 0, last = 0, sent = 0;

    if (!m) return true;
    stamp_dram_new(m, p, 4u << bend_draw(5));
    for (unsigned i = 0; i < 2000000 && (last < 6 || writes < 6); i++) {
        const bool rlast = pins.rlast;
        pins.arvalid = reads < 6;
        pins.awvalid = sent < 6;
        pins.araddr = pins.awaddr = (uint64_t)(reads + sent) * 999424;
        pins.wvalid = beats < 48;
        pins.wlast = beats % 8 == 7;
        const struct stamp_plain_did did = stamp_dram_edge(m, &pins);
        reads += did.ar;
        sent += did.aw;
        beats += did.w;
        last += did.r && rlast;
        writes += did.b;
        if (reads < 6 || sent < 6 || beats < 48) continue;
        pins.arvalid = pins.awvalid = pins.wvalid = false;
        const uint64_t still = pins.rvalid ? 0 : stamp_dram_still(m, &pins);
        if (still < UINT64_MAX) stamp_dram_skip(m, &pins, still);
    }
    *why = "no answer";
    stamp_free(m);
    return last == 6 && writes == 6;
}

static bool one(struct sample *s, unsigned *accepted)
{
    struct stamp_dram_params p;
    struct stamp_err e = {0};
    const char *why = "a refusal without a word";

    s->bytes[s->len] = 0;
    const enum stamp_status st = stamp_dram_parse("fuzz", (const char *)s->bytes, &p, &e);
    bool fine = st ? e.text[0] && e.status == st : true;
    if (!st) {
        ++*accepted;
        why = "accepted, but breaks a rule";
        fine = !stamp_dram_check(&p, &e) && answers(&p, &why);
    }
    if (!fine) printf("fuzz_dram: %s: %s\n", why, e.text);
    return fine;
}

int main(int argc, char **argv)
{
    static struct sample s;
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned accepted = 0, whole = 0;
    bool failed = false;

    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        s.len = strlen(good[i % GOOD]);
        memcpy(s.bytes, good[i % GOOD], s.len);
        if (i < GOOD) { /* as it is */
            failed = !one(&s, &whole) || whole != i + 1;
        } else {
            for (uint32_t n = bend_draw(3); n > 0; n--) change(&s);
            if (bend_draw(2)) append(&s);
            if (bend_draw(4) == 0) bend(&s);
            if (s.len >= SAMPLE_BYTES) s.len = SAMPLE_BYTES - 1;
            failed = !one(&s, &accepted);
        }
        if (failed) printf("fuzz_dram: seed %u, iteration %u\n%.*s", seed, i, (int)s.len, s.bytes);
    }
    printf("fuzz_dram: %9u bent texts, %6u accepted\n", iterations, accepted);
    return failed ||
           (iterations >= 1000 && (accepted < iterations / 100 || accepted == iterations));
}
