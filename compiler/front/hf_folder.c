/* SPDX-License-Identifier: Apache-2.0 */
/* hf_folder.c - the files of a model's folder. Contract in hf_folder.h. */
#include "compiler/front/hf_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"

#define TORCH                                                                                      \
    "PyTorch weights, which are not read; load the folder with transformers and save it with "     \
    "save_pretrained(folder, safe_serialization=True)"

/* What a folder may hold instead of model.safetensors, by how names begin and end; the first line that
 * fits a file counts. */
static const struct kind {
    const char *first, *last, *what;
} kinds[] = {
    {"model-", ".safetensors", "a shard without model.safetensors.index.json; get that file too"},
    {"adapter_model", "",
     "a LoRA adapter alone; merge it into its base model (peft's "
     "merge_and_unload) and save that"},
    {"", ".gguf", "a GGUF file; name that file instead of the folder"},
    {"", ".safetensors",
     "not named model.safetensors; get the checkpoint in the layout of "
     "transformers, or rename the file if it has its tensor names"},
    {"pytorch_model", "", TORCH},
    {"params.json", "",
     "the configuration of Meta's own layout; convert the folder with "
     "transformers' convert_llama_weights_to_hf.py"},
    {"", ".pth", TORCH},
    {"", ".pt", TORCH},
    {"", ".ckpt", TORCH},
    {"tf_model", ".h5",
     "TensorFlow weights, which are not read; convert them with transformers to "
     "safetensors"},
    {"flax_model", ".msgpack",
     "Flax weights, which are not read; convert them with transformers to "
     "safetensors"},
    {"", ".onnx", "an ONNX graph, which is not read; get the checkpoint as safetensors"},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool is_kind(const struct kind *k, const char *name)
{
    const size_t n = strlen(name), a = strlen(k->first), b = strlen(k->last);
    return n >= a + b && strncmp(name, k->first, a) == 0 && strcmp(name + n - b, k->last) == 0;
}

/* Of the files that fit the earliest kind the first by name; KINDS when none fits. */
static size_t find_other(const char *folder, char *found, size_t size)
{
    size_t best = KINDS;
    const struct dirent *file;
    DIR *dir = opendir(folder);

    if (!dir) return KINDS;
    while ((file = readdir(dir))) {
        size_t k = 0;
        while (k < KINDS && !is_kind(&kinds[k], file->d_name)) k++;
        if (k > best || k == KINDS || (k == best && strcmp(file->d_name, found) >= 0)) continue;
        best = k;
        snprintf(found, size, "%s", file->d_name);
    }
    closedir(dir);
    return best;
}

static enum stamp_status have(const char *folder, const char *file, bool *is, struct stamp_err *e)
{
    struct stat info;
    char *path = stamp_infile_join(folder, file);

    if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    *is = stat(path, &info) == 0;
    stamp_free(path);
    return STAMP_OK;
}

/* The error when a file is missing: what there is instead, and what to do. */
static enum stamp_status explain(const char *folder, const char *missing, bool weights,
                                 struct stamp_err *e)
{
    char other[256] = "";
    const size_t k = weights ? KINDS : find_other(folder, other, sizeof other);

    if (k == KINDS) return stamp_fail(e, STAMP_EIO, "%s: no %s in this folder", folder, missing);
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: no %s, but %s: %s", folder, missing, other,
                      kinds[k].what);
}

static enum stamp_status have_weights(const char *folder, bool *one, bool *index,
                                      struct stamp_err *e)
{
    const enum stamp_status s = have(folder, "model.safetensors", one, e);
    return s ? s : have(folder, "model.safetensors.index.json", index, e);
}

enum stamp_status stamp_hf_look(const char *folder, struct stamp_err *e)
{
    bool config = false, one = false, index = false;
    enum stamp_status s = have(folder, "config.json", &config, e);

    if (s || config) return s;
    s = have_weights(folder, &one, &index, e);
    return s ? s : explain(folder, "config.json", one || index, e);
}

enum stamp_status stamp_hf_tensors(const char *folder, struct stamp_safetensors **out,
                                   struct stamp_err *e)
{
    bool one = false, index = false;
    enum stamp_status s = have_weights(folder, &one, &index, e);

    if (s) return s;
    if (!one && !index) return explain(folder, "model.safetensors", false, e);
    char *path =
        stamp_infile_join(folder, one ? "model.safetensors" : "model.safetensors.index.json");
    if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    s = stamp_safetensors_open(path, out, e);
    stamp_free(path);
    return s;
}
