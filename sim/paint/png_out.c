/* SPDX-License-Identifier: Apache-2.0 */
/* png_out.c - pictures to PNG files. Contract in png_out.h. */
#include "sim/paint/png_out.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>

#include "model/file/outfile.h"
#include "model/mem.h"

/* One encoding. libpng leaves it by longjmp: what must survive is in here, in no local variable. */
struct encode {
    struct stamp_outfile file;
    const char *path;
    png_structp png;
    png_infop info;
    bool no_memory;           /* an allocation of libpng failed */
    enum stamp_status status; /* of the first error */
    struct stamp_err *e;
};

static void on_write(png_structp png, png_bytep from, size_t len)
{
    struct encode *w = png_get_io_ptr(png);

    w->status = stamp_outfile_write(&w->file, from, len, w->e);
    if (w->status) png_error(png, "");
}

/* Bytes go to the file's own buffer; commit flushes. */
static void on_flush(png_structp png)
{
    (void)png;
}

static void on_error(png_structp png, png_const_charp text)
{
    struct encode *w = png_get_error_ptr(png);

    if (w->no_memory)
        w->status = stamp_fail(w->e, STAMP_ENOMEM, "%s: out of memory", w->path);
    else if (!w->status)
        w->status = stamp_fail(w->e, STAMP_EIO, "%s: %s", w->path, text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static png_voidp on_alloc(png_structp png, png_alloc_size_t bytes)
{
    struct encode *w = png_get_mem_ptr(png);
    void *p = stamp_alloc_raw(bytes);

    if (!p) w->no_memory = true;
    return p;
}

static void on_free(png_structp png, png_voidp p)
{
    (void)png;
    stamp_free(p);
}

/* Ends by longjmp to whoever set it when something is wrong. */
static void write_all(struct encode *w, const struct stamp_picture *p)
{
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_user_limits(w->png, STAMP_PICTURE_SIDE_MAX, STAMP_PICTURE_SIDE_MAX);
    png_set_compression_level(w->png, 9);
    png_set_compression_mem_level(w->png, 8);
    png_set_compression_strategy(w->png, 0);
    png_set_compression_window_bits(w->png, 15);
    png_set_compression_buffer_size(w->png, 8192);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(w->png, w->info, (png_uint_32)p->width, (png_uint_32)p->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->png, w->info);
    for (size_t y = 0; y < p->height; y++) png_write_row(w->png, p->rgb + y * p->width * 3);
    png_write_end(w->png, NULL);
}

static enum stamp_status run(struct encode *w, const struct stamp_picture *p)
{
    w->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, w, on_error, on_warning, w, on_alloc,
                                       on_free);
    w->info = w->png ? png_create_info_struct(w->png) : NULL;
    if (!w->info) return stamp_fail(w->e, STAMP_ENOMEM, "%s: out of memory", w->path);
    if (!setjmp(png_jmpbuf(w->png))) write_all(w, p);
    return w->status;
}

enum stamp_status stamp_png_write(const char *path, const struct stamp_picture *p,
                                  struct stamp_err *e)
{
    struct encode w = {.path = path, .e = e};
    enum stamp_status s = stamp_outfile_open(path, &w.file, e);

    if (s) return s;
    s = run(&w, p);
    png_destroy_write_struct(&w.png, &w.info);
    if (!s) return stamp_outfile_commit(&w.file, e);
    stamp_outfile_discard(&w.file);
    return s;
}
