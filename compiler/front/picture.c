/* SPDX-License-Identifier: Apache-2.0 */
/* picture.c - PNG files to rows of RGB. Contract in picture.h; the format is RFC 2083. */
#include "compiler/front/picture.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "model/file/infile.h"
#include "model/mem.h"

enum { HEAD = 33 /* signature and IHDR */ };

/* One decoding. libpng leaves it by longjmp: what must survive is in here, in no local variable. */
struct decode {
    struct stamp_infile *in;
    uint64_t at; /* read up to */
    png_structp png;
    png_infop info;
    bool no_memory;           /* an allocation of libpng failed */
    enum stamp_status status; /* of the first error */
    struct stamp_err *e;
    struct stamp_picture picture;
};

/* ---- What libpng calls --------------------------------------------------------------------- */
static void on_read(png_structp png, png_bytep to, size_t len)
{
    struct decode *d = png_get_io_ptr(png);

    d->status = stamp_infile_read(d->in, d->at, to, len, d->e);
    if (d->status) png_error(png, "");
    d->at += len;
}

static void on_error(png_structp png, png_const_charp text)
{
    struct decode *d = png_get_error_ptr(png);
    const char *name = stamp_infile_name(d->in);

    if (d->no_memory)
        d->status = stamp_fail(d->e, STAMP_ENOMEM, "%s: out of memory", name);
    else if (!d->status)
        d->status = stamp_fail(d->e, STAMP_EFORMAT, "%s: broken PNG, read up to byte %llu: %s",
                               name, (unsigned long long)d->at, text);
    png_longjmp(png, 1);
}

