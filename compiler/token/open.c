/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - the tokenizer of a model. Contract in tokenizer.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/gguf.h"
#include "compiler/token/parts.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { FILE_MAX = 1 << 28 };

static enum stamp_status no_memory(const char *name, struct stamp_err *e)
{
    return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool ends_in(const char *path, const char *end)
{
    const size_t n = strlen(path), k = strlen(end);
    return n >= k && strcmp(path + n - k, end) == 0;
}

static enum stamp_status read_bytes(enum stamp_tokenizer_kind kind, const char *name,
                                    const char *bytes, size_t len, size_t rows,
                                    struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s;

    switch (kind) {
    case STAMP_TOKENIZER_JSON: return stamp_tokenizer_json(name, bytes, len, rows, out, e);
    case STAMP_TOKENIZER_MODEL: return stamp_tokenizer_sp(name, bytes, len, rows, out, e);
    case STAMP_TOKENIZER_BIN: return stamp_tokenizer_bin(name, bytes, len, rows, out, e);
    case STAMP_TOKENIZER_GGUF: break;
    }
    s = stamp_infile_memory(name, bytes, len, &in, e);
    if (!s) s = stamp_tokenizer_gguf(in, rows, out, e);
    stamp_infile_close(in);
    return s;
}

/* The last step of every way to open one. */
static enum stamp_status finish(enum stamp_status s, struct stamp_tokenizer *t,
                                struct stamp_tokenizer **out, struct stamp_err *e)
{
    if (!s) s = stamp_tokenizer_ready(t, e);
    if (s)
        stamp_tokenizer_close(t);
    else
        *out = t;
    return s;
}

enum stamp_status stamp_tokenizer_memory(enum stamp_tokenizer_kind kind, const char *name,
                                         const void *bytes, size_t len, size_t rows,
                                         struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_tokenizer *t = NULL;
    const enum stamp_status s = read_bytes(kind, name, bytes, len, rows, &t, e);
    return finish(s, t, out, e);
}

static enum stamp_status read_file(const char *path, size_t rows, struct stamp_tokenizer **out,
                                   struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    char *bytes = NULL;
    size_t len = 0;
    enum stamp_status s;

    if (stamp_gguf_is(path)) {
        s = stamp_infile_open(path, &in, e);
        if (!s) s = stamp_tokenizer_gguf(in, rows, out, e);
        stamp_infile_close(in);
        return s;
    }
    s = stamp_infile_slurp(path, FILE_MAX, &bytes, &len, e);
    if (!s)
        s = read_bytes(ends_in(path, ".json")    ? STAMP_TOKENIZER_JSON
                       : ends_in(path, ".model") ? STAMP_TOKENIZER_MODEL
                                                 : STAMP_TOKENIZER_BIN,
                       path, bytes, len, rows, out, e);
    stamp_free(bytes);
    return s;
}

/* The file in a folder that has the tokenizer, owned by the caller. */
static enum stamp_status find_in(const char *folder, char **out, struct stamp_err *e)
{
    static const char *const names[] = {"tokenizer.json", "tokenizer.model", "tokenizer.bin"};
    static const char *const parts[] = {"vocab.json", "merges.txt", "spiece.model", "tekken.json",
                                        "qwen.tiktoken"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = stamp_infile_join(folder, names[i]);
        if (!path) return no_memory(folder, e);
        if (exists(path)) {
            *out = path;
            return STAMP_OK;
        }
        stamp_free(path);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *path = stamp_infile_join(folder, parts[i]);
        const bool there = path && exists(path);
        stamp_free(path);
        if (there)
            return stamp_fail(e, STAMP_EUNSUPPORTED,
                              "%s: has %s and no tokenizer.json; save the tokenizer with a current "
                              "transformers (AutoTokenizer ... save_pretrained), or name one with "
                              "--tokenizer",
                              folder, parts[i]);
    }
    return stamp_fail(e, STAMP_EIO,
                      "%s: has no tokenizer.json, tokenizer.model or tokenizer.bin; name one with "
                      "--tokenizer",
                      folder);
}

/* The folder a file lies in, owned by the caller. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = stamp_strdup(slash ? path : ".");

    if (folder && slash) folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

/* What is said of a tokenizer beside its own file: by its folder, by the model it is used with. */
static enum stamp_status surroundings(struct stamp_tokenizer *t, const char *file,
                                      const char *model, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    char *own = folder_of(file);
    enum stamp_status s = own ? STAMP_OK : no_memory(file, e);

    /* tokenizer.bin is whole by itself; so is what a GGUF file has inside. */
    if (!s && (ends_in(file, ".json") || ends_in(file, ".model")))
        s = stamp_tokenizer_config(t, own, e);
    if (!s && is_folder(model)) {
        s = stamp_tokenizer_ids(t, model, e);
    } else if (!s && stamp_gguf_is(model)) {
        s = stamp_infile_open(model, &in, e);
        if (!s) s = stamp_tokenizer_gguf_ids(t, in, e);
        stamp_infile_close(in);
    } else if (!s && strcmp(file, model) == 0) {
        s = stamp_tokenizer_ids(t, own, e);
    }
    stamp_free(own);
    return s;
}

enum stamp_status stamp_tokenizer_for(const char *model, const char *path, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_tokenizer *t = NULL;
    const char *place = path ? path : model;
    char *file = NULL;
    struct stat info;
    enum stamp_status s = STAMP_OK;

    if (stat(place, &info) != 0) return stamp_fail(e, STAMP_EIO, "%s: %s", place, strerror(errno));
    if (!path && !is_folder(model) && !stamp_gguf_is(model) && !ends_in(model, ".json") &&
        !ends_in(model, ".model"))
        return stamp_fail(e, STAMP_EIO, "%s: has no tokenizer inside; name one with --tokenizer",
                          model);
    if (is_folder(place))
        s = find_in(place, &file, e);
    else if (!(file = stamp_strdup(place)))
        s = no_memory(place, e);
    if (!s) s = read_file(file, rows, &t, e);
    if (!s && !stamp_gguf_is(file)) s = surroundings(t, file, model, e);
    stamp_free(file);
    return finish(s, t, out, e);
}
