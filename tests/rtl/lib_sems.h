/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_sems.h
 * Of lib_tb: the test of the semaphores. Units give and take as isa.md section 2 says, all at once, of few
 * semaphores or of all, until one passes SEM_MAX; whose gift it was is named two cycles later.
 */
#ifndef STAMP_TESTS_RTL_LIB_SEMS_H
#define STAMP_TESTS_RTL_LIB_SEMS_H

#include "tests/rtl/lib_csr.h"

enum { SemUnits = 4, SemPlaces = 3 };

/** Numbers a unit names: 0 is none. */
struct sem_names {
    uint32_t at[SemPlaces];
};

/** Counts as they stand, what goes to them, and what was given before that. */
struct sem_twin {
    int count[32];
    bool over[32];
    sem_names given[SemUnits], told[SemUnits], taken;

    bool some(const sem_names *n) const
    {
        for (int u = 0; u < SemUnits; u++)
            if (n[u].at[0] || n[u].at[1] || n[u].at[2]) return true;
        return false;
    }
    /* Every number named is there as often as it is named. */
    bool met(const sem_names &n) const
    {
        int asked[32] = {};
        for (uint32_t s : n.at)
            if (s && ++asked[s] > count[s]) return false;
        return true;
    }
    bool named_over(const sem_names &n) const
    {
        return over[n.at[0]] || over[n.at[1]] || over[n.at[2]];
    }
    /* The edge: gifts and takes of the cycle before come to the counts, whatever their order. */
    void edge(const sem_names *give, const sem_names &take)
    {
        if (some(given) || taken.at[0] || taken.at[1] || taken.at[2]) {
            for (int u = 0; u < SemUnits; u++)
                for (uint32_t s : given[u].at) count[s] += s != 0;
            for (uint32_t s : taken.at) count[s] -= s != 0;
            for (int s = 1; s < 32; s++) over[s] = count[s] > STAMP_SEM_MAX;
        }
        memcpy(told, given, sizeof told);
        memcpy(given, give, sizeof given);
        taken = take;
    }
};

static uint64_t sem_pins(const sem_names *n)
{
    uint64_t pins = 0;
    for (int k = 0; k < SemUnits * SemPlaces; k++)
        pins |= (uint64_t)n[k / SemPlaces].at[k % SemPlaces] << 5 * k;
    return pins;
}

/* One of the two that are asked for most, any other, or none. */
static uint32_t sem_name(const uint32_t *often, uint32_t any)
{
    if (g.below(8) >= any) return often[g.below(2)];
    return (uint32_t)g.below(32);
}

/* How many of eight names are any: few until one is nearly full, then most, so that few pass their most at once. */
static uint32_t sem_any(const sem_twin &w, const uint32_t *often, uint32_t any)
{
    const int nearly = STAMP_SEM_MAX - 12;
    return w.count[often[0]] >= nearly || w.count[often[1]] >= nearly ? 7 : any;
}

/* One program's life; @return whether it ended with a semaphore past its most. */
static bool sem_program(uint64_t cycles)
{
    sem_twin w = {};
    const uint32_t first = (uint32_t)g.range(1, 31);
    const uint32_t often[2] = {first, g.below(2) ? first : (uint32_t)g.range(1, 31)};
    const uint32_t few = (uint32_t)g.below(5), gives = (uint32_t)g.range(2, 4),
                   takes = (uint32_t)g.range(1, 6);
    bool spent = false, over = false, all = g.one_in(3); /* begins with all places the same */

    while (cycles-- > 0 && !over) {
        sem_names give[SemUnits] = {}, wait[SemUnits] = {}, post[SemUnits], take = {};
        const uint32_t any = all ? 0 : sem_any(w, often, few);
        uint32_t giving = 0, taking = 0, ok = 0, blamed = 0;
        for (int u = 0; u < SemUnits; u++) {
            for (uint32_t &s : post[u].at) s = all ? often[0] : sem_name(often, any);
            for (uint32_t &s : wait[u].at) s = sem_name(often, any);
            if (all || g.below(4) < gives) giving |= 1u << u, give[u] = post[u];
            ok |= (uint32_t)w.met(wait[u]) << u;
            blamed |= (uint32_t)w.named_over(w.told[u]) << u;
        }
        const uint32_t one = (uint32_t)g.below(SemUnits);
        if (!spent && !blamed && ok >> one & 1 && g.below(6) < takes)
            taking = 1u << one, take = wait[one];
        top->q_post_i = sem_pins(post), top->q_wait_i = sem_pins(wait);
        top->q_give_i = (uint8_t)giving, top->q_take_i = (uint8_t)taking;
        top->eval();
        /* One past its most ends the program: what could be met then nobody asks. */
        t.check((blamed || top->q_ok_o == ok) && top->q_overflow_o == blamed &&
                    top->q_spent_o == spent && top->q_busy_o == (w.some(w.given) || w.some(w.told)),
                "semaphores: what can be met, or what passed its most");
        spent = taking && (take.at[0] || take.at[1] || take.at[2]);
        over = blamed != 0;
        all = false;
        w.edge(give, take);
        tick();
    }
    return over;
}

static void sems(uint64_t cycles)
{
    uint64_t begun = t.cycle;
    uint32_t over = 0;

    while (t.cycle - begun < cycles) {
        top->q_clear_i = 1;
        top->q_give_i = top->q_take_i = 0;
        tick();
        top->q_clear_i = 0;
        over += sem_program(300);
    }
    if (cycles > 10000 && over < 100) t.complain("semaphores: few passed their most");
}

#endif
