/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file network.h
 * A network: its graph and the numbers of its parameters, out of a checkpoint.
 *
 * Matrices are [out][in], row major, so y = x wᵀ. Whatever the file has, rows that the rotary embedding turns
 * come in INTERLEAVED order: pair i of a head is its elements 2i and 2i + 1.
 */
#ifndef STAMP_FAMILY_NETWORK_H
#define STAMP_FAMILY_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/family/decoder.h"
#include "compiler/family/dit.h"
#include "compiler/family/source.h"
#include "compiler/family/vit.h"
#include "compiler/front/lazy.h"
#include "compiler/front/notes.h"
#include "model/graph/graph.h"
#include "model/status.h"

struct stamp_infile;
struct stamp_named;
struct stamp_safetensors;

/** The numbers of a parameter in one repetition. */
struct stamp_tensor_data {
    struct stamp_lazy lazy; /**< as it lies in the file; a vector has cols 1 */
    float *vector;          /**< [cols] of a VECTOR, [rows][cols] of ROWS; else NULL; owned */
};

struct stamp_network {
    char *name; /**< path it was opened by, for messages, owned; NULL: from memory */
    const struct stamp_family *family;
    const char *format; /**< "llama2.c", "safetensors", "GGUF", "random"; static */
    struct stamp_graph *graph;
    struct stamp_part *part;         /**< [graph->params] */
    struct stamp_tensor_data **data; /**< [graph->params][times of its block] */
    size_t params;                   /**< there is room for in part */
    size_t vocab;                    /**< token ids are below it */
    size_t ctx;                      /**< longest sequence, tokens */
    struct stamp_decoder dec;        /**< of a decoder */
    struct stamp_vit vit;            /**< of a vision transformer */
    struct stamp_dit dit;            /**< of a diffusion transformer */
    struct stamp_infile *file;       /**< what the matrices point into, owned; or NULL */
    struct stamp_infile *
        *part_file; /**< [part_files], the same: further files of a GGUF in parts */
    size_t part_files;
    struct stamp_safetensors *tensors; /**< the same as file */
    struct stamp_named *named;         /**< the same */
    struct stamp_notes notes;          /**< what the user should know of the file */
};

/**
 * Open a checkpoint: a folder is read as Hugging Face (hf.h), a file as GGUF (gguf_model.h) or llama2.c
 * (llama2c.h), "random:..." is made (random.h); a folder of diffusers by its transformer (dit.h). Its files stay mapped until close and must not
 * change meanwhile.
 * @param out  owned by the caller, given back with stamp_network_close
 * @return STAMP_EIO, STAMP_EFORMAT, STAMP_ERANGE, STAMP_EUNSUPPORTED, STAMP_ENOMEM
 */
enum stamp_status stamp_network_open(const char *path, struct stamp_network **out,
                                     struct stamp_err *e);

/** The same with the grid of a diffusion transformer; another network that is given one is refused. */
enum stamp_status stamp_network_open_grid(const char *path, struct stamp_dit_grid grid,
                                          struct stamp_network **out, struct stamp_err *e);

/** Whether it is a diffusion transformer: it takes a latent, a time step and a text. */
bool stamp_network_paints(const struct stamp_network *m);

/** NULL is allowed. */
void stamp_network_close(struct stamp_network *m);

/** A MATRIX as it lies in its file; borrowed. @param param its number, @p time the repetition */
const struct stamp_lazy *stamp_network_matrix(const struct stamp_network *m, uint32_t param,
                                              uint32_t time);

/** The numbers of a VECTOR or ROWS; borrowed. */
const float *stamp_network_vector(const struct stamp_network *m, uint32_t param, uint32_t time);

/** The numbers of a TABLE; borrowed. */
const double *stamp_network_table(const struct stamp_network *m, uint32_t param);

/** The parameter of this name, or UINT32_MAX. */
uint32_t stamp_network_param(const struct stamp_network *m, const char *name);

/** Whether the network takes what @p input makes, IDS (tokens) or PICTURE; else STAMP_EUNSUPPORTED and a line
 *  that says what it takes. */
enum stamp_status stamp_network_takes(const struct stamp_network *m, enum stamp_gop input,
                                      struct stamp_err *e);

/* For the loaders. */

/** All of a vector, a matrix of one column, into a new array; a value that is not finite is refused
 *  (STAMP_ERANGE). @param name  the model, for messages */
enum stamp_status stamp_lazy_all(const char *name, const struct stamp_lazy *t, float **out,
                                 struct stamp_err *e);

#endif
