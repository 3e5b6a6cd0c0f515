/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu_vxu.h
 * What the benches of the matrix, vector and control units share: arguments, random numbers, the C
 * machine that executes one word at a time and the writes it made.
 *
 * -DSTAMP_CONFIG=tiny picks the line of mach.def the top was verilated for.
 */
#ifndef STAMP_TESTS_RTL_MXU_VXU_H
#define STAMP_TESTS_RTL_MXU_VXU_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>

#include "model/dispatch/check.h"
#include "model/machine/machine.h"

#define STR_(x) #x
#define STR(x)  STR_(x)

struct rng {
    uint64_t s;
    uint64_t next() /* xorshift64* */
    {
        s ^= s >> 12;
        s ^= s << 25;
        s ^= s >> 27;
        return s * 0x2545f4914f6cdd1d;
    }
    uint32_t below(uint32_t n)
    {
        return (uint32_t)((next() >> 32) * n >> 32);
    }
    uint32_t range(uint32_t lo, uint32_t hi)
    {
        return lo + below(hi - lo + 1);
    }
    bool one_in(uint32_t n)
    {
        return below(n) == 0;
    }
    /** A finite float around 1; seldom zero, subnormal or tiny. */
    uint32_t real()
    {
        const uint32_t sign = below(2) << 31, kind = below(24);
        if (kind == 0) return sign;
        if (kind == 1) return sign | below(0x800000);
        if (kind == 2) return sign | 27 << 23;
        return sign | range(118, 130) << 23 | below(0x800000);
    }
};

/** One write as stamp_write_fn reports it. */
struct written {
    stamp_space space;
    uint64_t addr;
    std::vector<uint8_t> data;
    bool operator==(const written &w) const
    {
        return space == w.space && addr == w.addr && data == w.data;
    }
};

/** What a word is to do: its writes by memory, in order, and how it ends. */
struct outcome {
    std::deque<written> writes[STAMP_SPACES];
    stamp_error error;
    bool loose; /**< ended half done: writes are not compared */
};

/** The C machine; memories are its members, to be filled by the bench. */
struct twin {
    const stamp_mach *mach = stamp_mach_find(STR(STAMP_CONFIG));
    stamp_machine *m;
    uint8_t code[64] = {};

    twin()
    {
        if (!mach || !(m = stamp_machine_new(mach))) {
            fprintf(stderr, "no machine %s\n", STR(STAMP_CONFIG));
            exit(2);
        }
    }
    ~twin()
    {
        stamp_machine_free(m);
    }

    static void note(void *ctx, stamp_space space, uint64_t addr, const void *data, size_t bytes)
    {
        auto *b = static_cast<const uint8_t *>(data);
        static_cast<outcome *>(ctx)->writes[space].push_back({space, addr, {b, b + bytes}});
    }

    outcome run(const stamp_word &w)
    {
        outcome o = {};
        stamp_retire r;
        memcpy(code, &w, 32);
        stamp_machine_start(m, {code, sizeof code}, 0, 1, 0, 0);
        m->on_write = note;
        m->on_write_ctx = &o;
        stamp_machine_step(m, &r);
        o.error = r.error;
        o.loose = r.error != STAMP_ERROR_NONE && r.error != STAMP_ERROR_NUMERIC;
        return o;
    }
};

static inline stamp_word encode(const union stamp_insn &i)
{
    stamp_word w = {};
    const char *bad = stamp_encode(&i, &w);
    if (bad) {
        fprintf(stderr, "field %s does not fit\n", bad);
        exit(2);
    }
    return w;
}

/** Give one number of @p w (an address, count or stride) any value, small ones as often as large.
 *  False if the word alone is then refused. */
static inline bool widen(stamp_word &w, rng &g)
{
    union stamp_insn i;
    const stamp_op *op = stamp_decode(&w, &i);
    const stamp_field *f;

    do f = &stamp_fields[g.below((uint32_t)stamp_field_count)];
    while (f->format != op->format || f->lsb < 38 || f->width < 7 || !strncmp(f->name, "rsv", 3));
    uint64_t value = (g.next() >> (64 - f->width)) >> g.below(f->width);
    if (g.below(2)) value = UINT64_C(1) << g.below(f->width) | g.below(4); /* one high bit */
    stamp_word_set(&w, f->lsb, f->width, value);
    stamp_decode(&w, &i);
    return stamp_check_static(&w, op, &i) == STAMP_ERROR_NONE;
}

/** Counts of a bench, complaints with the cycle. */
struct tally {
    uint64_t passed = 0, failed = 0, cycle = 0;

    void complain(const char *what)
    {
        if (failed++ < 10) printf("cycle %llu: %s\n", (unsigned long long)cycle, what);
    }
    void check(bool ok, const char *what)
    {
        if (ok)
            passed++;
        else
            complain(what);
    }
    int close(const char *name) const
    {
        printf("%s: %llu passed, %llu failed\n", name, (unsigned long long)passed,
               (unsigned long long)failed);
        return failed != 0 || passed == 0;
    }
};

/** --seed N and --cases N. */
struct args {
    uint64_t seed = 1, cases;
    args(int argc, char **argv, uint64_t otherwise) : cases(otherwise)
    {
        for (int i = 1; i + 1 < argc; i++) {
            if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], nullptr, 0);
            if (!strcmp(argv[i], "--cases")) cases = strtoull(argv[i + 1], nullptr, 0);
        }
    }
};

/** Signed nibble @p i of packed bytes. */
static inline int nibble(const uint8_t *p, size_t i)
{
    return (int)((p[i / 2] >> 4 * (i % 2) & 15) ^ 8) - 8;
}

#endif
