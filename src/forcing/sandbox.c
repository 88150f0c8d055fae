#include "forcing/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

// What decoding may take beside what the process had when it was forked.
#define DECODER_MEMORY_BYTES (1536UL << 20)
#define DECODER_CPU_S 1200

static const int allowed_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),
    SCMP_SYS(close),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
};

// What reading tables takes beside.
static const int table_calls[] = {
    SCMP_SYS(lseek), SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fstat),
    SCMP_SYS(stat),  SCMP_SYS(newfstatat), SCMP_SYS(lstat),     SCMP_SYS(readlink),   SCMP_SYS(fcntl),
};

static bool descriptors_close(int keep_fd)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return false;
    for (int fd = 0; fd <= 2; fd++)
        if (fd != keep_fd && dup2(null, fd) < 0)
            return false;
    if (keep_fd > 3 && close_range(3, (unsigned)keep_fd - 1, 0))
        return false;
    return !close_range(keep_fd > 2 ? (unsigned)keep_fd + 1 : 3, ~0U, 0);
}

static bool limit_set(int what, uint64_t value)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)what, &limit))
        return false;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > value)
        limit.rlim_max = value;
    limit.rlim_cur = limit.rlim_max;
    return !setrlimit((__rlimit_resource_t)what, &limit);
}

// Bytes of address space in use now; 0 when unknown.
static uint64_t memory_in_use(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (!statm)
        return 0;
    if (fscanf(statm, "%lu", &pages) != 1)
        pages = 0;
    fclose(statm);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool limits_set(void)
{
    // Under the address sanitizer the shadow alone is terabytes of address space.
    bool good = UNDER_ASAN || limit_set(RLIMIT_AS, memory_in_use() + DECODER_MEMORY_BYTES);
    good = good && limit_set(RLIMIT_CPU, DECODER_CPU_S);
    good = good && limit_set(RLIMIT_CORE, 0);
    return good && limit_set(RLIMIT_FSIZE, 0);
}

// From here on no file can be opened but those below `folder`, for reading (landlock(7)). The rights asked
// about are those of the first version, which every kernel with Landlock knows; what came later is writing of
// other kinds, which the list of system calls does not let through.
static bool files_close(const char *folder)
{
    struct landlock_ruleset_attr rules = {.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    struct landlock_path_beneath_attr below = {.allowed_access =
                                                   LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                                               .parent_fd = open(folder, O_PATH | O_CLOEXEC)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    bool good = ruleset >= 0 && below.parent_fd >= 0 &&
                !syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0) &&
                !syscall(SYS_landlock_restrict_self, ruleset, 0);
    if (ruleset >= 0)
        close(ruleset);
    if (below.parent_fd >= 0)
        close(below.parent_fd);
    return good;
}

static int calls_allow(scmp_filter_ctx filter, const int *calls, size_t n)
{
    int failed = 0;
    for (size_t i = 0; i < n; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return failed;
}

static bool filter_load(bool tables)
{
    const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return false;
    int failed = calls_allow(filter, allowed_calls, sizeof allowed_calls / sizeof *allowed_calls);
    // Memory without a file behind it only.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                               SCMP_A4(SCMP_CMP_MASKED_EQ, 0xffffffffU, 0xffffffffU));
    // Asking for limits, not setting them.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
    if (tables) {
        failed |= calls_allow(filter, table_calls, sizeof table_calls / sizeof *table_calls);
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, writes, O_RDONLY));
    }
    failed |= seccomp_load(filter);
    seccomp_release(filter);
    return !failed;
}

bool forcing_sandbox_enter(int keep_fd, const char *tables)
{
    signal(SIGINT, SIG_IGN); // the person's Ctrl-C is for the parent, which then ends this process
    signal(SIGPIPE, SIG_IGN);
    return descriptors_close(keep_fd) && limits_set() && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) && (!tables || files_close(tables)) && filter_load(tables);
}
