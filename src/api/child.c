#include "api/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"

enum { MOST_ARGUMENTS = 24, MOST_LINE = 64 * 1024 * 1024, BEHIND = 5 };

extern char **environ;

// AddressSanitizer maps terabytes that it never uses: such a build is not held to a limit of memory.
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static void limit_set(pid_t pid, int what, rlim_t most)
{
    if (SANITIZED && what == RLIMIT_AS)
        return;
    struct rlimit limit = {most, most};
    if (most)
        prlimit(pid, (enum __rlimit_resource)what, &limit, NULL);
}

static int spawn(const char *const arguments[], const char *folder, const int in[2], const int out[2],
                 pid_t *pid)
{
    static char name[] = "pharos";
    char *argv[MOST_ARGUMENTS + 2] = {name};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, pipe_signal;
    for (size_t i = 0; i < MOST_ARGUMENTS && arguments[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    sigemptyset(&none);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE); // a server ignores it
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (folder)
        posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(pid, "/proc/self/exe", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static void pair_close(int pair[2])
{
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
}

enum ph_status api_child_start(const char *const arguments[], const char *folder,
                               const struct api_child_limits *limits, struct api_child *out,
                               struct ph_err *err)
{
    int in[2] = {-1, -1}, from[2] = {-1, -1};
    struct api_child child = {0};
    int failed = pipe2(in, O_CLOEXEC) || pipe2(from, O_CLOEXEC) ? errno : 0;
    if (!failed)
        failed = spawn(arguments, folder, in, from, &child.pid);
    if (failed) {
        pair_close(in);
        pair_close(from);
        return core_err_set(err, PH_EIO, NULL, NULL, "cannot start another process: %s", strerror(failed));
    }
    limit_set(child.pid, RLIMIT_AS, limits->memory_bytes);
    limit_set(child.pid, RLIMIT_CPU, (rlim_t)limits->cpu_s);
    setpriority(PRIO_PROCESS, (id_t)child.pid, BEHIND); // who asks goes before what is computed
    close(in[0]);
    close(from[1]);
    child.to = in[1];
    child.from = from[0];
    *out = child;
    return PH_OK;
}

// The first line of what was read ahead.
static bool line_take(struct api_child *child, struct core_buf *line)
{
    struct core_buf *ahead = &child->ahead;
    char *end = ahead->length ? memchr(ahead->text, '\n', ahead->length) : NULL;
    if (!end)
        return false;
    size_t n = (size_t)(end - ahead->text);
    core_buf_add(line, ahead->text, n);
    memmove(ahead->text, end + 1, ahead->length - n - 1);
    ahead->length -= n + 1;
    return true;
}

bool api_child_line(struct api_child *child, int timeout_ms, struct core_buf *line)
{
    char bytes[65536];
    line->length = 0;
    while (!line_take(child, line)) {
        struct pollfd ready = {.fd = child->from, .events = POLLIN};
        int n = poll(&ready, 1, timeout_ms);
        if (n < 0 && errno == EINTR)
            continue;
        ssize_t got = n > 0 ? read(child->from, bytes, sizeof bytes) : 0;
        if (got <= 0 || child->ahead.length > MOST_LINE)
            return false;
        core_buf_add(&child->ahead, bytes, (size_t)got);
    }
    return !line->failed && !child->ahead.failed;
}

static bool say(int to, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(to, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

bool api_child_say(struct api_child *child, const char *line)
{
    return say(child->to, line, strlen(line)) && say(child->to, "\n", 1);
}

void api_child_stop(struct api_child *child)
{
    if (child->pid > 0)
        kill(-child->pid, SIGTERM);
}

int api_child_end(struct api_child *child)
{
    int status = 0;
    if (child->pid > 0) {
        close(child->to);
        close(child->from);
        for (int patience = 0; waitpid(child->pid, &status, WNOHANG) == 0; patience++) {
            if (patience == 50)
                kill(-child->pid, SIGKILL);
            usleep(10000);
        }
    }
    core_buf_fini(&child->ahead);
    *child = (struct api_child){0};
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum ph_status api_child_answer(const char *const arguments[], const char *folder, int timeout_ms,
                                struct core_buf *out, struct ph_err *err)
{
    const struct api_child_limits limits = {.memory_bytes = (size_t)4 << 30, .cpu_s = 120};
    struct api_child child;
    struct core_buf line = {0};
    enum ph_status status = api_child_start(arguments, folder, &limits, &child, err);
    if (status)
        return status;
    while (api_child_line(&child, timeout_ms, &line)) {
        core_buf_add(out, line.text ? line.text : "", line.length);
        core_buf_puts(out, "\n");
    }
    core_buf_fini(&line);
    if (api_child_end(&child) < 0)
        return core_err_set(err, PH_EINTERNAL, arguments[0], "try again",
                            "the process that looks at this ended");
    return out->length ? core_buf_check(out, err)
                       : core_err_set(err, PH_EINPUT, arguments[0], NULL, "there is nothing to say of this");
}
