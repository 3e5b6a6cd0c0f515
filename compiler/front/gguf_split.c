/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_split.c - models in several GGUF files. Contract in gguf_split.h. */
#include "compiler/front/gguf_split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/keys.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { PARTS_MAX = 65535, ENDING = 32 }; /* split.count is a u16; "-00001-of-00003.gguf" */

/* What the keys of one file say. */
struct split {
    uint64_t no, count, tensors;
};

struct joining {
    const char *name; /* of the first part */
    const struct stamp_gguf_files *files;
    struct stamp_gguf *g;
    struct split first;
    struct stamp_err *e;
};

static enum stamp_status number(const char *name, const struct stamp_gguf *g, const char *key,
                                uint64_t *out, struct stamp_err *e)
{
    const struct stamp_gguf_value *v = stamp_gguf_find(g, stamp_keys_ask(STAMP_KEYS_GGUF, key));

    if (!v)
        return stamp_fail(e, STAMP_EFORMAT, "%s: one of several parts of a model, but no %s", name,
                          key);
    if (!stamp_gguf_u64(v, out))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not a whole number", name, key);
    return STAMP_OK;
}

/* The keys of a part; of a whole file count is 0 or 1 and the rest is not looked at. */
static enum stamp_status keys_of(const char *name, const struct stamp_gguf *g, struct split *out,
                                 struct stamp_err *e)
{
    struct split k = {0, 0, 0};

    enum stamp_status s = number(name, g, "split.count", &k.count, e);
    if (!s && k.count > PARTS_MAX)
        s = stamp_fail(e, STAMP_EFORMAT, "%s: split.count is %llu parts, at most %d", name,
                       (unsigned long long)k.count, PARTS_MAX);
    if (!s && k.count > 1) s = number(name, g, "split.no", &k.no, e);
    if (!s && k.count > 1) s = number(name, g, "split.tensors.count", &k.tensors, e);
    if (!s && k.count > 1 && k.no >= k.count)
        s = stamp_fail(e, STAMP_EFORMAT, "%s: split.no is %llu (from 0) of %llu parts", name,
                       (unsigned long long)k.no, (unsigned long long)k.count);
    if (!s) *out = k;
    return s;
}

/* How the name of part @p no (from 0) ends. */
static void ending(char to[ENDING], uint64_t no, uint64_t count)
{
    snprintf(to, ENDING, "-%05u-of-%05u.gguf", (unsigned)no + 1, (unsigned)count);
}

/* The name of another part; owned by the caller, NULL when memory is out. All endings are as long. */
static char *sibling(const char *name, uint64_t no, uint64_t count)
{
    char end[ENDING];
    char *path = stamp_strdup(name);

    ending(end, no, count);
    if (path) memcpy(path + strlen(path) - strlen(end), end, strlen(end));
    return path;
}

/* The file is the first part and is named as such. */
static enum stamp_status check_first(const struct joining *j, bool beside)
{
    const struct split *k = &j->first;
    const size_t len = strlen(j->name);
    char end[ENDING];

    ending(end, k->no, k->count);
    if (!beside || len < strlen(end) || strcmp(j->name + len - strlen(end), end) != 0)
        return stamp_fail(
            j->e, STAMP_EUNSUPPORTED,
            "%s: part %llu of the %llu parts of a model, which are found by names that "
            "end in %s",
            j->name, (unsigned long long)k->no + 1, (unsigned long long)k->count, end);
    if (!k->no) return STAMP_OK;
    char *first = sibling(j->name, 0, k->count);
    const enum stamp_status s =
        first ? stamp_fail(j->e, STAMP_EUNSUPPORTED, "%s: part %llu of %llu; name the first: %s",
                           j->name, (unsigned long long)k->no + 1, (unsigned long long)k->count,
                           first)
              : stamp_fail(j->e, STAMP_ENOMEM, "%s: out of memory", j->name);
    stamp_free(first);
    return s;
}

