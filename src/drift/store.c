#include "drift/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/err.h"

static const char *folder(void)
{
    const char *asked = getenv("TMPDIR");
    return asked && *asked ? asked : "/var/tmp";
}

// Without a name from the beginning where the file system can, else removed as soon as it is open.
static int file_open(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char path[4096];
    if (fd >= 0 || snprintf(path, sizeof path, "%s/pharos-XXXXXX", dir) >= (int)sizeof path)
        return fd;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

enum ph_status drift_store_new(size_t bytes, void **out, struct ph_err *err)
{
    const char *dir = folder();
    int fd = file_open(dir);
    if (fd < 0)
        return core_err_errno(err, "make a temporary file in", dir);
    // its blocks are taken now: a disk that is full later would kill the process
    int failed = posix_fallocate(fd, 0, (off_t)bytes);
    void *store = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int number = failed ? failed : errno;
    close(fd);
    if (store == MAP_FAILED)
        return core_err_set(err, number == ENOMEM ? PH_ENOMEM : PH_EIO, dir,
                            "free some space, or name another folder with TMPDIR",
                            "no room for %.0f MB of snapshots", (double)bytes / 1e6);
    *out = store;
    return PH_OK;
}

void drift_store_free(void *store, size_t bytes)
{
    if (store)
        munmap(store, bytes);
}

void drift_store_rest(const void *from, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)from;
    uintptr_t first = at / page * page, end = (at + bytes + page - 1) / page * page;
    madvise((void *)first, end - first, MADV_DONTNEED); // of a shared file: the values stay in it
}
