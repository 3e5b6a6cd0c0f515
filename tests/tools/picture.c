/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture.c - what the kit makes of a picture, for tests in other languages.
 *
 *     picture FILE [INPUT CROP_PCT FILTER]                    prepared: [3][input][input] binary32
 *     picture FILE OUT.npy [INPUT CROP_PCT FILTER]            the same as an array in a file
 *     picture FILE rgb                                        [height][width][3] bytes
 *     picture FILE crop INPUT CROP_PCT FILTER                 [input][input][3] bytes
 *     picture FILE part WIDTH HEIGHT LEFT TOP COLUMNS ROWS FILTER   of the resized picture, bytes
 *
 * FILTER is bilinear or bicubic. Written to standard output, binary32 little endian; width and
 * height go to standard error.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/npy.h"
#include "compiler/front/prepare.h"
#include "model/mem.h"

static enum stamp_filter filter_of(const char *word)
{
    enum stamp_filter f;

    if (stamp_filter_of(word, &f)) return f;
    fprintf(stderr, "picture: no filter %s\n", word);
    exit(2);
}

static size_t number(const char *word)
{
    return (size_t)strtoull(word, NULL, 10);
}

static enum stamp_status put(const void *bytes, size_t len, struct stamp_err *e)
{
    if (fwrite(bytes, 1, len, stdout) == len) return STAMP_OK;
    return stamp_fail(e, STAMP_EIO, "standard output");
}

/* Words INPUT CROP_PCT FILTER, or none of them. */
static struct stamp_prepare options(int count, char **word)
{
    struct stamp_prepare p = stamp_prepare_deit();

    if (count < 3) return p;
    p.input = number(word[0]);
    p.crop_pct = strtod(word[1], NULL);
    p.filter = filter_of(word[2]);
    return p;
}

static enum stamp_status planes(const char *file, const char *to, const struct stamp_prepare *p,
                                struct stamp_err *e)
{
    const size_t n = p->input;
    float *f32 = NULL;

    enum stamp_status s = stamp_prepare_check("options", p, e);
    if (!s) s = stamp_prepare_file(p, file, &f32, e);
    if (!s && to)
        s = stamp_npy_write(to, &(struct stamp_tensor){3, {3, n, n, 1}, f32}, e);
    else if (!s)
        s = put(f32, 3 * n * n * sizeof *f32, e);
    stamp_free(f32);
    return s;
}

static enum stamp_status bytes(int count, char **word, const struct stamp_picture *from,
                               struct stamp_err *e)
{
    const bool part = count == 8 && strcmp(word[0], "part") == 0;
    struct stamp_resize how = {0};
    const struct stamp_prepare p = options(part ? 0 : count - 1, word + 1);

    if (count == 1) return put(from->rgb, from->width * from->height * 3, e);
    if (part)
        how = (struct stamp_resize){number(word[1]),   number(word[2]), number(word[3]),
                                    number(word[4]),   number(word[5]), number(word[6]),
                                    filter_of(word[7])};
    const size_t len = 3 * (part ? how.columns * how.rows : p.input * p.input);
    enum stamp_status s = part ? STAMP_OK : stamp_prepare_check("options", &p, e);
    uint8_t *to = s ? NULL : stamp_alloc(len, 1);
    if (!s && !to) s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!s) s = part ? stamp_resize(from, &how, to, e) : stamp_prepare_crop(&p, from, to, e);
    if (!s) s = put(to, len, e);
    stamp_free(to);
    return s;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"rgb", "crop", "part"};
    struct stamp_picture picture = {0, 0, NULL};
    struct stamp_err e = {STAMP_OK, ""};
    bool raw = false, npy = false;

    if (argc < 2) {
        fprintf(stderr, "picture: FILE [OUT.npy | rgb | crop | part] [...]\n");
        return 2;
    }
    for (int i = 0; i < 3; i++) raw = raw || (argc > 2 && strcmp(argv[2], kinds[i]) == 0);
    npy = !raw && (argc == 3 || argc == 6);
    const struct stamp_prepare p = options(raw ? 0 : argc - 2 - npy, argv + 2 + npy);
    enum stamp_status s = raw ? stamp_picture_read(argv[1], &picture, &e)
                              : planes(argv[1], npy ? argv[2] : NULL, &p, &e);
    if (!s && raw) {
        fprintf(stderr, "%zu %zu\n", picture.width, picture.height);
        s = bytes(argc - 2, argv + 2, &picture, &e);
    }
    if (s) fprintf(stderr, "picture: %s\n", e.text);
    stamp_picture_free(&picture);
    return s ? 1 : 0;
}
