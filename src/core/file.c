#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"

enum { PATH_BYTES = 4096 };

// Renaming over a device, a folder or a link (/dev/null, /dev/stdout) would take it away.
static enum ph_status plain_file_check(const char *path, struct ph_err *err)
{
    struct stat is;
    if (!lstat(path, &is) && !S_ISREG(is.st_mode))
        return core_err_set(err, PH_EIO, path, "give the name of a plain file",
                            "this exists and is not a plain file");
    return PH_OK;
}

// dir/.name.part-PID.ext
enum ph_status core_file_aside(const char *path, char out[PATH_BYTES], struct ph_err *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    int folder = (int)(name - path);
    int n =
        snprintf(out, PATH_BYTES, "%.*s.%s.part-%ld%s", folder, path, name, (long)getpid(), dot ? dot : "");
    if (n >= PATH_BYTES || !*name)
        return core_err_set(err, PH_EIO, path, "use a shorter path to a file", "cannot write to this path");
    return plain_file_check(path, err);
}

static enum ph_status file_flush(const char *path, struct ph_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return core_err_errno(err, "open", path);
    int failed = fsync(fd);
    int number = errno;
    close(fd);
    errno = number;
    // Pipes and some file systems cannot flush: that is no loss.
    return failed && number != EINVAL && number != EROFS ? core_err_errno(err, "flush", path) : PH_OK;
}

enum ph_status core_file_commit(const char *aside, const char *path, struct ph_err *err)
{
    enum ph_status status = file_flush(aside, err);
    if (!status && rename(aside, path))
        status = core_err_errno(err, "rename to", path);
    if (status)
        unlink(aside);
    return status;
}

void core_file_discard(const char *aside)
{
    unlink(aside);
}

static enum ph_status bytes_write(int fd, const char *bytes, size_t length, const char *path,
                                  struct ph_err *err)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return core_err_errno(err, "write", path);
        bytes += n;
        length -= (size_t)n;
    }
    return PH_OK;
}

enum ph_status core_file_write(const char *path, const void *bytes, size_t length, struct ph_err *err)
{
    char aside[PATH_BYTES];
    enum ph_status status = core_file_aside(path, aside, err);
    if (status)
        return status;
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return core_err_errno(err, "write", path);
    status = bytes_write(fd, bytes, length, path, err);
    if (close(fd) && !status)
        status = core_err_errno(err, "write", path);
    if (!status)
        return core_file_commit(aside, path, err);
    unlink(aside);
    return status;
}

enum ph_status core_file_write_buf(const char *path, const struct core_buf *buf, struct ph_err *err)
{
    enum ph_status status = core_buf_check(buf, err);
    return status ? status : core_file_write(path, buf->text ? buf->text : "", buf->length, err);
}

enum ph_status core_file_read(const char *path, size_t limit, struct core_buf *out, struct ph_err *err)
{
    struct core_buf read_in = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return core_err_errno(err, "open", path);
    char chunk[65536];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) != 0 && read_in.length <= limit && !read_in.failed) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        core_buf_add(&read_in, chunk, (size_t)n);
    }
    int number = errno;
    close(fd);
    errno = number;
    enum ph_status status = n < 0 ? core_err_errno(err, "read", path) : core_buf_check(&read_in, err);
    if (!status && read_in.length > limit)
        status =
            core_err_set(err, PH_EINPUT, path, "is this the right file?", "larger than %zu bytes", limit);
    if (status) {
        core_buf_fini(&read_in);
        return status;
    }
    if (!read_in.text)
        core_buf_add(&read_in, "", 0);
    *out = read_in;
    return PH_OK;
}

enum ph_status core_file_mkdir(const char *path, struct ph_err *err)
{
    char partial[PATH_BYTES];
    if (snprintf(partial, sizeof partial, "%s", path) >= PATH_BYTES || !*path)
        return core_err_set(err, PH_EIO, path, "use a shorter path", "cannot make this folder");
    for (char *at = partial + 1;; at++) {
        if (*at && *at != '/')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(partial, 0777) && errno != EEXIST)
            return core_err_errno(err, "make folder", partial);
        *at = kept;
        if (!kept)
            break;
    }
    struct stat is;
    if (stat(path, &is) || !S_ISDIR(is.st_mode))
        return core_err_set(err, PH_EIO, path, "give another folder", "this is not a folder");
    return PH_OK;
}