/* Takes over the tensors of @p part. */
static enum stamp_status append(const struct joining *j, struct stamp_gguf *part)
{
    struct stamp_gguf *g = j->g;
    struct stamp_gguf_tensor *all =
        stamp_grow(g->tensor, g->tensors, g->tensors + part->tensors, sizeof *all);

    if (!all) return stamp_fail(j->e, STAMP_ENOMEM, "%s: out of memory", j->name);
    g->tensor = all;
    if (part->tensors) memcpy(all + g->tensors, part->tensor, part->tensors * sizeof *all);
    g->tensors += part->tensors;
    part->tensors = 0; /* their names are the list's now */
    return STAMP_OK;
}

static enum stamp_status take_part(const struct joining *j, uint64_t no)
{
    const struct split *first = &j->first;
    struct stamp_infile **in = &(*j->files->part)[no - 1];
    struct stamp_gguf g = {0};
    struct split k = {0, 0, 0};
    char *path = sibling(j->name, no, first->count);

    if (!path) return stamp_fail(j->e, STAMP_ENOMEM, "%s: out of memory", j->name);
    enum stamp_status s = stamp_infile_open(path, in, j->e);
    if (!s) (*j->files->parts)++;
    if (!s) s = stamp_gguf_read(*in, &g, j->e);
    if (!s) s = keys_of(path, &g, &k, j->e);
    if (!s && (k.no != no || k.count != first->count || k.tensors != first->tensors))
        s = stamp_fail(j->e, STAMP_EFORMAT,
                       "%s: its keys say part %llu of %llu, %llu tensors in all; the first part "
                       "says %llu and %llu",
                       path, (unsigned long long)k.no + 1, (unsigned long long)k.count,
                       (unsigned long long)k.tensors, (unsigned long long)first->count,
                       (unsigned long long)first->tensors);
    if (!s) s = append(j, &g);
    if (s)
        stamp_fail_at(j->e, "%s: part %llu of %llu", j->name, (unsigned long long)no + 1,
                      (unsigned long long)first->count);
    stamp_gguf_free(&g);
    stamp_free(path);
    return s;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stamp_gguf_tensor *)a)->name,
                  ((const struct stamp_gguf_tensor *)b)->name);
}

/* Sorted again, none twice, as many as the first part says. */
static enum stamp_status check_all(const struct joining *j)
{
    const struct stamp_gguf *g = j->g;

    if (g->tensors) qsort(g->tensor, g->tensors, sizeof *g->tensor, by_name);
    for (size_t i = 1; i < g->tensors; i++)
        if (strcmp(g->tensor[i - 1].name, g->tensor[i].name) == 0)
            return stamp_fail(j->e, STAMP_EFORMAT, "%s: tensor %.100s is in two parts", j->name,
                              g->tensor[i].name);
    if (g->tensors != j->first.tensors)
        return stamp_fail(j->e, STAMP_EFORMAT,
                          "%s: split.tensors.count is %llu, the %llu parts have %zu tensors",
                          j->name, (unsigned long long)j->first.tensors,
                          (unsigned long long)j->first.count, g->tensors);
    return STAMP_OK;
}

enum stamp_status stamp_gguf_join(const struct stamp_gguf_files *files, bool beside,
                                  struct stamp_gguf *g, struct stamp_err *e)
{
    struct joining j = {stamp_infile_name(files->file), files, g, {0, 0, 0}, e};

    if (!stamp_gguf_find(g, stamp_keys_ask(STAMP_KEYS_GGUF, "split.count"))) return STAMP_OK;
    enum stamp_status s = keys_of(j.name, g, &j.first, e);
    if (s || j.first.count <= 1) return s;
    s = check_first(&j, beside);
    if (s) return s;
    *files->part = stamp_alloc((size_t)j.first.count - 1, sizeof **files->part);
    if (!*files->part) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", j.name);
    for (uint64_t no = 1; no < j.first.count && !s; no++) s = take_part(&j, no);
    return s ? s : check_all(&j);
}
