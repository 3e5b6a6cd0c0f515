/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file zip_parts.h
 * Inside of an archive, shared by zip.c (data) and zip_directory.c only.
 */
#ifndef STAMP_FRONT_ZIP_PARTS_H
#define STAMP_FRONT_ZIP_PARTS_H

#include "compiler/front/zip.h"
#include "model/file/infile.h"

struct stamp_zip {
    struct stamp_infile *in;  /* owned */
    const unsigned char *all; /* [size], mapped */
    uint64_t size;
    struct stamp_zip_member *member; /* sorted by name once open */
    size_t members;
};

/** Find and read the directory; fills member and members. @return as stamp_zip_open; what was made
 *  so far stays for close */
enum stamp_status stamp_zip_directory(struct stamp_zip *z, struct stamp_err *e);

#endif
