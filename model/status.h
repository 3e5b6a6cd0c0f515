/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file status.h
 * What a function that can fail returns, and the one line a person sees.
 *
 * A caller's mistake is an assert; bad input from outside is a status with a line of text. Only
 * sim/cli prints or exits.
 */
#ifndef STAMP_STATUS_H
#define STAMP_STATUS_H

#if defined(__GNUC__)
#define STAMP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define STAMP_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_status {
    STAMP_OK = 0,
    STAMP_EIO,          /**< the operating system refused: open, read, write, rename */
    STAMP_EFORMAT,      /**< bytes from outside that break their format */
    STAMP_ERANGE,       /**< a value, shape or size outside what is allowed */
    STAMP_EUNSUPPORTED, /**< well formed, but of a kind this kit does not do */
    STAMP_ENOMEM,       /**< an allocation failed */
    STAMP_EMISMATCH,    /**< two machines gave different values */
    STAMP_EMACHINE,     /**< a machine stopped on an error of its own (error.def) */
    STAMP_EINTR         /**< the user interrupted the run */
};

/** One error: its kind and one line, without newline, that says what and where. */
struct stamp_err {
    enum stamp_status status;
    char text[400];
};

/**
 * Fill @p e (which may be NULL) with a printf-formatted line and return @p s.
 * Text that does not fit is cut; control characters are replaced by '?', so that names read from
 * a hostile file cannot write to the user's terminal.
 */
enum stamp_status stamp_fail(struct stamp_err *e, enum stamp_status s, const char *fmt, ...)
    STAMP_PRINTF(3, 4);

/** Put "<printf text>: " in front of the line already in @p e; returns e's status. */
enum stamp_status stamp_fail_at(struct stamp_err *e, const char *fmt, ...) STAMP_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
