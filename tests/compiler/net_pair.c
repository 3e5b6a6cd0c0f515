/* SPDX-License-Identifier: Apache-2.0 */
/* net_pair.c - a network in C beside its programs. Contract in net_pair.h. */
#include "tests/compiler/net_pair.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/compiler/net_random.h"

enum stamp_status net_pair_compile(struct net_pair *p, const char *config,
                                   const struct stamp_net_spec *spec,
                                   const struct stamp_compile_options *options, struct stamp_err *e)
{
    memset(p, 0, sizeof *p);
    p->m = net_random_open(config);
    p->spec = *spec;
    ck_assert_msg(
        !stamp_qmodel_new(p->m, spec->scheme.weight_bits, 8, spec->scheme.block, &p->q, e), "%s",
        e->text);
    p->spec.model = p->m;
    p->spec.weights = p->q;
    return stamp_compile_net(&p->spec, options, &p->image, NULL, NULL, e);
}

void net_pair_start(struct net_pair *p)
{
    const struct stamp_net_options no = {.scheme = p->spec.scheme, .kv = p->spec.kv, .threads = 1};
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_netbuild_new(p->m, p->q, 0, &p->build, &e), "%s", e.text);
    ck_assert_msg(!stamp_net_new(stamp_netbuild_model(p->build), &no, &p->net, &e), "%s", e.text);
    ck_assert_msg(!stamp_run_new(p->image, &p->run, &e), "%s", e.text);
}

void net_pair_close(struct net_pair *p)
{
    stamp_run_free(p->run);
    stamp_image_free(p->image);
    stamp_net_free(p->net);
    stamp_netbuild_free(p->build);
    stamp_qmodel_free(p->q);
    stamp_network_close(p->m);
}

static void go(struct net_pair *p, const char *entry, uint32_t position)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r;
    struct stamp_err e = {0};

    o.entry = entry;
    stamp_run_set_arg(p->run, 0, position);
    ck_assert_msg(!stamp_run_go(p->run, &o, &r, &e), "%s at %u: %s", entry, position, e.text);
}

static void equal(const char *what, uint32_t at, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(!memcmp(&a[i], &b[i], sizeof *a), "%s %u, logit %zu: %a and %a", what, at, i,
                      (double)a[i], (double)b[i]);
}

void net_pair_prefill(struct net_pair *p, const int32_t *token)
{
    const size_t vocab = p->m->vocab;
    const uint32_t first = p->spec.last_logits ? p->spec.s - 1 : 0, rows = p->spec.s - first;
    float *want = calloc(rows * vocab, sizeof *want), *got = calloc(rows * vocab, sizeof *got);
    struct stamp_err e = {0};

    ck_assert(want && got);
    ck_assert_msg(!stamp_net_prefill(p->net, token, p->spec.s, first, want, &e), "%s", e.text);
    ck_assert(!stamp_run_put_raw(p->run, "tokens", token, 4 * p->spec.s, &e));
    go(p, "main", 0);
    ck_assert_msg(!stamp_run_get(p->run, "logits", got, rows, vocab, &e), "%s", e.text);
    equal("prefill", p->spec.s, want, got, rows * vocab);
    free(want);
    free(got);
}

void net_pair_step(struct net_pair *p, uint32_t position, int32_t token)
{
    const size_t vocab = p->m->vocab;
    float *want = calloc(vocab, sizeof *want), *got = calloc(vocab, sizeof *got);
    struct stamp_err e = {0};

    ck_assert(want && got);
    ck_assert_msg(!stamp_net_step(p->net, token, want, &e), "%s", e.text);
    ck_assert(!stamp_run_put_raw(p->run, "token", &token, 4, &e));
    go(p, "step", position);
    ck_assert_msg(!stamp_run_get(p->run, "step.logits", got, 1, vocab, &e), "%s", e.text);
    equal("step", position, want, got, vocab);
    if (p->spec.kv.bits == 4 && (position + 1) % (1u << p->spec.kv.block) == 0)
        go(p, "recode", position);
    free(want);
    free(got);
}
