#include "drift/stream.h"

#include <errno.h>
#include <netcdf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "core/file.h"
#include "drift/track_file.h"

enum { PATH_BYTES = 4096, MOST_DESCRIPTORS = 1024 };

// What the writing process is asked to do. It answers each, and its own start, with a code of the library.
struct order {
    bool closes;     // else writes row `time` from the shared memory
    uint64_t time;   // index of the output time
    uint64_t length; // of the warnings that follow an order to close
};

struct drift_stream {
    const struct scenario_case *c;
    char path[PATH_BYTES], aside[PATH_BYTES];
    size_t n;
    char *shared; // latitudes, longitudes, states: one output time on its way
    pid_t pid;    // 0: not started
    int socket;
    bool asked; // an answer is still to come
};

size_t drift_stream_bytes(size_t n)
{
    return n * (2 * sizeof(float) + sizeof(uint8_t));
}

static bool all_read(int fd, void *bytes, size_t length)
{
    char *to = bytes;
    while (length) {
        ssize_t got = read(fd, to, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        length -= (size_t)got;
    }
    return true;
}

static bool all_sent(int fd, const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length) {
        ssize_t sent = send(fd, from, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        from += sent;
        length -= (size_t)sent;
    }
    return true;
}

// ---- The writing process ----

// The user's signals are for the one who asks; its end is the end of this one. Sockets of other processes
// that were started before must not be held open here.
static void process_settle(int own)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    struct stat is;
    for (int fd = 3; fd < MOST_DESCRIPTORS; fd++)
        if (fd != own && !fstat(fd, &is) && S_ISSOCK(is.st_mode))
            close(fd);
}

static void row_write(struct drift_track_file *file, const struct drift_stream *s, size_t time)
{
    const float *lat = (const float *)(const void *)s->shared, *lon = lat + s->n;
    drift_track_file_row(file, time, lat, lon, (const uint8_t *)(lon + s->n));
}

static void file_close(struct drift_track_file *file, int fd, size_t length)
{
    char *warnings = calloc(length + 1, 1);
    if (!warnings && !file->code)
        file->code = NC_ENOMEM;
    if (warnings && !all_read(fd, warnings, length) && !file->code)
        file->code = NC_EIO;
    drift_track_file_close(file, warnings ? warnings : "");
    free(warnings);
}

// Writes until the file is whole. When the other process is gone before that, nothing may stay.
static _Noreturn void process_run(const struct drift_stream *s, const struct drift_ensemble *all, int fd)
{
    struct drift_track_file file;
    struct order order = {0};
    process_settle(fd);
    drift_track_file_create(s->aside, s->c, all, &file);
    while (!order.closes && all_sent(fd, &file.code, sizeof file.code) &&
           all_read(fd, &order, sizeof order)) {
        if (order.closes)
            file_close(&file, fd, order.length);
        else
            row_write(&file, s, order.time);
    }
    if (!order.closes || file.code || !all_sent(fd, &file.code, sizeof file.code)) {
        unlink(s->aside);
        all_sent(fd, &file.code, sizeof file.code);
    }
    _exit(0);
}

// ---- The process that drifts ----

static enum ph_status writer_died(const struct drift_stream *s, struct ph_err *err)
{
    return core_err_set(err, PH_EIO, s->path, "was it killed, or is the memory full?",
                        "the process that writes the trajectories has ended");
}

// Waits for what was asked last.
static enum ph_status answer_wait(struct drift_stream *s, struct ph_err *err)
{
    int code;
    if (!s->asked)
        return PH_OK;
    s->asked = false;
    if (!all_read(s->socket, &code, sizeof code))
        return writer_died(s, err);
    return code ? drift_track_failed(s->path, code, err) : PH_OK;
}

static enum ph_status order_give(struct drift_stream *s, struct order order, const char *warnings,
                                 struct ph_err *err)
{
    if (!all_sent(s->socket, &order, sizeof order) || !all_sent(s->socket, warnings, order.length))
        return writer_died(s, err);
    s->asked = true;
    return PH_OK;
}

static enum ph_status stream_begin(void *arg, const struct drift_ensemble *all, struct ph_err *err)
{
    struct drift_stream *s = arg;
    int pair[2];
    s->n = all->n;
    s->shared =
        mmap(NULL, drift_stream_bytes(s->n), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s->shared == MAP_FAILED) {
        s->shared = NULL;
        return core_err_nomem(err);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return core_err_errno(err, "start a process to write", s->path);
    pid_t pid = fork();
    if (!pid) {
        close(pair[0]);
        process_run(s, all, pair[1]);
    }
    int number = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = number;
        return core_err_errno(err, "start a process to write", s->path);
    }
    s->pid = pid;
    s->socket = pair[0];
    s->asked = true; // it tells how making the file went
    return PH_OK;
}

static enum ph_status stream_take(void *arg, const struct drift_ensemble *now, size_t time,
                                  struct ph_err *err)
{
    struct drift_stream *s = arg;
    enum ph_status status = answer_wait(s, err);
    if (status)
        return status;
    float *lat = (float *)(void *)s->shared, *lon = lat + s->n;
    memcpy(lat, now->lat_deg, s->n * sizeof *lat);
    memcpy(lon, now->lon_deg, s->n * sizeof *lon);
    memcpy(lon + s->n, now->status, s->n);
    return order_give(s, (struct order){.time = time}, "", err);
}

struct drift_sink drift_stream_sink(struct drift_stream *stream)
{
    return (struct drift_sink){.arg = stream, .begin = stream_begin, .take = stream_take};
}

enum ph_status drift_stream_new(const char *path, const struct scenario_case *c, struct drift_stream **out,
                                struct ph_err *err)
{
    struct drift_stream *s = calloc(1, sizeof *s);
    if (!s)
        return core_err_nomem(err);
    s->c = c;
    s->socket = -1;
    enum ph_status status = core_file_aside(path, s->aside, err);
    if (status) {
        free(s);
        return status;
    }
    memcpy(s->path, path, strlen(path) + 1); // shorter than the name aside
    *out = s;
    return PH_OK;
}

static void process_end(struct drift_stream *s)
{
    if (!s->pid)
        return;
    close(s->socket);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
}

enum ph_status drift_stream_finish(struct drift_stream *s, const struct core_job *job, struct ph_err *err)
{
    char *warnings = drift_track_warnings(job);
    if (!warnings)
        return core_err_nomem(err);
    enum ph_status status = answer_wait(s, err);
    if (!status)
        status = order_give(s, (struct order){.closes = true, .length = strlen(warnings)}, warnings, err);
    if (!status)
        status = answer_wait(s, err);
    free(warnings);
    process_end(s);
    if (!status)
        return core_file_commit(s->aside, s->path, err);
    core_file_discard(s->aside); // if it is there: the other process may have been killed
    return status;
}

void drift_stream_free(struct drift_stream *s)
{
    if (!s)
        return;
    bool unfinished = s->pid;
    process_end(s);
    if (unfinished)
        core_file_discard(s->aside);
    if (s->shared)
        munmap(s->shared, drift_stream_bytes(s->n));
    free(s);
}
