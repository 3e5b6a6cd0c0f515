/* SPDX-License-Identifier: Apache-2.0 */
/* labels.c - names of classes. Contract in labels.h. */
#include "compiler/front/labels.h"

#include <stdio.h>
#include <string.h>

#include "compiler/front/utf8.h"
#include "model/file/infile.h"
#include "model/mem.h"

struct stamp_labels {
    char *text;        /* owned, its lines terminated */
    const char **line; /* [count], into text */
    size_t count;
};

/* The line at @p at [len] without its end. */
static enum stamp_status take(const char *path, struct stamp_labels *l, char *at, size_t len,
                              struct stamp_err *e)
{
    const size_t number = l->count + 1;

    if (len && at[len - 1] == '\r') len--;
    at[len] = '\0';
    const size_t good = stamp_utf8_valid(at, len);
    if (good < len)
        return stamp_fail(e, STAMP_EFORMAT, "%s: line %zu: byte %zu is no UTF-8", path, number,
                          good + 1);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)at[i] < ' ' || at[i] == 0x7f)
            return stamp_fail(e, STAMP_EFORMAT, "%s: line %zu: byte %zu is a control character",
                              path, number, i + 1);
    l->line[l->count++] = at;
    return STAMP_OK;
}

enum stamp_status stamp_labels_open(const char *path, struct stamp_labels **out,
                                    struct stamp_err *e)
{
    struct stamp_labels *l = stamp_alloc(1, sizeof *l);
    size_t len = 0, lines = 1, at = 0;

    if (!l) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    enum stamp_status s = stamp_infile_text(path, STAMP_LABELS_BYTES_MAX, &l->text, &len, e);
    for (size_t i = 0; !s && i < len; i++) lines += l->text[i] == '\n';
    if (!s && !(l->line = stamp_alloc(lines, sizeof *l->line)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (!s && len >= 3 && memcmp(l->text, "\xef\xbb\xbf", 3) == 0) at = 3;
    while (!s && at < len) {
        const char *end = memchr(l->text + at, '\n', len - at);
        const size_t n = end ? (size_t)(end - l->text) - at : len - at;
        s = take(path, l, l->text + at, n, e);
        at += n + 1;
    }
    if (s)
        stamp_labels_close(l);
    else
        *out = l;
    return s;
}

void stamp_labels_close(struct stamp_labels *l)
{
    if (!l) return;
    stamp_free(l->text);
    stamp_free(l->line);
    stamp_free(l);
}

size_t stamp_labels_count(const struct stamp_labels *l)
{
    return l->count;
}

const char *stamp_labels_name(const struct stamp_labels *l, size_t i,
                              char number[STAMP_LABELS_NUMBER])
{
    if (l && i < l->count && l->line[i][0]) return l->line[i];
    snprintf(number, STAMP_LABELS_NUMBER, "%zu", i);
    return number;
}
