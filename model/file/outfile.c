/* SPDX-License-Identifier: Apache-2.0 */
/* outfile.c - files that appear whole or not at all. Contract in outfile.h. */
#include "model/file/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = STAMP_OUTFILE_PATH, TRIES = 100, LINKS = 40 };

enum slot_state { SLOT_FREE = 0, SLOT_TAKEN, SLOT_TEMPORARY };

/* Static, so that a signal handler finds the names without a lock or the heap. */
static struct slot {
    atomic_int state; /* SLOT_TEMPORARY: temp names a file to remove */
    char path[PATH_BYTES];
    char target[PATH_BYTES]; /* path behind symbolic links */
    char temp[PATH_BYTES];
} slots[STAMP_OUTFILE_MAX];

static int take_slot(void)
{
    for (int i = 0; i < STAMP_OUTFILE_MAX; i++) {
        int expected = SLOT_FREE;
        if (atomic_compare_exchange_strong(&slots[i].state, &expected, SLOT_TAKEN)) return i;
    }
    return -1;
}

static void give_slot(int i)
{
    atomic_store(&slots[i].state, SLOT_FREE);
}

bool stamp_outfile_follow(const char *path, char to[STAMP_OUTFILE_PATH])
{
    char link[PATH_BYTES];

    memcpy(to, path, strlen(path) + 1);
    for (int i = 0; i < LINKS; i++) {
        const ssize_t n = readlink(to, link, sizeof link - 1);
        if (n < 0) return errno == EINVAL || errno == ENOENT; /* no link, or nothing there */
        link[n] = 0;
        const char *slash = strrchr(to, '/');
        const size_t folder = link[0] != '/' && slash ? (size_t)(slash - to) + 1 : 0;
        if (folder + (size_t)n >= PATH_BYTES) break;
        memcpy(to + folder, link, (size_t)n + 1);
    }
    errno = ELOOP;
    return false;
}

/* Descriptor of this process that @p path names, or -1: such a file is written from where it stands,
 * by whoever else writes it too. */
static int named_descriptor(const char *path)
{
    static const char *const folder[] = {"/dev/fd/", "/proc/self/fd/"};
    char *end = NULL;

    if (!strcmp(path, "/dev/stdout")) return STDOUT_FILENO;
    if (!strcmp(path, "/dev/stderr")) return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folder / sizeof folder[0]; i++) {
        const size_t n = strlen(folder[i]);
        if (strncmp(path, folder[i], n) || path[n] < '0' || path[n] > '9') continue;
        const long fd = strtol(path + n, &end, 10);
        if (!*end && fd <= INT_MAX) return (int)fd;
    }
    return -1;
}

/* Descriptor of a new temporary file, or -1 with errno; owner and mode of @p like, NULL: new ones. A
 * signal between open and the store leaves an empty file behind; the other order could remove a file
 * that is not ours. */
