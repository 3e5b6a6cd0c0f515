/* SPDX-License-Identifier: Apache-2.0 */
/* network.c - a checkpoint opened, a network closed. Contract in network.h. */
#include "compiler/family/network.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/family/family.h"
#include "compiler/family/gguf_model.h"
#include "compiler/family/hf.h"
#include "compiler/family/llama2c.h"
#include "compiler/family/random.h"
#include "compiler/front/hf_folder.h"
#include "compiler/front/named.h"
#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"

static bool ends_in(const char *path, const char *end)
{
    const size_t n = strlen(path), k = strlen(end);
    return n > k && strcmp(path + n - k, end) == 0;
}

enum { CONFIG_MAX = 1 << 20 };

/* The text of config.json, NULL where it cannot be read. */
static enum stamp_status read_config(const char *folder, char **text, size_t *len,
                                     struct stamp_err *e)
{
    char *path = stamp_infile_join(folder, "config.json");
    struct stamp_err why = {0};

    if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    const enum stamp_status s = stamp_infile_slurp(path, CONFIG_MAX, text, len, &why);
    stamp_free(path);
    return s == STAMP_ENOMEM ? stamp_fail(e, s, "%s", why.text) : STAMP_OK;
}

/* A folder whose config.json is timm's, or one of transformers'. */
static enum stamp_status open_model(const char *path, struct stamp_dit_grid grid,
                                    struct stamp_network **out, struct stamp_err *e)
{
    char *text = NULL, *weights = NULL;
    size_t len = 0;
    bool timm = false, dit = false;
    enum stamp_status s = read_config(path, &text, &len, e);

    if (!s && text) s = stamp_dit_is_config(text, len, &dit, e);
    if (!s && text && !dit) s = stamp_vit_is_config(text, len, &timm, e);
    if (!s && dit) s = stamp_dit_open(path, grid, out, e);
    if (!s && timm && !(weights = stamp_infile_join(path, "model.safetensors")))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (!s && timm) s = stamp_vit_open(weights, path, text, len, out, e);
    if (!s && !timm && !dit) s = stamp_hf_open(path, out, e);
    stamp_free(text);
    stamp_free(weights);
    return s;
}

/* A pipeline of diffusers has its network in a folder of its own. */
static enum stamp_status open_folder(const char *path, struct stamp_dit_grid grid,
                                     struct stamp_network **out, struct stamp_err *e)
{
    char *index = stamp_infile_join(path, "model_index.json"),
         *inside = stamp_infile_join(path, "transformer");
    enum stamp_status s =
        index && inside ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);

    if (!s) s = open_model(stamp_infile_there(index) ? inside : path, grid, out, e);
    stamp_free(index);
    stamp_free(inside);
    return s;
}

static enum stamp_status open_any(const char *path, struct stamp_dit_grid grid,
                                  struct stamp_network **out, struct stamp_err *e)
{
    struct stat info;
    bool vit = false;

    if (stamp_random_is(path)) return stamp_random_open(path, grid, out, e);
    if (stat(path, &info) != 0) return stamp_fail(e, STAMP_EIO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode)) return open_folder(path, grid, out, e);
    const enum stamp_status s = stamp_vit_is(path, &vit, e);
    if (s) return s;
    if (vit) return stamp_vit_open(path, path, NULL, 0, out, e);
    if (ends_in(path, ".safetensors") || ends_in(path, ".json"))
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: a file of a model's folder; name the folder, which has config.json "
                          "and model.safetensors",
                          path);
    return stamp_gguf_is(path) ? stamp_gguf_open(path, out, e) : stamp_llama2c_open(path, out, e);
}

bool stamp_network_paints(const struct stamp_network *m)
{
    return m->family == &stamp_family_pixart || m->family == &stamp_family_sana;
}

enum stamp_status stamp_network_open(const char *path, struct stamp_network **out,
                                     struct stamp_err *e)
{
    return stamp_network_open_grid(path, (struct stamp_dit_grid){0, 0}, out, e);
}

enum stamp_status stamp_network_open_grid(const char *path, struct stamp_dit_grid grid,
                                          struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_network *m = NULL;
    enum stamp_status s = open_any(path, grid, &m, e);

    if (!s && grid.height && !stamp_network_paints(m))
        s = stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a %s network has no grid to choose", path,
                       m->family->name);

    if (!s && !(m->name = stamp_strdup(path)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}

void stamp_network_close(struct stamp_network *m)
{
    if (!m) return;
    for (uint32_t p = 0; m->data && p < m->graph->params; p++) {
        const uint32_t b = m->graph->param[p].block;
        const uint32_t times = b == STAMP_NO_BLOCK ? 1 : m->graph->block[b].repeat;
        for (uint32_t i = 0; m->data[p] && i < times; i++) stamp_free(m->data[p][i].vector);
        stamp_free(m->data[p]);
    }
    stamp_free(m->data);
    stamp_free(m->part);
    stamp_graph_free(m->graph);
    stamp_free(m->name);
    stamp_free(m->dec.frequency);
    stamp_notes_free(&m->notes);
    for (size_t i = 0; i < m->part_files; i++) stamp_infile_close(m->part_file[i]);
    stamp_free(m->part_file);
    stamp_infile_close(m->file);
    stamp_safetensors_close(m->tensors);
    stamp_named_close(m->named);
    stamp_free(m);
}

static const struct stamp_tensor_data *data(const struct stamp_network *m, uint32_t param,
                                            uint32_t time)
{
    assert(param < m->graph->params);
    return &m->data[param][m->graph->param[param].block == STAMP_NO_BLOCK ? 0 : time];
}

const struct stamp_lazy *stamp_network_matrix(const struct stamp_network *m, uint32_t param,
                                              uint32_t time)
{
    return &data(m, param, time)->lazy;
}

const float *stamp_network_vector(const struct stamp_network *m, uint32_t param, uint32_t time)
{
    return data(m, param, time)->vector;
}

const double *stamp_network_table(const struct stamp_network *m, uint32_t param)
{
    assert(m->graph->param[param].kind == STAMP_GPARAM_TABLE);
    return m->dec.frequency;
}

uint32_t stamp_network_param(const struct stamp_network *m, const char *name)
{
    for (uint32_t p = 0; p < m->graph->params; p++)
        if (!strcmp(m->graph->param[p].name, name)) return p;
    return UINT32_MAX;
}

enum stamp_status stamp_network_takes(const struct stamp_network *m, enum stamp_gop input,
                                      struct stamp_err *e)
{
    if (m->graph->node[0].op == input && !stamp_network_paints(m)) return STAMP_OK;
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a %s network takes %s",
                      m->name ? m->name : "network", m->family->name,
                      stamp_network_paints(m)      ? "noise and a text: stamp paint"
                      : input == STAMP_GOP_PICTURE ? "text, no pictures"
                                                   : "pictures, no text");
}

enum stamp_status stamp_lazy_all(const char *name, const struct stamp_lazy *t, float **out,
                                 struct stamp_err *e)
{
    *out = stamp_alloc(t->rows * t->cols, sizeof **out);
    if (!*out) return stamp_fail(e, STAMP_ENOMEM, "%s: no memory for %s", name, t->name);
    const enum stamp_status s = stamp_lazy_rows(t, 0, t->rows, *out, e);
    if (s) stamp_fail_at(e, "%s", name);
    return s;
}
