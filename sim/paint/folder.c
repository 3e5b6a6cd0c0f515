/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c - a diffusion model's folder. Contract in folder.h. */
#include "sim/paint/folder.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <sys/stat.h>

#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/paint/config.h"

static const struct pipeline {
    const char *name;
    enum stamp_pipeline pipeline;
    const char *transformer;
} pipelines[] = {
    {"PixArtSigmaPipeline", STAMP_PIPELINE_PIXART, "PixArtTransformer2DModel"},
    {"PixArtAlphaPipeline", STAMP_PIPELINE_PIXART, "PixArtTransformer2DModel"},
    {"SanaPipeline", STAMP_PIPELINE_SANA, "SanaTransformer2DModel"},
};
enum { PIPELINES = sizeof pipelines / sizeof pipelines[0] };

static enum stamp_status no_memory(const char *path, struct stamp_err *e)
{
    return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
}

/* A component is [library, class]; @p only what its class must be, NULL for any. */
static enum stamp_status component(const struct stamp_config *c, const char *key, const char *only,
                                   struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, key);
    const cJSON *name =
        cJSON_IsArray(item) && cJSON_GetArraySize(item) == 2 ? cJSON_GetArrayItem(item, 1) : NULL;

    if (!item) return stamp_config_need(c, key, e);
    if (!cJSON_IsString(name))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is no pair of library and class", c->name, key);
    if (only && strcmp(name->valuestring, only))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %s is %.60s, not %s", c->name, key,
                          name->valuestring, only);
    return STAMP_OK;
}

static enum stamp_status read_pipeline(const struct stamp_config *c, struct stamp_paint_folder *f,
                                       struct stamp_err *e)
{
    const char *name = NULL;
    size_t k = 0;
    enum stamp_status s = stamp_config_class(c, &name, e);

    if (s) return s;
    while (k < PIPELINES && strcmp(pipelines[k].name, name)) k++;
    if (k == PIPELINES)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: this kit does not do %.60s, but %s, %s and %s", c->name, name,
                          pipelines[0].name, pipelines[1].name, pipelines[2].name);
    f->pipeline = pipelines[k].pipeline;
    f->pipeline_name = pipelines[k].name;
    s = stamp_config_keys(c, STAMP_PAINT_INDEX, e);
    if (!s) s = component(c, "transformer", pipelines[k].transformer, e);
    if (!s) s = component(c, "tokenizer", NULL, e);
    return s;
}

/* What a component's own file says decides; model_index.json must say the same. */
static enum stamp_status read_parts(const char *path, const struct stamp_config *index,
                                    struct stamp_paint_folder *f, struct stamp_err *e)
{
    char *const scheduler = stamp_infile_join(path, "scheduler"), *const vae = stamp_infile_join(
                                                                      path, "vae");
    enum stamp_status s =
        scheduler && vae ? stamp_scheduler_read(scheduler, &f->scheduler, e) : no_memory(path, e);

    if (!s) s = component(index, "scheduler", stamp_scheduler_name(f->scheduler.kind), e);
    if (!s) s = stamp_words_open(path, &f->words, e);
    if (!s) s = component(index, "text_encoder", "WordEmbedding", e);
    if (!s) s = stamp_shuffle_read(vae, &f->shuffle, e);
    if (!s) s = component(index, "vae", "PixelShuffle", e);
    stamp_free(scheduler);
    stamp_free(vae);
    return s;
}

enum stamp_status stamp_paint_folder_open(const char *path, struct stamp_paint_folder *out,
                                          struct stamp_err *e)
{
    struct stamp_paint_folder f = {.transformer = stamp_infile_join(path, "transformer")};
    struct stamp_config index = {0};
    struct stat info;

    if (!f.transformer) return no_memory(path, e);
    enum stamp_status s = STAMP_OK;
    if (stat(path, &info) || !S_ISDIR(info.st_mode))
        s = stamp_fail(e, STAMP_EIO, "%s: no such folder", path);
    if (!s) s = stamp_config_open(path, "model_index.json", &index, e);
    if (!s) s = read_pipeline(&index, &f, e);
    if (!s) s = read_parts(path, &index, &f, e);
    stamp_config_close(&index);
    if (s)
        stamp_paint_folder_close(&f);
    else
        *out = f;
    return s;
}

void stamp_paint_folder_close(struct stamp_paint_folder *f)
{
    stamp_words_close(f->words);
    stamp_free(f->transformer);
    *f = (struct stamp_paint_folder){0};
}