static int open_temporary(struct slot *s, const struct stat *like)
{
    static atomic_uint counter;

    for (int i = 0; i < TRIES; i++) {
        const unsigned n = atomic_fetch_add(&counter, 1);
        const int len =
            snprintf(s->temp, sizeof s->temp, "%s.%ld-%u.tmp", s->target, (long)getpid(), n);
        if (len < 0 || (size_t)len >= sizeof s->temp) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int fd = open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, like ? 0600 : 0666);
        if (fd >= 0) atomic_store(&s->state, SLOT_TEMPORARY);
        if (fd >= 0 && like) { /* another's file may stay ours: then its mode is all that is kept */
            if (fchown(fd, like->st_uid, like->st_gid)) errno = 0;
            if (fchmod(fd, like->st_mode & 0777)) errno = 0;
        }
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* What to write to, or -1 with errno. */
static int open_target(struct slot *s)
{
    struct stat info;
    const int named = named_descriptor(s->path);

    if (named >= 0) return dup(named);
    if (!stamp_outfile_follow(s->path, s->target)) return -1;
    if (stat(s->target, &info)) return open_temporary(s, NULL);
    if (!S_ISREG(info.st_mode)) return open(s->target, O_WRONLY | O_CLOEXEC);
    if (access(s->target, W_OK)) return -1;
    return open_temporary(s, &info);
}

static enum stamp_status check_name(const char *path, struct stamp_err *e)
{
    struct stat info;
    const size_t len = strlen(path);

    if (len == 0) return stamp_fail(e, STAMP_EIO, "the output file has an empty name");
    if (len >= PATH_BYTES)
        return stamp_fail(e, STAMP_ERANGE, "the output file's name has %zu bytes, too long", len);
    if (!stat(path, &info) && S_ISDIR(info.st_mode))
        return stamp_fail(e, STAMP_EIO, "%s: is a folder", path);
    return STAMP_OK;
}

enum stamp_status stamp_outfile_check(const char *path, struct stamp_err *e)
{
    struct stamp_outfile file;
    struct stat info;
    enum stamp_status s = check_name(path, e);

    if (s) return s;
    if (!stat(path, &info) && !S_ISREG(info.st_mode) && named_descriptor(path) < 0)
        return access(path, W_OK)
                   ? stamp_fail(e, STAMP_EIO, "%s: cannot be written: %s", path, strerror(errno))
                   : STAMP_OK;
    s = stamp_outfile_open(path, &file, e);
    if (!s) stamp_outfile_discard(&file);
    return s;
}

enum stamp_status stamp_outfile_open(const char *path, struct stamp_outfile *out,
                                     struct stamp_err *e)
{
    const enum stamp_status s = check_name(path, e);

    if (s) return s;
    const int i = take_slot();
    if (i < 0)
        return stamp_fail(e, STAMP_ERANGE, "%s: more than %d output files open", path,
                          STAMP_OUTFILE_MAX);
    memcpy(slots[i].path, path, strlen(path) + 1);

    const int fd = open_target(&slots[i]);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!stream) {
        const int why = errno;
        if (fd >= 0) close(fd);
        if (atomic_load(&slots[i].state) == SLOT_TEMPORARY) unlink(slots[i].temp);
        give_slot(i);
        return stamp_fail(e, STAMP_EIO, "%s: cannot be written: %s", path, strerror(why));
    }
    *out = (struct stamp_outfile){stream, i};
    return STAMP_OK;
}

enum stamp_status stamp_outfile_write(struct stamp_outfile *o, const void *bytes, size_t len,
                                      struct stamp_err *e)
{
    assert(o->stream);
    if (len && fwrite(bytes, 1, len, o->stream) != len)
        return stamp_fail(e, STAMP_EIO, "%s: write failed: %s", slots[o->slot].path,
                          strerror(errno));
    return STAMP_OK;
}

enum stamp_status stamp_outfile_commit(struct stamp_outfile *o, struct stamp_err *e)
{
    assert(o->stream);
    struct slot *s = &slots[o->slot];
    const int temporary = atomic_load(&s->state) == SLOT_TEMPORARY;

    errno = 0;
    const int broken = fflush(o->stream) != 0 || ferror(o->stream);
    int why = errno;
    const int unclosed = fclose(o->stream) != 0;
    if (unclosed && !broken) why = errno;
    o->stream = NULL;

    int failed = broken || unclosed;
    if (!failed && temporary && rename(s->temp, s->target) != 0) {
        failed = 1;
        why = errno;
    }
    if (failed && temporary) unlink(s->temp);

    enum stamp_status status = STAMP_OK;
    if (failed)
        status = stamp_fail(e, STAMP_EIO, "%s: write failed: %s", s->path,
                            why ? strerror(why) : "an earlier write was refused");
    give_slot(o->slot);
    return status;
}

void stamp_outfile_discard(struct stamp_outfile *o)
{
    if (!o->stream) return;
    struct slot *s = &slots[o->slot];
    fclose(o->stream);
    o->stream = NULL;
    if (atomic_load(&s->state) == SLOT_TEMPORARY) unlink(s->temp);
    give_slot(o->slot);
}

void stamp_outfile_abandon_all(void)
{
    for (int i = 0; i < STAMP_OUTFILE_MAX; i++)
        if (atomic_load(&slots[i].state) == SLOT_TEMPORARY) unlink(slots[i].temp);
}
