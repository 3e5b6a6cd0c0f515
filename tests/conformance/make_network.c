/* SPDX-License-Identifier: Apache-2.0 */
/* make_network.c - a network of one layer: prefill, steps, and the recoding of cache blocks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/lower/net.h"
#include "tests/conformance/make.h"

/* Two query heads on one key head, tied embeddings; blocks of two tokens. */
static const char config[] =
    "{\"model_type\":\"llama\",\"hidden_size\":16,\"intermediate_size\":24,"
    "\"num_hidden_layers\":1,\"num_attention_heads\":2,\"num_key_value_heads\":1,\"head_dim\":8,"
    "\"vocab_size\":10,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
    "\"max_position_embeddings\":64,\"tie_word_embeddings\":true}";
enum { PREFILL = 5, STEPS = 3, BLOCK = 1 };

static struct stamp_network *open_model(struct maker *m)
{
    char path[] = "/tmp/stamp_vectors_XXXXXX", name[64];
    struct stamp_network *model = NULL;
    struct stamp_err e = {0};
    const int fd = mkstemp(path);

    if (fd < 0 || write(fd, config, sizeof config - 1) != (ssize_t)sizeof config - 1)
        mk_die(m, "cannot write %s", path);
    close(fd);
    snprintf(name, sizeof name, "random:%s,seed=7", path);
    if (stamp_network_open(name, &model, &e)) mk_die(m, "%s", e.text);
    unlink(path);
    return model;
}

/* NULL, with a line that says so, where the machine's memories do not hold it. */
static struct stamp_image *compile(struct maker *m)
{
    const struct stamp_compile_options options = {.mach = m->mach};
    struct stamp_network *model = open_model(m);
    struct stamp_net_spec spec = {.model = model,
                                  .scheme = stamp_scheme_default(),
                                  .kv = {4, BLOCK, false},
                                  .s = PREFILL,
                                  .ctx = PREFILL + STEPS,
                                  .last_logits = true,
                                  .decode = true};
    struct stamp_qmodel *weights = NULL;
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    spec.scheme.high_rows = 2;
    if (stamp_qmodel_new(model, 4, 8, 0, &weights, &e)) mk_die(m, "%s", e.text);
    spec.weights = weights;
    const enum stamp_status st = stamp_compile_net(&spec, &options, &image, NULL, NULL, &e);
    if (st && st != STAMP_EUNSUPPORTED) mk_die(m, "%s", e.text);
    if (st) fprintf(stderr, "make_vectors %s: no network: %s\n", m->mach->name, e.text);
    stamp_qmodel_free(weights);
    stamp_network_close(model);
    return image;
}

/* In memory from MK_BASE on. */
static void place(struct maker *m, const struct stamp_image *image)
{
    if (image->dram_bytes > m->memory)
        mk_die(m, "the network needs %" PRIu64 " bytes", image->dram_bytes);
    memset(m->model.memory.bytes, 0, (size_t)m->memory);
    mk_image(image, m->model.memory.bytes, MK_BASE);
}

static void start(struct maker *m, const struct stamp_image *image, const char *entry,
                  uint32_t position)
{
    const struct stamp_entry *e = stamp_image_entry(image, entry);

    m->code_at = MK_BASE + stamp_image_entry_addr(image, e);
    m->longer = e->count; /* the code is there */
    m->win_lo = MK_BASE;
    m->win_hi = MK_BASE + image->dram_bytes;
    m->arg[0] = position;
    mk_ends(m, "%s %u", entry, position);
}

static void put_token(struct maker *m, const struct stamp_image *image, const char *buffer,
                      uint32_t at, uint32_t token)
{
    uint8_t *p = m->model.memory.bytes + stamp_image_buffer(image, buffer)->addr + 4 * (size_t)at;

    *p = (uint8_t)token; /* the rest is zero */
}

void mk_network(struct maker *m)
{
    struct stamp_image *image = compile(m);

    if (!image) return;
    mk_chain(m, "network", true);
    place(m, image);
    for (uint32_t i = 0; i < PREFILL; i++) put_token(m, image, "tokens", i, i * 7 % 10);
    start(m, image, "main", 0);
    for (uint32_t i = PREFILL; i < PREFILL + STEPS; i++) {
        put_token(m, image, "token", 0, i * 3 % 10);
        start(m, image, "step", i);
        if ((i + 1) % (1u << BLOCK) == 0) start(m, image, "recode", i);
    }
    stamp_image_free(image);
}