/* What libpng can go on after. */
static void on_warning(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static png_voidp on_alloc(png_structp png, png_alloc_size_t bytes)
{
    struct decode *d = png_get_mem_ptr(png);
    void *p = stamp_alloc_raw(bytes);

    if (!p) d->no_memory = true;
    return p;
}

static void on_free(png_structp png, png_voidp p)
{
    (void)png;
    stamp_free(p);
}

/* ---- The head ------------------------------------------------------------------------------ */
static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum stamp_status refuse_stranger(const char *name, const unsigned char *b,
                                         struct stamp_err *e)
{
    static const struct {
        size_t at, len;
        const char *bytes, *what;
    } others[] = {{0, 3, "\xff\xd8\xff", "JPEG"},
                  {0, 4, "GIF8", "GIF"},
                  {0, 2, "BM", "BMP"},
                  {8, 4, "WEBP", "WebP"}};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (memcmp(b + others[i].at, others[i].bytes, others[i].len) == 0)
            return stamp_fail(e, STAMP_EFORMAT, "%s: a %s file; a PNG file is needed", name,
                              others[i].what);
    return stamp_fail(e, STAMP_EFORMAT, "%s: not a PNG file (wrong signature)", name);
}

/* Sizes before anything is made for them, and what libpng would convert otherwise than PIL. */
static enum stamp_status check_head(struct decode *d, struct stamp_err *e)
{
    const char *name = stamp_infile_name(d->in);
    const uint64_t size = stamp_infile_size(d->in);
    unsigned char b[HEAD] = {0};

    enum stamp_status s = stamp_infile_read(d->in, 0, b, size < HEAD ? (size_t)size : HEAD, e);
    if (s) return s;
    if (size < 8 || memcmp(b, "\x89PNG\r\n\x1a\n", 8) != 0) return refuse_stranger(name, b, e);
    if (size < HEAD)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: ends early: the head of a PNG has %d bytes, the file %llu", name,
                          HEAD, (unsigned long long)size);
    if (memcmp(b + 8, "\0\0\0\x0dIHDR", 8) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: broken PNG: no IHDR at offset 8", name);

    const uint32_t width = u32(b + 16), height = u32(b + 20);
    if (!width || !height)
        return stamp_fail(e, STAMP_EFORMAT, "%s: broken PNG: %u x %u pixels", name, width, height);
    if (width > STAMP_PICTURE_SIDE_MAX || height > STAMP_PICTURE_SIDE_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%s: %u x %u pixels, more than %d of a side", name,
                          width, height, STAMP_PICTURE_SIDE_MAX);
    if ((uint64_t)width * height > STAMP_PICTURE_AREA_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%s: %u x %u pixels, more than %d in all", name, width,
                          height, STAMP_PICTURE_AREA_MAX);
    if (b[24] == 16 && b[25] == PNG_COLOR_TYPE_GRAY)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: grey of 16 bits; make it 8 bits, or RGB, first", name);
    d->picture.width = width;
    d->picture.height = height;
    return STAMP_OK;
}

/* ---- Pixels -------------------------------------------------------------------------------- */
/* Indices lie in the last third of each row: index x is read before its place is written. */
static void look_up(struct decode *d)
{
    const size_t width = d->picture.width;
    png_colorp color = NULL;
    int count = 0;

    if (!png_get_PLTE(d->png, d->info, &color, &count)) png_error(d->png, "no palette");
    for (size_t y = 0; y < d->picture.height; y++) {
        uint8_t *row = d->picture.rgb + y * width * 3;
        for (size_t x = 0; x < width; x++) {
            const int i = row[2 * width + x];
            if (i >= count) png_error(d->png, "an index beyond the palette");
            row[3 * x] = color[i].red;
            row[3 * x + 1] = color[i].green;
            row[3 * x + 2] = color[i].blue;
        }
    }
}

/* Sets what is converted. @return whether there is a palette */
static bool set_up(struct decode *d)
{
    png_set_crc_action(d->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(d->png, STAMP_PICTURE_SIDE_MAX, STAMP_PICTURE_SIDE_MAX);
    png_set_read_fn(d->png, d, on_read);
    png_read_info(d->png, d->info);

    const int type = png_get_color_type(d->png, d->info);
    if (type == PNG_COLOR_TYPE_PALETTE) {
        png_set_packing(d->png);
    } else {
        png_set_strip_16(d->png);
        if (png_get_bit_depth(d->png, d->info) < 8) png_set_expand_gray_1_2_4_to_8(d->png);
        if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(d->png);
        png_set_strip_alpha(d->png);
    }
    return type == PNG_COLOR_TYPE_PALETTE;
}

/* Ends by longjmp to whoever set it when something is wrong. */
static void read_all(struct decode *d)
{
    const bool palette = set_up(d);
    const size_t width = d->picture.width, stride = width * 3;
    const int passes = png_set_interlace_handling(d->png);

    png_read_update_info(d->png, d->info);
    if (png_get_rowbytes(d->png, d->info) != (palette ? width : stride))
        png_error(d->png, "rows of another length than thought");
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < d->picture.height; y++)
            png_read_row(d->png, d->picture.rgb + y * stride + (palette ? 2 * width : 0), NULL);
    png_read_end(d->png, NULL);
    if (palette) look_up(d);
}

static enum stamp_status run(struct decode *d)
{
    const char *name = stamp_infile_name(d->in);
    const size_t width = d->picture.width, height = d->picture.height;

    d->picture.rgb = stamp_alloc(width * height, 3);
    if (!d->picture.rgb)
        return stamp_fail(d->e, STAMP_ENOMEM, "%s: no memory for %zu x %zu pixels", name, width,
                          height);
    d->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, d, on_error, on_warning, d, on_alloc,
                                      on_free);
    d->info = d->png ? png_create_info_struct(d->png) : NULL;
    if (!d->info) return stamp_fail(d->e, STAMP_ENOMEM, "%s: out of memory", name);
    if (!setjmp(png_jmpbuf(d->png))) read_all(d);
    return d->status;
}

static enum stamp_status decode(struct stamp_infile *in, struct stamp_picture *out,
                                struct stamp_err *e)
{
    struct decode d = {.in = in, .e = e};
    enum stamp_status s = check_head(&d, e);

    if (!s) s = run(&d);
    if (d.png) png_destroy_read_struct(&d.png, &d.info, NULL);
    if (s)
        stamp_picture_free(&d.picture);
    else
        *out = d.picture;
    return s;
}

void stamp_picture_free(struct stamp_picture *p)
{
    if (!p) return;
    stamp_free(p->rgb);
    *p = (struct stamp_picture){0, 0, NULL};
}

enum stamp_status stamp_picture_read(const char *path, struct stamp_picture *out,
                                     struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_open(path, &in, e);
    if (!s) s = decode(in, out, e);
    stamp_infile_close(in);
    return s;
}

enum stamp_status stamp_picture_parse(const char *name, const void *bytes, size_t len,
                                      struct stamp_picture *out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    if (!s) s = decode(in, out, e);
    stamp_infile_close(in);
    return s;
}
