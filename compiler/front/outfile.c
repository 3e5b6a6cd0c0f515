/* SPDX-License-Identifier: Apache-2.0 */
/* outfile.c - files that appear whole or not at all. Contract in outfile.h. */
#include "compiler/front/outfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, TRIES = 100 };

enum slot_state { SLOT_FREE = 0, SLOT_TAKEN, SLOT_TEMPORARY };

/* Static, so that a signal handler finds the names without a lock or the heap. */
static struct slot {
    atomic_int state; /* SLOT_TEMPORARY: temp names a file to remove */
    char path[PATH_BYTES];
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

/* Descriptor of a new temporary file, or -1 with errno. A signal between open and the store leaves
 * an empty file behind; the other order could remove a file that is not ours. */
static int open_temporary(struct slot *s, const char *path)
{
    static atomic_uint counter;

    for (int i = 0; i < TRIES; i++) {
        const unsigned n = atomic_fetch_add(&counter, 1);
        const int len = snprintf(s->temp, sizeof s->temp, "%s.%ld-%u.tmp", path, (long)getpid(), n);
        if (len < 0 || (size_t)len >= sizeof s->temp) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int fd = open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) atomic_store(&s->state, SLOT_TEMPORARY);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

enum stamp_status stamp_outfile_open(const char *path, struct stamp_outfile *out,
                                     struct stamp_err *e)
{
    struct stat info;
    const size_t len = strlen(path);

    if (len == 0) return stamp_fail(e, STAMP_EIO, "the output file has an empty name");
    if (len >= PATH_BYTES)
        return stamp_fail(e, STAMP_ERANGE, "the output file's name has %zu bytes, too long", len);
    const int there = stat(path, &info) == 0;
    if (there && S_ISDIR(info.st_mode)) return stamp_fail(e, STAMP_EIO, "%s: is a folder", path);

    const int i = take_slot();
    if (i < 0)
        return stamp_fail(e, STAMP_ERANGE, "%s: more than %d output files open", path,
                          STAMP_OUTFILE_MAX);
    memcpy(slots[i].path, path, len + 1);

    const int fd = there && !S_ISREG(info.st_mode) ? open(path, O_WRONLY | O_CLOEXEC)
                                                   : open_temporary(&slots[i], path);
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
    if (!failed && temporary && rename(s->temp, s->path) != 0) {
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
